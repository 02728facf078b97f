// Up to six losses at once, each with its knobs in the state as `0.margin`, `1.scale`, and its colour.

const MOST_SLOTS = 6; // where the section's data do not say otherwise, as `most`

/** What is in the state's slots: the loss, its knobs' values, its expression, and psi with its slope as functions. */
function slotsOf(lab, state = lab.state) {
  return state.losses.map((key, index) => {
    const loss = lab.data.losses.find((one) => one.key === key);
    const values = Object.fromEntries(loss.numbers.map(({ name }) => [name, state[`${index}.${name}`]]));
    const words = loss.choices.map(({ name }) => `${name}=${state[`${index}.${name}`]}`).join(",");
    const tree = loss.trees[words], curve = compiled(tree), known = { ...values };
    const at = (what) => (theta) => { known.theta = theta; return what(known); };
    const slot = { index, loss, values, words, tree, psi: at(curve.value), slope: at(curve.slope), byLength: loss.byLength.includes(words), colour: lab.theme.series[SLOT_COLOURS[index]] };
    slot.ratio = loss.free ? state.ratio ?? 1 : 1;
    slot.scale = slot.byLength ? state.length ?? 10 : values.scale;
    slot.name = slotName(slot, state);
    return slot;
  });
}

const compiledTrees = new Map();
/** A tree's functions, made once. */
function compiled(tree) {
  if (!compiledTrees.has(tree)) compiledTrees.set(tree, { value: valueOf(tree), slope: slopeOf(tree, "theta") });
  return compiledTrees.get(tree);
}

/** The loss's title, with the knobs that tell it from another slot of the same loss. */
function slotName({ loss, index, values }, state) {
  const twins = state.losses.flatMap((key, i) => (key === loss.key && i !== index ? [i] : []));
  const differs = (name) => twins.some((i) => state[`${i}.${name}`] !== state[`${index}.${name}`]);
  const numbers = loss.numbers.filter(({ name }) => differs(name)).map(({ name, symbol }) => `${symbol} = ${inWords(values[name], 3)}`);
  const words = loss.choices.filter(({ name }) => differs(name)).map(({ name }) => String(state[`${index}.${name}`]).replaceAll("_", " "));
  const all = [...words, ...numbers];
  const title = loss.title.replace(/ \(.*\)$/, "");
  return all.length ? `${title} (${all.join(", ")})` : title;
}

/** What a slot's knobs are where the state does not say. */
function slotDefaults(state, data) {
  const known = {};
  state.losses.forEach((key, index) => {
    const loss = data.losses.find((one) => one.key === key);
    for (const { name, default: value } of [...(loss?.numbers ?? []), ...(loss?.choices ?? [])]) known[`${index}.${name}`] = value;
  });
  return known;
}

/** The state with at least one loss, all of them known, and every knob there and allowed. */
function saneSlots(state, data) {
  const known = new Set(data.losses.map(({ key }) => key)), losses = state.losses.filter((key) => known.has(key)).slice(0, data.most ?? MOST_SLOTS);
  const kept = Object.fromEntries(Object.entries(state).filter(([name]) => !/^\d+\./.test(name)));
  const next = { ...kept, losses: losses.length ? losses : ["arcface"] }, implied = slotDefaults(next, data);
  for (const [index, key] of next.losses.entries()) {
    const loss = data.losses.find((one) => one.key === key), words = [];
    for (const { name, options } of loss.choices) {
      const value = state[`${index}.${name}`];
      next[`${index}.${name}`] = options.includes(value) ? value : implied[`${index}.${name}`];
      words.push(`${name}=${next[`${index}.${name}`]}`);
    }
    for (const knob of loss.numbers) next[`${index}.${knob.name}`] = saneNumber(knob, state[`${index}.${knob.name}`], isWhole(loss, knob, words.join(",")));
    keepOrder(loss.numbers, (name) => `${index}.${name}`, next);
  }
  return next;
}

/** What the controls are built from; when it changes, they are built again. */
const slotSignature = (state) => JSON.stringify([state.losses, Object.entries(state).filter(([name, value]) => /^\d+\./.test(name) && typeof value !== "number")]);

/** Pixels for each of `count` pictures, as many in a row as have room. */
function columnWidth(lab, count) {
  const room = lab.root.clientWidth - (lab.root.clientWidth > 800 ? 350 : 0), wide = (columns) => Math.floor((room - 22 * (columns - 1)) / columns);
  let columns = count;
  while (columns > 1 && wide(columns) < 195) columns--;
  return clamp(wide(columns), 195, 400);
}

/** Whether the scale of a slot, or anything else of it, is lit; `*.scale` is that of every slot. */
const scaleLit = (lab, slot) => lab.lit === `${slot.index}.scale` || lab.lit === "*.scale";
/** What the margin of a slot is called in the state, to light it up; null where it has none. */
const marginOf = ({ loss, index }) => { const knob = loss.live && loss.numbers.find(({ name }) => MARGINS.includes(name)); return knob ? `${index}.${knob.name}` : null; };
const marginLit = (lab, slot) => Boolean(lab.lit?.startsWith(`${slot.index}.`)) && !scaleLit(lab, slot);

/** A card for each slot: which loss, its knobs, its formula with the values put in; and a button for one more. */
function slotCards(lab, { hidden = [] } = {}) {
  slotsOf(lab).forEach((slot) => {
    const card = element("div", { class: "lab-card", "data-slot": slot.index });
    card.style.setProperty("--own", slot.colour);
    const select = element("select", { class: "lab-select", "aria-label": `Loss ${slot.index + 1}`, "data-act": `pick${slot.index}` });
    for (const { key, title } of lab.data.losses) select.append(element("option", { value: key, ...(key === slot.loss.key ? { selected: "" } : {}) }, title));
    select.addEventListener("change", () => lab.set(replacedSlot(lab.state, slot.index, select.value)));
    const head = element("div", { class: "lab-card-head" }, element("span", { class: "lab-chip" }), select);
    if (lab.state.losses.length > 1) head.append(action("×", () => lab.set(removedSlot(lab.state, slot.index)), { "aria-label": `Remove ${slot.name}`, title: "Remove", class: "lab-quiet" }));
    card.append(head);
    lab.controls.append(card);
    for (const { name, label, options, help } of slot.loss.choices) {
      lab.add(choice(lab, { name: `${slot.index}.${name}`, label, help, choices: options.map((value) => [value, String(value).replaceAll("_", " ")]) }), card);
    }
    for (const knob of slot.loss.live ? slot.loss.numbers : []) {
      if (hidden.includes(knob.name) || (knob.name === "scale" && slot.byLength)) continue;
      lab.add(knobSlider(lab, knob, (name) => `${slot.index}.${name}`, { whole: isWhole(slot.loss, knob, slot.words), numbers: slot.loss.numbers }), card);
    }
    const formula = formulaOf(lab, slot), refresh = formula.update;
    formula.update = () => { slot.values = slotsOf(lab)[slot.index]?.values ?? slot.values; refresh(); };
    lab.add(formula, card);
  });
  lab.controls.append(wholeLoss(lab, slotsOf(lab)));
  if (lab.state.losses.length < (lab.data.most ?? MOST_SLOTS)) lab.controls.append(action("+ Add a loss", () => lab.set(addedSlot(lab)), { "data-act": "add" }));
}

function addedSlot(lab) {
  const next = lab.data.losses.find(({ key }) => !lab.state.losses.includes(key)) ?? lab.data.losses[0];
  return { losses: [...lab.state.losses, next.key] };
}

function replacedSlot(state, index, key) {
  const cleared = Object.fromEntries(Object.keys(state).filter((name) => name.startsWith(`${index}.`)).map((name) => [name, undefined]));
  return { ...cleared, losses: state.losses.map((old, i) => (i === index ? key : old)) };
}

function removedSlot(state, index) {
  const moved = {};
  for (const [name, value] of Object.entries(state)) {
    const [, at, rest] = /^(\d+)(\..+)$/.exec(name) ?? [];
    if (at === undefined || Number(at) < index) continue;
    moved[name] ??= undefined;
    if (Number(at) > index) moved[`${at - 1}${rest}`] = value;
  }
  return { ...moved, losses: state.losses.filter((_, i) => i !== index) };
}

const MARGINS = ["margin", "m2", "m3", "high_margin"];

/** The largest value of the loss's margin, up to its range, that leaves a class its own weight; null where none takes it. */
function largestMargin(slot, apart) {
  const knob = slot.loss.numbers.find(({ name }) => MARGINS.includes(name));
  if (!knob || !slot.loss.live) return null;
  const fits = (value) => compiled(slot.tree).value({ ...slot.values, [knob.name]: value, theta: 0 }) >= Math.cos(apart) - 1e-12;
  if (fits(knob.high)) return { knob, value: knob.high, all: true };
  let low = knob.low, high = knob.high;
  if (!fits(low)) return { knob, value: null };
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return { knob, value: low };
}

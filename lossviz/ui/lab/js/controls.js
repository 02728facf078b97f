// Widgets that change the lab's state on every movement: sliders with a number field, choices, switches.

const SLIDER_STEPS = 1000;

/**
 * A slider with a number field. `{name, label, title, low, high, step, unit, log, whole, help, symbol}`: the state's
 * `name` is kept within low..high, and within what `allowed()` gives, `[lowest, highest, why]`, where less is allowed at
 * present. A value outside is refused with the range in words. Pointing at it tells the lab which `symbol` (by default
 * the name) to light up. While the slider is dragged `lab.held` is true.
 */
function slider(lab, options) {
  const { name, label, low, high, log = false, unit = "", help = "" } = options, step = options.step ?? (high - low) / 100;
  const toPlace = (value) => (log ? (SLIDER_STEPS * Math.log(value / low)) / Math.log(high / low) : value);
  const onLog = (place) => { const value = low * (high / low) ** (place / SLIDER_STEPS); return options.whole ? Math.round(value) : Number(value.toPrecision(3)); };
  const toValue = (place) => (log ? onLog(place) : Number(place));
  // Places on a logarithmic slider may be nearer than its values: a key then goes on to the next value, and never nowhere.
  const movedTo = (place, from) => {
    const way = log ? Math.sign(place - Math.round(toPlace(from))) : 0;
    while (way && place > 0 && place < SLIDER_STEPS && toValue(place) === from) place += way;
    return toValue(place);
  };
  const span = log ? { min: 0, max: SLIDER_STEPS, step: 1 } : { min: low, max: high, step };
  const title = `${label}${unit ? ` (${unit})` : ""}`;
  const range = element("input", { type: "range", ...span, "aria-label": title, "data-state": name });
  const field = element("input", { type: "text", inputmode: "decimal", class: "lab-number", "aria-label": `${title}, typed`, "data-typed": name });
  const error = element("div", { class: "lab-refused", role: "alert", hidden: "" });
  const node = element("div", { class: "lab-slider", title: help }, element("span", { class: "lab-name" }, label), range, field, element("span", { class: "lab-unit" }, unit), error);
  const allowed = options.allowed ?? (() => [low, high, ""]);
  const refuse = (words) => { error.textContent = words; error.hidden = !words; field.toggleAttribute("aria-invalid", Boolean(words)); };
  const refusal = (got) => {
    const [lowest, highest, why] = allowed();
    return `${label} must be ${options.whole ? "a whole number " : ""}between ${inWords(lowest)} and ${inWords(highest)}${unit ? ` ${unit}` : ""}${why ? ` ${why}` : ""}, got ${got}`;
  };
  range.addEventListener("input", () => {
    const wanted = clamp(movedTo(Number(range.value), lab.state[name]), low, high), [lowest, highest] = allowed();
    refuse(wanted < lowest || wanted > highest ? refusal(inWords(wanted)) : "");
    lab.held = true;
    lab.set({ [name]: clamp(wanted, lowest, highest) });
  });
  const letGo = () => { lab.held = false; refuse(""); lab.drawSoon(); };
  for (const off of ["change", "keyup", "blur"]) range.addEventListener(off, letGo);
  // There is no "change" where the value was kept from going as far as the hand did.
  range.addEventListener("pointerdown", () => { for (const off of ["pointerup", "pointercancel"]) addEventListener(off, letGo, { once: true }); });
  const typed = () => {
    const value = Number(field.value.replace(",", ".").replace("−", "-"));
    const whole = options.whole && !Number.isInteger(value), [lowest, highest] = allowed();
    if (field.value.trim() === "" || !(value >= lowest && value <= highest) || whole) {
      refuse(refusal(field.value.trim() || "nothing"));
    } else {
      refuse("");
      lab.set({ [name]: value });
    }
  };
  field.addEventListener("change", typed);
  lit(lab, node, options.symbol ?? name);
  node.update = () => {
    const value = lab.state[name];
    range.value = toPlace(value);
    range.setAttribute("aria-valuetext", `${inWords(value)} ${unit}`.trim());
    if (error.hidden && lab.root.getRootNode().activeElement !== field) field.value = inWords(value, 4).replace("−", "-");
  };
  field.addEventListener("blur", () => { refuse(""); node.update(); });
  return node;
}

/** One of several words, as a row of buttons. `choices` are `[value, label]`. */
function choice(lab, { name, label, choices, help = "", symbol }) {
  const buttons = choices.map(([value, words]) => {
    const button = element("button", { type: "button", role: "radio", "data-choice": `${name}=${value}` }, words);
    button.addEventListener("click", () => lab.set({ [name]: value }));
    return button;
  });
  const group = element("span", { class: "lab-choice", role: "radiogroup", "aria-label": label }, ...buttons);
  group.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const at = choices.findIndex(([value]) => value === lab.state[name]), next = (at + way + choices.length) % choices.length;
    lab.set({ [name]: choices[next][0] });
    buttons[next].focus();
  });
  const node = element("div", { class: "lab-row", title: help }, element("span", { class: "lab-name" }, label), group);
  if (symbol) lit(lab, node, symbol);
  node.update = () => choices.forEach(([value], i) => {
    const chosen = value === lab.state[name];
    buttons[i].setAttribute("aria-checked", chosen);
    buttons[i].tabIndex = chosen ? 0 : -1;
  });
  return node;
}

/** A switch. */
function toggle(lab, { name, label, help = "" }) {
  const box = element("input", { type: "checkbox", role: "switch", "data-state": name });
  box.addEventListener("change", () => lab.set({ [name]: box.checked }));
  const node = element("label", { class: "lab-row lab-toggle", title: help }, box, label);
  node.update = () => { box.checked = lab.state[name]; };
  return node;
}

/** A button that does something at once. */
function action(label, onClick, attributes = {}) {
  const button = element("button", { type: "button", class: "lab-action", ...attributes }, label);
  button.addEventListener("click", onClick);
  return button;
}

/** While `node` is pointed at or has the focus, the lab knows that `symbol` is meant. */
function lit(lab, node, symbol) {
  for (const on of ["pointerenter", "focusin"]) node.addEventListener(on, () => lab.light(symbol));
  for (const off of ["pointerleave", "focusout"]) node.addEventListener(off, () => lab.light(null));
}

// A card for each loss that Python offers: its knobs, which are the state's as `arcface.margin`, and its formula. What
// Python was told last comes back as `data.knobs`.

const knobsOfCard = (loss) => [...loss.numbers, ...loss.choices];

/** Defaults of all knobs of the losses there are. */
const cardDefaults = (data) => Object.fromEntries(data.losses.flatMap((loss) => knobsOfCard(loss).map((knob) => [`${loss.key}.${knob.name}`, knob.default])));

/** The state with every knob there, allowed, and in order. */
function saneCards(state, data) {
  const next = { ...state };
  for (const loss of data.losses) {
    const name = (knob) => `${loss.key}.${knob.name}`;
    for (const knob of loss.choices) if (!knob.options.includes(next[name(knob)])) next[name(knob)] = knob.default;
    const words = wordsOf(loss, next);
    for (const knob of loss.numbers) next[name(knob)] = saneNumber(knob, next[name(knob)], isWhole(loss, knob, words));
    keepOrder(loss.numbers, (knob) => `${loss.key}.${knob}`, next);
  }
  return next;
}

/** The words chosen of a loss, as its `whole` and its expressions are named by. */
const wordsOf = (loss, state) => loss.choices.map(({ name }) => `${name}=${spelledWord(state[`${loss.key}.${name}`])}`).join(",");
const spelledWord = (value) => (value === true ? "True" : value === false ? "False" : value);

/** Every loss's knobs as Python is told them. */
function knobsOf(lab) {
  return Object.fromEntries(lab.data.losses.map((loss) => [loss.key, Object.fromEntries(knobsOfCard(loss).map(({ name }) => [name, lab.state[`${loss.key}.${name}`]]))]));
}

/** Whether what Python last said is of the knobs as they are. */
const knobsTold = (lab) => JSON.stringify(lab.data.knobs) === JSON.stringify(knobsOf(lab));

/** The losses' cards, put into the controls. */
function lossCards(lab) {
  lab.data.losses.forEach((loss, index) => {
    const card = element("div", { class: "lab-card", "data-card": loss.key, title: loss.idea });
    card.style.setProperty("--own", lab.theme.series[SLOT_COLOURS[index % SLOT_COLOURS.length]]);
    card.append(element("div", { class: "lab-card-head" }, element("span", { class: "lab-chip" }), element("span", { class: "lab-figure-title" }, loss.title)));
    lab.controls.append(card);
    for (const { name, label, options, help } of loss.choices) {
      lab.add(choice(lab, { name: `${loss.key}.${name}`, label, help, choices: options.map((value) => [value, value === true ? "yes" : value === false ? "no" : String(value).replaceAll("_", " ")]) }), card);
    }
    const words = wordsOf(loss, lab.state);
    for (const knob of loss.numbers) lab.add(knobSlider(lab, knob, (name) => `${loss.key}.${name}`, { whole: isWhole(loss, knob, words), numbers: loss.numbers }), card);
    lab.add(texFormula(lab, loss.formula, loss.numbers.map((knob) => ({ letter: knob.letter, symbol: `${loss.key}.${knob.name}`, label: knob.label }))), card);
  });
}

/** What cards are built from; when it changes, they are built again. */
const cardSignature = (state) => JSON.stringify(Object.entries(state).filter(([name, value]) => name.includes(".") && typeof value !== "number"));

/** Whether a knob of this loss is lit, or the one called `name`. */
const cardLit = (lab, key, name = "") => Boolean(lab.lit?.startsWith(`${key}.${name}`));

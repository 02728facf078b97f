// Declared knobs as sliders, and what their declarations allow.

const SLOT_COLOURS = [0, 1, 4, 5, 6, 7, 8, 9]; // of the series, for losses; 2 and 3 are the two classes'

const isWhole = (loss, knob, words) => knob.whole || loss.whole.includes(`${words}:${knob.name}`);

function saneNumber(knob, value, whole) {
  if (typeof value !== "number" || !Number.isFinite(value)) return knob.default;
  return clamp(whole ? Math.round(value) : value, knob.low, knob.high);
}

/** Where a knob stays below another, the other gives way no further: the lower one is taken down. */
function keepOrder(numbers, nameOf, state) {
  for (const { name, below, gap } of numbers) {
    if (below) state[nameOf(name)] = Math.min(state[nameOf(name)], state[nameOf(below)] - gap);
  }
}

/** `[lowest, highest, why]` that a knob may be at present, with the reason where another knob is one. */
function orderedSpan(knob, numbers, nameOf, state) {
  const over = numbers.find(({ below }) => below === knob.name);
  if (knob.below) {
    const high = state[nameOf(knob.below)] - knob.gap;
    if (high < knob.high) return [knob.low, high, `while ${numbers.find(({ name }) => name === knob.below).label} is ${inWords(state[nameOf(knob.below)])}`];
  }
  if (over) {
    const low = state[nameOf(over.name)] + over.gap;
    if (low > knob.low) return [low, knob.high, `while ${over.label} is ${inWords(state[nameOf(over.name)])}`];
  }
  return [knob.low, knob.high, ""];
}

/** A slider of a declared knob; `nameOf` gives the name in the state of this and of its neighbours, `numbers`. */
function knobSlider(lab, knob, nameOf, { whole, numbers }) {
  const label = knob.label === knob.symbol || !knob.letter ? knob.label : `${knob.label} ${knob.symbol}`;
  return slider(lab, { ...knob, name: nameOf(knob.name), symbol: nameOf(knob.name), label, whole, step: whole ? 1 : knob.step, allowed: () => orderedSpan(knob, numbers, nameOf, lab.state) });
}

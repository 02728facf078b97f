// The section "Trained toy": the cards of its losses. While a margin is dragged, the regions in the embedding view follow
// it, on the class weights as they stand at the step that is shown; when it is let go, Python trains anew.

const TOY_STEPS = 721; // of a curve, from 0 to pi

section({
  name: "toy",
  lasting: true,
  defaults: cardDefaults,
  sane: saneCards,
  signature: (state, data) => cardSignature(state) + data.losses.map(({ key }) => key),
  news: (lab) => ({ knobs: knobsOf(lab) }),
  waits: (lab) => Boolean(lab.held),
  build(lab) {
    lab.root.style.gridTemplateColumns = "minmax(0, 1fr)";
    lab.readout = element("p", { class: "lab-note", "aria-live": "polite" });
    lab.controls.append(lab.readout);
    lossCards(lab);
  },
  draw(lab) {
    if (!knobsTold(lab)) tellSoon(lab);
    lab.moved = lab.data.losses.filter(({ key }) => toyMoved(lab, key)).map(({ key }) => key);
    feedToy(lab);
    const still = lab.data.losses.filter(({ key }) => !lab.data.curves[key]).map(({ title }) => title);
    lab.readout.textContent = `While a knob is dragged, the regions and margins in the view move at the step that is shown; the points and class weights follow when it is let go, by a new training.${still.length ? ` ${still.join(", ")}: no margin that could be drawn without training, so all of it waits for the release.` : ""}`;
  },
  inspect: (lab) => ({ moved: lab.moved, held: Boolean(lab.held), told: knobsTold(lab), fed: Object.keys(globalThis.lossvizFeeds?.get(lab.data.view)?.curves ?? {}) }),
  calls: { curve: (lab, key) => [...toyCurve(lab, key)] },
  stop: (lab) => globalThis.lossvizFeeds?.delete(lab.data.view),
});

/** Whether knobs that the curve depends on are not those of the training that is shown. */
function toyMoved(lab, key) {
  const curve = lab.data.curves[key], trained = lab.data.trained[key];
  return Boolean(curve && trained && [...curve.margins, ...curve.choices].some((name) => lab.state[`${key}.${name}`] !== trained[name]));
}

/** psi at equal steps of the angle, with the knobs as they are. */
function toyCurve(lab, key) {
  const { trees, choices, margins } = lab.data.curves[key], words = choices.map((name) => `${name}=${spelledWord(lab.state[`${key}.${name}`])}`).join(",");
  const { value } = compiled(trees[words]), known = Object.fromEntries(margins.map((name) => [name, lab.state[`${key}.${name}`]]));
  return Float32Array.from({ length: TOY_STEPS }, (_, i) => { known.theta = (Math.PI * i) / (TOY_STEPS - 1); return value(known); });
}

/** Hands the view the curves of what was moved, and takes back those of what is as trained; lights what is pointed at. */
function feedToy(lab) {
  const feeds = (globalThis.lossvizFeeds ??= new Map()), { view, curves } = lab.data;
  const made = Object.fromEntries(lab.moved.flatMap((key) => { const curve = toyCurve(lab, key); return [[key, curve], [`${key}-warm`, curve]]; }));
  const lights = Object.keys(curves).filter((key) => curves[key].margins.some((name) => lab.lit === `${key}.${name}`)).flatMap((key) => [key, `${key}-warm`]);
  feeds.set(view, { curves: made, lights });
  globalThis.dispatchEvent(new CustomEvent("lossviz-feed", { detail: view }));
}

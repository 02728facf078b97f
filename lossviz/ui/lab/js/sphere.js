// The section "Sphere": caps of many classes. This component has the knobs and says what follows from them; the embedding
// view beside it paints the spheres, from what is fed to it here.

const SPHERE_COUNTS = [2, 24];

section({
  name: "sphere",
  defaults: () => ({ losses: ["normface", "cosface", "arcface"], count: 10 }),
  implied: slotDefaults,
  sane(state, data) {
    const next = saneSlots(state, data);
    next.count = Number.isFinite(next.count) ? clamp(Math.round(next.count), ...SPHERE_COUNTS) : 10;
    return next;
  },
  signature: slotSignature,
  build(lab) {
    lab.root.style.gridTemplateColumns = "minmax(0, 1fr)";
    lab.lattice = floatsOf(lab.data.lattice);
    lab.byCount = new Map();
    lab.add(slider(lab, { name: "count", label: "Classes C", low: SPHERE_COUNTS[0], high: SPHERE_COUNTS[1], step: 1, whole: true, help: "Class weights, spread over the sphere as evenly as a spiral does." }));
    lab.verdicts = element("div", { class: "lab-verdicts", "aria-live": "polite" });
    lab.controls.append(lab.verdicts);
    slotCards(lab);
  },
  draw(lab) {
    const spread = spreadOf(lab), slots = slotsOf(lab);
    lab.caps = slots.map((slot) => ({ slot, ...capsOf(slot.psi, spread), met: slot.psi(0) >= Math.cos(spread.apart) - 1e-12 }));
    lab.verdicts.replaceChildren(...lab.caps.map((found) => sphereWords(lab, found, spread)));
    feedSphere(lab, slots, spread);
  },
  stop(lab) {
    globalThis.lossvizFeeds?.delete(lab.data.view);
  },
  inspect: (lab) => ({ caps: lab.caps.map(({ slot, share, held, met }) => ({ key: slot.loss.key, share, held, met })), words: lab.verdicts.innerText }),
  calls: { owners: (lab, index) => [...lab.caps[index].owner] },
});

/** The class weights of the present count, with what is the same for all losses; kept, as it takes a while. */
function spreadOf(lab) {
  const { count } = lab.state;
  if (!lab.byCount.has(count)) {
    const weights = lab.data.weights[count];
    lab.byCount.set(count, { weights, apart: leastApart(weights), ...nearestOn(lab.lattice, weights) });
  }
  return lab.byCount.get(count);
}

function sphereWords(lab, { slot, share, held, met }, { apart, weights }) {
  const degrees = inWords(apart / DEGREE, 1), largest = largestMargin(slot, apart), bright = marginLit(lab, slot);
  const bound = !largest || largest.all ? "" : largest.value === null ? ` No ${largest.knob.symbol} helps.` : ` ${largest.knob.symbol} may be at most ${inWords(largest.value, 4)}${largest.knob.unit ? ` ${largest.knob.unit}` : ""} for every class to keep its own weight.`;
  const loss = sphereLoss(slot, weights), sure = ` At ${slot.byLength ? "‖x‖" : "s"} = ${inWords(slot.scale, 1)} the loss on an own weight is at least ${loss < 1e-4 ? loss.toExponential(1).replace("-", "−") : inWords(loss, 4)}.`;
  const whose = held === weights.length ? "every class has a cap" : `${held} of ${weights.length} classes have a cap`;
  const first = held === 0 ? `Nowhere: nearest class weights are ${degrees}° apart, and the margin is met at no direction, not even on them.`
    : share > 0.999 ? `All of the sphere: there is no margin. Nearest class weights are ${degrees}° apart.`
    : `${met ? "Feasible" : "Infeasible for the nearest"}: ${inWords(100 * share, 0)} % of the sphere: ${whose}; the rest is margin. Nearest class weights are ${degrees}° apart.`;
  const scale = element("span", { class: scaleLit(lab, slot) ? "lab-lit" : "" }, sure);
  const node = element("div", { class: `lab-verdict${bright ? " lab-lit" : ""}${met ? "" : " lab-bad"}`, style: `--own:${slot.colour}`, "data-verdict": slot.index }, element("b", {}, `${slot.name}: `), first + bound, scale);
  return node;
}

/** The smallest loss that an embedding on its own class weight has, over the classes. */
function sphereLoss(slot, weights) {
  const target = slot.scale * slot.psi(0);
  return Math.min(...weights.map((own, y) => {
    const logits = weights.flatMap((other, j) => (j === y ? [] : [slot.scale * (own[0] * other[0] + own[1] * other[1] + own[2] * other[2])])), high = Math.max(target, ...logits);
    return high + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - high), Math.exp(target - high))) - target;
  }));
}

/** Hands the spheres to the view: other panels where losses or their number changed, else new curves only. */
function feedSphere(lab, slots, { weights }) {
  const { data } = lab, key = JSON.stringify([weights.length, slots.map(({ name, loss }) => [name, loss.key])]), feeds = (globalThis.lossvizFeeds ??= new Map());
  const curves = Object.fromEntries(slots.map((slot) => [`sphere-${slot.index}`, Float32Array.from({ length: data.steps }, (_, i) => slot.psi((Math.PI * i) / (data.steps - 1)))]));
  const lights = slots.filter((slot) => marginLit(lab, slot)).map(({ index }) => `sphere-${index}`);
  const same = key === lab.fedAs && feeds.has(data.view);
  lab.fedAs = key;
  feeds.set(data.view, { header: same ? feeds.get(data.view).header : sphereHeader(data, slots, weights), curves, lights });
  globalThis.dispatchEvent(new CustomEvent("lossviz-feed", { detail: data.view }));
}

/** A payload's header (lossviz/view/payload.py): one panel a loss, whose points and prototypes are the class weights. */
function sphereHeader({ view, height }, slots, weights) {
  const count = weights.length, numbers = Array.from(weights, (_, i) => i);
  const places = Int16Array.from([0, 1, 2].flatMap((axis) => weights.map((weight) => Math.round(32767 * weight[axis])))), labels = Int16Array.from(numbers);
  const panels = slots.map((slot) => ({
    key: `sphere-${slot.index}`, title: slot.name, subtitle: `${count} classes`, axes: 3, count, epochs: [0], sphere: true, ruled: true, data: "sphere", scale: 1, radius: 1,
    positions: places, ids: Int32Array.from(numbers), labels, channels: {}, prototypes: { scale: 1, count, positions: places, labels }, regions: { by: "product" },
  }));
  return { key: view, height, classes: numbers.map(String), channels: [], panels };
}

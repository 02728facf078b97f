// Many classes: whose direction is whose with C class weights on the circle, and whether the margin can be met at all.

const MANY_LIMITS = { count: [2, 30], ratio: [0.25, 4], length: [1, 64] };

section({
  name: "many",
  defaults: () => ({ losses: ["normface", "cosface", "arcface"], count: 8, length: 16, weights: "ring" }),
  implied: slotDefaults,
  sane(state, data) {
    const next = saneSlots(state, data);
    for (const [name, [low, high]] of Object.entries(MANY_LIMITS)) if (name in next || name !== "ratio") next[name] = Number.isFinite(next[name]) ? clamp(next[name], low, high) : low;
    next.count = Math.round(next.count);
    next.weights = next.weights === "run" && data.learned ? "run" : "ring";
    delete next.ratio;
    return next;
  },
  signature: slotSignature,
  build: buildMany,
  draw: drawMany,
  inspect: (lab) => ({ verdicts: slotsOf(lab).map((slot) => verdict(slot, placesOf(lab).length, nearestPair(placesOf(lab)))) }),
});

function buildMany(lab) {
  const byLength = slotsOf(lab).some((slot) => slot.byLength);
  lab.add([
    slider(lab, { name: "count", label: "Classes C", low: 2, high: 30, step: 1, whole: true }),
    ...(lab.data.learned ? [choice(lab, { name: "weights", label: "Class weights", choices: [["ring", "evenly spread"], ["run", "of the run"]], help: "The run's class weights at the epoch chosen above, or a ring." })] : []),
    ...(byLength ? [slider(lab, { name: "length", label: "‖x‖", low: 1, high: 64, step: 0.5, log: true, help: "Length of the embedding: the scale of losses that do not normalise it." })] : []),
  ]);
  slotCards(lab);
  const slots = slotsOf(lab), wide = columnWidth(lab, slots.length);
  lab.circles = slots.map((slot) => {
    const circle = lab.figure({ name: `ring${slot.index}`, width: wide, height: wide, equal: true, x: { low: -1.2, high: 1.2, axis: false }, y: { low: -1.2, high: 1.2, axis: false } });
    lab.pictures.append(circle.node);
    return circle;
  });
}

/** `{at, length, name}` of the class weights: of the run, with lengths over their mean, or spread evenly from the top. */
function placesOf(lab) {
  const { learned } = lab.data;
  if (lab.state.weights === "run" && learned) {
    const mean = learned.weights.reduce((sum, [x, y]) => sum + Math.hypot(x, y), 0) / learned.weights.length;
    return learned.weights.map(([x, y], i) => ({ at: Math.atan2(y, x), length: Math.hypot(x, y) / mean, name: learned.names[i] }));
  }
  return Array.from({ length: lab.state.count }, (_, i) => ({ at: Math.PI / 2 - (2 * Math.PI * i) / lab.state.count, length: 1, name: String(i) }));
}

/** The smallest angle between two of the weights. */
function nearestPair(places) {
  const turns = places.map(({ at }) => Math.atan2(Math.sin(at), Math.cos(at))).sort((a, b) => a - b);
  return Math.min(...turns.map((at, i) => (i ? at - turns[i - 1] : at + 2 * Math.PI - turns.at(-1))));
}

/** Whether the margin can be met, how large it may be, and what loss and probability are left at this scale. */
function verdict(slot, count, apart) {
  const room = slot.psi(0) - Math.cos(apart), met = room >= -1e-12, edge = boundaryAngle(slot.psi, apart);
  return { met, room, edge, largest: largestMargin(slot, apart), loss: ringLoss(slot.psi, slot.scale, count, 0), apart };
}

function verdictWords(slot, places, lost, { met, edge, largest, loss, apart }, evenly) {
  const degrees = inWords(apart / DEGREE, 1), scale = slot.byLength ? "‖x‖" : "s", whose = evenly ? "" : ` for ${lost.map((i) => places[i].name).join(", ")}`;
  const first = met
    ? `Feasible: neighbours are ${evenly ? "" : "at least "}${degrees}° apart and each class keeps ${evenly ? "" : "at least "}${inWords((2 * edge) / DEGREE, 1)}° for itself.`
    : `Infeasible${whose}: neighbours are ${evenly ? "" : "as little as "}${degrees}° apart; on its own weight a class has ψ(0) = ${inWords(slot.psi(0), 3)}, its neighbour there cos ${degrees}° = ${inWords(Math.cos(apart), 3)}.`;
  const bound = !largest || largest.all ? "" : largest.value === null ? ` No ${largest.knob.symbol} helps.` : ` ${largest.knob.symbol} may be at most ${inWords(largest.value, 4)}${largest.knob.unit ? ` ${largest.knob.unit}` : ""}.`;
  const sharp = evenly ? ` At ${scale} = ${inWords(slot.scale, 1)} the loss on the own weight is ${inWords(loss, 4)}, the probability ${inWords(100 * Math.exp(-loss), 2)} %.` : "";
  const grows = met ? "" : ` A larger ${scale} makes that worse.`;
  return first + bound + sharp + grows;
}

function drawMany(lab) {
  const places = placesOf(lab), apart = nearestPair(places), { theme } = lab;
  slotsOf(lab).forEach((slot, i) => {
    const figure = lab.circles[i], bright = marginLit(lab, slot), found = verdict(slot, places.length, apart);
    figure.begin({ title: slot.name });
    figure.dot(0, 0, figure.px(1) - figure.px(0), { fill: bright ? theme.accent : theme.margin, "fill-opacity": bright ? 0.45 : 1, stroke: theme.edge, "data-lights": marginOf(slot) });
    const weights = places.map((place) => ({ ...place, length: slot.loss.free ? place.length : 1 }));
    const shares = arcs((at) => owner(slot.psi, weights, at), 1440);
    for (const { from, to, owner: who } of shares) {
      if (who < 0) continue;
      const [xs, ys] = sector(from, to);
      figure.area(xs, ys, { fill: theme.ground });
      figure.area(xs, ys, { fill: hue(who, places.length, theme), "fill-opacity": 0.55, "data-owner": who });
    }
    sureRing(lab, figure, slot, weights);
    figure.curves.push(...shares.map(({ from, to, owner: who }) => ({ name: who < 0 ? "margin" : `class ${places[who].name}`, xs: [from / DEGREE, to / DEGREE], ys: [1, 1] })));
    places.forEach(({ at, name }, k) => {
      figure.curve("", [0, Math.cos(at)], [0, Math.sin(at)], { stroke: hue(k, places.length, theme), "stroke-width": 2 });
      figure.text(1.11 * Math.cos(at), 1.11 * Math.sin(at), name, { "font-size": places.length > 14 ? 9 : 12 });
    });
    const lost = places.flatMap((place, k) => (owner(slot.psi, weights, place.at) === k ? [] : [k])), evenly = lab.state.weights === "ring";
    if (lost.length === places.length) figure.text(0, 0, "nowhere", { "font-weight": 700, "font-size": 15 });
    figure.note.textContent = verdictWords(slot, places, lost, found, evenly);
    figure.note.classList.toggle("lab-lit", scaleLit(lab, slot));
    figure.note.classList.toggle("lab-bad", !found.met);
    figure.end(`${slot.name}, ${places.length} class weights on the circle. ${figure.note.textContent}`);
  });
}

/** Around the circle, how sure the best class is without any margin: what the scale sharpens. */
function sureRing(lab, figure, slot, weights) {
  const bright = scaleLit(lab, slot), ground = partsOf(lab.theme.ground);
  for (let i = 0; i < 180; i++) {
    const from = (Math.PI * i) / 90, to = from + Math.PI / 87, at = from + Math.PI / 180, logits = weights.map((weight) => slot.scale * weight.length * Math.cos(at - weight.at));
    const high = Math.max(...logits), best = logits.indexOf(high), chance = 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - high), 0);
    const shade = css(between(ground, partsOf(lab.theme.ink), 0.08 + 0.72 * clamp((chance - 1 / weights.length) / (1 - 1 / weights.length), 0, 1)));
    figure.put("path", { d: figure.route([1.03 * Math.cos(from), 1.03 * Math.cos(to)], [1.03 * Math.sin(from), 1.03 * Math.sin(to)]), stroke: shade, "stroke-width": bright ? 9 : 4, fill: "none", "data-sure": best, "data-lights": slot.byLength ? null : `${slot.index}.scale` });
  }
}

/** A class's colour: of the series for up to ten, evenly spread hues beyond. */
const hue = (i, count, theme) => (count <= 10 ? theme.series[i] : `hsl(${Math.round((360 * i) / count)}, 65%, ${theme.dark ? 62 : 45}%)`);

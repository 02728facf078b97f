// The target logit over the angle: psi, its slope, the probability it gives in a ring of classes, and the loss's bound.

const BOUNDS_FOR = [10, 100, 1000, 10000]; // classes, as in NormFace's Fig. 5
const TARGET_LIMITS = { count: [2, 100], length: [1, 64], low: [0, 170], high: [10, 180] };

section({
  name: "target",
  defaults: () => ({ losses: ["normface", "a_softmax", "cosface", "arcface"], count: 10, length: 16, low: 0, high: 180, scaled: false, histogram: true }),
  implied: slotDefaults,
  sane(state, data) {
    const next = saneSlots(state, data);
    for (const [name, [low, high]] of Object.entries(TARGET_LIMITS)) next[name] = Number.isFinite(next[name]) ? clamp(next[name], low, high) : low;
    next.count = Math.round(next.count);
    next.high = Math.max(next.high, next.low + 10);
    next.scaled = next.scaled === true;
    return next;
  },
  signature: slotSignature,
  build: buildTarget,
  draw: drawTarget,
  calls: {
    ringLoss: (lab, index, scale, count, thetas) => thetas.map((theta) => ringLoss(slotsOf(lab)[index].psi, scale, count, theta)),
    bound: (lab, count, scales) => scales.map((scale) => lossBound(count, scale)),
  },
});

function buildTarget(lab) {
  const byLength = slotsOf(lab).some((slot) => slot.byLength);
  lab.add([
    slider(lab, { name: "count", label: "Classes C", low: 2, high: 100, step: 1, whole: true, help: "Classes of the ring in which the probability is computed, and of the bound." }),
    ...(byLength ? [slider(lab, { name: "length", label: "‖x‖", low: 1, high: 64, step: 0.5, log: true, help: "Length of the embedding: the scale of losses that do not normalise it." })] : []),
    slider(lab, { name: "low", label: "Angles from", low: 0, high: 170, step: 1, unit: "°" }),
    slider(lab, { name: "high", label: "to", low: 10, high: 180, step: 1, unit: "°" }),
    toggle(lab, { name: "scaled", label: "Logits times the scale s", help: "Draw s ψ(θ) in place of ψ(θ)." }),
    ...(lab.data.histogram ? [toggle(lab, { name: "histogram", label: "Angles of the chosen run underneath" })] : []),
  ]);
  slotCards(lab);
  const wide = Math.round(clamp((lab.root.clientWidth - 352) / 2 - 18, 320, 620)), high = Math.round(wide * 0.68);
  const figure = (name, title) => lab.figure({ name, title, width: wide, height: high });
  lab.logit = figure("logit", "Target logit");
  lab.slope = figure("slope", "Its slope");
  lab.chance = figure("chance", "Probability of the true class");
  lab.bound = figure("bound", "Lowest loss that can be reached");
  lab.pictures.append(...[lab.logit, lab.chance, lab.slope, lab.bound].map(({ node }) => node));
}

function drawTarget(lab) {
  const { state } = lab, slots = slotsOf(lab), degrees = Array.from({ length: 721 }, (_, i) => state.low + ((state.high - state.low) * i) / 720);
  const thetas = degrees.map((degree) => degree * DEGREE), x = { low: state.low, high: state.high, ticks: degreeTicks(state.low, state.high), title: "θ to the own class weight (°)" };
  drawCurves(lab, lab.logit, slots, { degrees, x, title: state.scaled ? "Target logit s ψ(θ)" : "Target logit ψ(θ)", ys: (slot) => thetas.map((theta) => slot.psi(theta) * (state.scaled ? slot.scale : 1)), under: lab.data.histogram && state.histogram ? lab.data.histogram : null, shaded: true, lit: (slot) => marginLit(lab, slot) || (state.scaled && scaleLit(lab, slot)) });
  drawCurves(lab, lab.slope, slots, { degrees, x, title: "Slope dψ/dθ", ys: (slot) => thetas.map((theta) => slot.slope(theta) * (state.scaled ? slot.scale : 1)), lit: (slot) => marginLit(lab, slot) || (state.scaled && scaleLit(lab, slot)) });
  drawCurves(lab, lab.chance, slots, { degrees, x, range: [0, 1], title: `Probability of the true class, ${state.count} classes on a ring`, ys: (slot) => thetas.map((theta) => Math.exp(-ringLoss(slot.psi, slot.scale, state.count, theta))), lit: (slot) => marginLit(lab, slot) || scaleLit(lab, slot), by: (slot) => `${slot.index}.scale` });
  drawBound(lab, slots);
}

/**
 * One line a slot over the angle; where a curve jumps, the pen is lifted. `lit(slot)` says whose line stands out, `by(slot)`
 * what pointing at it lights; with `shaded` what a lit margin takes off the cosine is filled.
 */
function drawCurves(lab, figure, slots, { degrees, x, ys, title, range, under, lit, by = marginOf, shaded = false }) {
  const lines = slots.map((slot) => ({ slot, values: ys(slot) })), all = lines.flatMap(({ values }) => values.filter(Number.isFinite));
  const [low, high] = range ?? [Math.min(...all), Math.max(...all)], pad = range ? 0.03 : 0.06 * (high - low || 1);
  figure.begin({ title, x, y: { low: low - pad, high: high + pad } });
  if (under) histogramUnder(figure, under);
  for (const { slot, values } of lines) {
    const bright = lit(slot);
    if (shaded && marginLit(lab, slot)) figure.area([...degrees, ...degrees.toReversed()], [...values, ...degrees.map((degree) => Math.cos(degree * DEGREE) * (lab.state.scaled ? slot.scale : 1)).reverse()], { fill: slot.colour, "fill-opacity": 0.25, "data-taken": slot.index });
    figure.curve(slot.name, degrees, lifted(values), { stroke: slot.colour, "stroke-width": bright ? 4 : 2, "data-slot": slot.index, "data-lights": by(slot) });
  }
  figure.note.replaceChildren(...slots.map((slot) => element("span", { class: "lab-legend", style: `--own:${slot.colour}` }, slot.name)), ...(under ? [element("span", { class: "lab-legend", style: `--own:${lab.theme.margin}` }, under.title)] : []));
  figure.end(`${title} for ${slots.map(({ name }) => name).join(", ")}`);
}

/** The values with a gap where a step is many times larger than its neighbours. */
function lifted(values) {
  const steps = values.slice(1).map((value, i) => Math.abs(value - values[i])), found = [...values];
  for (let i = 1; i < steps.length - 1; i++) if (steps[i] > 8 * Math.max(steps[i - 1], steps[i + 1], 1e-3)) found[i] = NaN;
  return found;
}

/** A run's angles to the own prototype as bars along the bottom, a quarter of the picture high. */
function histogramUnder(figure, { degrees }) {
  const bins = new Array(90).fill(0);
  for (const degree of degrees) bins[Math.min(89, Math.floor(degree / 2))]++;
  const most = Math.max(...bins), bottom = figure.py(figure.y.low), room = 0.3 * figure.box.height;
  bins.forEach((count, i) => {
    if (count) figure.put("rect", { x: figure.px(2 * i), width: figure.px(2) - figure.px(0) - 0.5, y: bottom - (count / most) * room, height: (count / most) * room, fill: figure.theme.margin });
  });
  figure.curves.push({ name: "angles of the run (counts)", xs: bins.map((_, i) => 2 * i + 1), ys: bins });
}

function drawBound(lab, slots) {
  const { count } = lab.state, { theme } = lab, scales = Array.from({ length: 241 }, (_, i) => 64 ** (i / 240)), logs = scales.map(Math.log2);
  const floor = 1e-6, say = (loss) => (loss < floor ? NaN : Math.log10(loss)), lines = slots.map((slot) => [slot, scales.map((scale) => say(ringLoss(slot.psi, scale, count, 0)))]);
  const bound = scales.map((scale) => say(lossBound(count, scale))), high = Math.max(1, ...lines.flatMap(([, values]) => values.filter(Number.isFinite)));
  lab.bound.begin({
    title: "Lowest loss that can be reached, by scale",
    x: { low: 0, high: 6, ticks: [0, 1, 2, 3, 4, 5, 6], say: (tick) => String(2 ** tick), title: "scale s" },
    y: { low: -6, high, ticks: [-6, -4, -2, 0, ...(high > 2 ? [2] : [])], say: (tick) => (tick === 0 ? "1" : `10${tick < 0 ? "⁻" : ""}${"⁰¹²³⁴⁵⁶"[Math.abs(tick)]}`), title: "loss" },
  });
  for (const other of BOUNDS_FOR) {
    const ys = scales.map((scale) => say(lossBound(other, scale))), at = ys.findLastIndex((y) => y > -6 + 5.2 * Math.log10(other) / 6);
    lab.bound.curve(`NormFace's bound for ${other} classes (log10)`, logs, ys, { stroke: theme.quiet, "stroke-width": 1, "stroke-dasharray": "2 3" });
    lab.bound.text(logs[at], ys[at], String(other), { "font-size": 10, fill: theme.quiet });
  }
  lab.bound.curve("NormFace's bound in any dimension (log10)", logs, bound, { stroke: theme.ink, "stroke-dasharray": "5 4" });
  for (const [slot, values] of lines) lab.bound.curve(`${slot.name} on a 2-D ring (log10)`, logs, values, { stroke: slot.colour, "stroke-width": marginLit(lab, slot) || scaleLit(lab, slot) ? 4 : 2, "data-lights": marginOf(slot) });
  slots.forEach((slot) => { if (slot.scale <= 64 && Number.isFinite(say(ringLoss(slot.psi, slot.scale, count, 0)))) lab.bound.dot(Math.log2(slot.scale), say(ringLoss(slot.psi, slot.scale, count, 0)), scaleLit(lab, slot) ? 8 : 4.5, { fill: slot.colour, stroke: theme.ground, "data-lights": slot.byLength ? null : `${slot.index}.scale` }); });
  const words = slots.map((slot) => `${slot.name}, s = ${inWords(slot.scale, 1)}: ${inWords(ringLoss(slot.psi, slot.scale, count, 0), 4)}`);
  lab.bound.note.textContent = `Dashed: log(1 + (C−1) exp(−C s / (C−1))), Wang et al. 2017; thin for ${BOUNDS_FOR.join(", ")} classes. Each embedding on its own weight: ${words.join("; ")}.`;
  lab.bound.end(`Lowest reachable loss against the scale, ${count} classes`);
}

// Softmax over the whole plane: how probable a class is at every embedding, with and without a bias.

const SPOKES_LIMITS = { count: [2, 12], lengths: [0.2, 4], first: [0.2, 4], bias: [-6, 6], reach: [2, 20] };

const SPOKES_FORMULA = "P(0)=\\frac{e^{w_0\\|x\\|\\cos\\theta_0+b_0}}{e^{w_0\\|x\\|\\cos\\theta_0+b_0}+\\sum_{j\\ne0}e^{w\\|x\\|\\cos\\theta_j}}";
const SPOKES_LETTERS = [["w_0", "first", "Length of class 0's weight"], ["w", "lengths", "Length of the other weights"], ["b_0", "bias", "Bias of class 0"]].map(([tex, symbol, label]) => ({ letter: tex, symbol, label }));

section({
  name: "spokes",
  defaults: () => ({ count: 10, lengths: 1, first: 0.2, bias: 4, shown: -1, reach: 12 }),
  sane(state) {
    const next = { ...state };
    for (const [name, [low, high]] of Object.entries(SPOKES_LIMITS)) next[name] = Number.isFinite(next[name]) ? clamp(next[name], low, high) : low;
    next.count = Math.round(next.count);
    next.shown = Number.isInteger(next.shown) && next.shown >= -1 && next.shown < next.count ? next.shown : -1;
    return next;
  },
  signature: ({ count }) => String(count),
  build(lab) {
    const { count } = lab.state;
    lab.add([
      slider(lab, { name: "count", label: "Classes C", low: 2, high: 12, step: 1, whole: true }),
      slider(lab, { name: "lengths", label: "w = ‖W‖ of all others", low: 0.2, high: 4, step: 0.05, log: true }),
      slider(lab, { name: "first", label: "w₀ = ‖W₀‖", low: 0.2, high: 4, step: 0.05, log: true, help: "Length of class 0's weight in both pictures." }),
      slider(lab, { name: "bias", label: "bias b₀", low: -6, high: 6, step: 0.1, help: "Class 0's bias; all others have none." }),
      slider(lab, { name: "reach", label: "Plane up to", low: 2, high: 20, step: 0.5 }),
      choice(lab, { name: "shown", label: "Show", choices: [[-1, "the winner"], ...Array.from({ length: count }, (_, i) => [i, `P(${i})`])], help: "The most probable class, or the probability of one." }),
    ]);
    lab.add(texFormula(lab, SPOKES_FORMULA, SPOKES_LETTERS));
    lab.controls.append(element("p", { class: "lab-says" }, "Without a bias every region is a wedge with its tip at the origin, and going outwards only makes the winner surer: features form spokes. With a bias a class with a short weight can own the origin itself (NormFace, Fig. 3); normalising the features then destroys it."));
    const wide = Math.round(clamp((lab.root.clientWidth - 352) / 2 - 22, 300, 560));
    lab.planes = [["free", "Without a bias"], ["biased", "With class 0's bias"]].map(([name, title]) => lab.figure({ name, title, width: wide, height: wide, equal: true }));
    lab.pictures.append(...lab.planes.map(({ node }) => node));
  },
  draw(lab) {
    const { reach, bias } = lab.state, axis = (title) => ({ low: -reach, high: reach, title });
    lab.planes.forEach((figure, i) => {
      figure.begin({ x: axis("x₁"), y: axis("x₂") });
      drawSpokes(lab, figure, i ? bias : 0);
    });
  },
  calls: { chances: (lab, bias, x, y) => chances(headOf(lab, bias), x, y) },
});

/** Class weights evenly spread from the top, and biases: `{x, y, b}`. */
function headOf({ state }, bias) {
  return Array.from({ length: state.count }, (_, i) => {
    const at = Math.PI / 2 - (2 * Math.PI * i) / state.count, length = i ? state.lengths : state.first;
    return { x: length * Math.cos(at), y: length * Math.sin(at), b: i ? 0 : bias };
  });
}

/** Softmax of W x + b. */
function chances(head, x, y) {
  const logits = head.map((row) => row.x * x + row.y * y + row.b), high = Math.max(...logits), parts = logits.map((logit) => Math.exp(logit - high));
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}

function drawSpokes(lab, figure, bias) {
  const head = headOf(lab, bias), { shown, count } = lab.state, { theme } = lab, colours = head.map((_, i) => partsOf(lab.theme.series[i % 10])), ground = partsOf(theme.ground);
  const logits = new Float64Array(head.length);
  figure.heat(120, 120, (x, y) => {
    let best = 0, sum = 0;
    head.forEach((row, i) => {
      logits[i] = row.x * x + row.y * y + row.b;
      if (logits[i] > logits[best]) best = i;
    });
    for (const logit of logits) sum += Math.exp(logit - logits[best]);
    if (shown >= 0) return rampColour(Math.exp(logits[shown] - logits[best]) / sum);
    return between(ground, colours[best], 0.15 + 0.6 / sum);
  });
  head.forEach((row, i) => {
    figure.curve(`W${i}`, [0, row.x], [0, row.y], { stroke: shown >= 0 ? "#ffffff" : theme.ink, "stroke-width": lab.lit === (i ? "lengths" : "first") ? 5 : 2, "data-weight": i, "data-lights": i ? "lengths" : "first" });
    const length = Math.hypot(row.x, row.y) || 1, far = length + 0.07 * lab.state.reach;
    figure.text((row.x / length) * far, (row.y / length) * far, String(i), { "font-weight": 600 });
  });
  if (bias && lab.lit === "bias") figure.put("circle", { cx: figure.px(0), cy: figure.py(0), r: 26, fill: "none", stroke: theme.accent, "stroke-width": 4, "data-origin": "" });
  const along = Array.from({ length: 201 }, (_, i) => -lab.state.reach + (2 * lab.state.reach * i) / 200), chosen = Math.max(shown, 0);
  figure.curves.push({ name: `P(${chosen}) along x2 at x1 = 0`, xs: along, ys: along.map((y) => chances(head, 0, y)[chosen]) });
  const origin = chances(head, 0, 0);
  figure.note.textContent = `At the origin class 0 has ${inWords(100 * origin[0], 1)} %${shown > 0 ? `, class ${shown} ${inWords(100 * origin[shown], 1)} %. Blue 0, yellow 1.` : "."}`;
  figure.end(`Softmax over the plane, ${count} classes, bias of class 0 ${inWords(bias)}`);
}

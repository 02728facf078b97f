// The section "Unified view": one anchor with K positives and L negatives on the line of similarities. With gamma the
// weight goes to the hardest pairs, as in triplet loss; with one positive it is AM-softmax; circle loss re-weighs.

const MOST_SIMILARITIES = 8;
const START = { positives: [0.85, 0.7, 0.55, 0.92, 0.4, 0.78, 0.62, 0.3], negatives: [0.1, 0.35, -0.2, 0.5, 0.22, -0.4, 0.62, 0.0] };

const UNIFIED_FORMULA = "\\log\\Big[1+\\sum_{j=1}^{L}e^{\\gamma(s_n^j+m)}\\sum_{i=1}^{K}e^{-\\gamma s_p^i}\\Big]";
const UNIFIED_LETTERS = [["\\gamma", "gamma", "Scale"], ["m", "margin", "Margin"], ["K", "K", "Positives"], ["L", "L", "Negatives"]].map(([tex, symbol, label]) => ({ letter: tex, symbol, label }));
const UNIFIED_LIGHTS = { gamma: ["negative", "positive"], margin: ["negative"], L: ["negative"], K: ["positive"] }; // whose bars
const unifiedLists = ({ positives, negatives, K, L }) => [negatives.slice(0, L), positives.slice(0, K)];

/** Bars over the line of similarities: how much each counts, as a share of the largest. */
function drawUnified(lab, figure, title, found) {
  const { state, theme } = lab, [negatives, positives] = unifiedLists(state), [own, other] = [theme.series[0], theme.series[6]];
  const steepest = Math.max(...found.negatives, ...found.positives.map((slope) => -slope), 1e-30);
  figure.begin({ title });
  figure.curve("", [-1, 1], [0, 0], { stroke: theme.quiet });
  const bars = [[negatives, found.negatives, other, "n", -1, "negative"], [positives, found.positives, own, "p", 1, "positive"]];
  for (const [places, slopes, colour, key, way, noun] of bars) {
    places.forEach((place, i) => {
      const share = Math.abs(slopes[i]) / steepest;
      figure.curve(`${noun} ${i + 1}`, [place, place], [0, way * share], { stroke: colour, "stroke-width": UNIFIED_LIGHTS[lab.lit]?.includes(noun) ? 13 : 7, "stroke-linecap": "butt", "data-bar": noun, "data-lights": noun === "positive" ? "K" : "L" });
      figure.handle(`${key}${i}`, {
        x: place, y: 0, step: 0.01, colour, radius: 6, label: `Similarity of ${noun} ${i + 1}`, says: `${inWords(place, 2)}, derivative ${inWords(slopes[i], 3)}`,
        move: (x) => { const moved = [...state[`${noun}s`]]; moved[i] = clamp(x, -0.99, 0.99); lab.set({ [`${noun}s`]: moved }); },
      });
    });
  }
  figure.keepHandles([...negatives.map((_, i) => `n${i}`), ...positives.map((_, i) => `p${i}`)]);
  figure.note.textContent = `Loss ${inWords(found.loss, 3)} = γ · ${inWords(found.loss / state.gamma, 4)}; steepest derivative ${inWords(steepest, 3)}`;
  figure.end(`${title}: ${figure.note.textContent}`);
}

/** In words what the knobs have made of the unified loss. */
function unifiedWords(state) {
  const [negatives, positives] = unifiedLists(state), hinge = Math.max(...negatives) - Math.min(...positives) + state.margin, hardest = Math.max(hinge, 0);
  const { loss } = unifiedAt(negatives, positives, state), value = loss / state.gamma;
  const what = state.K === 1 ? `K = 1: this is AM-softmax with ${state.L + 1} classes, scale γ and margin m.` : "K > 1: every positive is held against every negative.";
  const near = Math.abs(value - hardest) < 0.02 ? `With γ = ${inWords(state.gamma, 0)} it is all but the hinge of the hardest pair` : `The larger γ, the closer L/γ comes to the hinge of the hardest pair`;
  return `${what} ${near}, max(0, max s_n − min s_p + m) = ${inWords(hardest, 4)}; now L/γ = ${inWords(value, 4)}.`;
}

section({
  name: "unified",
  defaults: (data) => ({ margin: data.circle.default, gamma: 16, K: 3, L: 5, ...START }),
  sane: (state, data) => {
    const list = (values, otherwise) => otherwise.map((value, i) => clamp(Number.isFinite(values[i]) ? values[i] : value, -0.99, 0.99));
    const count = (value) => clamp(Math.round(value), 1, MOST_SIMILARITIES);
    return {
      ...state, margin: clamp(state.margin, data.circle.low, data.circle.high), gamma: clamp(state.gamma, data.gamma.low, data.gamma.high), K: count(state.K), L: count(state.L),
      positives: list(state.positives, START.positives), negatives: list(state.negatives, START.negatives),
    };
  },
  build(lab) {
    const { data } = lab;
    lab.add([
      slider(lab, { name: "gamma", label: "γ", ...data.gamma }),
      slider(lab, { name: "margin", label: "m", ...data.circle }),
      slider(lab, { name: "K", label: "K", low: 1, high: MOST_SIMILARITIES, step: 1, whole: true, help: "Positives of the anchor" }),
      slider(lab, { name: "L", label: "L", low: 1, high: MOST_SIMILARITIES, step: 1, whole: true, help: "Negatives of the anchor" }),
    ]);
    const axes = { x: { low: -1, high: 1, title: "Similarity s" }, y: { low: -1.15, high: 1.15, title: "s_n pushed · s_p pulled", ticks: [-1, 0, 1], say: (value) => inWords(Math.abs(value)) } };
    lab.parts = {
      unified: lab.figure({ name: "unified", width: 620, height: 260, ...axes }), circle: lab.figure({ name: "circle", width: 620, height: 260, ...axes }),
      words: element("p", { class: "lab-note", "data-reading": "unified" }),
    };
    lab.add(texFormula(lab, UNIFIED_FORMULA, UNIFIED_LETTERS));
    lab.controls.append(lab.parts.words);
    lab.pictures.append(lab.parts.unified.node, lab.parts.circle.node);
  },
  draw(lab) {
    const { state, parts } = lab, [negatives, positives] = unifiedLists(state);
    parts.words.textContent = unifiedWords(state);
    drawUnified(lab, parts.unified, "Unified loss: one weight for all", unifiedAt(negatives, positives, state));
    drawUnified(lab, parts.circle, "Circle loss: each weighted by its distance from its goal", circleAt(negatives, positives, state));
  },
  inspect: (lab) => { const [negatives, positives] = unifiedLists(lab.state); return { unified: unifiedAt(negatives, positives, lab.state), circle: circleAt(negatives, positives, lab.state), words: unifiedWords(lab.state) }; },
  calls: { unified: (lab, negatives, positives, knobs) => unifiedAt(negatives, positives, knobs), circle: (lab, negatives, positives, knobs) => circleAt(negatives, positives, knobs) },
});

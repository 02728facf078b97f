// The section "Pairs": loss and force against distance, springs, and a triplet with its rings.

const PAIR_FARTHEST = 4;
const PAIR_FORMULAS = {
  squared: "\\tfrac12[y_i=y_j]D^2+\\tfrac12[y_i\\ne y_j]\\max(0,m-D)^2",
  hinge: "[y_i=y_j]D+[y_i\\ne y_j]\\max(0,m-D)",
};
const TRIPLET_FORMULAS = { true: "\\max(0,d_{ap}^2-d_{an}^2+m)", false: "\\max(0,d_{ap}-d_{an}+m)" }; // by whether distances are squared

function pairCurves(lab) {
  const { state, theme } = lab, grid = Array.from({ length: 401 }, (_, i) => (i * PAIR_FARTHEST) / 400);
  const triplet = state.loss === "triplet";
  const rows = triplet
    ? [["negative", theme.series[6], grid.map((d) => tripletAt(d, { toPositive: state.toPositive, margin: state.tripletMargin, squared: state.squared }))]]
    : [["same class", theme.series[0], grid.map((d) => contrastiveAt(d, { same: true, margin: state.margin, form: state.form }))],
       ["two classes", theme.series[6], grid.map((d) => contrastiveAt(d, { same: false, margin: state.margin, form: state.form }))]];
  return { grid, rows, triplet };
}

/** Loss and force, one above the other, with the margin as a line and a probe that can be dragged along. */
function drawPairCurves(lab, figures) {
  const { state, theme } = lab, { grid, rows, triplet } = pairCurves(lab);
  const margin = triplet ? solvedFrom(state.toPositive, state.tripletMargin, state.squared) : state.margin;
  const lit = lab.lit === (triplet ? "tripletMargin" : "margin");
  for (const [figure, what] of [[figures.loss, "loss"], [figures.force, "force"]]) {
    const all = rows.flatMap(([, , values]) => values.map((value) => value[what])), top = Math.min(Math.max(...all, 1), 6), low = what === "loss" ? 0 : Math.max(Math.min(...all, -1), -6);
    figure.begin({ x: { title: triplet ? "Distance of the negative, d(a, n)" : "Distance D" }, y: { low: low - 0.06 * (top - low), high: top * 1.06 } });
    figure.curve("", [margin, margin], [figure.y.low, figure.y.high], { stroke: theme.accent, "stroke-width": lit ? 3.5 : 1.5, "stroke-dasharray": "5 4", "data-line": "margin", "data-lights": triplet ? "tripletMargin" : "margin" });
    if (what === "force") figure.curve("", [0, PAIR_FARTHEST], [0, 0], { stroke: theme.quiet, "stroke-width": 1 });
    for (const [name, colour, values] of rows) {
      const ys = values.map((value) => value[what]);
      figure.curve(name, grid, ys, { stroke: colour, "stroke-dasharray": name === "same class" ? "7 4" : null });
      const at = valueAt(lab, name === "same class")[what];
      figure.dot(state.distance, at, lab.lit === "distance" ? 8 : 5, { fill: colour, "data-value": at, "data-lights": "distance" });
    }
    figure.handle("distance", { x: state.distance, y: 0, step: 0.02, label: "Distance", says: inWords(state.distance, 2), move: (x) => lab.set({ distance: clamp(x, 0, PAIR_FARTHEST) }) });
    figure.note.textContent = rows.map(([name]) => `${name}: ${inWords(valueAt(lab, name === "same class")[what], 3)}`).join(" · ") + ` at ${inWords(state.distance, 2)}`;
    figure.end(`${what} against distance; ${figure.note.textContent}`);
  }
}

function valueAt(lab, same) {
  const { state } = lab;
  if (state.loss === "triplet") return tripletAt(state.distance, { toPositive: state.toPositive, margin: state.tripletMargin, squared: state.squared });
  return contrastiveAt(state.distance, { same, margin: state.margin, form: state.form });
}

section({
  name: "pairs",
  defaults: (data) => ({
    loss: "contrastive", form: "squared", margin: data.contrastive.default, tripletMargin: data.triplet.default, squared: true, toPositive: 1, distance: 0.8,
    scene: "equilibrium", springX: 1.6, springY: 1.6, aX: -0.2, aY: 0, pX: 0.55, pY: 0.45, nX: -1.0, nY: 0.35,
  }),
  sane: (state, data) => ({
    ...state,
    loss: state.loss === "triplet" ? "triplet" : "contrastive", form: state.form === "hinge" ? "hinge" : "squared", scene: SPRING_SCENES[state.scene] ? state.scene : "equilibrium",
    margin: clamp(state.margin, data.contrastive.low, data.contrastive.high), tripletMargin: clamp(state.tripletMargin, data.triplet.low, data.triplet.high),
    toPositive: clamp(state.toPositive, 0, 2), distance: clamp(state.distance, 0, PAIR_FARTHEST),
  }),
  build(lab) {
    const { data } = lab, axis = { low: 0, high: PAIR_FARTHEST };
    lab.parts = {
      loss: lab.figure({ name: "loss", title: "Loss", width: 405, height: 260, x: axis, y: { title: "Loss" } }),
      force: lab.figure({ name: "force", title: "Force: positive pushes apart", width: 405, height: 260, x: axis, y: { title: "Force" } }),
      springs: lab.figure({ name: "springs", title: "Springs: drag the point, let it go", width: 405, height: 330, equal: true, x: { low: -3.3, high: 3.3, axis: false }, y: { low: -2.7, high: 2.7, axis: false } }),
      rings: lab.figure({ name: "rings", title: "Triplet: drag a, p or n", width: 405, height: 330, equal: true, x: { low: -1.8, high: 1.8, axis: false }, y: { low: -1.45, high: 1.45, axis: false } }),
    };
    const heading = (words) => element("div", { class: "lab-figure-title" }, words);
    lab.add(choice(lab, { name: "loss", label: "Curves", choices: [["contrastive", "Contrastive"], ["triplet", "Triplet"]] }));
    const distance = { letter: "D", symbol: "distance", label: "Distance" };
    lab.controls.append(heading("Contrastive and springs"));
    lab.add(texFormula(lab, () => PAIR_FORMULAS[lab.state.form], [{ letter: "m", symbol: "margin", label: "Margin" }, distance]));
    lab.add([
      slider(lab, { name: "margin", label: "m", ...data.contrastive }),
      choice(lab, { name: "form", label: "Form", choices: [["squared", "Squared (2006)"], ["hinge", "Not squared (library)"]] }),
      choice(lab, { name: "scene", label: "Springs", choices: [["attract", "Attract"], ["repel", "Repel"], ["equilibrium", "Equilibrium"]] }),
    ]);
    const loose = () => { const { at } = SPRING_SCENES[lab.state.scene]; springHold(lab); lab.set({ springX: at[0], springY: at[1] }); };
    lab.controls.append(element("div", { class: "lab-row" }, action("Let go", () => springRelease(lab), { "data-does": "release" }), action("Put back", loose, { "data-does": "reset" })));
    lab.controls.append(heading("Triplet"));
    lab.add(texFormula(lab, () => TRIPLET_FORMULAS[lab.state.squared], [
      { letter: "m", symbol: "tripletMargin", label: "Margin" }, { letter: "d_{ap}", symbol: "toPositive", label: "Distance of the positive" }, { ...distance, letter: "d_{an}" },
    ]));
    lab.add([
      slider(lab, { name: "tripletMargin", label: "m", ...data.triplet }),
      slider(lab, { name: "toPositive", label: "d(a,p)", low: 0, high: 2, step: 0.01, help: "Distance of the positive in the curves; in the picture it is where p stands." }),
      toggle(lab, { name: "squared", label: "Squared distances (FaceNet)" }),
    ]);
    lab.parts.springs.node.addEventListener("pointerup", () => springRelease(lab));
    lab.pictures.append(...["loss", "force", "springs", "rings"].map((name) => lab.parts[name].node));
    lab.parts.legend = element("div", { class: "lab-note lab-wide" }, "Rings about the anchor: a negative inside the inner one (r = d(a,p)) is hard, between the two semi-hard, outside easy. The outer one is at √(d²(a,p) + m) for squared distances, at d(a,p) + m otherwise.");
    lab.pictures.append(lab.parts.legend);
  },
  draw(lab) {
    const { parts } = lab;
    drawPairCurves(lab, parts);
    drawSprings(lab, parts.springs);
    lab.triplet = drawRings(lab, parts.rings);
  },
  inspect: (lab) => ({ triplet: lab.triplet, springing: Boolean(lab.springing), spring: springForces([lab.state.springX, lab.state.springY], SPRING_SCENES[lab.state.scene], lab.state.margin, lab.state.form) }),
  stop: springHold,
  calls: {
    contrastive: (lab, distances, options) => distances.map((d) => contrastiveAt(d, options)),
    triplet: (lab, distances, options) => distances.map((d) => tripletAt(d, options)),
    forces: (lab, places, options) => tripletForces(...places, options),
  },
});

// The section "Similarity plane": for each loss the two gradients as surfaces over (s_n, s_p), contours of the loss, the
// boundary, and a point that can be dragged. Below: several similarities of one anchor, the unified view.

const PLANE_TITLES = { triplet: "Triplet", am_softmax: "AM-softmax", circle: "Circle" };
const PLANE_SIDES = [["byPositive", "∂L/∂s_p"], ["byNegative", "∂L/∂s_n"]];
const PLANE_CELLS = 72;
const PLANE_SHOWN = { gradients: ["byPositive", "byNegative"], positive: ["byPositive"], negative: ["byNegative"] };

const PLANE_FORMULA = [
  "2[s_n-s_p+m]_+", "\\log(1+e^{\\gamma(s_n-s_p+m)})", "\\log(1+e^{\\gamma([s_n+m]_+(s_n-m)-[1+m-s_p]_+(s_p-1+m))})",
].join(",\\quad"); // triplet, AM-softmax, circle
const PLANE_BOUNDARIES = "s_p-s_n=m,\\quad s_n^2+(s_p-1)^2=2m^2"; // of the first two, of circle
const PLANE_LETTERS = [["m", "margin", "Margin"], ["\\gamma", "gamma", "Scale"], ["s_n", "sn", "Similarity of the negative"], ["s_p", "sp", "Similarity of the positive"]].map(([tex, symbol, label]) => ({ letter: tex, symbol, label }));
const planeKnobs = (state, kind) => ({ margin: state.margin, gamma: state.gamma, detached: kind !== "circle" || state.detached });

/** One heat map: the size of a gradient, with contours of the loss and the boundary. */
function drawPlane(lab, figure, kind, side) {
  const { state, theme } = lab, knobs = planeKnobs(state, kind), at = PLANE_LOSSES[kind];
  const steepest = kind === "triplet" ? 2 : kind === "am_softmax" ? state.gamma : state.gamma * (state.detached ? 1 + state.margin : 2);
  figure.begin({ title: `${PLANE_TITLES[kind]}: ${PLANE_SIDES.find(([key]) => key === side)[1]}` });
  figure.heat(PLANE_CELLS, PLANE_CELLS, (sn, sp) => rampColour(Math.abs(at(sn, sp, knobs)[side]) / steepest));
  drawContours(figure, (sn, sp) => at(sn, sp, knobs).loss, kind === "triplet" ? 2 : state.gamma, lab.lit === "gamma" && kind !== "triplet");
  const [xs, ys] = planeBoundary(kind, state.margin);
  figure.curve("boundary", xs, ys, { stroke: "#fff", "stroke-width": lab.lit === "margin" ? 4.5 : 2.2, "stroke-dasharray": "6 4", "data-lights": "margin" });
  if (kind === "circle") figure.dot(state.margin, 1 - state.margin, lab.lit === "margin" ? 6 : 4, { fill: "#fff", stroke: "#000", "data-target": "T" });
  const here = at(state.sn, state.sp, knobs);
  figure.handle("point", {
    x: state.sn, y: state.sp, step: 0.01, radius: ["sn", "sp"].includes(lab.lit) ? 10 : 7, colour: "#fff", label: "Similarities of negative and positive",
    says: `s_n ${inWords(state.sn, 2)}, s_p ${inWords(state.sp, 2)}`, move: (x, y) => lab.set({ sn: clamp(x, 0, 1), sp: clamp(y, 0, 1) }),
  });
  figure.handles.get("point").dot.setAttribute("stroke", theme.accent);
  figure.note.textContent = `Here ${inWords(here[side], 2)}; loss ${inWords(here.loss, 3)}; brightest ${inWords(steepest, 0)}`;
  figure.end(`${figure.title.textContent}: ${figure.note.textContent}`);
}

/** Thin lines of equal loss by marching squares (thicker where `bright`), at `steepest` times 0.02, 0.1, 0.25 and so on. */
function drawContours(figure, value, steepest, bright) {
  const cells = 36, at = (i) => i / cells, grid = Array.from({ length: cells + 1 }, (_, r) => Array.from({ length: cells + 1 }, (_, c) => value(at(c), at(r))));
  const path = [0.02, 0.1, 0.25, 0.5, 0.75, 1].map((share) => contourAt(grid, cells, share * steepest, figure)).join("");
  figure.put("path", { d: path, fill: "none", stroke: "#fff", "stroke-opacity": bright ? 1 : 0.35, "stroke-width": bright ? 1.8 : 1, "data-contours": "", "data-lights": "gamma" });
}

function contourAt(grid, cells, level, figure) {
  const cross = (a, b, from, to) => [from[0] + ((level - a) / (b - a)) * (to[0] - from[0]), from[1] + ((level - a) / (b - a)) * (to[1] - from[1])];
  let path = "";
  for (let r = 0; r < cells; r++) {
    for (let c = 0; c < cells; c++) {
      const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]].map(([x, y]) => [grid[y][x], [x / cells, y / cells]]);
      const ends = corners.flatMap(([a, from], i) => { const [b, to] = corners[(i + 1) % 4]; return (a < level) !== (b < level) ? [cross(a, b, from, to)] : []; });
      for (let i = 0; i + 1 < ends.length; i += 2) path += `M${figure.px(ends[i][0]).toFixed(1)} ${figure.py(ends[i][1]).toFixed(1)}L${figure.px(ends[i + 1][0]).toFixed(1)} ${figure.py(ends[i + 1][1]).toFixed(1)}`;
    }
  }
  return path;
}

section({
  name: "plane",
  defaults: (data) => ({ margin: data.circle.default, gamma: data.gamma.default, detached: true, sn: 0.8, sp: 0.8, show: "gradients", losses: ["triplet", "am_softmax", "circle"] }),
  sane: (state, data) => ({
    ...state, margin: clamp(state.margin, data.circle.low, data.circle.high), gamma: clamp(state.gamma, data.gamma.low, data.gamma.high),
    sn: clamp(state.sn, 0, 1), sp: clamp(state.sp, 0, 1), show: PLANE_SHOWN[state.show] ? state.show : "gradients",
  }),
  build(lab) {
    const { data } = lab, axis = { low: 0, high: 1, ticks: [0, 0.25, 0.5, 0.75, 1] };
    lab.parts = { reading: element("p", { class: "lab-note", "data-reading": "plane" }), maps: [] };
    lab.add([
      slider(lab, { name: "margin", label: "m", ...data.circle }),
      slider(lab, { name: "gamma", label: "γ", ...data.gamma }),
      choice(lab, { name: "show", label: "Show", choices: [["gradients", "Both"], ["positive", "∂L/∂s_p"], ["negative", "∂L/∂s_n"]] }),
      toggle(lab, { name: "detached", label: "Weights α of circle loss held constant (as trained)" }),
    ]);
    const heading = (words) => element("div", { class: "lab-note" }, words);
    lab.controls.append(heading("Triplet, AM-softmax and circle loss, with the values at the point:"));
    lab.add(texFormula(lab, PLANE_FORMULA, PLANE_LETTERS));
    lab.controls.append(heading("Boundary of the first two, and of circle loss, a circle through T = (m, 1 − m):"));
    lab.add(texFormula(lab, PLANE_BOUNDARIES, PLANE_LETTERS.slice(0, 1)));
    lab.controls.append(lab.parts.reading);
    for (const [side] of PLANE_SIDES) {
      const row = element("div", { class: "lab-pictures lab-wide", "data-row": side });
      for (const kind of Object.keys(PLANE_TITLES)) {
        const figure = lab.figure({ name: `${kind}-${side}`, width: 274, height: 266, equal: true, x: { ...axis, title: "s_n" }, y: { ...axis, title: "s_p" } });
        lab.parts.maps.push({ figure, kind, side });
        row.append(figure.node);
      }
      lab.pictures.append(row);
    }
  },
  draw(lab) {
    const { state, parts } = lab;
    for (const { figure, kind, side } of parts.maps) {
      const shown = PLANE_SHOWN[state.show].includes(side);
      figure.node.parentElement.hidden = !shown;
      if (shown) drawPlane(lab, figure, kind, side);
    }
    const said = Object.keys(PLANE_TITLES).map((kind) => { const { byNegative, byPositive } = PLANE_LOSSES[kind](state.sn, state.sp, planeKnobs(state, kind)); return `${PLANE_TITLES[kind]} ${inWords(byPositive, 2)} and ${inWords(byNegative, 2)}`; });
    parts.reading.textContent = `At s_n ${inWords(state.sn, 2)}, s_p ${inWords(state.sp, 2)}, by s_p and s_n: ${said.join("; ")}. Triplet and AM-softmax pull both similarities alike; circle loss pulls the one that is farther from its goal harder.`;
  },
  inspect: (lab) => ({ here: Object.fromEntries(Object.keys(PLANE_TITLES).map((kind) => [kind, PLANE_LOSSES[kind](lab.state.sn, lab.state.sp, planeKnobs(lab.state, kind))])) }),
  calls: {
    surface: (lab, kind, points, knobs) => points.map(([sn, sp]) => PLANE_LOSSES[kind](sn, sp, knobs)),
    boundary: (lab, kind, margin) => planeBoundary(kind, margin),
  },
});

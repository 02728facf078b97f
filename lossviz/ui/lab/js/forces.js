// The section "Forces": minus the gradient of each loss as an arrow on every point, computed by Python through the
// criterion that trains.

/** How long an arrow is drawn for a unit of force: the strongest of one picture, or of all, has the same length. */
function forceScales(lab) {
  const strongest = lab.data.panels.map(({ vectors }) => Math.max(...vectors.map((vector) => Math.hypot(...vector)), 1e-30));
  const all = Math.max(...strongest);
  return strongest.map((own) => (0.55 * lab.state.length) / (lab.state.common ? all : own));
}

function drawForces(lab, figure, panel, scale) {
  const { data, theme } = lab, fresh = upToDate(lab), bright = cardLit(lab, panel.key);
  figure.begin({ title: panel.title });
  figure.put("circle", { cx: figure.px(0), cy: figure.py(0), r: figure.px(1) - figure.px(0), fill: "none", stroke: theme.grid, "stroke-dasharray": panel.sphere ? null : "3 5" });
  panel.prototypes.forEach((place, i) => arrow(figure, [0, 0], place, theme.series[panel.owners[i] % 10], "prototype", 1.3));
  const strongest = Math.max(...panel.vectors.map((vector) => Math.hypot(...vector)));
  batchPlaces(lab).forEach((place, row) => {
    const vector = panel.vectors[row];
    if (Math.hypot(...vector) > 0.01 * strongest) arrow(figure, place, vector.map((part) => part * scale), bright ? theme.accent : fresh ? theme.ink : theme.quiet, "force", bright ? 2.8 : 1.6);
    else figure.put("circle", { cx: figure.px(place[0]), cy: figure.py(place[1]), r: 9, fill: "none", stroke: theme.quiet, "stroke-width": 1, "data-ignored": row });
  });
  drawBatchPoints(lab, figure);
  figure.curves.push({ name: "force x", xs: data.points.map((_, row) => row), ys: panel.vectors.map(([x]) => x) }, { name: "force y", xs: data.points.map((_, row) => row), ys: panel.vectors.map(([, y]) => y) });
  figure.note.textContent = `Loss ${inWords(panel.value, 3)}. ${panel.words}`;
  figure.node.style.maxWidth = `${figure.options.width}px`;
  figure.end(`Forces of ${panel.title}: ${figure.note.textContent}`);
}

section({
  name: "forces",
  lasting: true,
  defaults: (data) => ({ ...batchDefaults(data), common: false, length: 1 }),
  sane: (state, data) => ({ ...batchSane(state, data), length: clamp(state.length, 0.2, 4) }),
  build(lab) {
    lab.add([
      slider(lab, { name: "length", label: "Arrows", low: 0.2, high: 4, log: true, help: "Length of the arrows." }),
      toggle(lab, { name: "common", label: "One length for one force in all pictures", help: "Otherwise the strongest force of each picture is drawn equally long." }),
    ]);
    const words = "An arrow is minus the gradient of the loss by that point, out of the criterion that trains. A ring marks a point that is ignored: it feels less than 1 % of the strongest force. Thin lines from the middle are class weights, proxies or centers, turned to their classes. Drag a point and the forces follow.";
    lab.controls.append(action("Put points back", () => batchReset(lab), { "data-does": "reset" }), element("p", { class: "lab-note" }, words));
    lossCards(lab);
    lab.panelKeys = null;
  },
  draw(lab) {
    const scales = forceScales(lab);
    batchFigures(lab, lab.pictures).forEach((figure, i) => drawForces(lab, figure, lab.data.panels[i], scales[i]));
  },
  inspect: (lab) => ({ places: batchPlaces(lab), fresh: upToDate(lab), panels: lab.data.panels }),
  news: batchNews,
  signature: batchSignature,
});

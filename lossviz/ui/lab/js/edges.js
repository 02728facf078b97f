// The section "Pair weights": the batch as a graph whose edges are as thick as the loss weighs the pair.

const EDGE_WIDEST = 9;

function drawEdges(lab, figure, panel) {
  const { data, theme } = lab, places = batchPlaces(lab), fresh = upToDate(lab), bright = cardLit(lab, panel.key), [pull, push] = [theme.series[0], theme.series[6]];
  const heaviest = Math.max(...panel.weights.flat().map(Math.abs), 1e-30);
  figure.begin({ title: panel.title });
  for (let i = 0; i < places.length; i++) {
    for (let j = 0; j < i; j++) {
      const weight = panel.weights[i][j], share = Math.abs(weight) / heaviest, attracts = panel.by === "distance" ? weight > 0 : weight < 0;
      const line = { x1: figure.px(places[i][0]), y1: figure.py(places[i][1]), x2: figure.px(places[j][0]), y2: figure.py(places[j][1]) };
      if (share > 0.003) figure.put("line", { ...line, stroke: attracts ? pull : push, "stroke-width": Math.max(EDGE_WIDEST * share, 0.4) * (bright ? 1.6 : 1), "stroke-opacity": bright ? 1 : fresh ? 0.75 : 0.35, "stroke-dasharray": attracts ? null : "6 3", "data-edge": `${j}-${i}`, "data-weight": weight });
    }
  }
  const pairs = places.flatMap((_, i) => places.slice(0, i).map((_, j) => [i, j]));
  figure.curves.push({ name: "weight of pair", xs: pairs.map(([i, j]) => `${j + 1}-${i + 1}`), ys: pairs.map(([i, j]) => panel.weights[i][j]) });
  drawBatchPoints(lab, figure);
  const idle = pairs.filter(([i, j]) => Math.abs(panel.weights[i][j]) <= 0.01 * heaviest).length;
  figure.note.textContent = `Loss ${inWords(panel.value, 3)}, by ${panel.by === "distance" ? "distance" : panel.by === "cosine" ? "cosine" : "inner product"}: heaviest pair ${inWords(heaviest, 3)}; ${idle} of ${pairs.length} pairs weigh less than 1 % of it.`;
  figure.node.style.maxWidth = `${figure.options.width}px`;
  figure.end(`Pair weights of ${panel.title}: ${figure.note.textContent}`);
}

section({
  name: "edges",
  lasting: true,
  defaults: batchDefaults,
  sane: batchSane,
  build(lab) {
    const words = "An edge is as thick as the size of the derivative of the loss by that pair's distance, cosine or inner product, out of the criterion that trains: full where it draws the pair together, dashed where it pushes it apart. Drag a point and the weights follow.";
    lab.controls.append(action("Put points back", () => batchReset(lab), { "data-does": "reset" }), element("p", { class: "lab-note" }, words));
    lossCards(lab);
    lab.panelKeys = null;
  },
  draw(lab) {
    batchFigures(lab, lab.pictures).forEach((figure, i) => drawEdges(lab, figure, lab.data.panels[i]));
  },
  inspect: (lab) => ({ places: batchPlaces(lab), fresh: upToDate(lab), panels: lab.data.panels }),
  news: batchNews,
  signature: batchSignature,
});

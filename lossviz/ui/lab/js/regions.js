// Below a trained toy: the regions of the classes, and the margins between them, at the step where the slider rests.

const CLASS_ORDER = [0, 1, 2, 3, 6, 7, 4, 5, 8, 9]; // the embedding view's, so that a class has one colour on the page

function drawRegions(lab, figure, panel) {
  const { theme, data } = lab, { cells } = data, colours = CLASS_ORDER.map((at) => theme.series[at]), ground = partsOf(theme.ground), ink = partsOf(theme.ink);
  const tints = colours.map((colour) => between(ground, partsOf(colour), theme.dark ? 0.42 : 0.34)), margin = between(ground, ink, theme.dark ? 0.22 : 0.16);
  const axis = { low: -panel.reach, high: panel.reach };
  figure.begin({ x: axis, y: axis, title: `${panel.title}, step ${data.step}` });
  figure.heat(cells, cells, (x, y) => {
    const column = Math.floor(((x + panel.reach) / (2 * panel.reach)) * cells), row = Math.floor(((panel.reach - y) / (2 * panel.reach)) * cells), at = row * cells + column;
    const tint = tints[panel.winner[at] % 10];
    return panel.confident[at] ? tint : between(margin, tint, 0.18);
  });
  panel.points.forEach(([x, y], i) => figure.dot(x, y, 2.6, { fill: colours[data.labels[i] % 10], stroke: theme.ground, "stroke-width": 0.7 }));
  panel.prototypes.forEach((place, i) => arrow(figure, [0, 0], place, colours[panel.owners[i] % 10], "prototype", 2.2));
  const rowsOf = (name, owners, places) => [...new Set(owners)].sort((a, b) => a - b).map((owner) => { const own = places.filter((_, i) => owners[i] === owner); return { name: `${name} of class ${owner}`, xs: own.map(([x]) => x), ys: own.map(([, y]) => y) }; });
  figure.curves.push(...rowsOf("points", data.labels, panel.points), ...rowsOf("prototype", panel.owners, panel.prototypes));
  const share = panel.confident.filter((sure) => !sure).length / panel.confident.length;
  figure.note.textContent = panel.margin ? `Grey: margin, ${inWords(100 * share, 1)} % of the plane, where a class wins but not once its margin is taken off.` : "This loss has no margin to draw: every place belongs to the class that wins there.";
  figure.end(figure.note.textContent);
}

section({
  name: "regions",
  lasting: true,
  unkept: true,
  defaults: () => ({}),
  build(lab) {
    lab.controls.append(element("div", { class: "lab-note" }, "Which class each place belongs to with the class weights of one step: that at which the slider above rests."));
    lab.root.style.gridTemplateColumns = "minmax(0, 1fr)";
    lab.panelKeys = null;
  },
  draw(lab) {
    const wanted = lab.data.panels.map(({ key }) => key);
    if (String(wanted) !== String(lab.panelKeys)) {
      lab.figures = [];
      for (const key of wanted) lab.figure({ name: key, width: 282, height: 282, equal: true, x: { low: -1, high: 1, axis: false }, y: { low: -1, high: 1, axis: false } });
      for (const figure of lab.figures) figure.node.style.maxWidth = "282px";
      lab.pictures.replaceChildren(...lab.figures.map((figure) => figure.node));
      lab.panelKeys = wanted;
    }
    lab.figures.forEach((figure, i) => drawRegions(lab, figure, lab.data.panels[i]));
  },
  inspect: (lab) => ({ step: lab.data.step, panels: lab.data.panels.map(({ key, reach, prototypes }) => ({ key, reach, prototypes })) }),
});

// How far the image is from every class: a bar to its centre, a tick at its class weight; the threshold and the margin.

const ROW = 18; // pixels
const LETTER = 6.1, NUMBER = 42; // pixels of a letter and of a row's number, about

/** Names that are too long lose their end; those that are paths lose their beginning, which many have in common. */
function shortened(name, most) {
  if (name.length <= most) return name;
  return name.includes("/") ? `…${name.slice(1 - most)}` : `${name.slice(0, most - 1)}…`;
}

/** Where a row's number stands: after the bar, or after a tick that stands where the number would. */
function besideOf(figure, { centre, weights }) {
  const near = (weight, from) => figure.px(weight) > figure.px(from) - 3 && figure.px(weight) < figure.px(from) + NUMBER;
  return [...weights].sort((a, b) => a - b).reduce((from, weight) => (near(weight, from) ? Math.max(from, weight) : from), centre);
}

/** Draws the rows of `card.landed.bars`, nearest on top where there are many; `colours` are the view's, by class. */
function drawBars(lab, figure, card, colours) {
  const { landed, unit, ruler } = card, { rows } = landed.bars, { theme, state } = lab, longest = Math.max(...rows.map(({ name }) => name.length));
  const most = Math.min(longest, 16), at = ruler ? atLevel(ruler.thresholds, state.level) : null;
  const farthest = Math.max(...rows.flatMap(({ centre, weights }) => [centre ?? 0, ...weights]), 1e-9);
  Object.assign(figure.options, { height: 52 + rows.length * ROW, left: 16 + most * LETTER });
  figure.begin({
    x: { low: 0, high: farthest * 1.16, title: unit === "deg" ? "angle (°)" : "distance" }, y: { low: 0, high: rows.length, ticks: [] },
  });
  rows.forEach((row, i) => {
    const middle = rows.length - i - 0.5, top = figure.py(middle) - ROW / 2 + 3, high = ROW - 6, colour = colours[row.class];
    figure.text(0, middle, shortened(row.name, most), { "text-anchor": "end", dx: -7, "font-weight": row.taken ? 700 : 400, "stroke-width": 0 });
    if (row.centre !== null) {
      figure.put("rect", { x: figure.px(0), y: top, width: Math.max(1, figure.px(row.centre) - figure.px(0)), height: high, fill: colour, "fill-opacity": row.taken ? 0.95 : 0.5, "data-bar": row.name }, shape("title", {}, `${row.name}: ${apart(row.centre, unit)} from its centre`));
      figure.text(besideOf(figure, row), middle, apart(row.centre, unit), { "text-anchor": "start", dx: 5, "font-size": 11, "font-weight": row.taken ? 700 : 400 });
    }
    for (const weight of row.weights) {
      const px = figure.px(weight);
      figure.put("line", { x1: px, x2: px, y1: top - 2, y2: top + high + 2, stroke: theme.ink, "stroke-width": 2, "data-weight": row.name }, shape("title", {}, `${row.name}: ${apart(weight, unit)} from its class weight`));
    }
    if (row.taken && landed.margin) drawMargin(figure, landed.margin.at, top, high, theme);
  });
  if (at !== null && at <= figure.x.high) figure.put("line", { x1: figure.px(at), x2: figure.px(at), y1: figure.py(rows.length), y2: figure.py(0), stroke: theme.accent, "stroke-width": 1.5, "stroke-dasharray": "5 4" });
  figure.curves.push({ name: "to the centre", xs: rows.map(({ name }) => name), ys: rows.map(({ centre }) => centre ?? NaN) });
  for (const { name, weights } of rows) if (weights.length) figure.curves.push({ name: "to the class weight", xs: weights.map(() => name), ys: weights });
  figure.note.textContent = landed.bars.said;
  figure.end(`How far the image is under ${card.name}: ${rows.map(({ name, centre, weights }) => `${name} ${apart(centre ?? Math.min(...weights), unit)}`).join(", ")}. ${landed.bars.said}`);
}

/** The stretch within which the margin is met, over the row of the class that the image is taken for. */
function drawMargin(figure, at, top, high, theme) {
  const [left, right] = [figure.px(0), figure.px(at)];
  figure.put("path", { d: `M${left} ${top - 2}H${right}M${right} ${top - 5}V${top + high + 3}`, fill: "none", stroke: theme.ink, "stroke-width": 1.5, "stroke-dasharray": "2 2", "data-margin": at }, shape("title", {}, "the margin"));
}

// The open-set threshold: genuine and impostor distances of a run, and a line between them that is dragged. One FAR is
// asked for under all runs, so that moving one run's line moves every other run's to the distance with the same FAR.

const LOWEST = -6; // the logarithm of the FAR that stands for a threshold of 0
const LEVELS_A_DECADE = 20;
const ACCEPTED = "#2a9d6f", REJECTED = "#d1495b";

/** One of the ruler's rows (`thresholds`, `tar` or `far`) at a level, in a straight line between two of its steps. */
function atLevel(row, level) {
  const place = clamp((level - LOWEST) * LEVELS_A_DECADE, 0, row.length - 1), low = Math.min(Math.floor(place), row.length - 2);
  return row[low] + (row[low + 1] - row[low]) * (place - low);
}

/** The level at which the run's threshold is `distance`; the highest of several. */
function levelAt({ thresholds }, distance) {
  let low = 0, high = thresholds.length - 1;
  if (distance >= thresholds[high]) return 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (thresholds[middle] <= distance) low = middle;
    else high = middle;
  }
  const part = (distance - thresholds[low]) / (thresholds[high] - thresholds[low]);
  return Math.min(LOWEST + (low + clamp(part, 0, 1)) / LEVELS_A_DECADE, 0);
}

/** A distance as a person reads it. */
const apart = (distance, unit) => (unit === "deg" ? `${inWords(distance, 1, true)}°` : inWords(Number(distance.toPrecision(3)), 6));

/** A share in per cent, with two digits where it is small. */
function inPercent(share) {
  const percent = 100 * share;
  return `${percent === 0 || percent >= 10 ? inWords(percent, 1) : inWords(Number(percent.toPrecision(2)), 6)} %`;
}

/** TAR and FAR of the threshold in words; where no impostor is accepted, how few there are to tell that by. */
function ratesInWords({ tar, far, comparisons }, level) {
  const wrong = atLevel(far, level), none = wrong * comparisons < 0.5;
  return `TAR ${inPercent(atLevel(tar, level))} · FAR ${none ? `0, none of ${comparisons.toLocaleString("en")}` : inPercent(wrong)}`;
}

/** SVG path data of a histogram's outline from 0 to `reach`, its highest bin at 1. */
function outline(figure, shares, reach) {
  const top = Math.max(...shares) || 1, wide = reach / shares.length, xs = [0], ys = [0];
  shares.forEach((share, i) => { xs.push(i * wide, (i + 1) * wide); ys.push(share / top, share / top); });
  return figure.route([...xs, reach], [...ys, 0]);
}

/** Draws both histograms, the threshold with its handle, and where the image stands. */
function drawThreshold(lab, figure, card) {
  const { ruler, unit } = card, { theme, state } = lab, { reach } = ruler, at = atLevel(ruler.thresholds, state.level);
  const degrees = unit === "deg", axis = { low: 0, high: reach, title: degrees ? "angle to a class's centre (°)" : "distance to a class's centre" };
  figure.options.left = 16;
  figure.begin({ x: degrees ? { ...axis, ticks: degreeTicks(0, reach) } : axis, y: { low: 0, high: 1.3, ticks: [] } });
  const [left, right, top, bottom] = [figure.px(0), figure.px(at), figure.py(1.3), figure.py(0)];
  figure.put("rect", { x: left, y: top, width: Math.max(0, right - left), height: bottom - top, fill: ACCEPTED, "fill-opacity": 0.1 });
  for (const [name, colour] of [["impostor", theme.series[0]], ["genuine", theme.series[1]]]) {
    const d = outline(figure, ruler[name], reach);
    figure.put("path", { d: `${d}Z`, fill: colour, "fill-opacity": 0.28 });
    figure.put("path", { d, fill: "none", stroke: colour, "stroke-width": 1.5, "data-kind": name });
    figure.curves.push({ name, xs: ruler[name].map((_, i) => ((i + 0.5) * reach) / ruler[name].length), ys: ruler[name] });
  }
  figure.put("line", { x1: right, x2: right, y1: top, y2: bottom, stroke: theme.accent, "stroke-width": 2 });
  if (card.landed) drawHere(figure, card.landed.distance, reach, theme);
  const words = `${ratesInWords(ruler, state.level)}`, said = apart(at, unit);
  figure.note.textContent = `Threshold ${said}: ${words}`;
  figure.handle("threshold", {
    x: clamp(at, 0, reach), y: 0.5, radius: 7, step: [reach / 200, 0], label: `Threshold of ${card.name}`, says: `${said}, ${words}`,
    move: (x) => lab.set({ level: levelAt(ruler, clamp(x, 0, reach)) }),
  });
  figure.end(`Distances of ${card.name}'s test images to the centres of their own class and of other classes, each to its own height. ${figure.note.textContent}.`);
}

/** A line and a diamond where the image is; beyond the axis it points to where it would be. */
function drawHere(figure, distance, reach, theme) {
  const px = figure.px(Math.min(distance, reach)), y = figure.py(1.12), beyond = distance > reach;
  figure.put("line", { x1: px, x2: px, y1: y, y2: figure.py(0), stroke: theme.ink, "stroke-width": 1.5, "stroke-dasharray": "3 3" });
  figure.put("path", { d: beyond ? `M${px - 9} ${y - 5}L${px} ${y}L${px - 9} ${y + 5}Z` : `M${px} ${y - 6}L${px + 6} ${y}L${px} ${y + 6}L${px - 6} ${y}Z`, fill: theme.ink, "data-here": distance });
  const after = distance < reach / 2;
  figure.text(Math.min(distance, reach), 1.12, "this image", { "text-anchor": after ? "start" : "end", dx: after ? 10 : -10, "font-size": 11 });
}

/** The whole plot takes hold of the handle; Python hears once it is let go of. */
function grabbable(lab, figure) {
  const handle = figure.handles.get("threshold");
  if (!handle || figure.grabs) return;
  figure.grabs = true;
  figure.svg.addEventListener("pointerdown", (event) => {
    const [x, y] = figure.where(event);
    if (event.button || handle.node.contains(event.target) || x < figure.x.low || x > figure.x.high || y < 0) return;
    handle.options.move(x);
    handle.options.x = x; // so that it comes to the pointer
    handle.grab(event);
  });
  for (const end of ["pointerup", "pointercancel"]) handle.node.addEventListener(end, () => lab.drawSoon());
}

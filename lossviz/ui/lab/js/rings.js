// A triplet that can be dragged, with the rings that tell easy, semi-hard and hard negatives apart.

const RING_LIMITS = { x: [-1.7, 1.7], y: [-1.35, 1.35] };
const TRIPLET_POINTS = [["a", "Anchor"], ["p", "Positive"], ["n", "Negative"]];

/** Draws anchor, positive and negative with the rings about the anchor, and returns what is said of them. */
function drawRings(lab, figure) {
  const { state, theme } = lab, places = tripletPlaces(state), [a, p, n] = places, { tripletMargin: margin, squared } = state;
  const toPositive = Math.hypot(p[0] - a[0], p[1] - a[1]), toNegative = Math.hypot(n[0] - a[0], n[1] - a[1]);
  const kind = kindOfTriplet(toPositive, toNegative, margin, squared), solved = solvedFrom(toPositive, margin, squared);
  const [own, other] = [theme.series[0], theme.series[6]], lit = lab.lit === "tripletMargin";
  figure.begin();
  const unit = figure.px(1) - figure.px(0), centre = { cx: figure.px(a[0]), cy: figure.py(a[1]) };
  figure.put("circle", { ...centre, r: solved * unit, fill: theme.series[1], "fill-opacity": lit ? 0.32 : 0.16, stroke: theme.series[1], "stroke-width": lit ? 3.5 : 1.5, "data-ring": "solved", "data-lights": "tripletMargin" });
  figure.put("circle", { ...centre, r: toPositive * unit, fill: other, "fill-opacity": 0.16, stroke: other, "stroke-width": lab.lit === "toPositive" ? 3.5 : 1.5, "data-ring": "hard", "data-lights": "toPositive" });
  const forces = tripletForces(a, p, n, { margin, squared });
  const longest = Math.max(...forces.map((force) => Math.hypot(...force)), 1);
  places.forEach((place, i) => arrow(figure, place, forces[i].map((part) => (0.8 * part) / longest), theme.ink, TRIPLET_POINTS[i][0]));
  TRIPLET_POINTS.forEach(([key, label], i) => {
    figure.handle(key, {
      x: places[i][0], y: places[i][1], step: 0.02, colour: i === 2 ? other : own, radius: i ? 8 : 10, label,
      move: (x, y) => lab.set({ [`${key}X`]: clamp(x, ...RING_LIMITS.x), [`${key}Y`]: clamp(y, ...RING_LIMITS.y) }),
    });
    figure.text(places[i][0], places[i][1], key, { dy: -17, "font-style": "italic", "font-weight": 600 });
  });
  const loss = tripletAt(toNegative, { toPositive, margin, squared }).loss, power = squared ? "²" : "";
  const words = `${kind}: d${power}(a,n) = ${inWords(squared ? toNegative ** 2 : toNegative, 3)}, d${power}(a,p) = ${inWords(squared ? toPositive ** 2 : toPositive, 3)}, margin ${inWords(margin, 2)}, loss ${inWords(loss, 3)}`;
  figure.note.textContent = words;
  figure.end(words);
  return { kind, toPositive, toNegative, solved, loss, forces };
}

const tripletPlaces = (state) => TRIPLET_POINTS.map(([key]) => [state[`${key}X`], state[`${key}Y`]]);

// Which point is under the cursor, and which points are inside an outline: by projecting them here, exactly as drawn.

const TOLERANCE = 6; // CSS pixels beside a point that still count as on it

/** A point's diameter over the common one, as in the vertex shader. */
function nearness(panel, view, depth, w) {
  if (panel.axes === 2) return 1;
  return view.k ? 1 / w : 1 + 0.22 * clamp(depth, -1, 1);
}

/**
 * The row of the foremost point whose disc covers (x, y), else of the nearest within the tolerance, else -1.
 * `points.order` is the order of drawing, farthest first.
 */
function pick(frame, x, y) {
  const { panel, points, view, moment, size } = frame;
  let near = -1, best = TOLERANCE;
  for (let k = points.drawn - 1; k >= 0; k--) {
    const row = points.order[k];
    const [px, py, depth, w] = project(positionAt(panel, panel.axes, row, moment), view);
    const radius = 0.5 * Math.max(THINNEST, size * (points.looks[2 * row + 1] / LOOK_UNIT) * nearness(panel, view, depth, w));
    const away = Math.hypot(px - x, py - y) - radius;
    if (away <= 0) return row;
    if (away < best) [best, near] = [away, row];
  }
  return near;
}

/** Ids of shown points of a panel inside the closed outline [[x, y], ...]. */
function inside(frame, outline) {
  const { panel, points, view, moment } = frame, found = [];
  for (let k = 0; k < points.drawn; k++) {
    const row = points.order[k], [x, y] = project(positionAt(panel, panel.axes, row, moment), view);
    if (within(outline, x, y)) found.push(panel.ids[row]);
  }
  return found;
}

/** Even-odd rule. */
function within(outline, x, y) {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = outline[i], [xj, yj] = outline[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

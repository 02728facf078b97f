// Arrows on pictures.

/** An arrow from a place along a vector, both in data units. */
function arrow(figure, from, vector, colour, name = null, width = 2) {
  const [x, y] = [figure.px(from[0]), figure.py(from[1])], [ex, ey] = [figure.px(from[0] + vector[0]), figure.py(from[1] + vector[1])];
  const length = Math.hypot(ex - x, ey - y);
  if (length < 0.5) return;
  const head = Math.min(9, 3 + length / 3), [ux, uy] = [(ex - x) / length, (ey - y) / length], [bx, by] = [ex - head * ux, ey - head * uy];
  figure.put("path", { d: `M${x.toFixed(1)} ${y.toFixed(1)}L${bx.toFixed(1)} ${by.toFixed(1)}`, stroke: colour, "stroke-width": width, "data-arrow": name });
  const side = head * 0.45;
  figure.put("path", { d: `M${ex.toFixed(1)} ${ey.toFixed(1)}L${(bx - side * uy).toFixed(1)} ${(by + side * ux).toFixed(1)}L${(bx + side * uy).toFixed(1)} ${(by - side * ux).toFixed(1)}Z`, fill: colour });
}

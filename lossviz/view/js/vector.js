// What is seen as numbers (CSV) and as shapes (SVG): points, prototypes, and the edges of regions, at the moment shown.

const CSV_HEAD = "panel,epoch,what,id,class,x,y,z,radius";

const csvField = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Rows of every panel in its own units: points, prototypes, points along the edges of what is surely a class's, guests with
 * the radius of their halo, and what is accepted: a `ball` about a centre, or a `cap` of degrees about a direction.
 */
function viewCsv(view) {
  const rows = [CSV_HEAD];
  for (const frame of view.frames) {
    const { panel, moment, epoch } = frame;
    const written = (value) => String(Number(value.toPrecision(8)));
    const say = (what, id, label, p, { at = epoch, radius = null } = {}) => {
      const places = [0, 1, 2].map((axis) => (axis < panel.axes ? written(p[axis] * panel.radius) : ""));
      rows.push([csvField(panel.title), pretty(at), what, csvField(String(id)), csvField(view.className(label)), ...places, radius === null ? "" : written(radius)].join(","));
    };
    for (let i = 0; i < panel.count; i++) say("point", panel.ids[i], panel.labels[i], positionAt(panel, panel.axes, i, moment));
    for (let i = 0; i < (panel.prototypes?.count ?? 0); i++) say("prototype", i, panel.prototypes.labels[i], positionAt(panel.prototypes, panel.axes, i, moment));
    for (const { guest, at } of view.guests.placed(frame)) say("guest", guest.title, -1, at.p, { at: at.epoch, radius: at.spread * panel.radius });
    areasAt(view, panel, moment).forEach(({ form, at, radius, label }, i) => {
      const ball = form === BALL_FORM, size = ball ? radius * panel.radius : (radius * 180) / Math.PI;
      say(ball ? "ball" : "cap", i, label, ball ? at : at.map((part) => part / panel.radius), { radius: size });
    });
    if (!panel.regions) continue;
    outlinesAt(panel, moment).forEach(({ label, at }, i) => { for (const p of at) say("edge", i, label, p); });
  }
  return `${rows.join("\n")}\n`;
}

/** The picture as an SVG document of the stage's size. */
function viewSvg(view) {
  const { width, height } = view.box, { theme } = view, parts = [];
  parts.push(`<rect width="${width}" height="${height}" fill="${cssRgb(theme.ground)}"/>`);
  for (const frame of view.frames) {
    const { box } = frame.view, clip = `clip${frame.index}`;
    parts.push(`<clipPath id="${clip}"><rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}"/></clipPath>`);
    parts.push(`<g clip-path="url(#${clip})" data-panel="${escapedXml(frame.panel.key)}">`, ...panelShapes(view, frame), "</g>");
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapedXml(theme.font)}">${parts.join("\n")}</svg>\n`;
}

const escapedXml = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const svgNumber = (value) => Number(value.toFixed(2));

function panelShapes(view, frame) {
  const { panel, moment, view: lens, size } = frame, { theme, state } = view, shapes = [];
  const [cx, cy, , w] = project([0, 0, 0], lens), ink = cssRgb(theme.ink);
  if (panel.sphere) {
    const radius = lens.half / (panel.axes === 3 ? Math.sqrt(1 - lens.k ** 2) : w); // the rim that a lens sees
    shapes.push(`<circle cx="${svgNumber(cx)}" cy="${svgNumber(cy)}" r="${svgNumber(radius)}" fill="none" stroke="${ink}" stroke-opacity="0.4"/>`);
  }
  if (panel.regions && state.regions) shapes.push(...edgeShapes(view, frame));
  if (state.areas) shapes.push(...areaShapes(view, frame));
  for (let i = 0; state.prototypes && i < (panel.prototypes?.count ?? 0); i++) {
    const label = panel.prototypes.labels[i], [x, y] = project(positionAt(panel.prototypes, panel.axes, i, moment), lens);
    if (!state.hidden.has(label)) shapes.push(`<line x1="${svgNumber(cx)}" y1="${svgNumber(cy)}" x2="${svgNumber(x)}" y2="${svgNumber(y)}" stroke="${cssRgb(view.colourOfClass(label))}" stroke-width="2.2"/>`);
  }
  for (let i = 0; i < (frame.points?.drawn ?? 0); i++) {
    const row = frame.points.order[i], [x, y, depth] = project(positionAt(panel, panel.axes, row, moment), lens);
    const radius = (size / 2) * (panel.axes === 3 ? 1 + 0.22 * clamp(depth, -1, 1) : 1);
    shapes.push(`<circle cx="${svgNumber(x)}" cy="${svgNumber(y)}" r="${svgNumber(radius)}" fill="${cssRgb(view.colourOfRow(panel, row, moment))}" fill-opacity="${state.opacity}" data-id="${panel.ids[row]}"/>`);
  }
  shapes.push(...view.guests.shapes(frame));
  const { box } = lens;
  shapes.push(`<text x="${box.x + 12}" y="${box.y + 22}" fill="${ink}" font-size="14" font-weight="650">${escapedXml(panel.title)}</text>`);
  shapes.push(`<text x="${box.x + 12}" y="${box.y + 39}" fill="${ink}" fill-opacity="0.7" font-size="12">${escapedXml(panel.subtitle)}</text>`);
  return shapes;
}

/** The edges of regions: on the sphere the part that faces the viewer, in the plane rays out of the origin. */
function edgeShapes(view, { panel, moment, view: lens }) {
  const far = panel.sphere ? 1 : REGION_REACH;
  return outlinesAt(panel, moment).filter(({ label }) => !view.state.hidden.has(label)).map(({ label, at }) => {
    const line = panel.axes === 2 ? [at[0].map((part) => part * far), [0, 0, 0], at[1].map((part) => part * far)] : [...at, at[0]];
    return `<path d="${facingPath(line, panel, lens)}" fill="none" stroke="${cssRgb(view.colourOfClass(label))}" stroke-width="1.4" data-edge="${label}"/>`;
  });
}

/** The part of a line on the unit sphere that faces the viewer; in the plane all of it. */
function facingPath(line, panel, lens) {
  let path = "", down = false;
  for (const p of line) {
    const [x, y, depth] = project(p, lens), seen = panel.axes === 2 || depth >= lens.k;
    if (seen) path += `${down ? "L" : "M"}${svgNumber(x)} ${svgNumber(y)}`;
    down = seen;
  }
  return path;
}

// Everything in a panel that is not a point: sphere and axes, regions, arrows, centroids, trails, neighbour lines.

const TAU = 2 * Math.PI;
const MOST_TRAILS = 60;
const NEIGHBOUR_STYLE = { true: { dash: 0 }, false: { dash: 0 }, missed: { dash: 5 } };
const BALL = { tip: [0, 0, 0], dir: [0, 0, 1], radius: 1, length: 1 };

/** The scene that stays: graticule of the unit sphere or circle, or axes through the origin with a nice length. */
function standingScene(panel) {
  const scene = new Segments();
  if (panel.sphere && panel.axes === 3) {
    const faint = { alpha: 0.2, width: 1, behind: 0.32 };
    for (let i = 0; i < 6; i++) {
      const a = (i * Math.PI) / 6;
      scene.loop((t) => [Math.sin(t * TAU) * Math.cos(a), Math.sin(t * TAU) * Math.sin(a), Math.cos(t * TAU)], 72, null, faint);
    }
    for (const latitude of [-60, -30, 0, 30, 60]) {
      const r = Math.cos((latitude * Math.PI) / 180), z = Math.sin((latitude * Math.PI) / 180);
      const style = latitude ? faint : { ...faint, alpha: 0.36 };
      scene.loop((t) => [r * Math.cos(t * TAU), r * Math.sin(t * TAU), z], 72, null, style);
    }
  } else if (panel.sphere) {
    scene.loop((t) => [Math.cos(t * TAU), Math.sin(t * TAU), 0], 128, null, { alpha: 0.4, width: 1.2 });
    for (let i = 0; i < 12; i++) {
      const a = (i * TAU) / 12, [x, y] = [Math.cos(a), Math.sin(a)];
      scene.add([x * 0.97, y * 0.97, 0], [x * 1.03, y * 1.03, 0], null, { alpha: 0.5 });
      scene.add([0, 0, 0], [x * 0.97, y * 0.97, 0], null, { alpha: 0.08 });
    }
  } else if (panel.ruled) {
    axesOf(panel, scene);
  }
  return scene;
}

/** Length of the axes in the panel's own units: a round number that fills the picture. */
const axisLength = (panel) => niceBelow(panel.radius);

function axesOf(panel, scene) {
  const nice = axisLength(panel) / panel.radius;
  for (let axis = 0; axis < panel.axes; axis++) {
    const along = (value) => [0, 1, 2].map((i) => (i === axis ? value : 0));
    scene.add(along(-1), along(1), null, { alpha: 0.24, behind: 0.6 });
    for (const sign of [-1, 1]) {
      const tick = along(sign * nice), other = (axis + 1) % panel.axes;
      const shifted = (by) => tick.map((part, i) => (i === other ? part + by : part));
      scene.add(shifted(-0.018), shifted(0.018), null, { alpha: 0.6, width: 1.2 });
    }
  }
}

/** All that a panel's frame needs, with class colours `colours` and what the person has chosen. */
function furnitureOf(view, panel, moment, scene) {
  const { state } = view;
  const parts = { scene, ball: [], areas: [], shafts: new Segments(), heads: [], threads: new Segments() };
  if (panel.sphere && panel.axes === 3) {
    parts.ball = [...BALL.tip, ...BALL.dir, BALL.radius, BALL.length, ...view.theme.ink.map((part) => part / 255), 1];
  }
  if (panel.regions && state.regions) parts.regions = regionColours(view, panel);
  if (panel.prototypes && state.prototypes) arrows(view, panel, moment, parts);
  if (state.trails) trails(view, panel, moment, parts.threads);
  neighbourLines(view, panel, moment, parts.threads);
  if (state.areas) parts.areas = areasAt(view, panel, moment);
  view.guests.threads(panel, moment, parts.threads);
  parts.halos = view.guests.halos(panel, moment);
  return parts;
}

/** Colours of the regions, one a prototype: without strength where its class is hidden. */
function regionColours(view, { prototypes: { labels, count } }) {
  return Array.from({ length: count }, (_, i) => {
    const colour = view.quietClass() ? view.nothing : view.colourOfClass(labels[i]);
    return [...colour.map((part) => part / 255), view.state.hidden.has(labels[i]) ? 0 : 1];
  });
}

function arrows(view, panel, moment, { shafts, heads }) {
  const { prototypes, axes } = panel, crowd = prototypes.count > 60 ? 0.6 : 1;
  for (let i = 0; i < prototypes.count; i++) {
    const label = prototypes.labels[i];
    if (view.state.hidden.has(label)) continue;
    const tip = positionAt(prototypes, axes, i, moment), reach = Math.hypot(...tip);
    if (reach < 1e-4) continue;
    const quiet = view.quietClass(), colour = quiet ? view.nothing : view.colourOfClass(label);
    const length = Math.min(0.085 * crowd, 0.5 * reach), dir = tip.map((part) => part / reach);
    const neck = dir.map((part) => part * (reach - 0.9 * length));
    shafts.add([0, 0, 0], neck, colour, { width: 2.2 * crowd, alpha: quiet ? 0.4 : 1 });
    heads.push(...tip, ...dir, 0.38 * length, length, ...colour.map((part) => part / 255), quiet ? 0.4 : 1);
  }
}

/** The way of pinned points (and of a small selection) up to now. */
function trails(view, panel, moment, threads) {
  const ids = view.state.selected.size <= MOST_TRAILS ? [...view.state.pins, ...view.state.selected] : view.state.pins;
  for (const id of new Set(ids)) {
    const row = view.choice.rowIn(panel, id);
    if (row === undefined || view.state.hidden.has(panel.labels[row])) continue;
    const colour = view.colourOfRow(panel, row, moment);
    const stops = Array.from({ length: moment.a + 1 }, (_, e) => positionAt(panel, panel.axes, row, { a: e, b: e, f: 0 }));
    if (moment.f) stops.push(positionAt(panel, panel.axes, row, moment));
    for (let i = 1; i < stops.length; i++) {
      threads.add(stops[i - 1], stops[i], colour, { width: 1.6, alpha: 0.15 + 0.75 * (i / (stops.length - 1)) });
    }
  }
}

function neighbourLines(view, panel, moment, threads) {
  for (const [key, start, end, kind] of view.lines) {
    const from = panel.rows.get(start), to = panel.rows.get(end);
    if (key !== panel.key || from === undefined || to === undefined) continue;
    const style = { width: 1.5, alpha: 0.9, ...NEIGHBOUR_STYLE[kind] };
    threads.add(positionAt(panel, panel.axes, from, moment), positionAt(panel, panel.axes, to, moment), hexRgb(NEIGHBOUR[kind]), style);
  }
}

// A camera turns the points, then magnifies and shifts the flat picture: {turn, zoom, pan}. The origin is looked at
// from DISTANCE unit radii (perspective) or from infinitely far (orthographic). `zoom` magnifies like a lens, so
// whatever is under the cursor can stay there exactly, and no zoom ends up inside the cloud.

const DISTANCE = 3.4;
const TITLE = 40; // CSS pixels above the picture for the panel's title
const FILL = 0.84; // the unit sphere's share of the panel's shorter side at zoom 1
const ZOOM = [0.2, 80];
const RADIANS_PER_HEIGHT = Math.PI; // a drag over the panel's shorter side is half a turn

const AXIS_VIEWS = {
  "+x": [[1, 0, 0], [0, 0, 1]], "-x": [[-1, 0, 0], [0, 0, 1]],
  "+y": [[0, 1, 0], [0, 0, 1]], "-y": [[0, -1, 0], [0, 0, 1]],
  "+z": [[0, 0, 1], [0, 1, 0]], "-z": [[0, 0, -1], [0, 1, 0]],
};
const HOME_TURN = quatLooking([1.1, -1.6, 0.95], [0, 0, 1]);

const homeCamera = () => ({ turn: [...HOME_TURN], zoom: 1, pan: [0, 0] });
const copyCamera = ({ turn, zoom, pan }) => ({ turn: [...turn], zoom, pan: [...pan] });

/** Turn by a drag of (dx, dy) CSS pixels: about the screen's own axes, so no direction is special and none locks. */
function orbit(camera, dx, dy, side) {
  const k = RADIANS_PER_HEIGHT / side;
  const drag = quatMultiply(quatAround([0, 1, 0], dx * k), quatAround([1, 0, 0], dy * k));
  camera.turn = quatMultiply(drag, camera.turn);
}

/** Shift by CSS pixels; `pan` is in half sides, y upwards. */
function panBy(camera, dx, dy, side) {
  camera.pan[0] = clamp(camera.pan[0] + (2 * dx) / side, -2 * camera.zoom - 2, 2 * camera.zoom + 2);
  camera.pan[1] = clamp(camera.pan[1] - (2 * dy) / side, -2 * camera.zoom - 2, 2 * camera.zoom + 2);
}

/** Magnify by `factor`; what is at (x, y), in half sides from the panel's middle with y upwards, stays there. */
function zoomAt(camera, factor, x, y) {
  const zoom = clamp(camera.zoom * factor, ...ZOOM), real = zoom / camera.zoom;
  camera.pan = [x - (x - camera.pan[0]) * real, y - (y - camera.pan[1]) * real];
  camera.zoom = zoom;
}

/**
 * What drawing and picking share, for one panel at one moment.
 * `rows` turns and scales data to unit radii; then x and y are times `half` (CSS pixels) over w = 1 - k z, plus `cx`
 * and `cy`. `reach` is the largest depth drawn.
 */
function projection(panel, camera, box, ortho) {
  const flat = panel.axes === 2;
  const turn = flat ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : quatRows(camera.turn);
  const top = Math.min(TITLE, 0.2 * box.height), side = Math.min(box.width, box.height - top), half = (side / 2) * FILL * camera.zoom;
  return {
    turn,
    k: flat || ortho ? 0 : 1 / DISTANCE,
    half,
    cx: box.x + box.width / 2 + (camera.pan[0] * side) / 2,
    cy: box.y + (box.height + top) / 2 - (camera.pan[1] * side) / 2,
    reach: clamp(1.05 * panel.extent, 1.5, ortho || flat ? 50 : DISTANCE - 0.1),
    middle: [box.x + box.width / 2, box.y + (box.height + top) / 2],
    side,
    box,
  };
}

/** A point in unit radii to [x, y (CSS pixels), depth towards the viewer, w]. */
function project(p, view) {
  const m = view.turn;
  const x = m[0] * p[0] + m[1] * p[1] + m[2] * p[2];
  const y = m[3] * p[0] + m[4] * p[1] + m[5] * p[2];
  const z = m[6] * p[0] + m[7] * p[1] + m[8] * p[2];
  const w = 1 - view.k * z;
  return [view.cx + (view.half * x) / w, view.cy - (view.half * y) / w, z, w];
}

/** Boxes of `count` panels: the grid in which their shorter side is longest. */
function gridOf(count, { width, height }) {
  let best = { side: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns), side = Math.min(width / columns, height / rows);
    if (side > best.side + 1) best = { side, columns, rows };
  }
  const edge = (i, of, total) => Math.round((i * total) / of);
  return Array.from({ length: count }, (_, i) => {
    const column = i % best.columns, row = Math.floor(i / best.columns);
    const x = edge(column, best.columns, width), y = edge(row, best.rows, height);
    return { x, y, width: edge(column + 1, best.columns, width) - x, height: edge(row + 1, best.rows, height) - y };
  });
}

// A small batch of points in the plane that can be dragged. The browser tells Python which were moved, and Python
// answers with what the losses' own criteria say of them.

const BATCH_REACH = [1.9, 1.5];

const withinBatch = (...place) => place.map((value, axis) => clamp(value, -BATCH_REACH[axis], BATCH_REACH[axis]));
const batchDefaults = (data) => ({ moved: [], cloud: "", ...cardDefaults(data) });
const batchSignature = (state, data) => cardSignature(state) + data.losses.map(({ key }) => key);

/** Points moved on another cloud are forgotten. */
function batchSane(before, data) {
  const state = saneCards(before, data);
  const moved = state.cloud === data.cloud ? state.moved : [], whole = [];
  for (let i = 0; i + 2 < moved.length; i += 3) {
    const [row, x, y] = moved.slice(i, i + 3);
    if (Number.isInteger(row) && row >= 0 && row < data.points.length && Number.isFinite(x) && Number.isFinite(y)) whole.push(row, ...withinBatch(x, y));
  }
  return { ...state, moved: whole, cloud: data.cloud };
}

/** Places as they are now: the cloud's, but for those that were dragged. */
function batchPlaces(lab) {
  const places = lab.data.points.map((place) => [...place]), { moved } = lab.state;
  for (let i = 0; i < moved.length; i += 3) places[moved[i]] = [moved[i + 1], moved[i + 2]];
  return places;
}

function movePoint(lab, row, x, y) {
  const { moved } = lab.state, at = moved.findIndex((value, i) => i % 3 === 0 && value === row), next = [...moved];
  const place = withinBatch(x, y).map((value) => Number(value.toFixed(3)));
  if (at < 0) next.push(row, ...place);
  else next.splice(at, 3, row, ...place);
  lab.set({ moved: next });
}

/** Whether what Python last said is of the places that are drawn. */
const upToDate = (lab) => JSON.stringify(lab.data.moved) === JSON.stringify(lab.state.moved) && knobsTold(lab);

function drawBatchPoints(lab, figure) {
  const { theme, data } = lab;
  batchPlaces(lab).forEach(([x, y], row) => figure.handle(`x${row}`, {
    x, y, step: 0.05, radius: 5.5, colour: theme.series[data.labels[row] % 10], label: `Point ${row + 1} of ${data.names[data.labels[row]]}`, move: (toX, toY) => movePoint(lab, row, toX, toY),
  }));
  figure.keepHandles(data.points.map((_, row) => `x${row}`));
}

/** Figures for the panels there are, and Python told where these are not of what is shown: made when there are others than before. */
function batchFigures(lab, where) {
  if (!upToDate(lab)) tellSoon(lab);
  const wanted = lab.data.panels.map(({ key }) => key);
  if (String(wanted) !== String(lab.panelKeys)) {
    const [x, y] = BATCH_REACH.map((reach) => ({ low: -reach, high: reach, axis: false }));
    lab.figures = [];
    for (const key of wanted) lab.figure({ name: key, width: 405, height: 322, equal: true, x, y });
    where.replaceChildren(...lab.figures.map((figure) => figure.node));
    lab.panelKeys = wanted;
  }
  return lab.figures;
}

const batchNews = (lab) => ({ cloud: lab.data.cloud, moved: lab.state.moved, knobs: knobsOf(lab) });

/** Puts all points back where the cloud has them. */
const batchReset = (lab) => lab.set({ moved: [] });

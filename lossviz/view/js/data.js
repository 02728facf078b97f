// From bytes to a model. Class numbers are shared by all panels; positions stay 16-bit until they are needed.

const ARRAYS = { i2: Int16Array, u2: Uint16Array, u1: Uint8Array, i4: Int32Array, f4: Float32Array };
const NO_VALUE = 65535;

/** The model of a payload (lossviz/view/payload.py). */
function decode(bytes) {
  const raw = bytes.byteOffset % 4 ? bytes.slice() : bytes;
  const length = new DataView(raw.buffer, raw.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(raw.subarray(4, 4 + length)));
  const start = raw.byteOffset + 4 + length;
  return modelOf(header, ([type, offset, count]) => new ARRAYS[type](raw.buffer, start + offset, count));
}

/** The model of a header; `array` gives the typed array that stands for a part of it. */
function modelOf(header, array) {
  const panels = header.panels.map((panel) => decodePanel(panel, array, header.classes.length));
  const epochs = [...new Set(panels.flatMap((panel) => panel.epochs))].sort((a, b) => a - b);
  const ids = [...new Set(panels.flatMap((panel) => [...panel.ids]))].sort((a, b) => a - b);
  const label = { key: "label", title: "Label", kind: "class", unit: "" };
  return {
    key: header.key, parameter: header.parameter, height: header.height, classes: header.classes, channels: [label, ...header.channels], panels, epochs, ids,
    largest: Math.max(...panels.map((panel) => panel.count)),
  };
}

function decodePanel(panel, array, classes) {
  const unpacked = {
    ...panel,
    positions: array(panel.positions),
    ids: array(panel.ids),
    labels: array(panel.labels),
    unit: panel.scale / 32767 / panel.radius, // one 16-bit step in unit radii
    extent: panel.scale / panel.radius,
    channels: Object.fromEntries(Object.entries(panel.channels).map(([key, channel]) => [key, { ...channel, values: array(channel.values) }])),
  };
  if (panel.prototypes) {
    unpacked.prototypes = {
      ...panel.prototypes,
      positions: array(panel.prototypes.positions),
      labels: array(panel.prototypes.labels),
      unit: panel.prototypes.scale / 32767 / panel.radius,
    };
    unpacked.extent = Math.max(unpacked.extent, panel.prototypes.scale / panel.radius);
  }
  if (panel.regions?.curves) unpacked.regions = { ...panel.regions, curves: array(panel.regions.curves) };
  unpacked.given = unpacked.regions;
  unpacked.rows = new Map(Array.from(unpacked.ids, (id, row) => [id, row]));
  unpacked.sizes = new Int32Array(classes);
  for (const label of unpacked.labels) if (label >= 0) unpacked.sizes[label]++;
  unpacked.centroids = centroidsOf(unpacked, classes);
  return unpacked;
}

/** Mean position of each class at each epoch, in unit radii, (epoch, class, 3); a mean of means interpolates too. */
function centroidsOf(panel, classes) {
  const { count, axes, positions, labels, sizes, unit: step } = panel;
  const means = new Float32Array(panel.epochs.length * classes * 3);
  for (let e = 0; e < panel.epochs.length; e++) {
    for (let axis = 0; axis < axes; axis++) {
      const from = (e * axes + axis) * count;
      for (let i = 0; i < count; i++) {
        if (labels[i] >= 0) means[(e * classes + labels[i]) * 3 + axis] += (positions[from + i] * step) / sizes[labels[i]];
      }
    }
  }
  return means;
}

/** The moment of a panel at epoch number `epoch`: {a, b, f}, indices of two of its epochs and the share of the second. */
function momentOf(panel, epoch) {
  const { epochs } = panel, last = epochs.length - 1;
  if (epoch >= epochs[last]) return { a: last, b: last, f: 0 };
  if (epoch <= epochs[0]) return { a: 0, b: 0, f: 0 };
  let a = 0;
  while (epochs[a + 1] <= epoch) a++;
  const f = (epoch - epochs[a]) / (epochs[a + 1] - epochs[a]);
  return { a, b: f ? a + 1 : a, f };
}

/** Position of row `i` of `set` (a panel, or its prototypes) at a moment, in unit radii. */
function positionAt(set, axes, i, { a, b, f }) {
  const { positions, count, unit: step } = set, p = [0, 0, 0];
  for (let axis = 0; axis < axes; axis++) {
    const from = positions[(a * axes + axis) * count + i], to = positions[(b * axes + axis) * count + i];
    p[axis] = mix(from, to, f) * step;
  }
  return p;
}

/** Mean position of a class at a moment, in unit radii. */
function centroidAt(panel, label, classes, { a, b, f }) {
  const from = (a * classes + label) * 3, to = (b * classes + label) * 3;
  return [0, 1, 2].map((axis) => mix(panel.centroids[from + axis], panel.centroids[to + axis], f));
}

/** A channel's value of a row at an epoch's index: a class number, 0 or 1, a number, or NaN for none. */
function valueOf(panel, key, row, epochIndex) {
  if (key === "label") return panel.labels[row];
  const channel = panel.channels[key];
  if (!channel) return NaN;
  const raw = channel.values[(channel.every ? 0 : epochIndex * panel.count) + row];
  if (channel.low === undefined) return raw;
  return raw === NO_VALUE ? NaN : mix(channel.low, channel.high, raw / (NO_VALUE - 1));
}

/** Which of a panel's epochs a moment is nearest to. */
const nearestEpoch = ({ a, b, f }) => (f < 0.5 ? a : b);

/** Whether a panel of `before` has later epochs in `after`, which are then the latest of all. */
function grown(before, after) {
  const ends = new Map(before.panels.map(({ key, epochs }) => [key, epochs.at(-1)]));
  return after.epochs.at(-1) > before.epochs.at(-1) && after.panels.some(({ key, epochs }) => epochs.at(-1) > ends.get(key));
}

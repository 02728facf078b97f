// The `view` query parameter: a version and fields joined by dots, each a letter and its value. docs/view.md lists
// them; lossviz/view/link.py reads epoch, pins and selection by the same rules. What cannot be read is as if absent.

const LINK_VERSION = "1";
const LINK_LIMIT = 6000; // servers and Streamlit refuse addresses much longer; a larger selection is left out
const SWITCHES = { a: "rotate", b: "areas", c: "centroids", d: "regions", h: "shapes", l: "labels", o: "ortho", p: "prototypes", t: "trails", r: "loop" };

const toBase36 = (numbers) => numbers.map((number) => number.toString(36)).join("_");

function fromBase36(text) {
  const parts = text.split("_");
  return parts.every((part) => /^[0-9a-z]{1,7}$/.test(part)) ? parts.map((part) => parseInt(part, 36)) : [];
}

const toSteps = (ascending) => ascending.map((number, i) => number - (i ? ascending[i - 1] : 0));

function fromSteps(steps) {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

function toBits(wanted, all) {
  const bytes = new Uint8Array(Math.ceil(all.length / 8));
  all.forEach((id, i) => { if (wanted.has(id)) bytes[i >> 3] |= 1 << (i & 7); });
  let end = bytes.length;
  while (end && !bytes[end - 1]) end--;
  return btoa(String.fromCharCode(...bytes.subarray(0, end))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBits(text, all) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return [];
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return all.filter((_, i) => (raw.charCodeAt(i >> 3) >> (i & 7)) & 1);
}

/** A set of ids as the shorter of steps and bits; `all` are the known ids, ascending. */
function packSet(wanted, all) {
  const steps = `s${toBase36(toSteps(all.filter((id) => wanted.has(id))))}`, bits = `S${toBits(wanted, all)}`;
  return steps.length <= bits.length ? steps : bits;
}

const packCamera = ({ turn, zoom, pan }) =>
  `v${[...turn.map((part) => part * 1e4), zoom * 1e3, pan[0] * 1e3, pan[1] * 1e3].map(Math.round).join("_")}`;

function unpackCamera(text) {
  const parts = text.split("_").map(Number);
  if (parts.length !== 7 || !parts.every(Number.isSafeInteger) || !parts.slice(0, 4).some(Boolean)) return null;
  const zoom = clamp(parts[4] / 1e3, ...ZOOM), far = 2 * zoom + 2;
  return {
    turn: quatNormalise(parts.slice(0, 4)), zoom,
    pan: [clamp(parts[5] / 1e3, -far, far), clamp(parts[6] / 1e3, -far, far)],
  };
}

/** The value of the parameter for a state: what differs from the defaults. */
function writeLink(state, model) {
  const fields = [], standard = defaultState(model), home = packCamera(homeCamera());
  if (state.epoch !== standard.epoch) fields.push(`e${state.epoch}`);
  const cameras = (state.linked ? state.cameras.slice(0, 1) : state.cameras).map(packCamera);
  if (!state.linked || cameras[0] !== home) fields.push(...cameras);
  if (!state.linked) fields.push("u");
  if (state.color !== standard.color) fields.push(`c${state.color}`);
  if (state.hidden.size) fields.push(packHidden(state.hidden, model.classes.length));
  if (state.pins.length) fields.push(`k${toBase36(state.pins)}`);
  if (state.size !== 1) fields.push(`g${Math.round(state.size * 100)}`);
  if (state.opacity !== standard.opacity) fields.push(`a${Math.round(state.opacity * 100)}`);
  if (state.speed !== 1) fields.push(`x${Math.round(state.speed * 100)}`);
  const flipped = Object.keys(SWITCHES).filter((letter) => state[SWITCHES[letter]] !== standard[SWITCHES[letter]]);
  if (flipped.length) fields.push(`f${flipped.join("")}`);
  if (state.selected.size) {
    const chosen = packSet(state.selected, model.ids);
    if (fields.join(".").length + chosen.length < LINK_LIMIT) fields.push(chosen);
  }
  return fields.length ? [LINK_VERSION, ...fields].join(".") : "";
}

function packHidden(hidden, count) {
  const shown = Array.from({ length: count }, (_, i) => i).filter((i) => !hidden.has(i));
  const ascending = [...hidden].sort((a, b) => a - b);
  return shown.length < hidden.size ? `o${toBase36(toSteps(shown))}` : `h${toBase36(toSteps(ascending))}`;
}

/** A whole state from the parameter's value; everything that is missing, unknown or out of range is the default. */
function readLink(text, model) {
  const state = defaultState(model), [version, ...fields] = (text ?? "").split(".");
  if (version !== LINK_VERSION) return state;
  const known = new Set(model.ids), cameras = [], every = model.classes.map((_, i) => i);
  const inside = (value, low, high, otherwise) => (/^\d{1,5}$/.test(value) ? clamp(Number(value) / 100, low, high) : otherwise);
  const read = {
    e: (value) => { if (/^\d{1,9}$/.test(value)) state.epoch = nearestOf(Number(value), model.epochs); },
    v: (value) => { const camera = unpackCamera(value); if (camera) cameras.push(camera); },
    u: () => { state.linked = false; },
    c: (value) => { if (model.channels.some((channel) => channel.key === value)) state.color = value; },
    h: (value) => { state.hidden = new Set(fromSteps(fromBase36(value)).filter((i) => i < every.length)); },
    o: (value) => { const shown = new Set(fromSteps(fromBase36(value))); state.hidden = new Set(every.filter((i) => !shown.has(i))); },
    k: (value) => { state.pins = [...new Set(fromBase36(value).filter((id) => known.has(id)))]; },
    s: (value) => { state.selected = new Set(fromSteps(fromBase36(value)).filter((id) => known.has(id))); },
    S: (value) => { state.selected = new Set(fromBits(value, model.ids)); },
    g: (value) => { state.size = inside(value, 0.3, 3, 1); },
    a: (value) => { state.opacity = inside(value, 0.1, 1, state.opacity); },
    x: (value) => { state.speed = inside(value, 0.25, 4, 1); },
    f: (value) => { for (const letter of new Set(value)) if (SWITCHES[letter]) state[SWITCHES[letter]] = !state[SWITCHES[letter]]; },
  };
  for (const field of fields) read[field[0]]?.(field.slice(1));
  if (cameras.length) state.cameras = state.cameras.map((_, i) => copyCamera(cameras[state.linked ? 0 : i] ?? cameras[0]));
  return state;
}

/** What is shown where no link says otherwise. `epoch` is where the slider rests, `t` its index, with fractions. */
function defaultState(model) {
  return {
    epoch: model.epochs.at(-1), cameras: model.panels.map(homeCamera), linked: true, color: "label", hidden: new Set(),
    pins: [], selected: new Set(), size: 1, opacity: model.largest > 4000 ? 0.85 : 0.95, speed: 1, loop: false,
    shapes: false, labels: true, centroids: false, prototypes: true, regions: true, areas: true, trails: true, ortho: false, rotate: false,
  };
}

/** The known number nearest to `wanted`, the earlier of two; `known` ascends. */
const nearestOf = (wanted, known) => known.reduce((best, number) => (Math.abs(number - wanted) < Math.abs(best - wanted) ? number : best));

/** The state for another set of panels: what still makes sense is kept, cameras in any case. */
function carryOver(before, model) {
  const known = new Set(model.ids), camera = before.cameras[0];
  return {
    ...before,
    epoch: nearestOf(before.epoch, model.epochs),
    cameras: model.panels.map((_, i) => before.cameras[i] ?? copyCamera(camera)),
    color: model.channels.some(({ key }) => key === before.color) ? before.color : "label",
    hidden: new Set([...before.hidden].filter((label) => label < model.classes.length)),
    pins: before.pins.filter((id) => known.has(id)),
    selected: new Set([...before.selected].filter((id) => known.has(id))),
  };
}

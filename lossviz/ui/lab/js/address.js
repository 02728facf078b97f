// The query parameter `lab`: a section's name and what differs from its defaults, `two~phi!90~losses!arcface*cosface`.

const PARAMETER = "lab";

const packed = (value) =>
  Array.isArray(value) ? value.map(packed).join("*") : typeof value === "number" ? String(Number(value.toPrecision(10))) : typeof value === "boolean" ? (value ? "yes" : "no") : escapeText(String(value));
const escapeText = (text) => text.replace(/[~!*]/g, "-");

function unpacked(text, like) {
  if (Array.isArray(like)) return text === "" ? [] : text.split("*").map((part) => unpacked(part, like[0]));
  if (typeof like === "boolean") return text === "yes";
  const number = text.trim() === "" ? NaN : Number(text);
  if (typeof like === "number") return Number.isFinite(number) ? number : like;
  if (like === undefined) return Number.isFinite(number) ? number : text === "yes" ? true : text === "no" ? false : text;
  return text;
}

/** The parameter's value for a state of flat values (numbers, texts, booleans, arrays of them). */
function writeState(section, state, standard) {
  const fields = Object.keys(state).sort().filter((name) => packed(state[name]) !== packed(standard[name] ?? ""));
  return fields.length ? [section, ...fields.map((name) => `${name}!${packed(state[name])}`)].join("~") : section;
}

/** The state that `text` says, over the defaults; null where it is of another section. */
function readState(section, text, standard) {
  const [named, ...fields] = (text ?? "").split("~");
  if (named !== section) return null;
  const state = { ...standard };
  for (const field of fields) {
    const cut = field.indexOf("!");
    if (cut > 0) state[field.slice(0, cut)] = unpacked(field.slice(cut + 1), standard[field.slice(0, cut)]);
  }
  return state;
}

/** Keeps the address bar saying what a lab shows. */
class Address extends KeptAddress {
  constructor(lab) {
    super(PARAMETER);
    this.lab = lab;
  }

  text() {
    return writeState(this.lab.name, this.lab.state, this.lab.usual);
  }

  show() {
    this.lab.restore(this.value());
  }
}

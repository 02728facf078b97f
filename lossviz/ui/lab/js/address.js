// The query parameter `lab`: a section's name and what differs from its defaults, `two~phi!90~losses!arcface*cosface`.

const PARAMETER = "lab";
const ADDRESS_REST = 300; // ms; browsers refuse to rewrite the address much more often

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
class Address {
  constructor(lab) {
    this.lab = lab;
    this.path = location.pathname;
    this.written = null;
    globalThis.lossvizLabAddress = this; // it is the newest section's: the one before may still be there for a while
    this.onPop = () => { if (location.pathname === this.path && this.value() !== this.written) lab.restore(this.value()); };
    // Streamlit writes the address from its own copy of the parameters, which does not know what was replaced here.
    this.onEntry = (event) => { if (event.navigationType !== "traverse") this.insist(); };
    addEventListener("popstate", this.onPop);
    globalThis.navigation?.addEventListener("currententrychange", this.onEntry);
  }

  value() {
    return new URLSearchParams(location.search).get(PARAMETER) ?? "";
  }

  keepSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), ADDRESS_REST);
  }

  keep() {
    this.written = writeState(this.lab.name, this.lab.state, this.lab.usual);
    this.insist();
  }

  insist() {
    if (this.written === null || globalThis.lossvizLabAddress !== this) return;
    if (location.pathname !== this.path || this.value() === this.written) return;
    const address = new URL(location.href);
    address.searchParams.set(PARAMETER, this.written);
    address.search = address.search.replaceAll("%7E", "~").replaceAll("%21", "!"); // allowed in a query, and readable
    history.replaceState(history.state, "", address);
  }

  release() {
    clearTimeout(this.timer);
    removeEventListener("popstate", this.onPop);
    globalThis.navigation?.removeEventListener("currententrychange", this.onEntry);
  }
}

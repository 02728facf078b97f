// Making MathML.

const math = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};
const mo = (sign, attributes = {}) => math("mo", attributes, sign);
const mi = (name) => math("mi", {}, name);
const row = (...parts) => math("mrow", {}, ...parts.flat());
const fenced = (inner, open = "(", close = ")") => row(mo(open), inner, mo(close));

/** A knob's letter that can be pointed at and reached with Tab: it lights up what `symbol` controls. */
function letter(lab, symbol, text, label) {
  const made = math("mi", { class: "lab-symbol", tabindex: 0, "data-symbol": symbol, "aria-label": label }, text);
  lit(lab, made, symbol);
  return made;
}

/** A knob's value in its letter's place; pointing at it does the same. */
function numeral(lab, symbol, value) {
  const made = math("mn", { class: "lab-symbol", "data-symbol": symbol }, inWords(value, 4));
  lit(lab, made, symbol);
  return made;
}

/** Marks the letters and values of what is lit at present, on all of a section. */
function markLit(lab) {
  const every = lab.lit?.startsWith("*") ? lab.lit.slice(1) : null;
  for (const part of lab.root.querySelectorAll("[data-symbol]")) {
    const { symbol } = part.dataset;
    part.classList.toggle("lab-lit", symbol === lab.lit || (every !== null && symbol.endsWith(every)));
  }
}

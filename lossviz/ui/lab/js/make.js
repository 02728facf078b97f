// Making elements, and numbers in words.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const DEGREE = Math.PI / 180;

/** An HTML element with attributes and children (text or elements). */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The same for SVG. Attributes that are null or undefined are left out. */
function shape(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG_NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** `value` with so many decimals, a true minus sign, and no trailing zeros unless `fixed`. */
function inWords(value, decimals = 3, fixed = false) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "none" : value > 0 ? "∞" : "−∞";
  const text = value.toFixed(decimals), short = fixed ? text : String(Number(text));
  return (/^-0(\.0*)?$/.test(short) ? short.slice(1) : short).replace("-", "−");
}

/** Decimals that tell two values a step apart. */
const decimalsOf = (step) => clamp(Math.ceil(-Math.log10(step) - 1e-9), 0, 6);

/** Numbers that Python packed: float32 in base64. */
const floatsOf = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

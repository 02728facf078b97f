// Colours as [r, g, b] in 0..255. Classes: a set for up to 10 after Okabe and Ito, one for up to 20, and evenly spread
// hues on alternating lightness in OKLCH beyond. Numbers: a scale that ascends in lightness, blue to yellow.

const TEN = {
  light: ["#0072b2", "#e08a00", "#009e73", "#c9489a", "#b8321f", "#45a9e6", "#7a5bd0", "#8f8a00", "#7b4a2a", "#5f6b7a"],
  dark: ["#3d9be0", "#f2a73b", "#2fc497", "#ec85bf", "#f0654a", "#8fd3ff", "#a992ff", "#d8d24a", "#c08f68", "#aab4c3"],
};
const SCALE = [
  [0.0, "#1b2a6b"], [0.14, "#1f4a8f"], [0.28, "#2b6a9b"], [0.42, "#3f8a98"], [0.56, "#5fa888"], [0.7, "#93c070"],
  [0.85, "#cfd25f"], [1.0, "#fbe45b"],
].map(([at, hex]) => [at, hexRgb(hex)]);
const BINARY = { light: ["#d1432b", "#4c8fc4"].map(hexRgb), dark: ["#ff7358", "#5aa3dd"].map(hexRgb) }; // no, yes
const NOTHING = { light: [160, 166, 176], dark: [104, 112, 126] };
const NEIGHBOUR = { true: "#2e9e6b", false: "#e0552f", missed: "#8a6fe8" };

function hexRgb(hex) {
  const number = parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

const cssRgb = ([r, g, b], alpha = 1) => `rgba(${Math.round(r)},${Math.round(g)},${Math.round(b)},${alpha})`;
const mixRgb = (a, b, t) => [0, 1, 2].map((i) => mix(a[i], b[i], t));
const luminance = ([r, g, b]) => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;

/** OKLCH to sRGB (Björn Ottosson, 2020), clipped to the gamut. */
function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos(hue), b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((c) => 255 * clamp(c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055, 0, 1));
}

/** `count` colours for classes on a light or dark ground. */
function classColours(count, dark) {
  const ten = TEN[dark ? "dark" : "light"].map(hexRgb);
  if (count <= 10) return ten.slice(0, count);
  if (count <= 20) {
    const second = ten.map((colour) => (dark ? mixRgb(colour, [30, 34, 44], 0.45) : mixRgb(colour, [255, 255, 255], 0.45)));
    return [...ten, ...second].slice(0, count);
  }
  const levels = dark ? [0.78, 0.64, 0.88] : [0.58, 0.7, 0.46];
  return Array.from({ length: count }, (_, i) => oklch(levels[i % 3], i % 2 ? 0.12 : 0.16, i * 2.399963));
}

/** The scale's colour at 0..1. */
function scaleColour(at) {
  const x = clamp(at, 0, 1), i = Math.max(1, SCALE.findIndex(([stop]) => stop >= x));
  const [a, from] = SCALE[i - 1], [b, to] = SCALE[i];
  return mixRgb(from, to, (x - a) / (b - a));
}

/** Colours of the page around us: background, ink, and whether it is dark. */
function themeOf(element) {
  const style = getComputedStyle(element);
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (name, otherwise) => {
    probe.fillStyle = otherwise;
    probe.fillStyle = style.getPropertyValue(name).trim() || otherwise;
    probe.clearRect(0, 0, 1, 1);
    probe.fillRect(0, 0, 1, 1);
    return [...probe.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const ground = read("--st-background-color", "#ffffff"), ink = read("--st-text-color", "#1c2330");
  const accent = read("--st-primary-color", "#2f5fd0");
  const font = style.getPropertyValue("--st-font").trim() || "system-ui, sans-serif";
  return { ground, ink, accent, font, dark: luminance(ground) < 0.5, name: luminance(ground) < 0.5 ? "dark" : "light" };
}

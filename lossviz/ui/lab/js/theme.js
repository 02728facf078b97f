// Colours of the page around a section, read from Streamlit's --st-* variables, and those of series.

const SERIES = {
  light: ["#0072b2", "#d95f0e", "#009e73", "#c9489a", "#7a5bd0", "#8f8a00", "#b8321f", "#45a9e6", "#7b4a2a", "#5f6b7a"],
  dark: ["#3d9be0", "#f2a73b", "#2fc497", "#ec85bf", "#a992ff", "#d8d24a", "#f0654a", "#8fd3ff", "#c08f68", "#aab4c3"],
};
const RAMP = [[27, 42, 107], [31, 74, 143], [43, 106, 155], [63, 138, 152], [95, 168, 136], [147, 192, 112], [207, 210, 95], [251, 228, 91]];

/** `{ground, soft, ink, quiet, edge, accent, font, dark, series}`: CSS colours as `rgb(...)` and hex. */
function themeOf(node) {
  const style = getComputedStyle(node), dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (name, otherwise) => {
    dot.fillStyle = otherwise;
    dot.fillStyle = style.getPropertyValue(name).trim() || otherwise;
    dot.clearRect(0, 0, 1, 1);
    dot.fillRect(0, 0, 1, 1);
    return [...dot.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const ground = read("--st-background-color", "#ffffff"), ink = read("--st-text-color", "#1c2330");
  const dark = 0.2126 * ground[0] + 0.7152 * ground[1] + 0.0722 * ground[2] < 128;
  return {
    dark, ground: css(ground), ink: css(ink), quiet: css(between(ground, ink, 0.68)), grid: css(between(ground, ink, 0.12)),
    soft: css(read("--st-secondary-background-color", "#f4f6f9")), edge: css(between(ground, ink, 0.28)),
    accent: css(read("--st-primary-color", "#2f5fd0")), margin: css(between(ground, ink, dark ? 0.3 : 0.22)),
    font: style.getPropertyValue("--st-font").trim() || "system-ui, sans-serif", series: SERIES[dark ? "dark" : "light"],
  };
}

const css = ([r, g, b]) => `rgb(${Math.round(r)}, ${Math.round(g)}, ${Math.round(b)})`;
const between = (a, b, t) => a.map((part, i) => part + (b[i] - part) * t);

/** [r, g, b] of a `#rrggbb` or `rgb(r, g, b)`. */
function partsOf(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/g).slice(0, 3).map(Number);
}

/** [r, g, b] on a scale that ascends in lightness, blue to yellow, for 0..1. */
function rampColour(at) {
  const x = clamp(at, 0, 1) * (RAMP.length - 1), i = Math.min(Math.floor(x), RAMP.length - 2);
  return between(RAMP[i], RAMP[i + 1], x - i);
}

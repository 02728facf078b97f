// Making elements, and the pictures on the buttons.

const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  reset: "M12 5a7 7 0 1 1-6.6 4.7M5 4v6h6", orbit: "M12 3a9 4 0 1 0 0 18 9 4 0 1 0 0-18M3 12a9 4 0 1 0 18 0 9 4 0 1 0-18 0",
  pan: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
  lasso: "M12 4c5 0 8 2.4 8 5.5S17 15 12 15 4 12.6 4 9.5 7 4 12 4M8 14.5c-2 1-2 4 0 4s2.5 1 1.5 3",
  box: "M4 4h4M10 4h4M16 4h4v4M20 10v4M20 16v4h-4M14 20h-4M8 20H4v-4M4 14v-4M4 8V4",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17",
  unlink: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17M4 4l16 16",
  tune: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5", camera: "M4 8h3l1.5-2.5h7L17 8h3v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", help: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2M12 17.5v.5", close: "M6 6l12 12M18 6L6 18",
  rotate: "M4 12a8 3.5 0 1 0 8-3.5M15 5l-3 3.5 3.5 3", clear: "M5 12h14M8 8l8 8M16 8l-8 8", loop: "M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1",
};

const SVG = "http://www.w3.org/2000/svg";

function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.toggle("lv-solid", name === "play" || name === "pause");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** An element with attributes and children (text or elements). */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(name, label, onClick, extra = {}) {
  const made = element("button", { type: "button", class: "lv-button", title: label, "aria-label": label, "data-does": name, ...extra }, icon(name));
  made.addEventListener("click", onClick);
  return made;
}

// A picture as a file: SVG as drawn, PNG at twice the size, CSV of its curves.

function exportButtons(figure) {
  const buttons = ["PNG", "SVG", "CSV"].map((kind) => {
    const button = element("button", { type: "button", class: "lab-export", "data-export": kind.toLowerCase(), title: `Save as ${kind}`, "aria-label": `Save ${figure.options.title ?? figure.options.name} as ${kind}` }, kind);
    button.addEventListener("click", () => saveFigure(figure, kind));
    return button;
  });
  return element("span", { class: "lab-exports" }, ...buttons);
}

async function saveFigure(figure, kind) {
  const writers = { CSV: () => new Blob([figureCsv(figure)], { type: "text/csv" }), SVG: () => new Blob([figureSvg(figure)], { type: "image/svg+xml" }), PNG: () => figurePng(figure) };
  const url = URL.createObjectURL(await writers[kind]());
  element("a", { href: url, download: `${figure.lab.name}-${figure.options.name}.${kind.toLowerCase()}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** `curve,x,y` rows of every curve, numbers in full. */
function figureCsv(figure) {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const say = (value) => (typeof value === "string" ? quoted(value) : Number.isFinite(value) ? String(value) : "");
  const rows = figure.curves.flatMap(({ name, xs, ys }) => Array.from(xs, (x, i) => `${quoted(name)},${say(x)},${say(ys[i])}`));
  return ["curve,x,y", ...rows, ""].join("\n");
}

/** The picture with its title and the state it shows, as a document of its own. */
function figureSvg(figure) {
  const copy = figure.svg.cloneNode(true);
  for (const part of copy.querySelectorAll("[tabindex]")) part.removeAttribute("tabindex");
  copy.prepend(shape("title", {}, figure.title.textContent), shape("desc", {}, writeState(figure.lab.name, figure.lab.state, figure.lab.usual)));
  return new XMLSerializer().serializeToString(copy);
}

async function figurePng(figure) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figureSvg(figure))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: figure.options.width * 2, height: figure.options.height * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

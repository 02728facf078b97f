// Curves of several runs over their epochs, drawn anew as epochs come; lossviz/ui/train/live_curves.py says what `data` is.

const CURVES_LOG = 30; // a loss that falls this far is read on a log axis
const CURVES_GAP = 18;
const CURVES_SIZE = { least: 190, most: 420, height: 190 };

/** The range of an axis for `values`, a little wider than they are. */
function curvesRange(values, unit) {
  const low = Math.min(...values), high = Math.max(...values), room = 0.06 * (high - low) || Math.abs(high) * 0.05 || 1;
  return { low: low - room, high: unit === "%" ? Math.min(high + room, 100.5) : high + room };
}

class Curves {
  constructor(root) {
    this.root = root;
    this.name = "training";
    this.state = this.usual = {}; // what an exported picture tells of sliders: there are none
    this.figures = new Map();
    this.names = element("div", { class: "lc-names" });
    this.pictures = element("div", { class: "lc-figures" });
    root.replaceChildren(this.names, this.pictures);
    this.sizes = new ResizeObserver(() => { if (this.data && Math.abs(root.clientWidth - this.width) > 30) this.draw(); });
    this.sizes.observe(root);
  }

  setData(data) {
    this.data = data;
    this.theme = themeOf(this.root);
    this.draw();
  }

  draw() {
    const { runs, panels } = this.data, room = (this.width = this.root.clientWidth), { least, most } = CURVES_SIZE;
    const columns = clamp(Math.floor((room + CURVES_GAP) / (least + CURVES_GAP)), 1, Math.max(panels.length, 1));
    this.wide = Math.floor(clamp((room - CURVES_GAP * (columns - 1)) / columns, least, most));
    this.names.replaceChildren(...runs.map(({ label, colour, dash }) => element("span", { class: "lc-name" }, this.swatch(colour, dash), label)));
    for (const [title, figure] of this.figures) if (!panels.some((panel) => panel.title === title)) { figure.node.remove(); this.figures.delete(title); }
    this.last = Math.max(1, ...panels.flatMap(({ lines }) => lines.flatMap(({ epochs }) => epochs.at(-1))));
    for (const panel of panels) this.panel(panel);
    const order = panels.map(({ title }) => this.figures.get(title).node);
    if (order.some((node, place) => this.pictures.children[place] !== node)) this.pictures.append(...order);
  }

  swatch(colour, dash) {
    const line = shape("line", { x1: 0, x2: 26, y1: 5, y2: 5, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash || null });
    return shape("svg", { width: 26, height: 10, "aria-hidden": "true" }, line);
  }

  figureOf({ title }) {
    let figure = this.figures.get(title);
    if (!figure) {
      figure = new Figure(this, { name: `curves-${this.figures.size}-${title.replace(/\W+/g, "-")}`, title, width: this.wide, height: CURVES_SIZE.height });
      figure.svg.addEventListener("pointermove", (event) => this.point(figure, event));
      figure.svg.addEventListener("pointerleave", () => { figure.at = null; this.note(figure); });
      this.figures.set(title, figure);
    }
    figure.options.width = this.wide;
    figure.node.style.width = `${this.wide}px`;
    return figure;
  }

  panel(panel) {
    const figure = this.figureOf(panel), { runs } = this.data, values = panel.lines.flatMap((line) => line.values).filter(Number.isFinite);
    const log = panel.unit === "" && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) >= CURVES_LOG, to = log ? Math.log10 : Number;
    const step = [1, 2, 5, 10, 20, 50, 100, 200].find((each) => this.last <= 8 * each) ?? 500, unit = panel.unit === "deg" ? "°" : panel.unit;
    figure.panel = panel;
    figure.begin({
      x: { low: 0, high: this.last, title: "epoch", ticks: Array.from({ length: Math.floor(this.last / step) + 1 }, (_, i) => i * step), say: String },
      y: { ...curvesRange(values.length ? values.map(to) : [0, 1], panel.unit), title: unit, say: (tick) => (log ? Number((10 ** tick).toPrecision(2)).toString() : inWords(tick, 3)) },
    });
    for (const { run, epochs, values: raw } of panel.lines) {
      const { label, colour, dash } = runs[run], ys = raw.map(to);
      figure.curve(label, epochs, ys, { stroke: colour, "stroke-dasharray": dash || null, "data-epochs": epochs.length });
      figure.curves.at(-1).ys = raw;
      figure.dot(epochs.at(-1), ys.at(-1), 3, { fill: colour });
    }
    this.note(figure);
    figure.end(`${panel.title}: ${figure.note.textContent}`);
  }

  point(figure, event) {
    figure.at = clamp(Math.round(figure.where(event)[0]), 0, this.last);
    this.note(figure);
  }

  /** The values at the pointer's epoch, or the last ones. */
  note(figure) {
    const { runs } = this.data, { panel, at } = figure, sign = { "%": " %", deg: "°" }[panel.unit] ?? "";
    const told = panel.lines.map(({ run, epochs, values }) => {
      const spot = at == null ? epochs.length - 1 : epochs.indexOf(at);
      return spot < 0 ? null : [runs[run].colour, `${panel.unit ? inWords(values[spot], 1, true) : Number(values[spot].toPrecision(3))}${sign}`];
    }).filter(Boolean);
    const parts = told.map(([colour, words]) => { const made = element("span", {}, words); made.style.color = `color-mix(in srgb, ${colour} 78%, ${this.theme.ink})`; return made; });
    figure.note.replaceChildren(at == null ? "now " : `epoch ${at} `, ...parts.flatMap((part, i) => (i ? [" · ", part] : [part])));
  }

  release() {
    this.sizes.disconnect();
  }
}

/** Streamlit calls this at mount and again with every new `data` or theme; the DOM stays the same. */
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lab-root");
  root.curves ??= new Curves(root);
  root.curves.setData(data);
  return () => {
    root.curves?.release();
    root.curves = undefined;
  };
}

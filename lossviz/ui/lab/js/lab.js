// One section of the lab at work: its state, its pictures, its controls. Each component is this base and one section.
//
// A section is `section({name, defaults(data), sane(state, data), implied(state, data), build(lab), draw(lab),
// inspect(lab), stop(lab), signature(state, data), news(lab), waits(lab), calls})`: `defaults` gives the flat state
// (numbers, texts, booleans, arrays of these), `sane` brings one from a link within bounds, `implied` gives further
// defaults that follow from it; whenever `signature` changes, controls and pictures are built anew; `build` puts figures
// and controls into `lab.controls` and `lab.pictures` once for each `data`; `draw` draws all of it from `lab.state` and is
// called at most once a frame; a `lasting` section is not built again for new data; `news` is what Python is told, where
// it computes, though not while the section `waits`; one that is `unkept` has no state for the address. `inspect` adds to
// what tests may read.

let theSection = null;
const section = (made) => { theSection = { sane: (state) => state, implied: () => ({}), inspect: () => ({}), signature: () => "", waits: () => false, stop: () => {}, calls: {}, ...made }; };
const remembered = (globalThis.lossvizLab ??= new Map()); // states of sections left during this visit

class Lab {
  constructor(root) {
    this.root = root;
    this.section = theSection;
    this.name = theSection.name;
    this.lit = null;
    this.frames = 0;
    if (!theSection.unkept) this.address = new Address(this);
    this.sizes = new ResizeObserver(() => { if (this.state && Math.abs(root.clientWidth - this.width) > 40) this.rebuild(); });
    this.sizes.observe(root);
  }

  /** New data from Python. The state stays, unless a command asks for another. */
  setData(data, setStateValue) {
    this.data = data;
    this.say = setStateValue;
    this.theme = themeOf(this.root);
    this.standard = this.section.defaults(data);
    const asked = data.command && data.command.nonce !== remembered.get("nonce") ? { ...this.standard, ...data.command.state } : null;
    if (data.command) remembered.set("nonce", data.command.nonce);
    const found = asked ?? this.state ?? readState(this.name, this.address?.value(), this.standard) ?? remembered.get(this.name) ?? { ...this.standard };
    this.state = this.section.sane({ ...this.standard, ...found }, data);
    if (this.pictures && this.section.lasting) this.draw();
    else this.rebuild();
    this.address?.keepSoon();
  }

  /** Builds controls and pictures again; for sections whose controls depend on the state. */
  rebuild() {
    const focused = focusPath(this.root);
    this.width = this.root.clientWidth;
    this.built = this.section.signature(this.state, this.data);
    this.controls = element("div", { class: "lab-controls" });
    this.pictures = element("div", { class: "lab-pictures" });
    this.figures = [];
    this.widgets = [];
    this.section.build(this);
    this.root.replaceChildren(this.controls, this.pictures);
    this.draw();
    if (focused) this.root.querySelector(focused)?.focus();
  }

  /** The state's defaults, those included that follow from the state itself. */
  get usual() {
    return { ...this.standard, ...this.section.implied(this.state, this.data) };
  }

  /** A new picture; see {@link Figure}. */
  figure(options) {
    const figure = new Figure(this, options);
    this.figures.push(figure);
    return figure;
  }

  /** Puts widgets (made by slider, choice, toggle) into `where`, by default the controls, and keeps them up to date. */
  add(widgets, where = this.controls) {
    for (const widget of [widgets].flat()) {
      where.append(widget);
      if (widget.update) this.widgets.push(widget);
    }
  }

  /** Changes the state; the screen follows in the next frame. */
  set(patch) {
    this.state = this.section.sane({ ...this.state, ...patch }, this.data);
    remembered.set(this.name, this.state);
    this.drawSoon();
    this.address?.keepSoon();
  }

  /** Shows another state altogether, such as a link's. */
  restore(text) {
    this.state = this.section.sane(readState(this.name, text, this.standard) ?? { ...this.standard }, this.data);
    this.rebuild();
  }

  light(symbol) {
    if (this.lit === symbol) return;
    this.lit = symbol;
    this.drawSoon();
  }

  drawSoon() {
    this.pending ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.pending);
    this.pending = undefined;
    if (this.section.signature(this.state, this.data) !== this.built) return void this.rebuild();
    for (const widget of this.widgets) widget.update();
    this.section.draw(this);
    markLit(this);
    this.frames++;
  }

  release() {
    cancelAnimationFrame(this.pending);
    clearTimeout(this.telling);
    this.section.stop(this);
    this.sizes.disconnect();
    this.address?.release();
  }
}

/** A selector that finds the control with the focus again after controls were built anew; null where none has it. */
function focusPath(root) {
  const active = root.getRootNode().activeElement, named = active && root.contains(active) && Object.entries(active.dataset)[0];
  return named ? `[data-${named[0]}="${named[1]}"]` : null;
}

/** What tests may read. */
function handleOf(lab) {
  return Object.freeze({
    inspect: () => ({
      name: lab.name, state: { ...lab.state }, lit: lab.lit, frames: lab.frames,
      figures: Object.fromEntries(lab.figures.map((figure) => [figure.options.name, { box: figure.box, x: [figure.x?.low, figure.x?.high], y: [figure.y?.low, figure.y?.high], curves: figure.curves?.map(({ name }) => name), note: figure.note.textContent }])),
      ...lab.section.inspect(lab),
    }),
    curve: (figure, name) => lab.figures.find(({ options }) => options.name === figure).curves.find((curve) => curve.name === name),
    csv: (figure) => figureCsv(lab.figures.find(({ options }) => options.name === figure)),
    svg: (figure) => figureSvg(lab.figures.find(({ options }) => options.name === figure)),
    call: (name, ...rest) => lab.section.calls[name](lab, ...rest),
  });
}

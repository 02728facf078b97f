// A picture: an SVG with axes, drawn anew from data whenever the state changes, and kept as curves for the CSV.

/** Round steps for about `count` ticks. */
function ticksOf(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].find((part) => part * power >= raw * 0.999) * power;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(i * step);
  return ticks;
}

/** Ticks for angles in degrees. */
function degreeTicks(low, high) {
  const step = [5, 10, 15, 30, 45].find((each) => (high - low) / each <= 7) ?? 45;
  return Array.from({ length: 37 }, (_, i) => i * step).filter((tick) => tick >= low - 1e-9 && tick <= high + 1e-9);
}

/**
 * `options`: `{name, title, label, width, height, x, y, equal}`; `x` and `y` are `{low, high, title, ticks, say, axis}`
 * in data units (`axis: false` hides it), `left` is the room beside them in pixels. With `equal` one unit is as long on
 * both axes. Between `begin` and `end` the methods draw, in data units. What is drawn with `data-lights` lights up the
 * knob of that name in the formula when it is pointed at. `label` is what a screen reader says, a text or a function of nothing.
 */
class Figure {
  constructor(lab, options) {
    this.lab = lab;
    this.options = { width: 460, height: 360, ...options };
    this.handles = new Map();
    this.svg = shape("svg", { class: "lab-svg", role: "group", xmlns: SVG_NAMESPACE });
    this.title = element("span", { class: "lab-figure-title" }, options.title ?? "");
    this.note = element("div", { class: "lab-note" });
    this.node = element("figure", { class: "lab-figure", "data-figure": options.name }, element("figcaption", {}, this.title, exportButtons(this)), this.svg, this.note);
    this.node.style.width = `${this.options.width}px`;
    this.svg.addEventListener("pointerover", (event) => lab.light?.(event.target.closest("[data-lights]")?.dataset.lights ?? null));
    this.svg.addEventListener("pointerleave", () => lab.light?.(null));
  }

  /** Starts a drawing; `x` and `y` replace or add to the axes' options. */
  begin({ x = {}, y = {}, title } = {}) {
    const { width, height, equal, left = 52 } = this.options;
    Object.assign(this, { x: { ...this.options.x, ...x }, y: { ...this.options.y, ...y }, curves: [], theme: this.lab.theme });
    if (title !== undefined) this.title.textContent = title;
    const bare = this.x.axis === false && this.y.axis === false;
    this.box = bare ? { left: 4, top: 4, width: width - 8, height: height - 8 } : { left, top: 10, width: width - left - 14, height: height - 52 };
    if (equal) this.squeeze();
    const marked = this.handles.size ? [...this.handles.values()].map((handle) => handle.node) : [];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("width", width);
    this.svg.setAttribute("height", height);
    this.svg.setAttribute("font-family", this.theme.font);
    this.svg.setAttribute("font-size", 12);
    this.ground = shape("rect", { width, height, fill: this.theme.ground });
    this.inside = shape("g", { "clip-path": `url(#clip-${this.options.name})` });
    this.over = shape("g");
    const clip = shape("clipPath", { id: `clip-${this.options.name}` }, shape("rect", { x: this.box.left, y: this.box.top, width: this.box.width, height: this.box.height }));
    for (const child of [...this.svg.children]) if (!marked.includes(child)) child.remove();
    this.svg.prepend(shape("defs", {}, clip), this.ground, this.inside, this.over);
    this.front = this.svg.querySelector("[data-handle]");
    if (!bare) this.axes();
    return this;
  }

  squeeze() {
    const unit = Math.min(this.box.width / (this.x.high - this.x.low), this.box.height / (this.y.high - this.y.low));
    const width = unit * (this.x.high - this.x.low), height = unit * (this.y.high - this.y.low);
    this.box = { left: this.box.left + (this.box.width - width) / 2, top: this.box.top + (this.box.height - height) / 2, width, height };
  }

  /** Says what the picture shows to those who do not see it, and lets handles come to the front. */
  end(label) {
    this.svg.setAttribute("aria-label", label ?? this.options.label ?? this.title.textContent);
    return this;
  }

  px(x) { return this.box.left + ((x - this.x.low) / (this.x.high - this.x.low)) * this.box.width; }
  py(y) { return this.box.top + (1 - (y - this.y.low) / (this.y.high - this.y.low)) * this.box.height; }

  /** Data coordinates of a pointer event. */
  where(event) {
    const rect = this.svg.getBoundingClientRect(), zoom = this.options.width / rect.width;
    const px = (event.clientX - rect.left) * zoom, py = (event.clientY - rect.top) * zoom;
    return [
      this.x.low + ((px - this.box.left) / this.box.width) * (this.x.high - this.x.low),
      this.y.low + (1 - (py - this.box.top) / this.box.height) * (this.y.high - this.y.low),
    ];
  }

  axes() {
    const { left, top, width, height } = this.box, { theme } = this, bottom = top + height;
    const say = (axis) => axis.say ?? ((value) => inWords(value, 3));
    const under = shape("g", { stroke: theme.grid, "stroke-width": 1 }), words = shape("g", { fill: theme.quiet, "font-size": 11 });
    for (const tick of this.x.ticks ?? ticksOf(this.x.low, this.x.high, 6)) {
      const px = Math.round(this.px(tick)) + 0.5;
      under.append(shape("line", { x1: px, x2: px, y1: top, y2: bottom }));
      words.append(shape("text", { x: px, y: bottom + 15, "text-anchor": "middle" }, say(this.x)(tick)));
    }
    for (const tick of this.y.ticks ?? ticksOf(this.y.low, this.y.high, 5)) {
      const py = Math.round(this.py(tick)) + 0.5;
      under.append(shape("line", { x1: left, x2: left + width, y1: py, y2: py }));
      words.append(shape("text", { x: left - 6, y: py + 4, "text-anchor": "end" }, say(this.y)(tick)));
    }
    const title = { fill: theme.ink, "text-anchor": "middle" }, middle = top + height / 2;
    words.append(shape("text", { ...title, x: left + width / 2, y: bottom + 33 }, this.x.title ?? ""));
    words.append(shape("text", { ...title, x: 12, y: middle, transform: `rotate(-90 12 ${middle})` }, this.y.title ?? ""));
    this.inside.append(under);
    this.over.append(shape("rect", { x: left + 0.5, y: top + 0.5, width, height, fill: "none", stroke: theme.edge }), words);
  }

  /** SVG path data through points; a point that is not finite lifts the pen. */
  route(xs, ys) {
    let text = "", down = false;
    for (let i = 0; i < xs.length; i++) {
      const good = Number.isFinite(xs[i]) && Number.isFinite(ys[i]);
      if (good) text += `${down ? "L" : "M"}${this.px(xs[i]).toFixed(2)} ${this.py(ys[i]).toFixed(2)}`;
      down = good;
    }
    return text;
  }

  /** A line through points that is also a curve of the CSV under `name` ("" keeps it out). */
  curve(name, xs, ys, style = {}) {
    if (name) this.curves.push({ name, xs: [...xs], ys: [...ys] });
    const d = this.route(xs, ys), lights = style["data-lights"];
    if (lights) this.put("path", { d, fill: "none", stroke: "transparent", "stroke-width": 14, "data-lights": lights }); // easier to hit
    return this.put("path", { d, fill: "none", "stroke-width": 2, "stroke-linejoin": "round", "data-curve": name || null, ...style });
  }

  /** A filled outline. */
  area(xs, ys, style) { return this.put("path", { d: `${this.route(xs, ys)}Z`, ...style }); }

  /** Any SVG shape in pixels, clipped to the axes. */
  put(tag, attributes, ...children) {
    const made = shape(tag, attributes, ...children);
    this.inside.append(made);
    return made;
  }

  dot(x, y, radius, style) { return this.put("circle", { cx: this.px(x), cy: this.py(y), r: radius, ...style }); }

  /** Words at a place, with a halo of the ground's colour; not clipped. */
  text(x, y, words, style = {}) {
    const made = shape("text", {
      x: this.px(x), y: this.py(y), fill: this.theme.ink, stroke: this.theme.ground, "stroke-width": 3, "paint-order": "stroke", "text-anchor": "middle", "dominant-baseline": "central", ...style,
    }, words);
    this.over.append(made);
    return made;
  }

  /** Colours over the axes' whole range: `paint(x, y)` gives [r, g, b, a = 255] at `columns` x `rows` cell middles. */
  heat(columns, rows, paint) {
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    Object.assign(canvas, { width: columns, height: rows });
    const pixels = context.createImageData(columns, rows);
    for (let row = 0; row < rows; row++) {
      const y = this.y.high - ((row + 0.5) / rows) * (this.y.high - this.y.low);
      for (let column = 0; column < columns; column++) {
        const [r, g, b, a = 255] = paint(this.x.low + ((column + 0.5) / columns) * (this.x.high - this.x.low), y);
        pixels.data.set([r, g, b, a], 4 * (row * columns + column));
      }
    }
    context.putImageData(pixels, 0, 0);
    const { left, top, width, height } = this.box;
    return this.put("image", { x: left, y: top, width, height, preserveAspectRatio: "none", href: canvas.toDataURL() });
  }

  /** A draggable, focusable point; see {@link Handle}. Call it in every drawing with the same `name`. */
  handle(name, options) {
    let handle = this.handles.get(name);
    if (!handle) this.handles.set(name, (handle = new Handle(this, name)));
    handle.place(options);
    return handle;
  }

  /** Takes away the handles whose name is not among these. */
  keepHandles(names) {
    for (const [name, handle] of this.handles) if (!names.includes(name)) { handle.node.remove(); this.handles.delete(name); }
  }
}

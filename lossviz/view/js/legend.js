// Classes with colour, shape and count, to hide and to isolate; or the colour bar of a channel of numbers.

class Legend {
  constructor(view) {
    this.view = view;
    this.box = view.els.legend;
  }

  build() {
    const { view } = this, channel = view.channel(), top = this.box.scrollTop;
    this.box.replaceChildren();
    this.box.setAttribute("aria-label", `Legend: ${channel.title}`);
    if (channel.kind === "continuous") this.bar(channel);
    if (channel.kind === "binary") this.binary(channel);
    this.classes(channel.kind === "class");
    this.box.scrollTop = top;
  }

  bar(channel) {
    const stops = Array.from({ length: 11 }, (_, i) => cssRgb(scaleColour(i / 10))).join(",");
    const strip = element("div", { class: "lv-strip", style: `background:linear-gradient(90deg,${stops})` });
    const unit = channel.unit ? ` ${channel.unit}` : "";
    this.box.append(element("div", { class: "lv-heading" }, channel.title), strip, element("div", { class: "lv-ends" },
      element("span", {}, pretty(channel.low) + unit), element("span", {}, pretty(channel.high) + unit)));
  }

  binary(channel) {
    const colours = BINARY[this.view.theme.name], words = channel.key === "correct" ? ["wrong", "correct"] : ["no", "yes"];
    this.box.append(element("div", { class: "lv-heading" }, channel.title));
    words.forEach((word, value) => this.box.append(element("div", { class: "lv-entry" },
      element("span", { class: "lv-swatch", style: `background:${cssRgb(colours[value])}` }), element("span", { class: "lv-name" }, word),
      element("span", { class: "lv-number" }, String(this.view.countOf(value))))));
  }

  classes(coloured) {
    const { view } = this, { model, state } = view;
    const all = element("button", { type: "button", class: "lv-all" }, "show all");
    all.disabled = !state.hidden.size;
    all.addEventListener("click", () => this.show(new Set()));
    this.box.append(element("div", { class: "lv-heading" }, "Classes", all));
    const list = element("div", { class: "lv-classes", role: "group", "aria-label": "Classes: click hides, double click isolates" });
    model.classes.forEach((name, i) => list.append(this.entry(name, i, coloured)));
    list.addEventListener("keydown", (event) => this.press(event));
    this.box.append(list);
  }

  entry(name, i, coloured) {
    const { view } = this, hidden = view.state.hidden.has(i);
    const swatch = element("canvas", { width: 28, height: 28, class: "lv-mark" });
    drawMark(swatch.getContext("2d"), view.state.shapes ? i % SHAPES.length : 0, coloured ? view.colourOfClass(i) : view.nothing);
    const made = element("button", { type: "button", class: "lv-entry", "aria-pressed": String(!hidden), "data-class": i, title: `${name}: click hides, double click isolates` },
      swatch, element("span", { class: "lv-name" }, name), element("span", { class: "lv-number" }, String(view.countOfClass(i))));
    made.addEventListener("click", (event) => this.click(i, event.detail));
    return made;
  }

  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const entries = [...this.box.querySelectorAll(".lv-entry")], at = entries.indexOf(event.target.closest(".lv-entry"));
      entries[clamp(at + step, 0, entries.length - 1)].focus();
    } else if (event.key === "i") this.isolate(Number(event.target.closest("[data-class]").dataset.class));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A click hides or shows; the second of a double one, as the browser counts, isolates, and shows all where it is alone. */
  click(i, count) {
    if (count === 2 && this.before) {
      this.show(this.before);
      return this.isolate(i);
    }
    this.before = new Set(this.view.state.hidden);
    const hidden = new Set(this.before);
    if (!hidden.delete(i)) hidden.add(i);
    return this.show(hidden);
  }

  isolate(i) {
    const { state, model } = this.view, others = model.classes.map((_, k) => k).filter((k) => k !== i);
    const alone = !state.hidden.has(i) && others.every((k) => state.hidden.has(k));
    this.show(new Set(alone ? [] : others));
  }

  /** Class by class, each alone; past the ends all are shown. */
  walk(step) {
    const { state, model } = this.view, count = model.classes.length;
    const shown = model.classes.map((_, i) => i).filter((i) => !state.hidden.has(i));
    const at = shown.length === 1 ? shown[0] : step > 0 ? -1 : count, next = at + step;
    this.show(new Set(next < 0 || next >= count ? [] : model.classes.map((_, i) => i).filter((i) => i !== next)));
    this.view.say(next < 0 || next >= count ? "all classes" : `class ${model.classes[next]} alone`);
  }

  show(hidden) {
    const { view } = this;
    view.state.hidden = hidden;
    for (const one of this.box.querySelectorAll("[data-class]")) one.setAttribute("aria-pressed", String(!hidden.has(Number(one.dataset.class))));
    const all = this.box.querySelector(".lv-all");
    if (all) all.disabled = !hidden.size;
    view.recolour();
    view.keepLink();
  }
}

/** The legend's picture of a marker, in a canvas of 28 by 28 device pixels. */
function drawMark(ctx, shape, rgb) {
  const paths = {
    square: [[-1, -1], [1, -1], [1, 1], [-1, 1]], triangle: [[0, -1.1], [1.1, 0.9], [-1.1, 0.9]], diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    down: [[0, 1.1], [1.1, -0.9], [-1.1, -0.9]], hexagon: [[-0.6, -1.1], [0.6, -1.1], [1.2, 0], [0.6, 1.1], [-0.6, 1.1], [-1.2, 0]],
    star: [[0, -1.4], [0.45, -0.8], [0.8, -0.8], [0.8, -0.45], [1.4, 0], [0.8, 0.45], [0.8, 0.8], [0.45, 0.8], [0, 1.4], [-0.45, 0.8], [-0.8, 0.8], [-0.8, 0.45], [-1.4, 0], [-0.8, -0.45], [-0.8, -0.8], [-0.45, -0.8]],
  };
  const name = SHAPES[shape];
  ctx.translate(14, 14);
  ctx.fillStyle = ctx.strokeStyle = cssRgb(rgb);
  ctx.beginPath();
  if (paths[name]) paths[name].forEach(([x, y], i) => (i ? ctx.lineTo(x * 8, y * 8) : ctx.moveTo(x * 8, y * 8)));
  if (paths[name] || name === "circle") {
    if (name === "circle") ctx.arc(0, 0, 9, 0, TAU);
    ctx.fill();
    return;
  }
  ctx.lineWidth = name === "ring" ? 5 : 6;
  if (name === "ring") ctx.arc(0, 0, 7.5, 0, TAU);
  else {
    if (name === "cross") ctx.rotate(Math.PI / 4);
    ctx.moveTo(-10, 0); ctx.lineTo(10, 0); ctx.moveTo(0, -10); ctx.lineTo(0, 10);
  }
  ctx.stroke();
}

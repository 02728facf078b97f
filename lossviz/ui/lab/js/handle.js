// Something on a picture that is dragged with the pointer or moved with the arrow keys.

const KEY_STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

/**
 * `place({x, y, label, says, step, move, colour, radius})`: at (x, y) in data units; `label` names it and `says` is its
 * value in words for a screen reader; `move(x, y)` is told where it is wanted, in data units, by a drag or by the arrow
 * keys, which go `step` (one number or one for each axis; with Shift ten times as far).
 */
class Handle {
  constructor(figure, name) {
    this.figure = figure;
    this.node = shape("g", { class: "lab-handle", "data-handle": name, tabindex: 0, role: "slider" });
    this.halo = shape("circle", { r: 14, fill: "transparent" });
    this.dot = shape("circle", {});
    this.node.append(this.halo, this.dot);
    figure.svg.append(this.node);
    this.node.addEventListener("pointerdown", (event) => this.grab(event));
    this.node.addEventListener("pointermove", (event) => { if (this.held === event.pointerId) this.drag(event); });
    for (const end of ["pointerup", "pointercancel"]) this.node.addEventListener(end, () => { this.held = undefined; });
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  place(options) {
    this.options = { radius: 6, step: 0.01, ...options };
    const { x, y, label, says, colour, radius } = this.options, { figure } = this;
    this.node.setAttribute("transform", `translate(${figure.px(x).toFixed(2)} ${figure.py(y).toFixed(2)})`);
    for (const [name, value] of Object.entries({ r: radius, fill: colour ?? figure.theme.accent, stroke: figure.theme.ground, "stroke-width": 2 })) this.dot.setAttribute(name, value);
    this.node.setAttribute("aria-label", label);
    this.node.setAttribute("aria-valuetext", says ?? `${inWords(x)}, ${inWords(y)}`);
    this.node.setAttribute("aria-valuenow", Number(x.toPrecision(6)));
  }

  grab(event) {
    if (event.button) return;
    event.preventDefault();
    const [x, y] = this.figure.where(event);
    this.off = [this.options.x - x, this.options.y - y]; // so that it does not jump under the pointer
    this.held = event.pointerId;
    this.node.setPointerCapture(event.pointerId);
    this.node.focus();
  }

  drag(event) {
    const [x, y] = this.figure.where(event);
    this.options.move(x + this.off[0], y + this.off[1]);
  }

  key(event) {
    const way = KEY_STEPS[event.key];
    if (!way) return;
    event.preventDefault();
    const [stepX, stepY] = [this.options.step].flat(), far = event.shiftKey ? 10 : 1;
    this.options.move(this.options.x + way[0] * stepX * far, this.options.y + way[1] * (stepY ?? stepX) * far);
  }
}

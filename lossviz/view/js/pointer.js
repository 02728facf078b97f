// Mouse, pen and touch on the picture: orbit, pan, zoom, hover, click, lasso and box. Nothing goes on moving by itself.

const CLICK_TRAVEL = 5; // CSS pixels; more is a drag

class Pointer {
  constructor(view) {
    this.view = view;
    this.fingers = new Map();
    this.mode = "orbit"; // "pan", "lasso", "box"
    this.outline = null;
    const stage = view.els.overlay, listen = (name, handler, options) => stage.addEventListener(name, handler, options);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", (event) => this.drop(event));
    listen("pointerleave", () => { if (!this.fingers.size) view.choice.setHover(null, -1); });
    listen("wheel", (event) => this.wheel(event), { passive: false });
    listen("dblclick", (event) => event.preventDefault());
    listen("contextmenu", (event) => event.preventDefault());
  }

  /** Where an event is, in CSS pixels of the picture. */
  place(event) {
    const rect = this.view.els.overlay.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  }

  down(event) {
    const [x, y] = this.place(event);
    this.view.els.overlay.setPointerCapture(event.pointerId);
    this.view.els.overlay.focus({ preventScroll: true });
    this.fingers.set(event.pointerId, [x, y]);
    if (this.fingers.size > 1) {
      this.outline = null;
      this.still = false;
      return;
    }
    const panning = event.button === 2 || event.button === 1 || event.shiftKey;
    this.frame = this.view.frameAt(x, y);
    this.doing = panning && this.mode === "orbit" ? "pan" : this.mode;
    this.still = true;
    this.from = [x, y];
    if (this.doing === "lasso" || this.doing === "box") this.outline = [[x, y]];
  }

  move(event) {
    const [x, y] = this.place(event), before = this.fingers.get(event.pointerId);
    if (!before) {
      this.hover(x, y);
      return;
    }
    if (this.fingers.size === 2) this.pinch(event.pointerId, [x, y]);
    this.fingers.set(event.pointerId, [x, y]);
    if (this.fingers.size > 1 || !this.frame) return;
    if (this.still && Math.hypot(x - this.from[0], y - this.from[1]) < CLICK_TRAVEL) return;
    const [fx, fy] = this.still ? this.from : before;
    this.still = false;
    this.view.choice.setHover(null, -1);
    if (this.outline) this.draw(x, y);
    else this.drag(x - fx, y - fy);
  }

  drag(dx, dy) {
    const { frame, view } = this, { side } = frame.view;
    const flat = this.doing === "pan" || frame.panel.axes === 2;
    view.moveCamera(frame.index, (camera) => (flat ? panBy(camera, dx, dy, side) : orbit(camera, dx, dy, side)));
  }

  /** Two fingers: shift by their middle, magnify by their distance. */
  pinch(id, now) {
    const [other] = [...this.fingers].filter(([key]) => key !== id).map(([, place]) => place);
    const before = this.fingers.get(id), { frame, view } = this;
    if (!frame) return;
    const apart = (a, b) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
    const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
    view.moveCamera(frame.index, (camera) => {
      panBy(camera, (now[0] - before[0]) / 2, (now[1] - before[1]) / 2, frame.view.side);
      zoomAt(camera, apart(now, other) / apart(before, other), ...this.halves(frame, middle));
    });
  }

  /** CSS pixels to half sides from the middle of the panel, y upwards. */
  halves({ view: { middle, side } }, [x, y]) {
    return [(2 * (x - middle[0])) / side, (-2 * (y - middle[1])) / side];
  }

  draw(x, y) {
    if (this.doing === "box") {
      const [fx, fy] = this.from;
      this.outline = [[fx, fy], [x, fy], [x, y], [fx, y]];
    } else {
      this.outline.push([x, y]);
    }
    this.view.request();
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size) return;
    const { outline, frame, still, view } = this;
    this.outline = null;
    if (!frame) return;
    if (still) this.click(event);
    else if (outline) {
      const found = inside(frame, outline);
      view.choice.select(event.shiftKey ? [...new Set([...view.state.selected, ...found])] : found, frame.panel);
    } else view.settled();
    view.request();
  }

  click(event) {
    if (event.button !== 0) return;
    const [x, y] = this.place(event), frame = this.view.frameAt(x, y), guest = frame && this.view.guests.pick(frame, x, y);
    const row = frame && !guest ? pick(frame, x, y) : -1;
    if (guest) this.view.choice.setHover(frame.panel, -1, guest); // a finger does not hover
    if (row >= 0) this.view.choice.pin(frame.panel, row, event.shiftKey);
  }

  drop(event) {
    this.fingers.delete(event.pointerId);
    this.outline = null;
    this.view.request();
  }

  hover(x, y) {
    this.last = [x, y];
    const frame = this.view.frameAt(x, y), guest = frame ? this.view.guests.pick(frame, x, y) : null, row = frame && !guest ? pick(frame, x, y) : -1;
    this.view.choice.setHover(frame?.panel ?? null, row, guest);
    this.view.els.overlay.style.cursor = row >= 0 || guest ? "pointer" : { orbit: "grab", pan: "move" }[this.mode] ?? "crosshair";
  }

  wheel(event) {
    const at = this.place(event), frame = this.view.frameAt(...at);
    if (!frame) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const factor = Math.exp(clamp(-event.deltaY * lines, -240, 240) * (event.ctrlKey ? 0.01 : 0.0018));
    this.view.moveCamera(frame.index, (camera) => zoomAt(camera, factor, ...this.halves(frame, at)));
    this.view.settled();
  }

  /** The outline being drawn, on the flat layer. */
  paint(ctx) {
    if (!this.outline || this.outline.length < 2) return;
    const { theme } = this.view;
    ctx.beginPath();
    this.outline.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
    ctx.fillStyle = cssRgb(theme.accent, 0.12);
    ctx.fill();
    ctx.setLineDash([5, 4]);
    ctx.strokeStyle = cssRgb(theme.accent);
    ctx.lineWidth = 1.5;
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

// A pad to draw on with mouse, pen or finger. While something is drawn the picture goes to Python at most five times a
// second, and not before the one before was answered; what is on the pad in the end goes in any case.

const SIDE = 280; // pixels a side of the picture that is sent
const SEND_EVERY = 200; // ms
const GIVEN_UP = 5000; // ms after which an answer is not waited for any more
const WIDTHS = { least: 6, most: 48 };
const COLOURS = { white: ["#fff", "#000"], black: ["#000", "#fff"] }; // of ink and ground, by the name of the ink
const drawn = (globalThis.lossvizDrawn ??= new Map()); // what was drawn during this visit, by the pad's key

class Pad {
  constructor(root, key) {
    this.root = root;
    if (!drawn.has(key)) drawn.set(key, { done: [], undone: [], width: null, ink: null, sent: 0 });
    this.kept = drawn.get(key); // `done` are strokes and wipes, in their order; `width` and `ink` are what was wished for, if anything
    this.answered = this.kept.sent;
    this.told = this.kept.told ?? "";
    this.last = -GIVEN_UP;
    this.canvas = element("canvas", { class: "li-canvas", width: SIDE, height: SIDE, tabindex: 0, "aria-label": "Drawing pad. Draw with mouse, pen or finger; Ctrl+Z takes back" });
    this.hint = element("div", { class: "li-hint", "aria-hidden": "true" }, "Draw here");
    root.replaceChildren(element("div", { class: "li-paper" }, this.canvas, this.hint), this.tools());
    this.stop = new AbortController();
    this.listen();
    globalThis.addEventListener("lossviz-pad-answer", (event) => this.answer(event.detail), { signal: this.stop.signal });
  }

  /** What Python says: `{ink, pen, visit, emptied}`, the set's ink and pen, the session, and how often it took the drawing away. */
  setData(data, say) {
    this.data = data;
    this.say = say;
    const { visit, emptied } = this.kept, other = visit !== undefined && visit !== data.visit;
    Object.assign(this.kept, { visit: data.visit, emptied: data.emptied });
    if (other) this.told = ""; // another session, which knows of no drawing
    else if (emptied !== undefined && emptied !== data.emptied) this.forget();
    this.pen.value = this.width;
    this.draw();
    if (this.strokes.length) this.sendSoon();
  }

  /** The strokes that are to be seen. */
  get strokes() {
    return this.kept.done.slice(this.kept.done.findLastIndex((each) => each.wipe) + 1);
  }

  get ink() {
    return this.kept.ink ?? this.data.ink;
  }

  get width() {
    return this.kept.width ?? this.data.pen;
  }

  listen() {
    const at = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * SIDE) / box.width, ((event.clientY - box.top) * SIDE) / box.height];
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || this.stroke) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke = { id: event.pointerId, width: this.width, points: [at(event)] };
      this.kept.done.push(this.stroke);
      this.kept.undone = [];
      this.changed();
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.stroke?.id !== event.pointerId) return;
      const passed = event.getCoalescedEvents?.() ?? [];
      this.stroke.points.push(...(passed.length ? passed : [event]).map(at));
      this.changed();
    });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, (event) => { if (this.stroke?.id === event.pointerId) this.stroke = undefined; });
    this.root.addEventListener("keydown", (event) => {
      const name = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[event.key.toLowerCase()];
      if (!name || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this[name]();
    });
  }

  tools() {
    const button = (name, label, does, words = "") => {
      const made = element("button", { type: "button", class: "li-button", "data-does": name, title: label, ...(words ? {} : { "aria-label": label }) }, icon(name), words);
      made.addEventListener("click", does);
      return made;
    };
    this.buttons = {
      undo: button("undo", "Undo (Ctrl+Z)", () => this.undo()), redo: button("redo", "Redo (Ctrl+Y)", () => this.redo()),
      wipe: button("wipe", "Clear the pad", () => this.wipe(), "Clear"), keep: button("keep", "Keep this drawing among the images, and draw another", () => this.keep(), "Keep"),
    };
    this.pen = element("input", { type: "range", min: WIDTHS.least, max: WIDTHS.most, step: 1, "aria-label": "Pen width", title: "Pen width" });
    this.pen.addEventListener("input", () => { this.kept.width = Number(this.pen.value); });
    this.inks = Object.keys(COLOURS).map((ink) => {
      const made = element("button", { type: "button", role: "radio", class: `li-ink li-${ink}`, title: ink === "white" ? "White on black" : "Black on white", "aria-label": ink === "white" ? "White on black" : "Black on white" });
      made.addEventListener("click", () => { this.kept.ink = ink; this.changed(); });
      return made;
    });
    const line = (...parts) => element("div", { class: "li-line" }, ...parts);
    const { undo, redo, wipe, keep } = this.buttons;
    return element("div", { class: "li-tools" }, line(undo, redo), wipe, keep, element("label", { class: "li-pen" }, "Pen", this.pen), element("div", { class: "li-line", role: "radiogroup", "aria-label": "Ink" }, ...this.inks));
  }

  undo() {
    if (this.kept.done.length) this.kept.undone.push(this.kept.done.pop());
    this.changed();
  }

  redo() {
    if (this.kept.undone.length) this.kept.done.push(this.kept.undone.pop());
    this.changed();
  }

  wipe() {
    if (!this.strokes.length) return;
    this.kept.done.push({ wipe: true });
    this.kept.undone = [];
    this.changed();
  }

  /** Has Python keep the drawing as it is, and begins another. */
  keep() {
    if (!this.strokes.length) return;
    this.draw();
    this.post({ picture: this.picture(), keep: true });
    this.forget();
  }

  forget() {
    Object.assign(this.kept, { done: [], undone: [] });
    this.told = this.kept.told = "";
    this.stroke = undefined;
    this.draw();
  }

  changed() {
    this.drawing ??= requestAnimationFrame(() => this.draw());
    this.sendSoon();
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = undefined;
    const [ink, ground] = COLOURS[this.ink], pen = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    pen.fillStyle = ground;
    pen.fillRect(0, 0, SIDE, SIDE);
    Object.assign(pen, { strokeStyle: ink, lineCap: "round", lineJoin: "round" });
    for (const stroke of this.strokes) traceStroke(pen, stroke);
    const empty = !this.strokes.length;
    this.hint.hidden = !empty;
    this.hint.style.color = ink;
    Object.assign(this.buttons.undo, { disabled: !this.kept.done.length });
    Object.assign(this.buttons.redo, { disabled: !this.kept.undone.length });
    for (const name of ["wipe", "keep"]) this.buttons[name].disabled = empty;
    Object.keys(COLOURS).forEach((name, i) => this.inks[i].setAttribute("aria-checked", name === this.ink));
  }

  /** The drawing as a data URL; empty where nothing is drawn. */
  picture() {
    return this.strokes.length ? this.canvas.toDataURL("image/png") : "";
  }

  sendSoon() {
    this.waiting = true;
    const now = performance.now(), free = this.answered >= this.kept.sent, next = this.last + (free ? SEND_EVERY : GIVEN_UP);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), Math.max(next - now, 0));
  }

  send() {
    this.waiting = false;
    this.draw();
    const picture = this.picture();
    if (picture !== this.told) this.post({ picture });
  }

  post(what) {
    this.last = performance.now();
    this.told = this.kept.told = what.picture;
    this.say("drawn", { number: ++this.kept.sent, ...what });
  }

  answer(number) {
    this.answered = Math.max(this.answered, number);
    if (this.waiting) this.sendSoon();
  }

  release() {
    this.stop.abort();
    clearTimeout(this.timer);
    cancelAnimationFrame(this.drawing);
  }
}

/** A smooth line through the points of a stroke: curves between the middles of its pieces. */
function traceStroke(pen, { points, width }) {
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(...points[0]);
  for (let i = 1; i < points.length - 1; i++) {
    const [[x, y], [nextX, nextY]] = [points[i], points[i + 1]];
    pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  const [x, y] = points.at(-1);
  pen.lineTo(x + 0.01, y); // a line of no length would not be drawn
  pen.stroke();
}

/** Streamlit calls this at mount and again with every new `data`; the DOM stays the same. */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".li-pad");
  if (!root.pad) {
    root.pad = new Pad(root, data.key);
    root.lossviz = Object.freeze({ inspect: () => ({ strokes: root.pad.strokes.length, ink: root.pad.ink, width: root.pad.width, sent: root.pad.kept.sent, answered: root.pad.answered, waiting: Boolean(root.pad.waiting) }) });
  }
  root.pad.setData(data, setStateValue);
  return () => {
    root.pad?.release();
    root.pad = root.lossviz = undefined;
  };
}

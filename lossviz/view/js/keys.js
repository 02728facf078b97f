// The keyboard, while the view has the focus. The same list makes the help.

const KEYS = [
  ["← →", "previous, next epoch"],
  ["Home End", "first, last epoch"],
  ["Space", "play, pause"],
  ["Shift + arrows", "turn (2-D: shift)"],
  ["Alt + arrows", "shift"],
  ["+ −", "zoom"],
  ["r", "reset the camera"],
  ["1 … 6", "look along +x −x +y −y +z −z"],
  ["a", "turn by itself"],
  ["[ ]", "previous, next class alone; then all again"],
  ["n b", "next, previous point (hover by keyboard)"],
  ["Enter", "pin the hovered point"],
  ["g", "next image of your own"],
  ["l x v", "lasso, box, back to turning"],
  ["Esc", "let go of pins and selection"],
  ["f", "full screen"],
  ["?", "this list"],
];
const TURN = 24, PUSH = 24; // CSS pixels a key press

class Keys {
  constructor(view) {
    this.view = view;
    view.root.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    const typing = event.target.closest("input, select, [role=dialog]");
    if (event.ctrlKey || event.metaKey) return;
    if (typing && !["Escape", "?"].includes(event.key)) return;
    if (event.target.closest("button") && ["Enter", " "].includes(event.key)) return;
    const handled = event.key.startsWith("Arrow") ? this.arrow(event) : this.letter(event.key);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation(); // Streamlit has shortcuts of its own on r and c
  }

  arrow({ key, shiftKey, altKey }) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    const { view } = this, frame = view.frames[0];
    if (!shiftKey && !altKey) {
      if (!dx) return false;
      view.timeline.stepBy(dx);
      return true;
    }
    const index = this.focused(), flat = view.model.panels[index].axes === 2;
    view.moveCamera(index, (camera) => {
      if (altKey || flat) panBy(camera, dx * PUSH, dy * PUSH, frame.view.side);
      else orbit(camera, dx * TURN, dy * TURN, frame.view.side);
    });
    view.settled();
    return true;
  }

  /** The panel that keys act on where cameras are not linked: the one hovered last. */
  focused() {
    const { hover, guest } = this.view.choice, hovered = this.view.model.panels.indexOf((hover ?? guest)?.panel);
    return Math.max(0, hovered);
  }

  letter(key) {
    const { view } = this, { timeline, choice, toolbar } = view;
    const zoom = (factor) => { view.moveCamera(this.focused(), (camera) => zoomAt(camera, factor, 0, 0)); view.settled(); };
    const does = {
      " ": () => timeline.toggle(), Home: () => timeline.go(0), End: () => timeline.go(view.model.epochs.length - 1),
      "+": () => zoom(1.2), "=": () => zoom(1.2), "-": () => zoom(1 / 1.2),
      r: () => view.resetCamera(), a: () => toolbar.flip("rotate"), f: () => toolbar.fullScreen(),
      l: () => toolbar.setMode("lasso"), x: () => toolbar.setMode("box"), v: () => toolbar.setMode("orbit"),
      "[": () => view.legend.walk(-1), "]": () => view.legend.walk(1), n: () => this.walk(1), b: () => this.walk(-1), g: () => view.guests.walk(view.frames[this.focused()]),
      "?": () => view.help.toggle(), Escape: () => this.escape(),
      Enter: () => { if (choice.hover) choice.pin(choice.hover.panel, choice.hover.row, false); },
    };
    Object.keys(AXIS_VIEWS).forEach((name, i) => { does[i + 1] = () => view.lookAlong(name); });
    does[key]?.();
    return key in does;
  }

  escape() {
    const { view } = this;
    if (view.help.open) view.help.toggle();
    else if (view.toolbar.menuOpen) view.toolbar.closeMenu();
    else view.choice.clear();
  }

  /** Hovers the next shown point, front to back. */
  walk(step) {
    const { view } = this, frame = view.frames[this.focused()], { points, panel } = frame;
    if (!points.drawn) return;
    const order = points.order.subarray(0, points.drawn), hover = view.choice.hover;
    const at = hover?.panel === panel ? order.indexOf(hover.row) : order.length;
    const next = (at - step + order.length) % order.length;
    view.choice.setHover(panel, order[next]);
    view.say(view.cards.words());
  }
}

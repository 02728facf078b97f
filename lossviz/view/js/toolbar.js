// The row above the picture: what points are coloured by, how one drags, the camera, and everything else in a menu.

const MODES = [["orbit", "orbit", "Drag turns (v)"], ["pan", "pan", "Drag shifts"], ["lasso", "lasso", "Lasso select (l)"], ["box", "box", "Box select (x)"]];
const OPTIONS = [
  ["labels", "Class names"], ["shapes", "Marker shapes"], ["regions", "Regions and margins"], ["areas", "Acceptance areas"], ["prototypes", "Prototypes"], ["centroids", "Class centroids"],
  ["trails", "Trails of pinned points"], ["ortho", "Orthographic"],
];
const SCALES = [1, 2, 3, 4];

class Toolbar {
  constructor(view) {
    this.view = view;
    this.menuOpen = false;
    const bar = view.els.toolbar;
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "View");
    this.color = element("select", { "aria-label": "Colour by", class: "lv-select" });
    this.color.addEventListener("change", () => { view.state.color = this.color.value; view.recolour(); view.legend.build(); view.keepLink(); });
    this.modes = MODES.map(([mode, name, label]) => button(name, label, () => this.setMode(mode), { "data-mode": mode }));
    this.link = button("link", "Cameras linked", () => this.flip("linked"));
    this.rotate = button("rotate", "Turn by itself (a)", () => this.flip("rotate"));
    this.clear = button("clear", "Clear pins and selection (Esc)", () => view.choice.clear());
    this.axis = element("select", { class: "lv-select lv-axis", "aria-label": "Look along an axis" }, element("option", { value: "" }, "axis"));
    for (const name of Object.keys(AXIS_VIEWS)) this.axis.append(element("option", { value: name }, name.replace("-", "−")));
    this.axis.addEventListener("change", () => { view.lookAlong(this.axis.value); this.axis.value = ""; });
    this.more = button("tune", "More settings", () => this.toggleMenu(), { "aria-expanded": "false" });
    const group = (...parts) => element("div", { class: "lv-group" }, ...parts);
    this.sizeOf = element("span", { class: "lv-count" });
    bar.append(
      group(element("label", { class: "lv-label" }, "Colour", this.color)),
      group(...this.modes), group(button("reset", "Reset the camera (r)", () => view.resetCamera()), this.axis, this.rotate, this.link),
      element("div", { class: "lv-gap" }), this.sizeOf, group(this.clear, this.more,
        button("camera", "Save a picture (PNG)", () => this.save("png")),
        ...["svg", "csv"].map((kind) => {
          const save = element("button", { type: "button", class: "lv-save", "data-save": kind, title: `Save as ${kind.toUpperCase()}`, "aria-label": `Save as ${kind.toUpperCase()}` }, kind.toUpperCase());
          save.addEventListener("click", () => this.save(kind));
          return save;
        }),
        button("full", "Full screen (f)", () => this.fullScreen()), button("help", "Keys and gestures (?)", () => view.help.toggle())),
    );
    this.buildMenu();
  }

  buildMenu() {
    const { view } = this;
    this.menu = element("div", { class: "lv-menu", role: "group", "aria-label": "More settings", hidden: "" });
    this.sliders = { size: this.slider("Point size", "size", 0.3, 3, 0.05), opacity: this.slider("Opacity", "opacity", 0.1, 1, 0.05) };
    this.checks = {};
    for (const [key, label] of OPTIONS) {
      const box = element("input", { type: "checkbox" });
      box.addEventListener("change", () => this.flip(key));
      this.checks[key] = box;
      this.menu.append(element("label", {}, box, label));
    }
    this.scale = element("select", { class: "lv-select", "aria-label": "Size of the saved picture" });
    for (const scale of SCALES) this.scale.append(element("option", { value: scale }, `${scale}×`));
    this.scale.value = "2";
    this.menu.append(element("label", { class: "lv-row" }, "PNG size", this.scale));
    view.els.stage.append(this.menu);
  }

  slider(label, key, min, max, step) {
    const input = element("input", { type: "range", min, max, step, "aria-label": label });
    input.addEventListener("input", () => { this.view.state[key] = Number(input.value); this.view.recolour(); this.view.keepLink(); });
    this.menu.append(element("label", { class: "lv-row" }, label, input));
    return input;
  }

  setMode(mode) {
    this.view.pointer.mode = mode;
    this.refresh();
  }

  /** Turns a switch of the state. */
  flip(key) {
    const { view } = this, { state } = view;
    if (key === "rotate" && view.calm) return;
    state[key] = !state[key];
    if (key === "linked" && state.linked) state.cameras = state.cameras.map(() => copyCamera(state.cameras[0]));
    view.recolour();
    view.legend.build();
    view.keepLink();
    this.refresh();
  }

  /** The controls as the state has it. */
  refresh() {
    const { view } = this, { state, model, pointer } = view;
    const options = model.channels.map((channel) => element("option", { value: channel.key }, channel.title));
    this.color.replaceChildren(...options);
    this.color.value = state.color;
    for (const one of this.modes) one.setAttribute("aria-pressed", one.dataset.mode === pointer.mode);
    this.link.hidden = model.panels.length < 2;
    this.link.setAttribute("aria-pressed", state.linked);
    this.link.replaceChildren(icon(state.linked ? "link" : "unlink"));
    this.link.title = state.linked ? "Cameras linked" : "Cameras not linked";
    const solid = model.panels.some((panel) => panel.axes === 3);
    for (const one of [this.axis, this.rotate]) one.hidden = !solid;
    this.rotate.setAttribute("aria-pressed", state.rotate && !view.calm);
    this.rotate.disabled = view.calm;
    this.clear.disabled = !state.pins.length && !state.selected.size;
    const parts = [state.pins.length && `${state.pins.length} pinned`, state.selected.size && `${state.selected.size} selected`];
    this.sizeOf.textContent = parts.filter(Boolean).join(" · ");
    for (const [key, box] of Object.entries(this.checks)) box.checked = state[key];
    this.offer();
    for (const [key, input] of Object.entries(this.sliders)) input.value = state[key];
  }

  /** Switches of what is there. */
  offer() {
    const { areas, model } = this.view;
    this.checks.regions.parentElement.hidden = !model.panels.some((panel) => panel.regions);
    this.checks.areas.parentElement.hidden = !areas.length;
  }

  toggleMenu() {
    this.menuOpen = !this.menuOpen;
    this.menu.hidden = !this.menuOpen;
    this.more.setAttribute("aria-expanded", this.menuOpen);
    if (this.menuOpen) this.menu.querySelector("input").focus();
  }

  closeMenu() {
    if (this.menuOpen) this.toggleMenu();
    this.more.focus();
  }

  save(kind) {
    savePicture(this.view, kind, Number(this.scale.value));
  }

  fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.view.root.requestFullscreen();
  }
}

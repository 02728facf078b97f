// The view itself: holds model and state, lays out the panels, and draws when something changed and not otherwise.

const SPIN = 0.35; // radians a second of turning by itself

class View {
  constructor(root) {
    this.root = root;
    this.counts = { frames: 0, renders: 0, seconds: 0 };
    this.lines = [];
    this.areas = [];
    this.radii = {}; // by panel, of its areas while they are dragged
    this.frames = [];
    this.t = 0;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.build();
    this.painter = new Painter(this.els.gl);
    if (!this.painter.gl) this.notice("This picture needs WebGL 2, which this browser does not have or has switched off. Current Chrome, Edge, Firefox and Safari have it; look under “hardware acceleration” in the browser's settings.");
    this.choice = new Choice(this);
    this.labels = new Labels(this);
    this.cards = new Cards(this);
    this.guests = new Guests(this);
    this.help = new Help(this);
    this.pointer = new Pointer(this);
    this.toolbar = new Toolbar(this);
    this.timeline = new Timeline(this);
    this.legend = new Legend(this);
    this.keys = new Keys(this);
    this.listen();
  }

  build() {
    const { root } = this, part = (tag, name, extra = {}) => element(tag, { class: `lv-${name}`, ...extra });
    this.els = {
      toolbar: part("div", "toolbar"), stage: part("div", "stage"), legend: part("div", "legend", { role: "group" }),
      timeline: part("div", "timeline", { role: "group", "aria-label": "Epochs" }), live: part("div", "live", { "aria-live": "polite" }),
      gl: part("canvas", "gl", { "aria-hidden": "true" }), overlay: part("canvas", "overlay", { tabindex: 0, role: "application" }),
    };
    const { toolbar, stage, legend, timeline, live, gl, overlay } = this.els;
    stage.append(gl, overlay);
    root.replaceChildren(toolbar, stage, legend, timeline, live);
  }

  listen() {
    const { gl } = this.els;
    this.resizing = new ResizeObserver(() => this.request());
    this.resizing.observe(this.els.stage);
    gl.addEventListener("webglcontextlost", (event) => { event.preventDefault(); this.notice("The graphics card was taken away for a moment …"); });
    gl.addEventListener("webglcontextrestored", () => { this.notice(""); this.painter.build(); this.painter.setModel(this.model); this.recolour(); });
    this.onWord = (event) => { if (event.detail === this.model?.key) this.hear(); };
    globalThis.addEventListener("lossviz-word", this.onWord);
    this.onFeed = (event) => { if (event.detail === this.model?.key && takeFeed(this)) this.dress(); };
    globalThis.addEventListener("lossviz-feed", this.onFeed);
  }

  /** New points, or the same ones again after a theme change. */
  setData(bytes, setStateValue) {
    const first = !this.model, before = this.model, follows = !first && this.atNewest(); // of the epochs before these
    this.setStateValue = setStateValue;
    this.theme = themeOf(this.root);
    if (bytes !== this.bytes) this.setModel(decode(bytes), first);
    this.bytes = bytes;
    takeFeed(this);
    this.dress();
    this.hear();
    if (!first) this.choice.tellSoon();
    if (follows && grown(before, this.model)) this.timeline.catchUp();
  }

  /** Whether the newest epoch is what is looked at, or gone to. */
  atNewest() {
    const { playing, following } = this.timeline;
    return following || (!playing && this.state.epoch === this.model.epochs.at(-1));
  }

  /** After new panels or another theme. */
  dress() {
    this.colours = classColours(this.model.classes.length, this.theme.dark);
    this.nothing = NOTHING[this.theme.name];
    this.recolour();
    for (const part of [this.toolbar, this.timeline]) part.refresh();
    this.legend.build();
    this.cards.show();
  }

  setModel(model, first) {
    const before = this.state;
    this.model = model;
    this.address ??= new Address(this, model.parameter);
    this.root.style.height = `${model.height}px`;
    this.state = first ? readLink(this.address.value(), model) : carryOver(before, model);
    if (first) this.choice.heard = JSON.stringify(this.choice.news());
    this.choice.hover = this.choice.guest = null;
    this.scenes = model.panels.map(standingScene);
    if (this.painter.gl) this.painter.setModel(model);
    if (!this.timeline.playing) this.t = model.epochs.indexOf(this.state.epoch);
    this.t = Math.min(this.t, model.epochs.length - 1);
  }

  /** Takes the state of a link, as when the browser goes back. */
  restore() {
    this.state = readLink(this.address.value(), this.model);
    this.timeline.playing = false;
    this.t = this.model.epochs.indexOf(this.state.epoch);
    this.refreshAll();
    this.choice.tell();
  }

  refreshAll() {
    this.recolour();
    this.toolbar.refresh();
    this.timeline.refresh();
    this.legend.build();
  }

  /** Lines, guests and areas, and a command once for each nonce. */
  hear() {
    const word = globalThis.lossvizWords?.get(this.model.key), done = (globalThis.lossvizDone ??= new Map());
    this.lines = word?.lines ?? [];
    this.areas = word?.areas ?? [];
    this.guests.take(word ?? {});
    this.toolbar.offer();
    this.request();
    const command = word?.command;
    if (!command || done.get(this.model.key) === command.nonce) return;
    done.set(this.model.key, command.nonce);
    this.obey(command);
  }

  obey({ epoch, pinned, selected, isolate }) {
    const { state, model } = this, known = new Set(model.ids);
    if (pinned) state.pins = [...new Set(pinned.filter((id) => known.has(id)))];
    if (selected) state.selected = new Set(selected.filter((id) => known.has(id)).sort((a, b) => a - b));
    if (isolate) state.hidden = new Set(isolate.length ? model.classes.map((_, i) => i).filter((i) => !isolate.includes(i)) : []);
    if (epoch !== null) this.timeline.go(model.epochs.indexOf(nearestOf(epoch, model.epochs)));
    this.refreshAll();
    this.choice.tellSoon();
  }

  setTime(t) {
    this.t = clamp(t, 0, this.model.epochs.length - 1);
    if (this.timeline.playing) this.choice.hover = this.choice.guest = null;
    this.cards.show();
    this.request();
  }

  momentOfPanel(panel) {
    return momentOf(panel, this.timeline.epochAt(this.t));
  }

  resetCamera() {
    this.state.cameras = this.model.panels.map(homeCamera);
    this.state.rotate = false;
    this.toolbar.refresh();
    this.settled();
  }

  lookAlong(name) {
    if (!AXIS_VIEWS[name]) return;
    const camera = { ...homeCamera(), turn: quatLooking(...AXIS_VIEWS[name]) };
    this.state.cameras = this.state.linked ? this.model.panels.map(() => copyCamera(camera)) : this.state.cameras.map((old, i) => (i === this.keys.focused() ? camera : old));
    this.settled();
  }

  /** Changes the camera of a panel, and with linked cameras of all. */
  moveCamera(index, change) {
    const { state } = this;
    change(state.cameras[index]);
    if (state.linked) state.cameras = state.cameras.map((old, i) => (i === index ? old : copyCamera(state.cameras[index])));
    this.request();
  }

  settled() {
    this.keepLink();
    this.request();
  }

  keepLink() {
    this.address.keepSoon();
  }

  request() {
    if (this.pending || this.released) return;
    this.pending = requestAnimationFrame((now) => {
      this.pending = 0;
      this.frame(now);
    });
  }

  frame(now) {
    if (!this.model || !this.measure()) return;
    const playing = this.timeline.advance(now), turning = this.state.rotate && !this.calm;
    if (turning) {
      const passed = Math.min(100, now - (this.turned ?? now)) / 1000;
      for (const camera of this.state.cameras) camera.turn = quatMultiply(quatAround([0, 1, 0], passed * SPIN), camera.turn);
    }
    this.turned = turning ? now : undefined;
    this.counts.frames++;
    this.paint();
    this.timeline.painted();
    if (playing || turning) this.request();
  }

  /** Fits canvases to the stage and pixels to the screen; false where nothing can be seen. */
  measure() {
    const { stage, gl, overlay } = this.els, width = stage.clientWidth, height = stage.clientHeight;
    if (!width || !height) return false;
    this.ratio = clamp(devicePixelRatio || 1, 1, 3);
    this.box = { width, height };
    for (const canvas of [gl, overlay]) {
      const [w, h] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    }
    return true;
  }

  paint() {
    const start = performance.now(), ctx = this.els.overlay.getContext("2d");
    this.frames = this.layFrames();
    this.followEpoch();
    if (this.painter.gl && !this.painter.gl.isContextLost()) this.paintGl(this.ratio);
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.box.width, this.box.height);
    this.labels.draw(ctx, this.frames);
    this.pointer.paint(ctx);
    this.cards.put();
    this.describe();
    this.counts.renders++;
    this.counts.seconds += (performance.now() - start) / 1000;
  }

  paintGl(ratio) {
    const look = { theme: this.theme, ratio, ground: this.theme.ground.map((part) => part / 255) };
    this.painter.draw(this.frames, this.box.height, ratio, look);
  }

  /** Draws once at another scale, hands the canvas to `use`, and goes back. */
  paintAt(ratio, use) {
    const { gl } = this.els;
    [gl.width, gl.height] = [Math.round(this.box.width * ratio), Math.round(this.box.height * ratio)];
    this.frames = this.layFrames();
    this.paintGl(ratio);
    use(gl);
    this.measure();
    this.paintGl(this.ratio);
  }

  layFrames() {
    const { model, state } = this, boxes = gridOf(model.panels.length, this.box), epoch = this.timeline.epochAt(this.t);
    return model.panels.map((panel, index) => {
      const view = projection(panel, state.cameras[index], boxes[index], state.ortho), moment = momentOf(panel, epoch);
      const size = state.size * pointSize(panel.count, state.cameras[index].zoom, view.side);
      const furniture = furnitureOf(this, panel, moment, this.scenes[index]);
      return { panel, index, view, moment, epoch, size, furniture, points: this.painter.points[index] };
    });
  }

  frameAt(x, y) {
    return this.frames.find(({ points, view: { box } }) => points && x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height);
  }

  /** Colours that change with the epoch are rewritten when another epoch is nearest. */
  followEpoch() {
    const nearest = this.frames.map(({ moment }) => nearestEpoch(moment)).join();
    if (nearest === this.nearest) return;
    this.nearest = nearest;
    paintTints(this);
  }

  /** After any change of what is coloured how. */
  recolour() {
    this.nearest = null;
    this.request();
  }

  channel() {
    return this.model.channels.find(({ key }) => key === this.state.color);
  }

  className(label) {
    return this.model.classes[label] ?? "–";
  }

  colourOfClass(label) {
    return this.colours[label] ?? this.nothing;
  }

  colourOfRow(panel, row, moment) {
    return tintOf(this, panel, row, nearestEpoch(moment));
  }

  /** Whether classes have no colour at present, because points are coloured by something else. */
  quietClass() {
    return this.channel().kind !== "class";
  }

  countOfClass(label) {
    return Math.max(...this.model.panels.map((panel) => panel.sizes[label]));
  }

  /** How many shown points of all panels have a value of the binary channel at this epoch. */
  countOf(value) {
    const count = (panel) => {
      const e = nearestEpoch(this.momentOfPanel(panel));
      return panel.labels.reduce((sum, _, row) => sum + (valueOf(panel, this.state.color, row, e) === value), 0);
    };
    return this.model.panels.map(count).reduce((a, b) => a + b, 0);
  }

  legendEntries() {
    const { model, state } = this;
    if (this.channel().kind === "binary") {
      return ["no", "yes"].map((name, value) => ({ name, rgb: BINARY[this.theme.name][value], shape: 0, count: this.countOf(value) }));
    }
    return model.classes.map((name, i) => ({ name, i, rgb: this.colourOfClass(i), shape: state.shapes ? i % SHAPES.length : 0, count: this.countOfClass(i) }))
      .filter(({ i, count }) => count && !state.hidden.has(i));
  }

  notice(words) {
    this.els.stage.querySelector(".lv-notice")?.remove();
    if (words) this.els.stage.append(element("div", { class: "lv-notice", role: "alert" }, words));
  }

  say(words) {
    this.els.live.textContent = words;
  }

  describe() {
    const points = this.model.panels.map((panel) => `${panel.title}, ${panel.count} points in ${panel.axes}-D`).join("; ");
    const epoch = this.timeline.last ? ` Epoch ${pretty(this.timeline.epochAt(this.t))}.` : "";
    const words = `Embedding view. ${points}.${epoch}${this.guests.words()} Press ? for keys.`;
    if (this.els.overlay.getAttribute("aria-label") !== words) this.els.overlay.setAttribute("aria-label", words);
  }

  release() {
    this.released = true;
    cancelAnimationFrame(this.pending);
    clearTimeout(this.choice.timer);
    clearTimeout(this.timeline.timer);
    this.resizing.disconnect();
    this.address.release();
    globalThis.removeEventListener("lossviz-word", this.onWord);
    globalThis.removeEventListener("lossviz-feed", this.onFeed);
    if (!this.painter.gl) return;
    this.painter.release();
    this.painter.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

// The epochs below the picture: a slider over all panels' epochs, Play, speed and loop. `t` is an index into the
// epochs, with a fraction while it moves. Where there is one epoch alone there is nothing to say of it, and no timeline.

const SECONDS_PER_EPOCH = 0.5;
const REST = 250; // ms without scrubbing after which Python hears
const LOOP_PAUSE = 1; // epochs that the end is shown before a loop begins again
const CATCH_UP = 0.9; // seconds at most for the way to epochs that have just come
const SPEEDS = [0.25, 0.5, 1, 2, 4];

class Timeline {
  constructor(view) {
    this.view = view;
    this.playing = false;
    this.following = false; // on the way to epochs that have just come
    this.play = button("play", "Play", () => this.toggle());
    this.slider = element("input", { type: "range", min: 0, step: "any", class: "lv-epoch", "aria-label": "Epoch" });
    this.slider.addEventListener("input", () => this.scrub(Number(this.slider.value)));
    this.slider.addEventListener("change", () => this.rest());
    this.slider.addEventListener("keydown", (event) => this.press(event));
    this.ticks = element("div", { class: "lv-ticks", "aria-hidden": "true" });
    this.readout = element("output", { class: "lv-readout" });
    this.speed = element("select", { class: "lv-select", "aria-label": "Speed" });
    for (const speed of SPEEDS) this.speed.append(element("option", { value: speed }, `${speed}×`));
    this.speed.addEventListener("change", () => { view.state.speed = Number(this.speed.value); view.keepLink(); });
    this.loop = button("loop", "Loop", () => { view.toolbar.flip("loop"); this.refresh(); });
    const track = element("div", { class: "lv-track" }, this.slider, this.ticks);
    view.els.timeline.append(this.play, track, this.readout, this.speed, this.loop);
  }

  get last() {
    return this.view.model.epochs.length - 1;
  }

  /** The epoch at an index with a fraction. */
  epochAt(t) {
    const { epochs } = this.view.model, a = Math.min(Math.floor(t), this.last);
    return a === this.last ? epochs[a] : mix(epochs[a], epochs[a + 1], t - a);
  }

  press(event) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(clamp(Math.round(this.view.t) + step, 0, this.last));
  }

  stepBy(step) {
    this.go(clamp(Math.round(this.view.t) + step, 0, this.last));
  }

  /** To an index, at once, and stay there. */
  go(index) {
    this.playing = this.following = false;
    this.set(index);
    this.rest();
  }

  set(t) {
    this.view.setTime(t);
    this.refresh();
  }

  scrub(t) {
    this.playing = this.following = false;
    this.scrubbed = true;
    clearTimeout(this.timer);
    this.set(t);
  }

  /** The slider was let go: stand on an epoch. */
  rest() {
    this.set(Math.round(this.view.t));
    this.settle();
  }

  /** After a frame: rest counts from when the picture has caught up. */
  painted() {
    if (!this.scrubbed) return;
    this.scrubbed = false;
    requestAnimationFrame(() => {
      clearTimeout(this.timer);
      if (!this.scrubbed) this.timer = setTimeout(() => this.settle(), REST);
    });
  }

  settle() {
    const { view } = this, epoch = view.model.epochs[Math.round(view.t)];
    clearTimeout(this.timer);
    this.scrubbed = false;
    view.state.epoch = epoch;
    view.choice.tellSoon();
    view.say(`epoch ${epoch}`);
  }

  /** Moves on to the newest epoch, as a run grows while its last one is looked at. */
  catchUp() {
    const { view } = this;
    if (view.calm) return this.go(this.last);
    this.pace = Math.max(1, ((this.last - view.t) * SECONDS_PER_EPOCH) / CATCH_UP);
    if (!this.playing) this.clock = performance.now();
    this.head = view.t;
    this.playing = this.following = true;
    view.state.epoch = view.model.epochs[this.last]; // for the link: who opens it on the way follows as well
    this.refresh();
    return view.request();
  }

  toggle() {
    this.following = false;
    this.playing = !this.playing && this.last > 0;
    if (!this.playing) return this.rest();
    clearTimeout(this.timer);
    if (this.view.t >= this.last) this.set(0);
    this.clock = performance.now();
    this.head = this.view.t;
    this.refresh();
    return this.view.request();
  }

  /** One frame of playing; true while it goes on. */
  advance(now) {
    if (!this.playing) return false;
    const { view } = this, passed = Math.min(0.25, Math.max(0, now - this.clock) / 1000);
    this.clock = now;
    const loops = view.state.loop && !this.following;
    this.head += (passed * (this.following ? this.pace : view.state.speed)) / SECONDS_PER_EPOCH;
    if (loops && this.head > this.last + LOOP_PAUSE) this.head = 0;
    view.setTime(view.calm ? Math.floor(this.head) : this.head);
    if (this.head >= this.last && !loops) this.go(this.last);
    this.refresh();
    return this.playing;
  }

  refresh() {
    const { view } = this, { model, state } = view, t = Math.min(view.t, this.last), epoch = this.epochAt(t);
    view.els.timeline.hidden = this.last < 1;
    this.slider.max = this.last;
    this.slider.value = t;
    const shown = Number.isInteger(epoch) ? epoch : epoch.toFixed(1);
    this.slider.setAttribute("aria-valuetext", `epoch ${shown} of ${model.epochs[this.last]}`);
    this.slider.style.setProperty("--done", `${this.last ? (100 * t) / this.last : 100}%`);
    this.readout.textContent = `epoch ${shown}`;
    this.play.replaceChildren(icon(this.playing ? "pause" : "play"));
    this.play.title = this.playing ? "Pause (Space)" : "Play (Space)";
    this.play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.speed.value = SPEEDS.includes(state.speed) ? state.speed : 1;
    this.loop.setAttribute("aria-pressed", state.loop);
    if (this.ticks.childElementCount !== model.epochs.length) {
      this.ticks.replaceChildren(...model.epochs.map(() => element("i")));
      this.ticks.hidden = model.epochs.length > 60;
    }
  }
}

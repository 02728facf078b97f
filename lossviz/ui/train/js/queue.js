// The queue: rows of jobs, those of a group folded together. Drawn anew from what Python says; what was folded stays so,
// and so does the focus.

class JobQueue {
  constructor(root) {
    this.root = root;
    this.folds = new Map();
    this.parts = new Map();
  }

  /** What Python says: `{rows, at_once, most}`, see lossviz/ui/train/queue_rows.py. */
  setData(data, tell) {
    const text = JSON.stringify(data);
    this.tell = tell;
    if (text === this.text) return;
    this.text = text;
    this.data = data;
    this.draw();
  }

  ask(what) {
    this.tell("did", what);
  }

  kept(name, otherwise) {
    return this.folds.get(name) ?? otherwise;
  }

  keep(name, value) {
    this.folds.set(name, value);
  }

  grouped(job) {
    return this.members.has(job.id);
  }

  draw() {
    const focused = this.root.getRootNode().activeElement, spot = focused && this.root.contains(focused) ? this.pathOf(focused) : null;
    this.members = new Set(this.data.rows.flatMap((row) => (row.jobs ?? []).map(({ id }) => id)));
    const rows = this.data.rows.map((row, place) => this.part(row, place));
    this.root.replaceChildren(this.head(), element("div", { class: "lq-list", role: "list" }, ...rows));
    if (spot) this.root.querySelector(spot)?.focus();
  }

  /** A row as it stands already where nothing about it has changed. */
  part(row, place) {
    const name = row.jobs ? `group ${row.group}` : row.id, text = JSON.stringify([row, place === 0]), before = this.parts.get(name);
    if (before?.text === text) return before.node;
    const node = row.jobs ? this.group(row, place) : rowOf(this, row);
    this.parts.set(name, { text, node });
    return node;
  }

  /** A selector that finds a button again after its row was drawn anew. */
  pathOf(node) {
    const row = node.closest("[data-job], [data-group]"), own = node.dataset.do ? `[data-do="${node.dataset.do}"]` : node.localName;
    if (!row) return own;
    const kind = row.dataset.job ? "job" : "group";
    return `[data-${kind}="${CSS.escape(row.dataset[kind])}"] ${own}`;
  }

  head() {
    const { rows, at_once: now, most } = this.data, all = rows.flatMap((row) => row.jobs ?? [row]), count = (...states) => all.filter(({ state }) => states.includes(state)).length;
    const going = count("running", "stopping"), waiting = count("queued"), ended = all.length - going - waiting;
    const told = element("div", { class: "lq-told", role: "status" }, [going && `${going} running`, waiting && `${waiting} queued`, ended && `${ended} ended`].filter(Boolean).join(" · "));
    const number = element("select", { class: "lq-select", "data-do": "at_once" }, ...Array.from({ length: most }, (_, i) => element("option", { value: i + 1, ...(i + 1 === now ? { selected: "" } : {}) }, i + 1)));
    number.addEventListener("change", () => this.ask({ do: "at_once", number: Number(number.value) }));
    const made = element("div", { class: "lq-head" }, told, element("label", { class: "lq-label", title: "Processors are shared out among as many as this; what is more waits its turn" }, "At once", number));
    if (going || waiting) made.append(this.forAll("stop_all", "stop", "Stop all"));
    if (ended) made.append(this.forAll("clear_ended", "remove", "Clear ended"));
    return made;
  }

  forAll(does, picture, label) {
    const made = element("button", { type: "button", class: "lq-do lq-spelled", "data-do": does }, icon(picture), label);
    made.addEventListener("click", () => this.ask({ do: does }));
    return made;
  }

  /** A group's line, with its jobs below it while it is unfolded. */
  group(row, place) {
    const open = this.kept(row.group, row.busy || place === 0), made = element("details", { class: "lq-group", role: "listitem", "data-group": row.group, ...(open ? { open: "" } : {}) });
    const line = element("summary", { class: "lq-line" }, icon("fold"), element("div", { class: "lq-name" }, element("b", {}, row.group), element("span", { class: "lq-quiet" }, row.meta)));
    line.append(element("div", { class: "lq-state" }, row.count), bar(row.share, row.busy ? "running" : "all", row.group));
    const does = element("div", { class: "lq-does" }), links = element("div", { class: "lq-links" }, ...row.links.map((link) => linkTo(this, link)));
    if (row.stop.length > 1) does.append(doer(this, "stop", row.stop, row.group, "Stop group"));
    if (row.retry.length > 1) does.append(doer(this, "on", row.retry, row.group, `Go on with ${row.retry.length}`));
    line.append(links, does);
    line.addEventListener("click", (event) => {
      if (!event.target.closest("button, a")) this.keep(row.group, !made.open);
      else if (!event.target.closest("a")) event.preventDefault();
    });
    made.append(line, element("div", { class: "lq-jobs", role: "list" }, ...row.jobs.map((job) => rowOf(this, job))));
    return made;
  }
}

/** Streamlit calls this at mount and again with every new `data`; the DOM stays the same. */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".lq-root");
  root.queue ??= new JobQueue(root);
  root.queue.setData(data, setTriggerValue);
  return () => { root.queue = undefined; };
}

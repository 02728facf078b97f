// What the person has turned to: the point or guest hovered, points pinned, points selected; and telling Python.

class Choice {
  constructor(view) {
    this.view = view;
    this.hover = null; // {panel, row, id}
    this.guest = null; // {panel, guest}
    this.origin = new Map(); // id -> hash of the data set it was chosen in
    this.timer = 0;
    this.heard = "";
  }

  /** The row of image `id` in a panel, where the panel shows that very image. */
  rowIn(panel, id) {
    const row = panel.rows.get(id);
    if (row === undefined) return undefined;
    const origin = this.origin.get(id) ?? this.view.model.panels.find((other) => other.rows.has(id)).data;
    return origin === panel.data ? row : undefined;
  }

  /** Turns to a row of a panel, to a guest of it, or with neither to nothing. */
  setHover(panel, row, guest = null) {
    const id = row < 0 ? null : panel.ids[row], old = this.hover ?? this.guest;
    if (id === (old?.id ?? null) && guest === (old?.guest ?? null) && (panel === old?.panel || !(old || guest))) return;
    this.guest = guest && { panel, guest };
    this.hover = row < 0 ? null : { panel, row, id };
    if (this.hover && !this.view.state.pins.includes(id) && !this.view.state.selected.has(id)) this.origin.set(id, panel.data);
    this.view.cards.show();
    this.view.request();
  }

  /** A click on a point: pins it alone, or lets it go; with `add` it joins the others. */
  pin(panel, row, add) {
    const { state } = this.view, id = panel.ids[row], was = state.pins.includes(id);
    this.origin.set(id, panel.data);
    if (add) state.pins = was ? state.pins.filter((other) => other !== id) : [...state.pins, id];
    else state.pins = was && state.pins.length === 1 ? [] : [id];
    const name = this.view.className(panel.labels[row]);
    this.view.say(was ? `unpinned image ${id}` : `pinned image ${id}, ${name}, in ${panel.title}`);
    this.changed();
  }

  select(ids, panel) {
    for (const id of ids) this.origin.set(id, panel?.data ?? this.origin.get(id));
    this.view.state.selected = new Set([...ids].sort((a, b) => a - b));
    this.view.say(`${ids.length} images selected`);
    this.changed();
  }

  clear() {
    const { state } = this.view, had = state.pins.length || state.selected.size;
    state.pins = [];
    state.selected = new Set();
    if (had) this.view.say("nothing pinned or selected");
    this.changed();
  }

  changed() {
    this.view.recolour();
    this.view.toolbar.refresh();
    this.tellSoon();
  }

  tellSoon() {
    this.view.keepLink();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell());
  }

  /** What Python should know; the same rules as lossviz/view/component.py. */
  news() {
    const { state } = this.view;
    return { epoch: state.epoch, pinned: state.pins, selected: [...state.selected] };
  }

  tell() {
    const { view } = this, news = this.news(), text = JSON.stringify(news);
    if (view.timeline.playing || text === this.heard) return;
    this.heard = text;
    view.setStateValue("heard", news);
  }
}

// Streamlit calls the default export, `mountView`, at mount and again with every new `data` or theme; the DOM stays the same.

/** What tests may read: numbers about the view, and where and how a point is drawn. */
function handleOf(view) {
  const at = (index, id) => {
    const frame = view.frames[index], row = frame.panel.rows.get(id);
    return { frame, row, p: positionAt(frame.panel, frame.panel.axes, row, frame.moment) };
  };
  return Object.freeze({
    inspect: () => ({
      t: view.t, epoch: view.state.epoch, playing: view.timeline.playing, ...view.counts, lost: view.painter.gl?.isContextLost() ?? true,
      cameras: view.state.cameras.map(copyCamera), linked: view.state.linked, color: view.state.color, pins: [...view.state.pins],
      selected: [...view.state.selected], hidden: [...view.state.hidden], hover: view.choice.hover && { panel: view.choice.hover.panel.key, id: view.choice.hover.id },
      guest: view.choice.guest && { panel: view.choice.guest.panel.key, key: view.choice.guest.guest.key },
      panels: view.frames.map(({ panel, points, view: { box } }) => ({ key: panel.key, box, drawn: points?.drawn ?? 0, count: panel.count })),
    }),
    position: (index, id) => { const { frame, p } = at(index, id); return p.map((part) => part * frame.panel.radius); },
    screen: (index, id) => {
      const { frame, p } = at(index, id), [x, y, depth] = project(p, frame.view), rect = view.els.overlay.getBoundingClientRect();
      return { x: rect.left + x, y: rect.top + y, depth };
    },
    guests: (index) => {
      const frame = view.frames[index], rect = view.els.overlay.getBoundingClientRect();
      return view.guests.placed(frame).map(({ guest, at, x, y }) => ({ key: guest.key, own: at.own, epoch: at.epoch, full: view.guests.full(guest), x: rect.left + x, y: rect.top + y, place: at.p.map((part) => part * frame.panel.radius), spread: at.spread * frame.panel.radius }));
    },
    colour: (index, id) => { const { frame, row } = at(index, id); return [...frame.points.tints.slice(4 * row, 4 * row + 4)]; },
    verdict: (index, p) => { const { panel, moment } = view.frames[index]; return verdictAt(rulesAt(panel, moment), p.map((part) => part / panel.radius)); },
    decide: ({ prototypes, labels, by, curve }, places) => {
      const owners = prototypes.map((place, i) => { const reach = Math.hypot(...place), at = [...place, 0].slice(0, 3).map((part) => (by === "direction" ? part / reach : part)); return { at, label: labels[i], reach: by === "direction" ? 1 : reach }; });
      return places.map((place) => verdictAt({ owners, far: by === "distance", curve }, [...place, 0].slice(0, 3)));
    },
    foremost: (index, x, y) => {
      const rect = view.els.overlay.getBoundingClientRect(), frame = view.frames[index], row = pick(frame, x - rect.left, y - rect.top);
      return row < 0 ? null : frame.panel.ids[row];
    },
  });
}

/** Shows `data` in the `.lv-root` of `parentElement`; returns what takes it away. A report calls this as well. */
function mountView({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lv-root");
  if (!root.view) {
    root.view = new View(root);
    root.lossviz = handleOf(root.view);
  }
  root.view.setData(data, setStateValue);
  return () => {
    root.view?.release();
    root.view = root.lossviz = undefined;
  };
}

export default mountView;

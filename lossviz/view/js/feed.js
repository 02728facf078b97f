// What another component of the page computes while a slider is dragged, shown at once and unknown to Python. It puts
// `{header, curves, radii}`, or some of them, into `lossvizFeeds` under the view's key and tells of it with the event
// `lossviz-feed`; the same `header` again is not taken again. `header` is that of a payload (lossviz/view/payload.py) with
// typed arrays in the places of their addresses; `curves` are target logits at equal steps of the angle from 0 to pi, by
// the key of the panel whose regions they decide; `lights` are keys of panels whose margins are to stand out; `radii` are
// those of acceptance areas, by the key of their panel, degrees where these are about directions.

/** Takes what is fed in place of what Python sent; true where these are other panels. */
function takeFeed(view) {
  const fed = globalThis.lossvizFeeds?.get(view.model.key), other = fed?.header && fed.header !== view.model.header;
  if (other) view.setModel({ ...modelOf(fed.header, (part) => part), header: fed.header }, false);
  for (const panel of view.model.panels) {
    const curves = panel.given && fed?.curves?.[panel.key];
    panel.regions = curves ? { ...panel.given, curves, steps: curves.length } : panel.given;
    panel.lit = Boolean(fed?.lights?.includes(panel.key));
  }
  view.radii = fed?.radii ?? {};
  view.request();
  return Boolean(other);
}

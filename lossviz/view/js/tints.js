// The colour, size and shape of every point, rewritten when the person or the epoch changes them.

const SELECTED_SIZE = 1.25, SHAPED_SIZE = 1.25, DIM_ALPHA = 0.26;

/** The colour of a row by the chosen channel at one of its panel's epochs. */
function tintOf(view, panel, row, epochIndex) {
  const channel = view.channel(), value = valueOf(panel, channel.key, row, epochIndex);
  if (Number.isNaN(value) || value < 0 && channel.kind === "class") return view.nothing;
  if (channel.kind === "class") return view.colourOfClass(value);
  if (channel.kind === "binary") return BINARY[view.theme.name][value];
  return scaleColour((value - channel.low) / (channel.high - channel.low || 1));
}

function paintTints(view) {
  for (const { panel, points, moment } of view.frames) {
    if (!points) continue;
    const e = nearestEpoch(moment), { state } = view, some = state.selected.size > 0;
    for (let row = 0; row < panel.count; row++) {
      const label = panel.labels[row], id = panel.ids[row];
      const chosen = some && state.selected.has(id) && view.choice.rowIn(panel, id) === row, dim = some && !chosen;
      const rgb = dim ? mixRgb(tintOf(view, panel, row, e), view.nothing, 0.8) : tintOf(view, panel, row, e);
      points.tints.set([...rgb, 255 * state.opacity * (dim ? DIM_ALPHA : 1)], 4 * row);
      points.looks[2 * row] = state.shapes && label >= 0 ? label % SHAPES.length : 0;
      points.looks[2 * row + 1] = LOOK_UNIT * (chosen ? SELECTED_SIZE : 1) * (state.shapes ? SHAPED_SIZE : 1);
      points.shown[row] = state.hidden.has(label) ? 0 : 1;
    }
    points.refresh();
  }
}

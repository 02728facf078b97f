// Saving what is seen: as pixels, at 1 to 4 times the size, with names, rings and the legend beside them; vector.js has
// the shapes and the numbers.

const LEGEND_WIDTH = 176;
const ROW = 20;

/** A canvas with the view as it stands, `scale` device pixels a CSS pixel. */
function drawPicture(view, scale) {
  const { box, theme } = view, canvas = document.createElement("canvas");
  canvas.width = Math.round((box.width + LEGEND_WIDTH) * scale);
  canvas.height = Math.round(box.height * scale);
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = cssRgb(theme.ground);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  view.paintAt(scale, (gl) => ctx.drawImage(gl, 0, 0));
  ctx.scale(scale, scale);
  view.labels.draw(ctx, view.frames);
  ctx.translate(box.width, 0);
  paintLegend(ctx, view);
  return canvas;
}

function paintLegend(ctx, view) {
  const { theme } = view, channel = view.channel(), quiet = cssRgb(mixRgb(theme.ink, theme.ground, 0.3));
  const write = (words, x, y, colour, weight = 400, align = "left") => {
    ctx.font = `${weight} 12px ${theme.font}`;
    ctx.textAlign = align;
    ctx.textBaseline = "middle";
    ctx.fillStyle = colour;
    ctx.fillText(words, x, y);
  };
  write(fitted(ctx, channel.title, LEGEND_WIDTH - 24, `650 12px ${theme.font}`), 12, 18, cssRgb(theme.ink), 650);
  if (view.timeline.last) write(`epoch ${pretty(view.timeline.epochAt(view.t))}`, 12, 36, quiet);
  const numbers = channel.kind === "continuous";
  if (numbers) {
    const width = LEGEND_WIDTH - 24, unit = channel.unit ? ` ${channel.unit}` : "";
    for (let x = 0; x < width; x++) {
      ctx.fillStyle = cssRgb(scaleColour(x / (width - 1)));
      ctx.fillRect(12 + x, 52, 1.5, 10);
    }
    write(pretty(channel.low) + unit, 12, 74, quiet);
    write(pretty(channel.high) + unit, LEGEND_WIDTH - 12, 74, quiet, 400, "right");
    if (!view.state.shapes) return;
  }
  const top = numbers ? 100 : 60, entries = view.legendEntries().slice(0, Math.floor((view.box.height - top) / ROW));
  entries.forEach(({ name, rgb, shape, count }, i) => {
    const y = top + i * ROW, mark = document.createElement("canvas");
    mark.width = mark.height = 28;
    drawMark(mark.getContext("2d"), shape, numbers ? view.nothing : rgb);
    ctx.drawImage(mark, 12, y - 7, 14, 14);
    write(shortened(name), 32, y, cssRgb(theme.ink));
    write(String(count), LEGEND_WIDTH - 12, y, quiet, 400, "right");
  });
}

/** Offers what is seen as a download: `kind` is "png" (at `scale`), "svg" or "csv". */
async function savePicture(view, kind, scale) {
  const made = {
    png: () => new Promise((resolve) => drawPicture(view, scale).toBlob(resolve, "image/png")),
    svg: () => new Blob([viewSvg(view)], { type: "image/svg+xml" }),
    csv: () => new Blob([viewCsv(view)], { type: "text/csv" }),
  };
  const link = document.createElement("a"), name = view.model.panels.map((panel) => panel.key).join("-").slice(0, 80);
  link.href = URL.createObjectURL(await made[kind]());
  link.download = `lossviz-${name}${view.timeline.last ? `-epoch-${view.state.epoch}` : ""}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  view.say(kind === "csv" ? "numbers saved" : "picture saved");
}

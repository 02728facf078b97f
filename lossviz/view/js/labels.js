// The flat layer over the picture: titles, class names, ticks, rings around points. Drawn on a 2-D canvas, so that a
// saved picture holds it as it is seen.

const MOST_LABELS = 40;
const SHORT_ARROW = 0.5; // unit radii; names at the tips of shorter arrows would pile up at the origin
const LINE = 14; // height of a name
const NUDGES = [[0, -1], [1, -0.6], [-1, -0.6], [1.1, 0.4], [-1.1, 0.4], [0, 1.2], [0.8, 1.2], [-0.8, 1.2]];

class Labels {
  constructor(view) {
    this.view = view;
    this.last = new Map(); // panel key and class -> nudge used, so that names keep their side while turning
  }

  draw(ctx, frames) {
    const { view } = this;
    ctx.lineJoin = "round";
    for (const frame of frames) {
      ctx.save();
      ctx.beginPath();
      ctx.rect(frame.view.box.x, frame.view.box.y, frame.view.box.width, frame.view.box.height);
      ctx.clip();
      if (frame.panel.ruled && !frame.panel.sphere) this.ticks(ctx, frame);
      if (view.state.centroids) this.centroids(ctx, frame);
      this.rings(ctx, frame);
      const taken = [];
      view.guests.draw(ctx, frame, taken);
      if (view.state.labels) this.names(ctx, frame, taken);
      this.title(ctx, frame);
      ctx.restore();
    }
    this.separators(ctx, frames);
  }

  text(ctx, words, x, y, colour, weight = 700, size = 13) {
    ctx.font = `${weight} ${size}px ${this.view.theme.font}`;
    ctx.lineWidth = 4;
    ctx.strokeStyle = cssRgb(this.view.theme.ground, 0.9);
    ctx.strokeText(words, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(words, x, y);
  }

  title(ctx, { panel, view: { box }, moment, epoch }) {
    const { theme } = this.view;
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    this.text(ctx, fitted(ctx, panel.title, box.width - 24, `650 14px ${theme.font}`), box.x + 12, box.y + 22, cssRgb(theme.ink), 650, 14);
    const ended = epoch > panel.epochs.at(-1) ? ` · ends at epoch ${panel.epochs.at(-1)}` : "";
    const early = epoch < panel.epochs[0] ? ` · begins at epoch ${panel.epochs[0]}` : "";
    const words = fitted(ctx, panel.subtitle + ended + early + areasNote(this.view, panel, moment), box.width - 24, `400 12px ${theme.font}`);
    this.text(ctx, words, box.x + 12, box.y + 39, cssRgb(mixRgb(theme.ink, theme.ground, 0.3)), 400, 12);
  }

  separators(ctx, frames) {
    const { theme, box } = this.view;
    ctx.strokeStyle = cssRgb(mixRgb(theme.ground, theme.ink, 0.14));
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (const { view: { box: { x, y, width, height } } } of frames) {
      if (x + width < box.width - 2) { ctx.moveTo(x + width - 0.5, y + 8); ctx.lineTo(x + width - 0.5, y + height - 8); }
      if (y + height < box.height - 2) { ctx.moveTo(x + 8, y + height - 0.5); ctx.lineTo(x + width - 8, y + height - 0.5); }
    }
    ctx.stroke();
  }

  ticks(ctx, { panel, view }) {
    const nice = axisLength(panel), colour = cssRgb(mixRgb(this.view.theme.ink, this.view.theme.ground, 0.35));
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (let axis = 0; axis < panel.axes; axis++) {
      const along = (value) => [0, 1, 2].map((i) => (i === axis ? value : 0));
      const [x, y] = project(along(1.04), view);
      this.text(ctx, "xyz"[axis], x, y, colour, 500, 11);
      const [tx, ty] = project(along(nice / panel.radius), view);
      if (axis === 0) this.text(ctx, pretty(nice), tx, ty + 11, colour, 400, 10.5);
    }
  }

  centroids(ctx, { panel, view, moment }) {
    const { classes } = this.view.model;
    for (let label = 0; label < classes.length; label++) {
      if (!panel.sizes[label] || this.view.state.hidden.has(label)) continue;
      const [x, y] = project(centroidAt(panel, label, classes.length, moment), view);
      for (const [width, colour] of [[4.5, this.view.theme.ground], [2, this.view.colourOfClass(label)]]) {
        ctx.strokeStyle = cssRgb(colour);
        ctx.lineWidth = width;
        ctx.beginPath();
        ctx.moveTo(x - 5, y); ctx.lineTo(x + 5, y); ctx.moveTo(x, y - 5); ctx.lineTo(x, y + 5);
        ctx.stroke();
      }
    }
  }

  /** Which classes are named: all of few, and of many those that the person turned to. */
  named(panel) {
    const { model, state, choice } = this.view;
    const visible = model.classes.map((_, i) => i).filter((i) => panel.sizes[i] && !state.hidden.has(i));
    if (visible.length <= MOST_LABELS) return visible;
    const asked = new Set();
    const ids = [...state.pins, ...(choice.hover ? [choice.hover.id] : []), ...(state.selected.size <= 200 ? state.selected : [])];
    for (const id of ids) if (panel.rows.has(id)) asked.add(panel.labels[panel.rows.get(id)]);
    return visible.filter((i) => asked.has(i)).slice(0, MOST_LABELS);
  }

  anchor(panel, label, moment) {
    const { model, state } = this.view, at = panel.prototypes && state.prototypes ? panel.prototypes.labels.indexOf(label) : -1;
    const tip = at < 0 ? null : positionAt(panel.prototypes, panel.axes, at, moment);
    if (!tip || Math.hypot(...tip) < SHORT_ARROW) return centroidAt(panel, label, model.classes.length, moment);
    return tip.map((part) => part * 1.1);
  }

  /** Names of classes, where `taken` leaves room. */
  names(ctx, { panel, view, moment }, taken) {
    const { theme, model } = this.view;
    ctx.font = `700 13px ${theme.font}`;
    const placed = this.named(panel).map((label) => ({ label, at: project(this.anchor(panel, label, moment), view) }));
    placed.sort((one, other) => other.at[2] - one.at[2]);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (const { label, at: [x, y, depth] } of placed) {
      const words = shortened(model.classes[label]), width = ctx.measureText(words).width + 6;
      const spot = this.spot(`${panel.key}/${label}`, { x, y, width, height: LINE, box: view.box, apart: [width / 2 + 4, 13], nudges: NUDGES }, taken);
      if (!spot) continue;
      taken.push(spot);
      ctx.globalAlpha = panel.axes === 3 ? clamp(0.9 + 0.4 * depth, 0.55, 1) : 1;
      const colour = this.view.quietClass() ? mixRgb(theme.ink, theme.ground, 0.3) : mixRgb(this.view.colourOfClass(label), theme.ink, 0.3);
      this.text(ctx, words, spot.x, spot.y, cssRgb(colour));
      ctx.globalAlpha = 1;
    }
  }

  /** A free place of that size near (x, y), `apart` to the sides, its old side first; null where all are taken. */
  spot(key, { x, y, width, height, box, apart, nudges }, taken) {
    const old = this.last.get(key) ?? 0;
    for (const choice of [old, ...nudges.keys()]) {
      const [nx, ny] = nudges[choice], spot = {
        x: clamp(x + nx * apart[0], box.x + width / 2, box.x + box.width - width / 2),
        y: clamp(y + ny * apart[1], box.y + TITLE + 3 + height / 2, box.y + box.height - 2 - height / 2),
        width, height,
      };
      if (taken.every((other) => Math.abs(other.x - spot.x) * 2 > other.width + width || Math.abs(other.y - spot.y) * 2 > other.height + height - 2)) {
        this.last.set(key, choice);
        return spot;
      }
    }
    return null;
  }

  /** Rings around the hovered and the pinned points, pins with their thumbnail. */
  rings(ctx, frame) {
    const { state, choice, theme } = this.view;
    for (const id of state.pins) {
      const at = this.at(frame, id);
      if (at) this.pin(ctx, frame, id, at);
    }
    const at = choice.hover ? this.at(frame, choice.hover.id) : null;
    if (at) ring(ctx, at, at.radius + 3.5, cssRgb(theme.ink), cssRgb(theme.ground));
  }

  at({ panel, view, moment, size }, id) {
    const row = this.view.choice.rowIn(panel, id);
    if (row === undefined || this.view.state.hidden.has(panel.labels[row])) return null;
    const [x, y, depth, w] = project(positionAt(panel, panel.axes, row, moment), view);
    return { x, y, row, radius: 0.5 * size * nearness(panel, view, depth, w) };
  }

  pin(ctx, { panel }, id, at) {
    const { theme, cards } = this.view, image = cards.image(panel);
    ring(ctx, at, at.radius + 4, cssRgb(theme.accent), cssRgb(theme.ground));
    if (!image) return;
    const side = 30, x = at.x + at.radius + 8, y = at.y - at.radius - 8 - side;
    ctx.fillStyle = cssRgb(theme.ground);
    ctx.strokeStyle = cssRgb(theme.accent);
    ctx.lineWidth = 1.5;
    ctx.fillRect(x - 2, y - 2, side + 4, side + 4);
    ctx.strokeRect(x - 2, y - 2, side + 4, side + 4);
    drawCell(ctx, image, panel.sprite, at.row, x, y, side);
  }
}

function ring(ctx, { x, y }, radius, colour, halo) {
  for (const [width, paint] of [[4.5, halo], [2, colour]]) {
    ctx.strokeStyle = paint;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, TAU);
    ctx.stroke();
  }
}

/** One thumbnail, into a square of `side` CSS pixels, its pixels kept sharp where it is enlarged. */
function drawCell(ctx, image, { width, height, columns }, cell, x, y, side) {
  const scale = side / Math.max(width, height), w = width * scale, h = height * scale;
  ctx.imageSmoothingEnabled = scale < 1;
  const from = [(cell % columns) * width, Math.floor(cell / columns) * height];
  ctx.drawImage(image, ...from, width, height, x + (side - w) / 2, y + (side - h) / 2, w, h);
}

const shortened = (name) => (name.length > 18 ? `${name.slice(0, 17)}…` : name);

function fitted(ctx, words, width, font) {
  ctx.font = font;
  if (ctx.measureText(words).width <= width) return words;
  let end = words.length;
  while (end > 1 && ctx.measureText(`${words.slice(0, end)}…`).width > width) end--;
  return `${words.slice(0, end)}…`;
}

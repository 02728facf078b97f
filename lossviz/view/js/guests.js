// Images of the person's own among the points: where each is at a moment, how it is drawn, and which one is pointed at.

const GUEST_MARK = { chosen: 8.5, other: 5.5 }; // CSS pixels from the middle to a corner of the diamond
const GUEST_RING = 14.5, GUEST_SIDE = 34; // radius of the ring, side of the picture beside it
const MOST_PICTURES = 3; // of a panel; more would hide the points
const HALO_LOOK = { light: { fill: 0.12, line: 0.55 }, dark: { fill: 0.18, line: 0.6 } };
const GUEST_NUDGES = [[0, -1], [0, 1], [1, 0], [-1, 0], [1, -0.8], [-1, -0.8], [1, 0.8], [-1, 0.8]];

/**
 * Where a guest is: `{p, spread, own, epoch}` in unit radii. Where the moment is not one of its own epochs it stays at the
 * nearest of these, and is not its `own`.
 */
function guestAt(panel, guest, { a, b, f }) {
  const [from, to] = [a, b].map((i) => guest.epochs.indexOf(panel.epochs[i])), own = from >= 0 && to >= 0;
  const shown = mix(panel.epochs[a], panel.epochs[b], f), stay = guest.epochs.indexOf(nearestOf(shown, guest.epochs));
  const [one, other, share] = own ? [from, to, f] : [stay, stay, 0];
  const between = (start, end) => mix(start ?? 0, end ?? 0, share) / panel.radius;
  const [p, q] = [guest.positions[one], guest.positions[other]];
  return { p: [0, 1, 2].map((i) => between(p[i], q[i])), spread: between(guest.spread[one], guest.spread[other]), own, epoch: own ? panel.epochs[nearestEpoch({ a, b, f })] : guest.epochs[stay] };
}

class Guests {
  constructor(view) {
    this.view = view;
    this.all = [];
    this.pictures = [];
  }

  /** What Python told; who was hovered stays so. */
  take({ guests = [], pictures = [] }) {
    const { choice, model } = this.view, before = choice.guest;
    this.all = guests.filter(({ panel }) => model.panels.some(({ key }) => key === panel));
    this.pictures = pictures;
    const again = before && this.all.find(({ panel, key }) => panel === before.panel.key && key === before.guest.key);
    if (before) choice.setHover(again ? before.panel : null, -1, again ?? null);
  }

  /** Those of a panel, the last one drawn on top: the chosen, and above all the one pointed at. */
  of(panel) {
    const rank = (guest) => (this.pointed(guest) ? 2 : guest.chosen ? 1 : 0);
    return this.all.filter(({ panel: key }) => key === panel.key).sort((one, other) => rank(one) - rank(other));
  }

  /** Whether this image is pointed at, in whichever panel. */
  pointed({ key }) {
    return this.view.choice.guest?.guest.key === key;
  }

  /** Whether all of a guest is shown: name, way and lines. */
  full(guest) {
    return guest.chosen || this.pointed(guest);
  }

  picture({ picture }) {
    return picture < 0 ? null : this.view.cards.sheet(this.pictures[picture]);
  }

  /** Each guest of a frame with its place on the screen: `{guest, at, x, y, radius}`. */
  placed({ panel, view, moment }) {
    return this.of(panel).map((guest) => {
      const at = guestAt(panel, guest, moment), [x, y, depth, w] = project(at.p, view);
      const radius = (this.full(guest) ? GUEST_MARK.chosen : GUEST_MARK.other) * clamp(nearness(panel, view, depth, w), 0.8, 1.25);
      return { guest, at, x, y, radius };
    });
  }

  /** The guest under (x, y), CSS pixels of the picture, or null. */
  pick(frame, x, y) {
    const near = ({ x: gx, y: gy, radius }) => Math.hypot(gx - x, gy - y) <= radius + TOLERANCE;
    return this.placed(frame).filter(near).at(-1)?.guest ?? null;
  }

  /** Points at the next guest of a panel. */
  walk(frame) {
    const { choice, cards } = this.view, all = this.all.filter(({ panel }) => panel === frame.panel.key);
    if (!all.length) return;
    choice.setHover(frame.panel, -1, all[(all.findIndex((guest) => this.pointed(guest)) + 1) % all.length]);
    this.view.say(cards.words());
  }

  /** Who is there, for who listens. */
  words() {
    const titles = [...new Map(this.all.map(({ key, title }) => [key, title])).values()];
    return titles.length ? ` Your images: ${titles.slice(0, 5).join(", ")}${titles.length > 5 ? ` and ${titles.length - 5} more` : ""}.` : "";
  }

  /** [name, value] of what is known of a guest at the moment shown. */
  facts(panel, guest) {
    const moment = this.view.momentOfPanel(panel), { own, epoch } = guestAt(panel, guest, moment);
    const shown = mix(panel.epochs[moment.a], panel.epochs[moment.b], moment.f);
    const stays = own ? [] : [["Stays at epoch", `${epoch}: no weights of ${pretty(shown)}`]];
    return [["Your image", guest.title], ...guest.facts, ...stays];
  }

  /** Halos of a panel, as areas. */
  halos(panel, moment) {
    return this.of(panel).map((guest) => ({ guest, at: guestAt(panel, guest, moment) })).filter(({ guest, at }) => at.spread && this.full(guest)).map(({ at }) =>
      ({ form: BALL_FORM, at: at.p, radius: at.spread, rgb: this.view.theme.accent, look: HALO_LOOK[this.view.theme.name] }));
  }

  /** Way and lines to neighbours of a panel's guests, into `threads`. */
  threads(panel, moment, threads) {
    const { theme, state } = this.view;
    for (const guest of this.of(panel).filter((each) => this.full(each))) {
      const now = guestAt(panel, guest, moment);
      for (const row of guest.neighbours.map((id) => panel.rows.get(id))) {
        if (row === undefined || state.hidden.has(panel.labels[row])) continue;
        threads.add(now.p, positionAt(panel, panel.axes, row, moment), theme.ink, { width: 1.1, alpha: now.own ? 0.65 : 0.3 });
      }
      if (!state.trails) continue;
      const stops = guestStops(panel, guest), passed = stops.filter(({ epoch }) => epoch <= this.view.timeline.epochAt(this.view.t));
      const way = (points, rgb, style) => points.slice(1).forEach((p, i) => threads.add(points[i], p, rgb, style));
      const gone = [...passed.map(({ p }) => p), now.p];
      way(gone, theme.ground, { width: 6, alpha: 0.75 });
      way(gone, theme.accent, { width: 2.6 });
      way([now.p, ...stops.slice(passed.length).map(({ p }) => p)], theme.accent, { width: 1.6, alpha: 0.55, dash: 4 });
    }
  }

  /** Marks on the flat layer; what they cover is put into `taken`, so that class names keep off. */
  draw(ctx, frame, taken) {
    const placed = this.placed(frame), full = placed.filter(({ guest }) => this.full(guest));
    for (const one of full) if (this.view.state.trails) this.stops(ctx, frame, one);
    for (const one of placed) this.mark(ctx, one);
    for (const { x, y } of full) taken.push({ x, y, width: 2 * GUEST_RING, height: 2 * GUEST_RING });
    full.reverse().forEach((one, i) => this.name(ctx, frame, one, { taken, pictured: i < MOST_PICTURES }));
  }

  /** A dot at each epoch of its way, the first and the last with their number. */
  stops(ctx, { panel, view }, { guest, ...mark }) {
    const { theme, labels } = this.view, stops = guestStops(panel, guest);
    if (stops.length < 2) return;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    stops.forEach(({ p, epoch }, i) => {
      const [x, y] = project(p, view), end = i === 0 || i === stops.length - 1;
      disc(ctx, x, y, end ? 5 : 4, cssRgb(theme.ground));
      disc(ctx, x, y, end ? 3.4 : 2.6, cssRgb(theme.accent));
      if (end && Math.hypot(mark.x - x, mark.y - y) > 2 * GUEST_RING) labels.text(ctx, String(epoch), x + 6, y + 9, cssRgb(mixRgb(theme.accent, theme.ink, 0.3)), 600, 10.5);
    });
  }

  /** A diamond with a ring; hollow where it stands for another epoch than the one shown. */
  mark(ctx, { guest, at, x, y, radius }) {
    const { theme } = this.view, [ground, accent, ink] = [theme.ground, theme.accent, theme.ink].map((rgb) => cssRgb(rgb));
    if (this.full(guest)) {
      ctx.setLineDash(at.own ? [] : [4.5, 3.5]);
      ring(ctx, { x, y }, radius + GUEST_RING - GUEST_MARK.chosen, this.pointed(guest) ? ink : accent, ground);
      ctx.setLineDash([]);
    }
    ctx.beginPath();
    for (const [dx, dy] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) ctx.lineTo(x + dx * radius, y + dy * radius);
    ctx.closePath();
    ctx.strokeStyle = ground;
    ctx.lineWidth = 4.5;
    ctx.stroke();
    ctx.fillStyle = at.own ? accent : ground;
    ctx.fill();
    ctx.strokeStyle = at.own ? ink : accent;
    ctx.lineWidth = at.own ? 1.2 : 2.2;
    ctx.stroke();
  }

  /** Its name beside it, with the picture where there is room for that. */
  name(ctx, { panel, view }, { guest, x, y }, { taken, pictured }) {
    const { theme, labels } = this.view, image = pictured ? this.picture(guest) : null, words = shortened(guest.title);
    ctx.font = `700 13px ${theme.font}`;
    const width = Math.max(ctx.measureText(words).width + 6, image ? GUEST_SIDE : 0), height = LINE + (image ? GUEST_SIDE + 4 : 0);
    const apart = [width / 2 + GUEST_RING + 3, height / 2 + GUEST_RING + 2];
    const spot = labels.spot(`guest ${panel.key}/${guest.key}`, { x, y, width, height, box: view.box, apart, nudges: GUEST_NUDGES }, taken);
    if (!spot) return;
    taken.push(spot);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    labels.text(ctx, words, spot.x, spot.y + (height - LINE) / 2, cssRgb(mixRgb(theme.accent, theme.ink, 0.35)));
    if (!image) return;
    const left = spot.x - GUEST_SIDE / 2, top = spot.y - height / 2;
    ctx.fillStyle = cssRgb(theme.ground);
    ctx.fillRect(left - 2, top - 2, GUEST_SIDE + 4, GUEST_SIDE + 4);
    drawCell(ctx, image, wholeOf(image), 0, left, top, GUEST_SIDE);
    ctx.strokeStyle = cssRgb(theme.accent);
    ctx.lineWidth = 1.5;
    ctx.strokeRect(left - 1, top - 1, GUEST_SIDE + 2, GUEST_SIDE + 2);
  }

  /** Guests of a frame as SVG, above the points. */
  shapes(frame) {
    const { theme } = this.view, { panel, moment, view } = frame, accent = cssRgb(theme.accent);
    const halos = this.halos(panel, moment).filter((halo) => boundsOf(halo, view)).map((halo) => ballShape(halo, view, "data-halo=\"\""));
    const marks = this.placed(frame).flatMap(({ guest, at, x, y, radius: r }) => {
      const corners = [[x, y - r], [x + r, y], [x, y + r], [x - r, y]].map((corner) => corner.map(svgNumber).join(",")).join(" ");
      const mark = `<polygon points="${corners}" fill="${at.own ? accent : cssRgb(theme.ground)}" stroke="${at.own ? cssRgb(theme.ink) : accent}" stroke-width="1.5" data-guest="${escapedXml(guest.key)}"/>`;
      if (!this.full(guest)) return [mark];
      const way = this.view.state.trails ? guestStops(panel, guest).map(({ p }) => project(p, view).slice(0, 2).map(svgNumber).join(",")) : [];
      const trail = way.length > 1 ? [`<polyline points="${way.join(" ")}" fill="none" stroke="${accent}" stroke-width="1.8"/>`] : [];
      const around = `<circle cx="${svgNumber(x)}" cy="${svgNumber(y)}" r="${GUEST_RING}" fill="none" stroke="${accent}" stroke-width="2"${at.own ? "" : ' stroke-dasharray="4.5 3.5"'}/>`;
      return [...trail, around, mark, `<text x="${svgNumber(x)}" y="${svgNumber(y - GUEST_RING - 5)}" text-anchor="middle" font-size="13" font-weight="700" fill="${accent}">${escapedXml(guest.title)}</text>`];
    });
    return [...halos, ...marks];
  }
}

/** A guest's own epochs with their places in unit radii. */
const guestStops = (panel, { epochs, positions }) => epochs.map((epoch, i) => ({ epoch, p: [0, 1, 2].map((axis) => (positions[i][axis] ?? 0) / panel.radius) }));

/** A picture of its own as a sheet of one cell. */
const wholeOf = ({ naturalWidth: width, naturalHeight: height }) => ({ width, height, columns: 1 });

function disc(ctx, x, y, radius, colour) {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, TAU);
  ctx.fill();
}

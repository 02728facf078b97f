// Two classes: two class weights on the unit circle, whose direction is whose, and the (theta1, theta2) plane.

const LIMITS = { apart: [5, 180], ratio: [0.25, 4], x: [-180, 180] };

section({
  name: "two",
  defaults: () => ({ losses: ["normface", "a_softmax", "cosface", "arcface"], apart: 90, ratio: 1, x: 12, layout: "apart", axes: "angle", span: 90 }),
  implied: slotDefaults,
  sane(state, data) {
    const next = saneSlots(state, data);
    for (const [name, [low, high]] of Object.entries(LIMITS)) next[name] = Number.isFinite(next[name]) ? clamp(next[name], low, high) : low;
    next.layout = next.layout === "over" ? "over" : "apart";
    next.axes = next.axes === "cosine" ? "cosine" : "angle";
    next.span = next.span === 180 ? 180 : 90;
    return next;
  },
  signature: (state) => slotSignature(state) + state.layout,
  build: buildTwo,
  draw: drawTwo,
  inspect: (lab) => ({ numbers: slotsOf(lab).map((slot) => ({ key: slot.loss.key, ...boundariesOf(slot, lab.state.apart * DEGREE) })) }),
  calls: {
    psi: (lab, key, words, values, thetas) => thetas.map((theta) => compiled(lossTree(lab, key, words)).value({ ...values, theta })),
    slope: (lab, key, words, values, thetas) => thetas.map((theta) => compiled(lossTree(lab, key, words)).slope({ ...values, theta })),
    boundary: (lab, key, words, values, apart, ratio) => boundaryAngle((theta) => compiled(lossTree(lab, key, words)).value({ ...values, theta }), apart, ratio),
  },
});

const lossTree = (lab, key, words) => lab.data.losses.find((loss) => loss.key === key).trees[words];

/** Radians: each class's boundary from its own weight, and the gap between the two; NaN where there is none. */
function boundariesOf(slot, apart) {
  const first = boundaryAngle(slot.psi, apart, slot.ratio), second = boundaryAngle(slot.psi, apart, 1 / slot.ratio);
  return { first, second, gap: apart - first - second };
}

function buildTwo(lab) {
  const free = slotsOf(lab).some(({ loss }) => loss.free);
  lab.add([
    slider(lab, { name: "apart", label: "Φ, between the weights", low: 5, high: 180, step: 1, unit: "°", help: "Angle between the two class weights. Drag a weight on a circle to move them, too." }),
    ...(free ? [slider(lab, { name: "ratio", label: "‖W₂‖ / ‖W₁‖", low: 0.25, high: 4, step: 0.01, log: true, help: "Only Softmax and L-Softmax let the lengths of the class weights count." })] : []),
    choice(lab, { name: "layout", label: "Losses", choices: [["apart", "side by side"], ["over", "overlaid"]] }),
    choice(lab, { name: "axes", label: "Axes of the plane", choices: [["angle", "angle"], ["cosine", "cosine"]] }),
    choice(lab, { name: "span", label: "Plane shows", choices: [[90, "0–90°"], [180, "0–180°"]] }),
  ]);
  slotCards(lab);
  lab.readout = element("div", { class: "lab-wide" });
  lab.pictures.append(lab.readout);
  const slots = slotsOf(lab), shown = lab.state.layout === "over" ? [slots] : slots.map((slot) => [slot]);
  const wide = lab.state.layout === "over" ? Math.round(clamp((lab.root.clientWidth - 352) / 2 - 12, 300, 560)) : columnWidth(lab, slots.length);
  lab.pairs = shown.map((group, i) => {
    const circle = lab.figure({ name: `circle${i}`, width: wide, height: wide, equal: true, x: { low: -1.3, high: 1.3, axis: false }, y: { low: -1.3, high: 1.3, axis: false } });
    const plane = lab.figure({ name: `plane${i}`, width: wide, height: wide - 14, equal: true });
    lab.pictures.append(element("div", { class: lab.state.layout === "over" ? "lab-pair" : "lab-column" }, circle.node, plane.node));
    return { group: group.map(({ index }) => index), circle, plane };
  });
}

function drawTwo(lab) {
  const slots = slotsOf(lab), apart = lab.state.apart * DEGREE, numbers = slots.map((slot) => boundariesOf(slot, apart));
  for (const { group, circle, plane } of lab.pairs) {
    const chosen = group.map((index) => ({ slot: slots[index], edges: numbers[index] }));
    drawCircle(lab, circle, chosen, apart);
    drawPlane(lab, plane, chosen, apart);
  }
  lab.readout.replaceChildren(numbersTable(lab, slots, numbers));
}

/** Directions of the two weights: either side of the top. */
const weightsAt = (apart, ratio) => [{ at: Math.PI / 2 + apart / 2, length: 1 }, { at: Math.PI / 2 - apart / 2, length: ratio }];
const classColour = (theme, i) => theme.series[2 + i];

function drawCircle(lab, figure, chosen, apart) {
  const alone = chosen.length === 1, { slot } = chosen[0], weights = weightsAt(apart, slot.ratio), { theme } = lab;
  figure.begin({ title: alone ? slot.name : "On the circle" });
  const bright = alone && marginLit(lab, slot);
  figure.dot(0, 0, figure.px(1) - figure.px(0), { fill: alone ? (bright ? theme.accent : theme.margin) : "none", stroke: theme.edge, "fill-opacity": bright ? 0.45 : 1, "data-lights": alone ? marginOf(slot) : null });
  if (alone) {
    for (const { from, to, owner: who } of arcs((at) => owner(slot.psi, weights, at))) {
      if (who >= 0) figure.area(...sector(from, to), { fill: theme.ground }), figure.area(...sector(from, to), { fill: classColour(theme, who), "fill-opacity": 0.42, "data-owner": who });
    }
    probabilityRing(lab, figure, slot, weights);
  }
  for (const { slot: one, edges } of chosen) boundaryRays(lab, figure, one, edges, weights, alone);
  for (const [i, weight] of weights.entries()) {
    figure.curve(`W${i + 1}`, [0, Math.cos(weight.at)], [0, Math.sin(weight.at)], { stroke: theme.ink, "stroke-width": 2.5 });
    figure.text(1.19 * Math.cos(weight.at), 1.19 * Math.sin(weight.at), `W${"₁₂"[i]}`, { "font-weight": 600 });
    figure.handle(`W${i + 1}`, { x: Math.cos(weight.at), y: Math.sin(weight.at), colour: classColour(theme, i), label: `Class weight ${i + 1}`, says: `${inWords(lab.state.apart)} degrees between the weights`, step: 0, move: (x, y) => turnWeight(lab, i, x, y) });
    keysTurn(lab, figure.handles.get(`W${i + 1}`), (by) => lab.set({ apart: lab.state.apart + by }));
  }
  const x = Math.PI / 2 - lab.state.x * DEGREE;
  figure.handle("x", { x: Math.cos(x), y: Math.sin(x), radius: 5, colour: theme.ink, label: "An embedding x", says: whereIs(lab, slot, weights), step: 0, move: (px, py) => lab.set({ x: signedDegrees(Math.PI / 2 - Math.atan2(py, px)) }) });
  keysTurn(lab, figure.handles.get("x"), (by) => lab.set({ x: signedDegrees((lab.state.x + by) * DEGREE) }));
  figure.note.textContent = alone ? whereIs(lab, slot, weights) : "";
  figure.end(`Unit circle with two class weights ${inWords(lab.state.apart)} degrees apart. ${chosen.map(({ slot: one, edges }) => `${one.name}: ${inWordsOf(one, edges, apart)}`).join(" ")}`);
}

/** Arrow keys on a handle of the circle turn it by a degree, with Shift by ten. */
function keysTurn(lab, handle, turn) {
  handle.key = (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    turn(way * (event.shiftKey ? 10 : 1));
  };
}

const signedDegrees = (angle) => Math.atan2(Math.sin(angle), Math.cos(angle)) / DEGREE;

function turnWeight(lab, i, x, y) {
  const off = signedDegrees(i ? Math.PI / 2 - Math.atan2(y, x) : Math.atan2(y, x) - Math.PI / 2);
  lab.set({ apart: 2 * Math.abs(off) });
}

/** Around the circle, how probable class 1 is without any margin: what the scale sharpens. */
function probabilityRing(lab, figure, slot, weights) {
  const [one, two] = [0, 1].map((i) => partsOf(classColour(lab.theme, i))), bright = scaleLit(lab, slot);
  for (let i = 0; i < 120; i++) {
    const from = (2 * Math.PI * i) / 120, to = from + Math.PI / 58, at = from + Math.PI / 120;
    const p = 1 / (1 + Math.exp(slot.scale * (weights[1].length * Math.cos(at - weights[1].at) - weights[0].length * Math.cos(at - weights[0].at))));
    const radius = 1.05;
    figure.put("path", { d: figure.route([radius * Math.cos(from), radius * Math.cos(to)], [radius * Math.sin(from), radius * Math.sin(to)]), stroke: css(between(two, one, p)), "stroke-width": bright ? 9 : 4, fill: "none", "data-lights": slot.byLength ? null : `${slot.index}.scale` });
  }
}

function boundaryRays(lab, figure, slot, edges, weights, alone) {
  const colour = alone ? lab.theme.ink : slot.colour;
  const rays = [["1", weights[0].at - edges.first, ""], ["2", weights[1].at + edges.second, alone ? "" : "5 4"]];
  for (const [which, at, dash] of rays) {
    if (!Number.isFinite(at)) continue;
    figure.curve(`${slot.name}, boundary of class ${which}`, [0, Math.cos(at)], [0, Math.sin(at)], { stroke: colour, "stroke-width": marginLit(lab, slot) ? 3.5 : 1.8, "stroke-dasharray": dash || null, "data-boundary": `${slot.index}.${which}`, "data-lights": marginOf(slot) });
  }
  if (alone && !Number.isFinite(edges.first)) figure.text(0, 0.6, "nowhere", { "font-weight": 700, fill: lab.theme.ink });
}

/** Where the embedding on the circle is, in words. */
function whereIs(lab, slot, weights) {
  const at = Math.PI / 2 - lab.state.x * DEGREE, who = owner(slot.psi, weights, at), [one, two] = weights.map((weight) => angleBetween(at, weight.at));
  const near = weights[0].length * Math.cos(one) >= weights[1].length * Math.cos(two) ? 0 : 1, [mine, other] = near ? [two, one] : [one, two];
  const has = slot.psi(mine) * (near ? slot.ratio : 1), needs = Math.cos(other) * (near ? 1 : slot.ratio);
  const place = who >= 0 ? `x is class ${who + 1}'s` : "x is in the margin";
  return `${place}: θ₁ ${inWords(one / DEGREE, 1)}°, θ₂ ${inWords(two / DEGREE, 1)}°; ψ(θ${"₁₂"[near]}) = ${inWords(has, 3)} ${has >= needs ? "≥" : "<"} ${inWords(needs, 3)}`;
}

function drawPlane(lab, figure, chosen, apart) {
  const alone = chosen.length === 1, { theme, state } = lab, cosine = state.axes === "cosine", span = state.span * DEGREE;
  const low = cosine ? Math.cos(span) : 0, high = cosine ? 1 : state.span, to = cosine ? Math.cos : (angle) => angle / DEGREE;
  const axis = (i) => ({ low, high, title: cosine ? `cos θ${"₁₂"[i]}` : `θ${"₁₂"[i]} (°)`, ...(cosine ? {} : { ticks: state.span === 90 ? [0, 15, 30, 45, 60, 75, 90] : [0, 45, 90, 135, 180] }) });
  figure.begin({ x: axis(0), y: axis(1), title: alone && lab.pairs.length > 1 ? "" : "The (θ₁, θ₂) plane" });
  const angles = Array.from({ length: 541 }, (_, i) => (span * i) / 540), reach = cosine ? -1 : 180;
  if (alone) figure.put("rect", { ...figurePixels(figure), fill: marginLit(lab, chosen[0].slot) ? theme.accent : theme.margin, "fill-opacity": marginLit(lab, chosen[0].slot) ? 0.45 : 1, "data-lights": marginOf(chosen[0].slot) });
  for (const { slot } of chosen) {
    const edge = (ratio) => angles.map((theta) => to(Math.acos(clamp(slot.psi(theta) / ratio, -1, 1))));
    const own = angles.map(to), first = edge(slot.ratio), second = edge(1 / slot.ratio);
    const hidden = (ratio) => angles.map((theta, i) => (Math.abs(slot.psi(theta) / ratio) <= 1 ? (ratio === slot.ratio ? first[i] : second[i]) : NaN));
    if (alone) {
      for (const [i, style] of [0, 1].map((each) => [each, { fill: classColour(theme, each), "fill-opacity": 0.42 }])) {
        const edges = i ? second : first, xs = [...own, own.at(-1), own[0]], ys = [...edges, reach, reach];
        const [ax, ay] = i ? [ys, xs] : [xs, ys];
        figure.area(ax, ay, { fill: theme.ground });
        figure.area(ax, ay, style);
      }
    }
    const style = { stroke: alone ? theme.ink : slot.colour, "stroke-width": marginLit(lab, slot) ? 3 : 1.8, "data-lights": marginOf(slot) };
    figure.curve(`${slot.name}, class 1`, own, hidden(slot.ratio), style);
    figure.curve(`${slot.name}, class 2`, slot.ratio === 1 ? hidden(1) : hidden(1 / slot.ratio), own, { ...style, "stroke-dasharray": alone ? null : "5 4" });
  }
  const { slot } = chosen[0], plain = angles.map((theta) => to(Math.acos(clamp(Math.cos(theta) / slot.ratio, -1, 1))));
  figure.curve("without a margin", angles.map(to), plain, { stroke: theme.ink, "stroke-dasharray": "2 4", "stroke-width": 1.4 });
  const between1 = Array.from({ length: 181 }, (_, i) => (apart * i) / 180);
  figure.curve("between the weights", between1.map(to), between1.map((theta) => to(apart - theta)), { stroke: theme.accent, "stroke-width": 1.4 });
  for (const { slot: one, edges } of chosen) planeMarks(lab, figure, one, edges, apart, to);
  figure.note.textContent = `Line: directions between the weights. Dotted: no margin.`;
  figure.end(`Decision regions over the angles to the two class weights: ${chosen.map(({ slot: one }) => one.name).join(", ")}`);
}

function figurePixels({ box }) { return { x: box.left, y: box.top, width: box.width, height: box.height }; }

function planeMarks(lab, figure, slot, edges, apart, to) {
  const colour = lab.pairs.length === 1 && lab.pairs[0].group.length > 1 ? slot.colour : lab.theme.ink;
  if (Number.isFinite(edges.first)) figure.dot(to(edges.first), to(apart - edges.first), 4, { fill: colour, stroke: lab.theme.ground, "data-mark": `${slot.index}.1` });
  if (Number.isFinite(edges.second)) figure.dot(to(apart - edges.second), to(edges.second), 4, { fill: colour, stroke: lab.theme.ground, "data-mark": `${slot.index}.2` });
}

/** A slot's boundary and gap in words, or why there is none. */
function inWordsOf(slot, edges, apart) {
  if (!Number.isFinite(edges.first)) {
    const needs = slot.ratio * Math.cos(apart);
    return `Nowhere: even on its own weight class 1 has ψ(0) = ${inWords(slot.psi(0), 3)}, and class 2 there has ${slot.ratio === 1 ? "" : `${inWords(slot.ratio, 2)}·`}cos Φ = ${inWords(needs, 3)} already.`;
  }
  if (!Number.isFinite(edges.second)) return `Class 2 has none: its weight is too short for the margin.`;
  return `boundary at ${inWords(edges.first / DEGREE, 2)} degrees, gap ${inWords(edges.gap / DEGREE, 2)} degrees.`;
}

function numbersTable(lab, slots, numbers) {
  const apart = lab.state.apart * DEGREE, cell = (text, attributes = {}) => element("td", attributes, text), degrees = (angle) => (Number.isFinite(angle) ? `${inWords(angle / DEGREE, 4, true)}°` : "none");
  const rows = slots.map((slot, i) => {
    const { first, second, gap } = numbers[i], name = element("td", {}, element("span", { class: "lab-chip", style: `--own:${slot.colour};display:inline-block;margin-right:7px` }), slot.name);
    const why = Number.isFinite(gap) ? "" : inWordsOf(slot, numbers[i], apart);
    return element("tr", { "data-loss": slot.loss.key, "data-row": slot.index }, name, cell(degrees(first), { "data-number": "first" }), cell(degrees(second), { "data-number": "second" }), cell(degrees(gap), { "data-number": "gap" }), cell(Number.isFinite(gap) ? inWords(gap, 5, true) : "", { "data-number": "rad" }), cell(why, { class: "lab-why" }));
  });
  const head = element("tr", {}, ...["Loss", "θ₁ of class 1's boundary", "θ₂ of class 2's", "Gap", "Gap (rad)", ""].map((title) => element("th", { scope: "col" }, title)));
  return element("table", { class: "lab-table" }, element("thead", {}, head), element("tbody", {}, ...rows));
}

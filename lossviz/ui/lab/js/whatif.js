// The section "What if": a margin laid on the frozen embeddings of a run while its knobs are dragged. Where a loss's value
// does not follow from its curve, Python answers, a moment later.

const WHATIF_BINS = { angle: [0, 180, 90], gap: [-90, 180, 90], logit: 80 };

section({
  name: "whatif",
  lasting: true,
  defaults: (data) => ({ run: data.run, ...cardDefaults(data) }),
  /** Knobs that were moved on another run are forgotten. */
  sane: (state, data) => saneCards(state.run === data.run ? state : { ...cardDefaults(data), run: data.run }, data),
  signature: (state, data) => cardSignature(state) + data.losses[0].key,
  news: (lab) => ({ run: lab.data.run, knobs: knobsOf(lab) }),
  waits: (lab) => Boolean(lab.held && lab.data.live),
  build(lab) {
    const { data } = lab, loss = data.losses[0];
    lab.readout = element("div", { class: "lab-wide", "aria-live": "polite" });
    lab.controls.append(element("div", { class: "lab-figure-title" }, "Nothing is trained here"), element("p", { class: "lab-note" }, data.words));
    lossCards(lab);
    if (!data.live) lab.controls.append(element("p", { class: "lab-note" }, `The value of ${loss.title} depends on more than angles, so it is computed by the criterion on the server and follows the slider a moment later.`));
    const wide = Math.round(clamp((lab.root.clientWidth - 352) / 2 - 12, 320, 620)), figure = (name, title) => lab.figure({ name, title, width: wide, height: 260 });
    lab.parts = { angles: figure("angles", "Angles"), gaps: figure("gaps", "Margin that each image has"), logits: figure("logits", "Logits") };
    lab.pictures.append(lab.readout, ...Object.values(lab.parts).map(({ node }) => node));
    lab.seenBy = null;
  },
  draw(lab) {
    if (lab.seenBy !== lab.data) [lab.seenBy, lab.seen] = [lab.data, embeddingsSeen(lab.data)];
    if (!knobsTold(lab)) tellSoon(lab);
    lab.found = whatIfNow(lab);
    drawReadout(lab);
    drawAngles(lab);
    drawGaps(lab);
    drawLogits(lab);
  },
  inspect: (lab) => ({ live: lab.data.live, fresh: lab.data.live || knobsTold(lab), value: lab.found.value, violates: lab.found.violates, wrong: lab.found.wrong, boundary: lab.found.boundary, count: lab.seen.count }),
  calls: { verdict: (lab, state) => { const { value, violates, wrong, boundary, targets } = whatIfAt(lab, state); return { value, violates, wrong, boundary, targets: [...targets] }; } },
});

/** The loss's curve, scale and boundary at knobs that are not the state's. */
function whatIfAt(lab, values) {
  const loss = lab.data.losses[0], words = lab.data.choices.map((name) => `${name}=${spelledWord(values[name])}`).join(",");
  const { value } = compiled(lab.data.trees[words]), known = { ...values };
  const psi = (theta) => { known.theta = theta; return value(known); };
  return { ...verdictOf(lab.seen, psi, values.scale), boundary: boundaryAngle(psi, lab.data.apart) / DEGREE, loss };
}

/** What is shown: computed here, or as Python said last. */
function whatIfNow(lab) {
  const { data } = lab, loss = data.losses[0];
  if (!data.live) return { ...data.answer, targets: floatsOf(data.targets) };
  return whatIfAt(lab, Object.fromEntries(knobsOfCard(loss).map(({ name }) => [name, lab.state[`${loss.key}.${name}`]])));
}

const whatIfLit = (lab) => {
  const { key } = lab.data.losses[0];
  return { margin: cardLit(lab, key) && !cardLit(lab, key, "scale"), scale: cardLit(lab, key, "scale") };
};

function drawReadout(lab) {
  const { found, seen, data } = lab, lights = whatIfLit(lab), old = !data.live && !knobsTold(lab), share = (part) => `${inWords((100 * part) / seen.count, 1, true)} %`;
  const apart = inWords(data.apart / DEGREE, 1), none = !Number.isFinite(found.boundary);
  const cell = (name, label, text, bright, help) => element("div", { class: `lab-number-cell${bright ? " lab-lit" : ""}`, title: help, style: old ? "opacity:.5" : "" }, element("div", { class: "lab-note" }, label), element("div", { class: "lab-big", "data-number": name }, text));
  lab.readout.replaceChildren(element("div", { class: "lab-numbers" },
    cell("value", "Loss on the frozen embeddings", inWords(found.value, 4, true), lights.margin || lights.scale, "Mean over the images"),
    cell("violates", "Violate the margin", share(found.violates), lights.margin, "Images for which another class's logit beats their own once the margin is taken off it."),
    cell("wrong", "Wrong even without a margin", share(found.wrong), false, "Images that are nearer to another class."),
    cell("boundary", "Boundary at", none ? "none" : `${inWords(found.boundary, 2, true)}°`, lights.margin, `From a class's prototype towards another ${apart}° away, the mean distance to the nearest.`)));
  if (none) lab.readout.append(element("p", { class: "lab-bad" }, `The nearest class is on average ${apart}° away: this margin leaves a class nothing, not even its own prototype, so there is no boundary to draw.`));
}

/** Bars in equal steps from low to high: counts of `values`, as shares of all in percent. */
function barsOf(values, [low, high, bins], take = () => true) {
  const counts = new Float64Array(bins);
  values.forEach((value, n) => { if (take(n)) counts[clamp(Math.floor(((value - low) / (high - low)) * bins), 0, bins - 1)] += 100 / values.length; });
  return counts;
}

function drawBars(figure, name, counts, [low, high], style) {
  const step = (high - low) / counts.length, xs = Array.from(counts, (_, i) => low + (i + 0.5) * step), bottom = figure.py(figure.y.low);
  figure.curves.push({ name, xs, ys: [...counts] });
  counts.forEach((share, i) => {
    if (share) figure.put("rect", { x: figure.px(low + i * step), width: figure.px(low + step) - figure.px(low), y: figure.py(share), height: bottom - figure.py(share), ...style });
  });
}

/** A histogram of all and, over it, of those that violate the margin; a line where the margin is. */
function violationBars(lab, figure, values, span, { x, title, line, words, bright }) {
  const { theme } = lab, { targets } = lab.found, { rivals } = lab.seen, all = barsOf(values, span), bad = barsOf(values, span, (n) => targets[n] < rivals[n]);
  figure.begin({ title, x: { low: span[0], high: span[1], title: x }, y: { low: 0, high: 1.08 * Math.max(...all, 1), title: "Images (%)" } });
  drawBars(figure, "all", all, span, { fill: theme.series[0], "fill-opacity": 0.35 });
  drawBars(figure, "violate the margin", bad, span, { fill: theme.series[6], "fill-opacity": bright ? 0.95 : 0.65, "data-violates": "" });
  if (Number.isFinite(line)) {
    figure.curve("boundary", [line, line], [figure.y.low, figure.y.high], { stroke: bright ? theme.accent : theme.ink, "stroke-width": bright ? 3.5 : 1.8, "stroke-dasharray": "5 4", "data-boundary": line, "data-lights": lab.data.margin });
    figure.text(line, figure.y.high * 0.94, words, { "text-anchor": line > (span[0] + span[1]) / 2 ? "end" : "start", dx: line > (span[0] + span[1]) / 2 ? -6 : 6 });
  }
  figure.note.replaceChildren(...[["all", theme.series[0]], ["violate the margin", theme.series[6]]].map(([name, colour]) => element("span", { class: "lab-legend", style: `--own:${colour}` }, name)));
  figure.end(`${title}: ${words}`);
}

function drawAngles(lab) {
  const { boundary } = lab.found, degrees = Array.from(lab.seen.theta, (theta) => theta / DEGREE);
  violationBars(lab, lab.parts.angles, degrees, WHATIF_BINS.angle, { x: "Angle to the own prototype (°)", title: "Angles to the own class", line: boundary, words: `boundary ${inWords(boundary, 1)}°`, bright: whatIfLit(lab).margin });
}

function drawGaps(lab) {
  const { theta, rivals } = lab.seen, gaps = Array.from(theta, (own, n) => (Math.acos(clamp(rivals[n], -1, 1)) - own) / DEGREE), gap = lab.data.apart / DEGREE - 2 * lab.found.boundary;
  violationBars(lab, lab.parts.gaps, gaps, WHATIF_BINS.gap, { x: "Nearest other minus own angle (°)", title: "The margin that each image has", line: gap, words: `asked for ${inWords(gap, 1)}°`, bright: whatIfLit(lab).margin });
}

function drawLogits(lab) {
  const { targets } = lab.found, { rivals } = lab.seen, scale = lab.state[`${lab.data.losses[0].key}.scale`] ?? 1, leads = Array.from(targets, (target, n) => scale * (target - rivals[n]));
  const far = 10 * Math.ceil(Math.max(...leads.map(Math.abs)) / 10) || 10, lights = whatIfLit(lab);
  violationBars(lab, lab.parts.logits, leads, [-far, far, WHATIF_BINS.logit], { x: "s ψ(θ) less the largest other logit", title: "Logits: own, margin off, less the best other", line: 0, words: "0: as likely", bright: lights.margin || lights.scale });
}

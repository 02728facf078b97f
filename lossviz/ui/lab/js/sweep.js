// The section "Sweep": scores of small nets against the knob that was swept, and for each setting the angles between
// pairs of images, or their similarities.

const SWEEP_BELOW = ["angles", "similarities", "nothing"];
const SWEEP_WIDE = 50; // times from the first value to the last: then the axis is logarithmic
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Where values stand on the axis, and how the axis says so: numbers as they are or as logarithms, words one by one. */
function sweepAxis({ entries, numeric, over, unit }) {
  const swept = entries.filter(({ at }) => at !== null), values = swept.map(({ at }) => Number(at)), title = unit ? `${over} (${unit})` : over;
  const ends = (places, pad) => { const [low, high] = [Math.min(...places), Math.max(...places)], room = pad * (high - low || 1); return { low: low - room, high: high + room }; };
  if (!numeric) {
    const places = swept.map((_, i) => i);
    return { place: (entry) => swept.indexOf(entry), axis: { ...ends(places, 0.15), ticks: places, say: (tick) => (typeof swept[tick].at === "boolean" ? (swept[tick].at ? "yes" : "no") : String(swept[tick].at)), title } };
  }
  const positive = values.filter((value) => value > 0), log = positive.length === values.length && Math.max(...positive) / Math.min(...positive) >= SWEEP_WIDE;
  const to = log ? Math.log10 : Number;
  return { place: ({ at }) => to(at), axis: { ...ends(values.map(to), 0.06), ticks: values.map(to), say: (tick) => inWords(log ? 10 ** tick : tick, 4), title } };
}

/** One line of means with a dot a net, for the settings on the axis; dashes across for the losses beside. */
function drawScores(lab, figure, kind, title) {
  const { data, theme } = lab, swept = data.entries.filter(({ at }) => at !== null).sort((a, b) => a.at - b.at), beside = data.entries.filter(({ at }) => at === null);
  const { place, axis } = sweepAxis({ ...data, entries: swept }), all = data.entries.flatMap((entry) => entry[kind]);
  const low = Math.min(...all), high = Math.max(...all), room = Math.max(0.08 * (high - low), 0.3);
  figure.begin({ title, x: axis, y: { low: Math.max(0, low - room), high: Math.min(100.05, high + room), title: "right (%)" } });
  beside.forEach(({ name, [kind]: scores }, i) => {
    const colour = theme.series[[1, 4, 5, 6][i % 4]], level = mean(scores);
    figure.curve(name, [figure.x.low, figure.x.high], [level, level], { stroke: colour, "stroke-dasharray": "6 4" });
    figure.text(figure.x.high, level, name, { "text-anchor": "end", dx: -6, dy: -8, fill: colour, "font-size": 11 });
  });
  const colour = theme.series[0], xs = swept.map(place);
  figure.curve(`${data.loss}: mean`, xs, swept.map((entry) => mean(entry[kind])), { stroke: colour, "stroke-width": 2.5, "data-mean": kind });
  const seeds = swept[0]?.[kind].length ?? 0;
  for (let seed = 0; seed < seeds; seed++) {
    figure.curves.push({ name: `${data.loss}: seed ${seed}`, xs, ys: swept.map((entry) => entry[kind][seed]) });
    swept.forEach((entry, i) => figure.dot(xs[i], entry[kind][seed], 3.5, { fill: theme.ground, stroke: colour, "stroke-width": 1.5, "data-net": `${entry.name}, seed ${seed}` }));
  }
  const best = swept.reduce((top, entry) => (mean(entry[kind]) > mean(top[kind]) ? entry : top));
  figure.note.textContent = `Highest mean at ${best.name}: ${inWords(mean(best[kind]), 1)} %. ${seeds > 1 ? `A dot is one of ${seeds} nets.` : ""}`;
  figure.end(`${title} against ${data.over}: ${swept.map((entry) => `${entry.name} ${inWords(mean(entry[kind]), 1)} %`).join(", ")}`);
}

/** How many pairs of images of one digit and of two have which angle, each as a share of its kind. */
function drawPairAngles(lab, figure, entry, top) {
  const { theme } = lab, centers = entry.same.map((_, i) => ((i + 0.5) * 180) / entry.same.length), share = (counts) => { const all = counts.reduce((sum, count) => sum + count, 0) || 1; return counts.map((count) => count / all); };
  figure.begin({ title: entry.name, x: { low: 0, high: 180, ticks: [0, 45, 90, 135, 180], title: "angle of a pair (°)" }, y: { low: 0, high: top * 1.06, ticks: [], title: "pairs" } });
  for (const [name, counts, colour] of [["two digits", entry.other, theme.series[0]], ["one digit", entry.same, theme.series[1]]]) {
    const ys = share(counts), way = `${figure.route(centers, ys)}L${figure.px(180)} ${figure.py(0)}L${figure.px(0)} ${figure.py(0)}Z`;
    figure.put("path", { d: way, fill: colour, "fill-opacity": 0.3 });
    figure.curve(name, centers, ys, { stroke: colour, "stroke-width": 1.6 });
  }
  const half = (counts) => { let left = counts.reduce((sum, count) => sum + count, 0) / 2; return counts.findIndex((count) => (left -= count) <= 0); };
  figure.note.textContent = `Medians: one digit ${inWords(centers[half(entry.same)], 0)}°, two ${inWords(centers[half(entry.other)], 0)}°.`;
  figure.end(`Angles of pairs, ${entry.name}. ${figure.note.textContent}`);
}

/** One dot an image: its cosine to one of another digit and to one of its own, over the plane of circle loss. */
function drawSimilarities(lab, figure, entry) {
  const { theme } = lab, axis = { low: -1, high: 1, ticks: [-1, 0, 1] }, [xs, ys] = [0, 1].map((i) => entry.similarities.map((pair) => pair[i]));
  figure.begin({ title: entry.name, x: { ...axis, title: "s_n" }, y: { ...axis, title: "s_p" } });
  figure.curve("", [-1, 1], [-1, 1], { stroke: theme.quiet, "stroke-width": 1, "stroke-dasharray": "2 4" });
  xs.forEach((x, i) => figure.dot(x, ys[i], 2.2, { fill: theme.series[0], "fill-opacity": 0.55 }));
  figure.curves.push({ name: "similarities", xs, ys });
  figure.note.textContent = `Means: s_n ${inWords(mean(xs), 2)}, s_p ${inWords(mean(ys), 2)}.`;
  figure.end(`Similarities, ${entry.name}. ${figure.note.textContent}`);
}

section({
  name: "sweep",
  defaults: () => ({ below: "angles" }),
  sane: (state) => ({ ...state, below: SWEEP_BELOW.includes(state.below) ? state.below : "angles" }),
  signature: ({ below }) => below,
  build(lab) {
    const { data, state } = lab, unseen = data.entries[0].unseen.length > 0, across = data.entries.length;
    lab.root.style.gridTemplateColumns = "minmax(0, 1fr)";
    const room = lab.root.clientWidth, wide = Math.round(clamp((room - 22) / (unseen ? 2 : 1), 300, 640));
    const small = Math.floor(clamp((room - 22 * (across - 1)) / across, 170, 260));
    lab.parts = [["known", `Known digits (${data.digits}): held-out images told right`], ...(unseen ? [["unseen", "Unseen digits: pairs told right"]] : [])]
      .map(([kind, title]) => [kind, title, lab.figure({ name: kind, width: wide, height: 260 })]);
    lab.small = state.below === "nothing" ? [] : data.entries.map((entry, i) => lab.figure({ name: `${state.below}${i}`, width: small, height: state.below === "angles" ? 170 : small }));
    lab.pictures.append(...lab.parts.map(([, , figure]) => figure.node));
    const below = element("div", { class: "lab-wide" });
    lab.add(choice(lab, { name: "below", label: "For each setting", choices: [["angles", "angles of pairs"], ["similarities", "similarities (s_n, s_p)"], ["nothing", "nothing"]] }), below);
    if (state.below === "angles") below.append(element("span", { class: "lab-legend", style: `--own:${lab.theme.series[1]}` }, "pairs of one digit"), element("span", { class: "lab-legend", style: `--own:${lab.theme.series[0]}` }, "pairs of two digits"));
    if (state.below === "similarities") below.append(element("span", { class: "lab-note" }, "A dot is a held-out image: its cosine to one of another digit, s_n, and to one of its own, s_p."));
    lab.pictures.append(below, ...lab.small.map((figure) => figure.node));
  },
  draw(lab) {
    const { entries } = lab.data, highest = (counts) => Math.max(...counts) / (counts.reduce((sum, count) => sum + count, 0) || 1);
    for (const [kind, title, figure] of lab.parts) drawScores(lab, figure, kind, title);
    const top = Math.max(...entries.flatMap(({ same, other }) => [highest(same), highest(other)]));
    lab.small.forEach((figure, i) => (lab.state.below === "angles" ? drawPairAngles(lab, figure, entries[i], top) : drawSimilarities(lab, figure, entries[i])));
  },
  inspect: (lab) => ({ entries: lab.data.entries.map(({ name, at }) => ({ name, at })) }),
});

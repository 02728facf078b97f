// What every chosen run makes of the image: a card for each, with the verdict at the threshold, and everything that the
// verdict follows from. The threshold is dragged here, and shown in the view at once.

const FARS = [[-3, "0.1 %"], [-2, "1 %"], [-1, "10 %"]];
const NARROWEST = 300, GAP = 16, INSIDE = 24; // pixels of a card, between two, and of its edges
const THUMB = 46, SHORT = 3; // pixels of a gallery image's side, and letters of a name that fits below a smaller one

/** As many cards in a row as fit, rows as equal as can be; there is no room yet where nothing was laid out. */
function cardWidth(space, count) {
  const room = Math.max(space, NARROWEST), fit = clamp(Math.floor((room + GAP) / (NARROWEST + GAP)), 1, count), columns = Math.ceil(count / Math.ceil(count / fit));
  return Math.floor((room - GAP * (columns - 1)) / columns);
}

/** A card's parts, to be filled by `fill` whenever Python has news, and by `judge` whenever the threshold moves. */
function cardOf(lab, data, index, width) {
  const figure = (name, height) => lab.figure({ name: `${name}${index}`, width: Math.min(width - INSIDE, 620), height });
  const card = {
    room: width - INSIDE,
    threshold: data.ruler && figure("threshold", 165), bars: data.landed && figure("bars", 200),
    verdict: element("div", { class: "im-verdict", "aria-live": "polite" }), said: element("div", { class: "im-said" }), near: element("div", { class: "im-near", role: "list" }),
  };
  const head = element("div", { class: "im-head" }, element("b", {}, data.title), element("span", {}, data.name));
  card.node = element("section", { class: "im-card", style: `width:${width}px`, "data-card": data.key }, head, card.verdict, card.said);
  if (card.bars) card.node.append(element("h4", {}, "How far from every class"), card.bars.node, element("h4", {}, data.landed.near.title), card.near);
  if (card.threshold) card.node.append(element("h4", {}, "Accepted up to"), card.threshold.node);
  return card;
}

function fillCard(card, data, colours) {
  const { landed } = data, words = [...(data.problem ? [data.problem] : []), ...(landed?.said ?? [])];
  card.said.replaceChildren(...words.map((text) => element("p", { class: data.problem ? "im-problem" : "im-doubt" }, text)));
  if (!landed) return;
  const { items } = landed.near, small = items.every(({ name }) => name.length <= SHORT), size = small ? clamp(Math.floor(card.room / items.length) - 5, 30, THUMB) : THUMB;
  card.near.replaceChildren(...items.map((item, i) => neighbour(landed.near, item, i, { size, unit: data.unit, colours })));
}

/** A gallery image with its class and how far it is. */
function neighbour({ strip, width, height, items }, item, at, { size, unit, colours }) {
  const zoom = size / (height || 1), wide = strip ? zoom * width : size, says = `${item.name}, ${apart(item.distance, unit)}`;
  const look = strip ? `background-image:url(${strip});background-size:${wide * items.length}px ${size}px;background-position:${-at * wide}px 0;image-rendering:${zoom > 2 ? "pixelated" : "auto"};` : "";
  const picture = element("div", { class: "im-thumb", role: "img", "aria-label": says, title: says, style: `width:${wide}px;height:${size}px;--own:${colours[item.class]};${look}` }, ...(strip ? [] : ["no picture"]));
  return element("div", { role: "listitem" }, picture, element("span", { class: item.own ? "" : "im-other" }, shortened(item.name, 10)), element("span", { class: "im-quiet" }, apart(item.distance, unit)));
}

/** Whether the image is accepted at the level asked for; null where there is no image or no threshold. */
const acceptedAt = ({ landed, ruler }, level) => (landed && ruler ? landed.distance <= atLevel(ruler.thresholds, level) : null);

/** Whether the verdict is right, and what the image is, where that is known; to reject what the run does not know is right. */
function truthOf({ truth, known, name }, good) {
  if (truth === null) return [false, ""];
  if (!known) return [good === false, `it is ${truth}, which this run has nobody of`];
  return truth === name ? [good !== false, good === false ? "though that is what it is" : "that is what it is"] : [false, `it is ${truth}`];
}

function judge(card, data, level, colours) {
  const { landed, ruler, unit } = data;
  if (!landed) return card.verdict.replaceChildren();
  const good = acceptedAt(data, level), [word, kind] = good === null ? ["no threshold", "none"] : good ? ["accepted", "yes"] : ["rejected: unknown", "no"];
  const spare = ruler ? atLevel(ruler.thresholds, level) - landed.distance : 0;
  const where = good === null ? "" : `, ${apart(Math.abs(spare), unit)} ${good ? "inside" : "outside"} the threshold`;
  const [right, words] = truthOf(landed, good), truth = words ? [element("span", { class: right ? "im-right" : "im-wrong" }, `${right ? "✓" : "✗"} ${words}`)] : [];
  card.verdict.replaceChildren(
    element("img", { class: "im-picture", src: landed.picture, alt: "what the net sees", title: "what the net sees", width: 64, height: 64 }),
    element("div", {},
      element("div", { class: "im-class", style: `--own:${colours[landed.class]}` }, shortened(landed.name, 24), element("span", { class: `im-badge im-${kind}` }, word), ...truth),
      element("div", { class: "im-line", title: "Of the run's own test images whose nearest centre was as far ahead of the second, so many were right." }, `${inPercent(landed.confidence)} sure · ${apart(landed.distance, unit)} from its centre${where}`),
      element("div", { class: "im-line im-quiet" }, landed.vote),
    ),
  );
}

/** Has the view draw what is accepted while Python has not heard of it. */
function feedAreas(lab) {
  const feeds = (globalThis.lossvizFeeds ??= new Map()), { view, cards, level } = lab.data, moved = lab.state.level !== level;
  if (!moved && !lab.fed) return;
  const radii = Object.fromEntries(cards.filter(({ ruler }) => ruler).map(({ key, ruler }) => [key, atLevel(ruler.thresholds, lab.state.level)]));
  if (moved) feeds.set(view, { radii });
  else feeds.delete(view);
  lab.fed = moved;
  globalThis.dispatchEvent(new CustomEvent("lossviz-feed", { detail: view }));
}

section({
  name: "image",
  lasting: true,
  defaults: () => ({ level: -2 }),
  sane: (state) => ({ ...state, level: Number(clamp(Number.isFinite(state.level) ? state.level : -2, LOWEST, 0).toFixed(4)) }),
  signature: (_, { cards }) => JSON.stringify(cards.map(({ key, title, landed, ruler }) => [key, title, Boolean(landed), Boolean(ruler)])),
  build(lab) {
    const { data } = lab, width = cardWidth(lab.root.clientWidth, data.cards.length), legend = (words, colour) => element("span", { class: "lab-legend", style: `--own:${colour}` }, words);
    const ask = choice(lab, { name: "level", label: "False accepts (FAR)", choices: FARS, help: "Of comparisons of the run's test images with the centres of other classes, the share that is accepted. Every run gets the threshold at which it has this FAR." });
    const own = element("span", { class: "lab-note" });
    own.update = () => { own.textContent = FARS.some(([level]) => level === lab.state.level) ? "or drag a threshold" : `dragged to ${inPercent(10 ** lab.state.level)}`; };
    const row = element("div", { class: "im-ask" });
    lab.add([ask, own], row);
    row.append(element("span", { class: "im-legends" }, legend("own class (genuine)", lab.theme.series[1]), legend("other classes (impostors)", lab.theme.series[0]), legend("threshold", lab.theme.accent)));
    lab.controls.append(row);
    lab.cards = data.cards.map((card, i) => cardOf(lab, card, i, width));
    lab.pictures.append(...lab.cards.map(({ node }) => node));
    lab.told ??= JSON.stringify({ level: data.level });
    lab.filled = null;
  },
  draw(lab) {
    const { data, state } = lab, colours = classColours(data.classes, lab.theme.dark).map((parts) => css(parts)), fresh = lab.filled !== data;
    data.cards.forEach((card, i) => {
      const parts = lab.cards[i];
      if (fresh) fillCard(parts, card, colours);
      judge(parts, card, state.level, colours);
      if (parts.bars) drawBars(lab, parts.bars, card, colours);
      if (parts.threshold) { drawThreshold(lab, parts.threshold, card); grabbable(lab, parts.threshold); }
    });
    lab.filled = data;
    feedAreas(lab);
    tellSoon(lab);
  },
  news: ({ state }) => ({ level: state.level }),
  waits: (lab) => lab.cards.some(({ threshold }) => threshold?.handles.get("threshold").held !== undefined),
  inspect: (lab) => ({
    fed: lab.fed ?? false, told: lab.told,
    cards: Object.fromEntries(lab.data.cards.map((card) => [card.key, { threshold: card.ruler ? atLevel(card.ruler.thresholds, lab.state.level) : null, accepted: acceptedAt(card, lab.state.level) }])),
  }),
  stop: (lab) => { if (lab.fed) globalThis.lossvizFeeds?.delete(lab.data.view); },
});

// Loss and force of pairs and triplets against distance. lossviz/toy/pairs.py gives the same out of the criteria, and
// a test compares the two.

/** `{loss, force}` of one pair at distance D; a positive force pushes apart. `form` is "squared" or "hinge". */
function contrastiveAt(distance, { same, margin, form }) {
  const inside = Math.max(margin - distance, 0);
  if (form === "hinge") return same ? { loss: distance, force: -1 } : { loss: inside, force: inside > 0 ? 1 : 0 };
  return same ? { loss: distance ** 2 / 2, force: -distance } : { loss: inside ** 2 / 2, force: inside };
}

/** `{loss, force}` on the negative of a triplet, `toNegative` from the anchor, the positive `toPositive` from it. */
function tripletAt(toNegative, { toPositive, margin, squared }) {
  const measure = (d) => (squared ? d * d : d), violation = measure(toPositive) - measure(toNegative) + margin;
  return violation > 0 ? { loss: violation, force: squared ? 2 * toNegative : 1 } : { loss: 0, force: 0 };
}

/** How far a negative has to be for a triplet to be solved. */
const solvedFrom = (toPositive, margin, squared) => (squared ? Math.sqrt(toPositive ** 2 + margin) : toPositive + margin);

/** "hard", "semi-hard" or "easy", after FaceNet and pytorch-metric-learning's miner. */
function kindOfTriplet(toPositive, toNegative, margin, squared) {
  if (toNegative <= toPositive) return "hard";
  return toNegative <= solvedFrom(toPositive, margin, squared) ? "semi-hard" : "easy";
}

/** Minus the gradient of a triplet's loss by anchor, positive and negative, each [x, y]. */
function tripletForces(anchor, positive, negative, { margin, squared }) {
  const minus = (p, q) => [p[0] - q[0], p[1] - q[1]], toP = minus(positive, anchor), toN = minus(negative, anchor);
  const lengths = [toP, toN].map((way) => Math.hypot(...way));
  if (tripletAt(lengths[1], { toPositive: lengths[0], margin, squared }).loss === 0) return [[0, 0], [0, 0], [0, 0]];
  const pull = toP.map((part) => (squared ? 2 * part : part / (lengths[0] || 1)));
  const push = toN.map((part) => (squared ? 2 * part : part / (lengths[1] || 1)));
  return [minus(pull, push), pull.map((part) => -part), push];
}

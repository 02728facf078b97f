// Losses over the plane of one negative and one positive similarity. lossviz/toy/similarity_plane.py gives the same out
// of the criteria, and a test compares the two.

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** `{loss, byNegative, byPositive}` at one point of the plane; see `surface` in Python for what the margins mean. */
const PLANE_LOSSES = {
  triplet(sn, sp, { margin }) {
    const violation = 2 * (sn - sp + margin);
    return violation > 0 ? { loss: violation, byNegative: 2, byPositive: -2 } : { loss: 0, byNegative: 0, byPositive: 0 };
  },
  am_softmax(sn, sp, { margin, gamma }) {
    const excess = gamma * (sn - sp + margin), slope = gamma * sigmoid(excess);
    return { loss: softplus(excess), byNegative: slope, byPositive: -slope };
  },
  circle(sn, sp, { margin, gamma, detached = true }) {
    const forNegative = Math.max(sn + margin, 0), forPositive = Math.max(1 + margin - sp, 0);
    const excess = gamma * (forNegative * (sn - margin) - forPositive * (sp - 1 + margin)), weight = gamma * sigmoid(excess);
    const byNegative = detached ? forNegative : forNegative > 0 ? 2 * sn : 0, byPositive = detached ? forPositive : forPositive > 0 ? 2 * (1 - sp) : 0;
    return { loss: softplus(excess), byNegative: weight * byNegative, byPositive: -weight * byPositive };
  },
};

/** The boundary, where the two similarities balance, as points [sn[], sp[]]. */
function planeBoundary(kind, margin) {
  const grid = Array.from({ length: 241 }, (_, i) => i / 240);
  if (kind !== "circle") return [grid.map((t) => -0.2 + 1.4 * t), grid.map((t) => -0.2 + 1.4 * t + margin)];
  const radius = Math.SQRT2 * margin;
  return [grid.map((t) => radius * Math.cos(2 * Math.PI * t)), grid.map((t) => 1 + radius * Math.sin(2 * Math.PI * t))];
}

/** `{loss, negatives, positives}`: the unified loss over several similarities, with its derivative by each. */
function unifiedAt(negatives, positives, { margin, gamma }) {
  return pairedUp(negatives.map((s) => gamma * (s + margin)), positives.map((s) => -gamma * s), negatives.map(() => gamma), positives.map(() => -gamma));
}

/** Circle loss over several similarities, weights held constant in the derivatives. */
function circleAt(negatives, positives, { margin, gamma }) {
  const forNegative = negatives.map((s) => gamma * Math.max(s + margin, 0)), forPositive = positives.map((s) => gamma * Math.max(1 + margin - s, 0));
  return pairedUp(negatives.map((s, i) => forNegative[i] * (s - margin)), positives.map((s, i) => -forPositive[i] * (s - 1 + margin)), forNegative, forPositive.map((slope) => -slope));
}

function pairedUp(a, b, slopesA, slopesB) {
  const total = (values) => { const top = Math.max(...values); return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0)); };
  const [sumA, sumB] = [total(a), total(b)], weight = sigmoid(sumA + sumB);
  return { loss: softplus(sumA + sumB), negatives: a.map((value, i) => weight * Math.exp(value - sumA) * slopesA[i]), positives: b.map((value, i) => weight * Math.exp(value - sumB) * slopesB[i]) };
}

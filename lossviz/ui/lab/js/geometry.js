// Where a loss decides: what follows from its target logit psi. Python's lossviz/losses/_boundary.py and
// lossviz/toy/ring.py are the references that a test holds these to.

/** The angle between the first of two weights `apart` and its boundary; NaN where the margin leaves it none. */
function boundaryAngle(psi, apart, ratio = 1) {
  const behind = (theta) => psi(theta) - ratio * Math.cos(apart - theta) < -1e-12;
  let first = 0;
  while (first <= 1024 && !behind((apart * first) / 1024)) first++;
  if (first === 0 || first > 1024) return NaN;
  let low = (apart * (first - 1)) / 1024, high = (apart * first) / 1024;
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (behind(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The angle between directions, both in radians, in 0..pi. */
const angleBetween = (one, other) => Math.abs(Math.atan2(Math.sin(one - other), Math.cos(one - other)));

/**
 * Who has the direction `at` for sure: the class whose target logit with its margin exceeds every other's without, -1
 * where none has. `weights` are `{at, length}`, `psi` the curve.
 */
function owner(psi, weights, at) {
  let best = -1, high = -Infinity, second = -Infinity;
  for (let i = 0; i < weights.length; i++) {
    const logit = weights[i].length * Math.cos(at - weights[i].at);
    if (logit > high) [second, high, best] = [high, logit, i];
    else if (logit > second) second = logit;
  }
  const claims = (i, rival) => weights[i].length * psi(angleBetween(at, weights[i].at)) >= rival - 1e-12;
  if (claims(best, second)) return best;
  if (!lifts(psi)) return -1;
  for (let i = 0; i < weights.length; i++) if (i !== best && claims(i, high)) return i;
  return -1;
}

const lifting = new WeakMap();
/** Whether psi exceeds the cosine anywhere, so that a class can claim a direction that is nearer to another's weight. */
function lifts(psi) {
  if (!lifting.has(psi)) lifting.set(psi, Array.from({ length: 181 }, (_, i) => psi(i * DEGREE) > Math.cos(i * DEGREE) + 1e-9).some(Boolean));
  return lifting.get(psi);
}

/** The circle cut into arcs `{from, to, owner}` (radians, ascending) by `ownerOf(angle)`, edges exact to 1e-9. */
function arcs(ownerOf, steps = 1440) {
  const start = -Math.PI + 1e-7, angle = (i) => start + (2 * Math.PI * i) / steps, found = [];
  let from = start, who = ownerOf(start);
  for (let i = 1; i <= steps; i++) {
    const next = ownerOf(angle(i));
    if (next === who) continue;
    let low = angle(i - 1), high = angle(i);
    for (let turn = 0; turn < 24; turn++) {
      const middle = (low + high) / 2;
      if (ownerOf(middle) === who) low = middle;
      else high = middle;
    }
    found.push({ from, to: high, owner: who });
    [from, who] = [high, next];
  }
  found.push({ from, to: angle(steps), owner: who });
  const first = found[0], last = found.at(-1);
  if (found.length > 1 && first.owner === last.owner) {
    found[0] = { ...first, from: last.from - 2 * Math.PI };
    found.pop();
  }
  return found;
}

/** Loss of an embedding `theta` from its class weight, towards a neighbour, in a ring of `count` classes at `scale`. */
function ringLoss(psi, scale, count, theta) {
  const target = scale * psi(theta), turn = (2 * Math.PI) / count;
  let high = target;
  for (let j = 1; j < count; j++) high = Math.max(high, scale * Math.cos(turn * j - theta));
  let sum = Math.exp(target - high);
  for (let j = 1; j < count; j++) sum += Math.exp(scale * Math.cos(turn * j - theta) - high);
  return high + Math.log(sum) - target;
}

/** NormFace's lower bound of the loss (Wang et al. 2017, Proposition 2, with s for the squared length). */
const lossBound = (count, scale) => Math.log1p((count - 1) * Math.exp((-count / (count - 1)) * scale));

/** Points of a sector from the middle. */
function sector(from, to, radius = 1) {
  const count = Math.max(2, Math.ceil((to - from) / 0.02)), along = Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
  return [[0, ...along.map((at) => radius * Math.cos(at))], [0, ...along.map((at) => radius * Math.sin(at))]];
}

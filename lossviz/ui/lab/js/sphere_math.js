// Which part of the sphere each class is sure of. lossviz/toy/caps.py computes the same, and a test compares the two.

/** Of each point of a lattice the nearest weight, the angle to it, and the best other cosine. */
function nearestOn(lattice, weights) {
  const count = lattice.length / 3, nearest = new Int16Array(count), theta = new Float64Array(count), rival = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    let best = -Infinity, second = -Infinity, who = -1;
    for (let k = 0; k < weights.length; k++) {
      const cosine = lattice[3 * n] * weights[k][0] + lattice[3 * n + 1] * weights[k][1] + lattice[3 * n + 2] * weights[k][2];
      if (cosine > best) [second, best, who] = [best, cosine, k];
      else if (cosine > second) second = cosine;
    }
    nearest[n] = who;
    theta[n] = Math.acos(clamp(best, -1, 1));
    rival[n] = clamp(second, -1, 1);
  }
  return { nearest, theta, rival };
}

/** `{share, held, owner}`: the part of the sphere that is any class's, how many have a part, and whose each point is. */
function capsOf(psi, { nearest, theta, rival }) {
  const owner = Int16Array.from(nearest, (who, n) => (psi(theta[n]) >= rival[n] ? who : -1)), sure = owner.filter((who) => who >= 0);
  return { share: sure.length / owner.length, held: new Set(sure).size, owner };
}

/** The smallest angle between two of the unit vectors. */
function leastApart(weights) {
  let best = -1;
  for (let i = 0; i < weights.length; i++) for (let j = 0; j < i; j++) best = Math.max(best, weights[i][0] * weights[j][0] + weights[i][1] * weights[j][1] + weights[i][2] * weights[j][2]);
  return Math.acos(clamp(best, -1, 1));
}

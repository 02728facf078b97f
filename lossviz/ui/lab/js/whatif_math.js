// What a margin says of frozen embeddings, from their angles and the loss's traced curve. lossviz/toy/whatif.py computes
// the same out of the criterion, and a test compares the two over a grid.

/** `{count, classes, theta, cosines, labels, rivals}` of what Python sent; `rivals` are the best other cosines. */
function embeddingsSeen({ theta, cosines, labels }) {
  const own = floatsOf(theta), all = floatsOf(cosines), count = own.length, classes = all.length / count;
  const rivals = Float64Array.from(own, (_, n) => {
    let best = -Infinity;
    for (let j = 0; j < classes; j++) if (j !== labels[n]) best = Math.max(best, all[n * classes + j]);
    return best;
  });
  return { count, classes, theta: own, cosines: all, labels, rivals };
}

/** `{value, targets, violates, wrong}`: the mean loss, psi of each, and how many beat neither margin nor rival. */
function verdictOf(seen, psi, scale) {
  const { count, classes, theta, cosines, labels, rivals } = seen, targets = Float64Array.from(theta, psi);
  let total = 0, violates = 0, wrong = 0;
  for (let n = 0; n < count; n++) {
    const target = scale * targets[n], high = Math.max(target, scale * rivals[n]);
    let sum = Math.exp(target - high);
    for (let j = 0; j < classes; j++) if (j !== labels[n]) sum += Math.exp(scale * cosines[n * classes + j] - high);
    total += high + Math.log(sum) - target;
    if (targets[n] < rivals[n]) violates++;
    if (Math.cos(theta[n]) < rivals[n]) wrong++;
  }
  return { value: total / count, targets, violates, wrong };
}

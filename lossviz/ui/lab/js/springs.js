// DrLIM's springs: a point between others of its class, which draw it, and of another, which push it out to the margin.

const SPRING_RATE = 3; // how far a second of unit force moves the point
const SPRING_REST = 2e-3; // a force below this is rest
const SPRING_SCENES = {
  attract: { same: [[0, 0]], other: [], at: [2.1, 0.9] },
  repel: { same: [], other: [[0, 0]], at: [0.5, 0.35] },
  equilibrium: { same: [[-1.6, 0.9], [-1.1, -1.2]], other: [[0.3, 0.6], [0.1, -0.8], [1.2, 0.1]], at: [1.6, 1.6] },
};

/** Force on a point at `at` from every neighbour, and their sum. */
function springForces(at, scene, margin, form) {
  const each = [];
  for (const [list, same] of [[scene.same, true], [scene.other, false]]) {
    for (const place of list) {
      const way = [at[0] - place[0], at[1] - place[1]], distance = Math.hypot(...way);
      const { force } = contrastiveAt(distance, { same, margin, form });
      const unit = distance > 1e-9 ? way.map((part) => part / distance) : [1, 0];
      each.push({ place, same, distance, force, vector: unit.map((part) => part * force) });
    }
  }
  return { each, sum: each.reduce(([x, y], { vector }) => [x + vector[0], y + vector[1]], [0, 0]) };
}

/** One step of the loose point along the force on it; a constant force (hinge) is not let overshoot. */
function springStep(at, scene, margin, form, seconds) {
  const { sum, each } = springForces(at, scene, margin, form), far = SPRING_RATE * seconds;
  const reach = form === "hinge" ? Math.min(far, ...each.map(({ distance, same }) => (same ? distance / 2 : Infinity)), 0.05) : Math.min(far, 0.25);
  return { at: [at[0] + reach * sum[0], at[1] + reach * sum[1]], strength: Math.hypot(...sum) };
}

/** Points of a coiled spring from p to q in pixels, with `coils` turns. */
function coil(p, q, coils = 9, width = 5) {
  const [dx, dy] = [q[0] - p[0], q[1] - p[1]], length = Math.hypot(dx, dy) || 1, points = [p];
  for (let i = 1; i < 2 * coils; i++) {
    const t = 0.08 + (0.84 * i) / (2 * coils), side = i % 2 ? width : -width;
    points.push([p[0] + t * dx - (side * dy) / length, p[1] + t * dy + (side * dx) / length]);
  }
  return [...points, q].map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Draws the scene; the loose point is dragged by its handle and let go again when the hand leaves it. */
function drawSprings(lab, figure) {
  const { state } = lab, scene = SPRING_SCENES[state.scene], at = [state.springX, state.springY], { theme } = lab;
  const [own, other] = [theme.series[0], theme.series[6]], form = state.form;
  figure.begin();
  const { each, sum } = springForces(at, scene, state.margin, form);
  for (const { place, same, distance, force } of each) {
    const lit = lab.lit === "margin" && !same;
    if (!same) figure.put("circle", { cx: figure.px(place[0]), cy: figure.py(place[1]), r: state.margin * (figure.px(1) - figure.px(0)), fill: other, "fill-opacity": lit ? 0.16 : 0.05, stroke: other, "stroke-dasharray": "4 4", "stroke-opacity": lit ? 1 : 0.7, "stroke-width": lit ? 3 : 1, "data-ring": "margin", "data-lights": "margin" });
    if (Math.abs(force) > 0) figure.put("path", { d: coil([figure.px(place[0]), figure.py(place[1])], [figure.px(at[0]), figure.py(at[1])]), fill: "none", stroke: same ? own : other, "stroke-width": 1 + 0.5 * Math.min(Math.abs(force), 3) });
    figure.dot(...place, 7, { fill: same ? own : other, stroke: theme.ground, "stroke-width": 2, "data-neighbour": same ? "same" : "other", "data-distance": distance });
  }
  const strength = Math.hypot(...sum);
  if (strength > SPRING_REST) arrow(figure, at, sum.map((part) => (part * Math.min(0.4 * strength, 1.2)) / strength), theme.ink, "net");
  figure.handle("loose", {
    x: at[0], y: at[1], step: 0.05, colour: own, radius: 9, label: "The loose point", says: `${inWords(at[0], 2)}, ${inWords(at[1], 2)}; force ${inWords(strength, 2)}`,
    move: (x, y) => { springHold(lab); lab.set({ springX: clamp(x, -3.2, 3.2), springY: clamp(y, -2.6, 2.6) }); },
  });
  const resting = strength <= SPRING_REST;
  figure.note.textContent = resting ? `At rest: the forces cancel${each.some(({ force }) => force) ? "" : "; no spring reaches it"}.` : `Net force ${inWords(strength, 2)}. ${lab.springing ? "Falling." : "Drag the point, then let it go."}`;
  figure.end(`Springs: the point at ${inWords(at[0], 2)}, ${inWords(at[1], 2)}, net force ${inWords(strength, 2)}`);
}

/** Lets the point go: it falls along the force until that is gone. */
function springRelease(lab) {
  springHold(lab);
  const began = performance.now();
  let before = began;
  const fall = (now) => {
    const { state } = lab, scene = SPRING_SCENES[state.scene];
    const { at, strength } = springStep([state.springX, state.springY], scene, state.margin, state.form, Math.min((now - before) / 1000, 0.05));
    before = now;
    lab.springing = strength > SPRING_REST && now - began < 20_000 ? requestAnimationFrame(fall) : undefined;
    lab.set({ springX: clamp(at[0], -3.2, 3.2), springY: clamp(at[1], -2.6, 2.6) });
  };
  lab.springing = requestAnimationFrame(fall);
}

function springHold(lab) {
  if (lab.springing) cancelAnimationFrame(lab.springing);
  lab.springing = undefined;
}

// Quaternions [x, y, z, w] and the little arithmetic that the view needs.

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const mix = (a, b, t) => a + (b - a) * t;

/** The rotation that first does `b`, then `a`. */
function quatMultiply(a, b) {
  const [ax, ay, az, aw] = a, [bx, by, bz, bw] = b;
  return quatNormalise([
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ]);
}

/** Unit length, and w >= 0, so that one rotation has one quaternion (and one link). */
function quatNormalise(q) {
  const length = Math.hypot(...q) * (q[3] < 0 ? -1 : 1);
  return length ? q.map((part) => part / length) : [0, 0, 0, 1];
}

function quatAround(axis, angle) {
  const s = Math.sin(angle / 2);
  return [axis[0] * s, axis[1] * s, axis[2] * s, Math.cos(angle / 2)];
}

/** Rows of the rotation matrix, row by row: nine numbers. */
function quatRows([x, y, z, w]) {
  return [
    1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
  ];
}

/** The rotation whose matrix has these rows (a right-handed orthonormal triple). */
function quatFromRows(m) {
  const trace = m[0] + m[4] + m[8];
  if (trace > 0) {
    const s = 2 * Math.sqrt(trace + 1);
    return quatNormalise([(m[7] - m[5]) / s, (m[2] - m[6]) / s, (m[3] - m[1]) / s, s / 4]);
  }
  if (m[0] > m[4] && m[0] > m[8]) {
    const s = 2 * Math.sqrt(1 + m[0] - m[4] - m[8]);
    return quatNormalise([s / 4, (m[1] + m[3]) / s, (m[2] + m[6]) / s, (m[7] - m[5]) / s]);
  }
  if (m[4] > m[8]) {
    const s = 2 * Math.sqrt(1 + m[4] - m[0] - m[8]);
    return quatNormalise([(m[1] + m[3]) / s, s / 4, (m[5] + m[7]) / s, (m[2] - m[6]) / s]);
  }
  const s = 2 * Math.sqrt(1 + m[8] - m[0] - m[4]);
  return quatNormalise([(m[2] + m[6]) / s, (m[5] + m[7]) / s, s / 4, (m[3] - m[1]) / s]);
}

const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

function unit(v) {
  const length = Math.hypot(...v);
  return length ? v.map((part) => part / length) : [0, 0, 1];
}

/** The rotation that looks from `eye` towards the origin with `up` upwards. */
function quatLooking(eye, up) {
  const back = unit(eye), right = unit(cross(up, back));
  return quatFromRows([...right, ...cross(back, right), ...back]);
}

/** 1, 2 or 5 times a power of ten, the largest that is at most `limit`. */
function niceBelow(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((step) => step * power).find((step) => step <= limit) ?? power;
}

/** A number with as many digits as a person reads. */
function pretty(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100000)) return value.toExponential(1);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)));
}

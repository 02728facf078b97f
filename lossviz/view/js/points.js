// The points of one panel on the GPU. All epochs lie in one buffer; a draw reads two of them and mixes.

const SHAPES = ["circle", "square", "triangle", "diamond", "plus", "cross", "down", "hexagon", "star", "ring"];
const SORT_STEPS = 65536;
const THINNEST = 2.4; // CSS pixels; smaller discs lose their colour

const POINT_VERTEX = `
  in vec4 from; in vec4 to; in vec4 tint; in vec2 look;
  uniform float share, step_, size, flatness, thinnest;
  uniform vec3 ground;
  uniform vec2 haze;
  out vec4 colour; out float diameter; flat out int shape;
  void main() {
    float depth;
    gl_Position = place(mix(from.xyz, to.xyz, share) * step_, depth);
    float near = mix(1.0 + 0.22 * depth, 1.0 / gl_Position.w, step(0.001, lens.x));
    diameter = max(size * look.y * mix(near, 1.0, flatness), thinnest);
    gl_PointSize = diameter + 2.0;
    float back = (1.0 - flatness) * haze.x * smoothstep(0.75, -1.0, depth);
    colour = vec4(mix(tint.rgb, ground, back), tint.a * (1.0 - haze.y * back));
    shape = int(look.x + 0.5);
  }`;

const POINT_FRAGMENT = `
  in vec4 colour; in float diameter; flat in int shape;
  uniform vec3 ground;
  uniform float outline;
  out vec4 pixel;
  float box(vec2 p, vec2 b) { vec2 d = abs(p) - b; return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0); }
  float plus(vec2 p, float r) { return min(box(p, vec2(r, 0.34 * r)), box(p, vec2(0.34 * r, r))); }
  float wedge(vec2 p, float r) {
    p.y += 0.18 * r;
    return max(abs(p.x) * 0.894 + p.y * 0.447 - 0.447 * r, -p.y - 0.62 * r);
  }
  float distanceTo(vec2 p, float r) {
    if (shape == 0) return length(p) - r;
    if (shape == 1) return box(p, vec2(0.82 * r));
    if (shape == 2) return wedge(p * 0.94, r);
    if (shape == 3) return (abs(p.x) + abs(p.y) - r) * 0.707;
    if (shape == 4) return plus(p, 0.95 * r);
    if (shape == 5) return plus(mat2(0.7071, -0.7071, 0.7071, 0.7071) * p, r);
    if (shape == 6) return wedge(vec2(p.x, -p.y) * 0.94, r);
    if (shape == 7) { vec2 q = abs(p); return max(q.x * 0.866 + q.y * 0.5, q.y) - 0.84 * r; }
    if (shape == 8) return min(box(p, vec2(0.58 * r)), (abs(p.x) + abs(p.y) - r) * 0.707);
    return abs(length(p) - 0.68 * r) - 0.28 * r;
  }
  void main() {
    vec2 p = (gl_PointCoord - 0.5) * (diameter + 2.0) * vec2(1.0, -1.0);
    float d = distanceTo(p, 0.5 * diameter);
    float cover = clamp(0.5 - d, 0.0, 1.0);
    if (cover <= 0.0) discard;
    float rim = shape == 0 ? clamp(0.17 * diameter, 0.5, 1.5 * outline) : 0.4 * outline;
    float paler = shape == 4 || shape == 5 || shape == 9 ? 0.0 : shape == 0 ? 0.8 : 0.6; // strokes are too thin for a rim
    vec3 rgb = mix(colour.rgb, ground, paler * smoothstep(-rim - 0.5, -rim + 0.5, d));
    float alpha = colour.a * cover;
    pixel = vec4(rgb * alpha, alpha);
  }`;

class Points {
  constructor(gl, panel) {
    this.gl = gl;
    this.panel = panel;
    this.order = new Uint32Array(panel.count);
    this.keys = new Uint16Array(panel.count);
    this.tally = new Uint32Array(SORT_STEPS + 1);
    this.tints = new Uint8Array(panel.count * 4);
    this.looks = new Uint8Array(panel.count * 2);
    this.shown = new Uint8Array(panel.count);
    this.vao = gl.createVertexArray();
    this.epochs = this.upload(interleaved(panel), gl.ARRAY_BUFFER);
    this.tint = gl.createBuffer();
    this.look = gl.createBuffer();
    this.index = gl.createBuffer();
    this.drawn = 0;
  }

  upload(data, target) {
    const { gl } = this, buffer = gl.createBuffer();
    gl.bindBuffer(target, buffer);
    gl.bufferData(target, data, gl.STATIC_DRAW);
    return buffer;
  }

  /** Sends `tints` and `looks` after they were rewritten. */
  refresh() {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.tint);
    gl.bufferData(gl.ARRAY_BUFFER, this.tints, gl.DYNAMIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.look);
    gl.bufferData(gl.ARRAY_BUFFER, this.looks, gl.DYNAMIC_DRAW);
  }

  /** Rows of shown points, farthest first: `order[0..drawn)`. A counting sort over 16-bit depths. */
  sort(view, { a, b, f }) {
    const { panel, keys, tally, order, shown } = this, { positions, axes, count, unit: step } = panel;
    const row = [view.turn[6], view.turn[7], view.turn[8]].map((part) => part * step);
    const half = SORT_STEPS / 2, scale = half / (1.001 * Math.sqrt(3) * panel.extent);
    tally.fill(0);
    const fa = a * axes * count, fb = b * axes * count;
    for (let i = 0; i < count; i++) {
      if (!shown[i]) continue;
      let depth = 0;
      if (axes === 3) {
        for (let axis = 0, at = i; axis < 3; axis++, at += count) {
          depth += row[axis] * (positions[fa + at] * (1 - f) + positions[fb + at] * f);
        }
      }
      keys[i] = half + depth * scale;
      tally[keys[i] + 1]++;
    }
    for (let k = 1; k <= SORT_STEPS; k++) tally[k] += tally[k - 1];
    this.drawn = tally[SORT_STEPS];
    for (let i = 0; i < count; i++) if (shown[i]) order[tally[keys[i]]++] = i;
  }

  draw(shader, { a, b, f }, look) {
    const { gl, panel } = this, { at } = shader;
    gl.bindVertexArray(this.vao);
    this.attribute(shader, "from", this.epochs, 4, gl.SHORT, 8, a * panel.count * 8);
    this.attribute(shader, "to", this.epochs, 4, gl.SHORT, 8, b * panel.count * 8);
    this.attribute(shader, "tint", this.tint, 4, gl.UNSIGNED_BYTE, 4, 0, true);
    this.attribute(shader, "look", this.look, 2, gl.UNSIGNED_BYTE, 2, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.index);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, this.order.subarray(0, this.drawn), gl.STREAM_DRAW);
    gl.uniform1f(at.share, f);
    gl.uniform1f(at.step_, panel.unit);
    gl.uniform1f(at.size, look.size / LOOK_UNIT);
    gl.uniform1f(at.flatness, panel.axes === 2 ? 1 : 0);
    gl.uniform1f(at.outline, look.ratio);
    gl.uniform3fv(at.ground, look.ground);
    gl.uniform1f(at.thinnest, THINNEST * look.ratio);
    gl.uniform2f(at.haze, 0.5, 0.1);
    gl.drawElements(gl.POINTS, this.drawn, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  attribute({ program }, name, buffer, size, type, stride, offset, normalised = false) {
    const { gl } = this, where = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, size, type, normalised, stride, offset);
  }

  release() {
    for (const buffer of [this.epochs, this.tint, this.look, this.index]) this.gl.deleteBuffer(buffer);
    this.gl.deleteVertexArray(this.vao);
  }
}

const LOOK_UNIT = 32; // looks[2 i + 1] is the point's size in 32nds of the common one

/** Positions as x, y, z, 0 a point, epoch after epoch: what a vertex fetch likes. */
function interleaved({ positions, axes, count, epochs }) {
  const out = new Int16Array(epochs.length * count * 4);
  for (let e = 0; e < epochs.length; e++) {
    for (let axis = 0; axis < axes; axis++) {
      const from = (e * axes + axis) * count, to = e * count * 4 + axis;
      for (let i = 0; i < count; i++) out[to + 4 * i] = positions[from + i];
    }
  }
  return out;
}

/** Diameter of a point in CSS pixels where depth and the person's wish add nothing. */
const pointSize = (count, zoom, side) => clamp(11 - 2.05 * Math.log10(count + 1), 2.6, 8) * zoom ** 0.4 * clamp(side / 420, 0.75, 1.4);

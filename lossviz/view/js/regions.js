// Whose place is whose under a panel's prototypes, painted beneath its points. `rulesAt` says what decides at a moment,
// `verdictAt` what it says of one place; the shader does the same for every pixel.

const REGION_SLACK = 1e-4; // of a product: curves are tables
const REGION_FILL = { light: { own: 0.3, margin: 0.15 }, dark: { own: 0.36, margin: 0.2 } };
const REGION_REACH = 60; // unit radii to each side that the plane is painted

const REGION_VERTEX = `
  in vec3 corner;
  uniform float reach;
  out vec3 at; out float towards;
  void main() {
    at = corner * reach;
    towards = (at * turn).z;
    float depth;
    gl_Position = place(at, depth);
  }`;

const REGION_FRAGMENT = `
  in vec3 at; in float towards;
  uniform highp sampler2D table; // rows: prototypes with their class, colours of these, the curve
  uniform int count, steps, far; // far: by distance
  uniform vec4 rim;              // 1 on the sphere, least depth seen of it, 1 in a disc, half a line's width in pixels
  uniform vec4 grey;             // of the margin
  uniform float fill;
  out vec4 pixel;
  float curveAt(float theta) {
    float x = theta / 3.14159265358979 * float(steps - 1);
    int i = clamp(int(x), 0, steps - 2);
    return mix(texelFetch(table, ivec2(i, 2), 0).r, texelFetch(table, ivec2(i + 1, 2), 0).r, x - float(i));
  }
  void main() {
    vec3 p = rim.x > 0.5 ? normalize(at) : at;
    float size = max(length(p), 1e-9), best = -3.0e38, second = -3.0e38, owner = -1.0;
    int winner = 0, rival = 0;
    for (int i = 0; i < count; i++) {
      vec4 w = texelFetch(table, ivec2(i, 0), 0);
      float score = far == 1 ? -length(p - w.xyz) : dot(p, w.xyz) / size;
      if (score > best) {
        if (w.w != owner) { second = best; rival = winner; }
        best = score; owner = w.w; winner = i;
      } else if (w.w != owner && score > second) { second = score; rival = i; }
    }
    vec4 mine = texelFetch(table, ivec2(winner, 0), 0), tint = texelFetch(table, ivec2(winner, 1), 0);
    vec3 other = texelFetch(table, ivec2(rival, 0), 0).xyz, u = p / size;
    float lead = best - second;
    vec3 rise = far == 1 ? normalize(p - other) - normalize(p - mine.xyz) : (mine.xyz - other) / size; // of the lead
    if (steps > 0) {
      float reach = length(mine.xyz);
      vec3 v = mine.xyz / max(reach, 1e-9), along = v - u * dot(u, v);
      float theta = 2.0 * atan(length(u - v), length(u + v)), h = 3.14159265358979 / float(steps - 1);
      lead = reach * curveAt(theta) - second + ${REGION_SLACK};
      float slope = (curveAt(min(theta + h, 3.1415926)) - curveAt(max(theta - h, 0.0))) / (2.0 * h);
      rise = (-reach * slope * along / max(length(along), 1e-6) - other) / size;
    }
    if (far == 0) rise -= u * dot(u, rise);
    float away = lead / max(length(vec2(dot(rise, dFdx(at)), dot(rise, dFdy(at)))), 1e-9); // pixels to the edge
    float sure = steps > 0 ? clamp(away + 0.5, 0.0, 1.0) : 1.0;
    float inside = rim.z > 0.5 ? clamp((1.0 - length(at)) / fwidth(length(at)) + 0.5, 0.0, 1.0) : 1.0;
    if (rim.x > 0.5) inside = clamp((towards - rim.y) / fwidth(towards), 0.0, 1.0);
    vec4 area = mix(grey, vec4(tint.rgb, fill * tint.a), sure);
    float line = (1.0 - smoothstep(rim.w - 0.5, rim.w + 0.5, abs(away))) * tint.a;
    area = mix(area, vec4(tint.rgb, 1.0), line);
    area.a *= inside;
    pixel = vec4(area.rgb * area.a, area.a);
  }`;

/** `{owners: [{at, label, reach}], far, curve}` of a panel at a moment; `curve` is null where there is no margin. */
function rulesAt(panel, moment) {
  const { prototypes, regions, axes } = panel;
  const owners = Array.from({ length: prototypes.count }, (_, i) => {
    const place = positionAt(prototypes, axes, i, moment), reach = Math.hypot(...place), label = prototypes.labels[i];
    return regions.by === "direction" ? { at: place.map((part) => part / Math.max(reach, 1e-9)), label, reach: 1 } : { at: place, label, reach };
  });
  return { owners, far: regions.by === "distance", curve: regions.curves ? curveOf(regions, moment) : null };
}

function curveOf({ curves, steps }, { a, b, f }) {
  if (curves.length === steps) return curves;
  return Float32Array.from({ length: steps }, (_, i) => mix(curves[a * steps + i], curves[b * steps + i], f));
}

/** `{label, sure, lead}` of a place: whose it is, whether for sure, and by how much of a product. */
function verdictAt({ owners, far, curve }, p) {
  const size = Math.max(Math.hypot(...p), 1e-9);
  let best = -Infinity, second = -Infinity, winner = null;
  for (const owner of owners) {
    const [x, y, z] = owner.at;
    const score = far ? -Math.hypot(p[0] - x, p[1] - y, p[2] - z) : (p[0] * x + p[1] * y + p[2] * z) / size;
    if (score > best) {
      if (owner.label !== winner?.label) second = best;
      [best, winner] = [score, owner];
    } else if (owner.label !== winner.label) second = Math.max(second, score);
  }
  if (!curve) return { label: winner.label, sure: true, lead: best - second };
  const [near, wide] = [-1, 1].map((sign) => Math.hypot(...p.map((part, i) => part / size + (sign * winner.at[i]) / Math.max(winner.reach, 1e-9))));
  const x = ((2 * Math.atan2(near, wide)) / Math.PI) * (curve.length - 1), i = Math.min(Math.floor(x), curve.length - 2);
  const lead = winner.reach * mix(curve[i], curve[i + 1], x - i) - second + REGION_SLACK;
  return { label: winner.label, sure: lead >= 0, lead };
}

/** Directions in space a quarter turn from `dir` and from one another. */
function acrossOf(dir) {
  const side = Math.abs(dir[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const u = cross(side, dir), long = Math.hypot(...u), unit = u.map((part) => part / long);
  return [unit, cross(dir, unit)];
}

/**
 * The edge of what is surely each prototype's, by directions: `[{label, at: [unit vectors]}]`, closed in space and the
 * two ends of an arc in the plane; none where it has nothing. Where an edge is met twice on the way out, the first counts.
 */
function outlinesAt(panel, moment, turns = 90) {
  const rules = rulesAt(panel, moment), found = [];
  if (rules.far) return found;
  for (const owner of rules.owners) {
    const dir = owner.at.map((part) => part / Math.max(owner.reach, 1e-9)), mine = (p) => { const { label, sure } = verdictAt(rules, p); return sure && label === owner.label; };
    if (owner.reach < 1e-9 || !mine(dir)) continue;
    const ways = panel.axes === 2 ? [[-dir[1], dir[0], 0], [dir[1], -dir[0], 0]] : waysRound(dir, turns);
    found.push({ label: owner.label, at: ways.map((way) => edgeAlong(dir, way, mine)) });
  }
  return found;
}

function waysRound(dir, turns) {
  const [u, v] = acrossOf(dir);
  return Array.from({ length: turns }, (_, i) => u.map((part, k) => part * Math.cos((i * TAU) / turns) + v[k] * Math.sin((i * TAU) / turns)));
}

function edgeAlong(dir, way, mine) {
  const to = (angle) => dir.map((part, i) => part * Math.cos(angle) + way[i] * Math.sin(angle)), far = Math.PI / 96;
  let low = 0;
  while (low < Math.PI && mine(to(low + far))) low += far;
  if (low >= Math.PI) return to(Math.PI);
  let high = low + far;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (mine(to(middle))) low = middle;
    else high = middle;
  }
  return to(low);
}

class RegionPainter {
  constructor(gl) {
    this.gl = gl;
    this.shader = compile(gl, REGION_VERTEX, REGION_FRAGMENT);
    this.plane = this.mesh([-1, -1, 0, 1, -1, 0, -1, 1, 0, -1, 1, 0, 1, -1, 0, 1, 1, 0]);
    const ball = ballMesh(64, 128);
    this.ball = this.mesh(ball.filter((_, i) => i % 6 < 3));
    this.table = gl.createTexture();
  }

  mesh(numbers) {
    const { gl } = this, corners = gl.createBuffer(), vao = gl.createVertexArray(), where = gl.getAttribLocation(this.shader.program, "corner");
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(numbers), gl.STATIC_DRAW);
    gl.bindVertexArray(vao);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, 3, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
    return { corners, vao, count: numbers.length / 3 };
  }

  /** `colours` are [r, g, b, strength] in 0..1, one a prototype. */
  draw(panel, moment, colours, view, ratio, { theme }) {
    const { gl, shader } = this, { at } = shader, rules = rulesAt(panel, moment), solid = panel.axes === 3, steps = rules.curve?.length ?? 0;
    const fill = REGION_FILL[theme.name];
    this.load(rules, colours, Math.max(steps, rules.owners.length));
    usePanel(gl, shader, view, ratio);
    gl.uniform1i(at.table, 0);
    gl.uniform1i(at.count, rules.owners.length);
    gl.uniform1i(at.steps, steps);
    gl.uniform1i(at.far, rules.far ? 1 : 0);
    gl.uniform1f(at.reach, solid ? 1 : REGION_REACH);
    gl.uniform4f(at.rim, solid ? 1 : 0, view.k, !solid && panel.sphere ? 1 : 0, 0.7 * ratio);
    gl.uniform4f(at.grey, ...(panel.lit ? theme.accent : theme.ink).map((part) => part / 255), panel.lit ? 2.4 * fill.margin : fill.margin);
    gl.uniform1f(at.fill, fill.own);
    const mesh = solid ? this.ball : this.plane;
    gl.bindVertexArray(mesh.vao);
    gl.drawArrays(gl.TRIANGLES, 0, mesh.count);
    gl.bindVertexArray(null);
  }

  load({ owners, curve }, colours, width) {
    const { gl } = this, numbers = new Float32Array(3 * width * 4);
    owners.forEach(({ at, label }, i) => {
      numbers.set([...at, label], 4 * i);
      numbers.set(colours[i], 4 * (width + i));
    });
    curve?.forEach((value, i) => { numbers[4 * (2 * width + i)] = value; });
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, 3, 0, gl.RGBA, gl.FLOAT, numbers);
    for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) gl.texParameteri(gl.TEXTURE_2D, name, value);
  }

  release() {
    for (const { corners, vao } of [this.plane, this.ball]) {
      this.gl.deleteBuffer(corners);
      this.gl.deleteVertexArray(vao);
    }
    this.gl.deleteTexture(this.table);
    this.gl.deleteProgram(this.shader.program);
  }
}

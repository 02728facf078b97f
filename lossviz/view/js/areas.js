// Places within a radius of a centre: what a threshold accepts, and the halos of guests. For every pixel the shader finds
// the very place that is seen there and asks how far it is from the centre, so edges are exact at any zoom. On a surface
// a place within several areas is filled by the nearest centre alone, whose class it is taken for.

const BALL_FORM = 0, CAP_FORM = 1, PIE_FORM = 2, SECTOR_FORM = 3; // disc or ball; on the sphere; of the unit disc; of the plane
const AREA_LOOK = { light: { fill: 0.2, line: 0.95 }, dark: { fill: 0.26, line: 0.95 } };
const SHARED_LINE = 0.18, BEHIND = 0.3; // strength of edges among others' places, and of all on the far side of a sphere
const MOST_RIVALS = 256; // among more centres nobody asks which is the nearest
const CLEAR_BALL = 0.4; // of a disc's fill: in space one looks through several
const OTHER_EPOCH = { fill: 0, line: 0.4 };
const AREA_WIDTH = 1.8; // CSS pixels of an edge

const AREA_VERTEX = `
  in vec2 corner; in vec4 bounds, area, tint; in vec2 look;
  out vec2 at; flat out vec4 what, colour; flat out vec2 strength;
  void main() {
    at = mix(bounds.xy, bounds.zw, corner);
    gl_Position = vec4(at * frame.xy + frame.zw, 0.0, 1.0);
    what = area; colour = tint; strength = look;
  }`;

const AREA_FRAGMENT = `
  in vec2 at; flat in vec4 what, colour; flat in vec2 strength;  // at: on the screen, in unit radii at the depth of 0
  uniform vec2 lens;
  uniform float stroke;  // half a line's width in pixels
  uniform highp sampler2D rivals;
  uniform int many;
  out vec4 pixel;
  const float PI = 3.14159265358979;
  float between(vec3 u, vec3 v) { return 2.0 * atan(length(u - v), length(u + v)); }
  float pixelsIn(float lead) { return lead / max(length(vec2(dFdx(lead), dFdy(lead))), 1e-9); }
  float nearer(vec3 p, bool turned) {  // by how much the centre is nearer than any other
    float lead = 3.0e38, mine = turned ? dot(p, what.xyz) : -distance(p, what.xyz);
    for (int i = 0; i < many; i++) {
      vec3 other = texelFetch(rivals, ivec2(i, 0), 0).xyz;
      if (other != what.xyz) lead = min(lead, mine - (turned ? dot(p, other) : -distance(p, other)));
    }
    return lead;
  }
  vec4 drawn(float away, float own, float share) {
    float line = strength.y * mix(${SHARED_LINE}, 1.0, own) * (1.0 - smoothstep(stroke - 0.5, stroke + 0.5, abs(away)));
    float alpha = share * max(line, own * strength.x * clamp(away + 0.5, 0.0, 1.0));
    return vec4(colour.rgb * alpha, alpha);
  }
  void main() {
    int form = int(colour.a + 0.5);
    vec3 from = vec3(at, 0.0), way = vec3(-lens.x * at, 1.0);  // the line of sight: from + z * way
    float square = dot(way, way);
    vec3 apart = from - what.xyz;
    float front = what.w - length(apart - way * (dot(apart, way) / square)), back = -1.0, seen = 1.0;  // of a ball
    vec3 here = from, there = from;
    if (form == ${CAP_FORM}) {
      float half_ = dot(from, way), room = half_ * half_ - square * (dot(from, from) - 1.0), reach = sqrt(max(room, 0.0));
      here = normalize(from + way * ((reach - half_) / square));
      there = normalize(from - way * ((reach + half_) / square));
      front = what.w - between(here, what.xyz);
      back = what.w - between(there, what.xyz);
      seen = room;
    } else if (form > ${CAP_FORM}) {
      float size = length(at), open = (what.w - between(vec3(at / max(size, 1e-9), 0.0), what.xyz)) * size;
      front = what.w >= PI ? 1.0 : open;
      if (form == ${PIE_FORM}) front = min(front, 1.0 - size);
    }
    vec2 own = vec2(pixelsIn(nearer(here, form > 0)), pixelsIn(nearer(there, form > 0))), away = vec2(pixelsIn(front), pixelsIn(back));
    own = clamp(own + 0.5, 0.0, 1.0);
    float rim = clamp(pixelsIn(seen) + 0.5, 0.0, 1.0);
    pixel = drawn(away.x, own.x, 1.0);
    if (form == ${CAP_FORM}) pixel = (pixel + drawn(away.y, own.y, ${BEHIND}) * (1.0 - pixel.a)) * rim;
  }`;

/** What is accepted in a panel, for drawing: `[{form, at, radius, rgb, look, label}]` in unit radii or radians. */
function areasAt(view, panel, moment) {
  const told = view.areas.find((each) => each.panel === panel.key);
  if (!told) return [];
  const size = Math.max(0, view.radii[panel.key] ?? told.radius), plain = areasHold(told, panel, moment) ? AREA_LOOK[view.theme.name] : OTHER_EPOCH;
  const form = !told.degrees ? BALL_FORM : panel.axes === 3 ? CAP_FORM : panel.sphere ? PIE_FORM : SECTOR_FORM;
  const look = form === BALL_FORM && panel.axes === 3 ? { ...plain, fill: CLEAR_BALL * plain.fill } : plain;
  const radius = told.degrees ? Math.min((size * Math.PI) / 180, Math.PI) : size / panel.radius;
  const areas = told.centres.map((centre, i) => {
    const place = [...centre, 0].slice(0, 3), label = told.labels[i];
    return { form, at: told.degrees ? unit(place) : place.map((part) => part / panel.radius), radius, rgb: view.quietClass() ? view.nothing : view.colourOfClass(label), look, label };
  });
  return areas.filter(({ label }) => !view.state.hidden.has(label));
}

/** What the title says where areas belong to another epoch than the one shown. */
function areasNote(view, panel, moment) {
  const told = view.state.areas ? view.areas.find((each) => each.panel === panel.key) : null;
  return told && !areasHold(told, panel, moment) ? ` · areas of epoch ${told.epoch}` : "";
}

/** Whether areas belong to the moment shown; at others their classes are elsewhere. */
const areasHold = ({ epoch }, panel, { a, b }) => epoch === null || (panel.epochs[a] === epoch && panel.epochs[b] === epoch);

/** The rectangle that an area takes on the screen, [left, bottom, right, top] in unit radii at the depth of 0; null behind the eye. */
function boundsOf({ form, at, radius }, view) {
  const { box, half, cx, cy, k } = view, edge = 3 / half;
  const whole = [(box.x - cx) / half, (cy - box.y - box.height) / half, (box.x + box.width - cx) / half, (cy - box.y) / half];
  if (form === SECTOR_FORM) return whole;
  if (form === PIE_FORM) return [-1 - edge, -1 - edge, 1 + edge, 1 + edge];
  const wide = radius > Math.PI / 2, cap = form === CAP_FORM; // a cap lies in a ball about the middle of its rim
  const [x, y, z] = turned(cap ? at.map((part) => (wide ? 0 : part * Math.cos(radius))) : at, view), r = cap ? (wide ? 1 : Math.sin(radius)) : radius;
  const near = 1 - k * (z + r), far = 1 - k * (z - r);
  if (near < 0.02) return null;
  const reach = (value) => [Math.min((value - r) / near, (value - r) / far) - edge, Math.max((value + r) / near, (value + r) / far) + edge];
  const [[left, right], [bottom, top]] = [reach(x), reach(y)];
  return [left, bottom, right, top];
}

/** A place as the camera has turned it. */
function turned([x, y, z], { turn: m }) {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

class AreaPainter {
  constructor(gl) {
    this.gl = gl;
    this.shader = compile(gl, AREA_VERTEX, AREA_FRAGMENT);
    this.table = gl.createTexture();
    this.quads = new Quads(gl, this.shader.program, [0, 0, 1, 0, 0, 1, 1, 1], [["bounds", 4], ["area", 4], ["tint", 4], ["look", 2]]);
  }

  /** `surface`: the areas lie on one, and a place belongs to the nearest centre alone. */
  draw(areas, view, ratio, surface) {
    if (!areas.length) return;
    const { gl, shader } = this, numbers = [], rivals = surface && areas.length <= MOST_RIVALS ? areas : [];
    for (const area of areas) {
      const { form, at, radius, rgb, look } = area, bounds = boundsOf(area, view);
      if (bounds) numbers.push(...bounds, ...turned(at, view), radius, ...rgb.map((part) => part / 255), form, look.fill, look.line);
    }
    usePanel(gl, shader, view, ratio);
    gl.uniform1f(shader.at.stroke, (AREA_WIDTH / 2) * ratio);
    gl.uniform1i(shader.at.rivals, 0);
    gl.uniform1i(shader.at.many, rivals.length);
    this.load(rivals.flatMap(({ at }) => [...turned(at, view), 0]));
    this.quads.draw(numbers);
  }

  load(numbers) {
    const { gl } = this, data = new Float32Array(numbers.length ? numbers : 4);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.table);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, data.length / 4, 1, 0, gl.RGBA, gl.FLOAT, data);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  }

  release() {
    this.gl.deleteTexture(this.table);
    this.quads.release();
  }
}

/** Points along an area's edge, in order: closed on the sphere and about a disc, through the origin for a sector. */
function edgeOf({ form, at, radius }, turns = 120) {
  if (form === BALL_FORM) return Array.from({ length: turns + 1 }, (_, i) => [at[0] + radius * Math.cos((i * TAU) / turns), at[1] + radius * Math.sin((i * TAU) / turns), at[2]]);
  if (form === CAP_FORM) return [...waysRound(at, turns), waysRound(at, 1)[0]].map((way) => at.map((part, i) => part * Math.cos(radius) + way[i] * Math.sin(radius)));
  const middle = Math.atan2(at[1], at[0]), far = form === PIE_FORM ? 1 : REGION_REACH;
  const arc = Array.from({ length: turns + 1 }, (_, i) => { const angle = middle + radius * ((2 * i) / turns - 1); return [far * Math.cos(angle), far * Math.sin(angle), 0]; });
  return [[0, 0, 0], ...arc, [0, 0, 0]];
}

/** Areas as SVG: on the sphere the part of the edge that faces the viewer; a ball by its outline. */
function areaShapes(view, { panel, moment, view: lens }) {
  return areasAt(view, panel, moment).filter((area) => boundsOf(area, lens)).map((area) => {
    const mark = `stroke-width="${AREA_WIDTH}" data-area="${area.label}"`;
    if (area.form === BALL_FORM) return ballShape(area, lens, mark);
    return `<path d="${facingPath(edgeOf(area), panel, lens)}" fill="none" stroke="${cssRgb(area.rgb, area.look.line)}" ${mark}/>`;
  });
}

/** A ball's outline, which a lens sees as an ellipse that points at the middle. */
function ballShape({ at, radius, rgb, look }, lens, mark) {
  const [x, y, z] = turned(at, lens), { k, half, cx, cy } = lens, aside = Math.hypot(x, y), w = 1 - k * z, room = w * w - (k * radius) ** 2;
  const middle = (half * w) / room, across = (half * radius) / Math.sqrt(room);
  const along = (half * radius * Math.sqrt(room + (k * aside) ** 2)) / room;
  const [ex, ey, rx, ry, turn] = [cx + middle * x, cy - middle * y, along, across, (Math.atan2(-y, x) * 180) / Math.PI].map(svgNumber);
  const paint = `fill="${cssRgb(rgb, look.fill)}" stroke="${cssRgb(rgb, look.line)}"`;
  return `<ellipse cx="${ex}" cy="${ey}" rx="${rx}" ry="${ry}" transform="rotate(${turn} ${ex} ${ey})" ${paint} ${mark}/>`;
}

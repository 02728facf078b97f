// Lines of any width, smooth and dashed if wanted: every segment is a thin rectangle on the screen.

const LINE_VERTEX = `
  in vec2 corner; in vec3 start; in vec3 end; in vec4 tint; in vec3 style;  // style: width px, dash px, fade behind
  uniform float ratio;
  uniform vec3 ink;
  out vec4 colour; out vec2 along; out float across; flat out vec2 shape;
  void main() {
    float d0, d1;
    vec4 p0 = place(start, d0), p1 = place(end, d1);
    vec2 s0 = p0.xy / p0.w * 0.5 * pixels, s1 = p1.xy / p1.w * 0.5 * pixels;
    float span = length(s1 - s0);
    vec2 dir = span > 0.0 ? (s1 - s0) / span : vec2(1.0, 0.0);
    float reach = 0.5 * style.x * ratio + 1.0;
    vec4 p = corner.x > 0.5 ? p1 : p0;
    vec2 shift = vec2(-dir.y, dir.x) * corner.y * reach;
    gl_Position = p + vec4(shift / (0.5 * pixels) * p.w, 0.0, 0.0);
    float depth = corner.x > 0.5 ? d1 : d0;
    float front = mix(1.0, mix(style.z, 1.0, smoothstep(-0.25, 0.25, depth)), step(0.0001, 1.0 - style.z));
    colour = vec4(tint.r < 0.0 ? ink : tint.rgb, tint.a * front);
    along = vec2(corner.x * span, 1.0) * p.w;
    across = corner.y * reach;
    shape = vec2(0.5 * style.x * ratio, style.y * ratio);
  }`;

const LINE_FRAGMENT = `
  in vec4 colour; in vec2 along; in float across; flat in vec2 shape;
  out vec4 pixel;
  void main() {
    float alpha = colour.a * clamp(shape.x + 0.5 - abs(across), 0.0, 1.0);
    if (shape.y > 0.0 && fract(along.x / along.y / (2.0 * shape.y)) > 0.5) discard;
    pixel = vec4(colour.rgb * alpha, alpha);
  }`;


/** A list of segments. A colour of `null` is the theme's ink, whatever it is when drawn. */
class Segments {
  constructor() {
    this.numbers = [];
  }

  add(start, end, rgb, { alpha = 1, width = 1, dash = 0, behind = 1 } = {}) {
    const colour = rgb ? rgb.map((part) => part / 255) : [-1, -1, -1];
    this.numbers.push(...start, ...end, ...colour, alpha, width, dash, behind);
  }

  /** A closed curve through `point(0..1)`. */
  loop(point, count, rgb, style) {
    for (let i = 0; i < count; i++) this.add(point(i / count), point((i + 1) / count), rgb, style);
  }
}

class Lines {
  constructor(gl) {
    this.gl = gl;
    this.shader = compile(gl, LINE_VERTEX, LINE_FRAGMENT);
    this.quads = new Quads(gl, this.shader.program, [0, -1, 1, -1, 0, 1, 1, 1], [["start", 3], ["end", 3], ["tint", 4], ["style", 3]]);
  }

  draw(segments, view, ratio, theme) {
    if (!segments.numbers.length) return;
    const { gl, shader } = this;
    usePanel(gl, shader, view, ratio);
    gl.uniform1f(shader.at.ratio, ratio);
    gl.uniform3fv(shader.at.ink, theme.ink.map((part) => part / 255));
    this.quads.draw(segments.numbers);
  }

  release() {
    this.quads.release();
  }
}

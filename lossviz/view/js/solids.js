// What has a surface: the faint unit sphere, and the cones at the tips of arrows.

const SOLID_VERTEX = `
  in vec3 corner; in vec3 normal; in vec3 tip; in vec3 dir; in vec2 girth; in vec4 tint;
  out vec4 colour; out vec3 facing;
  void main() {
    vec3 side = abs(dir.z) < 0.9 ? vec3(0.0, 0.0, 1.0) : vec3(1.0, 0.0, 0.0);
    vec3 u = normalize(cross(side, dir)), v = cross(dir, u);
    float depth;
    gl_Position = place(tip + girth.x * (u * corner.x + v * corner.y) + girth.y * dir * corner.z, depth);
    facing = (u * normal.x + v * normal.y + dir * normal.z) * turn;
    colour = tint;
  }`;

const SOLID_FRAGMENT = `
  in vec4 colour; in vec3 facing;
  uniform vec3 shine;   // how much light shapes it, fill of a see-through ball, its rim
  out vec4 pixel;
  void main() {
    vec3 n = normalize(facing);
    float light = mix(1.0, 0.62 + 0.38 * max(0.0, dot(n, normalize(vec3(-0.4, 0.6, 0.7)))), shine.x);
    float rim = pow(1.0 - abs(n.z), 3.0);
    float alpha = colour.a * (shine.y + shine.z * rim);
    pixel = vec4(colour.rgb * light * alpha, alpha);
  }`;

const SOLID_FLOATS = 12; // tip, dir, radius and length, tint

/** A cone from z = -1 (radius 1) to its tip at the origin: [position, normal] a corner. */
function coneMesh(sides) {
  const out = [];
  for (let i = 0; i < sides; i++) {
    const [a, b] = [i, i + 1].map((k) => [Math.cos((2 * Math.PI * k) / sides), Math.sin((2 * Math.PI * k) / sides)]);
    out.push(0, 0, 0, a[0], a[1], 0.4, a[0], a[1], -1, a[0], a[1], 0.4, b[0], b[1], -1, b[0], b[1], 0.4);
    out.push(0, 0, -1, 0, 0, -1, b[0], b[1], -1, 0, 0, -1, a[0], a[1], -1, 0, 0, -1);
  }
  return out;
}

function ballMesh(rings, sides) {
  const out = [];
  const at = (i, j) => {
    const polar = (Math.PI * i) / rings, around = (2 * Math.PI * j) / sides;
    return [Math.sin(polar) * Math.cos(around), Math.sin(polar) * Math.sin(around), Math.cos(polar)];
  };
  for (let i = 0; i < rings; i++) {
    for (let j = 0; j < sides; j++) {
      const [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      for (const p of [a, b, c, a, c, d]) out.push(...p, ...p);
    }
  }
  return out;
}

class Solids {
  constructor(gl) {
    this.gl = gl;
    this.shader = compile(gl, SOLID_VERTEX, SOLID_FRAGMENT);
    this.stream = new Stream(gl, SOLID_FLOATS);
    this.cone = this.mesh(coneMesh(20));
    this.ball = this.mesh(ballMesh(32, 64));
  }

  mesh(numbers) {
    const { gl } = this, corners = gl.createBuffer(), vao = gl.createVertexArray();
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(numbers), gl.STATIC_DRAW);
    gl.bindVertexArray(vao);
    const parts = [["corner", 3, corners, 24, 0, 0], ["normal", 3, corners, 24, 12, 0]];
    const own = this.stream.buffer, stride = SOLID_FLOATS * 4;
    parts.push(["tip", 3, own, stride, 0, 1], ["dir", 3, own, stride, 12, 1], ["girth", 2, own, stride, 24, 1], ["tint", 4, own, stride, 32, 1]);
    for (const [name, size, buffer, step, offset, divisor] of parts) {
      const where = gl.getAttribLocation(this.shader.program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(where);
      gl.vertexAttribPointer(where, size, gl.FLOAT, false, step, offset);
      gl.vertexAttribDivisor(where, divisor);
    }
    gl.bindVertexArray(null);
    return { corners, vao, count: numbers.length / 6 };
  }

  /** `instances` hold tip, direction (unit), radius, length and colour 0..1 each; `shine` as in the shader. */
  draw(mesh, instances, view, ratio, shine) {
    if (!instances.length) return;
    const { gl, shader } = this;
    usePanel(gl, shader, view, ratio);
    gl.uniform3fv(shader.at.shine, shine);
    const count = this.stream.fill(instances);
    gl.bindVertexArray(mesh.vao);
    gl.drawArraysInstanced(gl.TRIANGLES, 0, mesh.count, count);
    gl.bindVertexArray(null);
  }

  release() {
    for (const mesh of [this.cone, this.ball]) {
      this.gl.deleteBuffer(mesh.corners);
      this.gl.deleteVertexArray(mesh.vao);
    }
    this.gl.deleteBuffer(this.stream.buffer);
    this.gl.deleteProgram(this.shader.program);
  }
}

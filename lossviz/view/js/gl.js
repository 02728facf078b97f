// The least that WebGL2 needs: programs by source, buffers that grow, and the projection in GLSL.

/** Shared by every vertex shader: unit radii to the clip space of one panel, `depth` towards the viewer in -1..1. */
const PROJECT = `#version 300 es
  precision highp float;
  uniform mat3 turn;      // rows of the rotation
  uniform vec4 frame;     // half sizes in clip units, then the shift
  uniform vec2 lens;      // k of the perspective, largest depth
  uniform vec2 pixels;    // size of the panel, device pixels
  vec4 place(vec3 p, out float depth) {
    vec3 q = p * turn;
    float w = 1.0 - lens.x * q.z;
    depth = clamp(q.z, -1.0, 1.0);
    return vec4(q.xy * frame.xy + frame.zw * w, lens.x * lens.y - q.z / lens.y, w);
  }`;

function compile(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, PROJECT + vertex], [gl.FRAGMENT_SHADER, `#version 300 es\nprecision highp float;${fragment}`]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // kept alive by the program, freed with it
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`lossviz: a shader does not compile: ${gl.getProgramInfoLog(program)} ${logs.join(" ")}`);
  }
  const at = {}, uniforms = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) ?? 0;
  for (let i = 0; i < uniforms; i++) {
    const { name } = gl.getActiveUniform(program, i);
    at[name] = gl.getUniformLocation(program, name);
  }
  return { program, at };
}

/** Sets the uniforms of PROJECT from a projection (camera.js). */
function usePanel(gl, { program, at }, view, ratio) {
  const { box } = view;
  gl.useProgram(program);
  gl.uniformMatrix3fv(at.turn, false, view.turn);
  const shiftX = (2 * (view.cx - box.x)) / box.width - 1, shiftY = 1 - (2 * (view.cy - box.y)) / box.height;
  gl.uniform4f(at.frame, (2 * view.half) / box.width, (2 * view.half) / box.height, shiftX, shiftY);
  gl.uniform2f(at.lens, view.k, view.reach);
  if (at.pixels) gl.uniform2f(at.pixels, box.width * ratio, box.height * ratio);
}

/** A buffer of numbers that change from frame to frame. */
class Stream {
  constructor(gl, floats) {
    this.gl = gl;
    this.floats = floats; // per instance
    this.buffer = gl.createBuffer();
    this.capacity = 0;
  }

  fill(numbers) {
    const { gl } = this, data = new Float32Array(numbers);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (data.length > this.capacity) {
      this.capacity = data.length * 2;
      gl.bufferData(gl.ARRAY_BUFFER, this.capacity * 4, gl.DYNAMIC_DRAW);
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, data);
    return data.length / this.floats;
  }
}

/** One quad, of these four `corners`, drawn for every instance; `parts` are `[name, size]` of what each one streams in. */
class Quads {
  constructor(gl, program, corners, parts) {
    this.gl = gl;
    this.program = program;
    this.corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STATIC_DRAW);
    const floats = parts.reduce((sum, [, size]) => sum + size, 0);
    this.stream = new Stream(gl, floats);
    this.vao = gl.createVertexArray();
    gl.bindVertexArray(this.vao);
    this.bind("corner", this.corners, 2, 8, 0, 0);
    let offset = 0;
    for (const [name, size] of parts) {
      this.bind(name, this.stream.buffer, size, floats * 4, offset, 1);
      offset += size * 4;
    }
    gl.bindVertexArray(null);
  }

  bind(name, buffer, size, stride, offset, divisor) {
    const { gl } = this, where = gl.getAttribLocation(this.program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, size, gl.FLOAT, false, stride, offset);
    gl.vertexAttribDivisor(where, divisor);
  }

  draw(numbers) {
    const { gl } = this, count = this.stream.fill(numbers);
    gl.bindVertexArray(this.vao);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, count);
    gl.bindVertexArray(null);
  }

  release() {
    this.gl.deleteBuffer(this.corners);
    this.gl.deleteBuffer(this.stream.buffer);
    this.gl.deleteVertexArray(this.vao);
    this.gl.deleteProgram(this.program);
  }
}

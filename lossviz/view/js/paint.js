// The GL side of the view: one context, a viewport a panel, everything drawn back to front.

class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = [];
    this.gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true, powerPreference: "high-performance" });
    if (this.gl) this.build();
  }

  /** Everything that a lost context takes with it. */
  build() {
    const { gl } = this;
    this.pointShader = compile(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.lines = new Lines(gl);
    this.solids = new Solids(gl);
    this.regions = new RegionPainter(gl);
    this.areas = new AreaPainter(gl);
    this.points = [];
  }

  setModel(model) {
    for (const points of this.points) points.release();
    this.points = model.panels.map((panel) => new Points(this.gl, panel));
  }

  /** Draws panels {view, moment, furniture, points} of a picture `height` CSS pixels high. */
  draw(panels, height, ratio, look) {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const panel of panels) {
      const { box } = panel.view;
      const area = [box.x, height - box.y - box.height, box.width, box.height].map((part) => Math.round(part * ratio));
      gl.viewport(...area);
      gl.scissor(...area);
      this.drawPanel(panel, ratio, look);
    }
  }

  drawPanel({ view, moment, furniture, points, size }, ratio, look) {
    const { gl } = this;
    gl.disable(gl.DEPTH_TEST);
    if (furniture.ball.length) {
      gl.enable(gl.CULL_FACE);
      this.solids.draw(this.solids.ball, furniture.ball, view, ratio, [0, 0.045, 0.2]);
      gl.disable(gl.CULL_FACE);
    }
    if (furniture.regions) this.regions.draw(points.panel, moment, furniture.regions, view, ratio, look);
    this.areas.draw(furniture.areas, view, ratio, points.panel.axes === 2 || furniture.areas[0]?.form === CAP_FORM);
    this.lines.draw(furniture.scene, view, ratio, look.theme);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.depthMask(true);
    this.lines.draw(furniture.shafts, view, ratio, look.theme);
    this.solids.draw(this.solids.cone, furniture.heads, view, ratio, [points.panel.axes === 3 ? 1 : 0, 1, 0]);
    gl.depthMask(false);
    usePanel(gl, this.pointShader, view, ratio);
    points.sort(view, moment);
    points.draw(this.pointShader, moment, { ...look, size: size * ratio });
    this.lines.draw(furniture.threads, view, ratio, look.theme);
    gl.depthMask(true);
    gl.disable(gl.DEPTH_TEST);
    this.areas.draw(furniture.halos, view, ratio, false); // over the points, among which they would be lost
  }

  release() {
    for (const points of this.points) points.release();
    this.points = [];
    this.lines.release();
    this.solids.release();
    this.regions.release();
    this.areas.release();
    this.gl.deleteProgram(this.pointShader.program);
  }
}

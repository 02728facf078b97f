"""What a frame costs: this project's renderer against Plotly's scatter3d, same points, same browser, one run.

``python benchmarks/view.py`` prints milliseconds of main-thread time for a frame between two epochs and the ratio.
Absolute numbers depend on the machine; only the ratio is worth quoting.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import plotly.io

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import Page, sync_playwright

from lossviz.view.payload import pack
from lossviz.view.sources import HERE, script, style
from tests.browser import FLAGS, find_browser
from tests.view.synthetic import panel

FRAMES = 12
OURS = """async frames => {
  const view = document.querySelector(".lv-root").view, pixel = new Uint8Array(4), gl = view.painter.gl;
  let spent = 0;
  for (let i = 0; i <= frames; i++) {
    const start = performance.now();
    view.t = (i / frames) * 3;
    view.paint();
    if (i) spent += performance.now() - start;
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    await new Promise(requestAnimationFrame);
  }
  return spent / frames;
}"""
PLOTLY = """async ([frames, epochs]) => {
  const plot = document.querySelector(".js-plotly-plot");
  let spent = 0;
  for (let i = 0; i <= frames; i++) {
    const at = epochs[i % epochs.length], start = performance.now();
    await Plotly.restyle(plot, { x: [at[0]], y: [at[1]], z: [at[2]] }, [0]);
    if (i) spent += performance.now() - start;
    await new Promise(requestAnimationFrame);
  }
  return spent / frames;
}"""


def ours(page: Page, points: int) -> float:
    """Milliseconds of main-thread time a frame."""
    raw = list(pack((panel(points=points, epochs=4),), "bench", 500))
    page.set_content('<div id="host" style="width:700px"><div class="lv-root"></div></div>')
    mount = f"""const url = URL.createObjectURL(new Blob([source], {{ type: "text/javascript" }}));
      const {{ default: mount }} = await import(url);
      const data = new Uint8Array({json.dumps(raw)}), parentElement = document.querySelector("#host");
      mount({{ parentElement, data, setStateValue() {{}} }});"""
    page.evaluate(f"async source => {{ {mount} }}", script())
    page.add_style_tag(content=style(HERE / "view.css"))
    page.wait_for_function("document.querySelector('.lv-root').lossviz.inspect().panels.length")
    return float(page.evaluate(OURS, FRAMES))


def plotlys(page: Page, points: int, folder: Path) -> float:
    """Milliseconds a frame of ``Plotly.restyle`` on one scatter3d."""
    one = panel(points=points, epochs=4)
    first = np.swapaxes(one.positions, 1, 2)
    figure = go.Figure(go.Scatter3d(x=first[0, 0], y=first[0, 1], z=first[0, 2], mode="markers", marker={"size": 3}))
    figure.update_layout(width=700, height=500)
    file = folder / f"{points}.html"
    plotly.io.write_html(figure, file, include_plotlyjs=True)
    page.goto(file.as_uri())
    page.wait_for_function("!!document.querySelector('.js-plotly-plot')?._fullLayout?.scene?._scene?.glplot")
    return float(page.evaluate(PLOTLY, [FRAMES, first.tolist()]))


def main() -> None:
    """Measure and print."""
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        for points in (2_000, 10_000):
            page = browser.new_page(viewport={"width": 800, "height": 600})
            mine, theirs = ours(page, points), plotlys(page, points, Path(folder))
            print(f"{points:6} points: view {mine:6.2f} ms, Plotly {theirs:7.2f} ms, ratio {theirs / mine:5.1f}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

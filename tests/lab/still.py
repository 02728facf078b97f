"""A section of the lab in a bare page, without Streamlit: what its JavaScript draws, computes and does with a mouse."""

import json
from pathlib import Path

from lossviz.ui.lab import mount
from lossviz.view.sources import style

STYLE = "body { margin: 16px; --st-text-color: #1c2330; --st-background-color: #ffffff; }"
DARK = "body { margin: 16px; background: #12161f; --st-text-color: #e8ecf3; --st-background-color: #12161f; }"


class Still:
    """A section on ``page``; ``said`` is what it would hand to Python."""

    def __init__(self, page, folder: Path, scripts, data, dark=False):
        """``scripts`` are the section's files; or the whole of another component on the lab's base, as one text."""
        css = style(mount.HERE / "lab.css")
        whole = scripts if isinstance(scripts, str) else mount.script(*scripts)
        module = whole.replace("export default function", "function entry")
        start = (
            "globalThis.said = {};"
            "globalThis.entryOf = entry;"
            "const hear = (key, value) => { said[key] = value; };"
            "globalThis.give = (data) => entry({ parentElement: document.body, data, setStateValue: hear });"
            f"give({json.dumps({**data, 'command': None})});"
        )
        file = folder / "section.html"
        file.write_text(
            f"<!doctype html><meta charset=utf-8><style>{DARK if dark else STYLE}{css}</style>"
            f'<div class="lab-root"></div><script type=module>{module}\n{start}</script>'
        )
        self.page = page
        page.goto(file.as_uri())
        page.wait_for_function("document.querySelector('.lab-root').lossviz?.inspect().frames > 0")
        self.root = page.locator(".lab-root")

    def look(self):
        """The state once the frame that draws it is over."""
        self.drawn()
        return self.root.evaluate("root => root.lossviz.inspect()")

    def drawn(self):
        """Waits until what was done so far is drawn: a drawing asked for before now is made in the first frame."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def until(self, condition):
        """Waits until the JavaScript ``condition`` on ``s``, the state of the section, is true; then the state."""
        self.page.wait_for_function(
            f"(() => {{ const s = document.querySelector('.lab-root').lossviz.inspect(); return {condition}; }})()"
        )
        return self.look()

    def heard(self, condition="true"):
        """Waits until Python was told ``heard`` with the JavaScript ``condition`` on it and on ``s``; then what.

        On its way to somewhere a hand may make the section tell what is not the last.
        """
        self.page.wait_for_function(
            "(() => { const { heard } = said, s = document.querySelector('.lab-root').lossviz.inspect();"
            f" return heard && {condition}; }})()"
        )
        return self.page.evaluate("said.heard")

    def call(self, name, *rest):
        return self.root.evaluate("(root, [name, rest]) => root.lossviz.call(name, ...rest)", [name, list(rest)])

    def handle(self, figure, name):
        return self.page.locator(f"[data-figure={figure}] [data-handle={name}]")

    def middle(self, figure, name):
        box = self.handle(figure, name).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, figure, name, dx, dy):
        """Drags a handle by so many pixels."""
        self.take(figure, name, dx, dy)
        self.page.mouse.up()
        return self.look()

    def take(self, figure, name, dx, dy):
        """Drags a handle by so many pixels, and does not let it go."""
        self.drawn()
        x, y = self.middle(figure, name)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=8)
        return self.look()

    def hold(self, state, *places):
        """Drags the slider of ``state`` to parts of its length, and does not let it go."""
        self.drawn()
        slider = self.page.locator(f"input[type=range][data-state='{state}']")
        box = slider.bounding_box()
        inside = box["width"] - 16  # the thumb's middle goes no further
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        for part in places:
            self.page.mouse.move(box["x"] + 8 + part * inside, box["y"] + box["height"] / 2, steps=6)
        return self.look()

    def nudge(self, state):
        """Moves the slider of ``state`` by one key, to where there is room; then its value, another than before."""
        before = json.dumps(self.look()["state"][state])
        slider = self.page.locator(f"input[type=range][data-state='{state}']")
        slider.press("ArrowLeft" if slider.evaluate("range => range.value === range.max") else "ArrowRight")
        return self.until(f"s.state['{state}'] !== {before}")["state"][state]

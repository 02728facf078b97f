"""A server with the harness page, and words for what tests do with the view on it."""

import json
import re
import time
from pathlib import Path

import pytest

from tests.browser import serve

HARNESS = Path(__file__).parent / "harness.py"


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    with serve(HARNESS, tmp_path_factory.mktemp("harness") / "server.log") as address:
        yield address


class Driver:
    """The view on a page, as a person and as its inspection handle see it."""

    def __init__(self, page, address):
        self.page, self.address = page, address
        self.sent, self.received = [], []  # sizes of messages over the WebSocket, bytes
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framesent", lambda message: self.sent.append(len(message)))
        socket.on("framereceived", lambda message: self.received.append(len(message)))

    def open(self, case="one", link=""):
        self.page.goto(f"{self.address}/?case={case}" + (f"&view={link}" if link else ""))
        return self.ready()

    def ready(self):
        self.root = self.page.locator(".lv-root")
        self.root.wait_for()
        self.until(lambda state: state["panels"] and state["renders"] > 1)
        self.heard("runs ")
        return self

    def look(self):
        return self.root.evaluate("root => root.lossviz.inspect()")

    def until(self, good, seconds=180):
        """The state once ``good`` is true of it."""
        end = time.monotonic() + seconds
        while True:
            ready = self.root.evaluate("root => Boolean(root.lossviz)")
            state = self.look() if ready else None
            if state and good(state):
                return state
            assert time.monotonic() < end, f"waited in vain: {json.dumps(state)[:1500]}"
            self.page.wait_for_timeout(40)

    def still(self, milliseconds=120):
        """The state once nothing has been drawn for a while."""
        while True:
            self.root.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            before = self.look()["renders"]
            self.page.wait_for_timeout(milliseconds)
            state = self.look()
            if state["renders"] == before:
                return state

    def heard(self, words, seconds=180):
        """Waits until Python says so."""
        said = self.page.get_by_test_id("stText").filter(has_text=re.compile(re.escape(words)))
        said.wait_for(timeout=seconds * 1000)

    def said(self):
        return self.page.get_by_test_id("stText").inner_text()

    def screen(self, panel, image):
        return self.root.evaluate("(root, [p, i]) => root.lossviz.screen(p, i)", [panel, image])

    def position(self, panel, image):
        return self.root.evaluate("(root, [p, i]) => root.lossviz.position(p, i)", [panel, image])

    def colour(self, panel, image):
        return self.root.evaluate("(root, [p, i]) => root.lossviz.colour(p, i)", [panel, image])

    def drag(self, start, *ends, shift=False, button="left"):
        mouse = self.page.mouse
        if shift:
            self.page.keyboard.down("Shift")
        mouse.move(*start)
        mouse.down(button=button)
        for end in ends:
            mouse.move(*end, steps=6)
        mouse.up(button=button)
        if shift:
            self.page.keyboard.up("Shift")
        return self.still()

    def middle(self, panel=0):
        box, stage = self.look()["panels"][panel]["box"], self.root.locator(".lv-overlay").bounding_box()
        return stage["x"] + box["x"] + box["width"] / 2, stage["y"] + box["y"] + box["height"] / 2

    def scrub(self, t):
        """Moves the slider without letting go of it."""
        self.root.locator(".lv-epoch").evaluate(
            "(slider, t) => { slider.value = t; slider.dispatchEvent(new Event('input', { bubbles: true })); }", t
        )
        return self.still()

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)


@pytest.fixture
def view(harness, page):
    return Driver(page, harness)

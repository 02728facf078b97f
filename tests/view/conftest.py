"""A server with the harness page, and words for what tests do with the view on it."""

import json
import re
import time
from pathlib import Path

import pytest

from tests.browser import PATIENCE, serve

SECONDS = PATIENCE / 1000  # that the view may take
HARNESS = Path(__file__).parent / "harness.py"


@pytest.fixture(scope="session")
def harness(tmp_path_factory):
    with serve(HARNESS, tmp_path_factory.mktemp("harness") / "server.log") as address:
        yield address


STATE = "root => root.lossviz?.inspect() ?? null"
AT_REST = """async (root, [rest, patience]) => {
    const frame = () => new Promise(requestAnimationFrame), renders = () => root.view?.counts.renders;
    const began = performance.now();
    await frame();
    await frame();
    for (let before = null; performance.now() - began < patience; ) {
        const since = performance.now();
        before = renders();
        // In frames as well: a page may be so slow that nothing is drawn for long in the middle of a movement.
        for (let i = 0; renders() === before && (i < 4 || performance.now() - since < rest); i++) await frame();
        if (renders() === before) return;
    }
    throw new Error("it never rests");
}"""
STEADY = """async (part, patience) => {
    const frame = () => new Promise(requestAnimationFrame), began = performance.now();
    const box = () => JSON.stringify(part.getBoundingClientRect());
    await document.fonts.ready;
    while (performance.now() - began < patience) {
        const before = box(), since = performance.now();
        for (let i = 0; box() === before && (i < 4 || performance.now() - since < 150); i++) await frame();
        if (box() === before) return;
    }
    throw new Error("it never stands still");
}"""


def steady(part):
    """Waits until something on the page stands still, so that a mouse finds it where it was measured; then its box."""
    part.evaluate(STEADY, PATIENCE)
    return part.bounding_box()


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
        self.quiet()
        steady(self.root.locator(".lv-overlay"))
        return self

    def look(self):
        return self.until(bool)

    def until(self, good):
        """The state once ``good`` is true of it."""
        return self.once(lambda: state if (state := self.root.evaluate(STATE)) and good(state) else None)

    def once(self, found):
        """What ``found()`` gives once that is true."""
        end = time.monotonic() + SECONDS
        while not (given := found()):
            assert time.monotonic() < end, f"waited in vain: {json.dumps(self.root.evaluate(STATE))[:1500]}"
            self.page.wait_for_timeout(40)
        return given

    def still(self, milliseconds=120):
        """The state once nothing has been drawn for a while."""
        self.root.evaluate(AT_REST, [milliseconds, PATIENCE])
        return self.look()

    def quiet(self, milliseconds=400):
        """Waits until no script runs, and page and server have told one another nothing for a while."""
        end, told = time.monotonic() + SECONDS, None
        while told != (told := (len(self.sent), len(self.received))):
            assert time.monotonic() < end, "page and server never cease to talk"
            self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
            self.page.wait_for_timeout(milliseconds)

    def kept(self):
        """The page's address once it says what is seen."""
        self.once(lambda: self.root.evaluate("({ view: { address } }) => address.value() === address.text()"))
        return self.page.url

    def heard(self, words):
        """Waits until Python says so."""
        self.page.get_by_test_id("stText").filter(has_text=re.compile(re.escape(words))).wait_for()

    def rerun(self):
        """Has Python run again, and waits until the page has it."""
        before = self.said()
        self.page.get_by_role("button", name="Rerun").click()
        self.once(lambda: self.said() != before)
        self.quiet()

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

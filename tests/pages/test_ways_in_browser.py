"""The ways in, in a browser: files, paste, drop, camera, and a pad that never overtakes the page."""

import base64
import contextlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as TookTooLong
from playwright.sync_api import expect

from tests.browser import FLAGS, serve, watching
from tests.data.conftest import noise
from tests.data.test_pictures import encoded
from tests.view.conftest import steady

HARNESS = Path(__file__).parent / "image_harness.py"
HAND = """(names) => {
  const together = new DataTransfer();
  for (const [name, content] of names) {
    together.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name));
  }
  return together;
}"""
GIVE = f"""(kind, files) => {{
  const given = ({HAND})(files), options = {{ bubbles: true, cancelable: true, composed: true }};
  const event = kind === "paste"
    ? new ClipboardEvent(kind, {{ ...options, clipboardData: given }})
    : new DragEvent(kind, {{ ...options, dataTransfer: given }});
  document.querySelector("[data-testid=stMain]").dispatchEvent(event);
  return event.defaultPrevented;
}}"""
COUNT = """globalThis.asked = 0;
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = (...rest) => { globalThis.asked++; return ask(...rest); };"""


@pytest.fixture(scope="session")
def harness(homes, tmp_path_factory):
    log = tmp_path_factory.mktemp("ways") / "server.log"
    with serve(HARNESS, log, **homes) as address:
        yield address
    assert "Traceback" not in log.read_text(), log.read_text()


def opened(page, address, query=""):
    page.goto(f"{address}/{query}")
    says(page, r"^end 0")
    page.get_by_role("button", name="Paste").wait_for()
    page.locator(".li-canvas").wait_for()
    return page


def says(page, words):
    expect(page.get_by_test_id("stText").filter(has_text=re.compile(words)).first).to_be_visible()


def give(page, kind, **files):
    """Pastes or drops files, by name and content, somewhere on the page; whether the page took them."""
    told = [[name.replace("_", "."), base64.b64encode(content).decode()] for name, content in files.items()]
    return page.evaluate(f"([kind, files]) => ({GIVE})(kind, files)", [kind, told])


def test_what_is_pasted_or_dropped_anywhere_is_taken(harness, page):
    opened(page, harness)
    assert give(page, "paste", one_png=encoded(noise(1, 30, 20)))
    says(page, "held one.png file 30x20")
    assert give(page, "drop", two_gif=encoded(noise(2, 12, 12, "L"), "GIF"), three_png=b"%PDF-1.7")
    says(page, "held two.gif file 12x12")
    expect(page.locator(".li-refusals")).to_contain_text("three.png: a PDF document is not a picture")
    page.get_by_label("Words").fill("typed")
    assert not give(page, "paste"), "a paste without a file is left to the field that it goes into"


def test_the_button_reads_the_clipboard_or_says_why_not(harness, page):
    opened(page, harness)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=harness)
    page.evaluate("navigator.clipboard.writeText('words')")
    page.get_by_role("button", name="Paste").click()
    expect(page.locator(".li-refusals")).to_contain_text("no picture on the clipboard")
    picture = base64.b64encode(encoded(noise(1, 33, 22))).decode()
    page.evaluate(
        """async (text) => {
          const content = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const blob = new Blob([content], { type: "image/png" });
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        picture,
    )
    page.get_by_role("button", name="Paste").click()
    says(page, "held pasted.png file 33x22")


MOST = 16_000_000  # bytes; a browser's megabyte is a million


def test_what_is_too_large_is_told_though_the_rest_is_taken(harness, page, tmp_path):
    opened(page, harness)
    large, good = tmp_path / "large.png", tmp_path / "good.png"
    large.write_bytes(b"x" * (MOST + 1))
    good.write_bytes(encoded(noise(1, 30, 20)))
    page.locator("input[type=file]").set_input_files([large, good])
    says(page, "held good.png")
    expect(page.locator(".li-refusals")).to_contain_text("large.png: the file is larger than 16 MB")
    assert page.locator(".li-refusals li").count() == 1
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".li-refusals")).to_have_count(0)


def test_a_file_of_the_most_bytes_that_are_allowed_arrives(harness, page, tmp_path):
    opened(page, harness)
    picture = encoded(noise(1, 31, 20))
    file = tmp_path / "most.png"
    file.write_bytes(picture + b"\0" * (MOST - len(picture)))
    page.locator("input[type=file]").set_input_files(file)
    says(page, "held most.png file 31x20")


def test_images_are_chosen_removed_and_brought_back_by_mouse_and_key(harness, page):
    opened(page, harness)
    give(page, "drop", **{f"n{n}_png": encoded(noise(n, 20 + n, 20)) for n in range(3)})
    says(page, "^chosen n2.png")
    page.get_by_role("option", name="n0.png, a file").click()
    says(page, "^chosen n0.png")
    page.get_by_role("option", name="n0.png, a file").press("ArrowRight")
    says(page, "^chosen n1.png")
    expect(page.get_by_role("option", name="n1.png, a file")).to_be_focused()
    page.get_by_role("option", name="n1.png, a file").press("Delete")
    says(page, "^end 2")
    page.get_by_role("button", name="Remove all").click()
    says(page, "^end 0")
    page.get_by_role("button", name="Undo", exact=True).click()
    says(page, "^end 2")
    page.get_by_role("button", name="Undo", exact=True).click()
    says(page, "^end 3")


def test_the_camera_is_asked_for_only_once_it_is_wanted(harness, launch):
    flags = (*FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    started = launch(flags)
    context = started.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.add_init_script(COUNT)
    with watching(page):
        opened(page, harness)
        assert page.evaluate("asked") == 0
        page.locator("label", has_text="Camera").click()
        page.wait_for_function("document.querySelector('video')?.videoWidth > 0")
        photographed(page)
        assert page.evaluate("asked") > 0
        context.close()
    started.close()


def photographed(page):
    """Presses the button until there is a picture: where the camera shows nothing yet, the widget takes none."""
    said = page.get_by_test_id("stText").filter(has_text=re.compile(r"held photograph.jpg camera \d+x720"))
    for _ in range(20):
        page.get_by_role("button", name="Take Photo").click()
        with contextlib.suppress(TookTooLong):
            said.first.wait_for(timeout=6000)
            return
    raise AssertionError("no photograph came in")


def pad(page):
    return page.locator(".li-pad").evaluate("root => root.lossviz.inspect()")


def draw(page, *points):
    box = steady(page.locator(".li-canvas"))
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def settled(page):
    """Waits until the page has answered all that the pad has to say."""
    page.locator(".li-pad").evaluate(
        """async (root) => {
          for (;;) {
            const { waiting, sent, answered } = root.lossviz.inspect();
            if (!waiting && sent === answered) return;
            await new Promise((again) => setTimeout(again, 50));
          }
        }"""
    )


def test_what_is_drawn_is_held_at_once_and_follows_the_pad(harness, page):
    opened(page, harness)
    draw(page, (0.2, 0.3), (0.8, 0.3))
    settled(page)
    says(page, "^held drawing 1 drawn 280x280")
    draw(page, (0.5, 0.1), (0.5, 0.9))
    settled(page)
    says(page, "^end 1")
    page.get_by_role("button", name="Keep").click()
    draw(page, (0.3, 0.2), (0.3, 0.8))
    settled(page)
    says(page, "^held drawing 2 drawn")
    says(page, "^end 2")
    page.get_by_role("button", name="Clear").click()
    says(page, "^end 1")
    page.get_by_role("button", name="Undo (Ctrl+Z)").click()
    says(page, "^end 2")
    page.get_by_role("button", name="Remove drawing 2").click()
    says(page, "^end 1")
    expect(page.get_by_role("button", name="Clear")).to_be_disabled()
    assert pad(page)["strokes"] == 0


def test_a_slow_page_gets_to_its_end_while_something_is_drawn(harness, page):
    opened(page, harness, "?slow=0.8")
    draw(page, *[(0.2 + 0.6 * (n % 2), 0.1 + 0.04 * n) for n in range(20)])
    says(page, "^end 1")
    settled(page)
    assert pad(page)["sent"] == pad(page)["answered"]

"""Draws the pictures of this documentation from the shipped runs: ``python docs/screenshots.py [PAGE...]``.

Into ``docs/screenshots/`` as WebP: Compare and Explore light and dark, 1280 and 1920 pixels wide, under 250 kB each; of
the other pages one picture each, under 125 kB. Runs shows what Train made before it: name both, ``train runs``.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import FLAGS, PATIENCE, ROOT, find_browser, serve
from tests.pages.driving import Dashboard

FOLDER = ROOT / "docs" / "screenshots"
SIZES = {1280: 1130, 1920: 1200}  # width and height of the window
SCHEMES = ("light", "dark")
PIN = "root => { const { view } = root, id = view.frames[0].panel.ids[7]; return id.toString(36); }"
SETTLES = 2500  # milliseconds that components without a view are given to draw themselves


@dataclass(frozen=True)
class Page:
    """A page at an address. ``act`` is what a person does there first; ``view`` whether it has the view at once."""

    path: str
    query: dict[str, str | list[str]] = field(default_factory=dict)
    act: Callable[[Dashboard], object] = lambda shown: shown
    view: bool = True
    everywhere: bool = False  # light and dark, in both widths
    height: int = 1000  # of the window, where there is one picture only


def _click_an_image(shown: Dashboard) -> None:
    shown.open("explore", **PAGES["explore"].query, view=f"1.k{shown.root.evaluate(PIN)}")


def _give_an_image(shown: Dashboard) -> None:
    shown.page.get_by_role("button", name="Random test image").click()
    expect(shown.page.get_by_text("Give it a picture")).to_have_count(0)
    shown.ready()


def _train(shown: Dashboard) -> None:
    shown.page.get_by_role("button", name="Start 2 runs").click()
    expect(shown.page.get_by_text("2 finished").first).to_be_visible(timeout=2 * PATIENCE)
    shown.ready()


PAGES = {
    "compare": Page("", {"runs": ["mnist-softmax", "mnist-arcface", "mnist-center", "mnist-triplet"]}, everywhere=True),
    "explore": Page("explore", {"run": "digits-arcface", "below": "Worst offenders"}, _click_an_image, everywhere=True),
    "image": Page("image", {"runs": ["digits-softmax", "digits-arcface"]}, _give_an_image),
    "lab": Page("lab", view=False),
    "train": Page("train", act=_train, view=False),
    "runs": Page("runs", view=False, height=820),
    "studies": Page("studies", {"study": "default"}, view=False),
}


def photograph(browser: Browser, address: str, page: Page, width: int, scheme: str) -> bytes:
    """A screenshot of a page once everything on it stands still."""
    size = {"width": width, "height": SIZES[width] if page.everywhere else page.height}
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    try:
        context.set_default_timeout(PATIENCE)
        shown = Dashboard(context.new_page(), address)
        if page.view:
            shown.open(page.path, **page.query)
        else:
            shown.page.goto(f"{address}/{page.path}?{urlencode(page.query, doseq=True)}")
            shown.settled().page.wait_for_timeout(SETTLES)
        page.act(shown)
        if page.view:
            shown.still(800)
        shown.settled().page.wait_for_timeout(SETTLES)
        return shown.page.screenshot()
    finally:
        context.close()


def write(picture: bytes, path: Path, largest: int) -> None:
    """As WebP in the best quality that takes fewer than ``largest`` bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for quality in range(92, 20, -6):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < largest:
            break
    path.write_bytes(out.getvalue())
    print(f"{path.relative_to(ROOT)}  {out.tell() / 1000:.0f} kB, quality {quality}")


def pictures(names: list[str]) -> Iterator[tuple[str, Page, int, str]]:
    """Name, page, width and scheme of each picture of the pages called so."""
    for name in names:
        page = PAGES[name]
        for scheme in SCHEMES if page.everywhere else SCHEMES[:1]:
            for width in SIZES if page.everywhere else [1280]:
                yield f"{name}-{scheme}-{width}.webp", page, width, scheme


def main() -> None:
    """Draw those that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_browser(), headless=True, args=list(FLAGS))
        with serve(ROOT / "app.py", Path(folder) / "log", LOSSVIZ_RUNS=folder) as address:
            for name, page, width, scheme in pictures(sys.argv[1:] or list(PAGES)):
                picture = photograph(browser, address, page, width, scheme)
                write(picture, FOLDER / name, 250_000 if page.everywhere else 125_000)


if __name__ == "__main__":
    main()

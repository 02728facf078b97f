"""Draws the pictures of this documentation from the shipped runs: ``python docs/screenshots.py``.

Both pages, light and dark, 1280 and 1920 pixels wide, into ``docs/screenshots/`` as WebP under 250 kB each.
"""

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser import FLAGS, ROOT, find_browser, serve
from tests.pages.driving import Dashboard

FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 250_000  # bytes
SIZES = {1280: 1130, 1920: 1200}  # width and height of the window
SCHEMES = ("light", "dark")
PAGES = {
    "compare": ("", {"runs": ["mnist-softmax", "mnist-arcface", "mnist-center", "mnist-triplet"]}),
    "explore": ("explore", {"run": "digits-arcface", "below": "Worst offenders"}),
}
PIN = "root => { const { view } = root, id = view.frames[0].panel.ids[7]; return id.toString(36); }"


def photograph(browser: Browser, address: str, page: str, width: int, scheme: str) -> bytes:
    """A screenshot of a page once everything on it stands still."""
    size = {"width": width, "height": SIZES[width]}
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    try:
        path, query = PAGES[page]
        shown = Dashboard(context.new_page(), address).open(path, **query)
        if page == "explore":  # with an image clicked
            shown.open(path, **query, view=f"1.k{shown.root.evaluate(PIN)}")
        shown.still(800)
        return shown.settled().page.screenshot()
    finally:
        context.close()


def write(picture: bytes, path: Path) -> None:
    """As WebP in the best quality that is small enough."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for quality in range(92, 20, -6):
        out = io.BytesIO()
        image.save(out, "WEBP", quality=quality, method=6)
        if out.tell() < LARGEST:
            break
    path.write_bytes(out.getvalue())
    print(f"{path.relative_to(ROOT)}  {out.tell() / 1000:.0f} kB, quality {quality}")


def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_browser(), headless=True, args=list(FLAGS))
        with serve(ROOT / "app.py", Path(folder) / "log", LOSSVIZ_RUNS=folder) as address:
            for page in PAGES:
                for scheme in SCHEMES:
                    for width in SIZES:
                        write(
                            photograph(browser, address, page, width, scheme), FOLDER / f"{page}-{scheme}-{width}.webp"
                        )


if __name__ == "__main__":
    main()

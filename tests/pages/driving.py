"""The dashboard in a browser, as a person meets it."""

import re

from playwright.sync_api import expect

from tests.view.conftest import Driver, steady


class Dashboard(Driver):
    """A page of the dashboard with its view."""

    def open(self, path="", **parameters):
        pairs = [(name, each) for name, value in parameters.items() for each in _several(value)]
        self.page.goto(f"{self.address}/{path}?" + "&".join(f"{name}={value}" for name, value in pairs))
        return self.ready()

    def ready(self):
        self.root = self.page.locator(".lv-root")
        expect(self.root).to_have_count(1)  # the one of the page before may linger
        self.until(lambda state: state["panels"] and state["renders"] > 1)
        self.settled()
        steady(self.root.locator(".lv-overlay"))
        return self

    def settled(self):
        """Waits until no script runs, and what was done a moment ago made none run either."""
        app = self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        for _ in range(2):
            app.wait_for()
            self.page.wait_for_timeout(100)
        app.wait_for()
        assert self.page.get_by_test_id("stException").count() == 0
        return self

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).click()
        return self.settled()

    def scores(self):
        """The score table's HTML."""
        return self.page.locator("table.lv-scores").evaluate("table => table.outerHTML")

    def says(self, words, **options):
        """Waits until the page says so."""
        expect(self.page.get_by_text(re.compile(words)).first).to_be_visible(**options)

    def clear_spot(self, panel, ids):
        """An image among ``ids`` that nothing lies near, and where it is."""
        self.still()
        spots = {image: self.screen(panel, image) for image in ids}
        for image, spot in spots.items():
            others = [each for other, each in spots.items() if other != image]
            if min((each["x"] - spot["x"]) ** 2 + (each["y"] - spot["y"]) ** 2 for each in others) > 12**2:
                return image, (spot["x"], spot["y"])
        raise AssertionError("every point has another one near")


def _several(value):
    return value if isinstance(value, list) else [value]

"""The cards of the page "Your image" in a bare page: the threshold is dragged, and everything follows it at once."""

import numpy as np
import pytest

from lossviz.inference import Scores
from lossviz.ui.images.results import script
from lossviz.ui.images.threshold import LEVELS, Ruler, drawn
from tests.lab.still import Still

RNG = np.random.default_rng(5)
DEGREES = Scores(np.sort(RNG.gamma(2, 8, 600)), np.sort(RNG.normal(90, 22, 9000).clip(1, 180)), "deg")
FAR_OFF = Scores(np.sort(RNG.gamma(3, 0.4, 300)), np.sort(RNG.normal(6, 1.2, 2000).clip(0.5, 12)), "")
VIEW = "image_view"


def card(key, scores, distance):
    """A card whose image stands at ``distance`` from the class that it is taken for."""
    rows = [
        {"name": name, "class": at, "centre": distance + 3.0 * at, "weights": [distance + 3 * at + 1], "taken": at == 0}
        for at, name in enumerate("abc")
    ]
    near = [{"name": name, "class": at, "distance": 1.0 + at, "own": at == 0} for at, name in enumerate("abc")]
    landed = {
        "name": "a", "class": 0, "truth": "b", "known": True, "confidence": 0.875, "distance": distance,
        "vote": "Its 5 nearest.", "said": [], "margin": {"at": distance + 2},
        "picture": "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "bars": {"rows": rows, "said": "Bars."},
        "near": {"title": "Near", "strip": None, "height": 0, "width": 0, "items": near},
    }  # fmt: skip
    ruler = drawn(Ruler.of(scores), scores)
    return {"key": key, "name": key, "title": key, "problem": "", "unit": scores.unit, "ruler": ruler, "landed": landed}


def data(level=-2.0, **changes):
    both = [card("degrees", DEGREES, 47.0), card("euclid", FAR_OFF, 2.0)]
    return {"view": VIEW, "level": level, "classes": 3, "cards": [each | changes for each in both]}


@pytest.fixture
def shown(page, tmp_path):
    return lambda given: Still(page, tmp_path, script(), given)


def threshold_of(scores, level):
    return Ruler.of(scores).at(level)


BOTH = (("degrees", DEGREES, 47.0), ("euclid", FAR_OFF, 2.0))
FED = f"globalThis.lossvizFeeds?.get('{VIEW}')?.radii"


def held_at(still, dx):
    """Takes hold of the first threshold and moves it by so many pixels; the hand stays on it."""
    still.take("threshold0", "threshold", dx, 0)
    return still.until("s.fed")


@pytest.mark.parametrize("level", [-3.0, -2.0, -1.0, -1.63, -5.2])
def test_thresholds_and_verdicts_are_pythons_at_any_level(shown, level):
    still = shown(data())
    still.root.evaluate("(root, level) => root.lab.set({ level })", level)
    state = still.look()
    for key, scores, distance in BOTH:
        wanted = threshold_of(scores, level)
        assert state["cards"][key]["threshold"] == pytest.approx(wanted, rel=1e-5, abs=1e-6)
        assert state["cards"][key]["accepted"] == (distance <= wanted)


def test_dragging_one_moves_every_run_to_the_same_far_and_the_view_sees_it_before_python(shown):
    still = shown(data())
    assert still.page.evaluate(FED) is None
    state = held_at(still, -45)
    level = state["state"]["level"]
    assert LEVELS[0] < level < -2
    radii = still.page.evaluate(FED)
    for key, scores, _ in BOTH:
        assert radii[key] == pytest.approx(threshold_of(scores, level), rel=1e-4, abs=1e-6)
    still.page.wait_for_timeout(400)
    assert still.page.evaluate("said.heard") is None  # not while the hand is on it
    still.page.mouse.up()
    assert still.heard() == {"level": level}
    still.page.evaluate("data => give({ ...data, command: null })", data(level))
    still.until("!s.fed")
    assert still.page.evaluate(FED) is None  # Python draws them now


def test_a_hand_that_comes_on_it_before_python_is_told_is_let_go_first(shown):
    still = shown(data())
    asked = still.root.evaluate(
        """({ lab }) => {
            lab.set({ level: -3.5 });
            lab.draw();
            lab.cards[0].threshold.handles.get('threshold').held = 1;  // as by a hand
            return lab.telling !== undefined;
        }"""
    )
    assert asked
    still.page.wait_for_function("document.querySelector('.lab-root').lab.telling === undefined")
    assert still.page.evaluate("said.heard") is None
    still.handle("threshold0", "threshold").dispatch_event("pointerup")
    assert still.heard() == {"level": -3.5}


def test_a_threshold_left_of_the_image_rejects_it(shown):
    still = shown(data())
    still.root.evaluate("root => root.lab.set({ level: -0.5 })")
    still.until("s.cards.degrees.accepted && s.cards.euclid.accepted")
    badges = still.page.locator(".im-badge")
    assert badges.all_inner_texts() == ["accepted"] * 2
    still.root.evaluate("root => root.lab.set({ level: -6 })")
    still.until("!s.cards.degrees.accepted && !s.cards.euclid.accepted")
    still.page.wait_for_function("document.querySelector('.im-badge').textContent !== 'accepted'")
    assert badges.all_inner_texts() == ["rejected: unknown"] * 2


@pytest.mark.parametrize(
    ("truth", "known", "when_accepted", "when_rejected"),
    [
        ("a", True, "✓ that is what it is", "✗ though that is what it is"),
        ("b", True, "✗ it is b", "✗ it is b"),
        ("deer", False, "✗ it is deer", "✓ it is deer"),
    ],
)
def test_a_verdict_is_right_or_wrong_where_the_class_is_known(shown, truth, known, when_accepted, when_rejected):
    given = data()
    given["cards"][0]["landed"] |= {"truth": truth, "known": known}
    still = shown(given)
    told = still.page.locator(".im-right, .im-wrong").first
    for level, words in ((-0.5, when_accepted), (-6, when_rejected)):
        still.root.evaluate("(root, level) => root.lab.set({ level })", level)
        still.page.wait_for_function(
            "words => document.querySelector('.im-right, .im-wrong').textContent.startsWith(words)", arg=words
        )
        assert ("im-right" in told.get_attribute("class")) == words.startswith("✓")


def test_a_click_into_the_histogram_and_the_arrow_keys_move_it(shown):
    still = shown(data())
    plot = still.page.locator("[data-figure=threshold0] svg")
    box = plot.bounding_box()
    still.page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    x, _ = still.middle("threshold0", "threshold")
    assert x == pytest.approx(box["x"] + 0.75 * box["width"], abs=3)
    before = still.look()["cards"]["degrees"]["threshold"]
    still.handle("threshold0", "threshold").press("ArrowLeft")
    after = still.until(f"s.cards.degrees.threshold < {before}")["cards"]["degrees"]["threshold"]
    assert before - after == pytest.approx(Ruler.of(DEGREES).reach / 200, rel=0.05)


def test_a_chosen_far_is_met_and_told(shown):
    still = shown(data())
    for words, level in (("10 %", -1), ("0.1 %", -3)):
        still.page.get_by_role("radio", name=words, exact=True).click()
        state = still.until(f"s.state.level === {level}")
        for number, (_, scores, _) in enumerate(BOTH):
            note = state["figures"][f"threshold{number}"]["note"]
            assert f"TAR {100 * scores.tar(threshold_of(scores, level)):.3g}"[:6] in note
            assert f"FAR {words}" in note or "FAR 0" in note


def test_bars_weights_and_the_margin_stand_where_their_numbers_are(shown):
    still = shown(data())
    figure = still.look()["figures"]["bars0"]
    box, (low, high) = figure["box"], figure["x"]

    def distance(x):
        return low + (x - box["left"]) / box["width"] * (high - low)

    bars = still.page.locator("[data-figure=bars0] [data-bar]")
    widths = [float(bar.get_attribute("x")) + float(bar.get_attribute("width")) for bar in bars.all()]
    assert [distance(width) for width in widths] == pytest.approx([47, 50, 53], abs=1e-3)
    ticks = still.page.locator("[data-figure=bars0] [data-weight]")
    assert [distance(float(tick.get_attribute("x1"))) for tick in ticks.all()] == pytest.approx([48, 51, 54], abs=1e-3)
    assert still.page.locator("[data-figure=bars0] [data-margin]").get_attribute("data-margin") == "49"
    assert "to the centre,a,47" in still.root.evaluate("root => root.lossviz.csv('bars0')")


def test_news_of_another_image_keeps_the_threshold_where_it_was_dragged(shown):
    still = shown(data())
    still.root.evaluate("root => root.lab.set({ level: -1.2 })")
    other = data(-1.2)
    other["cards"][0] = card("degrees", DEGREES, 12.0)
    still.page.evaluate("data => give({ ...data, command: null })", other)
    still.page.wait_for_function("document.querySelector('.im-line').textContent.includes('12.0°')")
    assert still.look()["state"]["level"] == -1.2


def test_without_an_image_there_are_histograms_alone_and_a_problem_is_told_in_its_place(shown):
    still = shown(data(landed=None))
    assert still.page.locator("[data-bar]").count() == 0
    assert still.page.locator("[data-kind=genuine]").count() == 2
    assert still.look()["cards"]["degrees"]["accepted"] is None
    given = data()
    given["cards"][1] |= {"problem": "It has kept no weights.", "landed": None, "ruler": None}
    broken = shown(given)
    assert broken.page.locator(".im-problem").all_inner_texts() == ["It has kept no weights."]
    assert broken.page.locator("[data-kind=genuine]").count() == 1
    held_at(broken, 20)
    broken.page.mouse.up()

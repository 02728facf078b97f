"""Your image, without a browser: what the page tells and draws is what the runs say of the picture."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from lossviz import data, inference, runs
from lossviz.runs import Run
from lossviz.ui.images import held
from tests.pages.reading import payload, positions

TWO = ["arcface", "triplet"]

pytestmark = pytest.mark.usefixtures("home")


def told(at, word):
    """The data of the component that is given ``word``."""
    known = [json.loads(each.proto.json) for each in at.get("bidi_component") if each.proto.json]
    (found,) = [each for each in known if isinstance(each, dict) and word in each]
    return found


def cards(at):
    return {card["key"]: card for card in told(at, "cards")["cards"]}


def guests(at, panel):
    return [guest for guest in told(at, "guests")["guests"] if guest["panel"] == panel]


def probe(name, row):
    """The PNG of a test image of a made run, its row of the data set, and its class."""
    run = runs.find(name)
    index = int(run.samples["probe"].index[row])
    content = io.BytesIO()
    Image.fromarray(data.open_set("digits").images[index][0]).save(content, "PNG")
    return content.getvalue(), index, run.class_names[run.samples["probe"].labels[row]]


def holding(image, row, **parameters):
    """The page with the test image at ``row`` of the probe held."""
    at = image(**parameters)
    content, index, name = probe(parameters["runs"][0], row)
    kept = held._Kept()
    one = held.made(content, f"number {index}.png", "test", name)
    kept.shelf = held._Shelf((one,), one.key)
    at.session_state[held.KEY] = kept
    return at.run()


def test_without_an_image_the_page_says_what_to_do_and_one_click_gives_one(image):
    at = image(runs=TWO)
    assert not at.error
    assert any("drop a file" in each.value for each in at.markdown)
    assert not told(at, "guests")["guests"]
    assert all(card["landed"] is None and card["ruler"] for card in cards(at).values())
    at.button(key="image_test_0").click().run()
    assert not at.error and not at.exception
    assert not any("drop a file" in each.value for each in at.markdown)
    assert [len(guests(at, name)) for name in TWO] == [1, 1]
    assert all(card["landed"]["truth"] in "0123456789" for card in cards(at).values())


@pytest.mark.parametrize("row", [4, 57])
def test_a_card_tells_what_the_run_says_of_the_picture(image, row):
    at = holding(image, row, runs=TWO)
    content, _, name = probe("arcface", row)
    for key, card in cards(at).items():
        run = runs.find(key)
        epoch, (recipe, _) = inference.last_epoch(run), inference.recipe_of(run)
        pixels = recipe.prepare(data.take(content, "a.png", recipe.near).image)
        found = inference.land(run, epoch, inference.embed(run, epoch, pixels[None])[0])
        landed, names = card["landed"], run.class_names
        assert (landed["name"], landed["truth"]) == (names[found.prediction], name)
        assert landed["confidence"] == pytest.approx(found.confidence)
        assert landed["distance"] == pytest.approx(found.to_class(found.prediction), rel=1e-4)
        assert [each["name"] for each in landed["near"]["items"]] == [names[label] for label in found.near.labels]
        assert np.allclose([each["distance"] for each in landed["near"]["items"]], found.near.distances, rtol=1e-3)
        rows = landed["bars"]["rows"]
        assert [each["name"] for each in rows] == list(names)
        assert np.allclose([each["centre"] for each in rows], found.centroids.distances, rtol=1e-3)
        weights = [each["weights"] for each in rows]
        if found.prototypes is None:
            assert not any(weights) and landed["margin"] is None
        else:
            assert np.allclose(np.concatenate(weights), found.prototypes.distances, rtol=1e-3)
            assert landed["margin"] == (None if found.margin is None else {"at": pytest.approx(found.margin, rel=1e-3)})
        strip = Image.open(io.BytesIO(_decoded(landed["near"]["strip"])))
        images = data.open_set("digits").images[found.near.images]
        assert np.array_equal(np.asarray(strip), np.concatenate([one[0] for one in images], axis=1))


def _decoded(url):
    import base64

    return base64.b64decode(url.split(",")[1])


def test_the_threshold_is_the_scores_and_the_line_above_the_view_judges_by_it(image):
    distances = {}
    for level, far in ((-2, 0.01), (-1, 0.1)):
        at = holding(image, 4, runs=TWO, lab=f"image~level!{level}")
        assert told(at, "cards")["level"] == level
        (line,) = [each.proto.body for each in at.get("html") if "im-strip" in each.proto.body]
        for chip, (key, card) in zip(line.split("<div title")[1:], cards(at).items(), strict=True):
            run = runs.find(key)
            scores = inference.class_scores(inference.space(run, inference.last_epoch(run)))
            threshold = scores.threshold(far)
            at_level = np.interp(level, np.linspace(-6, 0, 121), card["ruler"]["thresholds"])
            assert at_level == pytest.approx(threshold, rel=1e-6)
            assert ("accepted" in chip) == (card["landed"]["distance"] <= threshold)
            distances[key, far] = threshold
    assert all(distances[key, 0.01] < distances[key, 0.1] for key in TWO)


@pytest.mark.parametrize("align", ["true", "false"])
def test_a_held_out_image_stands_on_its_own_point_in_every_picture(image, align):
    """Native pictures are exact, and an aligned one turns its guests along."""
    at = holding(image, 31, runs=TWO, align=align)
    _, index, _ = probe("arcface", 31)
    for number, name in enumerate(TWO):
        (guest,) = guests(at, name)
        header, array = payload(at)
        ids, places = array(header["panels"][number]["ids"]), positions(at, number)[-1]
        apart = np.linalg.norm(places - guest["positions"][-1], axis=1)
        scale = np.linalg.norm(places, axis=1).max()
        assert ids[apart.argmin()] == index
        assert apart.min() < 1e-3 * scale < np.sort(apart)[len(apart) // 2]
        assert guest["spread"] == [0] and guest["chosen"]
        assert index in guest["neighbours"] and len(guest["neighbours"]) == 10
    keys = {guest["key"] for name in TWO for guest in guests(at, name)}
    assert len(keys) == 1  # hovering it in one rings it in the other


def test_areas_are_drawn_where_the_picture_is_the_embedding_itself(image):
    native, pca = (holding(image, 4, runs=["arcface", "flat"], view_of=name) for name in ("Native", "PCA"))
    assert told(pca, "areas")["areas"] == []
    areas = {each["panel"]: each for each in told(native, "areas")["areas"]}
    for key, area in areas.items():
        run = runs.find(key)
        here = inference.space(run, inference.last_epoch(run))
        assert area["radius"] == pytest.approx(inference.class_scores(here).threshold(0.01))
        assert area["degrees"] and len(area["centres"]) == 10
        assert area["epoch"] == run.weight_epochs()[-1]  # at others the view says so
    assert set(areas) == {"arcface", "flat"}


def test_how_it_was_placed_by_which_weights_and_how_fast_is_told(image):
    at = holding(image, 4, runs=TWO)
    (said,) = [each.value for each in at.caption if "How it was placed" in each.value]
    assert "exact" in said and "weights of epoch 3" in said and " ms in the net" in said
    assert all(f"**{name}**" in said for name in TWO)
    assert not [each for each in image(runs=TWO).caption if "How it was placed" in each.value]


def test_a_run_without_weights_says_so_on_its_card_and_the_others_go_on(image, monkeypatch):
    kept = Run.weight_epochs
    monkeypatch.setattr(Run, "weight_epochs", lambda run: [] if run.id == "triplet" else kept(run))
    at = holding(image, 4, runs=TWO)
    assert not at.exception
    assert "kept no weights" in cards(at)["triplet"]["problem"]
    assert cards(at)["triplet"]["landed"] is None
    assert cards(at)["arcface"]["landed"]["name"] and not cards(at)["arcface"]["problem"]
    assert [len(guests(at, name)) for name in TWO] == [1, 0]


@pytest.mark.parametrize("strange", [True, False])
def test_a_picture_that_the_run_finds_strange_is_warned_of(image, monkeypatch, strange):
    run, (content, _, _) = runs.find("wide"), probe("wide", 4)
    pixels = inference.recipe_of(run)[0].prepare(data.take(content, "a.png").image)
    found = inference.land(run, 3, inference.embed(run, 3, pixels[None])[0]).strangeness
    monkeypatch.setattr("lossviz.inference.landing.STRANGE", found + (-0.01 if strange else 0.01))
    at = holding(image, 4, runs=["wide"])
    assert any("unlike the images of wide" in each.value for each in at.warning) == strange
    assert any("Unlike what this run knows" in each for each in cards(at)["wide"]["landed"]["said"]) == strange


def test_all_held_images_are_in_the_view_and_the_chosen_one_stands_out(image):
    at = image(runs=TWO)
    kept = held._Kept()
    some = [held.made(probe("arcface", row)[0], f"{row}.png", "test") for row in (4, 5, 6)]
    kept.shelf = held._Shelf(tuple(some), some[1].key)
    at.session_state[held.KEY] = kept
    at.run()
    for name in TWO:
        assert {guest["key"]: guest["chosen"] for guest in guests(at, name)} == {
            one.key: one is some[1] for one in some
        }


@pytest.mark.parametrize("tab", ["Where it lands", "Same or different?", "Gallery"])
def test_the_address_opens_a_tab_and_no_other(image, tab):
    at = image(runs=TWO, image_tab=tab)
    assert not at.error
    assert [each.label for each in at.tabs if each.children] == [tab]


def test_the_same_as_a_shell_command_is_shown(image):
    at = holding(image, 4, runs=TWO)
    _, index, _ = probe("arcface", 4)
    assert [each.value for each in at.code] == [f"python -m lossviz embed arcface triplet 'number {index}.png'"]


def test_while_a_picture_is_on_its_way_the_cards_answer_and_the_place_is_promised(image, monkeypatch):
    monkeypatch.setattr("lossviz.ui.images.in_view.fitted", lambda run, method: None)
    at = holding(image, 4, runs=TWO)
    assert not at.exception and not at.error
    assert not told(at, "guests")["guests"] and not told(at, "areas")["areas"]
    assert all(card["landed"] for card in cards(at).values())
    assert [each for each in at.caption if each.value.count("once its picture is finished") == len(TWO)]

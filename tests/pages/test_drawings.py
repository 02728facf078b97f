"""Pictures that take a while, and what is drawn beside a picture, without a browser."""

import json
import shutil

import numpy as np
import pytest
from filelock import FileLock

from lossviz import runs
from lossviz.ui.drawings import processes
from tests.jobs.test_processes import until
from tests.pages.made import EPOCHS
from tests.pages.reading import payload, positions

pytestmark = pytest.mark.usefixtures("home")

TSNE = {"view_of": "t-SNE", "tsne.perplexity": "12.0", "tsne.iterations": "50"}


@pytest.fixture(autouse=True)
def ended():
    """Processes of one test do not reach into the next."""
    yield
    processes().close()


def drawn(at, panels):
    """Look again until as many panels are there, and nothing is on its way."""
    assert until(lambda: not at.run().exception and not at.get("progress") and len(seen(at)) == panels), at
    return at


def seen(at):
    return payload(at)[0]["panels"] if [each for each in at.get("bidi_component") if each.proto.bytes] else []


def test_a_picture_on_its_way_is_watched_and_then_there_with_what_to_think_of_it(explore):
    at = explore(run="softmax", **TSNE)
    assert [button.label for button in at.button if button.label == "Stop"] and at.get("progress")
    drawn(at, 1)
    assert not [button for button in at.button if button.label == "Stop"]
    told = seen(at)[0]
    assert told["epochs"] == list(range(EPOCHS + 1)) and not told["ruled"], "distances on axes would mean nothing"
    (said,) = [each for each in at.caption if "perplexity 12" in each.value]
    assert "points shuffled" in said.value and "KL" in said.value and "**KL**" in said.proto.help
    (plain,) = [each for each in explore(run="softmax", view_of="PCA").caption if "true neighbours" in each.value]
    assert "KL" not in plain.value + plain.proto.help, "a linear view has none to lower"
    again = explore(run="softmax", **TSNE)
    assert seen(again) and not again.get("progress"), "the second visit finds it"
    assert np.array_equal(positions(again, 0), positions(at, 0))


def test_what_was_stopped_waits_to_be_asked_for(explore):
    at = explore(run="arcface", **(TSNE | {"tsne.iterations": "2000"}))
    next(button for button in at.button if button.label == "Stop").click().run()
    folder = next((runs.find("arcface").folder / "derived").glob("drawing-tsne-*"))
    assert until(lambda: processes().state(str(folder)) == "gone")
    assert until(lambda: not at.run().exception and [button for button in at.button if button.label == "Draw it"])


def test_what_cannot_be_drawn_is_said_and_nothing_else_breaks(explore):
    at = explore(run="softmax", **(TSNE | {"tsne.perplexity": "100.0"}))
    assert until(lambda: not at.run().exception and at.error)
    assert "choose a perplexity of at most" in at.error[0].value


def test_three_settings_stand_side_by_side(explore):
    at = drawn(explore(run="softmax", beside="three of perplexity", **TSNE), 3)
    assert [panel["subtitle"].split(", ")[1] for panel in seen(at)] == [
        "perplexity 12",
        "perplexity 4",
        "perplexity 36",
    ]
    assert len({panel["key"] for panel in seen(at)}) == 3
    assert not np.allclose(positions(at, 0), positions(at, 1))


def test_the_control_has_the_same_points_under_shuffled_labels(explore):
    at = explore(run="softmax", beside="shuffled labels")
    header, array = payload(at)
    first, control = header["panels"]
    assert np.array_equal(positions(at, 0), positions(at, 1))
    labels, shuffled = array(first["labels"]), array(control["labels"])
    assert sorted(labels) == sorted(shuffled) and (labels == shuffled).mean() < 0.4
    assert len(payload(explore(run="softmax"))[0]["panels"]) == 1


def test_the_random_net_is_the_untrained_one_by_the_same_method_whatever_the_epoch(explore):
    at = explore(run="softmax", beside="random net", view="1.e2")
    header, array = payload(at)
    first, control = header["panels"]
    assert control["epochs"] == [0] and "random net" in control["subtitle"]
    own, alone = positions(at, 0), positions(at, 1)
    assert np.allclose(own[:1], alone, atol=1e-3) and not np.allclose(own[2:3], alone, atol=1e-2)
    assert np.array_equal(array(first["labels"]), array(control["labels"]))
    assert [each for each in at.caption if "the net before any training" in each.value]
    alone = explore(run="softmax", view="1.e2")
    assert len(payload(alone)[0]["panels"]) == 1
    assert not [each for each in alone.caption if "the net before any training" in each.value]


def test_the_random_net_stands_beside_a_picture_that_took_a_while(explore):
    at = drawn(explore(run="softmax", beside="random net", **TSNE), 2)
    assert seen(at)[1]["epochs"] == [0]
    own, alone = positions(at, 0), positions(at, 1)
    assert np.allclose(own[:1], alone, atol=1e-2) and not np.allclose(own[-1:], alone, atol=1)


def test_epochs_appear_while_the_run_trains_and_a_drawing_grows_with_them(explore, home):
    grown = home / "growing"
    shutil.copytree(home / "softmax", grown, ignore=shutil.ignore_patterns("derived"))
    last = grown / "snapshots" / f"epoch-{EPOCHS:04d}.safetensors"
    try:
        last.rename(grown / "later")
        (grown / "status.json").write_text(json.dumps({"state": "running", "epoch": EPOCHS - 1, "updated": ""}))
        with FileLock(grown / ".lock"):
            native, slow = explore(run="growing"), drawn(explore(run="growing", **TSNE), 1)
            assert seen(native)[0]["epochs"] == seen(slow)[0]["epochs"] == list(range(EPOCHS))
            (grown / "later").rename(last)
            assert seen(native.run())[0]["epochs"] == list(range(EPOCHS + 1))
            assert seen(slow.run())[0]["epochs"], "what was drawn stays until the new one is there"
            assert seen(drawn(slow, 1))[0]["epochs"] == list(range(EPOCHS + 1))
    finally:
        shutil.rmtree(grown)

"""Explore, without a browser."""

import json
import re
import shutil

import numpy as np
import pytest

from lossviz import analysis, runs
from tests.pages.made import EPOCHS, WHOLE
from tests.pages.reading import payload, pinned, selected, words

pytestmark = pytest.mark.usefixtures("home")

DRAWN = {
    "Classes": {"dataframe": 1},
    "Worst offenders": {"html": 3},
    "Triplets": {"plotly_chart": 1},
    "Training": {"plotly_chart": 1},
    "Run": {"code": 1},
}


def html(at):
    return [each.proto.body for each in at.get("html") if "lv-thumbs" in each.proto.body]


def test_the_address_restores_run_view_tab_and_epoch(explore):
    at = explore(run="triplet", below="Classes", view_of="PCA", view="1.e1", **{"pca.components": "2"})
    assert at.selectbox(key="run").value == "triplet"
    assert at.selectbox(key="view_of").value == "pca"
    assert payload(at)[0]["panels"][0]["axes"] == 2
    assert [tab.label for tab in at.tabs if tab.children] == ["Classes"]
    assert [each.value for each in at.caption if each.value.startswith("At epoch 1,")]
    usual = explore(run="triplet", below="Classes")
    assert payload(usual)[0]["panels"][0]["axes"] == 3
    assert [each.value for each in usual.caption if each.value.startswith(f"At epoch {EPOCHS},")]


def test_a_run_that_is_not_there_is_another_one(explore):
    at = explore(run="nobody")
    assert at.selectbox(key="run").value in WHOLE
    assert not at.error


@pytest.mark.parametrize("run", ["softmax", "flat", "wide", "triplet"])
@pytest.mark.parametrize("tab", ["Events", "Classes", "Worst offenders", "Triplets", "Selection", "Training", "Run"])
def test_every_tab_is_drawn_for_every_kind_of_run(explore, run, tab):
    at = explore(run=run, below=tab)
    assert not at.error
    (opened,) = [each for each in at.tabs if each.children]
    assert opened.label == tab
    for kind, least in DRAWN.get(tab, {}).items():
        assert len(opened.get(kind)) >= least, kind


def test_the_pinned_image_has_a_card_its_neighbours_and_lines(explore):
    run = runs.find("softmax")
    samples, epoch = run.samples["probe"], 2
    place = 11
    at = explore(run="softmax", view=f"1.e{epoch}.{pinned(samples.index[place])}")
    points = runs.points(run, epoch)
    (card,) = [each.value for each in at.markdown if "angle to its prototype" in each.value]
    assert f"taken for {run.class_names[points['prediction'][place]]}]" in card
    assert card.startswith(f"**{run.class_names[samples.labels[place]]}**")
    assert (
        f"angle to its prototype {points['own'][place]:.1f}°, to the nearest other {points['other'][place]:.1f}°"
        in card
    )
    assert f"norm {points['norm'][place]:.2f}, epoch {epoch}, image {samples.index[place]}" in card

    true = analysis.neighbours(run.snapshot(epoch).embeddings["probe"], place, run.header["loss"]["metric"], 8)
    lines = words(at)["lines"]
    near = {end for panel, start, end, kind in lines if kind in ("true", "missed")}
    assert near == set(samples.index[true.rows].tolist())
    assert {(panel, start) for panel, start, *_ in lines} == {("softmax", int(samples.index[place]))}
    told = re.findall(r"</div>([^<]+)</div>", html(at)[1])
    assert told == [
        f"{run.class_names[samples.labels[row]]}  {distance:.3g}°"
        for row, distance in zip(true.rows, true.distances, strict=True)
    ]


def test_neighbours_by_the_other_metric_and_another_number_are_others(explore):
    run = runs.find("softmax")
    image = run.samples["probe"].index[11]
    at = explore(run="softmax", neighbours_by="Euclidean", neighbours="5", view="1." + pinned(image))
    true = analysis.neighbours(run.snapshot(EPOCHS).embeddings["probe"], 11, "euclidean", 5)
    near = {end for _, _, end, kind in words(at)["lines"] if kind != "false"}
    assert run.header["loss"]["metric"] == "cosine"
    assert near == set(run.samples["probe"].index[true.rows].tolist())
    assert [each for each in html(at) if each.count('role="listitem"') == 5]


def test_lines_can_be_left_out(explore):
    link = "1." + pinned(runs.find("softmax").samples["probe"].index[11])
    assert words(explore(run="softmax", view=link))["lines"]
    assert words(explore(run="softmax", view=link, lines="false"))["lines"] == []


def test_without_a_pin_the_page_says_what_to_do(explore):
    assert "Click a point" in explore(run="softmax").info[0].value


def test_an_event_takes_the_view_to_its_epoch_and_classes(explore):
    at = explore(run="arcface", below="Events")
    buttons = [each for each in at.button if str(each.key).startswith("event_")]
    found = analysis.events(story("arcface"))
    assert [each.label for each in buttons] == [f"**{event.epoch}**  {event.text}" for event in found]
    assert found
    buttons[0].click().run()
    command = words(at)["command"]
    assert (command["epoch"], tuple(command["isolate"])) == (found[0].epoch, tuple(found[0].classes))


def story(name):
    run = runs.find(name)
    epochs = run.epochs()
    return analysis.Story(
        [run.record(epoch) for epoch in epochs],
        [run.snapshot(epoch).embeddings["probe"] for epoch in epochs],
        [runs.points(run, epoch)["prediction"] for epoch in epochs],
        run.samples["probe"].labels,
        run.class_names,
    )


def test_offenders_are_those_of_the_epoch_and_can_be_selected_and_pinned(explore):
    run = runs.find("softmax")
    samples = run.samples["probe"]
    at = explore(run="softmax", below="Worst offenders", view="1.e2")
    points = runs.points(run, 2)
    wrong = analysis.surely_wrong(samples.labels, points["prediction"], points["confidence"], 16)
    named = re.findall(r'title="image (\d+)"', html(at)[0])
    assert [int(number) for number in named] == samples.index[wrong.rows].tolist()
    at.button(key="offend_explore_view_0").click().run()
    assert words(at)["command"]["selected"] == samples.index[wrong.rows].tolist()
    at.button(key="pin_explore_view_0").click().run()
    assert words(at)["command"]["pinned"] == [int(samples.index[wrong.rows[0]])]


def test_what_moved_is_measured_from_the_chosen_epoch(explore):
    run = runs.find("softmax")
    samples = run.samples["probe"]
    at = explore(run="softmax", below="Worst offenders")
    for first in (0, 2):
        at.select_slider(key="moved_since").set_value(first).run()
        before, after = (run.snapshot(epoch).embeddings["probe"] for epoch in (first, EPOCHS))
        moved = analysis.most_moved(before, after, run.header["loss"]["metric"], 16)
        named = [int(number) for number in re.findall(r'title="image (\d+)"', html(at)[2])]
        assert named == samples.index[moved.rows].tolist()


def test_the_anchor_has_its_hardest_positives_and_negatives(explore):
    run = runs.find("triplet")
    samples = run.samples["probe"]
    at = explore(run="triplet", below="Triplets", view="1." + pinned(samples.index[5]))
    found = analysis.hardest(run.snapshot(EPOCHS).embeddings["probe"], samples.labels, 5, "cosine", 8)
    near = next(each for each in html(at) if each.count("lv-thumb wrong") == len(found.negatives) == 8)
    told = re.findall(r"</div>([^<]+)</div>", near)
    assert told[0] == f"{run.class_names[samples.labels[found.negatives[0]]]}  {found.negative_distances[0]:.3g}"
    assert at.slider(key="triplet_margin").value == pytest.approx(run.config.loss.knobs["margin"])


def test_the_selection_is_counted(explore):
    some = runs.find("flat").samples["probe"].index[[3, 4, 9]]
    at = explore(run="flat", below="Selection", view="1." + selected(some))
    assert [each.value for each in at.markdown if each.value.startswith("3 selected:")]
    assert html(at)[-1].count('role="listitem"') == 3


@pytest.mark.parametrize(("name", "file"), [("cut-at-the-end", "epoch-0003"), ("cut-midway", "epoch-0001")])
def test_a_damaged_snapshot_is_named(explore, name, file):
    at = explore(run=name)
    (told,) = [each.value for each in [*at.warning, *at.error]]
    assert file in told and "damaged" in told
    assert at.table  # what cannot be shown stays listed
    at.selectbox(key="run").set_value("flat").run()
    assert not at.warning and not at.error and not at.exception
    assert np.prod(payload(at)[0]["panels"][0]["positions"][2]) > 0


def test_a_run_that_does_something_wrong_on_purpose_says_so_below_its_picture(explore, home, tmp_path, monkeypatch):
    own = tmp_path / "own"
    for name, faults in (("right", None), ("wrong", ["The loop forgets something."])):
        shutil.copytree(home / "arcface", own / name)
        header = json.loads((own / name / "run.json").read_text()) | {"id": name}
        header = header if faults is None else header | {"faults": faults}
        (own / name / "run.json").write_text(json.dumps(header))
    monkeypatch.setenv("LOSSVIZ_RUNS", str(own))
    assert [each.value for each in explore(run="wrong").warning] == ["The loop forgets something."]
    assert not explore(run="right").warning

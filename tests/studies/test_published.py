"""The earlier studies: their numbers, their faults shown to do what is said of them, and the documents made of them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from pytorch_metric_learning import losses as library

from lossviz import data, losses, metrics, models
from lossviz.cli import main
from lossviz.errors import StudyError
from lossviz.jobs.recording import Audience, make_run
from lossviz.records import Choice
from lossviz.runs import find, scores
from lossviz.studies import Cell, Results, load
from lossviz.studies.published import ARGMAX, HEAD, ORIGINALS, STUDY_2023, VGG8, margin_gap
from lossviz.studies.published_table import HEADS, document, markdown_table, original_of, rows, touched, verification
from lossviz.studies.reading import presets

ROOT = Path(__file__).parent.parent.parent
FAULTY = {
    ("study-2023", "cosface-published", "mnist-published"): ["This is not CosFace"],
    ("study-2023", "cosface-published", "lfw-published"): ["learnt by heart", "This is not CosFace"],
    ("study-2023", "arcface-published", "lfw-published"): ["learnt by heart"],
    ("vgg8", "arcface-published", "mnist"): ["never shuffled", "trained in evaluation mode"],
    ("vgg8", "softmax-published", "mnist"): ["never shuffled", "trained in evaluation mode"],
}


def faults(config):
    known = config.data.name.removesuffix("-jpeg")  # copies of CIFAR-10, which whoever has them adds as a folder
    parts = (data.get(known).from_values(config.data.knobs), losses.get(config.loss.name), config.settings)
    return [*parts[0].faults(), *parts[1].from_values(config.loss.knobs).faults(), *config.settings.faults()]


@pytest.mark.parametrize("name", ORIGINALS)
def test_published_cells_have_the_faults_that_were_published_and_corrected_ones_have_none(name):
    study = load(name)
    for cell in study.cells:
        found = faults(study.final(cell, 0).config)
        wanted = FAULTY.get((name.removesuffix("-small"), cell.contender, cell.ground), [])
        if study.contender(cell.contender).protocol == "corrected":
            assert found == []
        elif wanted or "triplet" not in cell.contender:
            assert len(found) == len(wanted) + ("cosface" in cell.contender and "cifar10" in cell.ground)
            assert all(any(words in sentence for sentence in found) for words in wanted)


def test_the_published_protocol_is_the_one_that_was_published():
    study = load("study-2023")
    for data_name, batch, lr in (("mnist", 256, 0.01), ("cifar10", 32, 0.05), ("lfw", 256, 0.01)):
        for loss in ("arcface", "cosface", "triplet"):
            config = study.final(Cell(f"{loss}-published", f"{data_name}-published", "resnet18"), 0).config
            settings, knobs = config.settings, config.model.knobs
            assert (settings.epochs, settings.batch_size, settings.lr, settings.prototype_lr) == (10, batch, lr, lr)
            assert (settings.optimizer, settings.momentum, settings.weight_decay) == ("sgd", 0, 0)
            assert (settings.schedule, settings.augment, settings.sampler) == ("constant", False, "shuffle")
            assert (knobs["stem"], knobs["side"], knobs["rgb"], knobs["pixels"]) == ("imagenet", 32, True, "half")
            assert bool(knobs.get("pretrained")) is (data_name == "lfw" and loss != "triplet")
            classes = {"mnist": 10, "cifar10": 10, "lfw": 5749}[data_name]
            assert (settings.dim, knobs.get("hidden", 0)) == ((classes, 512) if loss == "triplet" else (512, 0))
            assert models.get("resnet18").from_values(knobs)
    degrees = study.contender("cosface-published").loss.knobs
    assert math.degrees(degrees["margin"]) == pytest.approx(28.6, abs=1e-6) and degrees["scale"] == 64


def test_every_published_number_and_explanation_is_of_a_cell_of_its_preset():
    for original in ORIGINALS.values():
        cells = {(cell.contender, cell.ground) for cell in load(original.preset).cells}
        for number in original.numbers:
            assert (number.contender, number.ground) in cells and number.corrected in cells
        for each in original.explanations:
            assert each.touches and set(each.touches) <= cells, each.title
            assert each.done and each.follows and each.instead
    assert set(ORIGINALS) <= set(presets())
    assert len(STUDY_2023.numbers) == 9 and {number.measure for number in STUDY_2023.numbers} == {HEAD, ARGMAX}
    assert all(number.accuracy is None for number in VGG8.numbers)


def test_the_printed_losses_of_the_faulty_cosface_are_those_of_an_unreachable_margin():
    printed = {number.data: number.loss for number in STUDY_2023.numbers if number.contender == "cosface-published"}
    gaps = {title: margin_gap(loss) for title, loss in printed.items()}
    assert gaps == {
        "MNIST": pytest.approx(1.028, abs=5e-4),
        "LFW": pytest.approx(-0.032, abs=5e-4),
        "CIFAR-10": pytest.approx(0.394, abs=5e-4),
    }
    knobs = load("study-2023").contender("cosface-published").loss.knobs
    torch.manual_seed(0)
    x, y = torch.randn(256, 512), torch.arange(256) % 10
    fresh = losses.get("cosface").from_values(knobs).criterion(10, 512)(x, y).item()
    assert fresh == pytest.approx(1835.5, abs=1.5)
    sane = losses.get("cosface")(scale=64.0).criterion(10, 512)(x, y).item()
    assert sane < 64


def test_the_faulty_cosface_never_stops_pushing_and_the_right_one_does():
    knobs = load("study-2023").contender("cosface-published").loss.knobs
    for faulty in (True, False):
        margin = knobs["margin"] if faulty else 0.35
        loss = losses.get("cosface").from_values({**knobs, "margin": margin, "margin_in_degrees": faulty})
        criterion = loss.criterion(10, 10)
        criterion.prototypes.copy_(torch.eye(10))
        solved = (torch.eye(10) + 0.05).requires_grad_()
        criterion(solved, torch.arange(10)).backward()
        assert (solved.grad.norm().item() > 1) is faulty


def test_the_printed_triplet_loss_comes_of_embeddings_without_a_number():
    outputs, labels = torch.randn(256, 10), torch.arange(256) % 10
    loss = library.TripletMarginLoss(margin=0.05)
    assert outputs[:, :-10].shape == (256, 0)
    assert loss(outputs[:, :-10], labels).item() == pytest.approx(0.05)
    assert abs(loss(outputs, labels).item() - 0.05) > 1e-3, "on the embeddings it is something else"


def test_a_perfect_embedding_may_have_any_argmax():
    """What the published triplet accuracy measures: turned, the same embedding goes from always right to never."""
    labels = np.arange(200) % 10
    perfect = np.eye(10, dtype=np.float32)[labels]
    assert metrics.argmax_of_embedding(perfect, labels) == 1
    assert metrics.argmax_of_embedding(np.roll(perfect, 1, axis=1), labels) == 0


# --- the documents


def shrunk():
    """The preset of the study of 2023 on digits, for an epoch of a few images, with all its cells."""
    study = load("study-2023")
    small = {"epochs": 1, "dim": 16, "probe": 30, "gallery": 20, "threads": 1, "batch_size": 20, "lr": 0.01}
    grounds = tuple(
        replace(ground, data=Choice("digits"), score="", settings={"limit": 40 + place})
        for place, ground in enumerate(study.grounds)
    )
    cases = tuple(
        replace(
            case, settings={name: value for name, value in case.settings.items() if name not in small or value == 10}
        )
        for case in study.cases
    )
    return replace(study, grounds=grounds, cases=cases, settings={**study.settings, **small}, seeds=(0,))


def rows_of(text):
    text = text.partition("## On parts of the data")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {(row[0], row[1]): row[2:] for row in cells if len(row) == 8}


def test_the_document_has_what_was_published_what_came_of_it_here_and_what_was_not_run(tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path / "data"))
    study = shrunk()
    before = rows_of(document(Results.of(study)))
    assert before["MNIST", "ArcFace"] == ["99.39 %", "not run", "not run", "not run", "0.4283", "not run"]
    ran = {}
    for contender, ground in (
        ("arcface-published", "mnist-published"),
        ("triplet-published", "mnist-published"),
        ("arcface", "mnist"),
    ):
        config = study.final(Cell(contender, ground, "resnet18"), 0).config
        ran[contender] = make_run(config, Audience())
    text = document(Results.of(study))
    after = rows_of(text)
    scored = {name: scores(run, 1) for name, run in ran.items()}

    def percent(value):
        return f"{100 * value:.2f} %"

    head, nearest = (percent(scored["arcface-published"][key]) for key in (HEAD, "knn_accuracy"))
    corrected = f"{percent(scored['arcface']['knn_accuracy'])} (kNN (k = 5))"
    loss = f"{ran['arcface-published'].record(1).probe_loss:.4f}"
    assert after["MNIST", "ArcFace"] == ["99.39 %", head, nearest, corrected, "0.4283", loss]
    evidence = find(ran["triplet-published"].id).evidence(1)
    argmax = metrics.argmax_of_embedding(evidence.probe, evidence.probe_labels)
    assert after["MNIST", "Triplet"][:3] == [
        f"20.03 % ({ARGMAX})", percent(argmax), percent(scored["triplet-published"]["knn_accuracy"]),
    ]  # fmt: skip
    assert after["CIFAR-10", "ArcFace"] == before["CIFAR-10", "ArcFace"], "what was not run is as before"
    assert "3 of the study's 21 trainings are finished" in text and ran["arcface"].id in text


def test_the_command_prints_the_document_and_an_own_study_of_the_same_name_prints_its_fields(tmp_path, capsys):
    assert main(["study", "vgg8", "--table"]) == 0
    assert capsys.readouterr().out.strip() == document(Results.of(load("vgg8"))).strip()
    own = tmp_path / "vgg8.toml"
    own.write_text('[[contender]]\nloss = "arcface"\n[[data]]\nname = "digits"\n')
    assert main(["study", str(own), "--table"]) == 0
    told = capsys.readouterr().out
    assert told.strip() and "# The VGG8 animation" not in told


def test_an_ordinary_study_stands_beside_nothing_published(study):
    with pytest.raises(
        StudyError, match=r"'small' is no study with published numbers.*study-2023, study-2023-small, vgg8"
    ):
        document(Results.of(study))


def test_rows_are_the_very_words_of_the_document_and_carry_what_came_of_either_protocol():
    results = Results.of(load("study-2023"))
    found = rows(results)
    assert rows_of(document(results)) == {
        ("data", "loss"): list(HEADS[2:]), ("---", "---"): ["---"] * 6,
        **{row.words[:2]: list(row.words[2:]) for row in found},
    }  # fmt: skip
    faulty = next(row for row in found if (row.data, row.title) == ("LFW", '"CosFace"'))
    assert (faulty.rerun.cell.contender, faulty.rerun.cell.ground) == ("cosface-published", "lfw-published")
    assert (faulty.right.cell.contender, faulty.right.cell.ground) == ("cosface", "lfw")
    unpublished = [row for row in found if row.number is None]
    assert {row.title for row in unpublished} == {"Contrastive"} and all(row.rerun is None for row in unpublished)
    assert [row[0] for row in verification(results)] == ["ArcFace", "CosFace", "Triplet", "Contrastive"]
    assert verification(Results.of(load("vgg8"))) == (), "no pairs of faces decide there"


def test_an_explanation_says_whose_numbers_it_touches():
    told = {each.title: touched(STUDY_2023, each) for each in STUDY_2023.explanations}
    assert told["CosFace got ArcFace's margin"] == '"CosFace" on MNIST, "CosFace" on LFW, "CosFace" on CIFAR-10'
    assert told["Plain SGD, and no augmentation"] == "all"
    assert original_of(load("default")) is None


def test_a_bar_does_not_end_a_cell():
    assert markdown_table(["a", "b"], [["x|y", "z"]]) == "| a | b |\n| --- | --- |\n| x\\|y | z |"


@pytest.mark.parametrize("name", [name for name, original in ORIGINALS.items() if original.parts])
def test_the_documents_in_docs_are_what_is_generated_from_the_shipped_runs(name, monkeypatch):
    for room in ("lossviz.runs.store", "lossviz.runs.scoring", "lossviz.studies.shipped"):
        monkeypatch.setattr(f"{room}.checkpoints_dir", lambda: ROOT / "checkpoints")
    written = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert written == document(Results.of(load(name))), f"run: python -m lossviz study {name} --table > docs/{name}.md"

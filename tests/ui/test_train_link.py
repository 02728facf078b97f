"""Links to the Train page: what a config's query says, and what becomes of a link with mistakes."""

import pytest

from lossviz import losses, models
from lossviz.records import Choice, Config, Settings
from lossviz.ui.train.address import query_of
from lossviz.ui.train.link import read, sifted

SETTLED = Settings(epochs=7, batch_size=32, lr=3e-3, warm_start=0, augment=False, threads=3, device="cpu", dim=16)


def test_a_query_names_what_is_not_the_default_and_nothing_of_the_machine():
    config = Config(Choice("n_pair", {"l2": 0.5}), Choice("mnist"), Choice("mlp", {"embedding_bn": True}), SETTLED)
    assert dict(query_of(config)) == {
        "train.dataset": "MNIST",
        "train.model": models.get("mlp").title,
        "train.losses": losses.get("n_pair").title,
        "train.loss.n_pair.l2": "0.5",
        "train.model.mlp.embedding_bn": "true",
        **{"train.epochs": "7", "train.batch_size": "32", "train.lr": "0.003", "train.warm_start": "0"},
        **{"train.augment": "false", "train.dim": "16"},
    }


def test_several_losses_take_the_place_of_one():
    query = query_of(Config(Choice("triplet"), Choice("digits"), Choice("mlp")), [Choice("softmax"), Choice("arcface")])
    assert [value for key, value in query if key == "train.losses"] == ["Softmax", "ArcFace"]


@pytest.mark.parametrize("name", losses.available())
def test_every_knob_of_every_loss_survives_the_way_there_and_back(name):
    loss = losses.get(name)()
    config = Config(Choice(name, loss.values()), Choice("lfw", {"min_faces": 20}), Choice("convnet"), SETTLED)
    query = query_of(config)
    assert sifted(query) == (query, [])
    values, problems = read(query)
    assert not problems and values["train.losses"] == [name] and values["train.dataset"] == "lfw"
    assert values["train.data.lfw.min_faces"] == 20
    assert values["train.lr"] == 3e-3 and values["train.augment"] is False
    for knob, value in loss.values().items():
        held = values.get(f"train.loss.{name}.{knob}")
        assert held == value or str(held) == str(value).lower()


def test_names_are_taken_as_well_as_titles():
    good, problems = sifted([("train.losses", "arcface"), ("train.losses", "Softmax"), ("train.dataset", "mnist")])
    assert good == [("train.losses", "ArcFace"), ("train.losses", "Softmax"), ("train.dataset", "MNIST")]
    assert not problems


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("train.losses", "arcfase", "did you mean"),
        ("train.losses", "xxxx", "no loss called 'xxxx'"),
        ("train.model", "vgg", "no net called 'vgg'"),
        ("train.dataset", "imagenet", "no data set called 'imagenet'"),
        ("train.dim", "9999", "between 2 and 8192, got 9999"),
        ("train.epochs", "many", "whole number between 1 and 1000, got 'many'"),
        ("train.epoch", "3", "did you mean 'epochs'"),
        ("train.seed", "one", "seed must be"),
        ("train.loss.arcface.margin", "7", "between 0.0 and 1.0 rad, got 7"),
        ("train.loss.arcface.marge", "0.3", "did you mean 'margin'"),
        ("train.loss.nobody.margin", "0.3", "no loss called 'nobody'"),
        ("train.data.mnist.min_faces", "3", "no knob of Mnist called 'min_faces'"),
        ("train.data.nothing.min_faces", "3", "no data set with knobs called 'nothing'"),
        ("train.what.is.this.thing", "3", "nothing called 'train.what.is.this.thing'"),
    ],
)
def test_what_a_link_says_wrongly_is_left_out_and_said_in_a_sentence(key, value, words):
    good, problems = sifted([("train.epochs", "3"), (key, value)])
    assert good == [("train.epochs", "3")]
    (problem,) = problems
    assert words in problem and "there is:" not in problem

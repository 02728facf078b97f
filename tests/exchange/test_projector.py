"""What is written for the Projector, read by TensorBoard itself."""

import io

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend import application
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin
from werkzeug.test import Client

from lossviz import exchange
from lossviz.errors import RunError, UnknownName
from lossviz.runs import Writer, points, probe_pictures
from tests.exchange.conftest import LABELS, make_pictured
from tests.runs.conftest import made_facts, made_snapshot

PLUGIN = "/data/plugin/projector"
NAMES = ("pictured epoch 0", "pictured epoch 1", "pictured (last) epoch 2")


class TensorBoard:
    """The Projector's own server, asked as its page asks it."""

    def __init__(self, folder):
        provider = MultiplexerDataProvider(EventMultiplexer(), str(folder))
        context = TBContext(logdir=str(folder), data_provider=provider)
        self._client = Client(application.TensorBoardWSGI([ProjectorPlugin(context)]))

    def get(self, what, **question):
        answer = self._client.get(f"{PLUGIN}/{what}", query_string={"run": ".", **question})
        assert answer.status_code == 200, answer.text
        return answer

    def tensors(self):
        return {each["tensorName"]: each for each in self.get("info").json["embeddings"]}

    def vectors(self, name):
        tensor = self.tensors()[name]
        return np.frombuffer(self.get("tensor", name=name).data, np.float32).reshape(tensor["tensorShape"])

    def metadata(self, name):
        header, *rows = [line.split("\t") for line in self.get("metadata", name=name).text.splitlines()]
        return [dict(zip(header, row, strict=True)) for row in rows]


def test_tensorboard_has_every_epoch_bit_by_bit(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out")
    board = TensorBoard(folder)
    assert list(board.tensors()) == [NAMES[2], NAMES[0], NAMES[1]]
    for epoch in range(3):
        snapshot = pictured.snapshot(epoch)
        whole = np.concatenate([snapshot.embeddings["probe"], snapshot.prototypes])
        assert (board.vectors(NAMES[epoch]) == whole).all()
    assert (board.vectors("pictured epoch 0") != board.vectors("pictured epoch 1")).any()


def test_each_row_is_told_of_at_its_own_epoch(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out")
    board = TensorBoard(folder)
    for epoch in (0, 2):
        rows, told = board.metadata(NAMES[epoch]), points(pictured, epoch)
        assert [row["class"] for row in rows[:12]] == [("zero", "one", "two")[label] for label in LABELS]
        assert [row["prediction"] for row in rows[:12]] == [("zero", "one", "two")[k] for k in told["prediction"]]
        right = told["prediction"] == LABELS
        assert [row["correct"] for row in rows[:12]] == ["right" if each else "wrong" for each in right]
        assert [row["set"] for row in rows[12:]] == ["prototypes"] * 3 and rows[12]["prediction"] == ""
    first, last = (board.metadata(NAMES[epoch]) for epoch in (0, 2))
    assert [row["prediction"] for row in first] != [row["prediction"] for row in last]


def test_cell_by_cell_the_sprite_shows_the_rows_pictures(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out")
    board = TensorBoard(folder)
    name = NAMES[2]
    assert board.tensors()[name]["sprite"]["singleImageDim"] == [8, 8]
    pixels = np.asarray(Image.open(io.BytesIO(board.get("sprite_image", name=name).data)))
    columns, pictures = pixels.shape[1] // 8, probe_pictures(pictured)
    cells = [pixels[8 * (k // columns) :, 8 * (k % columns) :][:8, :8] for k in range(15)]
    assert all((cells[k] == pictures[k, :, :, 0]).all() for k in range(12))
    assert all((cell == 255).all() for cell in cells[12:])


def test_images_that_are_not_at_hand_are_grey(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out", "last", ("probe", "gallery"))
    pixels = np.asarray(Image.open(folder / "pictured" / "sprite.png"))
    cells = [pixels[8 * (k // 6) :, 8 * (k % 6) :][:8, :8] for k in range(27)]
    assert all((cells[k] == probe_pictures(pictured)[k, :, :, 0]).all() for k in range(12))
    assert all((cell == 128).all() for cell in cells[12:24]) and all((cell == 255).all() for cell in cells[24:])


def test_without_pictures_there_is_no_sprite(made_run, tmp_path):
    (folder,) = exchange.export([made_run], "projector", tmp_path / "out")
    assert all("sprite" not in tensor for tensor in TensorBoard(folder).tensors().values())
    assert not list(folder.rglob("*.png"))


def test_several_runs_stand_in_one_config(pictured, runs_home, tmp_path):
    other = make_pictured(runs_home, "other")
    (folder,) = exchange.export([pictured, other], "projector", tmp_path / "out", "last")
    assert list(TensorBoard(folder).tensors()) == ["pictured epoch 2", "other epoch 2"]


def test_names_with_tabs_stay_in_their_cell(runs_home, tmp_path):
    run = make_pictured(runs_home)
    (run.folder / "classes.json").write_text('{"class_names": ["a\\tb", "c\\nd", "e"]}')
    (folder,) = exchange.export([run], "projector", tmp_path / "out")
    assert {row["class"] for row in TensorBoard(folder).metadata("pictured epoch 1")} == {"a b", "c d", "e"}


def listed(board):
    """Names as the Projector's page lists them: tensors with the most rows first, then by name; it opens the first."""
    tensors = board.tensors()
    return sorted(tensors, key=lambda name: (-tensors[name]["tensorShape"][0], name))


def test_the_last_epoch_opens_and_the_others_follow_in_their_order(runs_home, tmp_path):
    writer = Writer.create(runs_home, made_facts(), "long")
    for epoch in range(12):
        writer.snapshot(made_snapshot(epoch))
    writer.close("finished")
    (folder,) = exchange.export([writer.run, make_pictured(runs_home, "long-2")], "projector", tmp_path / "out")
    names = [name for name in listed(TensorBoard(folder)) if name.startswith("long ")]
    assert listed(TensorBoard(folder))[0] == names[0] == "long (last) epoch 11"
    assert names[1:] == [f"long epoch {epoch:02d}" for epoch in range(11)]
    made, _ = exchange.import_from(folder)
    assert made.epochs() == list(range(12)) and not made.foreign


def test_sets_and_epochs_are_chosen(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out", "1", ("probe", "gallery"))
    board = TensorBoard(folder)
    assert board.vectors("pictured epoch 1").shape == (27, 3)
    with pytest.raises(RunError, match="no epoch 7; it has 0, 1, 2"):
        exchange.export([pictured], "projector", tmp_path / "more", "1,7")
    with pytest.raises(RunError, match="'all', 'last' or numbers"):
        exchange.export([pictured], "projector", tmp_path / "more", "newest")
    with pytest.raises(UnknownName, match=r"no sample set of run 'pictured' called 'galery'; did you mean 'gallery'"):
        exchange.export([pictured], "projector", tmp_path / "more", "1", ("galery",))
    assert not (tmp_path / "more").exists()


def test_nothing_is_written_over(pictured, tmp_path):
    exchange.export([pictured], "projector", tmp_path / "out")
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out").rglob("*"))
    with pytest.raises(RunError, match="nothing is written over"):
        exchange.export([pictured], "projector", tmp_path / "out")
    assert before == sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "out").rglob("*"))
    (tmp_path / "empty").mkdir()
    exchange.export([pictured], "projector", tmp_path / "empty")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="cannot write"):
        exchange.export([pictured], "projector", tmp_path / "file" / "below")

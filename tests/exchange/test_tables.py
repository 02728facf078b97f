"""Parquet read by pandas, ``.npz`` by numpy, and FiftyOne's JSON held to what its reader asks for."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lossviz import exchange
from lossviz.errors import RunError
from lossviz.runs import points, probe_pictures
from tests.exchange.conftest import LABELS


def test_pandas_reads_a_row_an_image_and_epoch(pictured, tmp_path):
    (path,) = exchange.export([pictured], "parquet", tmp_path)
    table = pd.read_parquet(path)
    assert len(table) == 3 * (12 + 12 + 3) and set(table.epoch) == {0, 1, 2}
    for epoch in range(3):
        snapshot, here = pictured.snapshot(epoch), table[table.epoch == epoch]
        for name, expected in (*snapshot.embeddings.items(), ("prototypes", snapshot.prototypes)):
            if name != "pairs":
                rows = here[here.set == name]
                assert (np.stack(rows.embedding) == expected).all()
                assert (rows[["x", "y", "z"]].to_numpy(np.float32) == expected).all()
        probes = here[here.set == "probe"]
        told = points(pictured, epoch)
        assert list(probes.label) == list(LABELS) and list(probes.image) == list(range(12))
        assert list(probes["class"]) == [("zero", "one", "two")[label] for label in LABELS]
        assert list(probes.prediction) == [("zero", "one", "two")[label] for label in told["prediction"]]
        assert list(probes.correct) == list(told["prediction"] == LABELS)
        assert here[here.set != "probe"][["prediction", "correct", "confidence"]].isna().all(axis=None)
    assert table[table.set == "prototypes"].image.isna().all()


def test_pictures_in_parquet_are_pngs_of_their_rows(pictured, tmp_path):
    (path,) = exchange.export([pictured], "parquet", tmp_path, "last")
    table = pd.read_parquet(path)
    probes, pictures = table[table.set == "probe"], probe_pictures(pictured)
    decoded = [np.asarray(Image.open(io.BytesIO(cell["bytes"]))) for cell in probes.picture]
    assert (np.stack(decoded) == pictures[:, :, :, 0]).all()
    assert table[table.set != "probe"].picture.isna().all()  # the gallery's are in the data set, which is not here


def test_without_any_picture_there_is_no_such_column(made_run, tmp_path):
    (path,) = exchange.export([made_run], "parquet", tmp_path)
    assert "picture" not in pd.read_parquet(path).columns


def test_numpy_reads_all_of_it_without_unpickling(pictured, tmp_path):
    (path,) = exchange.export([pictured], "npz", tmp_path)
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    assert list(arrays["epochs"]) == [0, 1, 2] and list(arrays["class_names"]) == ["zero", "one", "two"]
    for epoch in range(3):
        snapshot = pictured.snapshot(epoch)
        assert (arrays["probe_embeddings"][epoch] == snapshot.embeddings["probe"]).all()
        assert (arrays["prototypes"][epoch] == snapshot.prototypes).all()
        assert (arrays["head"][epoch] == snapshot.head).all()
    assert (arrays["pairs_embeddings"] == pictured.snapshot(2).embeddings["pairs"]).all()
    assert (arrays["protocol_view2_same"] == pictured.protocols["view2"].same).all()
    assert (arrays["probe_pictures"] == probe_pictures(pictured)).all()


def test_pairs_are_left_out_where_the_last_epoch_is(pictured, tmp_path):
    (path,) = exchange.export([pictured], "npz", tmp_path, "0,1")
    assert not [name for name in np.load(path).files if name.startswith(("pairs", "protocol"))]


def test_fiftyone_gets_every_field_declared(pictured, tmp_path):
    """``Dataset.from_json`` refuses samples with fields that ``sample_fields`` does not have."""
    (path,) = exchange.export([pictured], "fiftyone", tmp_path, "all")
    written = json.loads(path.read_text())
    assert written["name"] == "pictured" and written["media_type"] == "image"
    assert written["num_samples"] == len(written["samples"]) == 12
    own = {"filepath", "tags"}
    assert all(set(sample) - own == set(written["sample_fields"]) for sample in written["samples"])
    for place, sample in enumerate(written["samples"]):
        image = Image.open(path.parent / sample["filepath"])
        assert (np.asarray(image) == probe_pictures(pictured)[place, :, :, 0]).all()
        assert sample["ground_truth"] == {"_cls": "Classification", "label": ("zero", "one", "two")[LABELS[place]]}
        for epoch in range(3):
            assert np.float32(sample[f"epoch_{epoch}"]).tolist() == sample[f"epoch_{epoch}"]
            assert (np.float32(sample[f"epoch_{epoch}"]) == pictured.snapshot(epoch).embeddings["probe"][place]).all()
            told = points(pictured, epoch)
            guess = sample[f"prediction_{epoch}"]
            assert guess["label"] == ("zero", "one", "two")[told["prediction"][place]]
            assert guess["confidence"] == pytest.approx(told["confidence"][place])


def test_fiftyone_needs_the_pictures(made_run, tmp_path):
    with pytest.raises(RunError, match="are not on this machine: prepare the data set"):
        exchange.export([made_run], "fiftyone", tmp_path / "out")
    assert not (tmp_path / "out").exists()

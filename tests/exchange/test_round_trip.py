"""What lossviz exports comes back as the run that it was; what was changed on the way does not pass for it."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lossviz import exchange, runs
from lossviz.errors import RunError
from lossviz.runs import probe_pictures

FORMATS = ("projector", "parquet", "npz")


def back(run, kind, folder, sets=("probe", "gallery")):
    (path,) = exchange.export([run], kind, folder / kind, None, sets)
    (made,) = exchange.import_from(path)
    return made


@pytest.mark.parametrize("kind", FORMATS)
def test_all_comes_back(kind, pictured, tmp_path):
    made = back(pictured, kind, tmp_path)
    assert made.id == "pictured-2" and made.status.state == "finished" and not made.foreign
    assert made.origin["run"] == "pictured" and made.origin["format"] == kind
    assert made.epochs() == [0, 1, 2] and made.class_names == pictured.class_names
    for epoch in made.epochs():
        before, after = pictured.snapshot(epoch), made.snapshot(epoch)
        assert set(after.embeddings) == {"probe", "gallery"}
        assert all((after.embeddings[name] == before.embeddings[name]).all() for name in after.embeddings)
        assert (after.prototypes == before.prototypes).all() and after.record == before.record
    for name in ("probe", "gallery"):
        assert (made.samples[name].index == pictured.samples[name].index).all()
        assert (made.samples[name].labels == pictured.samples[name].labels).all()
    assert (made.prototype_labels == pictured.prototype_labels).all()
    assert made.config == pictured.config and made.header["hashes"] == pictured.header["hashes"]
    assert (probe_pictures(made) == probe_pictures(pictured)).all()
    assert made.weight_epochs() == [] and made.problem() is None
    old, new = runs.scores(pictured, 1), runs.scores(made, 1)
    assert new == {key: old[key] for key in new} and {"knn_accuracy", "angle_intra"} <= set(new)


def test_parquet_carries_what_the_head_predicts(pictured, tmp_path):
    made, bare = (back(pictured, kind, tmp_path) for kind in ("parquet", "projector"))
    for epoch in range(3):
        assert (made.snapshot(epoch).head == pictured.snapshot(epoch).head).all()
        assert bare.snapshot(epoch).head is None


def test_npz_alone_carries_pairs_too(pictured, tmp_path):
    (path,) = exchange.export([pictured], "npz", tmp_path)
    (made,) = exchange.import_from(path)
    assert (made.snapshot(2).embeddings["pairs"] == pictured.snapshot(2).embeddings["pairs"]).all()
    assert (made.protocols["view2"].index == pictured.protocols["view2"].index).all()
    assert runs.scores(made, 2) == runs.scores(pictured, 2)


@pytest.mark.parametrize("kind", FORMATS)
def test_some_epochs_of_one_set_come_back_as_they_are(kind, pictured, tmp_path):
    (path,) = exchange.export([pictured], kind, tmp_path / "out", "0,2", ("probe",))
    (made,) = exchange.import_from(path, named=exchange.Named("short"))
    assert made.id == "short" and not made.foreign and made.epochs() == [0, 2]
    assert made.header["samples"] == {"probe": 12, "gallery": 0}
    assert "knn_accuracy" not in runs.scores(made, 2)  # there is nothing to compare with


def _change_projector(path):
    file = path / "pictured" / "epoch-0001-vectors.tsv"
    lines = file.read_text().splitlines()
    lines[0] = "\t".join(["9", *lines[0].split("\t")[1:]])
    file.write_text("\n".join(lines))


def _change_parquet(path):
    table = pq.read_table(path)
    vectors = table.column("embedding").to_pylist()
    vectors[0][0] += 1
    changed = pa.array(vectors, table.schema.field("embedding").type)
    place = table.column_names.index("embedding")
    pq.write_table(table.set_column(place, "embedding", changed), path)


def _change_npz(path):
    with np.load(path) as file:
        arrays = dict(file)
    arrays["probe_labels"] = np.roll(arrays["probe_labels"], 1)
    np.savez(path, **arrays)


CHANGES = {"projector": _change_projector, "parquet": _change_parquet, "npz": _change_npz}


@pytest.mark.parametrize("kind", FORMATS)
def test_what_was_changed_is_not_taken_for_the_run(kind, pictured, tmp_path):
    (path,) = exchange.export([pictured], kind, tmp_path / "out")
    CHANGES[kind](path)
    (made,) = exchange.import_from(path)
    assert made.foreign and made.config.loss.name == "unknown"
    assert "from run pictured and changed since" in made.header["note"]


def test_an_import_can_be_exported_and_imported_again(pictured, tmp_path, clusters):
    again = back(back(pictured, "npz", tmp_path), "parquet", tmp_path)
    assert again.id == "pictured-2-2" and not again.foreign and again.config == pictured.config
    vectors, labels = clusters
    np.savez(tmp_path / "mine.npz", embeddings=vectors, labels=labels)
    (stranger,) = exchange.import_from(tmp_path / "mine.npz")
    twice = back(stranger, "parquet", tmp_path / "twice")
    assert twice.foreign and (twice.snapshot(0).embeddings["probe"] == vectors).all()
    assert twice.header["note"] == ""


def test_a_config_with_two_runs_makes_two(pictured, made_run, tmp_path):
    (folder,) = exchange.export([pictured, made_run], "projector", tmp_path / "out")
    made = exchange.import_from(folder)
    assert [run.id for run in made] == ["pictured-2", "made-2"] and not any(run.foreign for run in made)
    with pytest.raises(RunError, match="holds 2 runs"):
        exchange.import_from(folder, named=exchange.Named("both"))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"lossviz": 99}', '{"lossviz": 1}'])
def test_damaged_facts_are_told(text, pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out")
    (folder / "pictured" / "lossviz.json").write_text(text)
    with pytest.raises(RunError, match=r"lossviz\.json"):
        exchange.import_from(folder)


def test_facts_that_lack_something_are_told(pictured, tmp_path):
    (folder,) = exchange.export([pictured], "projector", tmp_path / "out")
    path = folder / "pictured" / "lossviz.json"
    facts = json.loads(path.read_text())
    del facts["header"]["loss"]
    path.write_text(json.dumps(facts))
    with pytest.raises(RunError, match="cannot be read: KeyError"):
        exchange.import_from(folder)
    assert [run.id for run in runs.list_runs()] == ["pictured"]


def test_pandas_may_write_the_table_again(pictured, tmp_path):
    """What lossviz wrote of the run is lost then, and the table is read as anybody's."""
    (path,) = exchange.export([pictured], "parquet", tmp_path)
    table = pd.read_parquet(path)
    table[table.epoch > 0].sample(frac=1, random_state=3).to_parquet(tmp_path / "again.parquet")
    (made,) = exchange.import_from(tmp_path / "again.parquet")
    assert made.foreign and made.epochs() == [1, 2] and made.class_names == ("one", "two", "zero")
    first = {int(k): place for place, k in enumerate(made.samples["probe"].index)}
    for epoch in (1, 2):  # whatever the order of the rows, an image keeps its place
        vectors = made.snapshot(epoch).embeddings["probe"]
        expected = pictured.snapshot(epoch).embeddings["probe"]
        assert all((vectors[first[k]] == expected[k]).all() for k in range(12))
    assert made.prototype_labels is not None and len(made.samples["gallery"].index) == 12

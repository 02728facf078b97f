"""Embeddings of other programs become runs that can be looked at, and say what is not known of them."""

import io

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch.utils.tensorboard import SummaryWriter

from lossviz import data, exchange, runs
from lossviz.analysis import Contender, fairness
from lossviz.errors import DataError, LossvizError, RunError, UnknownName
from lossviz.exchange import Named, Source
from lossviz.exchange.foreign import Wanted
from tests.analysis.test_fairness import contender as trained
from tests.data.conftest import data_home

__all__ = ["data_home"]

NAMES = np.array(["cat", "dog", "eel"])


def imported(path, **more):
    (run,) = exchange.import_from(path, **more)
    return run


@pytest.fixture
def features(tmp_path, clusters):
    """``np.savez`` of what anybody has."""
    vectors, labels = clusters
    path = tmp_path / "features.npz"
    np.savez(path, embeddings=vectors, labels=NAMES[labels])
    return path


def test_an_array_with_labels_is_a_run(features, clusters):
    vectors, labels = clusters
    run = imported(features, named=Named(title="My net", metric="euclidean"))
    assert run.id == "features" and run.foreign and run.problem() is None and run.epochs() == [0]
    assert (run.snapshot(0).embeddings["probe"] == vectors).all()
    assert run.class_names == ("cat", "dog", "eel") and (run.samples["probe"].labels == labels).all()
    assert (run.header["loss"]["title"], run.header["loss"]["metric"]) == ("My net", "euclidean")
    assert run.header["config"]["settings"] == {"epochs": 1, "dim": 5}
    assert run.status.state == "finished" and run.weight_epochs() == []
    assert runs.overview(run).title == "My net"


def test_nothing_that_is_not_known_is_scored(features):
    scores = runs.scores(imported(features), 0)
    assert {"angle_intra", "nmi", "eer"} <= set(scores)
    assert not {"knn_accuracy", "recall_at_1", "head_accuracy"} & set(scores)
    assert (runs.points(runs.find("features"), 0)["prediction"] == -1).all()


def test_a_share_becomes_the_gallery_where_it_is_asked_for(features):
    run = imported(features, source=Source(wanted=Wanted(gallery=0.5)))
    probe, gallery = (run.samples[name] for name in ("probe", "gallery"))
    assert len(probe.index) == len(gallery.index) == 15
    assert sorted([*probe.index, *gallery.index]) == list(range(30))
    assert (np.bincount(gallery.labels) == 5).all()
    assert runs.scores(run, 0)["knn_accuracy"] > 0.9
    with pytest.raises(RunError, match="leaves nothing to compare"):
        imported(features, source=Source(wanted=Wanted(gallery=0.001)))


def test_epochs_sets_numbers_and_pictures_of_an_npz(tmp_path, clusters):
    vectors, labels = clusters
    images = np.random.default_rng(0).integers(0, 256, (30, 6, 7), np.uint8)
    stack = np.stack([vectors, vectors + 1])
    split = np.where(np.arange(30) < 10, "train", "test")
    path = tmp_path / "all.npz"
    np.savez(
        path, embeddings=stack, labels=labels, class_names=NAMES, epochs=[3, 7], index=np.arange(30) + 100,
        set=split, images=images,
    )  # fmt: skip
    run = imported(path)
    assert run.epochs() == [3, 7] and run.class_names == ("cat", "dog", "eel")
    assert (run.samples["probe"].index == np.arange(110, 130)).all() and len(run.samples["gallery"].index) == 10
    assert (run.snapshot(7).embeddings["probe"] == vectors[10:] + 1).all()
    assert (runs.probe_pictures(run)[:, :, :, 0] == images[10:]).all() and run.header["image_shape"] == [1, 6, 7]


def test_what_pytorchs_summary_writer_leaves_is_read_step_by_step(tmp_path, clusters):
    vectors, labels = clusters
    pictures = torch.rand(30, 3, 8, 8)
    with SummaryWriter(str(tmp_path / "tb")) as writer:
        for step in (0, 4000, 8000):
            shifted = torch.from_numpy(vectors) + step / 1000
            writer.add_embedding(shifted, list(NAMES[labels]), pictures, global_step=step, tag="net")
    run = imported(tmp_path / "tb")
    assert run.id == "net" and run.class_names == ("cat", "dog", "eel")
    assert run.epochs() == [0, 1, 2] and run.record(2).notes == ("Step 8000 of the training that this comes from.",)
    assert (run.samples["probe"].labels == labels).all()
    for epoch in range(3):
        found = run.snapshot(epoch).embeddings["probe"]
        assert np.abs(found - (vectors + 4 * epoch)).max() < 1e-4  # it writes as many digits as it prints
    shown = runs.probe_pictures(run).transpose(0, 3, 1, 2) / 255
    assert np.abs(shown - pictures.numpy()).max() < 0.01


def test_a_tsv_of_vectors_with_its_metadata(tmp_path, clusters):
    vectors, labels = clusters
    np.savetxt(tmp_path / "vectors.tsv", vectors, delimiter="\t", fmt="%.9g")
    run = imported(tmp_path / "vectors.tsv")
    assert run.class_names == ("not labelled",) and (run.snapshot(0).embeddings["probe"] == vectors).all()
    single = tmp_path / "single.tsv"
    single.write_text("\n".join(NAMES[labels]))
    assert imported(tmp_path / "vectors.tsv", source=Source(single)).class_names == ("cat", "dog", "eel")
    single.write_text("kind\n" + "\n".join(NAMES[labels]))
    assert imported(tmp_path / "vectors.tsv", source=Source(single)).class_names == ("cat", "dog", "eel")
    several = tmp_path / "several.tsv"
    several.write_text("kind\tsize\n" + "\n".join(f"{name}\t{k % 2}" for k, name in enumerate(NAMES[labels])))
    assert imported(tmp_path / "vectors.tsv", source=Source(several)).class_names == ("not labelled",)
    chosen = Source(several, wanted=Wanted(label="size"))
    assert imported(tmp_path / "vectors.tsv", source=chosen).class_names == ("0", "1")
    with pytest.raises(UnknownName, match="did you mean 'kind'"):
        imported(tmp_path / "vectors.tsv", source=Source(several, wanted=Wanted(label="kin")))


def test_binary_tensors_of_a_config_are_read_by_their_shape(tmp_path, clusters):
    vectors, _ = clusters
    (tmp_path / "t.bytes").write_bytes(vectors.astype("<f4").tobytes())
    config = 'embeddings {\n tensor_name: "w"\n tensor_shape: 30 tensor_shape: 5\n tensor_path: "t.bytes"\n}\n'
    (tmp_path / "projector_config.pbtxt").write_text("# a comment { } \n" + config)
    assert (imported(tmp_path).snapshot(0).embeddings["probe"] == vectors).all()
    (tmp_path / "projector_config.pbtxt").write_text(config.replace("30", "31"))
    with pytest.raises(RunError, match="neither text nor as many float32"):
        imported(tmp_path)


def test_a_table_of_pandas_with_pngs(tmp_path, clusters):
    vectors, labels = clusters

    def png(value, size):
        file = io.BytesIO()
        Image.new("RGB", (size, size), (value, 0, 0)).save(file, "PNG")
        return file.getvalue()

    cells = [{"bytes": png(8 * k, 20 + k % 2), "path": None} for k in range(30)]
    table = pd.DataFrame({"features": list(vectors), "category": NAMES[labels], "image": cells})
    table.to_parquet(tmp_path / "table.parquet")
    run = imported(tmp_path / "table.parquet")
    assert (run.snapshot(0).embeddings["probe"] == vectors).all() and run.class_names == ("cat", "dog", "eel")
    pictures = runs.probe_pictures(run)
    assert pictures.shape == (30, 64, 64, 3) and (pictures[:, 30, 30, 0] == 8 * np.arange(30)).all()
    table["more"] = list(vectors)
    table.to_parquet(tmp_path / "table.parquet")
    with pytest.raises(RunError, match="it has several: features, more"):
        imported(tmp_path / "table.parquet")
    assert imported(tmp_path / "table.parquet", source=Source(vector="more")).id == "table-2"


@pytest.mark.parametrize(
    "vectors", [[[1.0, 2.0], [3.0]], [[1.0, 2.0], None], ["a", "b"], [1.0, 2.0], [["a", "b"], ["c", "d"]]]
)
def test_a_column_of_anything_but_vectors_is_told(vectors, tmp_path):
    pd.DataFrame({"v": vectors}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(RunError, match="column 'v' must hold lists of numbers, all of the same length"):
        imported(tmp_path / "t.parquet", source=Source(vector="v"))
    pd.DataFrame({"v": [[1, 2], [3, 4]]}).to_parquet(tmp_path / "whole.parquet")
    assert imported(tmp_path / "whole.parquet").snapshot(0).embeddings["probe"].tolist() == [[1, 2], [3, 4]]


def test_no_more_than_the_limit_the_same_share_of_each_class(tmp_path, clusters):
    vectors, labels = clusters
    np.savez(tmp_path / "many.npz", embeddings=np.tile(vectors, (10, 1)), labels=np.tile(labels, 10))
    run = imported(tmp_path / "many.npz", source=Source(wanted=Wanted(limit=60)))
    assert (np.bincount(run.samples["probe"].labels) == 20).all()
    assert run.header["note"] == "60 of 300 images of the probe were taken, the same share by class."
    assert imported(tmp_path / "many.npz").header["note"] == ""
    index = run.samples["probe"].index
    assert (run.snapshot(0).embeddings["probe"] == np.tile(vectors, (10, 1))[index]).all()


def test_classes_with_numbers_are_in_the_order_of_the_numbers(tmp_path, clusters):
    vectors, _ = clusters
    np.savez(tmp_path / "n.npz", embeddings=vectors, labels=[f"class {k % 12}" for k in range(30)])
    assert imported(tmp_path / "n.npz").class_names == tuple(f"class {k}" for k in range(12))


@pytest.fixture
def of_digits(data_home, tmp_path):
    """Pixels of some digits as embeddings, with the rows that they are in the data set."""
    images = data.open_set("digits")
    rows = np.arange(40, 90)
    path = tmp_path / "pixels.npz"
    flat = images.images[rows].reshape(50, -1).astype(np.float32)
    np.savez(path, embeddings=flat, labels=images.labels[rows], index=rows, class_names=images.class_names)
    return path, images, rows


def test_rows_of_a_data_set_have_its_pictures_and_stand_beside_other_runs_of_it(of_digits):
    path, images, rows = of_digits
    run = imported(path, named=Named(data="digits"))
    assert run.header["hashes"]["data"] == images.digest and run.config.data.name == "digits"
    assert (runs.probe_pictures(run) == images.images[rows].transpose(0, 2, 3, 1)).all()
    assert runs.probe_pictures(imported(path)) is None


def test_rows_that_are_others_are_refused(of_digits):
    path, images, rows = of_digits
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "index": np.roll(rows, 1)})
    with pytest.raises(DataError, match="these are not the rows of 'digits'"):
        imported(path, named=Named(data="digits"))
    np.savez(path, **{**arrays, "index": rows + len(images.labels)})
    with pytest.raises(DataError, match="these are not the rows of 'digits'"):
        imported(path, named=Named(data="digits"))
    np.savez(path, **{name: array for name, array in arrays.items() if name != "class_names"} | {"labels": ["a"] * 50})
    with pytest.raises(DataError, match="these are not images of 'digits'"):
        imported(path, named=Named(data="digits"))
    with pytest.raises(DataError, match="is not prepared"):
        imported(path, named=Named(data="mnist"))
    with pytest.raises(UnknownName):
        imported(path, named=Named(data="digit"))
    assert runs.list_runs() == []


BAD = {
    "there is no": ("nothing.npz", None),
    "what is": ("table.csv", b"1,2"),
    "cannot be read as .npz": ("a.npz", b"PK\3\4 cut"),
    "cannot be read as Parquet": ("a.parquet", b"PAR1"),
    "must hold numbers": ("a.tsv", b"1\t2\n3\tx\n"),
    "as many in every line": ("b.tsv", b"1\t2\n3\n"),
    "no embeddings": ("c.tsv", b""),
    "not finite": ("d.tsv", b"1\t2\nnan\t2\n"),
    "cannot be shown as a run: Settings.dim": ("e.tsv", b"1\n2\n"),
}


@pytest.mark.parametrize("says", BAD)
@pytest.mark.filterwarnings("ignore:loadtxt:UserWarning")
def test_bad_files_are_told_in_a_sentence_and_leave_nothing(says, tmp_path, runs_home):
    name, content = BAD[says]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(LossvizError, match=says):
        exchange.import_from(tmp_path / name)
    assert list(runs_home.iterdir()) == []


def arrays_of(**more):
    return {"embeddings": np.ones((4, 3), np.float32)} | more


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"points": np.ones((4, 3))}, r"needs an array 'embeddings'.*points \(4, 3\)"),
        (arrays_of(labels=np.arange(3)), "'labels' must have one value for each of 4 images"),
        (arrays_of(epochs=np.arange(2)), "'epochs' has 2 numbers for 1 epochs"),
        (arrays_of(images=np.ones((4, 8, 8))), "'images' must be uint8"),
        (arrays_of(images=np.ones((4, 8, 8, 2), np.uint8)), "1 or 3 channels, not 2"),
        (arrays_of(labels=np.array([{}] * 4, object)), "cannot be read as .npz"),
        (arrays_of(set=np.array(["train"] * 4)), "no image in a set that is called probe or test"),
        ({"embeddings": np.ones((2, 4, 3)), "epochs": [1, 1]}, "several tables are of the same epoch"),
    ],
)
def test_arrays_that_do_not_fit_are_told(arrays, says, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(LossvizError, match=says):
        exchange.import_from(tmp_path / "a.npz")


def test_epochs_of_other_images_are_no_run(tmp_path, clusters):
    vectors, _ = clusters
    table = pd.DataFrame({"embedding": list(vectors), "id": np.arange(30), "epoch": 0})
    other = table.assign(epoch=1, id=np.arange(30) + 1)
    pd.concat([table, other]).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(RunError, match="epochs 0 and 1 are not of the same images"):
        imported(tmp_path / "t.parquet")
    pd.concat([table, other[:20]]).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(RunError, match="epoch 1 has 20 vectors"):
        imported(tmp_path / "t.parquet")


def test_names_are_made_fit_and_given_ones_must_be_free(features, tmp_path):
    odd = features.rename(tmp_path / "my features (2).npz")
    assert imported(odd).id == "my-features-2"
    assert imported(odd).id == "my-features-2-2"
    with pytest.raises(RunError, match="there already is a run or a job called 'my-features-2'"):
        imported(odd, named=Named("my-features-2"))
    with pytest.raises(RunError, match="a run cannot be called"):
        imported(odd, named=Named("../up"))


def contender(run):
    return Contender(run.id, run.header, {record.epoch: record.batch_order for record in run.history()})


def test_a_comparison_with_a_stranger_is_never_fair(features, pictured):
    stranger = imported(features)
    judged = fairness([contender(pictured), contender(stranger)])
    assert not judged.fair and judged.verdict == "Not a fair comparison: how features was trained is not known."
    assert judged.notes == ("Whether they embed the same images is not known.",)
    twins = fairness([contender(stranger), contender(imported(features))])
    assert not twins.fair and "features and features-2 were trained" in twins.verdict and twins.notes == ()
    origins = [{"format": "npz", "file": "a.npz", "run": name} for name in ("a", None)]
    ours = [trained(header={"origin": origin}) for origin in origins]
    elsewhere = trained(header={"origin": origins[1], "hashes.data": "d" * 64})
    assert fairness([trained(), elsewhere]).notes == ("They do not embed the same images.",)
    assert fairness([trained(), ours[0]]).fair and not fairness([trained(), ours[1]]).fair


def test_who_killed_an_import_finds_no_half_of_it(features, monkeypatch, runs_home):
    def broken(run, pictures):
        raise KeyboardInterrupt

    np.savez(features, **dict(np.load(features)), images=np.zeros((30, 8, 8), np.uint8))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("lossviz.runs.adopting.keep_thumbnails", broken)
        imported(features)
    assert runs.list_runs() == []
    assert imported(features).id == "features"

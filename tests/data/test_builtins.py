"""The known sets, built from tiny files in the official formats, with a download that answers from this machine."""

import gzip
import hashlib
import pickle
import socket
import struct
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets as sources
from PIL import Image

from lossviz import data
from lossviz.data import _download, omniglot
from lossviz.errors import DataError
from tests.data.conftest import noise


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture
def server(tmp_path):
    """A folder and the address that serves it."""
    (tmp_path / "www").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path / "www")) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield tmp_path / "www", f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


NOWHERE = "http://127.0.0.1:9/"


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


IDX = [("mnist", "MNIST"), ("fashion_mnist", "FashionMNIST"), ("kmnist", "KMNIST")]


@pytest.fixture(params=IDX, ids=lambda item: item[0])
def idx_set(request, server, data_home, monkeypatch):
    """A served set of 30 + 10 images: name, folder of the raw files, served folder, pixels, labels."""
    name, source = request.param
    www, url = server
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (40, 28, 28), dtype=np.uint8), np.arange(40, dtype=np.uint8) % 10
    parts = {"train": slice(0, 30), "t10k": slice(30, 40)}
    for part, rows in parts.items():
        (www / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pixels[rows])))
        (www / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels[rows])))
    official = getattr(sources, source)
    resources = [(file, md5(www / file)) for file, _ in official.resources]
    monkeypatch.setattr(official, "resources", resources)
    monkeypatch.setattr(official, "mirrors", [NOWHERE, url])
    monkeypatch.setattr(data.get(name), "shape", (40, 1, 28, 28))
    return name, data_home / source / "raw", www, pixels, labels


def check(images, pixels, labels):
    assert np.array_equal(images.images[:, 0], pixels)
    assert np.array_equal(images.labels, labels)
    assert images.is_test.tolist() == [False] * 30 + [True] * 10


def test_idx_sets_are_downloaded_with_progress_from_the_first_mirror_that_answers(idx_set):
    name, raw, _, pixels, labels = idx_set
    assert data.status(name).state == "to download"
    told = []
    check(data.open_set(name, report=lambda *said: told.append(said)), pixels, labels)
    assert ("downloading train-images-idx3-ubyte.gz", 1.0) in told
    assert not list(raw.glob(".*")), "nothing half done is left"
    data.remove(name)
    assert data.status(name).state == "to prepare"


def test_idx_files_that_are_there_need_no_network(idx_set):
    name, raw, www, pixels, labels = idx_set
    raw.mkdir(parents=True)
    for path in www.iterdir():
        (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    check(data.open_set(name), pixels, labels)


@pytest.mark.parametrize("keep", [0, 3, 9, 500])
def test_an_idx_file_that_is_cut_short_is_fetched_again(idx_set, keep):
    name, raw, _, pixels, labels = idx_set
    data.fetch(name)
    data.remove(name)
    cut = raw / "train-images-idx3-ubyte"
    cut.write_bytes(cut.read_bytes()[:keep])
    (raw / "train-images-idx3-ubyte.gz").write_bytes(b"half")
    assert data.status(name).state == "to download"
    check(data.open_set(name), pixels, labels)


def test_without_a_network_the_sentence_says_what_to_do(idx_set):
    name, raw, www, _, _ = idx_set
    for path in www.iterdir():
        path.unlink()
    with pytest.raises(DataError) as caught:
        data.open_set(name)
    said = str(caught.value)
    assert "is not on this machine" in said
    assert "Connection refused" in said
    assert "File not found" in said
    assert f"put it at {raw / 'train-images-idx3-ubyte.gz'} with train-labels-idx1-ubyte.gz" in said
    assert f"`python -m lossviz data fetch {name}`" in said
    assert "LOSSVIZ_DATA" in said
    assert said.endswith("What opens here without network: digits")
    assert not list(raw.iterdir())


def test_a_download_with_the_wrong_checksum_is_not_kept(idx_set):
    name, raw, www, _, _ = idx_set
    (www / "train-images-idx3-ubyte.gz").write_bytes(b"<html>please log in</html>")
    with pytest.raises(DataError, match="not what was published: its MD5 differs"):
        data.open_set(name)
    assert not list(raw.iterdir())


def test_a_server_that_does_not_answer_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(_download, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(_download.NotDownloaded, match="timed out"):
            _download.download([url], tmp_path / "x", "0" * 32, lambda *said: None)


@pytest.fixture
def cifar(server, data_home, monkeypatch):
    www, url = server
    batches = www.parent / "cifar-10-batches-py"
    batches.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (12, 3072), dtype=np.uint8)
    labels = [number % 10 for number in range(12)]
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    lists = []
    for number, name in enumerate(names):
        rows = slice(2 * number, 2 * number + 2)
        (batches / name).write_bytes(pickle.dumps({"data": pixels[rows], "labels": labels[rows]}))
        lists.append([name, md5(batches / name)])
    words = [f"thing{number}" for number in range(10)]
    (batches / "batches.meta").write_bytes(pickle.dumps({"label_names": words}))
    with tarfile.open(www / "cifar-10-python.tar.gz", "w:gz") as archive:
        archive.add(batches, batches.name)
    known = sources.CIFAR10
    monkeypatch.setattr(known, "train_list", lists[:5])
    monkeypatch.setattr(known, "test_list", lists[5:])
    monkeypatch.setattr(known, "meta", {**known.meta, "md5": md5(batches / "batches.meta")})
    monkeypatch.setattr(known, "url", url + "cifar-10-python.tar.gz")
    monkeypatch.setattr(known, "tgz_md5", md5(www / "cifar-10-python.tar.gz"))
    monkeypatch.setattr(data.get("cifar10"), "shape", (12, 3, 32, 32))
    return pixels.reshape(12, 3, 32, 32), labels


def test_cifar10_is_downloaded_unpacked_and_read(cifar, data_home):
    pixels, labels = cifar
    assert data.status("cifar10").state == "to download"
    images = data.open_set("cifar10")
    assert np.array_equal(images.images, pixels)
    assert images.labels.tolist() == labels
    assert images.is_test.tolist() == [False] * 10 + [True] * 2
    assert images.flip


def test_a_cifar10_batch_that_is_damaged_is_unpacked_again(cifar, data_home):
    data.fetch("cifar10")
    data.remove("cifar10")
    (data_home / "cifar-10-batches-py" / "data_batch_2").write_bytes(b"half")
    assert np.array_equal(data.open_set("cifar10").images, cifar[0])


@pytest.fixture
def drawings(server, data_home, monkeypatch):
    """Omniglot with two alphabets and three characters of five drawings: the folder they are unpacked into."""
    www, url = server
    counts, checksums = {}, {}
    for part, characters in {"images_background": ["Greek/a", "Greek/b"], "images_evaluation": ["Oriya/a"]}.items():
        with zipfile.ZipFile(www / f"{part}.zip", "w") as archive:
            for character in characters:
                for number in range(5):
                    path = www.parent / "drawing.png"
                    pixels = np.full((105, 105), True)
                    pixels[40:60, 10 * number : 10 * number + 20] = False
                    Image.fromarray(pixels).save(path)
                    archive.write(path, f"{part}/{character}/{number}.png")
        counts[part], checksums[part] = 5 * len(characters), md5(www / f"{part}.zip")
    monkeypatch.setattr(omniglot, "DRAWINGS", counts)
    monkeypatch.setattr(sources.Omniglot, "zips_md5", checksums)
    monkeypatch.setattr(sources.Omniglot, "download_url_prefix", url.rstrip("/"))
    monkeypatch.setattr(data.get("omniglot"), "shape", (15, 1, 28, 28))
    monkeypatch.setattr(data.get("omniglot"), "classes", 3)
    return data_home / "omniglot-py"


def test_omniglot_has_light_ink_and_alphabets_for_groups(drawings):
    images = data.open_set("omniglot")
    assert images.class_names == ("Greek/a", "Greek/b", "Oriya/a")
    assert images.groups == ("Greek", "Greek", "Oriya")
    assert images.invert
    assert np.bincount(images.labels[images.is_test]).tolist() == [1, 1, 1]
    assert images.images[:, 0, 0, 27].max() == 0, "paper is black"
    assert (images.images.max(axis=(1, 2, 3)) == 255).all(), "ink is white"


def test_an_omniglot_that_was_half_unpacked_is_unpacked_again(drawings):
    data.fetch("omniglot")
    data.remove("omniglot")
    (drawings / "images_background" / "Greek" / "a" / "3.png").unlink()
    assert data.open_set("omniglot").images.shape[0] == 15


def test_a_broken_drawing_is_named(drawings):
    data.fetch("omniglot")
    data.remove("omniglot")
    (drawings / "images_evaluation" / "Oriya" / "a" / "3.png").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"Oriya/a/3.png: not a picture .*; delete .*images_evaluation"):
        data.open_set("omniglot")


@pytest.fixture
def faces(data_home, monkeypatch):
    """LFW with four people of 1, 2, 5 and 10 images and three lists of two pairs a fold."""
    home = data_home / "lfw_home"
    for person, count in {"Ann_One": 1, "Bo_Two": 2, "Cy_Five": 5, "Di_Ten": 10}.items():
        (home / "lfw_funneled" / person).mkdir(parents=True)
        for number in range(1, count + 1):
            photograph = noise(number, 250, 250)
            photograph.paste((20 * count, 10 * number, 0), (61, 61, 189, 189))
            photograph.save(home / "lfw_funneled" / person / f"{person}_{number:04d}.jpg", quality=98)
    fold = "Di_Ten\t1\t10\nAnn_One\t1\tBo_Two\t2\n"
    (home / "pairs.txt").write_text("3\t1\n" + 2 * fold + "Bo_Two\t1\t2\nCy_Five\t5\tDi_Ten\t3\n")
    (home / "pairsDevTest.txt").write_text("1\n" + fold)
    (home / "pairsDevTrain.txt").write_text("1\n" + fold)
    monkeypatch.setattr(data.get("lfw"), "shape", (18, 3, 64, 64))
    monkeypatch.setattr(data.get("lfw"), "classes", 4)
    return home


def test_lfw_keeps_all_images_and_lets_enough_faces_take_part(faces):
    images = data.open_set("lfw", {"min_faces": 5})
    assert images.images.shape == (18, 3, 64, 64)
    assert isinstance(images.images, np.memmap), "choosing people copies no pixels"
    assert images.class_names == ("Cy Five", "Di Ten")
    assert np.bincount(images.labels + 1).tolist() == [3, 5, 10]
    assert np.bincount(images.labels[images.is_test & (images.labels >= 0)]).tolist() == [1, 2]
    everybody = data.open_set("lfw", {"min_faces": 2})
    assert everybody.class_names == ("Bo Two", "Cy Five", "Di Ten")
    assert everybody.digest != images.digest
    assert np.array_equal(everybody.is_test, images.is_test), "whoever takes part, the same images are held out"


def test_lfw_cuts_out_the_face_in_colour(faces):
    images = data.open_set("lfw", {"min_faces": 5})
    inside = images.images[images.labels == 0][:, :, 8:56, 8:56].astype(int)
    expected = np.array([[100, 10 * number, 0] for number in range(1, 6)])[:, :, None, None]
    assert np.abs(inside - expected).max() < 12, "nothing of the noise around the face"


def test_lfw_pairs_point_at_the_right_images(faces):
    images = data.open_set("lfw", {"min_faces": 5})
    pairs = images.pairs["view2"]
    assert pairs.same.tolist() == [True, False] * 3
    assert pairs.fold.tolist() == [0, 0, 1, 1, 2, 2]
    shades = images.images[:, :2, 32, 32].astype(int)
    drawn = np.array([[(200, 10), (200, 100)], [(20, 10), (40, 20)]])
    assert np.abs(shades[pairs.index[:2]] - drawn).max() < 6
    assert np.abs(shades[pairs.index[4:]] - [[(40, 10), (40, 20)], [(100, 50), (200, 30)]]).max() < 6
    assert set(images.pairs) == {"view2", "devtest", "devtrain"}
    assert images.pairs["devtest"].fold.tolist() == [0, 0]
    left = data.pairs(images, data.split(images, seed=0))["view2"]
    assert left.index.tolist() == pairs.index[[1, 3, 4]].tolist(), "the two who were trained on are gone"


def test_lfw_that_is_not_whole_is_refused(faces):
    (faces / "lfw_funneled" / "Di_Ten" / "Di_Ten_0002.jpg").unlink()
    with pytest.raises(DataError, match="17 images of 4 classes were found where 18 of 4 belong"):
        data.open_set("lfw")
    (faces / "lfw_funneled" / "Di_Ten" / "Di_Ten_0003.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"Di_Ten_0003.jpg: the file is empty; delete .*lfw_funneled"):
        data.open_set("lfw")


@pytest.mark.filterwarnings("ignore:Retry downloading")
def test_lfw_without_a_network_says_what_to_do(data_home, monkeypatch):
    from sklearn.datasets import _base

    monkeypatch.setattr(_base, "urlretrieve", lambda *args: (_ for _ in ()).throw(_base.URLError("no route")))
    monkeypatch.setattr(_base.time, "sleep", lambda seconds: None)
    with pytest.raises(DataError) as caught:
        data.open_set("lfw")
    said = str(caught.value)
    assert "LFW is not on this machine" in said
    assert "no route" in said
    assert "put pairs.txt, pairsDevTest.txt, pairsDevTrain.txt and the folder lfw_funneled" in said
    assert "digits" in said
    assert not list((data_home / "lfw_home").iterdir())

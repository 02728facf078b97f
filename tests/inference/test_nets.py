"""A run's net embeds an image as it did when the run was recorded."""

import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from lossviz import inference
from lossviz.errors import RunError
from lossviz.runs import Run, layout, probe_pictures
from tests.inference.conftest import SHIPPED, images_of


def test_every_kept_epoch_embeds_the_probe_as_it_was_stored(digits_run):
    probe = images_of(digits_run.samples["probe"].index)
    kept = digits_run.weight_epochs()
    assert kept == digits_run.epochs() == [0, 1, 2, 3, 4]
    for epoch in kept:
        stored = digits_run.snapshot(epoch).embeddings["probe"]
        assert np.allclose(inference.embed(digits_run, epoch, probe), stored, rtol=1e-4, atol=1e-5)
        assert not np.allclose(
            inference.embed(digits_run, kept[-2], probe), digits_run.snapshot(4).embeddings["probe"], atol=0.1
        )
    assert set(inference.path(digits_run, probe[:2])) == set(kept)


def test_shipped_runs_embed_their_pictures_as_they_were_stored():
    for folder in sorted(SHIPPED.glob("digits-*")):
        run = Run(folder)
        pictures = np.ascontiguousarray(probe_pictures(run).transpose(0, 3, 1, 2))
        epoch = inference.last_epoch(run)
        stored = run.snapshot(epoch).embeddings["probe"]
        assert np.allclose(inference.embed(run, epoch, pictures), stored, rtol=1e-4, atol=1e-4), folder.name


def test_every_shipped_run_has_the_weights_of_its_last_epoch_and_the_animations_have_none():
    for folder in SHIPPED.iterdir():
        if folder.is_dir() and not folder.name.startswith((".", "_")):
            wanted = [] if folder.name.startswith("vgg8-") else Run(folder).epochs()[-1:]
            assert Run(folder).weight_epochs() == wanted, folder.name


def test_an_image_has_the_same_embedding_alone_and_in_company(digits_run):
    """Evaluation mode: batch norm knows its own mean. In training mode the company would count."""
    images = images_of(np.arange(40))
    together = inference.embed(digits_run, 4, images)
    assert np.allclose(inference.embed(digits_run, 4, images[:1])[0], together[0], atol=1e-5)
    assert inference.embed(digits_run, 4, images[:0]).shape == (0, 3)
    assert not inference.net(digits_run, 4).training


def test_a_net_is_read_once_and_again_when_its_file_changes(digits_run, tmp_path):
    copy = Run(shutil.copytree(digits_run.folder, tmp_path / "copy"))
    first = inference.net(copy, 4)
    assert inference.net(copy, 4) is first and inference.net(copy, 3) is not first
    time.sleep(0.02)
    shutil.copyfile(copy.weights_file(2), copy.weights_file(4))
    assert inference.net(copy, 4) is not first


def test_problems_are_told_in_a_sentence(digits_run, shipped, tmp_path):
    with pytest.raises(RunError, match=r"epoch 3 .* were not kept, those of epoch 60 are; .*--keep-weights"):
        inference.embed(shipped, 3, images_of(np.arange(1)))
    with pytest.raises(RunError, match=r"takes uint8 images of shape .*got float64"):
        inference.embed(shipped, 60, np.zeros((1, 1, 9, 9)))
    copy = Run(shutil.copytree(digits_run.folder, tmp_path / "copy"))
    arrays = copy.weights(4)
    layout.write_arrays(copy.weights_file(4), {name: each for name, each in arrays.items() if "head" not in name}, {})
    with pytest.raises(RunError, match="do not fit this program's convnet"):
        inference.net(copy, 4)
    copy.weights_file(4).write_bytes(b"cut short")
    with pytest.raises(RunError, match="damaged"):
        inference.net(copy, 4)
    shutil.rmtree(copy.folder / layout.WEIGHTS)
    with pytest.raises(RunError, match="has kept no weights yet"):
        inference.last_epoch(copy)


def test_what_a_net_was_trained_on_is_known(digits_run, shipped, monkeypatch, tmp_path):
    seen = inference.seen_by(digits_run)
    assert seen.title == "Digits 8x8" and 0.2 < seen.mean[0] < 0.4 and 60 < seen.means.mean() < 90
    monkeypatch.setenv("LOSSVIZ_DATA", str(tmp_path))
    assert inference.seen_by(shipped).means is None and inference.recipe_of(shipped)[0].shape == (1, 8, 8)


def test_importing_it_imports_no_torch():
    names = ("torch", "umap", "numba", "sklearn")
    code = f"import sys, lossviz.inference; print([name for name in {names} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=SHIPPED.parent, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

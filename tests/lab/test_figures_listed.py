"""Every figure that shared/reference/losses.md, section 2, lists is a preset with its paper, in the gallery."""

from xml.etree import ElementTree

import numpy as np
import pytest

from lossviz.paths import ROOT
from lossviz.ui.lab.preset import PAPERS
from lossviz.ui.lab.presets import PRESETS
from lossviz.ui.lab.sections import SECTIONS
from lossviz.ui.lab.thumbnails import thumbnail

FIGURES = {
    "Center loss Fig. 2": ("Center loss Fig. 2",),
    "Center loss Fig. 3": ("Center loss Fig. 3",),
    "Center loss Fig. 5": ("Center loss Fig. 5 (a)", "Center loss Fig. 5 (b)"),
    "L-Softmax Fig. 2": ("L-Softmax Fig. 2", "L-Softmax Fig. 2, digits"),
    "L-Softmax psi": ("L-Softmax: ψ(θ)",),
    "SphereFace Fig. 2": ("SphereFace Fig. 2",),
    "SphereFace Fig. 3": ("SphereFace Fig. 3", "SphereFace Fig. 3, on the sphere"),
    "SphereFace Fig. 5": ("SphereFace Fig. 5",),
    "NormFace Fig. 2": ("NormFace Fig. 2", "NormFace Fig. 2, left"),
    "NormFace Fig. 3": ("NormFace Fig. 3", "NormFace Fig. 3, trained"),
    "NormFace Fig. 4": ("NormFace Fig. 4",),
    "NormFace Fig. 5": ("NormFace Fig. 5",),
    "CosFace Fig. 2/3": ("CosFace Fig. 2", "CosFace Fig. 3"),
    "CosFace Fig. 4": ("CosFace Fig. 4", "CosFace Fig. 4, trained"),
    "CosFace Fig. 5": ("CosFace Fig. 5",),
    "AM-Softmax Fig.": ("AM-Softmax: the sphere",),
    "AM-Softmax psi": ("AM-Softmax: ψ(θ)",),
    "ArcFace Fig. 3": ("ArcFace Fig. 3", "ArcFace Fig. 3, trained"),
    "ArcFace Fig. 4": ("ArcFace Fig. 4 (a)", "ArcFace Fig. 4 (b)"),
    "ArcFace Fig. 5": ("ArcFace Fig. 5",),
    "ArcFace Fig. 6": ("ArcFace Fig. 6",),
    "Circle Fig. 1": ("Circle Fig. 1 and 2",),
    "Circle Fig. 2": ("Circle Fig. 1 and 2",),
    "Circle Fig. 3/5": ("Circle Fig. 3 (a)", "Circle Fig. 3 (b)", "Circle Fig. 5"),
    "DrLIM Fig. 1": ("DrLIM Fig. 1",),
    "DrLIM Fig. 2": ("DrLIM Fig. 2",),
    "DrLIM MNIST": ("DrLIM: 4 and 9",),
    "FaceNet Fig. 3": ("FaceNet Fig. 3",),
    "FaceNet Fig. 4": ("FaceNet Fig. 4",),
    "FaceNet Fig. 5": ("FaceNet Fig. 5",),
    "N-pair Fig. 1/2": ("N-pair Fig. 1 and 2",),
    "SupCon / MS / Proxy-Anchor": ("SupCon Fig. 2", "Multi-Similarity Fig. 1 and 2", "Proxy-Anchor Fig. 2"),
    "AdaFace / MagFace": ("AdaFace: margin by quality", "MagFace: margin by length"),
}
BY_NAME = {preset.name: preset for preset in PRESETS}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_listed_figure_is_a_preset_with_its_source(figure):
    for name in FIGURES[figure]:
        preset = BY_NAME[name]
        assert preset.url.startswith("http")
        assert preset.section in {section.name for section in SECTIONS} or preset.page in ("compare", "explore")


def test_figures_of_one_paper_link_the_same_paper():
    for url, heading in PAPERS.items():
        paper = heading.split(" · ")[0].removesuffix(" loss")
        found = [preset for preset in PRESETS if preset.url == url]
        assert len(found) > 1 or paper in ("N-pair",)
        named = [preset for preset in PRESETS if preset.name.startswith(f"{paper} ") and "Fig." in preset.name]
        assert {preset.url for preset in named} <= {url}


@pytest.fixture
def shipped(monkeypatch):
    for room in ("lossviz.runs.store", "lossviz.runs.scoring"):
        monkeypatch.setattr(f"{room}.checkpoints_dir", lambda: ROOT / "checkpoints")


@pytest.mark.usefixtures("shipped")
def test_thumbnails_of_all_presets_are_pictures_and_differ():
    pictures = {preset.name: thumbnail(preset) for preset in PRESETS}
    for name, picture in pictures.items():
        shapes = list(ElementTree.fromstring(picture).iter())
        assert len(shapes) >= 3, name
        assert "nan" not in picture, name
    alike = len(pictures) - len(set(pictures.values()))
    assert alike <= 2  # two pages show the same run's features


@pytest.mark.usefixtures("shipped")
def test_a_thumbnail_of_a_sweep_has_its_numbers():
    from lossviz.toy.kept_sweeps import kept_sweep
    from lossviz.ui.lab.sweep import described

    preset = BY_NAME["CosFace Fig. 5"]
    found = [np.mean(each.known) for each in kept_sweep(described(preset.widgets))]
    path = next(
        each.get("d")
        for each in ElementTree.fromstring(thumbnail(preset)).iter()
        if each.get("d", "").startswith("M") and "L" in each.get("d", "")
    )
    heights = [-float(part.split()[1]) for part in path.replace("L", "M").split("M") if part]
    assert len(heights) == 5
    assert np.argsort(heights).tolist() == np.argsort(found).tolist()

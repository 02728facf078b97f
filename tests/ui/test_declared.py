"""What losses and nets declare is read once and then known without their classes, and is what the classes say."""

import json
import subprocess
import sys

import pytest

from lossviz import losses, models
from lossviz.errors import KnobError
from lossviz.ui import declared as room
from lossviz.ui.declared import declared, is_known
from tests.browser import ROOT

ROOMS = {"loss": losses.registry, "model": models.registry}


@pytest.mark.parametrize("kind", ROOMS)
def test_it_says_what_the_classes_say(kind):
    for again in (False, True):  # read from the classes, and from what was kept
        room._declared.cache_clear()
        assert is_known(kind) is again
        known = declared(kind)
        assert list(known) == ROOMS[kind].available()
        for cls in ROOMS[kind]:
            assert (known[cls.key()].title, known[cls.key()].idea) == (cls.title, cls.idea)
            assert known[cls.key()].knobs.knobs() == cls.knobs()
            assert known[cls.key()].knobs().values() == cls().values()


def test_its_knobs_refuse_what_the_classes_refuse_and_in_the_same_words():
    known = declared("loss")["arcface"].knobs
    for wrong in ({"margin": 9.0}, {"past_pi": "no"}):
        with pytest.raises(KnobError) as ours:
            known.from_values(wrong)
        with pytest.raises(KnobError) as theirs:
            losses.get("arcface").from_values(wrong)
        assert str(ours.value) == str(theirs.value)


def test_a_new_plug_in_is_noticed(tmp_path, monkeypatch):
    declared("loss")
    folder = tmp_path / "plugins" / "losses"
    folder.mkdir(parents=True)
    text = (ROOT / "lossviz" / "losses" / "arcface.py").read_text()
    (folder / "mine.py").write_text(text.replace("class ArcFace", "class Mine").replace('"ArcFace"', '"Mine"'))
    monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path / "plugins"))
    assert not is_known("loss")
    assert declared("loss")["mine"].title == "Mine"


def test_what_is_kept_is_read_without_torch(runs_home):
    declared("loss")
    code = (
        "import sys, json; from lossviz.ui.declared import declared;"
        "print(json.dumps([declared('loss')['arcface'].title, 'torch' in sys.modules]))"
    )

    def asked():
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    assert asked() == ["ArcFace", False]
    (runs_home / ".declared" / "loss.json").write_text("{")
    assert asked() == ["ArcFace", True]

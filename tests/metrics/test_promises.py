"""What every score promises, whoever adds it."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from lossviz import metrics
from lossviz.metrics.base import Evidence, PairEvidence, ScoreError
from tests.metrics.evidence import around, closed_set, meaningless, open_set, simplex


def pairs_of(evidence, seed=0, folds=10, count=200):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, len(evidence.probe), size=(2, count))
    same = evidence.probe_labels[first] == evidence.probe_labels[second]
    return PairEvidence(evidence.probe[first], evidence.probe[second], same, np.arange(count) % folds)


def everything():
    """Evidence of all that a score may look at, so that no output is left out."""
    closed = closed_set(0.2, per_class=60)
    opened = open_set(unseen_at_known_places=False)
    pairs = {"10fold": pairs_of(closed), "devtrain": pairs_of(closed, 1, 1), "devtest": pairs_of(closed, 2, 1)}
    names = ("known", "known_labels", "known_gallery", "known_gallery_labels")
    return replace(closed, pairs=pairs, **{name: getattr(opened, name) for name in names})


def degenerate():
    """Evidence on which a careless formula divides by zero."""
    usual = everything()
    few = closed_set(0.1, classes=3, per_class=1)
    dead = {name: np.zeros_like(getattr(usual, name)) for name in ("probe", "gallery", "known", "known_gallery")}
    equal = {name: np.full_like(value, 0.37) for name, value in dead.items()}
    one = np.zeros(2, dtype=np.int64)
    return {
        "all embeddings zero": replace(usual, **dead),
        "all embeddings equal": replace(usual, **equal),
        "all prototypes zero": replace(usual, prototypes=np.zeros_like(usual.prototypes)),
        "half of the probe zero": replace(usual, probe=usual.probe * (np.arange(len(usual.probe)) % 2)[:, None]),
        "one probe": replace(usual, probe=usual.probe[:1], probe_labels=usual.probe_labels[:1], head=None),
        "one class": replace(few, probe=few.probe[:2], probe_labels=one, head=one),
        "one embedding a class": few,
        "two classes": closed_set(0.1, classes=2),
        "no gallery": replace(usual, gallery=usual.gallery[:0], gallery_labels=usual.gallery_labels[:0]),
        "gallery of other classes": replace(usual, gallery_labels=usual.gallery_labels + 50),
        "opposite embeddings of a class": replace(
            usual, probe=np.concatenate([usual.probe[:150], -usual.probe[:150]]), probe_labels=np.arange(300) % 150
        ),
        "pairs of one kind": replace(usual, pairs={"devtest": pairs_without_impostors(usual)}),
        "no pairs": replace(usual, pairs={"10fold": pairs_of(usual, count=0), "devtest": pairs_of(usual, count=0)}),
        "empty known": replace(usual, known=usual.known[:0], known_labels=usual.known_labels[:0]),
        "enormous": replace(usual, probe=usual.probe * np.float32(1e18)),
        "tiny": replace(usual, probe=usual.probe * np.float32(1e-30)),
    }


def pairs_without_impostors(evidence):
    return PairEvidence(evidence.probe, evidence.probe, np.ones(len(evidence.probe), bool), np.zeros(300, np.int64))


def test_every_output_key_is_unique_and_explained_in_sentences():
    outputs = metrics.outputs()
    assert len({output.key for output in outputs}) == len(outputs) == len({output.title for output in outputs})
    for output in outputs:
        assert output.help[0].isupper() and output.help.endswith("."), output.key
        assert output.better in (-1, 0, 1) and output.unit in ("", "%", "deg"), output.key
        assert output.title.strip() == output.title != "", output.key


def test_every_output_appears_where_everything_applies_and_in_table_order():
    found = metrics.compute_all(everything())
    assert list(found) == [output.key for output in metrics.outputs()]
    assert all(type(value) is float for value in found.values())
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("case", degenerate())
def test_values_are_finite_and_fractions_and_angles_in_range(case, metric):
    found = metrics.compute_all(replace(degenerate()[case], metric=metric))
    limit = {"%": 1.0, "deg": 180.0, "": math.inf}
    for output in metrics.outputs():
        value = found.get(output.key, 0.0)
        assert math.isfinite(value), output.key
        assert output.unit == "" or 0 <= value <= limit[output.unit], (output.key, value)


@pytest.mark.parametrize("name", metrics.available())
def test_a_score_is_the_same_twice_and_whatever_the_order_of_the_probe(name):
    usual, order = everything(), np.random.default_rng(0).permutation(300)
    shuffled = replace(usual, probe=usual.probe[order], probe_labels=usual.probe_labels[order], head=usual.head[order])
    compute = metrics.get(name)().compute
    assert compute(usual) == compute(usual)
    assert compute(usual) == pytest.approx(compute(shuffled), rel=1e-9)


@pytest.mark.parametrize("name", metrics.available())
def test_a_score_sees_classes_and_not_their_numbers(name):
    usual = everything()
    labels = ("probe_labels", "gallery_labels", "head", "prototype_labels", "known_labels", "known_gallery_labels")
    renamed = replace(usual, **{label: getattr(usual, label) * 37 + 11 for label in labels})
    compute = metrics.get(name)().compute
    assert compute(renamed) == compute(usual)


def test_equal_embeddings_give_no_more_than_chance():
    found = metrics.compute_all(degenerate()["all embeddings equal"])
    assert found["roc_auc"] == found["eer"] == found["open_set_auroc"] == 0.5
    assert found["tar_at_far_1e-1"] == found["nmi"] == 0
    assert (found["angle_intra"], found["angle_inter"]) == pytest.approx((0, 0), abs=1e-9)
    assert found["knn_accuracy"] == found["recall_at_1"] == found["centroid_accuracy"] == 0.2
    assert "nc1" not in found, "without distance between classes the ratio has no meaning"


def test_what_does_not_apply_is_left_out():
    found = metrics.compute_all(closed_set(0.2, head=None, prototypes=None, prototype_labels=None))
    assert {"head_accuracy", "angle_w_ec", "lfw_accuracy", "open_set_auroc"}.isdisjoint(found)
    opened = metrics.compute_all(open_set(unseen_at_known_places=False))
    assert "angle_w_ec" not in opened, "the weights are of other classes than the probe"
    assert {"angle_w_inter", "open_set_auroc", "knn_accuracy"} <= set(opened)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"metric": "manhattan"}, "the metric must be one of cosine, euclidean, got 'manhattan'"),
        ({"probe": np.zeros((0, 8), np.float32), "probe_labels": np.zeros(0, np.int64)}, "no probe embeddings"),
        ({"probe": np.full((200, 8), np.nan, np.float32)}, "probe holds numbers that are not finite"),
        ({"gallery_labels": np.zeros(3, np.int64)}, "gallery has 200 rows, gallery_labels has 3"),
        ({"head": np.zeros(3, np.int64)}, "probe has 200 rows, head has 3"),
        ({"prototype_labels": None}, "prototypes and prototype_labels must be given together"),
        ({"prototypes": np.zeros((5, 2), np.float32)}, "prototypes has dimension 2, probe has 8"),
        ({"gallery": np.zeros(200, np.float32)}, "gallery must have shape"),
    ],
)
def test_evidence_that_cannot_be_scored_is_refused_in_a_sentence(change, message):
    with pytest.raises(ScoreError, match=message):
        closed_set(0.2, **change)


PLUGIN = """
from lossviz.metrics.base import Output, Score


class Mine(Score):
    version = 7
    outputs = (Output("{key}", "Mine", "How many probes there are."),)

    def compute(self, evidence):
        return {{"mine": {value}}}
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    def write(key="mine", value="float(len(evidence.probe))", name="mine"):
        (tmp_path / "metrics").mkdir()
        (tmp_path / "metrics" / f"{name}.py").write_text(PLUGIN.format(key=key, value=value))
        monkeypatch.setenv("LOSSVIZ_PLUGINS", str(tmp_path))

    return write


def test_a_score_added_as_one_new_file_is_computed_and_changes_the_fingerprint(plugin):
    before = metrics.fingerprint()
    assert "mine" not in metrics.compute_all(closed_set(0.2))
    plugin()
    found = metrics.compute_all(closed_set(0.2))
    assert list(found.items())[-1] == ("mine", 200.0)
    assert metrics.outputs()[-1].title == "Mine"
    assert metrics.fingerprint() != before and "mine=7" in metrics.fingerprint().split()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"value": "float('nan')"}, "the score 'mine' yields mine = nan"),
        ({"key": "another"}, "the score 'mine' yields mine = 200.0"),
        ({"key": "nmi"}, "the scores 'clustering' and 'mine' both yield 'nmi'"),
    ],
)
def test_a_score_that_breaks_its_promise_is_named(plugin, fields, message):
    plugin(**fields)
    with pytest.raises(ScoreError, match=message):
        metrics.outputs()
        metrics.compute_all(closed_set(0.2))


def test_listing_scores_imports_neither_torch_nor_scikit_learn():
    code = (
        "import sys; from lossviz import metrics; metrics.outputs(); metrics.fingerprint(); "
        "print([name for name in ('torch', 'sklearn', 'scipy') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_meaningless_embeddings_score_chance_and_separated_ones_score_full(metric):
    bad, good = metrics.compute_all(meaningless(metric=metric)), metrics.compute_all(closed_set(0.01, metric=metric))
    for key in ("centroid_accuracy", "knn_accuracy", "recall_at_1", "r_precision"):
        assert bad[key] == pytest.approx(0.2, abs=0.05), key
        assert good[key] == 1, key
    for key, chance in {"roc_auc": 0.5, "eer": 0.5, "tar_at_far_1e-1": 0.1, "tar_at_far_1e-2": 0.01}.items():
        assert bad[key] == pytest.approx(chance, abs=0.02), key
        assert good[key] == (0 if key == "eer" else 1), key
    assert bad["recall_at_5"] == pytest.approx(1 - 0.8**5, abs=0.05)
    assert bad["map_at_r"] < 0.1 and good["map_at_r"] == 1
    assert bad["nmi"] < 0.05 and good["nmi"] == 1
    assert bad["nc1"] > 1 and good["nc1"] < 0.01
    assert bad["angle_intra"] > 60 and good["angle_intra"] < 3


def test_a_larger_spread_is_worse_on_every_score_that_has_a_better_side():
    evidence = {spread: metrics.compute_all(closed_set(spread, per_class=60)) for spread in (0.1, 0.4)}
    for output in metrics.outputs():
        if output.better and output.key in evidence[0.4] and output.key not in ("head_accuracy", "angle_w_inter"):
            near, far = evidence[0.1][output.key], evidence[0.4][output.key]
            assert output.better * near >= output.better * far, output.key
            assert near != far, output.key


def test_evidence_may_be_built_from_positions():
    centers, labels = simplex(3, 4), np.arange(3).repeat(5)
    points = around(centers, labels, 0.1, 0)
    assert metrics.compute_all(Evidence("cosine", points, labels, points, labels))["recall_at_1"] == 1

"""Ship what came of studies: ``LOSSVIZ_RUNS=FOLDER python checkpoints/studies.py NAME...``.

Of every training of the study that is finished in the folder its numbers are written to ``.studies/NAME.json``, and of
the finals of its first seed a picture in space to ``.studies/NAME.safetensors``; the runs themselves are not shipped.
What was shipped before and is not in the folder stays.
"""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lossviz import projection, runs
from lossviz.runs import subject_of
from lossviz.studies import Outcome, Results, Study, load, shipped
from lossviz.studies.published import ARGMAX
from lossviz.studies.published_table import argmax, original_of
from lossviz.studies.results import ARGMAX_OF_EMBEDDING

MOST_CLASSES = 12
"""Of more than :data:`MANY` classes only so many are kept in a picture: those with most images."""
MANY = 100


def ship(name: str) -> str:
    """Write both files of a study; returns what was shipped, in words."""
    study = load(name)
    finished = [each for each in Results.of(study).outcomes if each.state == "finished"]
    kept = {each.id: _kept(study, each) for each in finished}
    configs = {each.id: each.training.config for each in finished}
    drawn = [each for each in finished if not each.training.trial and each.training.seed == study.seeds[0]]
    pictures = [found for each in drawn if (found := _picture(name, each)) is not None]
    shipped.write(name, kept, configs, pictures)
    return f"{name}: {len(kept)} trainings, {len(pictures)} pictures"


def _kept(study: Study, outcome: Outcome) -> shipped.Kept:
    measures = dict(outcome.measures)
    original = original_of(study)
    judged = {(number.contender, number.ground): number.measure for number in original.numbers} if original else {}
    if judged.get((outcome.training.cell.contender, outcome.training.cell.ground)) == ARGMAX:
        measures[ARGMAX_OF_EMBEDDING] = argmax(outcome)
    values = {each.name: getattr(outcome, each.name) for each in fields(shipped.Kept)}
    return shipped.Kept(**values | {"measures": measures})


def _picture(study: str, outcome: Outcome) -> shipped.Picture | None:
    """The t-SNE of the test images after the last epoch, by itself; the shipped one where the run is not here."""
    if not outcome.here:
        return shipped.picture(study, outcome.id)
    run, last = runs.find(outcome.id), outcome.training.config.settings.epochs
    method = projection.get("tsne")().settled(subject_of(run))
    embedding = run.snapshot(last).embeddings["probe"]
    fitted = method.fit_sequence([embedding])
    metric = str(run.header["loss"]["metric"])
    quality = projection.quality(embedding, fitted.positions[0], metric, kept_of=runs.KEPT_OF).means()
    samples = run.samples["probe"]
    labels, rows = samples.labels, np.arange(len(samples.labels))
    shown = np.unique(labels)
    if len(shown) > MANY:
        counts = np.bincount(labels)
        shown = np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
        rows = np.flatnonzero(np.isin(labels, shown))
    return shipped.Picture(
        run=run.id,
        positions=fitted.positions[0][rows],
        labels=np.searchsorted(shown, labels[rows]),
        ids=samples.index[rows],
        class_names=tuple(run.class_names[label] for label in shown),
        method=f"{method.title}, {fitted.note}",
        epoch=last,
        quality={key: float(quality[key]) for key in ("trustworthiness", "kept")},
        probes=len(labels),
    )


def main() -> None:
    """Ship the studies named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="which studies")
    for name in parser.parse_args().names:
        print(ship(name), flush=True)


if __name__ == "__main__":
    main()

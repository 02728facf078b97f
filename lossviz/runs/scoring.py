"""Scores of stored snapshots, computed once and kept beside the run."""

import hashlib
import os

from lossviz import metrics
from lossviz.errors import RunError
from lossviz.runs import layout
from lossviz.runs.reader import Run


def scores(run: Run, epoch: int) -> dict[str, float]:
    """Every score of one epoch by its key (see ``metrics.outputs()``).

    Kept under a key made of the snapshot's bytes, the samples', the metric and the version of every score, so
    that an old run gets a new score and a changed file is never taken for the old one.
    """
    digest = hashlib.sha256(f"{metrics.fingerprint()} {run.header['loss']['metric']}".encode())
    for path in (run.folder / layout.SAMPLES, layout.epoch_file(run.folder / layout.SNAPSHOTS, epoch)):
        try:
            digest.update(path.read_bytes())
        except FileNotFoundError:
            raise RunError(f"{path} is missing") from None
    kept = run.folder / layout.DERIVED / f"scores-{epoch:04d}-{digest.hexdigest()[:16]}.json"
    if kept.exists():
        return layout.read_json(kept)
    values = metrics.compute_all(run.evidence(epoch))
    if os.access(run.folder, os.W_OK):  # a shipped run may lie on a read-only disk
        kept.parent.mkdir(exist_ok=True)
        for outdated in kept.parent.glob(f"scores-{epoch:04d}-*.json"):
            outdated.unlink()
        layout.write_json(kept, values)
    return values

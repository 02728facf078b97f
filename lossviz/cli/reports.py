"""Scores of a run as tables."""

from lossviz import metrics
from lossviz.cli.output import console, table
from lossviz.runs import Run, scores
from lossviz.words import score_in_words


def print_scores(run: Run, epoch: int) -> None:
    """The scores of one epoch beside those of epoch 0, leaving out what does not apply to the run."""
    with console.status("computing scores"):
        now = scores(run, epoch)
        before = scores(run, 0) if 0 in run.epochs() else {}
    rows = [
        (
            output.title,
            score_in_words(now[output.key], output.unit),
            score_in_words(before.get(output.key), output.unit),
        )
        for output in metrics.outputs()
        if output.key in now
    ]
    table(("score", f">epoch {epoch}", ">before training"), rows, title=f"Scores of {run.id}")
    for sentence in (run.header["note"], *run.header.get("faults", ())):
        if sentence:
            console.print(sentence, soft_wrap=True)

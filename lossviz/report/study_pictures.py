"""Embeddings of a study's trainings: of its runs where they are here, else the small pictures that were shipped."""

from collections.abc import Iterator, Sequence

import numpy as np

from lossviz import runs
from lossviz.projection import Projection
from lossviz.report.document import Block, Embedding, Words
from lossviz.report.of_runs import MOST_RUNS, pictured
from lossviz.studies import Outcome, Results, shipped
from lossviz.studies.shipped import Picture
from lossviz.view import Panel

Place = tuple[str, str, str]


def pictures(results: Results, place: Place, key: str, method: Projection | None) -> Iterator[Block]:
    """The contenders' trainings of the first seed, side by side, the best first."""
    cells = {each.cell.contender: each for each in results.rivals(*place)}
    finals = [cells[name].finals[0] for name in results.comparison(*place).names if cells[name].finals]
    finished = [final for final in finals if final.state == "finished"]
    here = [final for final in finished if final.here]
    if here:
        yield _of_runs(results, here[:MOST_RUNS], key, method)
    away = [(final, shipped.picture(results.study.name, final.id)) for final in finished if not final.here]
    there = [(final, picture) for final, picture in away if picture is not None][:MOST_RUNS]
    if there:
        panels = [_panel(results, final, picture) for final, picture in there]
        drawn = [picture for _, picture in there]
        yield Embedding(f"embedding-{key}{'-shipped' * bool(here)}", _title(results), note=_note(drawn), panels=panels)
    missing = [results.study.contender(final.training.cell.contender).title for final, found in away if found is None]
    if missing:
        yield Words(f"Embeddings of {', '.join(missing)} are left out: their runs are not here.", "small")


def _title(results: Results) -> str:
    return f"Embeddings of seed {results.study.seeds[0]}, the best loss first"


def _of_runs(results: Results, finals: Sequence[Outcome], key: str, method: Projection | None) -> Embedding:
    shown = pictured([runs.find(final.id) for final in finals], method, lambda done, doing: None)
    note = f"Seed {results.study.seeds[0]}; {shown[0].note(shown[0].panel.epochs[-1])}."
    return Embedding(f"embedding-{key}", _title(results), shown, note)


def _panel(results: Results, final: Outcome, picture: Picture) -> Panel:
    cell = final.training.cell
    title = results.study.contender(cell.contender).title
    subtitle = f"epoch {picture.epoch}, trust {picture.quality['trustworthiness']:.2f}"
    return panel_of(picture, title, subtitle, f"{cell.ground} of {results.study.name}")


def panel_of(picture: Picture, title: str, subtitle: str, data: str) -> Panel:
    """A shipped picture for the view; ``data`` names what its ids are rows of."""
    return Panel(
        key=picture.run,
        title=title,
        subtitle=subtitle,
        positions=picture.positions[None].astype(np.float32),
        epochs=(picture.epoch,),
        ids=picture.ids,
        labels=picture.labels,
        class_names=picture.class_names,
        sphere=picture.sphere,
        ruled=False,
        data=data,
    )


def _note(drawn: Sequence[Picture]) -> str:
    methods = dict.fromkeys(each.method for each in drawn)
    kept = [each.quality["kept"] for each in drawn]
    shown, whole = len(drawn[0].ids), drawn[0].probes
    part = f" {shown:,} of {whole:,} test images are shown: those of the most frequent classes." * (shown < whole)
    return (
        f"t-SNE ({'; '.join(methods)}) after the last epoch; {min(kept):.0%} to {max(kept):.0%} of true neighbours "
        f"kept. The pictures came with the program, the runs did not.{part}"
    )

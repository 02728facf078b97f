"""An earlier study in a report: what was published, the same run again and corrected, and why they differ."""

from lossviz.report.document import Block, Section, Table, Words
from lossviz.studies import Results
from lossviz.studies.published import Original
from lossviz.studies.published_table import (
    HEADS,
    VERIFICATION_SAID,
    original_of,
    rows,
    rows_said,
    touched,
    verification,
    verification_heads,
)


def earlier_sections(results: Results) -> list[Section]:
    """Nothing for a study that runs no earlier one again."""
    original = original_of(results.study)
    if original is None:
        return []
    blocks: list[Block] = [Words(rows_said(original))]
    blocks.append(Table("published", original.title, _raised(HEADS), tuple(row.words for row in rows(results))))
    faces = verification(results)
    if faces:
        heads = _raised(verification_heads())
        blocks.append(Table("verification", "Faces: same person or not?", heads, faces, VERIFICATION_SAID))
    return [Section("earlier", "Published, run again, corrected", tuple(blocks)), _why(original)]


def _why(original: Original) -> Section:
    blocks: list[Block] = []
    for each in original.explanations:
        blocks.append(Words(f"**{each.title}** ({touched(original, each)})"))
        blocks.append(Words(f"{each.done} {each.follows} **Instead:** {each.instead}"))
    blocks.append(Words("What the run as published does not share with the original:"))
    blocks += [Words(sentence, "item") for sentence in original.not_the_same]
    return Section("why", "Why they differ", tuple(blocks))


def _raised(heads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(head[:1].upper() + head[1:] for head in heads)

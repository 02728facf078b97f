"""A report as the words that ask for it in a shell, and a projection out of one such word."""

from collections.abc import Iterator, Sequence

from lossviz import projection
from lossviz.errors import KnobError, UnknownName
from lossviz.knobs import Knobbed, Value
from lossviz.projection import Projection
from lossviz.report.encode import FORMATS
from lossviz.report.make import Wanted


def report_words(names: Sequence[str], path: str, wanted: Wanted) -> list[str]:
    """What follows ``python -m lossviz`` for a report of ``names`` (runs, or one study) at ``path``.

    What is the default is left out, and so is all about films where there is none.
    """
    asked = wanted.asked
    words = ["report", *names, "-o", path]
    if asked.title:
        words.append(f"--title={asked.title}")  # in one word, since a title may begin with a dash
    if asked.method is not None:
        words += ["--projection", projection_word(asked.method)]
    if asked.epoch is not None:
        words += ["--epoch", str(asked.epoch)]
    if wanted.films:
        words += ["--films", ",".join(wanted.films)]
    if wanted.pictures is not None:
        words.append("--pictures" if wanted.pictures else "--no-pictures")
    if wanted.films or path.rpartition(".")[2] in FORMATS:
        words += [_flag(name, value) for name, value in _changed(wanted.film)]
    return words


def _flag(name: str, value: Value) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag}={_typed(value)}"


def _typed(value: Value) -> str:
    return "auto" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _changed(owner: Knobbed) -> Iterator[tuple[str, Value]]:
    values = owner.values()
    yield from ((knob.name, values[knob.name]) for knob in owner.knobs() if values[knob.name] != knob.default)


def projection_word(method: Projection) -> str:
    """``tsne:seed=3,perplexity=15``: a projection with the knobs that are not what they are by default."""
    knobs = ",".join(f"{name}={_typed(value)}" for name, value in _changed(method))
    return f"{method.key()}:{knobs}" if knobs else method.key()


def projection_of(word: str) -> Projection:
    """The projection that :func:`projection_word` writes so; raises :class:`~lossviz.errors.LossvizError`."""
    name, _, told = word.partition(":")
    method = projection.get(name.strip())
    knobs = {knob.name: knob for knob in method.knobs()}
    values: dict[str, Value] = {}
    for pair in filter(None, told.split(",")):
        knob, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            raise KnobError(f"knobs of a projection are written NAME:KNOB=VALUE,KNOB=VALUE; got '{word}'")
        if knob not in knobs:
            raise UnknownName(f"knob of {method.key()}", knob, knobs)
        values[knob] = knobs[knob].parse(value, method.__name__)
    return method.from_values(values)

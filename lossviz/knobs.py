"""Knobs: hyper-parameters declared once.

A knob is a field of a frozen dataclass that derives from :class:`Knobbed`::

    @dataclass(frozen=True)
    class ArcFace(Knobbed):
        margin: float = knob(0.5, 0.0, 1.0, step=0.05, unit="rad", help="Added to the angle of the true class.")

Sliders, command-line flags, JSON, validation and error texts all come from that one line.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from typing import Any, Self

from lossviz.errors import KnobError, UnknownName

Value = bool | int | float | str | None

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Knob:
    """What is declared about one hyper-parameter.

    ``low`` and ``high`` are inclusive. ``choices`` replaces the range for a knob that picks a word. ``log`` asks
    for a logarithmic slider. ``optional`` admits ``None``, shown as ``auto``: the program then decides. ``below`` names
    a knob of the same class that this one stays below, by at least ``gap``. ``symbol`` is how the class's formula
    writes it, where that is not the usual letter for the name. ``faults`` are (value, sentence) for values that do
    something wrong on purpose, as somebody once published it: whatever has one says the sentence.
    """

    name: str
    default: Value
    low: float | None
    high: float | None
    step: float | None
    unit: str
    help: str
    choices: tuple[str, ...]
    log: bool
    kind: type
    optional: bool
    below: str
    gap: float
    symbol: str
    faults: tuple[tuple[Value, str], ...] = ()

    @property
    def allowed(self) -> str:
        """The allowed values in words, e.g. ``between 0.0 and 1.0 rad``."""
        if self.choices:
            words = "one of " + ", ".join(self.choices)
        elif self.kind is bool:
            words = "true or false"
        elif self.kind is str:
            words = "text"
        else:
            noun = "a whole number " if self.kind is int else ""
            low, high = (None if bound is None else self.kind(bound) for bound in (self.low, self.high))
            if low is not None and high is not None:
                words = f"{noun}between {low} and {high}"
            elif low is not None:
                words = f"{noun}of at least {low}" if noun else f"at least {low}"
            else:
                words = noun.strip() or "a number"
            words += f" {self.unit}" if self.unit else ""
        return words + (" or auto" if self.optional else "")

    def check(self, value: Any, owner: str) -> Value:
        """Return ``value`` as the knob's own type, or raise :class:`KnobError` naming ``owner``."""
        if value is None and self.optional:
            return None
        number = self._convert(value)
        if number is None or not self._within(number):
            raise KnobError(f"{owner}.{self.name} must be {self.allowed}, got {value!r}")
        return number

    @property
    def offered(self) -> tuple[Value, ...]:
        """The words, or false and true, that menus of what may be wanted offer: all but the faults."""
        words: tuple[Value, ...] = self.choices or ((False, True) if self.kind is bool else ())
        return tuple(word for word in words if not self.fault(word))

    def fault(self, value: Value) -> str:
        """What is wrong with ``value``, in a sentence; empty where nothing is."""
        return dict(self.faults).get(value, "")

    def check_order(self, value: float, other: float, owner: str) -> None:
        """Raise :class:`KnobError` where ``value`` is not below ``other``, the value of the knob ``below``."""
        highest = other - self.gap
        if value > highest + 1e-12:
            allowed = f"between {self.low} and {highest:.6g}" + (f" {self.unit}" if self.unit else "")
            raise KnobError(f"{owner}.{self.name} must be {allowed} while {self.below} is {other}, got {value}")

    def parse(self, text: str, owner: str) -> Value:
        """Read a value typed by a person (a command-line argument)."""
        word = text.strip()
        if self.optional and word.lower() == "auto":
            return None
        if self.kind is bool and word.lower() in _TRUE | _FALSE:
            return word.lower() in _TRUE
        if self.kind in (int, float):
            try:
                return self.check(self.kind(word), owner)
            except ValueError as error:
                if isinstance(error, KnobError):
                    raise
                raise KnobError(f"{owner}.{self.name} must be {self.allowed}, got {text!r}") from None
        return self.check(word, owner)

    def _convert(self, value: Any) -> bool | int | float | str | None:
        if self.kind is bool or self.kind is str:
            return value if isinstance(value, self.kind) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return None
        if self.kind is int:
            return int(value) if value == int(value) else None
        return float(value)

    def _within(self, value: bool | int | float | str) -> bool:
        if self.choices:
            return value in self.choices
        if isinstance(value, (bool, str)):
            return True
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def knob(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    step: float | None = None,
    unit: str = "",
    help: str,
    choices: tuple[str, ...] = (),
    log: bool = False,
    kind: type | None = None,
    below: str = "",
    gap: float = 0.0,
    symbol: str = "",
    faults: Mapping[Any, str] | None = None,
) -> Any:
    """Declare a knob as a dataclass field. A default of ``None`` makes it optional and then needs ``kind``."""
    settled = kind or type(default)
    if settled not in (bool, int, float, str):
        raise TypeError("a knob with no default of its own needs kind=bool, int, float or str")
    wrong = tuple((faults or {}).items())
    if default in dict(wrong):
        raise TypeError("a fault is never the default")
    declared = Knob(
        "", default, low, high, step, unit, help, choices, log, settled, default is None, below, gap, symbol, wrong
    )
    return field(default=default, metadata={"knob": declared})


def described(name: str, default: Any, low: float, high: float, **rest: Any) -> Knob:
    """A quantity that is no knob but is described as one; the arguments are those of :func:`knob`."""
    declared: Knob = knob(default, low, high, **rest).metadata["knob"]
    return Knob(**{**declared.__dict__, "name": name})


def flag_names(kinds: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], str]:
    """The command-line flag, without its dashes, of each (kind, knob name) in ``kinds``.

    A name that an earlier kind has taken gets its kind in front.
    """
    flags: dict[tuple[str, str], str] = {}
    for kind, names in kinds.items():
        for name in names:
            flag = name.replace("_", "-")
            flags[kind, name] = f"{kind}-{flag}" if flag in flags.values() else flag
    return flags


def _named(item: Field[Any]) -> Knob:
    declared: Knob = item.metadata["knob"]
    return Knob(**{**declared.__dict__, "name": item.name})


@cache
def _knobs_of(cls: type[Any]) -> tuple[Knob, ...]:
    return tuple(_named(item) for item in fields(cls) if "knob" in item.metadata)


@dataclass(frozen=True)
class Knobbed:
    """Base of everything with knobs: validates itself when made, and goes to and from plain JSON values."""

    def __post_init__(self) -> None:
        for declared in self.knobs():
            value = declared.check(getattr(self, declared.name), type(self).__name__)
            object.__setattr__(self, declared.name, value)
        for declared in self.knobs():
            if declared.below:
                declared.check_order(getattr(self, declared.name), getattr(self, declared.below), type(self).__name__)

    @classmethod
    def knobs(cls) -> tuple[Knob, ...]:
        """The declared knobs, in order of declaration."""
        owner: Any = cls
        return _knobs_of(owner)

    @classmethod
    def knob(cls, name: str) -> Knob:
        """The knob called ``name``; raises :class:`UnknownName` with the nearest name."""
        for declared in cls.knobs():
            if declared.name == name:
                return declared
        raise UnknownName(f"knob of {cls.__name__}", name, [declared.name for declared in cls.knobs()])

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """Build from a mapping of knob names to values, as :meth:`values` gives it. Missing ones take the default."""
        for name in values:
            cls.knob(name)
        return cls(**values)

    def values(self) -> dict[str, Value]:
        """Every knob's value, ready for JSON."""
        return {declared.name: getattr(self, declared.name) for declared in self.knobs()}

    def faults(self) -> tuple[str, ...]:
        """What is wrong on purpose, a sentence for each knob at a value that is declared as a fault."""
        return tuple(said for declared in self.knobs() if (said := declared.fault(getattr(self, declared.name))))

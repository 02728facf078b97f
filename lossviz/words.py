"""Times, sizes and values as a person reads them."""

from collections.abc import Sequence


def duration(seconds: float) -> str:
    """``1 h 02 min``, ``3 min 05 s`` or ``7 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


def size_in_words(count: float) -> str:
    """Bytes in the largest unit that leaves at least 1."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def value_in_words(value: object, unset: str = "auto") -> str:
    """A knob's value: ``on``, ``0.5``, ``hard``; ``unset`` where it is left to the program."""
    if value is None:
        return unset
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


def score_in_words(value: float | None, unit: str) -> str:
    """A score with its unit, ``%`` for a fraction of 1 or ``deg``, or a dash where it does not apply."""
    if value is None:
        return "-"
    if unit == "%":
        return f"{100 * value:.2f} %"
    return f"{value:.1f}°" if unit == "deg" else f"{value:.4g}"


def listed_seeds(seeds: Sequence[int]) -> str:
    """Seeds as they are typed: ``0-4``, or ``0,2,5``."""
    spans = len(seeds) > 1 and list(seeds) == list(range(min(seeds), max(seeds) + 1))
    return f"{seeds[0]}-{seeds[-1]}" if spans else ",".join(map(str, seeds))

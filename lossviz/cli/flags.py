"""Command-line flags made from declared knobs."""

import argparse
from collections.abc import Mapping

from lossviz.knobs import Knob, Knobbed, Value, flag_names
from lossviz.words import value_in_words

Owner = tuple[str, type[Knobbed]]
Flags = dict[str, tuple[str, str, Knob]]
METAVARS = {int: "N", float: "X", str: "WORD"}


def add_flags(parser: argparse.ArgumentParser, owners: Mapping[str, Owner]) -> Flags:
    """Add a group of flags for each owner, given by kind as (title, class); :func:`read_flags` reads them back.

    A name that an earlier owner has taken gets its kind in front.
    """
    flags: Flags = {}
    names = flag_names({kind: [knob.name for knob in owner.knobs()] for kind, (_, owner) in owners.items()})
    for kind, (title, owner) in owners.items():
        group = parser.add_argument_group(title)
        for declared in owner.knobs():
            option = f"--{names[kind, declared.name]}"
            name = names[kind, declared.name].replace("-", "_")
            flags[name] = (kind, owner.__name__, declared)
            allowed = "" if declared.kind is bool else f"{declared.allowed}; "
            text = f"{declared.help} [{allowed}default {value_in_words(declared.default)}]".replace("%", "%%")
            if declared.kind is bool:
                group.add_argument(option, dest=name, action=argparse.BooleanOptionalAction, help=text)
            else:
                group.add_argument(option, dest=name, metavar=METAVARS[declared.kind], help=text)
    return flags


def read_flags(arguments: argparse.Namespace, flags: Flags) -> dict[str, dict[str, Value]]:
    """Values that were typed, by kind and knob name; raises :class:`~lossviz.errors.KnobError`."""
    chosen: dict[str, dict[str, Value]] = {}
    for name, (kind, owner, declared) in flags.items():
        typed = getattr(arguments, name)
        values = chosen.setdefault(kind, {})
        if typed is not None:
            values[declared.name] = typed if isinstance(typed, bool) else declared.parse(typed, owner)
    return chosen

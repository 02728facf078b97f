"""``lossviz losses`` and ``lossviz models``: what there is to choose from."""

import argparse
from collections.abc import Sequence
from typing import Any

from lossviz import losses, models
from lossviz.cli.output import as_json, console, knob_rows, table


def add_losses(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``losses [NAME] [--json]``."""
    parser.add_argument("name", nargs="?", help="a loss")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(do=show_losses)


def add_models(parser: argparse.ArgumentParser, typed: Sequence[str]) -> None:
    """``models [NAME]``."""
    parser.add_argument("name", nargs="?", help="a model")
    parser.set_defaults(do=show_models)


def show_losses(arguments: argparse.Namespace) -> int:
    """List all, or show one."""
    if arguments.name:
        return _show_loss(arguments.name, arguments.json)
    every = {name: losses.get(name) for name in losses.available()}
    if arguments.json:
        as_json({name: _loss_facts(name) for name in every})
        return 0
    for family in dict.fromkeys(loss.family for loss in sorted(every.values(), key=lambda loss: str(loss.family))):
        rows = [(name, loss.title, loss.idea) for name, loss in every.items() if loss.family == family]
        table(("loss", "title", "idea"), rows, title=str(family))
    console.print("One of them with its knobs: python -m lossviz losses NAME")
    return 0


def show_models(arguments: argparse.Namespace) -> int:
    """List all, or show one."""
    if arguments.name:
        model = models.get(arguments.name)
        console.print(f"[bold]{model.title}[/] ({arguments.name})\n{model.idea}\n{model.source}")
        table(("knob", "default", "allowed", "what it does"), knob_rows(model.knobs()))
        return 0
    rows = [(name, models.get(name).title, models.get(name).idea) for name in models.available()]
    table(("model", "title", "idea"), rows)
    return 0


def _loss_facts(name: str) -> dict[str, Any]:
    loss = losses.get(name)
    return {
        "title": loss.title,
        "family": str(loss.family),
        "idea": loss.idea,
        "formula": loss.formula,
        "batch": str(loss.batch),
        "references": [{"text": reference.text, "url": reference.url} for reference in loss.references],
        "knobs": loss().values(),
    }


def _show_loss(name: str, json: bool) -> int:
    if json:
        as_json(_loss_facts(name))
        return 0
    loss = losses.get(name)
    console.print(f"[bold]{loss.title}[/] ({name}), {loss.family}\n{loss.idea}")
    console.print(f"\n  {loss.formula}\n", markup=False, soft_wrap=True)
    console.print(f"Batch: {loss.batch}. Compared by {loss().metric} distance.")
    for reference in loss.references:
        console.print(f"{reference.text}\n  {reference.url}", markup=False, soft_wrap=True)
    table(("knob", "default", "allowed", "what it does"), knob_rows(loss.knobs()))
    return 0

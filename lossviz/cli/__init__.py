"""The command line: ``python -m lossviz``."""

from lossviz.cli.entry import main

__all__ = ["main"]

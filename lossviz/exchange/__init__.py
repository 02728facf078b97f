"""Runs for other programs, and embeddings from them.

>>> from lossviz import exchange
>>> exchange.export([run], "parquet", Path("exports"))
>>> exchange.import_from(Path("exports/mnist-arcface.parquet"))
"""

from lossviz.exchange.exporting import FORMATS, Format, export
from lossviz.exchange.importing import SOURCES, Source, import_from
from lossviz.exchange.keeping import Named

__all__ = ["FORMATS", "SOURCES", "Format", "Named", "Source", "export", "import_from"]

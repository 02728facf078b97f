"""Every data set: ``data.available()``, ``data.open_set("mnist")``, ``data.split(images, seed=0)``."""

from lossviz.data._catalogue import Status, available, describe, fetch, get, open_set, registry, remove, status
from lossviz.data._splits import Split, pairs, split
from lossviz.data.base import DataSet, Images, Pairs, Report

__all__ = [
    "DataSet",
    "Images",
    "Pairs",
    "Report",
    "Split",
    "Status",
    "available",
    "describe",
    "fetch",
    "get",
    "open_set",
    "pairs",
    "registry",
    "remove",
    "split",
    "status",
]

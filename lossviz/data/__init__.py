"""Every data set: ``data.available()``, ``data.open_set("mnist")``, ``data.split(images, seed=0)``."""

from lossviz.data._catalogue import (
    Status,
    available,
    describe,
    fetch,
    get,
    open_prepared,
    open_set,
    registry,
    remove,
    status,
)
from lossviz.data._folder import Added, FolderOptions, register_folder
from lossviz.data._pictures import decode, to_array
from lossviz.data._splits import Split, pairs, split
from lossviz.data.base import DataSet, Images, Pairs, Report

__all__ = [
    "Added",
    "DataSet",
    "FolderOptions",
    "Images",
    "Pairs",
    "Report",
    "Split",
    "Status",
    "available",
    "decode",
    "describe",
    "fetch",
    "get",
    "open_prepared",
    "open_set",
    "pairs",
    "register_folder",
    "registry",
    "remove",
    "split",
    "status",
    "to_array",
]

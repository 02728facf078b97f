"""Every data set: ``data.available()``, ``data.open_set("mnist")``, ``data.split(images, seed=0)``."""

from lossviz.data._catalogue import (
    Status,
    available,
    describe,
    fetch,
    get,
    open_prepared,
    open_set,
    open_whole,
    recipe,
    registry,
    remove,
    status,
)
from lossviz.data._doubts import Seen, doubts
from lossviz.data._folder import Added, FolderOptions, register_folder
from lossviz.data._pictures import Decoded, decode, to_array
from lossviz.data._recipes import UNTOUCHED, Recipe, Touch
from lossviz.data._splits import SPLIT_BY, Split, pairs, split
from lossviz.data._uploads import Refused, Upload, take, take_all
from lossviz.data.base import DataSet, Images, Pairs, Report

__all__ = [
    "SPLIT_BY",
    "UNTOUCHED",
    "Added",
    "DataSet",
    "Decoded",
    "FolderOptions",
    "Images",
    "Pairs",
    "Recipe",
    "Refused",
    "Report",
    "Seen",
    "Split",
    "Status",
    "Touch",
    "Upload",
    "available",
    "decode",
    "describe",
    "doubts",
    "fetch",
    "get",
    "open_prepared",
    "open_set",
    "open_whole",
    "pairs",
    "recipe",
    "register_folder",
    "registry",
    "remove",
    "split",
    "status",
    "take",
    "take_all",
    "to_array",
]

"""What the server does besides running pages: warming up, tending the queue, and handing out thumbnail sheets."""

import importlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import Any

from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from lossviz import data, runs
from lossviz.data._pictures import UPLOADS
from lossviz.errors import DataError, LossvizError
from lossviz.ui.declared import ROOMS, declared
from lossviz.ui.queueing import tend

HEAVY = ("plotly.graph_objects", "torch", "sklearn.metrics", "pytorch_metric_learning.losses", "torchvision")
AT_HAND = "digits"
"""The data set that comes with the program: prepared at once, so that its images can be shown."""
HEAD_START = 4.0  # seconds; imports hold the interpreter's lock, and would delay the first picture


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """While the first page is being looked at, import what later ones need; start jobs as they have their turn.

    Jobs that are not detached end with this process, however it ends: their standard input does.
    """
    keep_uploads_in_memory()
    over = threading.Event()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    threading.Thread(target=tend, args=(over,), name="tender", daemon=True).start()
    yield
    over.set()


def keep_uploads_in_memory() -> None:
    """Have nothing of an upload touch the disk: from a megabyte on, files would be buffered in one without a name."""
    MultiPartParser.spool_max_size = 2 * UPLOADS.bytes


def routes() -> list[Route]:
    """The addresses that the server answers beside the pages."""
    return [Route(f"{THUMBNAILS}/{{run}}", _thumbnails)]


THUMBNAILS = "/lossviz/thumbnails"


def thumbnails_url(run: runs.Run, rows: str) -> str:
    """Where the sheet of the run's probe images is; ``rows`` names which of them and changes with the data."""
    return f"{THUMBNAILS}/{run.id}?rows={rows}"


def _warm_up() -> None:
    time.sleep(HEAD_START)
    for name in HEAVY:
        importlib.import_module(name)
    for kind in ROOMS:
        declared(kind)
    with suppress(LossvizError):  # where it cannot be written, training says why
        data.fetch(AT_HAND)


def _thumbnails(request: Request) -> Response:
    try:
        picture = _sheet(request.path_params["run"], request.query_params.get("rows", ""))
    except LossvizError as error:
        return PlainTextResponse(str(error), status_code=404)
    return Response(picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@lru_cache(maxsize=8)
def _sheet(name: str, _rows: str) -> bytes:
    run = runs.find(name)
    pictures = runs.probe_pictures(run)
    if pictures is None:
        raise DataError(f"the images of run '{run.id}' are not on this machine")
    return runs.sheet(pictures[runs.drawn_rows(run)])

"""Fetches a file: with progress, a timeout and a checksum, under a temporary name until it is whole.

torchvision's own downloads have neither progress for a page nor a timeout, and write to the final name, so the
archives are put where torchvision looks and it only unpacks them.
"""

import hashlib
import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from lossviz.data._disk import disk_errors
from lossviz.data.base import Report
from lossviz.errors import DataError
from lossviz.paths import replacing

TIMEOUT_S = 20
_CHUNK = 1 << 18


class NotDownloaded(DataError):
    """The originals of a data set are not on this machine and could not be fetched."""


class _Broken(Exception):
    """What came is not what was published."""


NETWORK = (urllib.error.URLError, TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException, _Broken)


def download(urls: Sequence[str], path: Path, md5: str, report: Report) -> None:
    """Put the file with checksum ``md5`` at ``path``, from the first of ``urls`` that gives it.

    A file that is there already is kept if its checksum is right. Raises :class:`NotDownloaded` saying what each
    address answered and where to put the file by hand, :class:`DataError` when the disk does not take it.
    """
    if path.is_file() and _md5(path) == md5:
        return
    answers = []
    with disk_errors(path.parent, path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        for url in urls:
            try:
                with replacing(path) as partial:
                    _stream(url, partial, report)
                    if _md5(partial) != md5:
                        raise _Broken("what came is not what was published: its MD5 differs")
                return
            except NETWORK as error:
                answers.append(f"{url} ({getattr(error, 'reason', None) or error or type(error).__name__})")
    raise NotDownloaded(f"{path.name} could not be downloaded from {', nor from '.join(answers)}; put it at {path}")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _stream(url: str, path: Path, report: Report) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "lossviz"})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer, path.open("wb") as file:
        size = int(answer.headers.get("Content-Length") or 0)
        done = 0
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            report(f"downloading {url.rpartition('/')[2]}", done / size if size else None)

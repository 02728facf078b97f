"""What a file is that is no picture, told by how its content begins, so that the refusal can name it."""

_BEGINNINGS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive (or an office document, which is one)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"%!PS", "a PostScript drawing"),
    (b"\x00\x00\x01\x00", "an icon (ICO)"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_BRANDS = {b"heic": "a HEIC photograph", b"heix": "a HEIC photograph", b"mif1": "a HEIF picture"}
_BRANDS |= {b"avif": "an AVIF picture", b"avis": "an AVIF picture"}


def kind_of(data: bytes) -> str | None:
    """``"a PDF document"`` and the like, from the first bytes; ``None`` where they say nothing."""
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning):
            return what
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a film")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!doctype svg")) and b"<svg" in start):
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return None

"""Films are opened again: as many pictures as were asked for, of that size and speed, and they move as asked."""

import io

import numpy as np
import pytest
from PIL import Image

from lossviz.errors import KnobError, ReportError
from lossviz.report.encode import encoded
from lossviz.report.film import Film, Reel
from lossviz.report.of_runs import pictured

SMALL = {"width": 320, "height": 200, "rate": 5, "pace": 3.0, "hold": 0.4}


def reel(runs, **knobs):
    return Reel([each.panel for each in pictured(runs, None, lambda done, doing: None)], Film(**{**SMALL, **knobs}))


def frames_of(data):
    image = Image.open(io.BytesIO(data))
    found = []
    for number in range(image.n_frames):
        image.seek(number)
        found.append(np.asarray(image.convert("RGB")).astype(int))
    return image, found


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_a_film_has_the_pictures_that_were_asked_for(pair, kind):
    wanted, told = reel(pair), []
    data = encoded(wanted, kind, lambda done, doing: told.append(done))
    image, found = frames_of(data)
    assert len(found) == len(wanted) == round((3 / 3.0 + 0.4) * 5)
    assert image.size == (320, 200) and image.format == kind.upper()
    assert image.info["loop"] == 0 and image.info["duration"] == 200
    for number, picture in enumerate(wanted.frames()):
        assert np.abs(found[number] - np.asarray(picture).astype(int)).mean() < 3
    assert np.abs(found[0] - found[-1]).mean() > 3
    assert told == sorted(told) and len(told) == len(wanted)


def test_a_gif_keeps_its_ground(pair):
    _, found = frames_of(encoded(reel(pair, dark=True), "gif"))
    assert all(tuple(each[2, -3]) == (16, 20, 27) for each in found)


def test_an_mp4_has_them_too(pair, tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    wanted = reel(pair, width=322)
    data = encoded(wanted, "mp4")
    assert data[4:8] == b"ftyp"
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    reader = ffmpeg.read_frames(str(path))
    facts = next(reader)
    found = [np.frombuffer(each, np.uint8).reshape(200, 322, 3).astype(int) for each in reader]
    assert facts["size"] == (322, 200) and facts["fps"] == 5
    assert len(found) == len(wanted)
    for number, picture in enumerate(wanted.frames()):
        assert np.abs(found[number] - np.asarray(picture).astype(int)).mean() < 5


def test_without_ffmpeg_it_is_said_what_to_install(pair, monkeypatch):
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")

    def none():
        raise RuntimeError("no ffmpeg")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", none)
    with pytest.raises(ReportError, match="pip install imageio-ffmpeg"):
        encoded(reel(pair), "mp4")
    assert encoded(reel(pair), "gif")[:3] == b"GIF"


def test_the_camera_goes_as_asked(pair):
    still, turning, rocking = (reel(pair, path=path) for path in ("still", "turn", "rock"))
    count = len(still)
    assert all(np.array_equal(still.turn(0, count), still.turn(number, count)) for number in range(count))
    assert not np.allclose(turning.turn(0, count), turning.turn(count // 2, count))
    assert np.allclose(turning.turn(0, count), turning.turn(count, count))  # the picture after the last is the first
    angles = [np.degrees(np.arccos((np.trace(rocking.turn(n, 40).T @ rocking.turn(0, 40)) - 1) / 2)) for n in range(40)]
    assert max(angles) == pytest.approx(25, abs=0.5)


def test_epochs_pass_at_the_pace_and_the_last_one_stays(pair):
    film = reel(pair, pace=1.0, rate=10, hold=1.0)
    count = len(film)
    epochs = [film.epoch(number, count) for number in range(count)]
    assert count == 40 and epochs[0] == 0 and epochs == sorted(epochs)
    assert epochs[10] == pytest.approx(1.0, abs=0.06) and epochs[-10:] == [3.0] * 10
    last = list(reel(pair, path="still", hold=0.4).frames())[-2:]
    assert np.array_equal(np.asarray(last[0]), np.asarray(last[1]))


def test_what_cannot_be_filmed_is_said(pair):
    with pytest.raises(ReportError, match="gif, webp, mp4, got 'avi'"):
        encoded(reel(pair), "avi")
    with pytest.raises(KnobError, match="still, turn, rock"):
        Film(path="fly")
    with pytest.raises(ReportError, match="no run to film"):
        Reel([], Film())

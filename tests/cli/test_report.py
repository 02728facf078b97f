"""``python -m lossviz report``."""

from lossviz.cli import main
from tests.report.made import make_run


def test_a_report_of_runs_is_written(runs_home, tmp_path, capsys):
    make_run(runs_home, "one")
    make_run(runs_home, "two", "softmax")
    path = tmp_path / "both.html"
    assert main(["report", "one", "two", "one", "-o", str(path), "--title", "Both"]) == 0
    assert str(path) in capsys.readouterr().out
    assert "<title>Both</title>" in path.read_text() and "2 runs: one, two" in path.read_text()


def test_a_film_takes_its_flags(runs_home, tmp_path):
    from PIL import Image

    make_run(runs_home, "one")
    path = tmp_path / "one.gif"
    arguments = ["--width", "320", "--height", "240", "--rate", "4", "--pace", "4", "--hold", "0", "--path", "still"]
    assert main(["report", "one", "-o", str(path), *arguments]) == 0
    with Image.open(path) as film:
        assert film.size == (320, 240) and film.n_frames == 3


def test_mistakes_are_told_in_a_sentence(runs_home, tmp_path, capsys):
    make_run(runs_home, "one")
    for arguments, said in (
        (["nobody"], "nobody"),
        (["one", "-o", str(tmp_path / "one.doc")], "is none of these"),
        (["one", "-o", str(tmp_path / "one.gif"), "--path", "fly"], "one of still, turn, rock"),
        (["one", "-o", str(tmp_path / "one"), "--films", "avi"], "gif, webp, mp4, got 'avi'"),
        (["one", "-o", str(tmp_path / "one.html"), "--projection", "magic"], "no projection called 'magic'"),
    ):
        assert main(["report", *arguments]) == 1
        error = capsys.readouterr().err
        assert said in error and error.startswith("lossviz: ") and "Traceback" not in error
    assert list(tmp_path.glob("one*")) == []

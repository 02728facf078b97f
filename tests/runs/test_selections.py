"""Named selections of images, kept for each data set."""

import json
import threading

import numpy as np
import pytest

from lossviz.errors import RunError, UnknownName
from lossviz.runs import list_runs, selections
from lossviz.runs.selections import SelectionError

HERE, THERE = "a" * 64, "0" * 64


def test_what_is_saved_is_loaded_and_deleted_and_belongs_to_one_data_set(runs_home):
    assert selections.names(HERE) == []
    assert selections.save("  Sevens like ones ", HERE, np.array([7, 3, 3])) == "Sevens like ones"
    selections.save("ärger", HERE, [1])
    selections.save("blurred", HERE, [2])
    assert selections.names(HERE) == ["blurred", "Sevens like ones", "ärger"]
    loaded = selections.load("Sevens like ones", HERE)
    assert loaded.dtype == np.int64 and loaded.tolist() == [3, 7]
    assert selections.names(THERE) == []
    selections.save("blurred", HERE, [5])
    assert selections.load("blurred", HERE).tolist() == [5], "saving again replaces"
    selections.delete("blurred", HERE)
    assert selections.names(HERE) == ["Sevens like ones", "ärger"]
    assert not [path for path in (runs_home / ".selections").iterdir() if path.suffix == ".partial"]


def test_what_is_not_there_is_named_with_the_nearest():
    selections.save("blurred", HERE, [2])
    for ask in (selections.load, selections.delete):
        with pytest.raises(UnknownName, match="no selection called 'blured'; did you mean 'blurred'"):
            ask("blured", HERE)
    assert selections.names(HERE) == ["blurred"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "two\nlines", "a\x00b"])
def test_a_name_that_cannot_be_kept_is_refused(name):
    with pytest.raises(SelectionError, match="must have 1 to 60 printable characters"):
        selections.save(name, HERE, [1])
    assert selections.names(HERE) == []
    assert selections.save("x" * 60, HERE, [1]) == "x" * 60


def test_rows_and_hashes_that_make_no_sense_are_refused(runs_home):
    with pytest.raises(SelectionError, match="nothing to keep as 'none': no image is selected"):
        selections.save("none", HERE, [])
    with pytest.raises(SelectionError, match="count from 0, got -1"):
        selections.save("minus", HERE, [4, -1])
    for bad in ("../../evil", "a" * 63, "A" * 64, ""):
        with pytest.raises(SelectionError, match="a data set's hash has 64 digits"):
            selections.save("name", bad, [1])
    assert not list(runs_home.rglob("*.json"))


def test_a_damaged_file_is_named_and_not_written_over(runs_home):
    selections.save("kept", HERE, [1])
    path = runs_home / ".selections" / f"{HERE}.json"
    path.write_text('{"kept"')
    for ask in (lambda: selections.names(HERE), lambda: selections.save("new", HERE, [2])):
        with pytest.raises(RunError, match=f"{HERE}.json is damaged"):
            ask()
    assert path.read_text() == '{"kept"'


def test_selections_are_no_runs():
    selections.save("kept", HERE, [1])
    assert list_runs() == []


def test_several_at_once_lose_nothing(runs_home):
    threads = [threading.Thread(target=selections.save, args=(f"n{i}", HERE, [i])) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert selections.names(HERE) == [f"n{i}" for i in range(8)]
    assert len(json.loads((runs_home / ".selections" / f"{HERE}.json").read_text())) == 8

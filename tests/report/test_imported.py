"""A report on a run that was trained elsewhere says nothing that is not known of it."""

import numpy as np

from lossviz import exchange
from lossviz.report.document import Table
from lossviz.report.make import document_of
from lossviz.report.of_runs import Asked


def tables(chosen):
    """Every table by its key, as the value of each row's name in the last column."""
    document = document_of(chosen, Asked())
    found = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    return {table.key: table for table in found}, " ".join(
        block.text for section in document.sections for block in section.blocks if hasattr(block, "text")
    )


def test_its_settings_seed_and_time_are_not_made_up(pair, tmp_path):
    chance, labels = np.random.default_rng(0), np.arange(40) % 2
    np.savez(tmp_path / "mine.npz", embeddings=chance.normal(size=(40, 3)) + 3 * np.eye(3)[labels], labels=labels)
    (stranger,) = exchange.import_from(tmp_path / "mine.npz")
    found, text = tables([pair[0], stranger])
    config = {row[0]: row[1:] for row in found["config"].rows}
    assert config["optimizer"] == ("adamw", "-") and config["dim"] == ("3", "3") and config["loss"][1] == "unknown"
    (line,) = [row for row in found["overview"].rows if row[0] == "mine"]
    ours = next(row for row in found["overview"].rows if row[0] == "one")
    assert line[4] == line[5] == "-" and "-" not in ours[4:6]
    origin = {row[0]: row[1:] for row in found["origin"].rows}
    assert origin["Trained on"][1] == "-" and origin["Trained on"][0] != "-"
    assert origin["Imported"] == ("-", "from mine.npz, trained elsewhere")
    assert "how mine was trained: it was imported" in text and "how one was trained" not in text

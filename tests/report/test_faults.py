"""A report says what its runs do wrong on purpose, of one run and of several."""

import json

from lossviz.report.make import document_of
from lossviz.report.of_runs import Asked
from lossviz.runs import find

FAULT = "The loop forgets something."


def summary(chosen):
    document = document_of(chosen, Asked())
    return [block.text for block in document.sections[0].blocks if hasattr(block, "text")]


def test_a_fault_is_told_in_short_of_one_run_and_of_several(pair):
    one, two = pair
    assert not any(FAULT in text for text in summary([one]) + summary(pair))
    header = json.loads((one.folder / "run.json").read_text())
    (one.folder / "run.json").write_text(json.dumps({**header, "faults": [FAULT]}))
    faulty = find(one.id)
    assert FAULT in summary([faulty])
    told = summary([faulty, two])
    assert f"{one.id}: {FAULT}" in told and any("the faults differ" in text for text in told)

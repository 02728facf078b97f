"""Both pages where there is nothing to look at."""

import pytest


@pytest.mark.parametrize("page", ["compare", "explore"])
def test_an_empty_dashboard_says_how_to_train(no_runs, request, page):
    at = request.getfixturevalue(page)(runs="nobody", run="nobody")
    (told,) = [each.value for each in at.info]
    assert "no run to look at" in told and str(no_runs) in told
    assert at.code[0].value == "python -m lossviz train --dataset digits --loss arcface"
    assert not at.get("bidi_component") and not at.error and not at.warning


@pytest.mark.parametrize("page", ["compare", "explore"])
def test_runs_that_are_all_damaged_are_listed_below(no_runs, request, page):
    for name in ("empty", "broken"):
        (no_runs / name).mkdir()
    (no_runs / "broken" / "run.json").write_text("[]")
    at = request.getfixturevalue(page)()
    assert "no run to look at" in at.info[0].value
    problems = dict(at.table[0].value.itertuples(index=False))
    assert "run.json is missing" in problems["empty"]
    assert "does not hold an object" in problems["broken"]


def test_the_command_that_is_shown_is_one(no_runs, compare, monkeypatch):
    from lossviz.cli import main

    asked = []
    monkeypatch.setattr("lossviz.cli.training.make_run", lambda config, *_: asked.append(config) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(compare().code[0].value.split()[3:])
    assert (asked[0].data.name, asked[0].loss.name) == ("digits", "arcface")

import json
from collections.abc import Iterator

import pytest

from mnist_core import files
from mnist_core.models import model_folder
from mnist_core.models.model_folder import ModelError
from mnist_core.runs import aside
from mnist_core.runs.aside import CommandFailed
from ui import reports


@pytest.fixture
def commands(monkeypatch) -> Iterator[list[list[str]]]:
    """Replaces the command; holds what was asked for."""
    asked: list[list[str]] = []
    monkeypatch.setattr(aside, "output", lambda arguments, **_: asked.append(arguments) or b"report")
    reports._report_of.cache_clear()
    yield asked
    reports._report_of.cache_clear()


def test_a_report_of_two_names_both_models(commands, own_model):
    assert reports.report_of(["mine", "shipped"], "pdf") == b"report"
    assert commands == [["report", "--model=mine", "--beside=shipped", "--output=-", "--format=pdf"]]


def test_a_report_is_kept_until_anything_changes_that_it_tells(commands, own_model):
    for _ in range(2):
        reports.report_of(["mine"], "html")
    assert len(commands) == 1

    reports.report_of(["mine"], "pdf")
    assert len(commands) == 2

    path = own_model / model_folder.EVALUATION
    files.write_json(path, json.loads(path.read_text(encoding="utf-8")) | {"loss": 0.5})
    reports.report_of(["mine"], "html")
    assert len(commands) == 3

    for kept in own_model.glob("drawn-*.json"):
        kept.unlink()
    reports.report_of(["mine"], "html")
    assert len(commands) == 4


def test_a_model_that_is_gone_is_said_to_be_missing(commands):
    with pytest.raises(ModelError, match="There is no model “nobody”"):
        reports.report_of(["nobody"], "html")


def test_two_that_cannot_be_compared_are_refused_in_the_commands_own_sentence():
    with pytest.raises(CommandFailed, match="“shipped” cannot be compared with itself"):
        reports.report_of(["shipped", "shipped"], "html")

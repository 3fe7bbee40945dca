"""Pages are made once, whoever asks, and few are kept."""

import os
import shutil
import threading
import time

import pytest

from mnist_core.export.take_home import shelf
from mnist_core.export.take_home.shelf import PageNotMade
from mnist_core.models import registry
from mnist_core.models.model_folder import Model
from mnist_core.runs import aside, locks
from mnist_core.runs.aside import CommandFailed


@pytest.fixture
def commands(monkeypatch) -> list[str]:
    """Replaces the command, which starts TensorFlow; holds what was asked for."""
    asked: list[str] = []

    def output(arguments, **options):
        asked.append(arguments[1])
        time.sleep(0.02)
        return arguments[1].encode()

    monkeypatch.setattr(aside, "output", output)
    return asked


def failing(monkeypatch, sentence: str) -> None:
    def output(arguments, **options):
        raise CommandFailed(sentence)

    monkeypatch.setattr(aside, "output", output)


def test_a_page_is_made_once_for_all_who_ask(own_model, commands):
    models = [Model.open(own_model), registry.shipped()] * 3
    pages: list[bytes] = []
    threads = [threading.Thread(target=lambda one=one: pages.append(shelf.made(one))) for one in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(commands) == ["--model=mine", "--model=shipped"]
    assert sorted(pages) == [b"--model=mine"] * 3 + [b"--model=shipped"] * 3
    assert shelf.kept(shelf.key(models[0])) == b"--model=mine"


def test_another_evaluation_or_version_of_the_code_makes_another_page(own_model, monkeypatch):
    model = Model.open(own_model)
    before = shelf.key(model)
    assert shelf.key(Model.open(own_model)) == before
    model.keep_evaluation(model.evaluation | {"accuracy": 0.5})
    measured = shelf.key(Model.open(own_model))
    monkeypatch.setattr(shelf.page, "version", lambda: "another")
    assert len({before, measured, shelf.key(Model.open(own_model))}) == 3


def test_those_that_nobody_asks_for_go_first(own_model, commands, monkeypatch):
    monkeypatch.setattr(shelf, "KEPT", 2)
    copies = []
    for index in range(3):
        folder = registry.folder_of(f"copy {index}")
        shutil.copytree(own_model, folder)
        model = Model.open(folder)
        model.keep_evaluation(model.evaluation | {"images": 1000 + index})
        copies.append(Model.open(folder))
    folder = shelf.settings.home() / shelf.FOLDER
    for index, model in enumerate(copies[:2]):
        shelf.made(model)
        os.utime(folder / f"{shelf.key(model)}.html", (index, index))
    assert shelf.kept(shelf.key(copies[0])) is not None  # which makes it the one that was asked for last
    shelf.made(copies[2])
    assert [shelf.kept(shelf.key(model)) is not None for model in copies] == [True, False, True]


def test_a_failure_is_told_and_not_repeated_for_everybody(own_model, commands, monkeypatch):
    model = Model.open(own_model)
    failing(monkeypatch, "“mine” cannot be taken home.")
    with pytest.raises(CommandFailed, match="“mine” cannot be taken home"):
        shelf.made(model)
    failing(monkeypatch, "asked again")
    with pytest.raises(PageNotMade, match="“mine” cannot be taken home"):
        shelf.made(model)
    monkeypatch.setattr(shelf, "FAILED_S", 0)
    with pytest.raises(CommandFailed, match="asked again"):
        shelf.made(model)


def test_who_waits_too_long_for_others_is_told_so(own_model, commands, monkeypatch):
    monkeypatch.setattr(shelf, "PATIENCE_S", 0)
    model = Model.open(own_model)
    folder = shelf.settings.home() / shelf.FOLDER
    folder.mkdir()
    with locks.locked(folder / ".lock", patience_s=1), pytest.raises(PageNotMade, match="Others take networks home"):
        shelf.made(model)
    assert shelf.made(model) == b"--model=mine"


def test_a_home_that_takes_nothing_is_told(own_model, commands):
    (shelf.settings.home() / shelf.FOLDER).write_bytes(b"no folder")
    with pytest.raises(PageNotMade, match="The page cannot be kept: File exists"):
        shelf.made(Model.open(own_model))

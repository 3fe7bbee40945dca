"""Every page before a home in which something is damaged: a sentence names it, and the rest works."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.models import model_folder, registry
from mnist_core.runs import store
from ui.page import PAGES

ROOT = Path(__file__).parents[2]
DEEP = b'{"recipe": ' * 50_000 + b"1" + b"}" * 50_000


@pytest.fixture
def run_folder(home: Path) -> Path:
    """A run that was interrupted, beside a whole one."""
    folders = [home / "runs" / f"20261124-120000-quick{suffix}" for suffix in ("", "-2")]
    request = {"name": "quick-1", "recipe": {"name": "quick", "architecture": "quick", "epochs": 1}, "subset": None}
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / store.REQUEST).write_text(json.dumps({**request, "created": "2026-11-24T12:00:00+00:00"}))
    return folders[0]


def changed(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def lacking(path: Path, name: str) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    del content[name]
    path.write_text(json.dumps(content), encoding="utf-8")


def a_file(path: Path) -> None:
    """Puts a file where a folder should be, which nobody can list, not even root."""
    if path.exists():
        path.rename(path.with_name(f".{path.name}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")


def unnamed(folder: Path) -> None:
    """Renames a folder to a name that is not UTF-8."""
    folder.rename(folder.with_name(os.fsdecode(b"m\xff")))


NEEDLESS = {"Dataset", "My drawings", "Room"}
"""Pages that need no home, where nothing was kept."""

Damage = Callable[[Path, Path], object]

DAMAGES: dict[str, tuple[Damage, str, set[str]]] = {
    "the home is a file": (lambda model, run: a_file(model.parent.parent), "cannot be read", {*PAGES} - NEEDLESS),
    "the models are a file": (lambda model, run: a_file(model.parent), "Not a directory", {"Runs", "Evaluation"}),
    "the runs are a file": (lambda model, run: a_file(run.parent), "Not a directory", {"Train", "Runs"}),
    "a card without versions": (
        lambda model, run: lacking(model / model_folder.CARD, "versions"),
        "“mine” is incomplete: in its card.json, versions is missing",
        {"Draw", "Runs", "Evaluation", "The model"},
    ),
    "a card whose date is none": (
        lambda model, run: changed(
            model / model_folder.CARD, trained={**registry.shipped().card["trained"], "started": "soon"}
        ),
        "“mine” is incomplete",
        {"Draw", "The model"},
    ),
    "a card that is deeply nested": (
        lambda model, run: (model / model_folder.CARD).write_bytes(DEEP),
        "“mine” is damaged: card.json cannot be read (it is too deeply nested)",
        {"Draw", "Runs", "Evaluation", "The model"},
    ),
    "a card with half a character": (
        lambda model, run: changed(model / model_folder.CARD, name="\ud800"),
        "“mine” is damaged",
        {"Draw", "Runs", "Evaluation", "The model"},
    ),
    "a history that is null": (
        lambda model, run: (model / model_folder.HISTORY).write_text("null"),
        "“mine” is incomplete: in its history.json, it should be a list",
        {"The model"},
    ),
    "an evaluation whose confusion is null": (
        lambda model, run: changed(model / model_folder.EVALUATION, confusion=None),
        "“mine” is incomplete: in its evaluation.json, confusion should be a list",
        {"Runs", "The model"},
    ),
    "an active file of 10 MB": (
        lambda model, run: (model.parent.parent / "active").write_bytes(b"a" * 10_000_000),
        "what stands there is no model's name",
        {"Draw", "The model"},
    ),
    "an active file that is a folder": (
        lambda model, run: [(model.parent.parent / "active").unlink(), (model.parent.parent / "active").mkdir()],
        "Is a directory",
        {"Draw", "The model"},
    ),
    "a model whose name is not UTF-8": (
        lambda model, run: unnamed(model),
        "“m\ufffd” is no name for a model",
        {"Runs", "Evaluation"},
    ),
    "a run whose name is not UTF-8": (
        lambda model, run: unnamed(run),
        "“m\ufffd” is no name for a run",
        {"Train", "Runs"},
    ),
    "a run of a wrong shape": (
        lambda model, run: changed(run / store.REQUEST, subset="many"),
        "of the run “20261124-120000-quick” are damaged",
        {"Runs"},
    ),
    "a run that is deeply nested": (
        lambda model, run: (run / store.REQUEST).write_bytes(DEEP),
        "of the run “20261124-120000-quick” are damaged",
        {"Runs"},
    ),
    "a run whose date knows no time zone": (
        lambda model, run: changed(run / store.REQUEST, created="2026-11-24T12:00:00"),
        "",
        set(),
    ),
    "a run with more folds than anybody has": (
        lambda model, run: changed(run / store.REQUEST, folds=10**12),
        "of the run “20261124-120000-quick” are damaged",
        {"Runs"},
    ),
    "a progress that is a folder": (lambda model, run: (run / store.PROGRESS).mkdir(), "", set()),
}


def told(app: AppTest) -> str:
    """All that a page says in sentences and tables."""
    parts = [element.value for element in (*app.error, *app.warning, *app.caption, *app.info)]
    for component in app.get("bidi_component"):
        data = json.loads(component.proto.json or component.proto.mixed.json)
        parts.append(data.get("html", ""))
    return " ".join(parts)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_page_says_what_is_damaged_and_goes_on(own_model, own_mnist, run_folder, damage):
    st.cache_data.clear()
    registry.activate("mine")
    hurt, sentence, pages = DAMAGES[damage]
    hurt(own_model, run_folder)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for title, script in PAGES.items():
        if damage.startswith("an evaluation") and title == "Evaluation":
            continue  # there it is measured anew
        app.switch_page(script).run()
        assert not app.exception, title
        if title in pages:
            assert sentence in told(app), title
    assert {run.name for run in store.all_runs()} <= {"quick-1"}


@pytest.mark.parametrize(
    ("setting", "pages"),
    [
        ("MNIST_STUDIO_HOME", {*PAGES} - NEEDLESS),
        ("MNIST_PATH", {"Dataset", "Evaluation"}),
        ("STROKE_PACK", {"Runs", "Evaluation"}),
    ],
)
def test_a_folder_of_nobody_is_named_on_every_page_that_needs_it(own_mnist, monkeypatch, setting, pages):
    monkeypatch.setenv(setting, "~nobody-of-this-name/studio")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for title, script in PAGES.items():
        app.switch_page(script).run()
        assert not app.exception, title
        if title in pages:
            assert f"{setting} is ~nobody-of-this-name/studio" in told(app), title

"""The Model page: smaller versions are made, looked at, used and given up."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.compression import results
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.runs import control, store
from mnist_core.runs.outcomes import State

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("fake_worker")


def opened(page: str = "model") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    return app.switch_page(f"pages/{page}.py").run()


def keys(app: AppTest) -> list[str]:
    assert not app.exception
    return [button.key for button in app.button if button.key]


def finished() -> store.Run:
    while (run := store.compressions()[0]).is_on:
        time.sleep(0.05)
    return run


def made() -> AppTest:
    """Presses the button, and opens the page anew when all is made."""
    opened().button(key="compress").click().run()
    assert finished().state is State.FINISHED
    return opened()


def test_a_press_makes_all_versions_and_each_can_be_saved_and_used():
    app = made()
    kinds = ["original", "float16", "dynamic", "int8", "pruned", "pruned-int8"]
    assert [key for key in keys(app) if key.startswith("use_")] == [f"use_{kind}" for kind in kinds]
    assert app.button(key="use_original").disabled
    assert "compress" not in keys(app)
    app.button(key="use_int8").click().run()
    assert registry.active_name() == "shipped-int8"
    app.button(key="use_original").click().run()
    assert registry.active_name() == "shipped"


def test_a_smaller_version_says_that_it_is_one_and_makes_none():
    made()
    registry.activate("shipped-pruned")
    app = opened()
    assert "shipped-pruned is a smaller version of shipped: Pruned, 80 %." in " ".join(
        one.value for one in app.markdown
    )
    assert "compress" not in keys(app)
    assert app.button(key="use_pruned").disabled


def test_what_was_deleted_since_is_said_and_can_be_made_again():
    made()
    registry.delete("shipped-int8")
    app = opened()
    assert "use_int8" not in keys(app)
    assert "deleted since" in [caption.value for caption in app.caption]
    assert app.button(key="compress").label == "Make the missing versions"
    app.button(key="compress").click().run()
    finished()
    assert "shipped-int8" in registry.names()


def test_a_compression_can_be_cancelled_and_resumed(monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "0.1")
    app = opened()
    app.button(key="compress").click().run()
    app = opened()
    assert "compress" not in keys(app)
    app.button(key="cancel_compression").click().run()
    assert finished().state is State.CANCELLED
    monkeypatch.setenv("FAKE_TRAINING", "0")
    opened().button(key="resume_compression").click().run()
    assert finished().state is State.FINISHED


def test_while_something_is_trained_a_sentence_says_so(monkeypatch):
    monkeypatch.setenv("FAKE_TRAINING", "0.1")
    app = opened()
    control.start(recipes.QUICK)
    app.button(key="compress").click().run()
    assert "quick is training already" in app.error[0].value


def test_damaged_figures_are_a_sentence():
    made()
    (store.compressions()[0].folder / results.FILE).write_text("rubbish", encoding="utf-8")
    app = opened()
    assert not app.exception
    assert "forget that run, or make them anew" in app.error[0].value


def test_the_runs_page_lists_compressions_and_forgets_one():
    made()
    app = opened("runs")
    assert "shipped-smaller-1" in app.selectbox(key="compression").options
    app.button(key="forget_compression").click().run()
    assert store.all_runs() == []
    assert "shipped-int8" in registry.names()

"""The page of kept drawings, and the Train page's switch for them, in Streamlit's own test harness."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.kept import database, drawings, hands
from mnist_core.runs import store
from mnist_core.training.own_drawings import OwnDrawings
from tests.kept.test_drawings import ANNA, BO, digit
from ui import owner
from ui.drawings import transfer

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the database in the home."""
    yield
    database.close()


@pytest.fixture
def anna(monkeypatch: pytest.MonkeyPatch) -> str:
    """Lets the visitor's browser be Anna's: the harness has no cookies."""
    monkeypatch.setattr(owner, "of_visitor", lambda: ANNA)
    return ANNA


def opened(page: str = "drawings") -> AppTest:
    """Opens a page by way of the app, as its links need it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    return app.switch_page(f"pages/{page}.py").run()


def test_a_browser_without_cookies_is_told_that_nothing_is_kept():
    page = opened()
    assert "takes no cookies" in page.error[0].value
    assert not page.exception


def test_where_nothing_is_kept_the_page_says_how_to_begin(anna):
    page = opened()
    assert page.info[0].value.startswith("Nothing is kept yet. Draw a digit")
    assert not any(button.label == "Teach the network" for button in page.button)
    assert not page.exception


def test_a_drawing_is_relabelled_and_deleted(anna):
    (kept,) = drawings.keep(ANNA, [digit(7, predicted=1)])
    drawings.keep(BO, [digit(2)])
    page = opened()
    page.session_state["wall"] = {"chosen": str(kept.id)}
    page.run()
    page.selectbox(key=f"label_{kept.id}_7").select(1).run()
    assert drawings.one(ANNA, kept.id).label == 1
    page.button(key=f"delete_{kept.id}").click().run()
    assert drawings.count(ANNA) == 0
    assert drawings.count(BO) == 1
    assert not page.exception


def test_a_forged_choice_of_anothers_drawing_shows_nothing(anna):
    drawings.keep(ANNA, [digit(7)])
    (others,) = drawings.keep(BO, [digit(2)])
    page = opened()
    for forged in (str(others.id), "-1", "x", {"a": 1}, "9" * 400):
        page.session_state["wall"] = {"chosen": forged}
        page.run()
        assert not [button for button in page.button if button.label == "Delete this drawing"]
        assert not page.exception


def test_only_what_is_filtered_is_deleted(anna):
    drawings.keep(ANNA, [digit(1), digit(2), digit(2, predicted=3)])
    page = opened()
    page.selectbox(key="wall_label").select("2").run()
    page.selectbox(key="wall_read").select("Read wrong").run()
    page.button(key="delete_all").click().run()
    assert [(kept.label, kept.was_right) for kept in drawings.find(ANNA)] == [(2, True), (1, True)]


def test_hands_are_made_named_merged_and_deleted(anna):
    drawings.keep(ANNA, [digit(1)])
    page = opened()
    page.text_input(key="new_name").input("Bo").run()
    page.button(key="make_hand").click().run()
    assert hands.current(ANNA).name == "Bo"
    page.text_input(key=f"name_{hands.current(ANNA).id}").input("Cleo").run()
    page.button(key="save_name").click().run()
    assert hands.current(ANNA).name == "Cleo"
    page.button(key="merge").click().run()
    assert [(hand.name, hand.drawings) for hand in hands.all_of(ANNA)] == [("", 1)]
    page.button(key="delete_hand").click().run()
    assert hands.all_of(ANNA) == []
    assert not page.exception


def test_five_drawings_are_needed_and_handed_to_a_run_without_saying_whose(anna, fake_worker):
    drawings.keep(ANNA, [digit(label) for label in range(4)])
    page = opened()
    assert page.button(key="teach").disabled
    drawings.keep(ANNA, [digit(4)])
    page.run()
    page.button(key="teach").click().run()
    run = store.latest()
    assert (run.recipe.name, run.recipe.starts_from) == ("taught", "shipped")
    own = OwnDrawings.load(run.folder / store.DRAWINGS)
    assert sorted(own.labels.tolist()) == [0, 1, 2, 3, 4]
    assert own.held_back.sum() == 1
    assert ANNA not in (run.folder / store.REQUEST).read_text()
    assert not page.exception


def test_on_the_train_page_any_recipe_learns_them_when_asked(anna, fake_worker):
    page = opened("train")
    assert page.toggle(key="own").disabled
    drawings.keep(ANNA, [digit(label) for label in range(5)])
    page.run()
    page.toggle(key="own").set_value(True).run()
    page.button(key="retrain").click().run()
    run = store.latest()
    assert (run.recipe.name, run.recipe.own_shown, run.recipe.starts_from) == ("quick", 20, "")
    assert len(OwnDrawings.load(run.folder / store.DRAWINGS).labels) == 5
    assert not page.exception


def test_a_file_is_imported_by_what_it_is_called(anna, few_strokes):
    pack = io.BytesIO(few_strokes.read_bytes())
    pack.name = "digits.NPZ"
    assert transfer._imported(ANNA, pack, None) == 10
    archive = io.BytesIO(transfer._written(transfer.archives.exported, ANNA, drawings.ANY))
    archive.name = "drawings.zip"
    assert transfer._imported(BO, archive, None) == 10

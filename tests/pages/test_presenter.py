"""The pages with a passphrase set, in Streamlit's own test harness: what is locked, and what opens it."""

import io
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import settings
from mnist_core.evaluation import measured
from mnist_core.kept import database, drawings
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.runs import control, store
from mnist_core.runs.measuring import Measuring
from tests.kept.test_drawings import ANNA, digit
from tests.pages.test_train import ended
from ui import owner, presenter
from ui.drawings import transfer
from ui.evaluation import drawn, measuring
from ui.presenter import LOCKED, WHAT

ROOT = Path(__file__).parents[2]
PASSPHRASE = "a horse reads digits"


@pytest.fixture(autouse=True)
def locked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets a passphrase; the visitor's browser is Anna's, for the harness has no cookies."""
    monkeypatch.setenv("PRESENTER_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr(owner, "of_visitor", lambda: ANNA)
    yield
    database.close()


@pytest.fixture
def bold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows every button as if it could be pressed, so that only the action itself refuses."""
    monkeypatch.setattr(presenter, "lock", lambda disabled=False: {"disabled": disabled, "help": None})


def opened(page: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    return app.switch_page(f"pages/{page}.py").run()


def give(app: AppTest, passphrase: str) -> AppTest:
    """Gives a passphrase on a page."""
    app.text_input(key="passphrase").input(passphrase)
    return app.button(key="unlock").click().run()


def is_locked(app: AppTest) -> bool:
    assert not app.exception
    return WHAT in [caption.value for caption in app.caption]


@pytest.mark.parametrize("page", ["train", "runs", "drawings", "evaluation", "model"])
def test_each_page_with_something_locked_says_so_in_a_line_until_the_passphrase_is_given(page):
    app = opened(page)
    assert is_locked(app)
    assert not is_locked(give(app, PASSPHRASE))


def test_a_page_to_look_at_is_as_ever():
    assert not is_locked(opened("dataset"))


@pytest.mark.parametrize("page", ["train", "runs", "drawings", "evaluation", "model"])
def test_without_a_passphrase_nothing_is_locked(page, monkeypatch):
    monkeypatch.delenv("PRESENTER_PASSPHRASE")
    app = opened(page)
    assert not is_locked(app)
    assert LOCKED not in [button.help for button in app.button]


@pytest.mark.parametrize(
    ("page", "keys"),
    [
        ("train", ["retrain", "validate"]),
        ("runs", ["use_from_shelf"]),
        ("drawings", ["teach"]),
        ("model", ["compress"]),
    ],
)
def test_what_is_locked_is_disabled_says_why_and_is_free_after_the_passphrase(page, keys, own_model):
    drawings.keep(ANNA, [digit(label) for label in range(5)])
    app = opened(page)
    if page == "runs":
        app.selectbox(key="model").set_value("mine").run()
    for key in keys:
        assert app.button(key=key).disabled
        assert app.button(key=key).help == LOCKED
    give(app, PASSPHRASE)
    for key in keys:
        assert not app.button(key=key).disabled
        assert app.button(key=key).help != LOCKED


def interrupted(monkeypatch: pytest.MonkeyPatch, **options: object) -> store.Run:
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    return ended(control.start(recipes.DEFAULT, **options).id)


def started(monkeypatch: pytest.MonkeyPatch, **options: object) -> store.Run:
    monkeypatch.setenv("FAKE_TRAINING", "5")
    return control.start(recipes.DEFAULT, **options)


def standing() -> tuple[list[tuple[str, bool]], list[str], str]:
    """Returns the runs, the models and the active one: all that the actions change."""
    return [(run.id, run.is_on) for run in store.all_runs()], registry.names(), registry.active_name()


@pytest.mark.parametrize(
    ("page", "key", "prepare", "refusal"),
    [
        ("train", "retrain", None, "Training"),
        ("train", "validate", None, "Training"),
        ("train", "cancel", started, "Cancelling a run"),
        ("train", "resume", interrupted, "Resuming a run"),
        ("train", "use", lambda _: ended(control.start(recipes.DEFAULT).id), "Choosing the model that reads"),
        ("train", "cancel_validation", lambda patch: started(patch, folds=3, subset=100), "Cancelling a run"),
        ("train", "resume_validation", lambda patch: interrupted(patch, folds=3, subset=100), "Resuming a run"),
        ("runs", "use_from_shelf", None, "Choosing the model that reads"),
        ("runs", "delete", None, "Deleting a model"),
        ("runs", "forget_{run}", interrupted, "Deleting a run"),
        ("runs", "resume_{run}", interrupted, "Resuming a run"),
        ("runs", "forget_validation", lambda patch: interrupted(patch, folds=3, subset=100), "Deleting a run"),
        ("runs", "back_from_shelf", lambda _: registry.activate("mine"), "Choosing the model that reads"),
        ("drawings", "teach", None, "Training"),
    ],
)
def test_every_action_refuses_by_itself(
    page, key, prepare: Callable | None, refusal, bold, own_model, fake_worker, monkeypatch
):
    drawings.keep(ANNA, [digit(label) for label in range(5)])
    run = prepare(monkeypatch) if prepare else None
    before = standing()
    app = opened(page)
    if page == "runs" and registry.active_name() != "mine":
        app.selectbox(key="model").set_value("mine").run()
    app.button(key=key.format(run=getattr(run, "id", ""))).click().run()
    assert f"{refusal} asks for the presenter’s passphrase." in app.error[0].value
    assert standing() == before


def test_no_page_changes_runs_or_models_without_asking_in_the_line_before():
    modules = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]
    asked = []
    for path in modules:
        lines = path.read_text(encoding="utf-8").splitlines()
        for before, line in pairwise(lines):
            if re.search(r"\b(control\.(start\w*|cancel|resume|delete)|registry\.(activate|delete)|\.forgive)\(", line):
                asked.append("presenter.required(" in before or "may_measure()" in before)
            if ".goes_on(" in line:
                asked.append("may_measure)" in line)
    assert len(asked) == 16
    assert all(asked)


def test_a_file_is_not_imported(bold, few_strokes, monkeypatch):
    file = io.BytesIO(few_strokes.read_bytes())
    file.name = "digits.npz"
    drawings.keep(ANNA, [digit(1)])
    monkeypatch.setattr(transfer.st, "file_uploader", lambda *_, **__: file)
    app = opened("drawings")
    app.button(key="import").click().run()
    assert "Importing drawings asks for the presenter’s passphrase." in app.error[0].value
    assert drawings.count(ANNA) == 1
    give(app, PASSPHRASE).button(key="import").click().run()
    assert drawings.count(ANNA) == 11


def test_ones_own_drawings_are_relabelled_and_deleted_without_the_passphrase():
    (kept,) = drawings.keep(ANNA, [digit(7, predicted=1)])
    app = opened("drawings")
    app.session_state["wall"] = {"chosen": str(kept.id)}
    app.run().selectbox(key=f"label_{kept.id}_7").select(1).run()
    assert drawings.one(ANNA, kept.id).label == 1
    app.button(key="delete_all").click().run()
    assert drawings.count(ANNA) == 0


@pytest.fixture
def measured_never(own_model: Path, own_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A second model without figures; the names of those that are measured."""
    asked: list[str] = []

    def start(name: str) -> None:
        asked.append(name)
        raise control.RunError("It has begun.")

    (own_model / model_folder.EVALUATION).unlink(missing_ok=True)
    monkeypatch.setattr(measured, "kept", lambda name: None)
    for module in (measuring, drawn):
        shared = Measuring(has_figures=lambda name: False)
        monkeypatch.setattr(shared, "_start", start)
        monkeypatch.setattr(module, "shared", lambda shared=shared: shared)
    monkeypatch.setattr(measuring, "kept", lambda name: None)
    return asked


def test_a_model_without_figures_is_measured_only_for_the_presenter(measured_never):
    app = opened("evaluation")
    assert "Measuring a model asks for the presenter’s passphrase." in app.info[0].value
    assert measured_never == []
    give(app, PASSPHRASE)
    assert measured_never == [registry.SHIPPED.name]


def test_looking_at_the_models_does_not_have_them_measured_either(measured_never):
    app = opened("runs")
    assert is_locked(app)
    assert measured_never == []


def test_a_failed_measurement_is_not_tried_again(measured_never, bold):
    shared = measuring.shared()
    shared._failed[registry.folder_of(registry.SHIPPED.name)] = "It could not be measured."
    app = opened("evaluation")
    app.button(key="measure_again").click().run()
    assert "It could not be measured." in app.error[0].value
    assert "Measuring a model asks for the presenter’s passphrase." in app.error[1].value
    assert shared._failed
    give(app, PASSPHRASE).button(key="measure_again").click().run()
    assert measured_never == [registry.SHIPPED.name]


def test_a_wrong_passphrase_is_told_and_the_right_one_opens_this_session_only():
    app, other = opened("train"), opened("train")
    give(app, PASSPHRASE.upper())
    assert app.error[0].value == "That is not the passphrase."
    assert is_locked(app)
    assert not is_locked(give(app, f" {PASSPHRASE} "))
    assert is_locked(other.run())
    assert is_locked(opened("train"))


def test_it_stays_open_on_all_pages_of_the_session_and_nowhere_is_the_passphrase_kept(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    app = give(opened("train"), PASSPHRASE)
    for page in ("runs", "drawings", "evaluation"):
        assert not is_locked(app.switch_page(f"pages/{page}.py").run())
    assert PASSPHRASE not in repr(app.session_state)
    assert PASSPHRASE not in str(app.query_params)
    assert PASSPHRASE not in caplog.text + "".join(capfd.readouterr())
    for path in settings.home().rglob("*"):
        assert not path.is_file() or PASSPHRASE.encode() not in path.read_bytes()


def test_nothing_typed_is_no_try():
    app = opened("train")
    for _ in range(presenter.MOST_OF_BROWSER + 1):
        give(app, " ")
        assert app.error[0].value == "Type the passphrase first."
    assert not is_locked(give(app, PASSPHRASE))


def test_after_five_wrong_tries_a_browser_waits_in_all_its_sessions():
    for _ in range(presenter.MOST_OF_BROWSER):
        give(opened("train"), "a cow reads digits")
    app = give(opened("train"), PASSPHRASE)
    assert app.error[0].value == "Too many tries: wait 15 minutes."
    assert is_locked(app)


def test_browsers_that_throw_their_keys_away_share_the_tries_of_their_address(monkeypatch):
    app = opened("train")
    for number in range(presenter.MOST_OF_ADDRESS):
        monkeypatch.setattr(owner, "of_visitor", lambda number=number: f"{number:064}" if number % 2 else None)
        give(app, "a cow reads digits")
        assert app.error[0].value == "That is not the passphrase."
    monkeypatch.setattr(owner, "of_visitor", lambda: ANNA)
    assert give(app, PASSPHRASE).error[0].value.startswith("Too many tries")
    monkeypatch.setattr(presenter, "address", lambda: "192.0.2.7")
    assert not is_locked(give(app, PASSPHRASE))


def test_a_right_one_forgets_the_browsers_wrong_ones():
    for _ in range(3):
        for _ in range(presenter.MOST_OF_BROWSER - 1):
            app = give(opened("train"), "a cow reads digits")
        assert not is_locked(give(app, PASSPHRASE))


def test_where_tries_cannot_be_counted_the_right_passphrase_opens_nothing(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://studio:secret@127.0.0.1:1/studio")
    app = give(opened("runs"), PASSPHRASE)
    assert "The database of kept drawings" in app.error[0].value
    assert is_locked(app)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        (None, "this machine"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "elsewhere"),
    ],
)
def test_one_household_is_one_address(monkeypatch, said, address):
    monkeypatch.setattr(presenter.st, "context", type("Context", (), {"ip_address": said}))
    assert presenter.address() == address


VISITS = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=30).run()
for page in ("dataset", "train", "runs", "evaluation", "model"):
    app.switch_page(f"pages/{page}.py").run()
assert not app.exception, app.exception
print("sqlalchemy" in sys.modules)
app.switch_page("pages/train.py").run()
app.text_input(key="passphrase").input("wrong")
app.button(key="unlock").click().run()
print("sqlalchemy" in sys.modules)
"""


def test_the_databases_library_waits_until_somebody_gives_a_passphrase(small_mnist_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    done = subprocess.run([sys.executable, "-c", VISITS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]

import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from mnist_core import files
from mnist_core.errors import StudioError
from mnist_core.evaluation import measured
from mnist_core.models import model_folder
from mnist_core.runs import measuring
from mnist_core.runs.measuring import Measuring, MeasuringFailed


@pytest.fixture
def unmeasured(own_model):
    """The folder of a model called "mine" with an evaluation of an older version."""
    files.write_json(own_model / model_folder.EVALUATION, {"accuracy": 0.9})
    return own_model


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 180  # a busy machine measures, too
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def program(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


def test_what_is_kept_is_shown_at_once(own_model):
    assert measured.kept("mine").evaluation.images == 10_000
    assert not Measuring(program=program("raise SystemExit(1)")).goes_on("mine")


def test_a_model_without_all_figures_is_measured_once(unmeasured, smaller_mnist_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(smaller_mnist_path))
    assert measured.kept("mine") is None

    desk = Measuring()
    assert desk.goes_on("mine")
    until(lambda: not desk.goes_on("mine"))

    assert measured.kept("mine").evaluation.images == 20
    assert [path.name for path in unmeasured.iterdir() if path.name.startswith(".")] == []


def test_a_damaged_evaluation_is_measured_anew(own_model):
    (own_model / model_folder.EVALUATION).write_text("{")

    assert measured.kept("mine") is None


def test_however_many_ask_one_process_measures(unmeasured, tmp_path):
    started = tmp_path / "started"
    desk = Measuring(program=program(f"open({str(started)!r}, 'a').write('x'); import time; time.sleep(1)"))
    for _ in range(5):
        assert desk.goes_on("mine")
    until(lambda: not desk.goes_on("mine"))

    assert started.read_text() == "x"


def test_who_may_not_start_a_measurement_sees_one_that_others_have_started(unmeasured):
    def refuse() -> None:
        raise StudioError("Not you.")

    desk = Measuring(program=program("import time; time.sleep(1)"))
    with pytest.raises(StudioError, match="Not you"):
        desk.goes_on("mine", refuse)
    assert desk.goes_on("mine")
    assert desk.goes_on("mine", refuse)
    until(lambda: not desk.goes_on("mine", refuse))


def test_what_is_kept_needs_nobodys_leave(own_model):
    assert not Measuring().goes_on("mine", lambda: pytest.fail("Nothing has to be measured."))


def test_a_failure_is_told_and_not_tried_again_until_someone_says_so(unmeasured, tmp_path):
    tries = tmp_path / "tries"
    note = f"open({str(tries)!r}, 'a').write('x')"
    desk = Measuring(program=program(f"import sys; print('noise'); {note}; sys.exit('There is no MNIST.')"))
    with pytest.raises(MeasuringFailed, match=r"“mine” could not be measured: There is no MNIST\."):
        until(lambda: not desk.goes_on("mine"))
    with pytest.raises(MeasuringFailed, match="There is no MNIST"):
        desk.goes_on("mine")
    assert tries.read_text() == "x"

    desk.forgive(["mine"])
    with pytest.raises(MeasuringFailed):
        until(lambda: not desk.goes_on("mine"))
    assert tries.read_text() == "xx"


def test_a_process_that_was_killed_is_told_too(unmeasured):
    desk = Measuring(program=program("import os; os.kill(os.getpid(), 9)"))
    with pytest.raises(MeasuringFailed, match="exit code"):
        until(lambda: not desk.goes_on("mine"))


def test_what_its_own_training_still_measures_is_waited_for(unmeasured, monkeypatch):
    monkeypatch.setattr(measuring.store, "current", lambda: SimpleNamespace(name="mine"))
    desk = Measuring(program=program("raise SystemExit(1)"))
    assert [desk.goes_on("mine") for _ in range(3)] == [True] * 3
    assert not desk._under_way


def test_a_model_that_is_not_there_cannot_be_measured(home):
    with pytest.raises(model_folder.ModelError, match="no model “nobody”"):
        Measuring().goes_on("nobody")


def test_no_more_are_measured_at_once_than_the_machine_bears_and_the_others_have_their_turn(home, tmp_path):
    started, names = tmp_path / "started", [f"model-{number}" for number in range(3)]
    script = f"open({str(started)!r}, 'a').write('x'); import time; time.sleep(0.5)"
    desk = Measuring(program=program(script), has_figures=lambda name: False)
    assert [desk.goes_on(name) for name in names] == [True] * 3
    assert len(desk._under_way) == measuring.AT_ONCE
    until(lambda: all(process.poll() is not None for process, _ in desk._under_way.values()))
    assert desk.goes_on(names[2])
    until(lambda: started.exists() and started.read_text() == "xxx")

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mnist_core import files
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.runs import control, descriptions, processes, store
from mnist_core.runs.outcomes import LOG, OUTCOME, State
from mnist_core.runs.store import RunError
from tests.fake_worker import BATCHES

RECIPE = replace(recipes.DEFAULT, epochs=3)
PATIENCE_S = 60


pytestmark = pytest.mark.usefixtures("fake_worker")


@pytest.fixture
def suffering(monkeypatch) -> Callable[[str], None]:
    """Chooses the fate of the trainings to come."""
    return lambda fate: monkeypatch.setenv("FAKE_TRAINING", fate)


def wait(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.03)


def ended(run: store.Run) -> store.Run:
    wait(lambda: not store.read(run.id).is_on)
    return store.read(run.id)


def in_epoch(run: store.Run, epoch: int) -> store.Run:
    def is_there() -> bool:
        step = run.track.latest
        return step is not None and step.epoch >= epoch

    wait(is_there)
    return store.read(run.id)


def process_number(run: store.Run) -> int:
    return int((run.folder / processes.PROCESS).read_text())


def test_a_run_finishes_with_a_whole_model_and_leaves_no_crumbs():
    started = control.start(RECIPE)
    assert started.is_on
    run = ended(started)

    assert (run.state, run.name) == (State.FINISHED, "default-1")
    assert run.accuracy == model_folder.Model.open(registry.folder_of("default-1")).evaluation["accuracy"]
    assert [row["epoch"] for row in run.track.history] == [1, 2, 3]
    assert run.track.latest.share == 1
    assert {entry.name for entry in run.folder.iterdir()} == {
        store.REQUEST,
        processes.PROCESS,
        store.PROGRESS,
        OUTCOME,
        LOG,
    }
    assert registry.active_name() == registry.SHIPPED.name


def test_a_run_dated_in_the_future_is_the_latest_only_until_another_is_started():
    first = ended(control.start(RECIPE))
    request = json.loads((first.folder / store.REQUEST).read_text())
    (first.folder / store.REQUEST).write_text(json.dumps(request | {"created": "2099-01-01T00:00:00+00:00"}))
    second = ended(control.start(RECIPE))

    assert [run.id for run in store.all_runs()] == [second.id, first.id]
    assert store.latest().id == second.id


def test_a_run_of_a_version_that_knew_fewer_settings_still_has_its_model():
    run = ended(control.start(RECIPE))
    request = json.loads((run.folder / store.REQUEST).read_text())
    for setting in ("own_shown", "own_alone", "starts_from"):
        del request["recipe"][setting]
    (run.folder / store.REQUEST).write_text(json.dumps(request))

    older = store.read(run.id)
    assert store.model_of(older).name == run.name
    assert store.run_of(store.model_of(older)).id == run.id


def test_what_was_asked_for_is_remembered():
    run = ended(control.start(replace(RECIPE, seed=7), subset=200, name="mine"))

    assert (run.recipe, run.subset, run.name) == (replace(RECIPE, seed=7), 200, "mine")
    assert store.all_runs() == [run]


def test_two_who_start_at_the_same_moment_get_one_run_and_one_sentence(suffering):
    suffering("0.05")
    barrier = threading.Barrier(4)
    results: list[store.Run | Exception] = []

    def press() -> None:
        barrier.wait()
        try:
            results.append(control.start(RECIPE))
        except RunError as error:
            results.append(error)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    started = [result for result in results if isinstance(result, store.Run)]
    refused = [result for result in results if isinstance(result, control.Busy)]

    assert len(started) == 1
    assert len(refused) == 3
    assert all("training already" in str(error) for error in refused)
    assert len(store.all_runs()) == 1


def test_a_second_start_says_what_is_running(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 1)

    with pytest.raises(control.Busy, match=r"^default is training already: default-1 is at epoch \d of 3\."):
        control.start(RECIPE)
    assert store.current().id == run.id == store.latest().id


def test_cancelling_ends_the_process_leaves_no_model_and_keeps_what_it_needs_to_go_on(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 2)
    number = process_number(run)
    began = time.monotonic()
    cancelled = control.cancel(run.id)

    assert time.monotonic() - began < 2
    assert cancelled.state is State.CANCELLED
    assert registry.names() == [registry.SHIPPED.name]
    assert not (run.folder / store.MODEL).exists()
    wait(lambda: not process_is_there(number))
    with pytest.raises(RunError, match="nothing to cancel: default-1 was cancelled after"):
        control.cancel(run.id)
    assert descriptions.describe(cancelled).endswith("Resumed, it goes on after epoch 1.")

    suffering("0")
    control.resume(run.id)
    assert ended(run).state is State.FINISHED
    assert epochs_told(run) == [1, 2, 2, 3]
    assert control.start(RECIPE).name == "default-2"


def epochs_told(run: store.Run) -> list[int]:
    """The epochs in the order in which a run's process told of them, whatever was told again."""
    lines = map(json.loads, (run.folder / store.PROGRESS).read_text().splitlines())
    told = [line.get("epoch", line.get("phase")) for line in lines]
    return [now for before, now in zip([None, *told], told, strict=False) if now != before and isinstance(now, int)]


def test_a_training_cancelled_before_its_first_epoch_ended_has_nothing_to_go_on_from(suffering):
    suffering("5")
    cancelled = control.cancel(control.start(RECIPE).id)
    assert not cancelled.is_resumable
    with pytest.raises(RunError, match="cannot go on: default-1 was cancelled before its first epoch"):
        control.resume(cancelled.id)


def test_only_the_last_few_stopped_trainings_keep_their_checkpoints(suffering, monkeypatch):
    monkeypatch.setattr(control, "RESUMABLE", 1)
    suffering("0.05")
    stopped = [control.cancel(in_epoch(control.start(RECIPE), 2).id) for _ in range(2)]
    control.start(RECIPE)
    assert [store.read(run.id).is_resumable for run in stopped] == [False, True]


def test_a_model_that_can_be_decided_on_is_kept_whatever_becomes_of_the_rest(suffering, monkeypatch):
    suffering("rest")
    run = control.start(RECIPE)
    wait(lambda: store.model_of(run) is not None and (run.folder / OUTCOME).exists())
    assert store.read(run.id).is_on
    os.kill(process_number(run), signal.SIGKILL)

    assert ended(run).state is State.FINISHED
    assert Evaluation.from_json(store.model_of(run).evaluation) is None


def test_while_the_rest_is_measured_a_run_can_be_stopped_and_its_model_stays(suffering):
    suffering("rest")
    run = control.start(RECIPE)
    wait(lambda: store.model_of(run) is not None)

    assert control.cancel(run.id).state is State.FINISHED
    assert store.model_of(run) is not None


def process_is_there(number: int) -> bool:
    """Returns whether a process lives, or waits as a zombie to be reaped."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_does_not_listen_is_made_to_end(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 1)
    os.kill(process_number(run), signal.SIGSTOP)  # it hears nothing but SIGKILL now

    assert control.cancel(run.id).state is State.CANCELLED


def test_a_run_whose_folder_cannot_be_written_is_ended_all_the_same_and_that_is_told(suffering, monkeypatch):
    suffering("0.02")
    run = in_epoch(control.start(RECIPE), 2)
    number = process_number(run)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(files, "write_json", refuse)
    with pytest.raises(RunError, match="was ended, but this could not be written down"):
        control.cancel(run.id)
    wait(lambda: not process_is_there(number))
    assert store.read(run.id).state is State.INTERRUPTED


def test_a_killed_run_is_interrupted_and_goes_on_after_its_last_epoch(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 2)
    os.kill(process_number(run), signal.SIGKILL)
    killed = ended(run)

    assert killed.state is State.INTERRUPTED
    assert "was interrupted after" in descriptions.describe(killed)
    assert registry.names() == [registry.SHIPPED.name]
    assert store.current() is None

    suffering("0")
    size = (run.folder / store.PROGRESS).stat().st_size
    finished = ended(control.resume(run.id))
    assert finished.state is State.FINISHED
    assert [row["epoch"] for row in finished.track.history] == [1, 2, 3]
    again = [json.loads(line) for line in (run.folder / store.PROGRESS).read_bytes()[size:].splitlines() if line]
    assert min(line["epoch"] for line in again if "epoch" in line) == 2
    steps = [step.batches_done for step in finished.track.steps]
    assert steps == sorted(set(steps))
    with pytest.raises(RunError, match=r"cannot go on: default-1 has finished"):
        control.resume(run.id)


@pytest.mark.parametrize(
    ("fate", "reason"),
    [
        ("memory", "the memory is used up"),
        ("bug", "RuntimeError: a layer is upside down"),
        ("disk", "the disk is full."),
        ("disk told by TensorFlow", "the disk is full."),
        ("large file", "a file grew larger than this system allows."),
    ],
)
def test_a_run_that_fails_says_why_and_can_go_on(suffering, fate, reason):
    suffering(fate)
    run = ended(control.start(RECIPE))

    assert run.state is State.FAILED
    assert f"default-1 failed after 2 of 3 epochs: {reason}" in descriptions.describe(run)
    assert "Traceback" in run.log
    assert registry.names() == [registry.SHIPPED.name]
    assert not (run.folder / store.MODEL).exists()
    suffering("0")
    assert ended(control.resume(run.id)).state is State.FINISHED


def test_a_crash_for_want_of_memory_is_named(suffering):
    suffering("crash")
    run = ended(control.start(RECIPE))

    assert run.state is State.INTERRUPTED
    assert "the memory was used up" in descriptions.describe(run)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root on Linux, to mount a small disk")
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(home, suffering):
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(home)], check=False).returncode:
        pytest.skip("this system lets nobody mount a disk")
    try:
        suffering("full disk")
        run = ended(control.start(RECIPE))
        assert (run.state, run.reason) == (State.FAILED, "the disk is full.")
        suffering("0")
        assert ended(control.resume(run.id)).state is State.FINISHED

        with (home / "filling").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        with pytest.raises(RunError, match="cannot be started: No space left"):
            control.start(RECIPE)
        assert [run.name for run in store.all_runs()] == ["default-1"]
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


def test_what_the_worker_cannot_do_is_the_sentence_of_the_library():
    run = ended(control.start(RECIPE, subset=1_000_000))

    assert run.state is State.FAILED
    assert "1,000,000 of them cannot be chosen" in descriptions.describe(run)


def test_a_worker_that_cannot_start_is_told(monkeypatch):
    monkeypatch.setattr(control, "WORKER", ("/nowhere/python",))
    with pytest.raises(RunError, match="cannot be started: No such file"):
        control.start(RECIPE)
    assert store.all_runs() == []


def test_damaged_files_do_not_break_the_list():
    run = ended(control.start(RECIPE))
    for file in (store.REQUEST, store.PROGRESS, OUTCOME):
        for number, content in enumerate((b"", b"{", b"\xff\xfe\0", b"[]", b'{"state": "soup", "recipe": 3}\n')):
            hurt = run.folder.with_name(f"{file}-{number}")
            shutil.copytree(run.folder, hurt)
            (hurt / file).write_bytes(content)
    damaged = [f"{store.REQUEST}-{number}" for number in range(5)]
    listed = {run.id: run for run in store.all_runs()}

    assert store.damaged() == damaged
    assert len(listed) == 1 + 5 + 5
    assert listed[run.id] == run
    for number in range(5):
        assert listed[f"{store.PROGRESS}-{number}"].track.history == ()
        assert listed[f"{OUTCOME}-{number}"].state is State.INTERRUPTED
    assert all("default-1" in descriptions.describe(one) for one in listed.values())
    for id_ in damaged:
        control.delete(id_)
    assert store.damaged() == []


def test_a_process_number_given_to_another_process_deceives_nobody(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 1)
    os.kill(process_number(run), signal.SIGKILL)
    ended(run)
    (run.folder / processes.PROCESS).write_text(f"{os.getpid()}\n")

    assert store.read(run.id).state is State.INTERRUPTED
    with pytest.raises(RunError, match="nothing to cancel"):
        control.cancel(run.id)


def test_a_run_outlives_the_process_that_started_it(suffering, monkeypatch):
    suffering("0.05")
    starting = (
        "import sys; from mnist_core.runs import control; from mnist_core.networks import recipes;"
        "control.WORKER = (sys.executable, '-m', 'tests.fake_worker');"
        "print(control.start(recipes.DEFAULT).id)"
    )
    done = subprocess.run([sys.executable, "-c", starting], capture_output=True, text=True, check=True)
    run = in_epoch(store.read(done.stdout.strip()), 1)

    assert run.is_on
    assert control.cancel(run.id).state is State.CANCELLED


def test_a_run_whose_starter_dies_at_once_has_its_number_and_can_be_cancelled(suffering):
    suffering("0.05")
    dying = (
        "import os, signal, subprocess, sys; from mnist_core.runs import control; from mnist_core.networks import "
        "recipes;"
        "control.WORKER = (sys.executable, '-m', 'tests.fake_worker');"
        "start = subprocess.Popen;"
        "subprocess.Popen = lambda *a, **k: (start(*a, **k), os.kill(os.getpid(), signal.SIGKILL));"
        "control.start(recipes.DEFAULT)"
    )
    assert subprocess.run([sys.executable, "-c", dying], check=False).returncode == -signal.SIGKILL
    run = store.latest()

    assert run.is_on
    assert control.cancel(run.id).state is State.CANCELLED
    assert control.start(RECIPE).is_on


def test_a_run_at_work_is_not_deleted_and_a_deleted_one_is_gone(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE), 1)
    with pytest.raises(RunError, match="cancel it first"):
        control.delete(run.id)
    control.cancel(run.id)
    control.delete(run.id)

    assert list(run.folder.parent.iterdir()) == [run.folder.parent / "machine"]
    with pytest.raises(RunError, match="There is no run"):
        control.delete(run.id)


@pytest.mark.parametrize("id_", ["", ".", "..", "../models", "a/b", "machine", "nobody"])
def test_what_is_no_run_is_not_read(id_):
    with pytest.raises(RunError, match=r"no run"):
        store.read(id_)


def test_a_taken_name_is_refused_at_once(own_model):
    with pytest.raises(model_folder.ModelError, match="choose another name"):
        control.start(RECIPE, name="mine")
    assert store.all_runs() == []


def test_no_name_is_given_twice_even_if_no_model_came_of_it(suffering):
    suffering("bug")
    assert [ended(control.start(RECIPE)).name for _ in range(2)] == ["default-1", "default-2"]


def test_a_run_that_was_killed_after_its_model_was_whole_has_finished_when_resumed(suffering):
    run = ended(control.start(RECIPE))
    (run.folder / OUTCOME).unlink()
    assert store.read(run.id).state is State.INTERRUPTED

    suffering("bug")
    assert ended(control.resume(run.id)).state is State.FINISHED


def test_the_share_and_the_batches_agree(suffering):
    suffering("0.02")
    run = in_epoch(control.start(RECIPE), 2)
    step = run.track.latest

    assert step.batches_done == (step.epoch - 1) * BATCHES + step.batch
    assert step.share == pytest.approx(step.batches_done / (3 * BATCHES))
    assert run.track.seconds_left >= 0


def test_nothing_is_known_of_runs_where_there_were_none(home: Path):
    assert (store.all_runs(), store.damaged()) == ([], [])
    assert store.current() is store.latest() is None
    assert not home.exists()


def test_a_validation_finishes_with_the_mean_of_its_folds_and_no_model():
    run = ended(control.start(RECIPE, folds=3, subset=100))

    assert (run.state, run.name, run.folds) == (State.FINISHED, "default-3-fold-1", 3)
    assert run.accuracy == pytest.approx(0.92)
    assert [fold.images for fold in store.validation_of(run).finished] == [34, 33, 33]
    assert run.track.latest.share == 1
    assert (
        descriptions.describe(run)
        == "default-3-fold-1 has finished and reads 92.00 % of the digits held out, on average."
    )
    assert registry.names() == [registry.SHIPPED.name]
    assert (store.validations(), store.trainings(), store.latest()) == ([run], [], None)


def test_a_validation_has_the_machine_to_itself_and_a_training_is_told_so(suffering):
    suffering("0.05")
    run = in_epoch(control.start(RECIPE, folds=3), 1)

    with pytest.raises(control.Busy, match=r"^default is training already: default-3-fold-1 is at fold 1 of 3"):
        control.start(RECIPE)
    assert store.current().id == run.id


def test_a_cancelled_validation_ends_at_once_keeps_its_folds_and_goes_on_after_them(suffering):
    suffering("0.02")
    run = in_epoch(control.start(RECIPE, folds=3), 4)
    began = time.monotonic()
    cancelled = control.cancel(run.id)

    assert time.monotonic() - began < 2
    assert (cancelled.state, cancelled.is_resumable) == (State.CANCELLED, True)
    assert descriptions.describe(cancelled) == "default-3-fold-1 was cancelled after 1 of 3 folds."
    first = store.validation_of(run).finished[0]
    size = (run.folder / store.PROGRESS).stat().st_size
    suffering("0")
    finished = ended(control.resume(run.id))
    assert finished.state is State.FINISHED
    assert store.validation_of(run).finished[0] == first
    again = [json.loads(line) for line in (run.folder / store.PROGRESS).read_bytes()[size:].splitlines() if line]
    assert min(line["epoch"] for line in again if "epoch" in line) == 4


def test_a_killed_validation_is_interrupted_and_goes_on_after_its_last_fold(suffering):
    suffering("0.02")
    run = in_epoch(control.start(RECIPE, folds=3), 5)
    os.kill(process_number(run), signal.SIGKILL)
    killed = ended(run)

    assert killed.state is State.INTERRUPTED
    assert "interrupted after 1 of 3 folds" in descriptions.describe(killed)
    suffering("0")
    assert ended(control.resume(run.id)).accuracy == pytest.approx(0.92)


def test_a_validation_that_fails_says_why_and_can_go_on(suffering):
    suffering("disk")
    run = ended(control.start(RECIPE, folds=3))

    assert (run.state, run.reason) == (State.FAILED, "the disk is full.")
    suffering("0")
    assert ended(control.resume(run.id)).state is State.FINISHED

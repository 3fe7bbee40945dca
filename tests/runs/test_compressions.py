"""A compression is a run like any other: one at a time, cancelled, resumed, remembered."""

import os
import shutil
import signal
import time
from collections.abc import Callable

import pytest

from mnist_core import files
from mnist_core.compression import kinds
from mnist_core.compression import results as kept
from mnist_core.compression.results import ResultsError
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks import recipes
from mnist_core.runs import control, descriptions, processes, store
from mnist_core.runs.outcomes import State
from tests.runs.test_store import ended, wait

pytestmark = pytest.mark.usefixtures("fake_worker")

THREE = [kinds.FLOAT16, kinds.INT8, kinds.PRUNED]


@pytest.fixture
def suffering(monkeypatch) -> Callable[[str], None]:
    """Chooses the fate of the compressions to come."""
    return lambda fate: monkeypatch.setenv("FAKE_TRAINING", fate)


def with_rows(run: store.Run, count: int) -> store.Run:
    """Waits until so many versions of a compression, the original as well, are measured."""

    def are_there() -> bool:
        found = store.results_of(run)
        return found is not None and len(found.rows) >= count

    wait(are_there)
    return store.read(run.id)


def test_it_finishes_with_models_and_results_and_is_no_training():
    run = ended(control.start_compression(registry.shipped(), THREE))

    assert (run.state, run.name, run.accuracy) == (State.FINISHED, "shipped-smaller-1", 0.995)
    assert run.compression == store.Compression(
        "shipped", registry.shipped().card["files"][model_folder.NETWORK]["sha256"], ["float16", "int8", "pruned"]
    )
    assert registry.names() == ["shipped", "shipped-float16", "shipped-int8", "shipped-pruned"]
    assert [row.kind for row in store.results_of(run).rows] == [None, "float16", "int8", "pruned"]
    assert descriptions.describe(run) == "shipped-smaller-1 has finished: 3 of 3 smaller versions of shipped."
    assert not (run.folder / store.MODEL).exists()
    assert (store.compressions(), store.trainings(), store.validations(), store.latest()) == ([run], [], [], None)
    assert store.compressions("another network") == []
    assert store.model_of(run) is None


def test_it_has_the_machine_to_itself_and_a_training_is_told_so(suffering):
    suffering("0.05")
    run = with_rows(control.start_compression(registry.shipped(), THREE), 1)

    assert run.state is State.RUNNING
    assert descriptions.describe(run) == "shipped-smaller-1 is at work: 0 of 3 smaller versions of shipped."
    with pytest.raises(control.Busy, match=r"^Smaller versions of shipped are being made: shipped-smaller-1 is at"):
        control.start(recipes.QUICK)
    control.cancel(run.id)
    with pytest.raises(store.RunError, match="nothing to cancel"):
        control.cancel(run.id)


def test_cancelled_it_ends_at_once_keeps_what_is_made_and_goes_on(suffering):
    suffering("0.05")
    run = with_rows(control.start_compression(registry.shipped(), THREE), 2)
    began = time.monotonic()
    cancelled = control.cancel(run.id)

    assert time.monotonic() - began < 2
    assert (cancelled.state, cancelled.is_resumable) == (State.CANCELLED, True)
    assert descriptions.describe(cancelled) == (
        "shipped-smaller-1 was cancelled after 1 of 3 smaller versions of shipped."
    )
    assert registry.names() == ["shipped", "shipped-float16"]
    assert not (run.folder / store.MODEL).exists()
    suffering("0")
    assert ended(control.resume(run.id)).state is State.FINISHED
    assert len(registry.names()) == 4


def test_killed_it_is_interrupted_and_goes_on(suffering):
    suffering("0.05")
    run = with_rows(control.start_compression(registry.shipped(), THREE), 2)
    os.kill(processes.number(run.folder), signal.SIGKILL)

    assert ended(run).state is State.INTERRUPTED
    suffering("0")
    assert ended(control.resume(run.id)).state is State.FINISHED


@pytest.mark.parametrize(("fate", "reason"), [("disk", "the disk is full."), ("memory", "the memory is used up.")])
def test_it_says_why_it_failed_and_what_was_made_stays(suffering, fate, reason):
    suffering(fate)
    run = ended(control.start_compression(registry.shipped(), THREE))

    assert (run.state, run.reason[: len(reason)]) == (State.FAILED, reason)
    assert registry.names() == ["shipped", "shipped-float16"]
    assert not (run.folder / store.MODEL).exists()


def test_an_original_that_is_gone_or_another_one_by_now_is_a_sentence(own_model, suffering):
    suffering("0.05")
    run = with_rows(control.start_compression(Model.open(own_model), THREE), 1)
    control.cancel(run.id)
    shutil.rmtree(own_model)
    assert ended(control.resume(run.id)).reason == "There is no model “mine”: card.json is missing."

    shutil.copytree(registry.SHIPPED, own_model)
    (own_model / model_folder.NETWORK).write_bytes(b"another network")
    network = {"bytes": 15, "sha256": model_folder.sha256(own_model / model_folder.NETWORK)}
    card = registry.shipped().card
    files.write_json(
        own_model / model_folder.CARD,
        {**card, "name": "mine", "files": {**card["files"], model_folder.NETWORK: network}},
    )
    again = ended(control.resume(run.id))
    assert again.reason == "“mine” is another model by now: make smaller versions of that one."


def test_of_a_smaller_version_no_smaller_ones_are_made():
    ended(control.start_compression(registry.shipped(), [kinds.INT8]))
    with pytest.raises(ModelError, match="“shipped-int8” is a smaller version already: make others of the original"):
        control.start_compression(Model.open(registry.folder_of("shipped-int8")), THREE)
    assert len(store.all_runs()) == 1


def test_damaged_figures_are_told_where_they_are_wanted():
    run = ended(control.start_compression(registry.shipped(), [kinds.INT8]))
    (run.folder / kept.FILE).write_text("rubbish", encoding="utf-8")
    with pytest.raises(ResultsError, match="forget that run, or make them anew"):
        store.results_of(run)
    assert descriptions.describe(run) == "shipped-smaller-1 has finished: 0 of 1 smaller version of shipped."
    control.delete(run.id)
    assert store.compressions() == []

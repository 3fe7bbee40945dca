import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from mnist_core import files
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import GPUS, Run
from mnist_core.training.gpus import Gpus
from mnist_core.training.progress import Progress, Track
from tests.ui.words import words
from ui.training import run as training


def run(state: State, **facts: object) -> Run:
    recipe = replace(recipes.DEFAULT, epochs=3)
    return Run("id", "default-1", recipe, None, datetime(2026, 11, 22, tzinfo=UTC), state, **facts)


def step(epoch: int, batch: int, loss: float = 0.5, accuracy: float = 0.75) -> Progress:
    return Progress(epoch, 3, batch, 10, {"loss": loss, "accuracy": accuracy})


ROW = {"epoch": 1, "loss": 0.5, "accuracy": 0.75, "val_loss": 0.4, "val_accuracy": 0.8, "seconds": 30.0}
UNDER_WAY = Track("", (step(1, 10), step(2, 5)), (ROW,), 41.0)
TESTING = replace(UNDER_WAY, steps=(step(3, 10),), phase="Reading the test images", seconds_left=12.0, phase_share=0.25)


def test_a_run_says_which_gpu_it_uses_once_it_has_looked(home):
    started = run(State.RUNNING)
    assert "run-gpus" not in training.run_html(started, UNDER_WAY)
    started.folder.mkdir(parents=True)
    found = Gpus(found=["NVIDIA T4"], used=0, memory_growth=True)
    files.write_json(started.folder / GPUS, found.to_json())
    assert words(training.run_html(started, UNDER_WAY)).endswith("Training uses GPU 0 (NVIDIA T4), memory growth on.")
    files.write_json(started.folder / GPUS, Gpus().to_json())
    assert words(training.run_html(started, UNDER_WAY)).endswith("TensorFlow found no GPU. Training uses the CPU.")


@pytest.mark.parametrize(
    ("state", "track", "headline", "detail"),
    [
        (
            State.STARTING,
            Track(),
            "Starting",
            "default-1 is being trained on all training images except the 5 % for validation",
        ),
        (
            State.STARTING,
            Track(phase="Loading MNIST"),
            "Loading MNIST",
            "default-1 is being trained on all training images except the 5 % for validation",
        ),
        (State.RUNNING, UNDER_WAY, "Epoch 2 of 3", "Batch 5 of 10, about 50 s left."),
        (State.RUNNING, TESTING, "Reading the test images", "About 20 s left."),
        (State.FINISHED, UNDER_WAY, "Finished", "default-1 was trained for 30 s. After one epoch"),
    ],
)
def test_where_a_run_is_is_said_in_words(state, track, headline, detail):
    assert training.headline(run(state), track) == headline
    assert detail in training.detail(run(state), track)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (recipes.TUTORIAL_1, "is being trained on all training images except the 30 % for validation."),
        (recipes.TUTORIAL_2, "is being trained on all training images, validated on the test images."),
        (recipes.TUTORIAL_2B, "is being trained on all training images, without validation."),
    ],
)
def test_a_run_says_what_it_is_trained_and_validated_on(recipe, said):
    assert said in training.detail(replace(run(State.STARTING), recipe=recipe), Track())


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED, State.INTERRUPTED])
def test_an_end_without_a_model_is_called_by_its_name(state):
    ended = run(state, reason="the disk is full.")

    assert training.headline(ended, UNDER_WAY).lower() == state
    assert training.detail(ended, UNDER_WAY).startswith("default-1 ")


def test_bars_and_figures_are_those_of_the_latest_step():
    html = training.run_html(run(State.RUNNING), UNDER_WAY)

    assert 'aria-valuenow="50"' in html  # 15 of 30 batches
    assert "--share:0.5000;--parts:3" in html
    assert "Accuracy, training 75.00 % Accuracy, validation 80.00 % Loss, training 0.5000" in words(html)


def test_outside_of_epochs_the_second_bar_is_the_phases_own():
    html = training.run_html(run(State.RUNNING), TESTING)
    assert 'class="run-bar run-bar-part" aria-hidden="true" style="--share:0.2500"' in html
    assert 'aria-valuenow="100"' in html


def test_as_soon_as_a_model_can_be_decided_on_the_page_asks_and_says_what_follows(own_model, monkeypatch):
    model = model_folder.Model.open(own_model)
    monkeypatch.setattr(training.store, "model_of", lambda run: model)
    rest = replace(TESTING, phase="Reading disturbed images")
    assert training.headline(run(State.RUNNING), rest) == "Use it?"
    assert training.detail(run(State.RUNNING), rest) == (
        "default-1 is tested and ready. The rest of its figures follows: reading disturbed images, about 20 s left."
    )


def test_a_run_that_has_not_begun_has_places_for_its_figures_and_curves():
    html = training.run_html(run(State.STARTING), Track())

    assert html.count("<svg") == 2
    assert "Accuracy, training – Accuracy, validation –" in words(html)
    assert 'aria-valuenow="0"' in html


def test_batches_are_drawn_as_they_were_and_not_as_means_since_the_epochs_begin():
    # 10 batches at 1.0, then 10 at 0.5: Keras tells 1.0 and 0.75; in the next epoch 5 at 0.25
    steps = [step(1, 5, 1.0), step(1, 10, 0.75), step(2, 5, 0.25)]

    assert training.between(steps, "loss") == pytest.approx([1.0, 0.5, 0.25])


def test_curves_of_many_batches_are_thinned_and_keep_their_end():
    steps = [Progress(1, 1, batch, 5000, {"loss": 1.0, "accuracy": 0.5}) for batch in range(1, 5001)]
    thinned = training.thinned(steps)

    assert training.DRAWN / 2 < len(thinned) <= training.DRAWN
    assert thinned[-1] is steps[-1]
    gaps = {after.batch - before.batch for before, after in pairwise(thinned)}
    assert len(gaps) == 1


def test_the_log_is_shown_without_tensorflows_chatter_and_escaped():
    log = "12:00:00  Loading <b>\nI0000 00:00:1795310322.2 port.cc:153] oneDNN\nWARNING: All log messages before absl\n"

    assert training.log_html(log) == '<pre class="log">12:00:00  Loading &lt;b&gt;</pre>'
    assert "Nothing was written yet" in training.log_html("")


def test_names_from_elsewhere_are_escaped():
    named = replace(run(State.RUNNING), name="<b>")

    assert "<b>" not in training.headline_html(named, UNDER_WAY) + training.run_html(named, UNDER_WAY)


def test_the_way_within_a_single_epoch_is_drawn_from_its_first_batches_and_stays():
    values = [{"loss": 2.0, "accuracy": 0.3}, {"loss": 1.0, "accuracy": 0.7}, {"loss": 0.5, "accuracy": 0.9}]
    steps = [Progress(1, 1, batch, 300, found) for batch, found in zip((8, 150, 300), values, strict=True)]
    one_epoch = replace(run(State.FINISHED), recipe=replace(recipes.DEFAULT, epochs=1))
    html = training.curves_html(one_epoch, Track("", tuple(steps), (ROW,), None))

    assert "Accuracy over 300 batches: training from 30 %" in html
    assert html.count(">batch<") == 2
    assert "80 %</tspan>" in html  # of the validation; 90 % of the last few batches stands nowhere
    assert "90 %</tspan>" not in html
    assert re.search(r'polyline class="line" points="([^"]*)"', html)[1].count(",") == 3


def test_a_run_that_nothing_validates_has_curves_of_its_training_alone():
    row = {"epoch": 1, "loss": 0.5, "accuracy": 0.75, "seconds": 30.0}
    html = training.run_html(run(State.RUNNING), replace(UNDER_WAY, history=(row,)))

    assert "Accuracy, validation –" in words(html)
    assert html.count("<polyline") == 2


def test_a_run_without_numbers_is_drawn_too():
    nan = float("nan")
    track = Track("", (step(1, 10, nan, nan),), ({**ROW, "val_loss": nan},), None)

    assert "<svg" in training.run_html(run(State.RUNNING), track)
    assert registry.SHIPPED.name not in training.detail(run(State.RUNNING), track)

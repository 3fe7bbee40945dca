import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from mnist_core.networks import recipes
from mnist_core.training import kfold
from mnist_core.training.kfold import Fold, KFoldError, Validation
from mnist_core.training.progress import Progress

RECIPE = replace(recipes.TUTORIAL_4, epochs=2, batch_size=50, learning_rate=0.01)


def quiet(fold: int, progress: Progress) -> None:
    """Reports nothing."""


def test_folds_hold_every_image_once_and_each_digit_in_its_share():
    labels = np.repeat(np.arange(10), [10, 20, 30, 40, 50, 10, 10, 10, 10, 13])
    parts = kfold.divide(labels, 5, seed=0)
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    assert {len(part) for part in parts} == {40, 41}
    for part in parts:
        np.testing.assert_array_equal(np.bincount(labels[part])[:9], [2, 4, 6, 8, 10, 2, 2, 2, 2])


def test_the_seed_decides_who_comes_into_which_fold():
    labels = np.arange(100) % 10
    first, same, other = (kfold.divide(labels, 4, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("folds", [-1, 0, 1, 11])
def test_what_cannot_be_divided_is_refused(folds):
    with pytest.raises(KFoldError, match=f"in 2 to 10 folds, not {folds}"):
        kfold.divide(np.arange(10), folds, seed=0)


def test_mean_and_standard_deviation_worked_out_by_hand():
    folds = tuple(Fold(number, 10, accuracy, 0.1, 1.0, []) for number, accuracy in [(1, 0.9), (2, 0.94), (3, 0.98)])
    validation = Validation(RECIPE, 3, folds, {})
    assert validation.is_finished
    assert validation.mean == pytest.approx(0.94)
    assert validation.standard_deviation == pytest.approx(0.04)  # the root of (0.04² + 0² + 0.04²) / 2
    begun = replace(validation, finished=folds[:1])
    assert (begun.mean, begun.standard_deviation, begun.is_finished) == (0.9, None, False)
    assert replace(validation, finished=()).mean is None


def test_a_validation_goes_on_after_its_last_whole_fold(small_mnist, tmp_path):
    told: list[tuple[int, int]] = []

    def stop_in_the_second(fold: int, progress: Progress) -> None:
        told.append((fold, progress.epoch))
        if (fold, progress.epoch) == (2, 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kfold.validate(RECIPE, small_mnist, 3, tmp_path, stop_in_the_second)
    begun = kfold.read(tmp_path)
    assert [fold.number for fold in begun.finished] == [1]
    assert told[0] == (1, 1)

    told.clear()
    whole = kfold.validate(RECIPE, small_mnist, 3, tmp_path, lambda fold, progress: told.append((fold, progress.epoch)))
    assert {fold for fold, _ in told} == {2, 3}
    assert whole.finished[0] == begun.finished[0]
    assert [fold.images for fold in whole.finished] == [100, 100, 100]
    for fold in whole.finished:
        assert [row["epoch"] for row in fold.history] == [1, 2]
        assert fold.accuracy == fold.history[-1]["val_accuracy"] > 0.3
    assert kfold.read(tmp_path) == whole
    assert json.loads(json.dumps(whole.to_json()))["mean"] == whole.mean


def test_a_folder_serves_one_validation_only(small_mnist, tmp_path):
    (tmp_path / kfold.PLAN).write_text(
        json.dumps({"recipe": RECIPE.to_json(), "folds": 4, "data": small_mnist.checksums})
    )
    with pytest.raises(KFoldError, match="another validation"):
        kfold.validate(RECIPE, small_mnist, 3, tmp_path, quiet)


def test_a_validation_of_a_version_that_knew_fewer_settings_goes_on(small_mnist, tmp_path):
    older = {name: value for name, value in RECIPE.to_json().items() if name not in ("own_shown", "own_alone")}
    (tmp_path / kfold.PLAN).write_text(json.dumps({"recipe": older, "folds": 3, "data": small_mnist.checksums}))

    def train(recipe, mnist, number, held_out, report):
        return kfold.Fold(number, 100, 0.9, 0.1, 1.0, [])

    assert kfold.validate(RECIPE, small_mnist, 3, tmp_path, quiet, train=train).is_finished


@pytest.mark.parametrize("content", ["{", "{}", '{"folds": 2, "recipe": {}}'])
def test_a_damaged_validation_says_so(tmp_path, content):
    (tmp_path / kfold.PLAN).write_text(content)
    with pytest.raises(KFoldError, match="damaged"):
        kfold.read(tmp_path)


def test_a_damaged_fold_says_so(small_mnist, tmp_path):
    plan = {"recipe": RECIPE.to_json(), "folds": 2, "data": small_mnist.checksums}
    (tmp_path / kfold.PLAN).write_text(json.dumps(plan))
    (tmp_path / "fold-2.json").write_text(json.dumps(asdict(Fold(2, 5, 0.5, 0.1, 1.0, []))))
    assert [fold.number for fold in kfold.read(tmp_path).finished] == [2]
    (tmp_path / "fold-1.json").write_text("[]")
    with pytest.raises(KFoldError, match="damaged"):
        kfold.read(tmp_path)


def test_where_there_is_no_validation_that_is_said(tmp_path):
    with pytest.raises(KFoldError, match=r"no validation in .*: plan\.json is missing"):
        kfold.read(tmp_path / "nowhere")


def test_a_file_in_the_place_of_the_folder_is_a_sentence(small_mnist, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(KFoldError, match="cannot be written"):
        kfold.validate(RECIPE, small_mnist, 3, tmp_path / "taken" / "kfold", quiet)


def test_a_validation_that_is_forgotten_begins_anew(small_mnist, tmp_path):
    plan = {"recipe": RECIPE.to_json(), "folds": 2, "data": small_mnist.checksums}
    (tmp_path / kfold.PLAN).write_text(json.dumps(plan))
    (tmp_path / "fold-1.json").write_text("[]")
    (tmp_path / "letter.txt").write_text("something else")
    kfold.forget(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["letter.txt"]
    kfold.forget(tmp_path)


def test_the_progress_of_folds_is_that_of_one_training_and_back():
    step = Progress(2, 2, 5, 10, {"loss": 0.5})
    whole = kfold.whole(RECIPE, 3, 2, step)
    assert (whole.epoch, whole.epochs, whole.batch) == (4, 6, 5)
    assert kfold.within(RECIPE, whole) == (2, step)
    assert kfold.within(RECIPE, kfold.whole(RECIPE, 3, 3, replace(step, epoch=1))) == (3, replace(step, epoch=1))


def test_the_verdict_says_what_to_expect_and_is_silent_before_the_second_fold():
    folds = tuple(Fold(number, 10, accuracy, 0.1, 1.0, []) for number, accuracy in [(1, 0.9), (2, 0.94), (3, 0.98)])
    said = kfold.verdict(Validation(RECIPE, 3, folds, {}))
    assert said.startswith(
        "Trained on 20 images, expect tutorial-4 to read 94.00 % of digits that it has not seen, give"
    )
    assert "or take 4.00 points" in said
    assert kfold.verdict(Validation(RECIPE, 3, folds[:1], {})) == ""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from mnist_core import files
from mnist_core.evaluation.comparison import READINGS, Figures, figures, readings_ms, verdict
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model

OLD = Figures("old", "default", 0.98, 10_000, "mnist", 0.01, 1000, 10_000, 0.1)


def test_figures_are_those_of_the_model():
    model = registry.shipped()
    collected = figures(model)

    assert collected.accuracy == model.evaluation["accuracy"]
    assert collected.mistakes == sum(map(sum, model.evaluation["confusion"])) - sum(
        row[digit] for digit, row in enumerate(model.evaluation["confusion"])
    )
    assert collected.size_bytes == (model.folder / model_folder.NETWORK).stat().st_size
    assert 0 < collected.reading_ms < 1000


def test_several_networks_read_in_turns_and_each_has_the_median_of_its_own_times():
    turns: list[float] = []

    class Slow:
        """A recognizer whose network takes so many milliseconds."""

        def __init__(self, ms: float) -> None:
            self.ms = ms

        def network(self, picture) -> None:
            turns.append(self.ms)
            time.sleep(self.ms / 1000)

    both: Any = [Slow(1), Slow(8)]
    quick, slow = readings_ms(both)
    assert turns == [1, 8] * READINGS
    assert 1 <= quick < slow
    assert slow >= 8


@pytest.mark.parametrize(
    ("accuracy", "images", "sentence"),
    [
        (0.99, 10_000, "new makes 100 mistakes fewer than old on 10,000 test digits."),
        (0.96, 10_000, "old makes 200 mistakes fewer than new on 10,000 test digits."),
        (0.9803, 10_000, "new makes 3 mistakes fewer than old: so little may be chance."),
        (0.9799, 10_000, "old makes 1 mistake fewer than new: so little may be chance."),
        (0.98, 10_000, "new reads exactly as many test digits right as old."),
    ],
)
def test_the_verdict_names_the_better_one_and_whether_that_may_be_chance(accuracy, images, sentence):
    assert verdict(replace(OLD, name="new", accuracy=accuracy, images=images), OLD) == sentence


@pytest.mark.parametrize(
    ("only_new", "only_old", "sentence"),
    [
        (60, 50, "old makes 10 mistakes fewer than new: so little may be chance."),
        (10, 0, "old makes 10 mistakes fewer than new on 10,000 test digits."),
    ],
)
def test_where_all_mistakes_are_known_those_of_one_alone_decide_what_may_be_chance(only_new, only_old, sentence):
    both = frozenset(range(1000, 1100))
    new = both | set(range(only_new))
    old = both | set(range(200, 200 + only_old))
    made = [
        replace(OLD, name=name, accuracy=1 - len(wrong) / 10_000, wrong=wrong)
        for name, wrong in (("new", new), ("old", old))
    ]
    assert verdict(*made) == sentence


def test_which_images_are_read_wrong_is_known_where_all_mistakes_are_kept(own_model):
    evaluation = json.loads((own_model / model_folder.EVALUATION).read_text(encoding="utf-8"))
    indices = {mistake["index"] for mistake in evaluation["mistakes"]}
    assert figures(Model.open(own_model)).wrong == indices

    files.write_json(own_model / model_folder.EVALUATION, evaluation | {"mistakes": evaluation["mistakes"][1:]})
    assert figures(Model.open(own_model)).wrong is None


def test_models_that_were_tested_on_different_images_are_not_compared():
    new = replace(OLD, name="new", accuracy=0.99, images=4000, tested_on="others")
    assert verdict(new, OLD) == ("They were tested on different images, 4,000 and 10,000 of them: no fair comparison.")

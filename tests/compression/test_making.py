import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from mnist_core import files
from mnist_core.compression import kinds, making
from mnist_core.compression import results as kept
from mnist_core.evaluation import drawn
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError
from mnist_core.networks.recipe import Recipe
from mnist_core.training import exporting
from mnist_core.training.progress import Phase
from tests.compression.conftest import STEPS, keep

import keras  # isort: skip

QUANTISED = ("float16", "dynamic", "int8")
PRUNED = ("pruned", "pruned-int8")


def quiet(phase: Phase) -> None:
    """Reports nothing."""


@pytest.mark.parametrize("kind", list(kinds.KINDS))
def test_each_version_is_a_whole_model_whose_card_says_of_what_it_was_made(made, kind, small_mnist, recipe):
    model = made.model(kind)
    card, base = model.card, made.base.card
    assert Recipe.from_json(card["recipe"]) == recipe
    assert (card["name"], card["parameters"], card["trained"]) == (f"small-{kind}", base["parameters"], base["trained"])
    compressed = card["compressed"]
    assert (compressed["kind"], compressed["of"]) == (kind, "small")
    assert compressed["network"] == base["files"][model_folder.NETWORK]["sha256"]
    assert compressed["sparsity"] == kinds.KINDS[kind].sparsity
    assert card["files"] == exporting.described(model.folder)
    assert model.history == made.base.history
    assert model.evaluation["images"] == 100
    assert model.evaluation["accuracy"] > 0.8
    assert {path.name for path in model.folder.iterdir()} == {path.name for path in made.base.folder.iterdir()}


@pytest.mark.parametrize("kind", list(kinds.KINDS))
def test_its_keras_file_is_the_originals_or_the_pruned_network(made, kind):
    def weights(model: Model) -> list[np.ndarray]:
        return keras.models.load_model(model.keras_path, compile=False).get_weights()

    before, after = weights(made.base), weights(made.model(kind))
    zeros = sum(int((one == 0).sum()) for one in after) - sum(int((one == 0).sum()) for one in before)
    if kind in QUANTISED:
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, other)
        assert made.model(kind).card["temperature"] == made.base.card["temperature"]
        assert made.model(kind).card["digit_threshold"] == made.base.card["digit_threshold"]
        assert made.model(kind).card["compressed"]["zeros"] == 0
    else:
        assert zeros == made.model(kind).card["compressed"]["zeros"] > 0
        assert made.model(kind).card["compressed"]["seconds"] > 0


def test_both_pruned_versions_are_of_one_network(made):
    one, other = (keras.models.load_model(made.model(kind).keras_path).get_weights() for kind in PRUNED)
    for before, after in zip(one, other, strict=True):
        np.testing.assert_array_equal(before, after)


def test_all_are_measured_beside_the_original_and_timed(made, few_strokes):
    rows = made.found.rows
    assert [row.kind for row in rows] == [None, *kinds.KINDS]
    assert made.found.finished
    assert kept.read(made.folder) == made.found
    for row in rows:
        model = made.base if row.kind is None else made.model(row.kind)
        assert row.accuracy == model.evaluation["accuracy"]
        assert row.drawn == drawn.kept(model, few_strokes).accuracy
        assert (row.images, row.drawn_digits) == (100, 10)
        assert row.size_bytes == len(model.network)
        assert 0 < row.reading_ms < 1000


def test_one_hears_which_version_is_made_and_what_is_done(made):
    words = [phase.words for phase in made.told]
    assert words[0] == "Reading the original"
    assert words[-1] == "Timing all versions in turns"
    assert "Float16, 1 of 5: converting" in words
    assert "Full int8, 3 of 5: reading the test images" in words
    pruning = [phase for phase in made.told if "learning on" in phase.words]
    assert [phase.share for phase in pruning] == [step / STEPS for step in range(1, STEPS + 1)]  # once for both


@pytest.fixture
def own_home(made, home):
    """A home of this test with the small model in it."""
    shutil.copytree(made.base.folder, registry.folder_of("small"))
    return Model.open(registry.folder_of("small"))


def test_what_was_made_before_is_not_made_again_and_a_name_that_is_taken_gets_a_number(
    own_home, made, small_mnist, tmp_path, monkeypatch, own_strokes
):
    shutil.copytree(made.model("int8").folder, registry.folder_of("small-int8"))
    shutil.copytree(registry.SHIPPED, registry.folder_of("small-float16"))
    (tmp_path / "run").mkdir()
    chosen = [kinds.FLOAT16, kinds.INT8]
    found = making.compress(own_home, chosen, small_mnist, tmp_path / "run", quiet, keep)
    assert [row.name for row in found.rows] == ["small", "small-float16-2", "small-int8"]
    assert found.rows[2].network == made.model("int8").card["files"][model_folder.NETWORK]["sha256"]
    assert Model.open(registry.folder_of("small-float16")).card["recipe"]["name"] != "small"


def test_a_version_of_another_network_or_of_another_sparsity_is_made_anew(own_home, made):
    shutil.copytree(made.model("pruned").folder, registry.folder_of("small-pruned"))
    assert making.made_before(own_home, kinds.PRUNED).name == "small-pruned"
    assert making.made_before(own_home, replace(kinds.PRUNED, sparsity=0.5)) is None
    assert making.made_before(registry.shipped(), kinds.PRUNED) is None


def test_a_long_name_is_shortened(own_home):
    base = replace(own_home, card={**own_home.card, "name": "m" * registry.LONGEST_NAME})
    name = making.free_name(base, kinds.PRUNED_INT8)
    assert name == "m" * (registry.LONGEST_NAME - 12) + "-pruned-int8"
    assert registry.folder_of(name).name == name


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_without_the_keras_file_that_was_saved_nothing_is_made(own_home, small_mnist, tmp_path, harm):
    own_home.keras_path.unlink() if harm == "missing" else own_home.keras_path.write_bytes(b"rubbish")
    with pytest.raises(ModelError, match=r"“small” cannot be exported or made smaller: .*model\.keras"):
        making.compress(own_home, [kinds.FLOAT16], small_mnist, tmp_path, quiet, keep)
    assert registry.names() == ["shipped", "small"]


def test_an_original_that_is_deleted_meanwhile_is_not_missed(own_home, small_mnist, tmp_path, own_strokes):
    def delete_then_tell(phase: Phase) -> None:
        if phase.words.endswith("converting"):
            shutil.rmtree(own_home.folder)

    found = making.compress(own_home, [kinds.FLOAT16], small_mnist, tmp_path, delete_then_tell, keep)
    assert [row.name for row in found.rows] == ["small", "small-float16"]
    assert registry.names() == ["shipped", "small-float16"]


def test_an_original_that_was_tested_on_other_images_is_tested_on_these(own_home, made, small_mnist, own_strokes):
    card = json.loads((own_home.folder / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(own_home.folder / model_folder.CARD, card | {"data": {}})
    files.write_json(own_home.folder / model_folder.EVALUATION, made.base.evaluation | {"accuracy": 0.25})
    row = making.Workshop(Model.open(own_home.folder), small_mnist).original(quiet)
    assert row.accuracy == made.base.evaluation["accuracy"]
    assert row.images == 100


def test_a_smaller_version_is_not_exported_as_if_it_were_none(made):
    with pytest.raises(ModelError, match="“small-int8” is a smaller version of “small”"):
        exporting.anew(made.model("int8"))

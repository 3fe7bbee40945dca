import shutil

import pytest

from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import ModelError


def test_the_shipped_model_is_whole_and_small():
    model = registry.shipped()
    for name, file in model.card["files"].items():
        assert model_folder.sha256(model.folder / name) == file["sha256"]
        assert (model.folder / name).stat().st_size == file["bytes"] < 2_000_000
    assert len(model.history) == model.card["recipe"]["epochs"]
    assert sum(map(sum, model.evaluation["confusion"])) == model.evaluation["images"] == 10_000


def test_the_shipped_model_is_active_until_another_is_activated(own_model):
    assert registry.active_name() == registry.SHIPPED.name
    assert registry.activate("mine").name == "mine"
    assert registry.active_name() == "mine"
    registry.activate(registry.SHIPPED.name)
    assert registry.active_name() == registry.SHIPPED.name


def test_models_are_listed_with_the_shipped_one_first(own_model):
    shutil.copytree(own_model, own_model.with_name(".writing-abc"))
    assert registry.names() == [registry.SHIPPED.name, "mine"]


@pytest.mark.parametrize("name", ["", ".hidden", "../outside", "a/b", "a\\b", "a\0b"])
def test_a_name_that_leaves_the_folder_is_refused(name):
    with pytest.raises(ModelError, match="model's name consists of"):
        registry.folder_of(name)


def test_a_broken_model_cannot_be_activated(own_model):
    (own_model / model_folder.NETWORK).write_bytes(b"")
    with pytest.raises(ModelError):
        registry.activate("mine")
    assert registry.active_name() == registry.SHIPPED.name


def test_one_goes_back_to_the_model_before_and_forth_again(own_model):
    assert registry.previous_name() is None
    registry.activate("mine")
    assert registry.previous_name() == registry.SHIPPED.name
    registry.activate("mine")  # a second press changes nothing
    assert registry.previous_name() == registry.SHIPPED.name
    registry.activate(registry.SHIPPED.name)
    assert (registry.active_name(), registry.previous_name()) == (registry.SHIPPED.name, "mine")
    registry.delete("mine")
    assert registry.previous_name() is None


@pytest.mark.parametrize("content", [b"mine\n", b"mine", b"\n mine \n\n"])
def test_an_active_file_without_a_model_before_leads_back_to_the_shipped_one(own_model, home, content):
    (home / "active").write_bytes(content)
    assert (registry.active_name(), registry.previous_name()) == ("mine", registry.SHIPPED.name)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_damaged_active_file_means_the_shipped_model(own_model, home, content):
    (home / "active").write_bytes(content)
    assert registry.active_name() == registry.SHIPPED.name


def test_a_deleted_model_is_gone_and_its_name_is_free(own_model):
    registry.delete("mine")
    assert list(own_model.parent.iterdir()) == []
    with pytest.raises(ModelError, match="no model “mine”"):
        registry.delete("mine")


def test_a_damaged_model_can_be_deleted(own_model):
    (own_model / model_folder.NETWORK).unlink()
    registry.delete("mine")
    assert registry.names() == [registry.SHIPPED.name]


def test_neither_the_active_nor_the_shipped_model_is_deleted(own_model):
    registry.activate("mine")
    with pytest.raises(ModelError, match="is the model that reads"):
        registry.delete("mine")
    with pytest.raises(ModelError, match="shipped model is part of the app"):
        registry.delete(registry.SHIPPED.name)
    assert registry.names() == [registry.SHIPPED.name, "mine"]
    assert registry.shipped().name == registry.SHIPPED.name


def test_a_name_that_leaves_the_folder_is_not_deleted(own_model):
    with pytest.raises(ModelError, match="model's name consists of"):
        registry.delete("../models")
    assert own_model.exists()


def test_a_disk_that_does_not_take_the_choice_is_a_sentence(own_model, home):
    (home / "active").mkdir()  # a file cannot take its place
    with pytest.raises(ModelError, match="cannot be made the active model"):
        registry.activate("mine")
    assert sorted(entry.name for entry in home.iterdir()) == ["active", "models"]

import hashlib
import json
import shutil

import pytest

from mnist_core.models import registry
from mnist_core.models.registry import Model, ModelError


def test_the_shipped_model_is_whole_and_small():
    model = registry.shipped()
    for name, file in model.card["files"].items():
        assert registry.sha256(model.folder / name) == file["sha256"]
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


@pytest.mark.parametrize("file", [registry.CARD, registry.NETWORK])
def test_a_model_with_a_part_missing_is_not_opened(own_model, file):
    (own_model / file).unlink()
    with pytest.raises(ModelError, match=r"missing|incomplete"):
        Model.open(own_model)


@pytest.mark.parametrize("lacking", ["recipe", "digit_threshold", "files"])
def test_a_card_that_lacks_what_reading_relies_on_is_said_to_be_incomplete(own_model, lacking):
    card = json.loads((own_model / registry.CARD).read_text(encoding="utf-8"))
    del card[lacking]
    (own_model / registry.CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="incomplete"):
        Model.open(own_model)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": {}}', '{"files": 3}'])
def test_a_damaged_card_is_said_to_be_damaged(own_model, content):
    (own_model / registry.CARD).write_text(content)
    with pytest.raises(ModelError, match=r"damaged|incomplete"):
        Model.open(own_model)


def test_a_network_with_one_bit_changed_is_not_opened(own_model):
    content = bytearray((own_model / registry.NETWORK).read_bytes())
    content[len(content) // 2] ^= 1
    (own_model / registry.NETWORK).write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        Model.open(own_model)


def test_a_broken_model_cannot_be_activated(own_model):
    (own_model / registry.NETWORK).write_bytes(b"")
    with pytest.raises(ModelError):
        registry.activate("mine")
    assert registry.active_name() == registry.SHIPPED.name


def test_a_folder_takes_its_name_only_when_it_is_whole(home):
    folder = registry.folder_of("new")
    with pytest.raises(ModelError, match="Is a directory"), registry.writing(folder) as temporary:
        temporary.write_bytes(b"")
    assert list(folder.parent.iterdir()) == []

    with registry.writing(folder) as temporary:
        (temporary / "model.tflite").write_bytes(b"whole")
        assert not folder.exists()
    assert (folder / "model.tflite").read_bytes() == b"whole"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_taken_name_is_refused_unless_replacing_is_asked_for(own_model):
    with pytest.raises(ModelError, match="choose another name"), registry.writing(own_model):
        pass
    with registry.writing(own_model, replace=True) as temporary:
        (temporary / "new").touch()
    assert [entry.name for entry in own_model.iterdir()] == ["new"]
    assert list(own_model.parent.iterdir()) == [own_model]


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
    (own_model / registry.NETWORK).unlink()
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


def test_an_evaluation_is_kept_in_place_of_the_one_before(own_model):
    model = registry.Model.open(own_model)
    other = model.evaluation | {"accuracy": 0.5}
    model.keep_evaluation(other)

    assert registry.Model.open(own_model).evaluation == other


def test_a_deleted_model_does_not_come_back_with_its_evaluation(own_model):
    model = registry.Model.open(own_model)
    shutil.rmtree(own_model)

    with pytest.raises(ModelError, match="no model “mine”"):
        model.keep_evaluation({"accuracy": 0.5})
    assert not own_model.exists()


def test_a_disk_that_does_not_take_the_choice_is_a_sentence(own_model, home):
    (home / "active").mkdir()  # a file cannot take its place
    with pytest.raises(ModelError, match="cannot be made the active model"):
        registry.activate("mine")
    assert sorted(entry.name for entry in home.iterdir()) == ["active", "models"]


def test_a_checksum_is_worked_out_anew_only_when_the_file_has_changed(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"before")
    read = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *args: read.append(args) or digest(*args))

    assert registry.sha256(file) == registry.sha256(file) == hashlib.sha256(b"before").hexdigest()
    file.write_bytes(b"behind")
    assert registry.sha256(file) == hashlib.sha256(b"behind").hexdigest()
    assert len(read) == 2

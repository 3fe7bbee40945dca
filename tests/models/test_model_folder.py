import hashlib
import json
import shutil

import pytest

from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model, ModelError


@pytest.mark.parametrize("file", [model_folder.CARD, model_folder.NETWORK])
def test_a_model_with_a_part_missing_is_not_opened(own_model, file):
    (own_model / file).unlink()
    with pytest.raises(ModelError, match=r"missing|incomplete"):
        Model.open(own_model)


@pytest.mark.parametrize("lacking", ["recipe", "digit_threshold", "files"])
def test_a_card_that_lacks_what_reading_relies_on_is_said_to_be_incomplete(own_model, lacking):
    card = json.loads((own_model / model_folder.CARD).read_text(encoding="utf-8"))
    del card[lacking]
    (own_model / model_folder.CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="incomplete"):
        Model.open(own_model)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"files": {}}', '{"files": 3}'])
def test_a_damaged_card_is_said_to_be_damaged(own_model, content):
    (own_model / model_folder.CARD).write_text(content)
    with pytest.raises(ModelError, match=r"damaged|incomplete"):
        Model.open(own_model)


def test_a_network_with_one_bit_changed_is_not_opened(own_model):
    content = bytearray((own_model / model_folder.NETWORK).read_bytes())
    content[len(content) // 2] ^= 1
    (own_model / model_folder.NETWORK).write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        Model.open(own_model)


def test_a_folder_takes_its_name_only_when_it_is_whole(home):
    folder = registry.folder_of("new")
    with pytest.raises(ModelError, match="Is a directory"), model_folder.writing(folder) as temporary:
        temporary.write_bytes(b"")
    assert list(folder.parent.iterdir()) == []

    with model_folder.writing(folder) as temporary:
        (temporary / "model.tflite").write_bytes(b"whole")
        assert not folder.exists()
    assert (folder / "model.tflite").read_bytes() == b"whole"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_taken_name_is_refused_unless_replacing_is_asked_for(own_model):
    with pytest.raises(ModelError, match="choose another name"), model_folder.writing(own_model):
        pass
    with model_folder.writing(own_model, replace=True) as temporary:
        (temporary / "new").touch()
    assert [entry.name for entry in own_model.iterdir()] == ["new"]
    assert list(own_model.parent.iterdir()) == [own_model]


def test_an_evaluation_is_kept_in_place_of_the_one_before(own_model):
    model = model_folder.Model.open(own_model)
    other = model.evaluation | {"accuracy": 0.5}
    model.keep_evaluation(other)

    assert model_folder.Model.open(own_model).evaluation == other


def test_a_deleted_model_does_not_come_back_with_its_evaluation(own_model):
    model = model_folder.Model.open(own_model)
    shutil.rmtree(own_model)

    with pytest.raises(ModelError, match="no model “mine”"):
        model.keep_evaluation({"accuracy": 0.5})
    assert not own_model.exists()


def test_a_checksum_is_worked_out_anew_only_when_the_file_has_changed(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"before")
    read = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *args: read.append(args) or digest(*args))

    assert model_folder.sha256(file) == model_folder.sha256(file) == hashlib.sha256(b"before").hexdigest()
    file.write_bytes(b"behind")
    assert model_folder.sha256(file) == hashlib.sha256(b"behind").hexdigest()
    assert len(read) == 2

import json

import pytest

from mnist_core import files
from mnist_core.compression import kinds
from mnist_core.models import model_folder, registry
from mnist_core.models.model_folder import Model


def test_each_kind_is_named_by_what_may_stand_in_a_models_name_and_says_what_it_does():
    for name, kind in kinds.KINDS.items():
        assert kind.name == name
        assert registry.folder_of(f"shipped-{name}").name == f"shipped-{name}"
        assert kind.sentence.endswith(".")
        assert kind.source


def test_the_ways_differ():
    ways = {(kind.weights, kind.activations, kind.sparsity) for kind in kinds.KINDS.values()}
    assert len(ways) == len(kinds.KINDS)


def test_a_kind_that_is_none_is_told_with_those_that_there_are():
    with pytest.raises(kinds.UnknownKind, match="no kind “int4” of smaller version; there is: float16, dynamic, int8"):
        kinds.find("int4")
    assert kinds.title_of("int4") == "int4"


def test_a_network_of_kept_drawings_alone_is_not_pruned(own_model):
    assert kinds.of(Model.open(own_model)) == list(kinds.KINDS.values())
    card = json.loads((own_model / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(own_model / model_folder.CARD, card | {"recipe": card["recipe"] | {"own_alone": True}})
    assert [kind.name for kind in kinds.of(Model.open(own_model))] == ["float16", "dynamic", "int8"]

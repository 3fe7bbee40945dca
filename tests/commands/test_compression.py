import json

import pytest

from mnist_core.commands import main
from mnist_core.models import registry
from mnist_core.runs import store

pytestmark = pytest.mark.usefixtures("fake_worker")


def test_compress_prints_a_table_with_the_original_first_and_which_one_to_take(capsys):
    assert main(["compress", "--kind", "float16", "--kind", "int8"]) == 0
    said = capsys.readouterr().out
    lines = said.splitlines()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    assert [row[0] for row in rows] == ["Original", "Float16", "Full int8"]
    assert rows[1][1:] == ["1,100 kB", "500 kB", "99.40 %", "98.90 %", "0.50"]
    assert "Kept as models: shipped-float16, shipped-int8." in said
    assert "“Float16” is the smallest" in said


def test_compress_as_json_has_all_versions_of_the_model_that_is_named(own_model, capsys):
    assert main(["compress", "--model", "mine", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["model"] == "mine"
    assert [row["kind"] for row in result["rows"]] == [None, "float16", "dynamic", "int8", "pruned", "pruned-int8"]
    assert [row["name"] for row in result["rows"]][-1] == "mine-pruned-int8"
    assert registry.names()[:3] == ["shipped", "mine", "mine-dynamic"]


def test_what_cannot_be_made_is_a_sentence(capsys, monkeypatch):
    assert main(["compress", "--kind", "int4"]) == 1
    assert "There is no kind “int4” of smaller version" in capsys.readouterr().err
    monkeypatch.setenv("FAKE_TRAINING", "disk")
    assert main(["compress"]) == 1
    assert "failed after 1 of 5 smaller versions of shipped: the disk is full." in capsys.readouterr().err


def test_runs_lists_a_compression_with_its_outcome(capsys):
    assert main(["compress", "--kind", "int8"]) == 0
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["state"], run["compression"]["model"], run["compression"]["kinds"]) == ("finished", "shipped", ["int8"])
    assert run["words"] == "shipped-smaller-1 has finished: 1 of 1 smaller version of shipped."
    assert "“Full int8” is the smallest" in run["diagnosis"]
    assert main(["runs", "--forget", run["id"]]) == 0
    assert (store.all_runs(), registry.names()) == ([], ["shipped", "shipped-int8"])

import json
from dataclasses import replace

import pytest

from mnist_core.commands import main
from mnist_core.export.reading_script import reading_script
from mnist_core.export.script import training_script
from mnist_core.models import registry
from mnist_core.networks import recipes


def test_code_prints_the_script_of_a_recipe_with_what_was_changed(capsys):
    assert main(["code", "--recipe", "tutorial-3", "--epochs", "2", "--subset", "600"]) == 0
    assert capsys.readouterr().out == training_script(replace(recipes.TUTORIAL_3, epochs=2), 600)


def test_code_writes_a_notebook(tmp_path, capsys):
    file = tmp_path / "quick.ipynb"
    assert main(["code", "--recipe", "quick", "--notebook", "--output", str(file)]) == 0
    assert capsys.readouterr().out == f"Written to {file}.\n"
    assert json.loads(file.read_text(encoding="utf-8"))["nbformat"] == 4


def test_code_as_json_says_what_was_written_where(tmp_path, capsys):
    file = tmp_path / "quick.py"
    assert main(["code", "--recipe", "quick", "--output", str(file), "--json"]) == 0
    code = file.read_text(encoding="utf-8")
    assert json.loads(capsys.readouterr().out) == {"recipe": "quick", "code": code, "written_to": str(file)}


def test_reading_code_is_that_of_the_active_model_or_of_another(own_model, capsys):
    assert main(["reading-code"]) == 0
    assert capsys.readouterr().out == reading_script(registry.shipped())
    assert main(["reading-code", "--model", own_model.name]) == 0
    assert "mine.keras" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["code", "--recipe", "tutorial-5"], "There is no recipe “tutorial-5”"),
        (["code", "--output", "missing/quick.py"], "missing/quick.py cannot be written: No such file or directory."),
        (["reading-code", "--model", "nobody"], "There is no model “nobody”"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    assert said in capsys.readouterr().err

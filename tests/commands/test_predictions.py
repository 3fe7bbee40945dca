import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mnist_core.commands import main
from mnist_core.export import predictions

ROOT = Path(__file__).parents[2]


def test_predictions_are_written_to_a_file(own_mnist, tmp_path, capsys):
    path = tmp_path / "all.csv"
    assert main(["predictions", "--output", str(path)]) == 0
    assert capsys.readouterr().out == f"What shipped reads in 100 test images: {path}\n"
    lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    assert tuple(lines[0]) == predictions.COLUMNS
    assert len(lines) == 101
    assert {len(line) for line in lines} == {23}


def test_a_dash_is_standard_output_which_holds_nothing_else(own_mnist, own_model, capsys):
    assert main(["predictions", "--model", "mine", "--output", "-"]) == 0
    lines = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert [line[0] for line in lines] == ["index", *map(str, range(100))]


def test_as_json_it_says_what_was_written(own_mnist, tmp_path, capsys):
    path = tmp_path / "all.csv"
    assert main(["predictions", "--json", "--output", str(path)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["model"], result["images"], result["logits"]) == ("shipped", 100, True)
    assert result["written_to"] == str(path)


def test_a_model_without_logits_is_told_of(own_mnist, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(predictions, "write", lambda *_: False)
    assert main(["predictions", "--output", str(tmp_path / "all.csv")]) == 0
    assert "`python -m mnist_core models --export shipped` adds them." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--output", "-", "--json"], "name a file, or leave out --json"),
        (["--output", "{folder}/nowhere/all.csv"], "cannot be written: No such file or directory."),
        (["--output", "-", "--model", "nobody"], "no model “nobody”"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(arguments, said, own_mnist, tmp_path, capsys):
    assert main(["predictions", *(argument.format(folder=tmp_path) for argument in arguments)]) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_reader_that_has_seen_enough_ends_it_with_a_sentence(own_mnist):
    command = [sys.executable, "-m", "mnist_core", "predictions", "--output", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait() == 1
    assert said.strip().endswith("cannot be written: Broken pipe.")

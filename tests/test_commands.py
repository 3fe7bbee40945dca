import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mnist_core import data, registry
from mnist_core.commands import main
from tests.handwriting import drawn


@pytest.fixture
def pictures(tmp_path):
    """Files with a 3 and a 7, dark on white."""
    files = []
    for digit in (3, 7):
        files.append(tmp_path / f"{digit}.png")
        Image.fromarray(np.rint(255 - 255 * drawn(digit)).astype(np.uint8)).save(files[-1])
    return files


@pytest.fixture
def own_mnist(small_mnist, tmp_path, monkeypatch):
    """A file with a small data set, which `MNIST_PATH` names."""
    path = tmp_path / "small.npz"
    np.savez(path, **{name: getattr(small_mnist, name) for name in data.FILES})
    monkeypatch.setenv("MNIST_PATH", str(path))
    return path


def test_predict_reads_each_picture(pictures, capsys):
    assert main(["predict", *map(str, pictures)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1].split()[0] for line in lines] == ["3", "7"]


def test_predict_as_json_holds_the_ten_probabilities(pictures, capsys):
    assert main(["predict", "--json", str(pictures[0])]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["digit"] == 3
    assert len(result["probabilities"]) == 10
    assert result["probabilities"][3] == result["confidence"] > 0.9


def test_predict_says_when_a_picture_shows_no_digit(tmp_path, capsys):
    Image.new("L", (100, 100), 255).save(tmp_path / "blank.png")
    assert main(["predict", str(tmp_path / "blank.png")]) == 0
    assert "no digit" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "nowhere.png"], "nowhere.png"),
        (["train", "--recipe", "soup"], "no recipe “soup”"),
        (["train", "--epochs", "0"], "epochs"),
        (["evaluate", "--model", "nobody"], "no model “nobody”"),
        (["models", "--activate", "../shipped"], "model's name"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence_and_exit_code_1(arguments, message, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert message in captured.err.replace("\n", " ")
    assert captured.out == ""


@pytest.mark.parametrize("arguments", [[], ["dance"], ["predict"], ["train", "--epochs", "many"]])
def test_a_wrong_command_line_ends_with_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["data", "train", "evaluate", "predict", "models"])
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([command, "--help"])
    assert exit_.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_data_says_what_the_data_set_holds(own_mnist, capsys):
    assert main(["data", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["path"] == str(own_mnist)
    assert result["canonical"] is False
    assert result["arrays"]["x_train"]["shape"] == [300, 28, 28]
    assert result["images_per_digit"] == {"train": [30] * 10, "test": [10] * 10}


def test_data_knows_the_real_mnist(mnist, monkeypatch, capsys):
    monkeypatch.setattr(data, "load_mnist", lambda progress: mnist)
    assert main(["data", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["canonical"] is True


def test_train_evaluate_and_models_work_together(own_mnist, capsys):
    assert main(["train", "--json", "--epochs", "1", "--seed", "3", "--name", "mine", "--activate"]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert trained["card"]["recipe"]["epochs"] == 1
    assert trained["card"]["recipe"]["seed"] == 3

    assert main(["models", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)
    assert [(model["name"], model["active"]) for model in models] == [("shipped", False), ("mine", True)]

    assert main(["evaluate", "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert evaluation["model"] == "mine"
    assert evaluation["accuracy"] == trained["evaluation"]["accuracy"]

    assert main(["models", "--activate", "shipped"]) == 0
    assert registry.active_name() == "shipped"
    assert main(["train", "--epochs", "1", "--name", "mine"]) == 1
    assert "choose another name" in capsys.readouterr().err.replace("\n", " ")


def test_models_lists_a_damaged_one_as_such(own_model, capsys):
    (own_model / registry.NETWORK).write_bytes(b"")
    assert main(["models"]) == 0
    assert "damaged" in " ".join(capsys.readouterr().out.split())


def test_a_broken_active_model_is_mentioned_and_reading_goes_on(own_model, pictures, capsys):
    registry.activate("mine")
    (own_model / registry.NETWORK).write_bytes(b"")
    assert main(["predict", str(pictures[1])]) == 0
    captured = capsys.readouterr()
    assert "The shipped model reads in its place" in " ".join(captured.err.split())
    assert "7" in captured.out


def test_the_library_runs_as_a_command(pictures):
    command = [sys.executable, "-m", "mnist_core", "predict", "--json", str(pictures[0])]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(result.stdout)[0]["digit"] == 3

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core import files
from mnist_core.commands import data as commands_data
from mnist_core.commands import main
from mnist_core.data.mnist import FILES
from mnist_core.drawing.strokes import render
from mnist_core.models import model_folder, registry
from mnist_core.networks import recipes
from mnist_core.runs import store, worker
from mnist_core.synthesis.augmentation import Augmentation
from tests.handwriting import drawn, written_number


@pytest.fixture
def pictures(tmp_path):
    """Files with a 3 and a 7, dark on white."""
    files = []
    for digit in (3, 7):
        files.append(tmp_path / f"{digit}.png")
        Image.fromarray(np.rint(255 - 255 * drawn(digit)).astype(np.uint8)).save(files[-1])
    return files


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
    assert [digit["digit"] for digit in result["number"]] == [3]


def test_predict_keeps_what_it_has_read_beside_what_it_cannot_read(pictures, tmp_path, capsys):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"a text")
    files = [str(pictures[0]), str(bad), str(pictures[1])]
    assert main(["predict", *files]) == 1
    said = capsys.readouterr()
    assert [line.split(": ")[1].split()[0] for line in said.out.splitlines()] == ["3", "7"]
    assert said.err.startswith(f"{bad}: ")
    assert main(["predict", "--json", *files]) == 1
    results = json.loads(capsys.readouterr().out)
    assert [result.get("digit") for result in results] == [3, None, 7]
    assert set(results[1]) == {"file", "error"}


def test_predict_reads_a_number_digit_by_digit(tmp_path, capsys):
    strokes = [*written_number("40", top_px=60), *written_number("815", top_px=260)]
    file = tmp_path / "number.png"
    Image.fromarray(np.rint(255 - 255 * render(strokes, 480, 10)).astype(np.uint8)).save(file)
    assert main(["predict", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: 40 / 815  (")
    assert main(["predict", "--json", str(file)]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["digit"] is None
    assert [(digit["line"], digit["digit"]) for digit in result["number"]] == [(0, 4), (0, 0), (1, 8), (1, 1), (1, 5)]
    assert all(len(digit["probabilities"]) == 10 for digit in result["number"])


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
        (["train", "--dropout", "1.5"], "dropout"),
        (["evaluate", "--model", "nobody"], "no model “nobody”"),
        (["models", "--activate", "../shipped"], "model's name"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence_and_exit_code_1(arguments, message, capsys):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert message in captured.err.replace("\n", " ")
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments", [[], ["dance"], ["predict"], ["train", "--epochs", "many"], ["kfold", "--optimizer", "luck"]]
)
def test_a_wrong_command_line_ends_with_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["data", "devices", "recipes", "train", "kfold", "evaluate", "predict", "predictions", "models", "runs"],
)
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
    monkeypatch.setattr(commands_data, "load_mnist", lambda: mnist)
    assert main(["data", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["canonical"] is True
    assert all(array["canonical"] for array in result["arrays"].values())
    assert main(["data"]) == 0
    assert "the original MNIST, bit by bit" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["copy.npz", "folder/of/idx"])
def test_data_writes_what_it_reads(own_mnist, small_mnist, tmp_path, monkeypatch, place, capsys):
    assert main(["data", "--output", str(tmp_path / place)]) == 0
    assert f"Written to {tmp_path / place}." in capsys.readouterr().out.replace("\n", "")
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / place))
    assert main(["data", "--json"]) == 0
    written = json.loads(capsys.readouterr().out)["arrays"]
    assert {FILES[name]: array["md5"] for name, array in written.items()} == small_mnist.checksums


def test_data_does_not_write_over_a_file_that_is_no_npz(own_mnist, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["data", "--output", str(tmp_path / "notes.txt")]) == 1
    assert "is a file: name a folder" in capsys.readouterr().err.replace("\n", " ")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_train_evaluate_and_models_work_together(smaller_mnist_path, own_strokes, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_PATH", str(smaller_mnist_path))
    assert main(["train", "--json", "--recipe", "quick", "--seed", "3", "--name", "mine", "--activate"]) == 0
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


def test_a_model_outside_of_the_studio_is_not_activated(own_mnist, tmp_path, capsys):
    assert main(["train", "--epochs", "1", "--output", str(tmp_path / "mine"), "--activate"]) == 1
    assert "leave out --output or --activate" in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "mine").exists()
    with pytest.raises(SystemExit):
        main(["train", "--output", str(tmp_path / "mine"), "--name", "mine"])


def test_models_lists_a_damaged_one_as_such(own_model, capsys):
    (own_model / model_folder.NETWORK).write_bytes(b"")
    assert main(["models"]) == 0
    assert "damaged" in " ".join(capsys.readouterr().out.split())


def test_models_are_activated_taken_back_and_deleted(own_model, capsys):
    assert main(["models", "--activate", "mine"]) == 0
    assert main(["models", "--delete", "mine"]) == 1
    assert "is the model that reads" in capsys.readouterr().err.replace("\n", " ")
    assert main(["models", "--back"]) == 0
    assert registry.active_name() == registry.SHIPPED.name
    capsys.readouterr()
    assert main(["models", "--json", "--delete", "mine"]) == 0
    assert [model["name"] for model in json.loads(capsys.readouterr().out)] == ["shipped"]
    assert main(["models", "--back"]) == 1
    assert "no model to go back to" in capsys.readouterr().err


@pytest.mark.usefixtures("fake_worker")
def test_a_training_is_a_run_that_is_listed_and_forgotten(capsys):
    assert main(["train", "--recipe", "default", "--epochs", "2"]) == 0
    assert "epoch 2 of 2: loss" in capsys.readouterr().err
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)
    assert (run["name"], run["state"], len(run["history"])) == ("default-1", "finished", 2)
    assert main(["runs"]) == 0
    assert "default-1 has finished and reads 99." in capsys.readouterr().out
    assert main(["runs", "--resume", run["id"]]) == 1
    assert main(["runs", "--cancel", run["id"]]) == 1
    assert "nothing to cancel" in capsys.readouterr().err.replace("\n", " ")
    assert main(["runs", "--json", "--forget", run["id"]]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert registry.names() == ["shipped", "default-1"]


@pytest.mark.usefixtures("fake_worker")
def test_a_training_that_fails_is_exit_code_1_and_can_be_resumed(monkeypatch, capsys):
    monkeypatch.setenv("FAKE_TRAINING", "memory")
    assert main(["train", "--recipe", "default", "--epochs", "3"]) == 1
    assert "default-1 failed after 2 of 3 epochs: the memory is used up" in capsys.readouterr().err
    monkeypatch.setenv("FAKE_TRAINING", "0")
    (run,) = store.all_runs()
    assert main(["runs", "--resume", run.id]) == 0


def test_a_broken_active_model_is_mentioned_and_reading_goes_on(own_model, pictures, capsys):
    registry.activate("mine")
    (own_model / model_folder.NETWORK).write_bytes(b"")
    assert main(["predict", str(pictures[1])]) == 0
    captured = capsys.readouterr()
    assert "The shipped model reads in its place" in " ".join(captured.err.split())
    assert "7" in captured.out


def test_the_library_runs_as_a_command(pictures):
    command = [sys.executable, "-m", "mnist_core", "predict", "--json", str(pictures[0])]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(result.stdout)[0]["digit"] == 3


def test_evaluate_keeps_what_it_measures_where_it_is_asked_to(own_mnist, own_model, capsys):
    before = (own_model / model_folder.EVALUATION).read_bytes()
    assert main(["evaluate", "--model", "mine"]) == 0
    said = capsys.readouterr().out
    assert (own_model / model_folder.EVALUATION).read_bytes() == before
    assert all(word in said for word in ("precision", "of 300 training images", "rotation", "60: "))

    assert main(["evaluate", "--model", "mine", "--save", "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert {"model": "mine", **model_folder.Model.open(own_model).evaluation} == evaluation
    assert evaluation["images"] == 100


def test_a_model_trained_on_a_share_is_asked_for_what_it_has_learned(own_mnist, own_model, small_mnist, capsys):
    card = model_folder.Model.open(own_model).card
    trained = card["trained"] | {"images": 90, "validation_images": 10}
    share = small_mnist.subset(100, 100)
    files.write_json(own_model / model_folder.CARD, card | {"trained": trained, "data": share.checksums})

    assert main(["evaluate", "--model", "mine", "--json"]) == 0
    evaluation = json.loads(capsys.readouterr().out)
    assert evaluation["training"]["images"] == 100
    assert evaluation["data"] == share.checksums


def test_recipes_are_listed_with_what_they_are(capsys):
    assert main(["recipes", "--json"]) == 0
    listed = {recipe["name"]: recipe for recipe in json.loads(capsys.readouterr().out)}
    assert list(listed) == list(recipes.RECIPES)
    third = listed["tutorial-3"]
    assert (third["parameters"], third["epochs"]) == (121_930, 5)
    assert "基于Python的图像分类实战" in third["source"]
    assert main(["recipes"]) == 0
    assert "121,930" in capsys.readouterr().out


@pytest.mark.usefixtures("fake_worker")
def test_a_teacher_is_named_with_its_share_and_temperature(own_model, capsys):
    taught = "train --recipe quick --teacher mine --teacher-share 0.5 --teacher-temperature 2"
    assert main(taught.split()) == 0
    assert main(["train", "--recipe", "student-distilled", "--epochs", "1"]) == 0
    default, given = (run.recipe for run in store.all_runs())
    assert given == recipes.with_teacher(recipes.QUICK, "mine", 0.5, 2)
    assert (default.teacher, default.teacher_share) == ("shipped", 0.9)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("train --recipe quick --teacher nobody", "There is no model “nobody”"),
        ("train --recipe quick --teacher-share 0.5", "need a model to learn from: add --teacher"),
        ("train --recipe quick --teacher shipped --teacher-share 2", "teacher_share must lie between 0 and 1"),
        ("ensemble --model shipped", "An ensemble needs 2 to 5 different models, but has shipped"),
        ("ensemble --model shipped --model nobody", "There is no model “nobody”"),
        ("ensemble --model shipped --model mine --name mine", "There is a model “mine” already"),
    ],
)
def test_teachers_and_members_that_cannot_be_are_a_sentence(arguments, complaint, own_model, capsys):
    assert main(arguments.split()) == 1
    assert complaint in " ".join(capsys.readouterr().err.split())
    assert store.all_runs() == []


@pytest.mark.usefixtures("fake_worker")
def test_models_are_combined_under_a_name(own_model, capsys):
    assert main(["ensemble", "--model", "shipped", "--model", "mine", "--name", "both", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert Path(result["folder"]) == registry.folder_of("both")
    assert result["card"]["recipe"]["members"] == ["shipped", "mine"]
    assert result["figures"][0]["name"] == "both"
    assert 0.99 < result["figures"][0]["accuracy"] < 1


@pytest.mark.usefixtures("fake_worker")
def test_another_optimizer_has_its_usual_rate_unless_one_is_given(capsys):
    assert main(["train", "--recipe", "quick", "--optimizer", "adam"]) == 0
    assert main(["train", "--recipe", "quick", "--optimizer", "adam", "--learning-rate", "0.02"]) == 0
    assert main(["train", "--recipe", "quick", "--validation", "none"]) == 0
    unvalidated, given, usual = (run.recipe for run in store.all_runs())
    assert (usual.learning_rate, given.learning_rate) == (0.001, 0.02)
    assert (unvalidated.validation, unvalidated.calibrated) == ("none", False)


@pytest.mark.usefixtures("fake_worker")
def test_train_takes_what_people_change(capsys):
    arguments = "--recipe tutorial-4 --epochs 2 --batch-size 32 --optimizer sgd --learning-rate 0.05 --dropout 0.2"
    assert main(["train", *arguments.split(), "--validation-fraction", "0.25", "--no-augment", "--seed", "7"]) == 0
    (run,) = store.all_runs()
    assert run.recipe == replace(
        recipes.TUTORIAL_4,
        epochs=2,
        batch_size=32,
        optimizer="sgd",
        learning_rate=0.05,
        dropout=0.2,
        validation_fraction=0.25,
        augmentation=Augmentation(),
        seed=7,
    )
    assert main(["train", "--recipe", "tutorial-3", "--epochs", "2", "--augment", "--pen-styles"]) == 0
    latest = store.all_runs()[0].recipe
    assert latest.augmentation == recipes.DEFAULT.augmentation
    assert latest.handwritten == recipes.DEFAULT.handwritten


def test_kfold_goes_on_where_it_was_and_begins_anew_when_asked_to(own_mnist, tmp_path, capsys):
    command = ["kfold", "--json", "--recipe", "tutorial-4", "--folds", "2", "--subset", "100", "--epochs", "1"]
    command += ["--folder", str(tmp_path / "folds")]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert [fold["images"] for fold in first["finished"]] == [50, 50]
    accuracies = [fold["accuracy"] for fold in first["finished"]]
    assert first["mean"] == pytest.approx(sum(accuracies) / 2)

    written = (tmp_path / "folds" / "fold-1.json").stat().st_mtime_ns
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert (tmp_path / "folds" / "fold-1.json").stat().st_mtime_ns == written
    assert main([*command[:1], *command[2:], "--anew"]) == 0
    assert (tmp_path / "folds" / "fold-1.json").stat().st_mtime_ns > written
    captured = capsys.readouterr()
    assert "Mean accuracy " in captured.out
    assert "fold 2 of 2" in captured.err


def test_evaluate_on_drawn_digits_keeps_the_result_and_says_what_it_needs(own_strokes, own_model, monkeypatch, capsys):
    assert main(["evaluate", "--drawn", "--model", "mine", "--save", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["model"], result["digits"], result["accuracy"]) == ("mine", 10, 0.9)
    assert len(list(own_model.glob("drawn-*.json"))) == 2
    assert main(["evaluate", "--drawn", "--model", "mine"]) == 0
    assert "90.00 % of 10 digits drawn by 2 people read right" in capsys.readouterr().out

    monkeypatch.setenv("STROKE_PACK", str(own_strokes.with_name("nowhere.npz")))
    assert main(["evaluate", "--drawn"]) == 1
    assert "cannot be read as a stroke pack" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.usefixtures("fake_worker")
def test_kfold_is_a_run_that_goes_on_and_is_shown_again_until_it_is_wanted_anew(monkeypatch, capsys):
    command = ["kfold", "--json", "--recipe", "default", "--epochs", "2", "--folds", "3", "--subset", "100"]
    monkeypatch.setenv("FAKE_TRAINING", "bug")
    assert main(command) == 1
    assert "default-3-fold-1 failed after 1 of 3 folds" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setenv("FAKE_TRAINING", "0")
    assert main(command) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["mean"] == pytest.approx(0.92)
    assert "fold 3 of 3, epoch 2 of 2: loss" in captured.err
    assert main(command) == 0
    (run,) = store.all_runs()
    assert main([*command, "--anew"]) == 0
    (anew,) = store.all_runs()
    assert anew.created > run.created
    assert main([*command[:-1], "90"]) == 0
    assert len(store.validations()) == 2
    capsys.readouterr()
    assert main(["runs", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["diagnosis"].startswith(
        "Trained on 60 images, expect default to read 92.00 %"
    )
    assert main(["kfold", "--recipe", "default", "--folds", "1"]) == 1
    assert "folds, not 1" in capsys.readouterr().err


def test_a_run_that_is_carried_out_prints_no_table_into_its_log(monkeypatch, capsys):
    carried_out: list[str] = []
    monkeypatch.setattr(worker, "carry_out", carried_out.append)
    assert main(["runs", "--carry-out", "a-run"]) == 0
    assert carried_out == ["a-run"]
    assert capsys.readouterr().out == ""


def test_a_reader_that_has_read_enough_ends_a_command_without_complaint():
    command = f"set -o pipefail; {sys.executable} -m mnist_core recipes --json | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[\n", "")


@pytest.mark.parametrize(
    ("called", "shown"), [("/usr/bin/mnist-studio", "mnist-studio"), ("x/__main__.py", "python -m mnist_core")]
)
def test_the_help_names_the_program_as_it_was_called(called, shown, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [called])
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith(f"usage: {shown} [-h]")

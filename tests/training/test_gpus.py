import json

import pytest

from mnist_core.training import gpus
from mnist_core.training.gpus import GpuError, Gpus

TWO = ["NVIDIA T4", "NVIDIA A100-SXM4"]
ONE_USED = Gpus(found=TWO[:1], used=0, memory_growth=True)


@pytest.fixture(autouse=True)
def driver(tmp_path, monkeypatch):
    """The folder in which the driver lists its GPUs; none yet."""
    folder = tmp_path / "dev"
    folder.mkdir()
    (folder / "nvidiactl").touch()
    monkeypatch.setattr(gpus, "NVIDIA", (folder, gpus.NVIDIA[1]))
    for variable in (gpus.HIDES, "MNIST_STUDIO_GPU"):
        monkeypatch.delenv(variable, raising=False)
    return folder


@pytest.mark.parametrize(
    ("found", "choice", "index"),
    [([], None, None), (TWO, None, 0), (TWO, "0", 0), (TWO, "1", 1), (TWO, "a100", 1), (TWO, "NVIDIA", 0)],
)
def test_the_first_gpu_is_used_unless_another_is_chosen_by_index_or_name(found, choice, index):
    assert gpus.choose(found, choice) == index


@pytest.mark.parametrize(
    ("found", "choice", "said"),
    [
        (TWO, "2", "The GPU “2” was chosen, but TensorFlow found 0 (NVIDIA T4), 1 (NVIDIA A100-SXM4). Choose one"),
        (TWO, "4", "The GPU “4” was chosen"),  # a number is no part of a name
        (TWO, "H100", "The GPU “H100” was chosen"),
        ([], "0", "The GPU “0” was chosen, but TensorFlow found none. Unset MNIST_STUDIO_GPU to train on the CPU."),
    ],
)
def test_a_gpu_that_is_not_there_is_refused_and_those_that_are_there_are_named(found, choice, said):
    with pytest.raises(GpuError) as refused:
        gpus.choose(found, choice)
    assert str(refused.value).startswith(said)


def test_a_refusal_names_what_is_in_the_way():
    with pytest.raises(GpuError, match=r"found none\. CUDA is too old\.$"):
        gpus.choose([], "0", "CUDA is too old.")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Gpus(), "no GPU"),
        (ONE_USED, "GPU 0 (NVIDIA T4), memory growth on"),
        (Gpus(found=TWO, used=1), "GPU 1 (NVIDIA A100-SXM4), memory growth off; not used: GPU 0 (NVIDIA T4)"),
    ],
)
def test_the_gpu_that_is_used_is_named_and_those_that_are_not(found, words):
    assert found.words == words


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Gpus(), "TensorFlow found no GPU. Training uses the CPU."),
        (Gpus(obstacle="It is asleep."), "It is asleep. Training uses the CPU."),
        (ONE_USED, "Training uses GPU 0 (NVIDIA T4), memory growth on."),
    ],
)
def test_a_sentence_says_what_trains(found, sentence):
    assert found.sentence == sentence


def test_without_an_nvidia_gpu_nothing_is_in_the_way():
    assert gpus.obstacle(built_with_cuda=True) == ""


@pytest.mark.parametrize(
    ("hidden", "built_with_cuda", "reason"),
    [
        (None, True, "`pip install 'tensorflow[and-cuda]'` brings them."),
        ("0", True, "`pip install 'tensorflow[and-cuda]'` brings them."),
        (None, False, "this TensorFlow was built without CUDA."),
        ("", True, "CUDA_VISIBLE_DEVICES hides it."),
        ("-1", True, "CUDA_VISIBLE_DEVICES hides it."),
    ],
)
def test_an_nvidia_gpu_that_tensorflow_cannot_use_has_a_reason(hidden, built_with_cuda, reason, driver, monkeypatch):
    (driver / "nvidia3").touch()
    if hidden is not None:
        monkeypatch.setenv(gpus.HIDES, hidden)
    said = gpus.obstacle(built_with_cuda=built_with_cuda)
    assert said.startswith("An NVIDIA GPU is there, but TensorFlow cannot use it: ")
    assert said.endswith(reason)


def test_an_answer_is_kept():
    assert gpus.kept() is None
    gpus.keep(ONE_USED)
    assert gpus.kept() == ONE_USED


def test_an_answer_does_not_outlive_the_machines_start(tmp_path, monkeypatch):
    boot = tmp_path / "boot_id"
    monkeypatch.setattr(gpus, "BOOT_ID", boot)
    boot.write_text("first\n")
    gpus.keep(ONE_USED)
    assert gpus.kept() == ONE_USED
    boot.write_text("second\n")
    assert gpus.kept() is None


def test_an_answer_does_not_outlive_tensorflow(monkeypatch):
    gpus.keep(ONE_USED)
    monkeypatch.setattr(gpus, "version", lambda package: "99.0")
    assert gpus.kept() is None


@pytest.mark.parametrize("variable", [gpus.HIDES, "MNIST_STUDIO_GPU"])
def test_an_answer_does_not_outlive_a_choice(variable, monkeypatch):
    gpus.keep(ONE_USED)
    monkeypatch.setenv(variable, "0")
    assert gpus.kept() is None


def test_an_answer_does_not_outlive_the_cards_of_the_machine(driver):
    gpus.keep(Gpus())
    (driver / "nvidia0").touch()
    assert gpus.kept() is None


def test_an_obstacle_may_be_removed_at_any_time_and_is_not_kept():
    gpus.keep(ONE_USED)
    gpus.keep(Gpus(obstacle="It is asleep."))
    assert gpus.kept() is None


@pytest.mark.parametrize("content", ["{", "[]", '{"asked": {}, "gpus": []}'])
def test_a_damaged_answer_is_none(content, home):
    home.mkdir()
    (home / gpus.KEPT).write_text(content)
    assert gpus.kept() is None


@pytest.mark.parametrize("found", [ONE_USED, Gpus(), Gpus(found=TWO, used=1, obstacle="It is asleep.")])
def test_what_is_written_is_read(found):
    assert Gpus.from_json(json.loads(json.dumps(found.to_json()))) == found


@pytest.mark.parametrize("values", [7, {"found": 7}, {"found": [], "used": 0}, {"found": TWO, "used": -1}])
def test_what_is_damaged_is_refused(values):
    with pytest.raises(GpuError, match="What is written of the GPUs is damaged"):
        Gpus.from_json(values)


def test_where_nothing_can_be_kept_nothing_is(home):
    home.write_text("a file where the folder should be")
    gpus.keep(ONE_USED)
    assert gpus.kept() is None

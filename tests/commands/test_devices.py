import json

from mnist_core.commands import main
from mnist_core.training import devices, gpus
from mnist_core.training.gpus import GpuError, Gpus

FOUND = Gpus(found=["NVIDIA T4"], used=0, memory_growth=True)


def test_devices_says_what_trains_and_keeps_the_answer(monkeypatch, capsys):
    monkeypatch.setattr(devices, "use", lambda: FOUND)
    assert main(["devices"]) == 0
    assert capsys.readouterr().out == "Training uses GPU 0 (NVIDIA T4), memory growth on.\n"
    assert gpus.kept() == FOUND


def test_devices_as_json_is_what_was_found(monkeypatch, capsys):
    monkeypatch.setattr(devices, "use", lambda: FOUND)
    assert main(["devices", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "found": ["NVIDIA T4"],
        "used": 0,
        "memory_growth": True,
        "obstacle": "",
    }


def test_a_gpu_that_is_not_there_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setenv("MNIST_STUDIO_GPU", "abacus")
    assert main(["devices"]) == 1
    assert "The GPU “abacus” was chosen, but TensorFlow found" in capsys.readouterr().err


def test_a_question_without_an_answer_keeps_none(monkeypatch):
    def refuse() -> Gpus:
        raise GpuError("It is gone.")

    monkeypatch.setattr(devices, "use", refuse)
    assert main(["devices"]) == 1
    assert gpus.kept() is None

"""TensorFlow is real, its GPUs are not: what it does about them is written here after its own code."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from mnist_core.training import devices, gpus
from mnist_core.training.gpus import GpuError, Gpus

NAMES = ["NVIDIA T4", "NVIDIA A100"]


class Machine:
    """A machine with GPUs, as `tf.config` shows it.

    Args:
        names: of the GPUs.
        works: whether TensorFlow works already, so that nothing can be changed any more.
    """

    def __init__(self, *names: str, works: bool = False) -> None:
        self.gpus = [SimpleNamespace(name=name) for name in names]
        self.visible, self.growing, self.works = list(self.gpus), [False] * len(names), works
        self.experimental = self  # where some of its functions are

    def list_physical_devices(self, kind):
        assert kind == "GPU"
        return list(self.gpus)

    def get_visible_devices(self, kind):
        assert kind == "GPU"
        return list(self.visible)

    def get_device_details(self, gpu):
        return {"device_name": gpu.name} if gpu.name else {}

    def get_memory_growth(self, gpu):
        return self.growing[self.gpus.index(gpu)]

    def set_visible_devices(self, gpu, kind):
        if self.visible != [gpu]:
            self._change()
            self.visible = [gpu]

    def set_memory_growth(self, gpu, on):
        if self.get_memory_growth(gpu) != on:
            self._change()
            self.growing[self.gpus.index(gpu)] = on

    def _change(self):
        if self.works:
            raise RuntimeError("cannot be modified after being initialized")


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Puts a machine under TensorFlow, on which the driver lists nothing."""
    monkeypatch.delenv("MNIST_STUDIO_GPU", raising=False)
    monkeypatch.setattr(gpus, "NVIDIA", (tmp_path, gpus.NVIDIA[1]))

    def put(*names: str, works: bool = False) -> Machine:
        made = Machine(*names, works=works)
        monkeypatch.setattr(tf, "config", made)
        return made

    return put


def test_without_a_gpu_there_is_none(machine):
    machine()
    assert devices.use() == Gpus()


def test_a_gpu_that_tensorflow_does_not_find_has_a_reason(machine, tmp_path):
    machine()
    (tmp_path / "nvidia0").touch()
    assert devices.use().obstacle.startswith("An NVIDIA GPU is there, but TensorFlow cannot use it: ")


def test_the_first_gpu_is_used_alone_and_grows_into_its_memory(machine):
    made = machine(*NAMES)
    assert devices.use() == Gpus(found=NAMES, used=0, memory_growth=True)
    assert made.visible == made.gpus[:1]
    assert made.growing == [True, False]


@pytest.mark.parametrize("choice", ["1", "a100"])
def test_another_one_can_be_chosen(choice, machine, monkeypatch):
    made = machine(*NAMES)
    monkeypatch.setenv("MNIST_STUDIO_GPU", choice)
    assert devices.use() == Gpus(found=NAMES, used=1, memory_growth=True)
    assert made.visible == made.gpus[1:]
    assert made.growing == [False, True]


@pytest.mark.parametrize(("names", "choice"), [(NAMES, "2"), ([], "0")])
def test_one_that_is_not_there_is_refused(names, choice, machine, monkeypatch):
    made = machine(*names)
    monkeypatch.setenv("MNIST_STUDIO_GPU", choice)
    with pytest.raises(GpuError, match=f"“{choice}” was chosen"):
        devices.use()
    assert made.visible == made.gpus


def test_whoever_asks_again_is_told_the_same_also_while_tensorflow_works(machine):
    made = machine(*NAMES)
    first = devices.use()
    made.works = True
    assert devices.use() == first


def test_where_tensorflow_works_already_the_truth_is_told(machine):
    machine(*NAMES, works=True)
    assert devices.use() == Gpus(found=NAMES, used=0, memory_growth=False)


def test_where_tensorflow_works_without_its_gpus_none_is_used(machine):
    made = machine(*NAMES, works=True)
    made.visible = []
    assert devices.use() == Gpus(found=NAMES)


def test_a_gpu_without_a_name_is_counted(machine):
    machine("")
    assert devices.use().words == "GPU 0 (unnamed), memory growth on"

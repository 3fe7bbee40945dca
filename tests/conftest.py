"""What tests share: a home of their own, a model in it, MNIST and few of its like, and few strokes."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from mnist_core import files
from mnist_core.data.mnist import FILES, Mnist, load_mnist
from mnist_core.drawing.framing import to_model_input
from mnist_core.evaluation import metrics as evaluations
from mnist_core.evaluation.results import Evaluation
from mnist_core.models import model_folder, registry
from mnist_core.reading.network import CORES
from mnist_core.reading.recognizer import Recognizer
from mnist_core.runs import control, store
from mnist_core.synthesis.augmentation import Augmentation
from tests import postgres as postgresql
from tests.handwriting import DIGITS, drawn
from tests.postgres import Postgres

for variable in ("MNIST_PATH", "STROKE_PACK", "PRESENTER_PASSPHRASE", "MNIST_STUDIO_OPEN"):
    os.environ.pop(variable, None)  # tests run on what comes with the package, and nothing is locked

# What one process of a test has compiled, the next ones find: each would take most of a second for it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

MOST_WORKERS = 4  # each has TensorFlow, an app and Chromium
LONG = Path(__file__).parent / "training" / "test_train.py"
SHARING = "tests/compression"  # what its files test takes long to make


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Runs one worker more than there are cores: half of the time, a browser test waits for others."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


class Scheduling(LoadFileScheduling):
    """Gives a worker a file of tests, or all files that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARING if nodeid.startswith(SHARING) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Says which tests stay together."""
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with a long file that would come near the end, where one worker has it while the others are done."""
    items.sort(key=lambda item: item.path != LONG)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets every test have an empty home for models and runs."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The system's PostgreSQL, with no database yet."""
    if (programs := postgresql.binaries()) is None:
        pytest.fail(postgresql.INSTALL) if os.environ.get("CI") else pytest.skip(postgresql.INSTALL)
    with postgresql.running(programs) as started:
        yield started


@pytest.fixture(scope="session")
def mnist() -> Mnist:
    """The real MNIST."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MNIST_PATH", raising=False)
        return load_mnist()


@pytest.fixture
def own_model(home: Path) -> Path:
    """The folder of a model of one's own, called "mine": the shipped one, with all that was measured of it."""
    folder = registry.folder_of("mine")
    shutil.copytree(registry.SHIPPED, folder)
    card = json.loads((folder / model_folder.CARD).read_text(encoding="utf-8"))
    files.write_json(folder / model_folder.CARD, card | {"name": folder.name})
    return folder


@pytest.fixture(scope="session")
def small_mnist() -> Mnist:
    """One hand's digits, varied: 300 to train and 100 to test."""
    digits = np.stack([to_model_input(drawn(digit)) for digit in range(10)])
    varied = Augmentation(rotation_degrees=10, shear=0.2, zoom=0.1, shift_px=1)
    labels = np.tile(np.arange(10, dtype=np.uint8), 40)
    images = varied.apply(digits[labels], np.random.default_rng(0))
    return Mnist(images[:300], labels[:300], images[300:], labels[300:])


@pytest.fixture(scope="session", autouse=True)
def few_disturbed() -> Iterator[None]:
    """Lets few images be disturbed, as each is then read at 31 levels in seven views."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluations, "DISTURBED_IMAGES", 20)
        yield


@pytest.fixture(scope="session")
def evaluation(small_mnist: Mnist) -> Evaluation:
    """The shipped model's, on the small MNIST."""
    recognizer = Recognizer(registry.shipped(), interpreters=CORES)
    tested = evaluations.evaluate_test_images(recognizer.network, small_mnist, recognizer.digit_threshold)
    return evaluations.complete(tested, recognizer.network, small_mnist)


@pytest.fixture(scope="session")
def few_strokes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stroke pack of ten digits of one hand, the 7 called a 1."""
    path = tmp_path_factory.mktemp("strokes") / "few.npz"
    written = [DIGITS[digit] for digit in (0, 2, 3, 4, 5, 6, 7, 8, 9, 3)]
    strokes = [stroke for digit in written for stroke in digit]
    np.savez(
        path,
        points=np.rint(1000 * np.concatenate(strokes)).astype(np.int16),
        stroke_offsets=np.cumsum([0, *map(len, strokes)]).astype(np.int32),
        digit_offsets=np.cumsum([0, *map(len, written)]).astype(np.int32),
        label=np.array([0, 2, 3, 4, 5, 6, 1, 8, 9, 3]),
        writer=np.array(["anna"] * 5 + ["bo"] * 5),
    )
    return path


@pytest.fixture
def own_strokes(few_strokes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The few strokes in a file of this test, which `STROKE_PACK` names."""
    path = tmp_path / "strokes.npz"
    shutil.copy(few_strokes, path)
    monkeypatch.setenv("STROKE_PACK", str(path))
    return path


@pytest.fixture(scope="session")
def small_mnist_path(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small MNIST as a file that `MNIST_PATH` may name."""
    path = tmp_path_factory.mktemp("mnist") / "small.npz"
    np.savez(path, **{name: getattr(small_mnist, name) for name in FILES})
    return path


@pytest.fixture(scope="session")
def smaller_mnist_path(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A share of the small MNIST, 100 to train and 20 to test, for processes that measure all of it."""
    path, share = tmp_path_factory.mktemp("mnist") / "smaller.npz", small_mnist.subset(100, 20)
    np.savez(path, **{name: getattr(share, name) for name in FILES})
    return path


@pytest.fixture
def own_mnist(small_mnist_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a small data set, which `MNIST_PATH` names."""
    monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    return small_mnist_path


@pytest.fixture
def fake_worker(own_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets runs be carried out by the fake worker, on few images."""
    monkeypatch.setattr(control, "WORKER", (sys.executable, "-m", "tests.fake_worker"))
    yield
    run = store.current()
    if run is not None:
        control.cancel(run.id)

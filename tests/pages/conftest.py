"""What tests of pages in Streamlit's test harness need, so that a run takes as long as in the app."""

import functools
import sys
from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner

from mnist_core.training import gpus
from mnist_core.training.gpus import Gpus


@pytest.fixture(autouse=True)
def keras_out_of_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides Keras, which the app's process never has: Streamlit would clear its session after every run."""
    monkeypatch.delitem(sys.modules, "keras", raising=False)


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets no test wait for TensorFlow to look for GPUs."""
    monkeypatch.setattr(gpus, "kept", Gpus)


@pytest.fixture(scope="session", autouse=True)
def packages_searched_once() -> Iterator[None]:
    """Lets Streamlit search the installed packages for components once, as in a server, not once an app."""
    search = functools.cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", search)
        yield

import numpy as np
import pytest

from mnist_core import stand_in
from mnist_core.data import DataError, MnistNotFound
from mnist_core.download import DownloadError


@pytest.fixture
def offline(monkeypatch) -> None:
    """No MNIST at hand, and no network."""

    def load(progress):
        raise DownloadError("MNIST could not be downloaded: there is no network.")

    monkeypatch.setattr(stand_in, "load_mnist", load)
    monkeypatch.setattr(stand_in, "TRAIN", 40)
    monkeypatch.setattr(stand_in, "TEST", 20)


def test_mnist_itself_has_no_notice(own_mnist, small_mnist):
    told = []
    loaded = stand_in.load_digits(told=told.append)
    np.testing.assert_array_equal(loaded.x_train, small_mnist.x_train)
    assert loaded.notice is None
    assert told == []


@pytest.mark.usefixtures("offline")
def test_without_mnist_digits_are_written_and_it_is_said():
    told = []
    digits = stand_in.load_digits(told=told.append)
    assert digits.x_train.shape == (40, 28, 28)
    assert digits.x_test.shape == (20, 28, 28)
    assert not digits.is_canonical
    assert "there is no network. These are 60 digits that the program wrote" in digits.notice
    assert told == ["Writing digits in MNIST's place"]
    assert digits.subset(20, 10).notice == digits.notice


def test_what_is_written_is_the_same_each_time_and_none_is_in_both_parts():
    first, second = stand_in.written(100, 50), stand_in.written(100, 50)
    assert first.checksums == second.checksums
    assert not {image.tobytes() for image in first.x_train} & {image.tobytes() for image in first.x_test}


def test_a_path_that_leads_nowhere_is_not_overruled(monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nothing.npz"))
    with pytest.raises(MnistNotFound):
        stand_in.load_digits()


def test_a_share_larger_than_the_stand_in_is_all_of_it():
    digits = stand_in.written(40, 20, notice="MNIST is away.")
    assert stand_in.part(digits, 100) is digits
    assert len(stand_in.part(digits, 30).x_train) == 30
    assert stand_in.part(digits, None) is digits


def test_of_mnist_one_cannot_have_more_than_there_is():
    with pytest.raises(DataError, match="There are 40 training images; 100 of them cannot be chosen"):
        stand_in.part(stand_in.written(40, 20), 100)

import io
import os
import re
import threading
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_core import settings as studio_settings
from mnist_core.data.idx import IdxError, checksum, write_idx
from mnist_core.data.mnist import CHECKSUMS, FILES, DataError, Mnist, MnistNotFound, load_mnist
from mnist_core.data.npz import NpzError
from mnist_core.data.stored import Stored
from mnist_core.errors import StudioError


def arrays_of_mnist(n_train: int = 40, n_test: int = 20) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (n_train, 28, 28), dtype=np.uint8),
        "y_train": np.arange(n_train, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (n_test, 28, 28), dtype=np.uint8),
        "y_test": np.arange(n_test, dtype=np.uint8) % 10,
    }


SMALL = arrays_of_mnist()
SMALL_CHECKSUMS = {FILES[name]: checksum(array) for name, array in SMALL.items()}


def assert_is_small(mnist: Mnist) -> None:
    for name, array in SMALL.items():
        np.testing.assert_array_equal(getattr(mnist, name), array)


def write_folder(folder: Path, spelling: str, arrays: dict[str, np.ndarray] = SMALL) -> Path:
    folder.mkdir()
    for name, array in arrays.items():
        write_idx(folder / spelling.format(*FILES[name].split("-idx")), array)
    return folder


@pytest.mark.parametrize("spelling", ["{}-idx{}", "{}-idx{}.gz", "{}.idx{}", "{}.idx{}.gz"])
def test_a_folder_may_spell_its_files_either_way_plain_or_compressed(tmp_path, monkeypatch, spelling):
    folder = write_folder(tmp_path / "folder", spelling)
    monkeypatch.setenv("MNIST_PATH", str(folder))

    assert_is_small(load_mnist())


def test_a_folder_under_a_file_s_name_is_not_taken_for_the_file(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}.idx{}")
    (folder / "train-images-idx3-ubyte").mkdir()
    monkeypatch.setenv("MNIST_PATH", str(folder))

    assert_is_small(load_mnist())


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_file_is_loaded_whatever_its_name(tmp_path, monkeypatch, save):
    with (tmp_path / "mnist.data").open("wb") as file:
        save(file, **SMALL)
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "mnist.data"))

    assert_is_small(load_mnist())


def test_what_mnist_path_names_need_not_be_mnist_itself_but_is_not_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(write_folder(tmp_path / "folder", "{}-idx{}")))

    assert load_mnist().checksums == SMALL_CHECKSUMS
    assert not load_mnist().is_canonical


def test_a_mnist_path_that_does_not_exist_is_an_error_and_not_overruled(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere"))
    with pytest.raises(MnistNotFound, match=r"cannot be read at .*nowhere: No such file or directory\. MNIST_PATH may"):
        load_mnist()


def test_a_setting_that_names_no_user_gets_a_sentence(monkeypatch):
    monkeypatch.setenv("MNIST_PATH", "~nobody-of-that-name/mnist")
    with pytest.raises(studio_settings.SettingsError, match="MNIST_PATH is ~nobody-of-that-name/mnist, but"):
        load_mnist()


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_refused_before_anyone_waits_for_it(tmp_path, monkeypatch, kind):
    path = tmp_path / "pipe" if kind == "pipe" else Path("/dev/zero")
    if kind == "pipe":
        os.mkfifo(path)
    monkeypatch.setenv("MNIST_PATH", str(path))
    with pytest.raises(StudioError, match=rf"{path} could not be read: It is a folder, a pipe or a device"):
        load_mnist()


def test_images_are_read_when_they_are_looked_at_and_once_for_all_who_look(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}.gz")
    monkeypatch.setenv("MNIST_PATH", str(folder))
    mnist = load_mnist()
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    seen = []
    visitors = [threading.Thread(target=lambda: seen.append(mnist.x_train)) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()

    np.testing.assert_array_equal(seen[0], SMALL["x_train"])
    assert all(np.shares_memory(images, seen[0]) for images in seen)
    with pytest.raises(IdxError, match=r"t10k-images-idx3-ubyte\.gz could not be read"):
        _ = mnist.x_test


def test_a_file_that_has_changed_meanwhile_is_noticed():
    mnist = Mnist(Stored((40, 28, 28), np.dtype(np.uint8), lambda: SMALL["x_test"]), *list(SMALL.values())[1:])
    with pytest.raises(DataError, match="x_train has changed"):
        _ = mnist.x_train


def test_a_folder_that_lacks_files_says_which(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}.gz")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    monkeypatch.setenv("MNIST_PATH", str(folder))

    with pytest.raises(
        MnistNotFound, match=r"folder .* lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte: all four"
    ):
        load_mnist()


def test_a_damaged_file_in_a_folder_is_named(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}")
    (folder / "t10k-images-idx3-ubyte").write_bytes(b"<html>")
    monkeypatch.setenv("MNIST_PATH", str(folder))

    with pytest.raises(IdxError, match=r"t10k-images-idx3-ubyte is no IDX file"):
        load_mnist()


def test_labels_in_place_of_images_are_noticed(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}", SMALL | {"x_test": SMALL["y_test"]})
    monkeypatch.setenv("MNIST_PATH", str(folder))

    with pytest.raises(
        DataError, match=r"folder does not hold MNIST: x_test should be uint8 .* is uint8 of shape \(20,\)"
    ):
        load_mnist()


def npz_bytes(path: Path, **arrays: np.ndarray) -> bytes:
    np.savez(path, **arrays)
    return path.read_bytes()


def test_an_npz_file_with_other_names_says_what_it_should_hold_and_what_it_holds(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    npz_bytes(path, x_train=SMALL["x_train"], y_train=SMALL["y_train"], images=SMALL["x_test"])
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(
        NpzError, match=r"lacks x_test, y_test: it should hold .*y_test, but holds x_train, y_train, images\."
    ):
        load_mnist()


def test_an_archive_of_something_else_says_so(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in FILES:
            archive.writestr(f"{name}.npy", "no array")
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(NpzError, match=r"mnist.npz is damaged, or holds something else than arrays"):
        load_mnist()


def npy(array: np.ndarray, shape: tuple[int, ...]) -> bytes:
    """An array as a `.npy` file whose header announces another shape."""
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return content.getvalue() + array.tobytes()


@pytest.mark.parametrize("announced", [(2**40, 28, 28), (10**6, 28, 28)])
def test_a_header_that_announces_more_than_there_is_or_should_be_costs_no_memory(tmp_path, monkeypatch, announced):
    path = tmp_path / "mnist.npz"
    np.savez_compressed(path, **{name: array for name, array in SMALL.items() if name != "x_train"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", npy(np.zeros(10_000_000, np.uint8), announced))
    monkeypatch.setenv("MNIST_PATH", str(path))
    assert path.stat().st_size < 100_000

    tracemalloc.start()
    with pytest.raises(NpzError, match=r"x_train in .* (is damaged|announces [\d,]+ bytes; more than)"):
        load_mnist()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000


def test_an_archive_packed_as_numpy_does_not_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, array in SMALL.items():
            archive.writestr(f"{name}.npy", npy(array, array.shape))
    monkeypatch.setenv("MNIST_PATH", str(path))
    with pytest.raises(NpzError, match="compressed in a way that NumPy does not use"):
        load_mnist()


def test_pickled_objects_are_never_opened(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    np.savez(path, **(SMALL | {"x_test": np.array([{}], dtype=object)}))
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(NpzError, match=r"x_test in .* should hold numbers or text, but holds Python objects"):
        load_mnist()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda content: content[: len(content) // 2], r"is no \.npz file, or one that is cut off"),
        (lambda content: b"", r"is no \.npz file, or one that is cut off"),
        (lambda content: b"\x93NUMPY" + content[6:100], r"is no \.npz file, or one that is cut off"),
        (lambda content: content[:5000] + bytes(5000) + content[10000:], r"is damaged"),
    ],
    ids=["cut off", "empty", "something else", "overwritten"],
)
def test_a_damaged_npz_file_gets_a_sentence(tmp_path, monkeypatch, damage, sentence):
    path = tmp_path / "mnist.npz"
    path.write_bytes(damage(npz_bytes(path, **SMALL)))
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(NpzError, match=rf"mnist\.npz.*{sentence}"):
        _ = load_mnist().x_train


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_npz_file_changed_at_random_is_refused_or_of_mnist_s_form(tmp_path, monkeypatch, data):
    path = tmp_path / "mnist.npz"
    np.savez_compressed(path, **{name: array[:1] // 10 for name, array in SMALL.items()})
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path.write_bytes(content)
    monkeypatch.setenv("MNIST_PATH", str(path))
    try:
        mnist = load_mnist()
        images = mnist.x_train, mnist.x_test
    except StudioError:
        return
    assert [array.shape[1:] for array in images] == [(28, 28)] * 2


def test_one_of_the_idx_files_is_not_enough(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}.gz")
    monkeypatch.setenv("MNIST_PATH", str(folder / "train-images-idx3-ubyte.gz"))

    with pytest.raises(DataError, match=r"is one of four IDX files: MNIST_PATH should name the folder"):
        load_mnist()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (
            {"x_train": np.zeros((40, 28, 28))},
            r"x_train should be uint8 of shape \(N, 28, 28\), but is float64 of shape",
        ),
        ({"x_train": np.zeros((40, 784), np.uint8)}, r"x_train should be .* but is uint8 of shape \(40, 784\)"),
        ({"x_test": np.zeros((20, 32, 32), np.uint8)}, r"x_test should be .* but is uint8 of shape \(20, 32, 32\)"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, r"x_test should be .* but is uint8 of shape \(0, 28, 28\)"),
        (
            {"y_test": np.zeros((20, 10), np.uint8)},
            r"y_test should be uint8 of shape \(N,\), but is uint8 of shape \(20, 10",
        ),
        ({"y_train": np.zeros(40, np.int64)}, r"y_train should be uint8 of shape \(N,\), but is int64"),
        ({"y_train": np.zeros(39, np.uint8)}, r"x_train has 40 images, but y_train has 39 labels"),
        ({"y_test": np.full(20, 10, np.uint8)}, r"y_test should hold the digits 0 to 9, but holds 10"),
    ],
)
def test_data_of_another_form_are_refused(wrong, sentence):
    with pytest.raises(DataError, match=sentence):
        Mnist(**(SMALL | wrong))


@pytest.mark.parametrize("name", FILES)
def test_nobody_can_write_into_arrays_that_are_shared(name):
    mnist = Mnist(**SMALL)
    with pytest.raises(ValueError, match="read-only"):
        getattr(mnist, name)[0] = 1
    assert SMALL[name].flags.writeable  # whoever made it may still write into it


def unequal() -> Mnist:
    """Returns data with 10 + d images of each digit d, 145 in all, in a mixed order; each image holds its index."""
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(10, dtype=np.uint8), np.arange(10, 20)))
    images = np.zeros((145, 28, 28), dtype=np.uint8)
    images[:, 0, 0] = np.arange(145)
    return Mnist(images, labels, images[::-1], labels[::-1])


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5, 0.9])
def test_the_two_parts_make_up_the_training_set_and_share_nothing(fraction):
    mnist = unequal()
    x_train, y_train, x_val, y_val = mnist.split_validation(fraction, seed=0)

    assert len(x_val) == round(fraction * 145)
    for images, labels in ((x_train, y_train), (x_val, y_val)):
        places = images[:, 0, 0]
        np.testing.assert_array_equal(labels, mnist.y_train[places])
        assert (np.diff(places.astype(int)) > 0).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([x_train, x_val])[:, 0, 0]), np.arange(145))


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.5, 0.9])
def test_each_digit_has_its_share_of_the_validation_set(fraction):
    _, _, _, y_val = unequal().split_validation(fraction, seed=0)
    fair = np.arange(10, 20) * len(y_val) / 145

    assert (np.abs(np.bincount(y_val, minlength=10) - fair) < 1).all()


def test_the_share_of_each_digit_by_hand():
    # 6 zeros, 3 ones, 1 two; 4 of the 10 are chosen. Fair shares: 2.4, 1.2, 0.4; rounded down: 2, 1, 0. The one that is
    # left over goes to the largest remainder, 0.4, and of the two digits that have it to the lower one.
    labels = np.array([0, 1, 0, 2, 0, 1, 0, 1, 0, 0], dtype=np.uint8)
    images = np.zeros((10, 28, 28), dtype=np.uint8)
    small = Mnist(images, labels, images, labels).subset(4, 5)

    assert sorted(small.y_train) == [0, 0, 0, 1]
    assert sorted(small.y_test) == [0, 0, 0, 1, 1]  # fair: 3, 1.5, 0.5; again the lower digit has the one left over


def test_the_seed_alone_decides_the_division():
    first, again, other = (unequal().split_validation(0.2, seed)[2] for seed in (3, 3, 4))

    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_fraction_that_is_none_is_refused(fraction):
    with pytest.raises(ValueError, match="fraction must lie between 0 and 1"):
        unequal().split_validation(fraction, seed=0)


@pytest.mark.parametrize("fraction", [0.001, 0.999])
def test_a_part_without_pictures_is_refused(fraction):
    with pytest.raises(DataError, match=r"145 training images cannot be divided in two parts with [\d.]+% in one"):
        unequal().split_validation(fraction, seed=0)


def test_a_subset_has_the_size_asked_for_and_each_digit_s_share():
    mnist = unequal()
    small = mnist.subset(50, 29)

    assert (len(small.x_train), len(small.x_test)) == (50, 29)
    np.testing.assert_array_equal(small.y_train, mnist.y_train[small.x_train[:, 0, 0]])
    np.testing.assert_array_equal(small.y_test, mnist.y_train[small.x_test[:, 0, 0]])
    assert (np.abs(np.bincount(small.y_train) - np.arange(10, 20) * 50 / 145) < 1).all()
    np.testing.assert_array_equal(small.x_train, mnist.subset(50, 29).x_train)
    assert (small.x_train != mnist.subset(50, 29, seed=1).x_train).any()


def test_the_whole_is_a_subset_of_itself():
    mnist = unequal()
    assert mnist.subset(145, 145).checksums == mnist.checksums


@pytest.mark.parametrize(("n_train", "n_test"), [(0, 1), (1, 0), (146, 1), (1, 146)])
def test_a_subset_of_more_than_there_is_or_of_nothing_is_refused(n_train, n_test):
    with pytest.raises(DataError, match=r"There are 145 (training|test) images; (0|146) of them cannot be chosen"):
        unequal().subset(n_train, n_test)


def test_a_part_keeps_all_test_images_and_none_asked_for_is_the_whole():
    mnist = unequal()

    assert mnist.part(None) is mnist
    assert (len(mnist.part(50).x_train), len(mnist.part(50).x_test)) == (50, 145)
    np.testing.assert_array_equal(mnist.part(50).x_train, mnist.subset(50, 145).x_train)
    with pytest.raises(DataError, match="There are 145 training images; 146 of them cannot be chosen"):
        mnist.part(146)


@pytest.mark.parametrize("place", ["mnist.npz", "new/folder"])
def test_what_was_written_for_other_programs_is_read_again_and_replaces_what_was_there(tmp_path, monkeypatch, place):
    monkeypatch.setenv("MNIST_PATH", str(tmp_path / place))
    for images in (SMALL["x_train"][::-1], SMALL["x_train"]):
        Mnist(**SMALL | {"x_train": images}).write(tmp_path / place)
        np.testing.assert_array_equal(load_mnist().x_train, images)
    folder = tmp_path / place if place == "new/folder" else tmp_path
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_keras_reads_the_npz_that_is_written(tmp_path):
    Mnist(**SMALL).write(tmp_path / "mnist.npz")
    with np.load(tmp_path / "mnist.npz") as archive:
        assert set(archive.files) == set(FILES)
        np.testing.assert_array_equal(archive["x_test"], SMALL["x_test"])


def test_where_nothing_can_be_written_one_sentence_says_so(tmp_path):
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(DataError, match=r"file is a file: name a folder, or a file that ends in \.npz"):
        Mnist(**SMALL).write(tmp_path / "file")
    with pytest.raises(DataError, match=re.escape("mnist.npz cannot be written: ")):
        Mnist(**SMALL).write(tmp_path / "file" / "mnist.npz")


def test_the_package_holds_mnist_as_its_authors_published_it(mnist):
    assert mnist.checksums == CHECKSUMS
    assert mnist.is_canonical
    assert (len(mnist.x_train), len(mnist.x_test)) == (60_000, 10_000)
    # LeCun's own figures of the file start with 5, 0, 4, 1, 9; the counts are those of the published labels.
    np.testing.assert_array_equal(mnist.y_train[:5], [5, 0, 4, 1, 9])
    np.testing.assert_array_equal(np.bincount(mnist.y_test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])


def test_the_packages_files_are_small_and_say_whose_they_are():
    assert sum(path.stat().st_size for path in studio_settings.MNIST.iterdir()) < 11_600_000
    said = (studio_settings.MNIST / "README.md").read_text(encoding="utf-8")
    assert all(word in said for word in ("LeCun", "Cortes", "by-sa/3.0", *CHECKSUMS.values()))
    strokes = (studio_settings.PEN_DIGITS.parent / "README.md").read_text(encoding="utf-8")
    assert all(word in strokes for word in ("Alimoglu", "Alpaydin", "by/4.0"))

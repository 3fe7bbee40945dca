import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_core.data import (
    CHECKSUMS,
    FILES,
    DataError,
    Mnist,
    MnistNotFound,
    cache_folder,
    find_mnist,
    load_mnist,
)
from mnist_core.download import DownloadError, Patience
from mnist_core.idx import IdxError, checksum, write_idx
from tests import mirror

HASTY = Patience(silence_s=10, attempt_s=30, rounds=1, pause_s=0)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch) -> None:
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


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


@pytest.fixture(scope="session")
def offered(tmp_path_factory) -> dict[str, bytes]:
    """Gives what a mirror would offer if MNIST were small."""
    folder = tmp_path_factory.mktemp("offered")
    for name, array in SMALL.items():
        write_idx(folder / f"{FILES[name]}.gz", array)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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

    assert find_mnist() == folder
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

    assert find_mnist() == tmp_path / "mnist.data"
    assert_is_small(load_mnist())


def test_what_mnist_path_names_need_not_be_mnist_itself_but_is_not_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_PATH", str(write_folder(tmp_path / "folder", "{}-idx{}")))

    assert load_mnist().checksums == SMALL_CHECKSUMS
    assert not load_mnist().is_canonical


def test_a_mnist_path_that_does_not_exist_is_an_error_even_with_a_full_cache(tmp_path, monkeypatch, offered):
    with mirror.running(offered) as server:
        load_mnist(mirrors=[server.url], checksums=SMALL_CHECKSUMS)
        monkeypatch.setenv("MNIST_PATH", str(tmp_path / "nowhere"))
        for act in (find_mnist, lambda: load_mnist(mirrors=[server.url], checksums=SMALL_CHECKSUMS)):
            with pytest.raises(MnistNotFound, match=r"MNIST_PATH names .*nowhere, but .*: No such file or directory\."):
                act()

    assert len(server.asked) == 4


def test_a_folder_that_lacks_files_says_which(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}.gz")
    (folder / "train-labels-idx1-ubyte.gz").unlink()
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    monkeypatch.setenv("MNIST_PATH", str(folder))

    with pytest.raises(
        MnistNotFound, match=r"folder, .* lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte: all four"
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
        DataError, match=r"lacks x_test, y_test: it should hold .*y_test, but holds x_train, y_train, images\."
    ):
        load_mnist()


def test_an_archive_of_something_else_says_so(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in FILES:
            archive.writestr(f"{name}.npy", "no array")
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(DataError, match=r"does not hold MNIST: x_train should be uint8 .* but is \|S8 of shape \(\)"):
        load_mnist()


def test_pickled_objects_are_never_opened(tmp_path, monkeypatch):
    path = tmp_path / "mnist.npz"
    np.savez(path, **(SMALL | {"x_test": np.array([{}], dtype=object)}))
    monkeypatch.setenv("MNIST_PATH", str(path))

    with pytest.raises(DataError, match=r"is damaged, or holds something else than arrays of numbers"):
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

    with pytest.raises(DataError, match=rf"mnist\.npz.*{sentence}"):
        load_mnist()


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
    except DataError:
        return
    assert mnist.x_train.shape[1:] == (28, 28)


def test_one_of_the_idx_files_is_not_enough(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "folder", "{}-idx{}.gz")
    monkeypatch.setenv("MNIST_PATH", str(folder / "train-images-idx3-ubyte.gz"))

    with pytest.raises(
        DataError, match=r"may also name a folder: the one with the four IDX files, not one of these files"
    ):
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


def test_the_first_load_downloads_and_the_second_needs_no_network(home, offered):
    calls = []
    assert find_mnist() is None
    with mirror.running(offered) as server:
        first = load_mnist(lambda *call: calls.append(call), mirrors=[server.url], checksums=SMALL_CHECKSUMS)

    assert_is_small(first)
    assert list(dict.fromkeys(name for _, _, name in calls)) == [f"{file}.gz" for file in FILES.values()]
    assert find_mnist() == cache_folder() == home / "mnist"
    assert {path.name: path.read_bytes() for path in cache_folder().iterdir()} == offered
    assert_is_small(load_mnist(mirrors=[mirror.unused_url()], checksums=SMALL_CHECKSUMS, patience=HASTY))


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.write_bytes(gzip.compress(b"<html>")),
        lambda path: write_idx(path, np.zeros((20, 28, 28), dtype=np.uint8)),
    ],
    ids=["removed", "emptied", "cut off", "web page", "another array"],
)
def test_only_what_is_missing_or_damaged_in_the_cache_is_downloaded_anew(offered, harm):
    with mirror.running(offered) as server:
        load_mnist(mirrors=[server.url], checksums=SMALL_CHECKSUMS)
        server.asked.clear()
        harm(cache_folder() / "t10k-images-idx3-ubyte.gz")

        assert_is_small(load_mnist(mirrors=[server.url], checksums=SMALL_CHECKSUMS))
        assert server.asked == ["t10k-images-idx3-ubyte.gz"]


def test_a_damaged_cache_without_network_says_both(offered):
    with mirror.running(offered) as server:
        load_mnist(mirrors=[server.url], checksums=SMALL_CHECKSUMS)
    damaged = cache_folder() / "t10k-labels-idx1-ubyte.gz"
    damaged.write_bytes(damaged.read_bytes()[:-20])

    with pytest.raises(
        DownloadError,
        match=r"^\S+t10k-labels-idx1-ubyte\.gz is cut off: .* t10k-labels-idx1-ubyte\.gz could not be downloaded\. .*"
        "set MNIST_PATH",
    ):
        load_mnist(mirrors=[mirror.unused_url()], checksums=SMALL_CHECKSUMS, patience=HASTY)
    assert damaged.exists()


def test_what_is_downloaded_must_be_mnist_itself(offered):
    with (
        mirror.running(offered) as server,
        pytest.raises(DownloadError, match=f"should be {CHECKSUMS['train-images-idx3-ubyte']}, but is"),
    ):
        load_mnist(mirrors=[server.url], patience=HASTY)
    assert find_mnist() is None


def test_a_home_that_is_no_folder_gets_a_sentence(home):
    home.write_bytes(b"")
    with pytest.raises(DataError, match=r"home.mnist cannot be looked into: Not a directory"):
        load_mnist(patience=HASTY)


def unequal() -> Mnist:
    """Gives data in which digit d occurs 10 + d times among 145, in a mixed order, each picture telling its place."""
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


def test_the_real_mnist_is_what_its_authors_published(mnist):
    assert mnist.checksums == CHECKSUMS
    assert mnist.is_canonical
    assert (len(mnist.x_train), len(mnist.x_test)) == (60_000, 10_000)
    # LeCun's own figures of the file start with 5, 0, 4, 1, 9; the counts are those of the published labels.
    np.testing.assert_array_equal(mnist.y_train[:5], [5, 0, 4, 1, 9])
    np.testing.assert_array_equal(np.bincount(mnist.y_test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])


def test_the_real_mnist_is_downloaded_verified_and_cached(mnist, tmp_path):
    for name, file in FILES.items():
        content = tmp_path / file
        write_idx(content, getattr(mnist, name))
    offered = {f"{file}.gz": gzip.compress((tmp_path / file).read_bytes(), compresslevel=1) for file in FILES.values()}
    with mirror.running(offered) as server:
        downloaded = load_mnist(mirrors=[mirror.unused_url(), server.url])

    assert downloaded.is_canonical
    assert load_mnist(mirrors=[mirror.unused_url()]).is_canonical

import contextlib
import gzip
import json
import re
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mnist_core.download import DownloadError, Patience, download_idx
from mnist_core.errors import StudioError
from mnist_core.idx import checksum, encode_header, read_idx
from tests import mirror

# Within the time-outs lie all answers of a healthy server on this machine, however busy it is.
HASTY = Patience(silence_s=10, attempt_s=30, rounds=1, pause_s=0)
TWO_ROUNDS = Patience(silence_s=10, attempt_s=30, rounds=2, pause_s=0)


def idx_bytes(array: np.ndarray) -> bytes:
    return encode_header(array) + array.tobytes()


IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)
LABELS = np.arange(30, dtype=np.uint8) % 10
ARRAYS = {"images": IMAGES, "labels": LABELS}
FILES = {f"{name}.gz": gzip.compress(idx_bytes(array)) for name, array in ARRAYS.items()}
CHECKSUMS = {name: checksum(array) for name, array in ARRAYS.items()}
IMAGES_ONLY = {"images": CHECKSUMS["images"]}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "answer", [mirror.serve, mirror.serve_without_length, mirror.serve_in_chunks, mirror.compress_if_allowed]
)
def test_the_files_arrive_as_they_are_offered(tmp_path, answer):
    with mirror.running(FILES, answer) as server:
        arrays = download_idx(CHECKSUMS, tmp_path / "new" / "folder", mirrors=[server.url])

    assert {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()} == FILES
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)


def test_a_server_that_unpacks_the_files_does_no_harm(tmp_path):
    unpacked = {name: gzip.decompress(content) for name, content in FILES.items()}
    with mirror.running(unpacked) as server:
        arrays = download_idx(CHECKSUMS, tmp_path, mirrors=[server.url])

    np.testing.assert_array_equal(arrays["images"], IMAGES)


@pytest.mark.parametrize(
    ("answer", "total"), [(mirror.serve, len(FILES["images.gz"])), (mirror.serve_without_length, None)]
)
def test_progress_begins_at_nothing_grows_and_ends_at_everything(tmp_path, answer, total):
    calls = []
    with mirror.running(FILES, answer) as server:
        download_idx(IMAGES_ONLY, tmp_path, lambda *call: calls.append(call), mirrors=[server.url])

    counts = [count for count, _, _ in calls]
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == len(FILES["images.gz"])
    assert {call[1:] for call in calls} == {(total, "images.gz")}


def test_whoever_watches_may_stop_the_download(tmp_path):
    class Stopped(Exception):
        pass

    def stop(done: int, total: int | None, name: str) -> None:
        if done:
            raise Stopped

    with mirror.running(FILES) as server, pytest.raises(Stopped):
        download_idx(CHECKSUMS, tmp_path, stop, mirrors=[server.url])
    assert names_in(tmp_path) == []


OTHER = np.zeros((30, 28, 28), dtype=np.uint8)
FAULTS = {
    "hangs up": (mirror.hang_up, r"it could not be reached, or hung up before it answered"),
    "cuts off": (mirror.cut_off, r"the connection broke off after [\d,]+ of [\d,]+ bytes"),
    "cuts off without a length": (mirror.cut_off_without_length, r"what it sent is cut off: its gzip data have no end"),
    "announces too much": (mirror.announce_too_much, r"the connection broke off after ([\d,]+) of (?!\1)[\d,]+ bytes"),
    "announces too little": (mirror.announce_too_little, r"what it sent is cut off: its gzip data have no end"),
    "breaks its chunks": (mirror.break_chunks, r"the connection broke off after 16 bytes"),
    "serves a web page": (mirror.serve_web_page, r"what it sent is no IDX file: .* it looks like a web page"),
    "redirects": (mirror.redirect, r"it answered 302 Found"),
    "serves another array": (
        mirror.serve_instead(gzip.compress(idx_bytes(OTHER))),
        rf"what it sent is a sound IDX file, but not the expected one: .* but is {checksum(OTHER)}",
    ),
    "serves the labels for the images": (mirror.serve_instead(FILES["labels.gz"]), r".* not the expected one"),
    "serves nothing": (mirror.serve_instead(b""), r"what it sent is empty"),
    "announces two lengths": (mirror.announce_two_lengths, r"it answered in a way that cannot be understood"),
    "has nothing": (mirror.fail(404), r"it answered 404 Not Found"),
    "is overloaded": (mirror.fail(503), r"it answered 503 Service Unavailable"),
}


@pytest.mark.parametrize(("answer", "reason"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_of_a_server_is_told_and_leaves_nothing_behind(tmp_path, answer, reason):
    with mirror.running(FILES, answer) as server, pytest.raises(DownloadError) as caught:
        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=HASTY)

    assert isinstance(caught.value, StudioError)
    assert names_in(tmp_path) == []
    assert re.match(rf"images\.gz could not be downloaded\. {server.url}: {reason}", str(caught.value))
    assert str(caught.value).endswith(
        "set MNIST_PATH to an .npz file with MNIST or to a folder with its four IDX files."
    )


IMPATIENCE = {
    "falls silent half-way": (
        mirror.fall_silent,
        Patience(silence_s=0.2, rounds=1),
        r"it was silent for 0\.2 s, after [\d,]+ of [\d,]+ bytes",
    ),
    "never answers": (
        mirror.never_answer,
        Patience(silence_s=0.2, rounds=1),
        r"it was silent for 0\.2 s, after 0 bytes",
    ),
    "drips": (
        mirror.drip,
        Patience(silence_s=10, attempt_s=0.3, rounds=1),
        r"it was too slow, with \d+ of [\d,]+ bytes after 0\.3 s",
    ),
    "sends forever": (
        mirror.send_forever,
        Patience(attempt_s=5, file_bytes=100_000, rounds=1),
        r"it sent more than 100,000 bytes, far too many for this file",
    ),
}


@pytest.mark.parametrize(("answer", "patience", "reason"), IMPATIENCE.values(), ids=IMPATIENCE.keys())
def test_patience_with_a_server_has_its_limits(tmp_path, answer, patience, reason):
    with mirror.running(FILES, answer) as server, pytest.raises(DownloadError, match=reason):
        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=patience)
    assert names_in(tmp_path) == []


def test_a_server_that_does_not_speak_the_secure_protocol_is_not_trusted(tmp_path):
    with (
        mirror.running(FILES) as server,
        pytest.raises(DownloadError, match="no secure connection, as its"),
    ):
        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url.replace("http:", "https:")], patience=HASTY)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse where Linux lets a caller wait")
def test_a_server_that_takes_no_calls_is_not_waited_for(tmp_path):
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for caller in (first, second):  # they fill the queue
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        with pytest.raises(DownloadError, match=r"it could not be reached within 0\.2 s"):
            download_idx(
                IMAGES_ONLY,
                tmp_path,
                mirrors=[f"http://127.0.0.1:{server.getsockname()[1]}"],
                patience=Patience(connect_s=0.2, rounds=1),
            )


def test_a_proxy_that_the_environment_names_is_used(tmp_path, monkeypatch):
    with mirror.running(FILES) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        download_idx(CHECKSUMS, tmp_path, mirrors=["http://mirror.invalid/mnist"], patience=HASTY)
    assert proxy.asked == ["images.gz", "labels.gz"]


def test_a_proxy_that_is_dead_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", mirror.unused_url())
    with pytest.raises(DownloadError, match=r"http://mirror\.invalid/mnist: the proxy did not let the request through"):
        download_idx(CHECKSUMS, tmp_path, mirrors=["http://mirror.invalid/mnist"], patience=HASTY)


@pytest.mark.parametrize(
    "fault",
    [mirror.fail(503), mirror.cut_off, mirror.serve_web_page, mirror.serve_instead(FILES["labels.gz"])],
    ids=["503", "cut off", "web page", "another file"],
)
def test_a_server_that_recovers_is_asked_again(tmp_path, fault):
    with mirror.running(FILES, fault, mirror.serve) as server:
        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=TWO_ROUNDS)

    assert server.asked == ["images.gz", "images.gz"]
    assert (tmp_path / "images.gz").read_bytes() == FILES["images.gz"]


def test_a_second_mirror_stands_in_for_a_dead_one(tmp_path):
    with mirror.running(FILES) as server:
        download_idx(CHECKSUMS, tmp_path, mirrors=[mirror.unused_url(), server.url], patience=HASTY)
    assert names_in(tmp_path) == sorted(FILES)


def test_mirrors_take_turns_and_the_one_that_works_goes_first_from_then_on(tmp_path):
    with (
        mirror.running(FILES, mirror.fail(404)) as bad,
        mirror.running(FILES, mirror.fail(503), mirror.serve) as good,
    ):
        download_idx(CHECKSUMS, tmp_path, mirrors=[bad.url, good.url], patience=TWO_ROUNDS)

    assert bad.asked == ["images.gz", "images.gz"]
    assert good.asked == ["images.gz", "images.gz", "labels.gz"]


def test_when_all_fails_the_message_names_every_mirror_and_what_happened_there(tmp_path):
    dead = mirror.unused_url()
    with mirror.running(FILES, mirror.fail(503), mirror.fail(404)) as server, pytest.raises(DownloadError) as caught:
        download_idx(CHECKSUMS, tmp_path, mirrors=[dead, server.url], patience=TWO_ROUNDS)

    assert str(caught.value) == (
        f"images.gz could not be downloaded. {dead}: it could not be reached, or hung up before it answered. "
        f"{server.url}: it answered 503 Service Unavailable, then it answered 404 Not Found. Check the connection "
        "to the internet, or set MNIST_PATH to an .npz file with MNIST or to a folder with its four IDX files."
    )


def test_a_file_that_was_there_is_replaced_by_a_verified_one_only(tmp_path):
    (tmp_path / "images.gz").write_bytes(b"old")
    with mirror.running(FILES, mirror.serve_web_page, mirror.serve) as server:
        with pytest.raises(DownloadError):
            download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=HASTY)
        assert (tmp_path / "images.gz").read_bytes() == b"old"

        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=HASTY)
        assert (tmp_path / "images.gz").read_bytes() == FILES["images.gz"]


def test_a_folder_that_cannot_be_made_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with (
        mirror.running(FILES) as server,
        pytest.raises(
            DownloadError, match=r"images\.gz could not be written: (Not a directory|File exists)\. Free space"
        ),
    ):
        download_idx(IMAGES_ONLY, tmp_path / "file", mirrors=[server.url], patience=HASTY)


@contextlib.contextmanager
def files_limited_to(size_bytes: int):
    """Lets the operating system refuse to write files beyond a size, as it does when a disk is full."""
    resource = pytest.importorskip("resource", reason="limits of file sizes are a matter of POSIX systems")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_gets_a_sentence_and_leaves_nothing_behind(tmp_path):
    with mirror.running(FILES) as server, pytest.raises(DownloadError) as caught, files_limited_to(10_000):
        download_idx(IMAGES_ONLY, tmp_path, mirrors=[server.url], patience=TWO_ROUNDS)

    assert str(caught.value).startswith(f"{tmp_path / 'images.gz'} could not be written: File too large. Free space")
    assert server.asked == ["images.gz"]  # another mirror would not help
    assert names_in(tmp_path) == []


def test_two_downloads_that_have_both_written_and_not_yet_renamed_do_not_meet(tmp_path, monkeypatch):
    both_have_written = threading.Barrier(2)

    def verify(path: Path, **expected: str) -> np.ndarray:
        both_have_written.wait(timeout=30)
        return read_idx(path, **expected)

    monkeypatch.setattr("mnist_core.download.read_idx", verify)
    with mirror.running(FILES) as server, ThreadPoolExecutor(2) as pool:
        downloads = [pool.submit(download_idx, CHECKSUMS, tmp_path, mirrors=[server.url], patience=HASTY) for _ in "ab"]
        for download in downloads:
            np.testing.assert_array_equal(download.result()["images"], IMAGES)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES


DOWNLOADER = """
import json, sys
from pathlib import Path
from mnist_core.download import download_idx
arrays = download_idx(json.loads(sys.argv[1]), Path(sys.argv[2]), mirrors=[sys.argv[3]])
print(int(arrays["images"].sum()))
"""


def test_two_processes_may_download_at_the_same_moment(tmp_path):
    with mirror.running(FILES, mirror.serve_together(2)) as server:
        command = [sys.executable, "-c", DOWNLOADER, json.dumps(CHECKSUMS), str(tmp_path), server.url]
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        answers = [process.communicate(timeout=60)[0] for process in processes]

    assert answers == [f"{int(IMAGES.sum())}\n"] * 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES

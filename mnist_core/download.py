"""Downloads IDX files from mirrors, and lets only what was verified into a folder.

It does not know what MNIST is: which files, and which content they must have, is the caller's business. Each file is
asked for at one mirror after the other, then again at each; what arrives is written under a temporary name in the same
folder, verified there, and renamed. So a file under its final name is whole, whoever else downloads at the same moment.
"""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import requests
import urllib3

from mnist_core.errors import StudioError
from mnist_core.idx import IdxError, read_idx

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",  # where torchvision downloads from
    "https://storage.googleapis.com/cvdf-datasets/mnist/",  # where TensorFlow Datasets downloads from
)
CHUNK_BYTES = 2**16

Progress = Callable[[int, int | None, str], None]
"""Called with the bytes that have come, how many there will be (None where that is not known), and the file's name."""


class DownloadError(StudioError):
    """A file could not be downloaded or stored; the message says what happened where, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a server may take, how often it is asked, and how much it may send."""

    connect_s: float = 5.0
    silence_s: float = 15.0
    attempt_s: float = 180.0  # for one file: MNIST's largest, 9.9 MB, comes in time at half a megabit a second
    rounds: int = 2
    pause_s: float = 1.0  # between the rounds
    file_bytes: int = 2**26  # MNIST's largest file has 47 MB even when a server unpacks it


PATIENCE = Patience()


class _AttemptFailed(Exception):
    """One mirror did not deliver a file; another may."""


def download_idx(
    checksums: Mapping[str, str],
    folder: Path,
    progress: Progress | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    patience: Patience = PATIENCE,
) -> dict[str, npt.NDArray[Any]]:
    """Downloads IDX files into a folder, as `NAME.gz`, replacing what is there under these names.

    Args:
        checksums: for each file's name, without `.gz`, what `mnist_core.idx.checksum` must give for its content.
        folder: where they go; made if it is missing.
        progress: called when a file begins and as its bytes arrive; a second attempt begins again at 0.
        mirrors: addresses of folders that offer the files as `NAME.gz`, the preferred one first.
        patience: limits of time, attempts and size.

    Returns:
        For each name the array that the file holds.

    Raises:
        DownloadError: no mirror delivered a file, or the folder cannot take it.
    """
    arrays = {}
    preferred = list(mirrors)
    with requests.Session() as session:
        for name, md5 in checksums.items():
            failures: dict[str, list[str]] = {mirror: [] for mirror in preferred}
            for mirror in _attempts(preferred, patience):
                try:
                    content = _fetch(session, f"{mirror.rstrip('/')}/{name}.gz", progress, patience)
                    arrays[name] = _store(content, folder / f"{name}.gz", md5)
                except _AttemptFailed as failure:
                    failures[mirror].append(str(failure))
                else:
                    # A mirror that works goes first for the next file: a dead one is waited for only once.
                    preferred.remove(mirror)
                    preferred.insert(0, mirror)
                    break
            else:
                raise DownloadError(_all_failed(name, failures))
    return arrays


def _attempts(mirrors: Sequence[str], patience: Patience) -> Iterator[str]:
    """Gives the mirrors in the order in which they are to be asked, and pauses between the rounds."""
    for attempt_round in range(patience.rounds):
        if attempt_round:
            time.sleep(patience.pause_s)
        yield from mirrors


def _fetch(session: requests.Session, url: str, progress: Progress | None, patience: Patience) -> bytes:
    """Gives what a server answers, as it came: nothing is unpacked on the way.

    Raises:
        _AttemptFailed: the server cannot be reached, does not have it, breaks off, or is too slow.
    """
    name = url.rpartition("/")[2]
    content = bytearray()
    total = None
    deadline = time.monotonic() + patience.attempt_s
    try:
        with session.get(
            url,
            headers={"Accept-Encoding": "identity"},
            timeout=(patience.connect_s, patience.silence_s),
            stream=True,
            allow_redirects=False,  # no mirror redirects; the log-in page of a hotel or school would
        ) as response:
            if response.status_code != requests.codes.ok:
                raise _AttemptFailed(f"it answered {response.status_code} {response.reason}".rstrip())
            body: urllib3.HTTPResponse = response.raw
            total = body.length_remaining
            if progress:
                progress(0, total, name)
            # `read1` returns with what has come. `read` and `iter_content` wait for a whole chunk, so that the deadline
            # would not be looked at while a server sends a byte now and then.
            while chunk := body.read1(CHUNK_BYTES, decode_content=False):
                content += chunk
                if progress:
                    progress(len(content), total, name)
                if len(content) > patience.file_bytes:
                    raise _AttemptFailed(f"it sent more than {patience.file_bytes:,} bytes, far too many for this file")
                if time.monotonic() > deadline:
                    raise _AttemptFailed(
                        f"it was too slow, with {_amount(content, total)} after {patience.attempt_s:g} s"
                    )
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise _AttemptFailed(_reason(error, _amount(content, total), patience)) from error
    return bytes(content)


def _reason(error: Exception, amount: str, patience: Patience) -> str:
    """Puts into words what the network libraries report."""
    match error:
        case requests.exceptions.ConnectTimeout():
            return f"it could not be reached within {patience.connect_s:g} s"
        case requests.exceptions.ReadTimeout() | urllib3.exceptions.ReadTimeoutError():
            return f"it was silent for {patience.silence_s:g} s, after {amount}"
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return "no secure connection, as its certificate is not trusted or something on the way replaces it"
        case requests.exceptions.ProxyError():
            return "the proxy did not let the request through"
        case urllib3.exceptions.ProtocolError():
            return f"the connection broke off after {amount}"
        case requests.exceptions.ConnectionError():
            return "it could not be reached, or hung up before it answered"
        case _:
            return f"it answered in a way that cannot be understood ({type(error).__name__})"


def _amount(content: bytearray, total: int | None) -> str:
    return f"{len(content):,} bytes" if total is None else f"{len(content):,} of {total:,} bytes"


def _store(content: bytes, target: Path, md5: str) -> npt.NDArray[Any]:
    """Writes a file under a temporary name, verifies it, and gives it its own name.

    Raises:
        _AttemptFailed: it is not the expected file.
        DownloadError: the folder cannot take it.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        array = read_idx(part, name="what it sent", md5=md5)
        part.replace(target)
    except IdxError as error:
        raise _AttemptFailed(str(error).rstrip(".")) from error
    except OSError as error:
        raise DownloadError(
            f"{target} could not be written: {error.strerror}. Free space there, make the folder writable, or let "
            "MNIST_STUDIO_HOME name another folder."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return array


def _all_failed(name: str, failures: Mapping[str, Sequence[str]]) -> str:
    """Gives the message for a file that no mirror delivered; what happened twice at a mirror is said once."""
    told = " ".join(f"{mirror}: {', then '.join(dict.fromkeys(reasons))}." for mirror, reasons in failures.items())
    return (
        f"{name}.gz could not be downloaded. {told} Check the connection to the internet, or set MNIST_PATH to an .npz "
        "file with MNIST or to a folder with its four IDX files."
    )

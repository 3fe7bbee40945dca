import gzip
import struct
import tracemalloc
from pathlib import Path

import hypothesis.extra.numpy as arrays_of
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnist_core.data.idx import (
    ELEMENT_TYPES,
    MAX_PAYLOAD_BYTES,
    IdxError,
    checksum,
    encode_header,
    read_header,
    read_idx,
    write_idx,
)
from mnist_core.errors import StudioError

# By hand, from the format's description: int16, 2 x 3 elements.
EXAMPLE = bytes.fromhex("00 00 0B 02  00 00 00 02  00 00 00 03  0001 0002 0003  FFFF FFFE 8000")
EXAMPLE_ARRAY = np.array([[1, 2, 3], [-1, -2, -32768]], dtype=np.int16)

idx_arrays = st.sampled_from(list(ELEMENT_TYPES.values())).flatmap(
    lambda dtype: arrays_of.arrays(
        st.sampled_from([dtype, dtype.newbyteorder("<")]),
        arrays_of.array_shapes(min_dims=1, max_dims=3, max_side=5),
    )
)
one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def read(tmp_path: Path, content: bytes) -> np.ndarray:
    path = tmp_path / "some-idx"
    path.write_bytes(content)
    return read_idx(path)


def idx_bytes(array: np.ndarray) -> bytes:
    return encode_header(array) + np.ascontiguousarray(array, array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_written_by_hand_is_read_as_the_format_says(tmp_path, pack):
    array = read(tmp_path, pack(EXAMPLE))

    np.testing.assert_array_equal(array, EXAMPLE_ARRAY)
    assert array.dtype == np.int16
    assert array.dtype.isnative


def test_the_header_of_the_example_is_described_field_by_field(tmp_path):
    path = tmp_path / "some-idx"
    path.write_bytes(EXAMPLE)
    with path.open("rb") as stream:
        header = read_header(stream, "example")
        position = stream.tell()

    assert [(field.offset, field.content.hex(), field.value) for field in header.fields] == [
        (0, "0000", 0),
        (2, "0b", 11),
        (3, "02", 2),
        (4, "00000002", 2),
        (8, "00000003", 3),
    ]
    assert header.type_code.meaning == "type of the elements: int16"
    assert (header.shape, header.payload_bytes, position) == ((2, 3), 12, 12)
    assert b"".join(field.content for field in header.fields) == EXAMPLE[:12]


@given(array=idx_arrays, suffix=st.sampled_from(["", ".gz"]))
@one_folder
def test_what_was_written_is_read_back_bit_by_bit(tmp_path, array, suffix):
    path = tmp_path / f"array{suffix}"
    write_idx(path, array)
    back = read_idx(path)

    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.shape == array.shape
    assert idx_bytes(back) == idx_bytes(array)  # not by value: NaN equals nothing


def test_a_transposed_array_is_written_in_its_own_order(tmp_path):
    array = np.arange(6, dtype=np.uint8).reshape(2, 3).T
    write_idx(tmp_path / "array", array)

    np.testing.assert_array_equal(read_idx(tmp_path / "array"), [[0, 3], [1, 4], [2, 5]])


def test_files_ending_in_gz_are_compressed_and_equal_arrays_give_equal_files(tmp_path):
    array = np.zeros((100, 28), dtype=np.uint8)
    for name in ("plain", "a.gz", "b.gz"):
        write_idx(tmp_path / name, array)

    assert (tmp_path / "plain").stat().st_size == 12 + 2800
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == (tmp_path / "plain").read_bytes()
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").read_bytes()[4:8] == bytes(4)  # gzip's field for the time of writing


def test_the_checksum_is_the_md5_of_the_plain_file():
    # printf '\0\0\x08\x01\0\0\0\x03\x05\0\x04' | md5sum
    assert checksum(np.array([5, 0, 4], dtype=np.uint8)) == "3f3fbcdd087891e88cb09f277d370405"
    assert checksum(EXAMPLE_ARRAY) == checksum(EXAMPLE_ARRAY.astype(">i2"))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3, dtype=np.int64),
        np.zeros(3, dtype=bool),
        np.array(["a"]),
        np.uint8(3),
        np.zeros((0, 28, 28), dtype=np.uint8),
        np.zeros([1] * 33, dtype=np.uint8),
    ],
    ids=["int64", "bool", "text", "no dimension", "empty", "33 dimensions"],
)
def test_what_idx_cannot_hold_is_not_written(tmp_path, array):
    with pytest.raises(ValueError, match="IDX holds"):
        write_idx(tmp_path / "array", np.asarray(array))
    assert not (tmp_path / "array").exists()


MANY_DIMENSIONS = b"\0\0\x08\xff" + 255 * b"\0\0\0\x01" + b"\x07"

WRONG_FILES = {
    "empty": (b"", r"is empty"),
    "one zero": (b"\0", r"cut off after 1 of the 4 bytes of its magic number"),
    "three bytes": (b"\0\0\x08", r"cut off after 3 of the 4 bytes of its magic number"),
    "one other byte": (b"\x07", r"begins with 07"),
    "little-endian": (b"\x03\x08\0\0" + bytes(20), r"begins with 03 08\.$"),
    "web page": (b"<!DOCTYPE html><html>", r"begins with 3C 21; it looks like a web page"),
    "web page after a line break": (b"\r\n <html>", r"looks like a web page"),
    "web page with a byte order mark": (b"\xef\xbb\xbf<html>", r"looks like a web page"),
    "text": (b"version https://git-lfs", r"looks like text"),
    "npz": (b"PK\x03\x04" + bytes(30), r"looks like a zip file, as \.npz files are"),
    "npy": (b"\x93NUMPY\x01\0", r"looks like a NumPy \.npy file"),
    "picture": (b"\x89PNG\r\n\x1a\n", r"looks like a PNG picture"),
    "gzip twice": (gzip.compress(gzip.compress(EXAMPLE)), r"looks like a gzip file inside a gzip file"),
    "web page in gzip": (gzip.compress(b"<html></html>"), r"looks like a web page"),
    "unknown type": (
        b"\0\0\x0a\x01\0\0\0\x01\x05",
        r"type 0A, which IDX does not have; it has 08 \(uint8\), 09 \(int8\)",
    ),
    "no dimensions": (b"\0\0\x08\0\x05", r"announces 0 dimensions; there should be 1 to 32"),
    "255 dimensions": (MANY_DIMENSIONS, r"announces 255 dimensions; there should be 1 to 32"),
    "cut off in the header": (EXAMPLE[:10], r"cut off within its header: 2 dimensions need 8 bytes .* only 6 follow"),
    "no elements": (b"\0\0\x08\x02\0\0\0\0\0\0\0\x05", r"announces 0 × 5 elements, that is, none"),
    "nothing after the header": (EXAMPLE[:12], r"announces 2 × 3 elements of type int16, that is 12 bytes, but only 0"),
    "cut off in the elements": (EXAMPLE[:-1], r"is cut off: .* 12 bytes, but only 11 follow"),
    "too long": (EXAMPLE + b"\0", r"goes on after its end: it announces 2 × 3 .* 12 bytes, but more"),
    "empty gzip file": (gzip.compress(b""), r"is empty"),
    "gzip start alone": (b"\x1f\x8b", r"gzip data have no end"),
    "gzip cut off": (gzip.compress(EXAMPLE)[:-12], r"gzip data have no end"),
    "gzip cut off in its checksum": (gzip.compress(EXAMPLE)[:-2], r"gzip data have no end"),
    "gzip with a wrong checksum": (gzip.compress(EXAMPLE)[:-8] + bytes(8), r"gzip cannot unpack it"),
    "gzip with wrong data": (gzip.compress(EXAMPLE)[:10] + b"\xff" * 20, r"gzip cannot unpack it"),
    "gzip and something else": (gzip.compress(EXAMPLE) + b"rest", r"gzip cannot unpack it"),
}


@pytest.mark.parametrize(("content", "sentence"), WRONG_FILES.values(), ids=WRONG_FILES.keys())
def test_each_way_to_be_wrong_has_its_own_sentence(tmp_path, content, sentence):
    with pytest.raises(IdxError, match=sentence) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "some-idx"))
    assert isinstance(caught.value, StudioError)


def test_a_header_that_announces_100_gb_is_not_believed(tmp_path):
    content = b"\0\0\x08\x03" + struct.pack(">3I", 100_000, 1000, 1000) + bytes(50)
    with pytest.raises(
        IdxError, match=r"100,000 × 1,000 × 1,000 elements, 100,000,000,000 bytes; more than 1,073,741,824"
    ):
        read(tmp_path, content)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_memory_is_taken_for_what_is_there_not_for_what_is_announced(tmp_path, pack):
    content = pack(b"\0\0\x08\x01" + struct.pack(">I", MAX_PAYLOAD_BYTES) + bytes(50))
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="only 50 follow"):
            read(tmp_path, content)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * 2**20


def test_a_bomb_of_gzip_is_unpacked_no_further_than_its_header_announces(tmp_path):
    bomb = gzip.compress(EXAMPLE + bytes(64 * 2**20), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="goes on after its end"):
            read(tmp_path, bomb)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * 2**20


def test_a_file_that_cannot_be_opened_gets_a_sentence(tmp_path):
    with pytest.raises(IdxError, match=r"none could not be read: No such file or directory\."):
        read_idx(tmp_path / "none")
    with pytest.raises(IdxError, match=r"could not be read: It is a folder"):
        read_idx(tmp_path)


def test_another_file_than_the_expected_one_is_recognised_by_its_content(tmp_path):
    write_idx(tmp_path / "array.gz", EXAMPLE_ARRAY)

    np.testing.assert_array_equal(read_idx(tmp_path / "array.gz", md5=checksum(EXAMPLE_ARRAY)), EXAMPLE_ARRAY)
    with pytest.raises(
        IdxError, match=r"^the file is a sound IDX file, but not the expected one: .* should be 00ff, but"
    ):
        read_idx(tmp_path / "array.gz", name="the file", md5="00ff")


@given(array=idx_arrays, data=st.data())
@one_folder
def test_a_file_changed_at_random_is_refused_or_read_as_what_it_now_says(tmp_path, array, data):
    content = idx_bytes(array)
    at = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 6))
    changed = content[:at] + data.draw(st.binary(max_size=6)) + content[at + length :]
    try:
        back = read(tmp_path, changed)
    except IdxError:
        return
    assert idx_bytes(back) == changed


@given(array=idx_arrays, data=st.data())
@one_folder
def test_changed_elements_leave_type_and_shape_as_they_were(tmp_path, array, data):
    content = bytearray(idx_bytes(array))
    start = len(encode_header(array))
    content[data.draw(st.integers(start, len(content) - 1))] = data.draw(st.integers(0, 255))
    back = read(tmp_path, bytes(content))

    assert (back.dtype, back.shape) == (array.dtype.newbyteorder("="), array.shape)


@given(array=idx_arrays, data=st.data())
@one_folder
def test_a_gzip_file_changed_at_random_is_refused_or_gives_the_same_array(tmp_path, array, data):
    content = bytearray(gzip.compress(idx_bytes(array), mtime=0))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        back = read(tmp_path, bytes(content))
    except IdxError:
        return
    assert idx_bytes(back) == idx_bytes(array)

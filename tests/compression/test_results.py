import gzip
import json
from dataclasses import replace

import numpy as np
import pytest

from mnist_core.compression import results
from mnist_core.compression.results import Results, ResultsError, Row

ORIGINAL = Row(
    name="mine",
    kind=None,
    network="a",
    size_bytes=1_000_000,
    zipped_bytes=900_000,
    accuracy=0.99,
    images=10_000,
    drawn=0.98,
    drawn_digits=2000,
    reading_ms=1.0,
)
INT8 = replace(ORIGINAL, name="mine-int8", kind="int8", size_bytes=250_000, zipped_bytes=200_000, accuracy=0.9895)
PRUNED = replace(ORIGINAL, name="mine-pruned", kind="pruned", zipped_bytes=100_000, drawn=0.97)


def test_results_are_read_as_they_were_written(tmp_path):
    found = Results(rows=[ORIGINAL, INT8, replace(PRUNED, drawn=None, drawn_digits=0, reading_ms=None)], finished=True)
    assert results.read(tmp_path) is None
    results.write(tmp_path, found)
    assert results.read(tmp_path) == found
    assert found.original == ORIGINAL


@pytest.mark.parametrize(
    "content",
    ["{", "{}", json.dumps({"rows": []}), json.dumps(Results(rows=[INT8]).to_json())],
)
def test_damaged_results_are_told(tmp_path, content):
    (tmp_path / results.FILE).write_text(content, encoding="utf-8")
    with pytest.raises(ResultsError, match="cannot be read: forget that run, or make them anew"):
        results.read(tmp_path)


def test_the_smallest_that_reads_as_well_is_named():
    assert results.summary([ORIGINAL, INT8, PRUNED]) == (
        "Of those that lose no more than 0.1 points, “Full int8” is the smallest: zipped, 200 kB instead of 900 kB, "
        "4.5 times smaller."
    )
    assert results.summary([ORIGINAL, PRUNED]) == "Each of them reads more than 0.1 points less than the original."
    assert results.summary([ORIGINAL]) == ""


def test_what_a_version_loses_is_the_larger_of_both_losses_and_may_be_a_gain():
    assert results.loss(INT8, ORIGINAL) == pytest.approx(0.0005)
    assert results.loss(PRUNED, ORIGINAL) == pytest.approx(0.01)
    assert results.loss(replace(PRUNED, drawn=None), ORIGINAL) == 0
    assert results.loss(replace(ORIGINAL, accuracy=0.995, drawn=0.99), ORIGINAL) == pytest.approx(-0.005)


def test_a_file_is_zipped_as_well_as_gzip_can_and_always_alike():
    content = np.random.default_rng(0).integers(0, 4, 10_000, np.uint8).tobytes()
    assert results.zipped_bytes(content) == len(gzip.compress(content, 9)) < 4000


def test_titles_are_for_people_and_those_of_later_versions_are_their_names():
    assert [ORIGINAL.title, INT8.title, PRUNED.title, replace(INT8, kind="int2").title] == [
        "Original",
        "Full int8",
        "Pruned, 80 %",
        "int2",
    ]

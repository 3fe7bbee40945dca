from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mnist_core.compression.results import Results
from mnist_core.models import registry
from mnist_core.networks import recipes
from mnist_core.runs.outcomes import State
from mnist_core.runs.store import Compression, Run
from mnist_core.training import progress
from tests.compression.test_results import INT8, ORIGINAL, PRUNED
from tests.ui.words import words
from ui.compression import history, versions

ASKED = Compression("mine", "a", ["int8", "pruned"])


def run(state: State, **facts: object) -> Run:
    started = datetime(2026, 11, 28, 12, 5, tzinfo=UTC)
    return Run("id", "mine-smaller-1", recipes.DEFAULT, None, started, state, compression=ASKED, **facts)


@pytest.fixture
def at_work(home) -> Run:
    """A compression that reads test images for its second version."""
    folder = home / "runs" / "id"
    folder.mkdir(parents=True)
    writer = progress.Writer(folder / "progress.jsonl")
    writer.phase("Pruned, 80 %, 2 of 2: reading the test images", 0.25)
    writer.close()
    return run(State.RUNNING)


def test_where_a_compression_is_is_said_in_words(at_work):
    assert versions.headline(at_work) == "Pruned, 80 %, 2 of 2"
    assert versions.detail(at_work) == "Reading the test images."
    assert versions.headline(run(State.CANCELLED)) == "Cancelled"
    assert versions.headline(replace(at_work, id="other")) == "Starting"
    failed = run(State.FAILED, reason="the disk is full.")
    assert versions.detail(failed) == ("mine-smaller-1 failed after 0 of 2 smaller versions of mine: the disk is full.")


def test_the_bars_tell_of_the_versions_that_are_made_and_of_the_step_under_way(at_work):
    html = versions.versions_html(at_work, Results(rows=[ORIGINAL, INT8]), "shipped")
    assert "--share:0.5000;--parts:2" in html
    assert "--share:0.2500" in html


def test_the_table_has_the_original_first_and_says_which_one_reads():
    html = versions.table_html([ORIGINAL, INT8, replace(PRUNED, drawn=None, reading_ms=None)], "mine-int8")
    said = words(html)
    assert "Original 1,000 kB 900 kB 99.00 % 98.00 % 1.00 ms" in said
    assert "Full int8 active 250 kB 200 kB 98.95 % 98.00 % 1.00 ms" in said
    assert "Pruned, 80 % 1,000 kB 100 kB 99.00 % – –" in said
    assert said.index("Original") < said.index("Full int8")
    assert "2,000 digits, drawn as on the page." in said


def test_without_pen_drawn_digits_nothing_is_said_of_them():
    rows = [replace(row, drawn=None, drawn_digits=0) for row in (ORIGINAL, INT8)]
    assert "drawn as on the page" not in versions.table_html(rows, "mine")
    assert 'class="open' not in versions.chart_html(rows)


def test_what_was_done_is_said_of_each_kind_that_this_version_knows():
    said = words(versions.kinds_html([ORIGINAL, INT8, replace(INT8, kind="int2")]))
    assert "Full int8 The layers compute with whole numbers of one byte." in said
    assert "Float16" not in said


def test_a_model_is_there_while_its_network_is_the_one_that_was_measured():
    network = registry.shipped().card["files"]["model.tflite"]["sha256"]
    row = replace(ORIGINAL, name="shipped", network=network)
    assert versions.is_there(row)
    assert not versions.is_there(replace(row, network="another"))
    assert not versions.is_there(replace(row, name="deleted"))


def test_the_history_lists_compressions_with_what_they_made(at_work):
    said = words(history.table_html([at_work, run(State.FAILED, reason="the disk is full.")]))
    assert "mine-smaller-1 0 of 2 running mine 28 Nov 2026, 12:05 UTC" in said
    assert "0 of 2 failed: the disk is full. mine" in said

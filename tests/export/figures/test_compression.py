import time

import pytest

from mnist_core.compression import kinds
from mnist_core.export.figures import compression
from mnist_core.export.figures.subjects import FigureError
from mnist_core.models import registry
from mnist_core.runs import control, store
from tests.export.figures.conftest import texts


@pytest.fixture
def compressed(fake_worker) -> store.Run:
    """Smaller versions of the shipped model."""
    run = control.start_compression(registry.shipped(), [kinds.FLOAT16, kinds.INT8])
    while store.read(run.id).is_on:
        time.sleep(0.05)
    return store.read(run.id)


def test_each_version_has_a_mark_for_mnist_and_one_for_drawn_digits_at_its_zipped_size(compressed, draw):
    (axes,) = draw(compression.tradeoff).axes

    rows = store.results_of(compressed).rows
    tested, drawn = ({tuple(point) for point in marks.get_offsets()} for marks in axes.collections)
    assert tested == {(row.zipped_bytes, row.accuracy) for row in rows}
    assert drawn == {(row.zipped_bytes, row.drawn) for row in rows}
    assert axes.get_xscale() == "log"


def test_the_versions_are_named_and_the_caption_says_which_one_to_take(compressed, draw):
    said = " ".join(" ".join(texts(draw(compression.tradeoff))).split())
    for words in ("Original", "Float16", "Full int8", "Smaller versions of the model shipped"):
        assert words in said
    assert "“Float16” is the smallest: zipped, 500 kB instead of 1,000 kB" in said


def test_a_smaller_version_shows_the_figure_of_its_original(compressed, draw):
    one, other = (draw(compression.tradeoff, models=(name,)) for name in ("shipped", "shipped-int8"))
    assert texts(one) == texts(other)


def test_of_a_model_without_smaller_versions_there_is_none(own_model, draw):
    with pytest.raises(FigureError, match="No smaller versions of the model “mine” have been made yet"):
        draw(compression.tradeoff, models=("mine",))

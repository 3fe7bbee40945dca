"""The benchmark of many visitors."""

import asyncio
import json

import pytest

from benchmarks import load
from benchmarks.browser import running_app
from mnist_core.runs import aside
from ui.draw import canvas


def test_the_visitors_send_what_the_canvas_would_send():
    for sheet in load.drawings()[:20]:
        for count, sent in enumerate(sheet, 1):
            drawing = canvas.drawing_from(json.loads(sent))
            assert len(canvas.pen_strokes(drawing)) == count


@pytest.fixture
def measured(tmp_path, monkeypatch) -> load.Load:
    """Two who draw and one who watches while nothing is trained or looked for, for two seconds."""
    monkeypatch.setenv("MNIST_STUDIO_HOME", str(tmp_path))
    aside.output(["devices", "--json"])  # the GPUs are known
    with running_app(environment={"MNIST_STUDIO_HOME": str(tmp_path)}) as app:
        return asyncio.run(load.measure(app, 2, 1, period_s=0.2, seconds=2))


def test_a_stroke_is_answered_with_what_has_changed_and_a_watcher_is_told_news_only(measured):
    assert measured.errors == ()
    assert measured.strokes > 2
    assert measured.down_bytes_a_stroke < 24_000
    assert measured.messages_a_stroke <= 21
    assert measured.watched_bytes_a_second < 2_500

import os
from pathlib import Path

import numpy as np
import pytest

from mnist_core.drawing.strokes import Placement, StrokePack, StrokePackError, render, to_canvas
from tests.handwriting import DIGITS


@pytest.fixture
def pack_file(tmp_path: Path) -> Path:
    """Two digits: one of two strokes, one a dot."""
    path = tmp_path / "pack.npz"
    np.savez(
        path,
        points=np.array([[0, 0], [0, 1000], [500, 0], [500, 600], [0, 0]], np.int16),
        stroke_offsets=np.array([0, 2, 4, 5], np.int32),
        digit_offsets=np.array([0, 2, 3], np.int32),
        label=np.array([4, 1]),
        writer=np.array(["anna", "bo"]),
    )
    return path


def test_a_pack_gives_the_strokes_of_each_digit(pack_file):
    pack = StrokePack.load(pack_file)
    assert len(pack) == 2
    assert [stroke.tolist() for stroke in pack[0]] == [[[0, 0], [0, 1000]], [[500, 0], [500, 600]]]
    assert [stroke.tolist() for stroke in pack[1]] == [[[0, 0]]]
    assert list(pack.labels) == [4, 1]
    assert list(pack.writers) == ["anna", "bo"]


@pytest.mark.parametrize(
    "change",
    [
        {"digit_offsets": np.array([0, 2, 4], np.int32)},
        {"digit_offsets": np.array([0, 3, 3], np.int32)},
        {"digit_offsets": np.array([0, -9, 3], np.int32)},
        {"stroke_offsets": np.array([0, 4, 2, 5], np.int32)},
        {"stroke_offsets": np.array([0, 2, 5, 5], np.int32)},
        {"label": np.array([4])},
        {"stroke_offsets": np.array([0, 2, 4, 9], np.int32)},
        {"points": np.zeros((5, 3), np.int16)},
        {"digit_offsets": np.array(3, np.int32)},
    ],
)
def test_a_pack_whose_parts_do_not_fit_is_refused(pack_file, change):
    with np.load(pack_file) as pack:
        arrays = dict(pack)
    np.savez(pack_file, **arrays | change)
    with pytest.raises(StrokePackError, match="do not fit together"):
        StrokePack.load(pack_file)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"points": np.zeros((5, 2))}, "points should be of another type"),
        ({"writer": np.array([None, None])}, "writer in .* Python objects"),
        ({"points": np.zeros((2**25, 2), np.int16)}, "points in .* announces 134,217,728 bytes; more than"),
    ],
)
def test_a_pack_of_other_types_or_without_bounds_is_refused(pack_file, change, words):
    with np.load(pack_file) as pack:
        arrays = dict(pack)
    np.savez_compressed(pack_file, **arrays | change)
    with pytest.raises(StrokePackError, match=words):
        StrokePack.load(pack_file)


@pytest.mark.parametrize("path", ["/dev/zero", "folder", "pipe"])
def test_a_pack_that_is_no_file_is_refused(tmp_path, path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StrokePackError, match="It is a folder, a pipe or a device, not a file"):
        StrokePack.load(tmp_path / path)


def test_a_stroke_of_no_point_is_left_out(pack_file):
    with np.load(pack_file) as pack:
        arrays = dict(pack)
    np.savez(pack_file, **arrays | {"stroke_offsets": np.array([0, 4, 4, 5], np.int32)})
    assert [len(strokes) for strokes in StrokePack.load(pack_file)] == [1, 1]


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_what_is_no_pack_is_refused(tmp_path, content):
    path = tmp_path / "pack.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StrokePackError, match="cannot be read as a stroke pack"):
        StrokePack.load(path)


def test_a_dot_has_the_area_of_the_pen():
    ink = render([np.array([[50.0, 50.0]])], 100, pen_width_px=20)
    assert ink.sum() == pytest.approx(np.pi * 10**2, rel=0.05)
    assert ink[50, 50] == 1


def test_a_line_is_as_wide_as_the_pen_and_has_round_ends():
    ink = render([np.array([[20.0, 50.0], [80.0, 50.0]])], 100, pen_width_px=10)
    assert ink[:, 50].sum() == pytest.approx(10, abs=0.5)
    assert ink.sum() == pytest.approx(60 * 10 + np.pi * 5**2, rel=0.03)


def test_edges_are_as_grey_as_the_share_of_each_pixel_that_the_pen_covers():
    strokes = [stroke * 100 + 20 for stroke in DIGITS[3]]
    ink = render(strokes, 140, 9)
    enlarged = render([8 * stroke for stroke in strokes], 8 * 140, 8 * 9)
    covered = enlarged.reshape(140, 8, 140, 8).mean(axis=(1, 3))
    assert ((ink > 0) & (ink < 1)).sum() > 400
    assert np.abs(ink - covered).mean() < 0.004  # with black and white alone it would be 0.008


def test_a_placement_keeps_the_whole_digit_on_the_canvas():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        strokes = [stroke * 1000 for stroke in DIGITS[seed % 10]]
        strokes = [stroke - np.concatenate(strokes).min(axis=0) for stroke in strokes]
        scale = 1000 / np.ptp(np.concatenate(strokes), axis=0).max()
        strokes = [stroke * scale for stroke in strokes]
        placement = Placement.draw(rng, strokes)
        ink = render(placement.apply(strokes), placement.canvas_px, placement.pen_width_px)
        assert 12 <= placement.pen_width_px <= 24
        assert 0.40 * 280 <= placement.digit_px <= 0.85 * 280
        assert ink[0].sum() + ink[-1].sum() + ink[:, 0].sum() + ink[:, -1].sum() == 0


def test_a_canvas_picture_is_black_ink_on_nothing():
    rgba = to_canvas(np.array([[0, 0.5, 1]], np.float32))
    assert rgba.tolist() == [[[0, 0, 0, 0], [0, 0, 0, 128], [0, 0, 0, 255]]]

import io

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from scipy import ndimage

from mnist_core.drawing.framing import Ink
from mnist_core.drawing.image_files import read_picture
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import render
from tests.handwriting import drawn
from tests.photographs import Scene, photograph, written

WHITE, BLACK, YELLOW, BLUE = (255, 255, 255), (0, 0, 0), (255, 255, 0), (0, 0, 255)
ROUNDING = 2 / 255

colours = st.tuples(*[st.integers(0, 255)] * 3)


def canvas(ink: Ink, paper: tuple[int, int, int], pen: tuple[int, int, int], opacity: int = 255) -> np.ndarray:
    """The picture of a canvas that was filled before a pen drew on it: uint8 (H, W, 4)."""
    full, bare = np.array([*pen, 255]) / 255, np.array([*paper, opacity]) / 255
    bare[:3] *= bare[3]
    light = bare + ink[..., None] * (full - bare)
    light[..., :3] /= light[..., 3:]
    return np.round(255 * light).astype(np.uint8)


def transparent(ink: Ink, pen: tuple[int, int, int]) -> np.ndarray:
    """The picture of a canvas that was left transparent: uint8 (H, W, 4)."""
    rgba = np.empty((*ink.shape, 4), np.uint8)
    rgba[..., :3] = pen
    rgba[..., 3] = np.round(255 * ink)
    return rgba


def framed(rgba: np.ndarray, width_px: int, colour: tuple[int, int, int, int]) -> np.ndarray:
    height, width = rgba.shape[:2]
    picture = np.full((height + 2 * width_px, width + 2 * width_px, 4), colour, np.uint8)
    picture[width_px:-width_px, width_px:-width_px] = rgba
    return picture


def overlap(found: Ink, true: Ink) -> float:
    """Intersection over union of what is more than half ink."""
    inked, wanted = found > 0.5, true > 0.5
    return float((inked & wanted).sum() / (inked | wanted).sum())


def stray(found: Ink, true: Ink) -> int:
    """Counts pixels with ink farther than 8 px from where the pen has been."""
    return int(np.count_nonzero(found[ndimage.distance_transform_edt(true <= 0.5) > 8]))


@pytest.fixture(scope="module")
def three() -> Ink:
    return drawn(3)


@pytest.mark.parametrize("pen", [BLACK, WHITE, BLUE, (200, 30, 80)])
def test_on_a_transparent_canvas_ink_is_how_opaque_it_is(three, pen):
    np.testing.assert_allclose(ink_from_rgba(transparent(three, pen)), three, atol=1e-6)


@pytest.mark.parametrize(
    "rgba",
    [
        pytest.param(lambda ink: canvas(ink, WHITE, BLACK), id="black on white"),
        pytest.param(lambda ink: canvas(ink, BLACK, WHITE), id="white on black"),
        pytest.param(lambda ink: canvas(ink, YELLOW, BLUE), id="blue on yellow"),
        pytest.param(lambda ink: canvas(ink, WHITE, BLACK, opacity=128), id="half-transparent paper"),
        pytest.param(lambda ink: canvas(ink, (200, 30, 80), (0, 90, 0), opacity=60), id="glassy paper"),
        pytest.param(lambda ink: framed(canvas(ink, WHITE, BLACK), 1, (0, 0, 0, 255))[1:-1], id="a line on two sides"),
    ],
)
def test_the_same_drawing_gives_the_same_ink_on_any_canvas(three, rgba):
    ink = ink_from_rgba(rgba(three))
    margin = (ink.shape[1] - three.shape[1]) // 2
    np.testing.assert_allclose(ink[:, margin : margin + three.shape[1]], three, atol=ROUNDING)


@settings(max_examples=50, deadline=None)
@given(paper=colours, pen=colours)
def test_any_two_colours_that_differ_will_do(paper, pen):
    assume(np.linalg.norm(np.subtract(paper, pen)) >= 120)
    eight = drawn(8)
    np.testing.assert_allclose(ink_from_rgba(canvas(eight, paper, pen)), eight, atol=ROUNDING)


@pytest.mark.parametrize("paper", [BLACK, WHITE])
@pytest.mark.parametrize("digit", range(10))
def test_a_picture_as_mnist_has_them_is_its_own_ink(digit, paper):
    image = Image.fromarray(np.round(255 * drawn(digit)).astype(np.uint8)).resize((20, 20), Image.Resampling.BOX)
    levels = np.pad(np.asarray(image), 4)
    ink = levels / levels.max()
    grey = levels if paper == BLACK else 255 - levels
    rgba = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    np.testing.assert_allclose(ink_from_rgba(rgba), ink, atol=1 / levels.max() / 2)


@pytest.mark.parametrize(("paper", "pen"), [(WHITE, BLACK), (BLACK, WHITE)])
def test_a_scribble_over_most_of_a_canvas_is_the_ink(paper, pen):
    zigzag = np.array([(30, 30), (250, 40), (30, 110), (250, 140), (30, 200), (250, 250)], np.float64)
    scribble = render([zigzag], 280, 60)
    assert scribble.mean() > 0.7
    np.testing.assert_allclose(ink_from_rgba(canvas(scribble, paper, pen)), scribble, atol=ROUNDING)


def test_the_faintest_pen_reaches_full_ink(three):
    faint = transparent(three, BLACK)
    faint[..., 3] = np.round(three * 40)
    np.testing.assert_allclose(ink_from_rgba(faint), three, atol=0.5 / 40)


@pytest.mark.parametrize(
    "colour", [(0, 0, 0, 0), (255, 255, 255, 0), (255, 255, 255, 255), (9, 90, 9, 255), (9, 9, 9, 99)]
)
@pytest.mark.parametrize("shape", [(280, 280), (1, 1), (3, 700)])
def test_a_blank_canvas_has_no_ink(shape, colour):
    ink = ink_from_rgba(np.full((*shape, 4), colour, np.uint8))
    assert ink.shape == shape
    assert not ink.any()


@pytest.mark.parametrize("frame", [(0, 0, 0, 255), (128, 128, 128, 255), (0, 0, 0, 0), (255, 255, 255, 255)])
@pytest.mark.parametrize("width_px", [1, 20])
def test_a_frame_around_a_canvas_is_no_ink(three, width_px, frame):
    ink = ink_from_rgba(framed(canvas(three, WHITE, BLACK), width_px, frame))
    np.testing.assert_allclose(ink, np.pad(three, width_px), atol=ROUNDING)


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
@pytest.mark.parametrize(("paper", "pen"), [(WHITE, BLACK), (BLACK, WHITE), (YELLOW, BLUE)])
@pytest.mark.parametrize("pen_width_px", [6, 18, 70])
def test_what_a_lossy_file_adds_to_a_drawing_is_no_ink(pen_width_px, paper, pen, file_format):
    five = drawn(5, pen_width_px=pen_width_px)
    file = io.BytesIO()
    Image.fromarray(canvas(five, paper, pen)[..., :3]).save(file, file_format, quality=60)
    ink = ink_from_rgba(read_picture(file))
    assert overlap(ink, five) > 0.93
    assert stray(ink, five) == 0


SCENES = {
    "plain": Scene(),
    "warm lamp": Scene(paper=(246, 222, 178), gradient=0.6, vignette=0.3),
    "soft shadow": Scene(shadow=0.5, shadow_edge_px=60),
    "hard shadow": Scene(shadow=0.45, shadow_edge_px=6),
    "dim and noisy": Scene(light=0.25, noise=0.035, jpeg_quality=60),
    "overexposed": Scene(light=1.5, gradient=0.3),
    "out of focus": Scene(blur_px=2.5),
    "bad JPEG": Scene(jpeg_quality=25, noise=0.02),
    "pencil": Scene(ink=(120, 120, 125), grain=0.5),
    "faint pencil": Scene(ink=(165, 165, 168), grain=0.5, gradient=0.4),
    "blue pen": Scene(ink=(40, 60, 170)),
    "pink, no darker than its paper": Scene(paper=(170, 170, 170), ink=(240, 110, 160)),
    "orange on recycled paper": Scene(paper=(170, 165, 155), ink=(255, 150, 60)),
    "red pen": Scene(ink=(205, 40, 50)),
    "orange on yellow": Scene(paper=(250, 240, 160), ink=(250, 140, 40)),
    "recycled paper": Scene(paper=(170, 165, 155), ink=(60, 60, 60), gradient=0.4, shadow=0.3),
    "lined": Scene(rules="lines", tilt=2),
    "squared": Scene(rules="squares", tilt=-3, rule_distance_px=24),
    "dark squares": Scene(rules="squares", tilt=1, rule_colour=(120, 130, 150)),
    "pencil on lines": Scene(ink=(120, 120, 122), grain=0.4, rules="lines", rule_colour=(150, 172, 208), tilt=1.5),
    "table at the left": Scene(table=(95, 62, 38), table_sides="left", table_width=0.1),
    "table all around": Scene(table=(70, 50, 40), table_sides="left right top bottom", table_width=0.06),
    "pencil by a black table": Scene(
        ink=(150, 150, 152), table=(25, 22, 20), table_sides="left bottom", table_width=0.06
    ),
    "light table": Scene(table=(200, 190, 180), table_sides="left bottom", paper=(245, 245, 245), table_width=0.06),
    "all at once": Scene(table=(60, 45, 35), table_sides="right bottom", shadow=0.4, rules="lines", tilt=4),
    "blackboard": Scene(paper=(45, 60, 50), ink=(225, 228, 220), grain=0.4),
    "lined board": Scene(
        paper=(40, 45, 48), ink=(235, 235, 230), rules="lines", rule_colour=(80, 85, 88), gradient=0.5
    ),
    "a dark screen": Scene(paper=(18, 18, 20), ink=(240, 240, 240), noise=0.02),
}
scenes = pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES.keys())


@scenes
@pytest.mark.parametrize(("digit", "pen_width_px"), [(2, 7), (5, 40)], ids=["pen", "marker"])
def test_a_photograph_of_a_digit_becomes_the_ink_of_that_digit(scene, digit, pen_width_px):
    true = written(digit, pen_width_px=pen_width_px)
    ink = ink_from_rgba(photograph(true, scene, seed=digit))
    assert overlap(ink, true) > 0.8
    assert stray(ink, true) == 0
    assert ink.max() == 1


@scenes
def test_an_unused_sheet_has_no_ink(scene):
    assert not ink_from_rgba(photograph(np.zeros((480, 640), np.float32), scene)).any()


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_survives_a_photograph(digit):
    true = written(digit, (500, 400), height=0.7)
    ink = ink_from_rgba(photograph(true, Scene(shadow=0.3, gradient=0.4), seed=digit))
    assert overlap(ink, true) > 0.85


def test_the_edge_of_a_photographed_stroke_keeps_its_grey_levels(three):
    true = written(3, pen_width_px=30)
    ink = ink_from_rgba(photograph(true, Scene(blur_px=1.5)))
    grey = (ink > 0.05) & (ink < 0.95)
    outline = ndimage.binary_dilation(true > 0.5) ^ ndimage.binary_erosion(true > 0.5)
    assert grey[outline].mean() > 0.5
    assert not grey[ndimage.distance_transform_edt(true > 0.5) > 6].any()


def test_a_brighter_lamp_changes_nothing():
    true = written(6)
    dim, bright = (ink_from_rgba(photograph(true, Scene(light=light))) for light in (0.4, 0.9))
    assert overlap(dim, bright) > 0.97


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_does_not_matter_how_the_camera_was_held(orientation):
    upright = Image.fromarray(photograph(written(4, (240, 320)), Scene(gradient=0.5))).convert("RGB")
    # How a picture must be stored so that a viewer who heeds the tag sees it upright.
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored.save(file, "PNG", exif=exif)
    np.testing.assert_array_equal(ink_from_rgba(read_picture(file)), ink_from_rgba(np.asarray(upright.convert("RGBA"))))


def test_a_photograph_turned_by_a_quarter_gives_the_ink_turned_by_a_quarter():
    rgba = photograph(written(7), Scene(shadow=0.4, rules="lines"))
    assert overlap(ink_from_rgba(np.rot90(rgba)), np.rot90(ink_from_rgba(rgba))) > 0.97


@pytest.mark.parametrize("factor", [1 / 4, 4])
def test_small_and_large_photographs_give_ink_of_their_own_size(factor):
    true = written(9, pen_width_px=20)
    rgba = Image.fromarray(photograph(true, Scene(gradient=0.4)))
    size = round(rgba.width * factor), round(rgba.height * factor)
    ink = ink_from_rgba(np.asarray(rgba.resize(size, Image.Resampling.BOX)))
    assert ink.shape == size[::-1]
    assert overlap(ink, np.asarray(Image.fromarray(true).resize(size, Image.Resampling.BOX))) > 0.9


def test_all_digits_of_a_number_stay():
    shape = (300, 900)
    digits = [
        written(d, shape, pen_width_px=9, height=0.5, left=left)
        for d, left in zip((1, 5, 0, 7, 4), (0.12, 0.31, 0.5, 0.69, 0.88), strict=True)
    ]
    true = np.maximum.reduce(digits)
    ink = ink_from_rgba(photograph(true, Scene(rules="lines", tilt=1)))
    assert overlap(ink, true) > 0.85
    assert stray(ink, true) == 0


def test_tall_strokes_side_by_side_are_no_rules():
    ones = [written(1, (300, 500), pen_width_px=6, height=0.85, left=left) for left in (0.2, 0.4, 0.6, 0.8)]
    true = np.maximum.reduce(ones)
    assert overlap(ink_from_rgba(photograph(true, Scene())), true) > 0.85


def test_a_digit_may_touch_the_rim_of_a_photograph():
    true = written(5, pen_width_px=20)[:386]
    assert true[-1].any()
    assert overlap(ink_from_rgba(photograph(true, Scene())), true) > 0.85


@pytest.mark.parametrize("digit", [2, 4, 8])
def test_a_small_sheet_on_a_dark_table_is_paper_and_not_ink(digit):
    true = written(digit, pen_width_px=7, height=0.3)
    table = Scene(table=(70, 50, 40), table_sides="left right top bottom", table_width=0.13, ink=(120, 120, 122))
    ink = ink_from_rgba(photograph(true, table, seed=digit))
    assert overlap(ink, true) > 0.85
    assert stray(ink, true) == 0


def test_a_photograph_pasted_on_a_page_is_read_as_a_photograph():
    true = written(8)
    ink = ink_from_rgba(framed(photograph(true, Scene(gradient=0.4)), 40, (255, 255, 255, 255)))
    assert overlap(ink, np.pad(true, 40)) > 0.85
    assert stray(ink, np.pad(true, 40)) == 0


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60), st.just(4))),
    st.sampled_from([1, 4, 9]),
)
def test_any_picture_gives_ink_between_0_and_1_and_stays_as_it_is(rgba, scale):
    rgba = np.repeat(np.repeat(rgba, scale, axis=0), scale, axis=1)
    before = rgba.copy()
    ink = ink_from_rgba(rgba)
    assert ink.dtype == np.float32
    assert ink.shape == rgba.shape[:2]
    assert 0 <= ink.min() <= ink.max() <= 1
    np.testing.assert_array_equal(rgba, before)


@pytest.mark.parametrize("shape", [(3000, 12), (12, 3000), (17, 900), (400, 30)])
def test_a_strip_of_noise_has_no_ink(shape):
    rng = np.random.default_rng(0)
    rgba = np.dstack([rng.integers(0, 256, (*shape, 3), np.uint8), np.full(shape, 255, np.uint8)])
    assert not ink_from_rgba(rgba).any()


def test_how_the_array_lies_in_memory_does_not_matter(three):
    rgba = canvas(three, WHITE, BLACK)
    np.testing.assert_array_equal(ink_from_rgba(rgba[::-1, ::-1]), ink_from_rgba(rgba)[::-1, ::-1])
    np.testing.assert_array_equal(ink_from_rgba(np.asfortranarray(rgba)), ink_from_rgba(rgba))


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((28, 28, 3), np.uint8),
        np.zeros((28, 28, 4)),
        np.zeros((0, 28, 4), np.uint8),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(wrong):
    with pytest.raises(ValueError, match=r"rgba must be uint8 \(H, W, 4\)"):
        ink_from_rgba(wrong)

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from mnist_core.export.figures import catalogue
from mnist_core.export.figures.styles import PALETTES, Style
from mnist_core.export.figures.subjects import FigureError, Subject
from mnist_core.models import model_folder, registry

GALLERY = Path(__file__).parents[3] / "docs" / "gallery.md"
DRAWABLE = [name for name in catalogue.FIGURES if name not in ("kfold", "compression")]
"""What can be drawn in an empty home."""
OF_TEST_IMAGES = ("predictions", "mistakes", "robustness")
"""What shows images on which the shipped model was tested."""


@pytest.mark.parametrize("name", DRAWABLE)
def test_every_figure_is_a_picture_that_other_programs_open(name, small_mnist_path, monkeypatch):
    if name not in OF_TEST_IMAGES:
        monkeypatch.setenv("MNIST_PATH", str(small_mnist_path))
    png = Image.open(io.BytesIO(catalogue.picture(name, Subject())))
    grey = np.asarray(png.convert("L"), np.int16)
    assert (np.abs(grey[:, -3:] - grey[0, 0]) < 3).all()  # nothing, a caption least of all, leaves the sheet

    svg = ElementTree.fromstring(catalogue.picture(name, Subject(), format="svg"))
    words = " ".join("".join(text.itertext()) for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    (page,) = pypdfium2.PdfDocument(catalogue.picture(name, Subject(), format="pdf"))
    assert page.get_width() / page.get_height() == pytest.approx(png.width / png.height, rel=0.01)
    written = page.get_textpage().get_text_bounded().split()
    assert set(words.split()) <= set(written) | {"×"} or len(set(words.split()) & set(written)) > 5


@pytest.mark.parametrize("style", Style)
def test_a_style_has_its_own_background(style):
    picture = Image.open(io.BytesIO(catalogue.picture("counts", Subject(), style))).convert("RGB")

    expected = tuple(bytes.fromhex(PALETTES[style].background[1:]))
    assert picture.getpixel((2, picture.height // 2)) == expected


@pytest.mark.parametrize("format_", catalogue.FORMATS)
def test_the_same_figure_is_the_same_file(format_):
    first, again = (catalogue.picture("digits", Subject(), format=format_) for _ in range(2))
    assert first == again


def test_a_character_that_no_font_has_is_told_in_a_sentence(own_model, monkeypatch):
    monkeypatch.setattr("mnist_core.export.figures.sheet.FONTS", ("DejaVu Sans",))
    own_model.rename(registry.folder_of("手写"))
    card = (registry.folder_of("手写") / model_folder.CARD).read_text().replace('"mine"', '"手写"')
    (registry.folder_of("手写") / model_folder.CARD).write_text(card)

    with pytest.raises(FigureError, match="fonts-noto-cjk"):
        catalogue.picture("confusion", Subject(models=("手写",)))
    assert "手写" in catalogue.picture("confusion", Subject(models=("手写",)), format="svg").decode()  # text stays text


def test_an_unknown_figure_is_refused_with_the_names_of_all():
    with pytest.raises(FigureError, match="no figure “pie”; there is: digits, digits-row"):
        catalogue.picture("pie", Subject())


def test_the_gallery_shows_every_figure():
    shown = re.findall(r"!\[[^\]]+\]\(gallery/([\w-]+)\.png\)", GALLERY.read_text(encoding="utf-8"))
    assert shown == list(catalogue.FIGURES)
    assert {path.stem for path in (GALLERY.parent / "gallery").glob("*.png")} == set(catalogue.FIGURES)


def test_a_bare_figure_leaves_title_and_caption_to_the_text_around_it():
    palette = PALETTES[Style.LIGHT]
    made = catalogue.bare("curves", Subject(models=("shipped",)), palette, 7.5)
    root = ElementTree.fromstring(made.content)
    assert made.title == "Learning curves"
    assert made.caption == "Model “shipped”: recipe default, 442,412 parameters."
    assert "Accuracy over the epochs" in "".join(root.itertext())
    assert "Learning curves" not in "".join(root.itertext())
    assert root.get("width") == "540pt"


def test_a_bare_figure_that_is_narrow_enough_or_may_be_wide_stays_as_wide_as_it_is():
    palette = PALETTES[Style.LIGHT]
    for name, width_in, width in (("calibration", 7.5, "432pt"), ("curves", None, "864pt")):
        made = catalogue.bare(name, Subject(models=("shipped",)), palette, width_in)
        assert ElementTree.fromstring(made.content).get("width") == width

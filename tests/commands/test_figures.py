import json
import sys
from io import BytesIO, TextIOWrapper
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from mnist_core.commands import main
from mnist_core.drawing.strokes import Writing
from mnist_core.drawing.writings import packed
from mnist_core.export.figures import catalogue
from mnist_core.export.figures.catalogue import FIGURES
from mnist_core.export.figures.subjects import Subject
from tests.handwriting import drawn


def test_the_list_names_every_figure_with_its_options(capsys):
    assert main(["figure", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed) == list(FIGURES)
    assert listed["augmentation"]["options"][:2] == ["--split", "--index"]


@pytest.mark.parametrize("format_", ["png", "svg", "pdf"])
def test_the_ending_of_the_file_says_the_format(tmp_path, capsys, format_):
    path = tmp_path / "new folder" / f"digits.{format_}"
    assert main(["figure", "digits", "--split", "test", "--digit", "7", "--output", str(path)]) == 0
    assert path.read_bytes()[:4] == {"png": b"\x89PNG", "svg": b"<?xm", "pdf": b"%PDF"}[format_]
    assert f"Written to {path}." in capsys.readouterr().out


def test_standard_output_takes_a_picture(capfdbinary):
    assert main(["figure", "counts", "--output", "-", "--format", "svg"]) == 0
    assert ElementTree.fromstring(capfdbinary.readouterr().out).tag.endswith("svg")


def test_a_drawing_comes_from_a_picture(tmp_path):
    path, output = tmp_path / "drawing.png", tmp_path / "steps.svg"
    Image.fromarray(np.rint(255 - 255 * drawn(3)).astype(np.uint8)).save(path)
    assert main(["figure", "drawing", "--drawing", str(path), "--output", str(output)]) == 0
    assert "Read as 3" in output.read_text(encoding="utf-8")


@pytest.mark.parametrize(("content", "exit_code"), [(packed(Writing(drawn(3))), 0), (b"a text", 1)])
def test_a_drawing_comes_with_its_strokes_from_standard_input(tmp_path, monkeypatch, capsys, content, exit_code):
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))
    output = tmp_path / "steps.svg"
    assert main(["figure", "drawing", "--drawing", "-", "--output", str(output)]) == exit_code
    assert output.exists() == (exit_code == 0)
    assert ("no writing" in capsys.readouterr().err) == (exit_code == 1)


EMPTY = {"kfold", "compression"}
"""What cannot be drawn in an empty home."""


def test_all_figures_are_written_and_what_cannot_be_drawn_is_told(tmp_path, monkeypatch, capsys):
    draw = catalogue.picture

    def drawn(name, subject, style, format_):
        """Draws what fails; tests of the catalogue draw everything else of this subject."""
        assert subject == Subject()
        return draw(name, subject, style, format_) if name in EMPTY else f"{name}, {style}".encode()

    monkeypatch.setattr(catalogue, "picture", drawn)
    assert main(["figure", "all", "--output", str(tmp_path), "--format", "svg", "--json"]) == 0
    said = capsys.readouterr()
    assert {path.stem for path in tmp_path.glob("*.svg")} == set(FIGURES) - EMPTY
    assert "kfold: No recipe has been validated by K folds yet" in said.err
    assert "compression: No smaller versions of the model “shipped” have been made yet" in said.err
    assert len(json.loads(said.out)["written"]) == len(FIGURES) - len(EMPTY)
    assert (tmp_path / "digits.svg").read_text() == "digits, light"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Name a figure and, by --output, a file for it"),
        (["digits"], "Name a figure and, by --output, a file for it"),
        (["pie", "--output", "pie.png"], "There is no figure “pie”"),
        (["digits", "--output", "digits.gif"], "should end in .png, .svg or .pdf, but is digits.gif"),
        (["confusion", "--model", "nobody", "--output", "x.png"], "no model “nobody”"),
        (["digits", "--index", "70000", "--output", "x.png"], "but no image 70000"),
        (["augmentation", "--zoom", "2", "--output", "x.png"], "zoom must be below 1"),
        (["digits", "--output", "/proc/x.png"], "/proc/x.png cannot be written"),
        (["drawing", "--drawing", "missing.png", "--output", "x.png"], "missing.png"),
        (["kfold", "--kfold", "20200101-000000-none", "--output", "x.png"], "There is no run"),
    ],
)
def test_what_cannot_be_drawn_is_told_in_a_sentence(arguments, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["figure", *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.glob("x.*"))

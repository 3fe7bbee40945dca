"""Puts a report together: sections, a table of contents, a style for screens and for A4, in one HTML file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from markupsafe import Markup

from mnist_core import formatting
from mnist_core.export.report import evaluating, making
from mnist_core.export.report.parts import Section
from mnist_core.export.report.pictures import Pictures
from mnist_core.export.report.subject import Reported, reported

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # Matplotlib styles every line by itself
SOURCES = (
    "MNIST: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits (1998), under CC BY-SA "
    "3.0. Made by MNIST Studio, whose program is under the Apache License 2.0."
)


@dataclass(frozen=True)
class Kind:
    """A kind of section."""

    key: str
    """Its name in addresses."""
    title: str
    parts: Callable[[Sequence[Reported], Pictures], Iterator[Markup]]
    title_of_two: str = ""
    """Where two models are reported on and the title is another."""


COMPARED = Kind("compared", "Which is better", evaluating.compared)
KINDS = (
    Kind("glance", "At a glance", evaluating.headline),
    COMPARED,
    Kind("made", "How it was made", making.made, "How they were made"),
    Kind("learning", "Learning curves", making.learned),
    Kind("evaluation", "Evaluation", evaluating.evaluated),
    Kind("mistakes", "Mistakes", evaluating.mistaken),
    Kind("pen-drawn", "Pen-drawn digits", evaluating.drew),
    Kind("examples", "Examples", evaluating.examples),
    Kind("versions", "Versions", making.versions),
    Kind("again", "How to make it again", making.made_again, "How to make them again"),
)


def html(names: Sequence[str], now: datetime) -> str:
    """Writes the report of one model, or of two side by side.

    Args:
        names: of the models.
        now: when it is written.

    Raises:
        NoPair: two models were measured on different test images.
        ModelError: a model is missing or damaged.
    """
    models = reported(names)
    title = " and ".join(one.name for one in models)
    pictures = Pictures()
    sections = [section(kind, models, pictures) for kind in KINDS if len(models) == 2 or kind is not COMPARED]
    contents = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(made.key, made.title) for made in sections
    )
    return Markup(_asset("report.html")).format(
        policy=POLICY,
        style=Markup(_asset("report.css")),
        title=title,
        words="a network that reads handwritten digits" if len(models) == 1 else "two networks, side by side",
        date=formatting.day(now),
        contents=contents,
        sections=Markup("").join(made.html for made in sections),
        sources=SOURCES,
    )


def section(kind: Kind, models: Sequence[Reported], pictures: Pictures) -> Section:
    """Makes a section of a report."""
    title = kind.title if len(models) == 1 else kind.title_of_two or kind.title
    return Section(kind.key, title, list(kind.parts(models, pictures)))


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")

"""Matplotlib's figures inside of a report: SVG that several can stand in one HTML file, without a link to anywhere."""

import re
from dataclasses import replace
from itertools import count
from xml.etree import ElementTree

from markupsafe import Markup

from mnist_core.export.figures import catalogue
from mnist_core.export.figures.styles import PALETTES, Style
from mnist_core.export.figures.subjects import Subject
from mnist_core.export.report.parts import figure

PAPER = replace(PALETTES[Style.LIGHT], background="#ffffff")
"""The light style on white paper."""
TEXT_IN = 7.5  # the width of a text: of an A4 page between its margins, with letters slightly smaller than its own
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
LOOK = "stroke-linejoin: round; stroke-linecap: butt"  # what Matplotlib's own style sheet says, for all of a page
FONT = re.compile(r"(font-family: [^;]+)")


class Pictures:
    """Makes the figures of one report, whose ids differ."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def drawn(self, name: str, subject: Subject, *, kind: str = "", scales: bool = False) -> Markup:
        """Draws a figure with its title and caption.

        Args:
            name: one of `mnist_core.export.figures.catalogue.FIGURES`.
            subject: what it shows.
            kind: its class in the style sheet.
            scales: whether a wide one becomes smaller as a whole, where its letters would not fit otherwise.

        Raises:
            StudioError: it cannot be drawn.
        """
        made = catalogue.bare(name, subject, PAPER, None if scales else TEXT_IN)
        svg = inline(made.content, f"f{next(self._numbers)}-", made.title)
        return figure(svg, made.title, made.caption, kind)


def inline(content: bytes, prefix: str, label: str) -> Markup:
    """Makes an SVG file a part of an HTML file.

    Args:
        content: the file, as Matplotlib writes it.
        prefix: what its ids begin with from now on.
        label: what it shows, for those who cannot see it.
    """
    root = ElementTree.fromstring(content)
    width, height = (float(root.attrib.pop(side).removesuffix("pt")) for side in ("width", "height"))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        named = {name.removeprefix(XLINK): value for name, value in element.attrib.items()}
        element.attrib = {name: _own(name, value, prefix) for name, value in named.items()}
        if "id" in element.attrib:
            element.set("id", prefix + element.attrib["id"])
    root.attrib |= {"role": "img", "aria-label": label, "style": f"{LOOK}; max-width: {width / 72:.2f}in"}
    root.attrib |= {"width": f"{width:g}pt", "height": f"{height:g}pt"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _own(name: str, value: str, prefix: str) -> str:
    """Returns an attribute's value with references to ids under their new names, and a font that every browser has."""
    if name == "href" and value.startswith("#"):
        return f"#{prefix}{value[1:]}"
    return FONT.sub(r"\1, sans-serif", value.replace("url(#", f"url(#{prefix}"))

"""Reports, opened by an HTML parser."""

from datetime import datetime
from html.parser import HTMLParser
from typing import NamedTuple

import pytest

from mnist_core.export.report import document
from mnist_core.export.report.pictures import Pictures
from mnist_core.export.report.subject import reported

NOW = datetime(2026, 11, 28, 12, 0)
VOID = {"meta", "link", "img", "br", "input", "hr"}


class Element(NamedTuple):
    """An element with its attributes, and all text inside of it."""

    tag: str
    attributes: dict[str, str]
    pieces: list[str]

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


class Opened(HTMLParser):
    """A report, opened: its elements in their order, which are all closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attributes}, [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attributes}, []))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    @property
    def text(self) -> str:
        """All text."""
        return self.elements[0].text

    def all(self, tag: str) -> list[Element]:
        """Returns all elements of a tag."""
        return [element for element in self.elements if element.tag == tag]

    def section(self, key: str) -> str:
        """Returns the text of a section."""
        (section,) = [element for element in self.all("section") if element.attributes["id"] == key]
        return section.text


def opened(*names: str) -> Opened:
    """Writes the report of models, and opens it."""
    return Opened(document.html(names, NOW))


def section_of(key: str, *names: str) -> Opened:
    """Makes one section of a report, and opens it."""
    (kind,) = [kind for kind in document.KINDS if kind.key == key]
    return Opened(document.section(kind, reported(names), Pictures()).html)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The report of the shipped model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        return opened("shipped")

"""The parts of a report, each as HTML that is escaped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mnist_core.errors import StudioError
from mnist_core.export.tables import Column, table_html


@dataclass(frozen=True)
class Section:
    """A section of a report."""

    key: str
    """Its name in addresses."""
    title: str
    parts: Sequence[Markup]

    @property
    def html(self) -> Markup:
        return Markup('<section id="{}" class="{}"><h2>{}</h2>{}</section>').format(
            self.key, self.key, self.title, Markup("").join(self.parts)
        )


def told(*parts: Callable[[], Markup]) -> Iterator[Markup]:
    """Makes parts, and in place of one that cannot be made says why, once for all that cannot for the same reason."""
    said = set()
    for part in parts:
        try:
            yield part()
        except StudioError as error:
            if str(error) not in said:
                yield missing(str(error))
            said.add(str(error))


def missing(sentence: str) -> Markup:
    """Says what is not there."""
    return Markup('<p class="missing">{}</p>').format(sentence)


def paragraph(words: object, kind: str = "") -> Markup:
    """Writes a paragraph."""
    return Markup('<p class="{}">{}</p>').format(kind, words) if kind else Markup("<p>{}</p>").format(words)


def heading(words: str) -> Markup:
    """Writes the heading of a part of a section."""
    return Markup("<h3>{}</h3>").format(words)


def listed(facts: Mapping[str, object], kind: str = "") -> Markup:
    """Lists facts under their names."""
    pairs = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, str(fact)) for name, fact in facts.items()
    )
    return Markup('<dl class="facts {}">{}</dl>').format(kind, pairs)


def table(columns: Sequence[Column | str], rows: Sequence[Sequence[object]], caption: str) -> Markup:
    """Lays out a table with a caption, all columns but the first for numbers unless they say otherwise."""
    first, *others = columns
    kinds = [column if isinstance(column, Column) else Column(column, number=True) for column in others]
    return Markup('<div class="table">{}</div>').format(table_html([first, *kinds], rows, caption=caption))


def figure(content: Markup, title: str, caption: str, kind: str = "") -> Markup:
    """Puts a title and a caption below a picture."""
    return Markup(
        '<figure class="{}"><div class="drawn">{}</div><figcaption><strong>{}</strong> {}</figcaption></figure>'
    ).format(kind or "chart", content, title if title.endswith("?") else f"{title}.", caption)

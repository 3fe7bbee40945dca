"""Holds code in sections with a heading and words, as a script and a notebook both are."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS = 88  # of a line, as Black has them


@dataclass(frozen=True)
class Section:
    """A step of a script: a cell of code under a heading in a notebook."""

    heading: str
    words: str
    """Paragraphs and lists, as Markdown has them; a script wraps them."""
    code: str = ""
    """Python, without the line break at its end."""


def to_script(sections: Sequence[Section]) -> str:
    """Writes sections as a Python script.

    Args:
        sections: the first, without code, is about the whole and becomes the docstring; each other becomes a cell, as
            editors know them by `# %%`.
    """
    whole, *steps = sections
    docstring = _wrapped(f'"""{whole.heading}.\n\n{whole.words}\n"""', COLUMNS)
    cells = [f"# %% {step.heading}\n{_comment(step.words)}\n{step.code}" for step in steps]
    return docstring + "\n\n" + "\n\n\n".join(cells) + "\n"


def _comment(words: str) -> str:
    return textwrap.indent(_wrapped(words, COLUMNS - len("# ")), "# ")


def _wrapped(text: str, columns: int) -> str:
    """Wraps paragraphs and the items of lists, whose further lines stand under their words."""
    return "\n".join(
        textwrap.fill(line, columns, subsequent_indent="  " if line.startswith("- ") else "", break_long_words=False)
        for line in text.split("\n")
    )

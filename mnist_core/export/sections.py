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
    """Paragraphs and lists, which a script wraps."""
    code: str = ""
    """Python."""


def to_script(sections: Sequence[Section]) -> str:
    """Writes sections as a Python script.

    Args:
        sections: the first, without code, is about the whole and becomes the docstring; each other becomes a cell, as
            editors know them by `# %%`.
    """
    whole, *steps = sections
    docstring = wrapped(f'"""{whole.heading}.\n\n{whole.words}\n"""')
    cells = [f"# %% {step.heading}\n{_comment(step.words)}\n{step.code}" for step in steps]
    return docstring + "\n\n" + "\n\n\n".join(cells) + "\n"


def wrapped(text: str, columns: int = COLUMNS) -> str:
    """Wraps paragraphs; a line that begins with a dash is one of its own, with its next lines under its words."""
    return "\n".join(
        textwrap.fill(line, columns, subsequent_indent="  " if line.startswith("- ") else "", break_long_words=False)
        for line in text.split("\n")
    )


def _comment(words: str) -> str:
    return textwrap.indent(wrapped(words, COLUMNS - 2), "# ", lambda line: True).replace("# \n", "#\n")

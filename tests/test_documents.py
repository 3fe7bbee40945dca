"""What the documents name is there, and what they say twice is the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")))

every_page = pytest.mark.parametrize("page", PAGES)


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@every_page
def test_the_files_that_a_page_speaks_of_are_there(page):
    for path in re.findall(r"`((?:\w+/)+\w+\.(?:py|toml|txt))`", read(page)):
        # A page may leave the library's name out, where it speaks of the library alone.
        assert (ROOT / path).exists() or (ROOT / "mnist_core" / path).exists(), path


@every_page
def test_the_modules_that_a_page_runs_are_there(page):
    for module in re.findall(r"python -m ([\w.]+)", read(page)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@every_page
def test_the_links_between_pages_lead_somewhere(page):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", read(page)):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}


def figures(page: str) -> Iterator[tuple[str, str]]:
    """Reads the figures of a page's tables, each with its command."""
    command = ""
    for cells, said in re.findall(r"^\|.+?\| (.+) \| (`python -m [^|]+`|the same[^|]*) \|$", read(page), re.MULTILINE):
        command = re.findall(r"`(.+?)`", said)[0] if said.startswith("`") else command
        yield from ((figure.strip(), command) for figure in cells.split(","))


def test_the_readmes_figures_are_those_of_the_measurements():
    chosen = list(figures("README.md"))
    assert len(chosen) == 5
    assert set(chosen) <= set(figures("docs/measurements.md"))

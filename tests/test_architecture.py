"""docs/architecture.md names the rooms and modules that there are."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def modules() -> set[str]:
    """Returns all modules, scripts and style sheets; a package's docstring stands for itself."""
    folders = [ROOT / folder for folder in ("mnist_core", "ui", "pages", "benchmarks")]
    files = [file for folder in folders for kind in ("py", "js", "css") for file in folder.rglob(f"*.{kind}")]
    return {file.relative_to(ROOT).as_posix() for file in [*files, ROOT / "app.py"] if file.name != "__init__.py"}


def lines() -> dict[str, str]:
    """Reads the module tables: what is said of each module, by its path."""
    found = {}
    for part in PAGE.partition("## Every module")[2].split("\n### ")[1:]:
        folder = re.findall(r"`([\w/]+/)`", part.splitlines()[0])[0]
        for name, line in re.findall(r"^\| `([\w.]+)` \| (.+) \|$", part, re.MULTILINE):
            path = name if name == "app.py" else folder + name
            assert path not in found, f"{path} has two lines"
            found[path] = line
    return found


def test_every_module_has_a_line_in_the_map_and_every_line_a_module():
    assert lines().keys() == modules()


def test_the_map_lists_the_rooms_in_the_order_that_import_linter_holds():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (library,) = [contract for contract in contracts if contract.get("containers") == ["mnist_core"]]
    held = [room for layer in reversed(library["layers"]) for room in layer.split(" | ")]
    table = PAGE.partition("## The order of the rooms")[2].partition("\n\nMost of it")[0]
    listed = [room for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for room in re.findall(r"`(\w+)`", row)]
    assert listed == held

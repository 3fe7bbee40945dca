"""The package, its requirements and the lock file fit together."""

import ast
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distribution, packages_distributions
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mnist_core import settings
from mnist_core.models import registry

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(name: str) -> dict[str, Requirement]:
    """Reads the lines of a requirements file that name packages, by package."""
    lines = [line.partition("  #")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(one.name): one for one in found}


def optional() -> dict[str, Requirement]:
    """Reads the packages that the library can do without."""
    lines = [line for group in PROJECT["optional-dependencies"].values() for line in group]
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def imported(*paths: str) -> set[str]:
    """Returns the packages, not of Python itself nor our own, that source files import."""
    roots = [ROOT / path for path in paths]
    sources = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py"))]
    packages = packages_distributions()
    modules = {module for source in sources for module in _modules(ast.parse(source.read_text(encoding="utf-8")))}
    others = modules - sys.stdlib_module_names - {"mnist_core", "ui", "pages", "app", "benchmarks", "tests"}
    return {canonicalize_name(packages[module][0]) for module in others}


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel that `pip install .` installs."""
    folder = tmp_path_factory.mktemp("wheel")
    path = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_wheel_holds_the_whole_library_and_its_data_and_nothing_else(wheel):
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "mnist_core").rglob("*") if path.is_file()}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == {name for name in files if "__pycache__" not in name}
    needed = [settings.PEN_DIGITS, registry.SHIPPED / "model.tflite", *settings.MNIST.glob("*.gz")]
    assert len(needed) == 6
    assert packed.issuperset(path.relative_to(ROOT).as_posix() for path in needed)


def test_installing_gives_the_command(wheel):
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    found = re.search(r"^mnist-studio = (.+)$", wheel.read(entry_points).decode(), re.MULTILINE)
    command = EntryPoint("mnist-studio", found[1], "console_scripts").load()
    with pytest.raises(SystemExit) as ended:
        command(["--help"])
    assert ended.value.code == 0


def test_the_library_depends_on_what_it_imports_in_the_versions_of_the_app():
    listed = requirements("requirements.txt")
    declared = {canonicalize_name(one.name): one for one in map(Requirement, PROJECT["dependencies"])}
    by_name = {"psycopg"}  # which SQLAlchemy imports where an address asks for it
    assert declared == {name: listed[name] for name in (imported("mnist_core") | by_name) - optional().keys()}


def test_what_is_optional_is_tested_in_the_same_versions():
    tested = requirements("requirements-dev.txt")
    assert {name: tested[name] for name in optional()} == optional()


def test_the_requirements_name_all_that_is_imported():
    listed = requirements("requirements.txt")
    assert imported("mnist_core", "ui", "pages", "app.py") <= listed.keys() | optional().keys()
    assert imported("tests", "benchmarks") <= listed.keys() | requirements("requirements-dev.txt").keys()


def locked() -> dict[str, str]:
    """Reads the one version of each package in the lock file."""
    return {name: str(one.specifier).removeprefix("==") for name, one in requirements("requirements.lock").items()}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_pins_a_version_of_each_requirement_that_its_range_allows(name):
    pins = locked()
    missed = [str(one) for package, one in requirements(name).items() if pins.get(package) not in one.specifier]
    assert not missed, f"Not pinned in their range: {missed}. `make lock` pins them anew."


def test_the_lock_pins_everything_that_the_requirements_bring_along():
    pins, seen = locked(), set()
    waiting = [*requirements("requirements.txt").values(), *requirements("requirements-dev.txt").values()]
    while waiting:
        one = waiting.pop()
        package = canonicalize_name(one.name)
        if package in seen or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        seen.add(package)
        waiting += [Requirement(line) for line in distribution(package).requires or ()]
    assert seen <= pins.keys(), f"Not pinned: {seen - pins.keys()}. `make lock` pins them."


def test_the_lock_names_no_place_that_packages_come_from():
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_the_changelog_begins_with_the_version_that_the_package_has():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[?([\d.]+)\]? - \d{4}-\d{2}-\d{2}$", changelog, re.MULTILINE)[0] == PROJECT["version"]

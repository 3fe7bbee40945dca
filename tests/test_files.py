import json
import os
from pathlib import Path

import pytest

from mnist_core import files


@pytest.fixture
def disk(tmp_path, monkeypatch) -> list[str]:
    """What is flushed and renamed in a test's folder, in order: "flush NAME" and "name NAME"."""
    events: list[str] = []
    real = {name: getattr(os, name) for name in ("fsync", "replace", "rename")}

    def fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        (place,) = [p for p in (tmp_path, *tmp_path.rglob("*")) if p.stat().st_ino == status.st_ino]
        events.append(f"flush {'new' if place.name.startswith(files.TEMPORARY) else place.name}")
        real["fsync"](descriptor)

    def renaming(name: str):
        def rename(source: Path, target: Path) -> None:
            real[name](source, target)
            events.append(f"name {Path(target).name}")

        return rename

    monkeypatch.setattr(os, "fsync", fsync)
    for name in ("replace", "rename"):
        monkeypatch.setattr(os, name, renaming(name))
    return events


def test_a_file_is_on_the_disk_before_it_takes_its_name_and_the_name_is_flushed_after(tmp_path, disk):
    files.write(tmp_path / "active", b"mine\n")
    assert disk == ["flush new", "name active", f"flush {tmp_path.name}"]
    assert (tmp_path / "active").read_bytes() == b"mine\n"


def test_all_files_of_a_folder_are_on_the_disk_before_it_takes_its_name(tmp_path, disk):
    with files.filling(tmp_path / "model") as temporary:
        (temporary / "card").write_bytes(b"a")
        (temporary / "curves").mkdir()
        (temporary / "curves" / "loss").write_bytes(b"b")
    assert sorted(disk[:3]) == ["flush card", "flush curves", "flush loss"]
    assert disk[3:] == ["flush new", "name model", f"flush {tmp_path.name}"]


def test_a_moved_folder_is_flushed_where_it_was_and_where_it_is(tmp_path, disk):
    (tmp_path / "from" / "model").mkdir(parents=True)
    (tmp_path / "to").mkdir()
    files.move(tmp_path / "from" / "model", tmp_path / "to" / "model")
    assert disk[0] == "name model"
    assert sorted(disk[1:]) == ["flush from", "flush to"]


def test_a_file_that_the_disk_does_not_take_leaves_the_one_before(tmp_path, monkeypatch):
    files.write(tmp_path / "file", b"old")
    monkeypatch.setattr(os, "fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        files.write(tmp_path / "file", b"new")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]


def test_a_file_that_shall_not_be_replaced_stays(tmp_path):
    files.write(tmp_path / "file", b"old", replace=False)
    with pytest.raises(FileExistsError):
        files.write(tmp_path / "file", b"new", replace=False)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("file", b"old")]


def test_a_list_of_numbers_stands_in_one_line_of_json(tmp_path):
    content = {"rows": [[1, 2.5], [-3, None]], "words": ["[\n1\n]", "a"], "nested": [{"empty": []}], "of": {"one": [7]}}
    files.write_json(tmp_path / "file.json", content)
    written = (tmp_path / "file.json").read_text(encoding="utf-8")

    assert json.loads(written) == files.read_json(tmp_path / "file.json") == content
    assert "  [1, 2.5],\n  [-3, null]\n" in written


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * (files.MOST_BYTES + 1)])
def test_what_is_no_json_or_far_too_much_is_one_kind_of_error(tmp_path, content):
    (tmp_path / "file.json").write_bytes(content)
    with pytest.raises(ValueError, match=r".."):
        files.read_json(tmp_path / "file.json")

"""Drawings go out and come back as they were; whatever else comes is refused with a sentence, and changes nothing."""

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing.framing import to_model_input
from mnist_core.drawing.strokes import StrokePack
from mnist_core.errors import StudioError
from mnist_core.kept import archives, database, drawings, encoding, hands, packs
from mnist_core.kept.archives import ArchiveError
from mnist_core.kept.drawings import ANY, KeepingError
from mnist_core.kept.packs import PackError
from mnist_core.synthesis.non_digits import NONE, NUMBER
from tests.kept.test_drawings import ANNA, BO, digit

PICTURE = digit(3).ink
STROKES = digit(3).strokes


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the database in the home."""
    yield
    database.close()


def archive(table: str | bytes = "file,label\na.png,3\n", compression=zipfile.ZIP_DEFLATED, **members) -> io.BytesIO:
    """Makes a zip file with a table and other members; "__" in their names stands for a full stop."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as made:
        if table:
            made.writestr("drawings.csv", table)
        for name, member in ({"a__png": PICTURE} | members).items():
            made.writestr(name.replace("__", "."), member)
    content.seek(0)
    return content


def exported(owner: str) -> io.BytesIO:
    content = io.BytesIO()
    archives.exported(owner, ANY, content)
    content.seek(0)
    return content


def test_what_was_exported_is_imported_as_it_was():
    hands.make(ANNA, "Anna")
    drawings.keep(ANNA, [digit(3, kept=5.0), digit(NONE, predicted=4, kept=4.0), digit(NUMBER, kept=3.25)])
    drawings.keep(ANNA, [replace(digit(8, predicted=3, kept=2.0), strokes=None)])
    assert archives.imported(BO, exported(ANNA)) == 4

    def told(owner):
        return [
            (one.label, one.predicted, one.model, one.kept, one.strokes is None) for one in drawings.find(owner, ANY)
        ]

    assert told(BO) == told(ANNA)
    for before, after in zip(drawings.find(ANNA), drawings.find(BO), strict=True):
        assert after.confidence == pytest.approx(before.confidence, abs=1e-6)
        assert after.strokes == before.strokes
        np.testing.assert_array_equal(
            to_model_input(encoding.ink_of(after.ink)), to_model_input(encoding.ink_of(before.ink))
        )
    with zipfile.ZipFile(exported(ANNA)) as opened:
        rows = list(csv.DictReader(io.StringIO(opened.read("drawings.csv").decode())))
        assert {row["hand"] for row in rows} == {"Anna"}
        assert {row["label"] for row in rows} == {"3", "8", "none", "several"}
        assert Image.open(io.BytesIO(opened.read(rows[0]["file"]))).mode == "L"


def test_a_table_that_a_person_made_is_enough():
    photograph = io.BytesIO()
    grey = np.full((300, 300), 240, np.uint8)
    grey[60:240, 140:160] = 20
    Image.fromarray(grey).save(photograph, "PNG")
    table = "\ufefflabel;file\n".replace(";", ",") + "1,photo.png\n NONE ,a.png\n"
    assert archives.imported(ANNA, archive(table.encode(), photo__png=photograph.getvalue())) == 2
    assert {(kept.label, kept.predicted, kept.confidence) for kept in drawings.find(ANNA)} == {
        (1, 1, 1.0),
        (NONE, NONE, 1.0),
    }


def bomb() -> io.BytesIO:
    return archive(a__png=b"\0" * 60_000_000)


def many_bombs() -> io.BytesIO:
    return archive(**{f"b{number}": b"\0" * 60_000_000 for number in range(4)})


def many_files() -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for number in range(30_000):
            made.writestr(f"{number}", b"")
    content.seek(0)
    return content


def many_files_behind_a_false_end() -> io.BytesIO:
    content = bytearray(many_files().getvalue())
    content[-6:-2] = b"PK\5\6"  # where the directory begins, which zipfile does not believe either
    return io.BytesIO(bytes(content))


def wide() -> io.BytesIO:
    return archive("file,label," + ",".join(map(str, range(100_000))) + "\n" + "a.png,3\n" * 2_000)


def encrypted() -> io.BytesIO:
    content = bytearray(archive().getvalue())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        position = -1
        while (position := content.find(signature, position + 1)) >= 0:
            content[position + offset] |= 1
    return io.BytesIO(bytes(content))


def flipped() -> io.BytesIO:
    content = bytearray(archive(compression=zipfile.ZIP_STORED).getvalue())
    content[content.find(PICTURE) + 100] ^= 255
    return io.BytesIO(bytes(content))


def truncated() -> io.BytesIO:
    return io.BytesIO(archive().getvalue()[:-40])


def twice() -> io.BytesIO:
    content = archive()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(content, "a") as made:
        made.writestr("a.png", PICTURE)
    content.seek(0)
    return content


def picture(width: int, height: int, grey: int) -> bytes:
    content = io.BytesIO()
    Image.new("L", (width, height), grey).save(content, "PNG")
    return content.getvalue()


WITH_STROKES = "file,label,strokes\na.png,3,s.json\n"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: io.BytesIO(b""), "no zip file"),
        (lambda: io.BytesIO(b"Dear all, these are my drawings."), "no zip file"),
        (truncated, "no zip file"),
        (flipped, "damaged"),
        (encrypted, "has a password"),
        (twice, "two files of the same name"),
        (lambda: archive(compression=zipfile.ZIP_BZIP2), "compressed in a rare way"),
        (bomb, "has more than 4.0 MB"),
        (many_bombs, "more than 200 MB"),
        (many_files, "far more files than can be imported"),
        (many_files_behind_a_false_end, "far more files than can be imported"),
        (wide, "more than 100 columns"),
        (lambda: archive(**{f"{number}": b"" for number in range(4_200)}), "at most 4,100 can be read"),
        (lambda: archive(**{"../evil": b"x"}), "lies outside"),
        (lambda: archive(**{"/etc/evil": b"x"}), "lies outside"),
        (lambda: archive("", other=b"x"), "no drawings.csv"),
        (lambda: archive(b"file,label\n\xff\xfe,3\n"), "no text in UTF-8"),
        (lambda: archive("picture,label\na.png,3\n"), "no column “file”"),
        (lambda: archive("file,label\n"), "lists no drawing"),
        (lambda: archive("file,label\n" + "a.png,3\n" * 2_001), "more than 2,000 rows"),
        (lambda: archive("file,label\n" + "x" * 200_000 + ",3\n"), "drawings.csv is damaged"),
        (lambda: archive("file,label\na.png,3\na.png,x\n"), "line 3: the label should be .* but is “x”"),
        (lambda: archive("file,label\nb.png,3\n"), "line 2: there is no file “b.png”"),
        (lambda: archive("file,label,confidence\na.png,3,nan\n"), "confidence should be from 0 to 1"),
        (lambda: archive("file,label,kept\na.png,3,yesterday\n"), "time should be like"),
        (lambda: archive(a__png=b"GIF87a"), "damaged picture"),
        (lambda: archive(a__png=picture(9_000, 9_000, 0)), "megapixels"),
        (lambda: archive(a__png=picture(50, 50, 255)), "nothing on the paper"),
        (lambda: archive(WITH_STROKES), "no file “s.json”"),
        (lambda: archive(WITH_STROKES, s__json="[[28, [[1, 2, 3]]]]"), "damaged"),
        (lambda: archive(WITH_STROKES, s__json="[[28, [[NaN, 2]]]]"), "damaged"),
        (lambda: archive(WITH_STROKES, s__json="[[28, [[1e9, 2]]]]"), "damaged"),
        (lambda: archive(WITH_STROKES, s__json="[" * 50_000), "damaged"),
        (lambda: archive(WITH_STROKES, s__json=b"[" * 70_000), "too much for its kind"),
    ],
)
def test_what_is_no_archive_is_refused_with_a_sentence_and_changes_nothing(make, sentence):
    drawings.keep(ANNA, [digit(7)])
    content = make()
    tracemalloc.start()
    try:
        with pytest.raises(ArchiveError, match=sentence):
            archives.imported(ANNA, content)
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    assert [kept.label for kept in drawings.find(ANNA)] == [7]


@pytest.mark.parametrize(
    ("last", "error", "sentence"),
    [
        ("a.png,x,", ArchiveError, "line 4: the label should be"),
        ("b.png,3,", ArchiveError, "line 4: there is no file “b.png”"),
        ("a.png,3,s.json", ArchiveError, "line 4: there is no file “s.json”"),
        ("a.png,3,", KeepingError, "At most 3 drawings"),
    ],
)
def test_the_table_and_the_room_are_checked_before_any_picture_is_decoded(monkeypatch, last, error, sentence):
    drawings.keep(ANNA, [digit(7)])
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "3")
    content = archive(f"file,label,strokes\na.png,3,\na.png,3,\n{last}\n", a__png=b"no picture")
    with pytest.raises(error, match=sentence):
        archives.imported(ANNA, content)


def test_drawings_of_the_same_moment_come_back_in_their_order():
    drawings.keep(ANNA, [digit(label, kept=5.0) for label in (3, 8, 1)])
    archives.imported(BO, exported(ANNA))
    assert [kept.label for kept in drawings.find(BO)] == [1, 8, 3]
    with zipfile.ZipFile(exported(ANNA)) as first, zipfile.ZipFile(exported(BO)) as second:
        for name in ("images/00001.png", "images/00003.png", "strokes/00001.json", "strokes/00003.json"):
            assert first.read(name) == second.read(name)


def test_more_drawings_than_there_is_room_for_are_refused_as_a_whole(monkeypatch):
    drawings.keep(ANNA, [digit(7)])
    content = archive("file,label\n" + "a.png,3\n" * 3)
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "3")
    with pytest.raises(KeepingError, match="At most 3 drawings"):
        archives.imported(ANNA, content)
    assert drawings.count(ANNA) == 1


def test_a_stroke_pack_holds_digits_with_strokes_and_comes_back(tmp_path):
    hands.make(ANNA, "Anna")
    pen_less = replace(digit(8), strokes=None)
    drawings.keep(ANNA, [digit(3, kept=3.0), digit(7, predicted=1, kept=2.0), digit(NONE), pen_less])
    path = tmp_path / "pack.npz"
    with path.open("wb") as file:
        assert packs.exported(ANNA, ANY, file) == 2
    pack = StrokePack.load(path)
    assert (pack.labels.tolist(), pack.writers.tolist()) == ([3, 7], ["Anna", "Anna"])
    assert np.concatenate(pack[0]).max() == 1000
    assert packs.imported(BO, path) == 2
    assert [kept.label for kept in drawings.find(BO)] == [3, 7]
    back = {kept.label: kept for kept in drawings.find(BO)}
    for index, label in enumerate((3, 7)):
        for before, after in zip(pack[index], packs._scaled(back[label].pen_strokes), strict=True):
            np.testing.assert_allclose(before, after, atol=2)  # thousandths of its height


def test_stroke_packs_that_cannot_be_kept_are_refused(few_strokes, tmp_path, monkeypatch):
    drawings.keep(ANNA, [digit(NONE)])
    with pytest.raises(PackError, match="None of these drawings is a digit with strokes"):
        packs.exported(ANNA, ANY, io.BytesIO())
    with np.load(few_strokes) as arrays:
        held = dict(arrays)
    strange = tmp_path / "strange.npz"
    np.savez(strange, **{**held, "label": held["label"] + 5})
    with pytest.raises(PackError, match="digits from 0 to 9"):
        packs.imported(ANNA, strange)
    (tmp_path / "none.npz").write_bytes(b"nothing")
    with pytest.raises(StudioError, match="cannot be read as a stroke pack"):
        packs.imported(ANNA, tmp_path / "none.npz")
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "5")
    with pytest.raises(PackError, match="has 10 digits, and at most 5"):
        packs.imported(ANNA, few_strokes)
    assert drawings.count(ANNA) == 1


@pytest.mark.parametrize(
    ("lengths", "shift", "sentence"),
    [
        ((2, 7_000), 0, "Digit 2 of this stroke pack has 7,000 points, and at most 6,000"),
        ((500, 500), 0, "has 1,000 points, and at most 600"),
        ((2, 2), 30_000, "Digit 1 of this stroke pack lies off the paper"),
    ],
)
def test_digits_of_a_stroke_pack_that_cannot_be_drawn_are_refused(tmp_path, monkeypatch, lengths, shift, sentence):
    monkeypatch.setenv("MNIST_STUDIO_KEPT_PER_HAND", "2")
    path, count = tmp_path / "pack.npz", len(lengths)
    np.savez(
        path,
        points=np.linspace((0, 0), (1000, 1000), sum(lengths)).astype(np.int16) + np.int16(shift),
        stroke_offsets=np.cumsum([0, *lengths]).astype(np.int32),
        digit_offsets=np.arange(count + 1, dtype=np.int32),
        label=np.full(count, 1),
        writer=np.full(count, "anna"),
    )
    with pytest.raises(PackError, match=sentence):
        packs.imported(ANNA, path)
    assert drawings.count(ANNA) == 0

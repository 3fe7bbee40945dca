"""Exports and imports drawings as a zip of pictures with a table, which people and other programs can read and make.

    drawings.csv     a row a drawing: file, label, predicted, confidence, model, kept, strokes, hand
    images/*.png     the ink, dark on white paper
    strokes/*.json   how it was drawn, where that is known: pen width and points of each stroke, in the picture's pixels
    README.txt

Only `file` and `label` are needed to import. What comes may come from anybody, so sizes are bounded before anything is
unpacked, nothing is written to the disk, and all of it is kept or none.
"""

import csv
import io
import math
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, TypedDict

from mnist_core import formatting, settings
from mnist_core.drawing.image_files import read_picture
from mnist_core.drawing.rgba import ink_from_rgba
from mnist_core.drawing.strokes import Writing
from mnist_core.errors import StudioError
from mnist_core.kept import drawings, encoding, hands
from mnist_core.kept.drawings import Filter, Kept
from mnist_core.synthesis.non_digits import NONE, NUMBER

TABLE = "drawings.csv"
COLUMNS = ("file", "label", "predicted", "confidence", "model", "kept", "strokes", "hand")
NEEDED = ("file", "label")
LABELS = {**{str(digit): digit for digit in range(10)}, "none": NONE, "several": NUMBER}
NAMES = {label: name for name, label in LABELS.items()}
AT_ONCE = 100  # drawings that are exported at a time

MOST_TABLE_BYTES = 4_000_000  # 2,000 rows have 200 kB
MOST_COLUMNS = 100  # every row has all of them in memory
MOST_PICTURE_BYTES = 4_000_000  # ours have 2 kB, a photograph of a digit has 3 MB
MOST_DIRECTORY_BYTES = 1_000_000  # 4,000 files take 300 kB
END = b"PK\5\6"  # how the end record of a zip file starts
END_BYTES = 22
LONGEST_END = END_BYTES + 2**16  # the end record and a comment
MOST_BYTES = 200_000_000  # of all members together, unpacked
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1  # a flag of zip members

README = """Drawings that a person made and named in MNIST Studio.

drawings.csv has a row for each: its picture, what it is ("none" is no digit, "several" are several digits), what was
read, with which confidence, by which model, when it was kept, and the file with the pen's strokes, if there are any.
MNIST Studio imports this file; so it does any zip with a drawings.csv of the columns file and label.
"""


class ArchiveError(StudioError):
    """A file is no archive of drawings; nothing of it was imported."""


def exported(owner: str, wanted: Filter, file: BinaryIO) -> int:
    """Writes the drawings that are wanted as an archive; returns how many.

    Args:
        owner: whose they are.
        wanted: which.
        file: what is written to.

    Raises:
        DatabaseError: the database cannot be used.
    """
    names = {hand.id: hand.name for hand in hands.all_of(owner)}
    table = io.StringIO(newline="")
    rows = csv.DictWriter(table, COLUMNS)
    rows.writeheader()
    count = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for some in drawings.batches(owner, wanted, AT_ONCE):
            for kept in some:
                count += 1
                picture, strokes = f"images/{count:05}.png", f"strokes/{count:05}.json"
                archive.writestr(picture, kept.ink, zipfile.ZIP_STORED)
                if kept.strokes is not None:
                    archive.writestr(strokes, kept.strokes)
                rows.writerow(
                    {
                        "file": picture,
                        "label": NAMES[kept.label],
                        "predicted": NAMES[kept.predicted],
                        "confidence": f"{kept.confidence:.6f}",
                        "model": kept.model,
                        "kept": datetime.fromtimestamp(kept.kept, UTC).isoformat(),
                        "strokes": strokes if kept.strokes is not None else "",
                        "hand": names.get(kept.hand, ""),
                    }
                )
        archive.writestr(TABLE, table.getvalue())
        archive.writestr("README.txt", README)
    return count


def imported(owner: str, file: BinaryIO, hand: int | None = None) -> int:
    """Keeps the drawings of an archive, all or none; returns how many.

    Args:
        owner: whose they shall be.
        file: the archive.
        hand: one of the owner's; by default the current one.

    Raises:
        ArchiveError: it is no archive, a damaged one, or one that is too large.
        KeepingError: there is no room for so many drawings.
        StudioError: they cannot be kept.
    """
    with _opened(file) as archive:
        members = _members(archive)
        rows = [_row(members, row, f"{TABLE}, line {line}") for line, row in _rows(archive, members)]
        if not rows:
            raise ArchiveError(f"{TABLE} lists no drawing.")
        drawings.check_room(owner, len(rows), hand)  # before any picture is decoded, which takes longest
        kept = [_kept(archive, members, row) for row in rows]
    return len(drawings.keep(owner, kept[::-1], hand))  # the latest are exported first, also of the same moment


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Opens an archive; whatever its bytes lead the library to becomes a sentence."""
    try:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            yield archive
    except StudioError:
        raise
    except zipfile.BadZipFile as error:
        raise ArchiveError("This is no zip file, or one that is cut off or damaged: export it once more.") from error
    except Exception as error:  # zipfile and zlib raise whatever a stranger's bytes lead them to
        raise ArchiveError(f"This zip file is damaged: {error}.") from error


def _check_directory(file: BinaryIO) -> None:
    """Checks how large the directory at an archive's end is, before all of it is read.

    Raises:
        ArchiveError: it lists far more files than can be imported.
    """
    file.seek(max(0, file.seek(0, io.SEEK_END) - LONGEST_END))
    end = file.read()
    # The end record, as zipfile finds it: where no comment follows, its own fields may look like the start of another.
    last = len(end) - END_BYTES
    found = last if end[last:].startswith(END) and end.endswith(b"\0\0") else end.rfind(END)
    size = int.from_bytes(end[found + 12 : found + 16], "little") if found >= 0 else 0  # of the directory
    if size > MOST_DIRECTORY_BYTES or b"PK\6\7" in end[max(0, found - 20) : max(0, found)]:
        raise ArchiveError("This zip file lists far more files than can be imported: divide it.")
    file.seek(0)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Checks what an archive announces, before anything is unpacked.

    Raises:
        ArchiveError: it is too much, or nothing that belongs there.
    """
    listed = archive.infolist()
    most = 2 * settings.kept_per_hand() + 100  # a picture and strokes for each, and what else may lie there
    if len(listed) > most:
        raise ArchiveError(
            f"This zip file has {formatting.count(len(listed))} files, and at most {formatting.count(most)} can be "
            "read: divide it."
        )
    members = {member.filename: member for member in listed if not member.is_dir()}
    if len(members) < sum(not member.is_dir() for member in listed):
        raise ArchiveError("This zip file has two files of the same name.")
    for member in members.values():
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
            raise ArchiveError(f"“{member.filename[:60]}” in this zip file lies outside of it: nothing was imported.")
        if member.flag_bits & ENCRYPTED:
            raise ArchiveError("This zip file has a password: save it without one.")
        if member.compress_type not in COMPRESSIONS:
            raise ArchiveError(f"“{member.filename[:60]}” is compressed in a rare way: save the zip file anew.")
    if sum(member.file_size for member in members.values()) > MOST_BYTES:
        raise ArchiveError(f"Unpacked, this zip file has more than {formatting.megabytes(MOST_BYTES, 0)}: divide it.")
    if TABLE not in members:
        raise ArchiveError(f"This zip file has no {TABLE}, which says what each picture is.")
    return members


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """Unpacks a member, and no more of it than it may have, whatever it announces."""
    with archive.open(member) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ArchiveError(
            f"“{member.filename[:60]}” has more than {formatting.megabytes(most)}, which is too much for its kind."
        )
    return content


def _rows(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> Iterator[tuple[int, dict[str, str]]]:
    """Reads the table: its rows, and the line of each."""
    try:
        text = _read(archive, members[TABLE], MOST_TABLE_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{TABLE} is no text in UTF-8: save it as such.") from error
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="more", restval="")
    try:
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise ArchiveError(f"{TABLE} has no column “{missing[0]}”: its first line should name its columns.")
        if len(rows.fieldnames or ()) > MOST_COLUMNS:
            raise ArchiveError(f"{TABLE} has more than {MOST_COLUMNS} columns: leave only {', '.join(COLUMNS)}.")
        for count, row in enumerate(rows, start=1):
            if count > settings.kept_per_hand():
                most = formatting.count(settings.kept_per_hand())
                raise ArchiveError(f"{TABLE} has more than {most} rows, as many drawings as a hand may have.")
            yield rows.line_num, {name: row.get(name, "") for name in COLUMNS}
    except csv.Error as error:
        raise ArchiveError(f"{TABLE} is damaged: {error}.") from error


class _Row(NamedTuple):
    """A row of the table, whose files are there."""

    where: str
    file: str
    strokes: str
    label: int
    predicted: int
    confidence: float
    model: str
    kept: float


def _row(members: Mapping[str, zipfile.ZipInfo], row: Mapping[str, str], where: str) -> _Row:
    """Checks all that the table says of a drawing, before any picture is decoded."""
    for name in (row["file"], row["strokes"] or row["file"]):
        if name not in members:
            raise ArchiveError(f"{where}: there is no file “{name[:60]}” in this zip file.")
    label = _label(row["label"], where)
    return _Row(
        where=where,
        file=row["file"],
        strokes=row["strokes"],
        label=label,
        predicted=_label(row["predicted"], where) if row["predicted"] else label,
        confidence=_confidence(row["confidence"], where),
        model=row["model"][:60],
        kept=_moment(row["kept"], where),
    )


def _kept(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], row: _Row) -> Kept:
    """Reads one drawing."""
    picture = _read(archive, members[row.file], MOST_PICTURE_BYTES)
    try:
        kept = drawings.of_writing(
            Writing(ink_from_rgba(read_picture(io.BytesIO(picture)))),
            label=row.label,
            predicted=row.predicted,
            confidence=row.confidence,
            model=row.model,
            kept=row.kept,
        )
        return replace(kept, **_as_exported(archive, members[row.strokes], picture)) if row.strokes else kept
    except ArchiveError:
        raise
    except StudioError as error:
        raise ArchiveError(f"{row.where}, “{row.file[:60]}”: {error}") from error


class _Exported(TypedDict):
    ink: bytes
    strokes: str | None


def _as_exported(archive: zipfile.ZipFile, strokes: zipfile.ZipInfo, picture: bytes) -> _Exported:
    """Reads ink and strokes exactly as this program exported them."""
    text = _read(archive, strokes, encoding.MOST_STROKES_BYTES).decode("utf-8", errors="replace")
    ink, pen_strokes = encoding.ink_of(picture), encoding.strokes_of(text)
    encoding.check(ink, pen_strokes)
    return {"ink": encoding.png_of(ink), "strokes": encoding.json_of(pen_strokes)}


def _label(text: str, where: str) -> int:
    if text.strip().lower() not in LABELS:
        raise ArchiveError(f"{where}: the label should be 0 to 9, none or several, but is “{text[:20]}”.")
    return LABELS[text.strip().lower()]


def _confidence(text: str, where: str) -> float:
    try:
        confidence = float(text or 1)
    except ValueError:
        confidence = math.nan
    if not 0 <= confidence <= 1:
        raise ArchiveError(f"{where}: the confidence should be from 0 to 1, but is “{text[:20]}”.")
    return confidence


def _moment(text: str, where: str) -> float:
    """Reads when a drawing was kept, in seconds since 1970; now where nothing is written."""
    if not text:
        return time.time()
    try:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise ArchiveError(f"{where}: the time should be like 2026-11-27T12:00:00, but is “{text[:40]}”.") from error
    return min(max(seconds, 0.0), time.time())

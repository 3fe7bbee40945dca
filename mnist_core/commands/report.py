"""The command `report`, which writes what is known of a model, or of two, as one file to hand in."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from mnist_core import files, formatting
from mnist_core.commands.console import messages, output
from mnist_core.errors import StudioError
from mnist_core.models import registry

STANDARD = Path("-")
FORMATS = ("html", "pdf")


class ReportNotWritten(StudioError):
    """The report cannot be written where, or as what, it was asked for."""


def add(command: Any) -> None:
    """Describes the command."""
    report = command(
        "report",
        run_report,
        show_report,
        "Write a report of a model, or of two side by side: recipe, curves, evaluation, mistakes, versions.",
    )
    report.add_argument("--model", metavar="NAME", help="the model's name (default: the active one)")
    report.add_argument("--beside", metavar="NAME", help="another model, to compare the first one with")
    report.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="write it there, as its ending says: .html or .pdf; - is standard output",
    )
    report.add_argument("--format", choices=FORMATS, help="where the name of the file does not say it")


def run_report(options: argparse.Namespace) -> dict[str, Any]:
    to_standard_output = options.output == STANDARD
    if to_standard_output and options.json:
        raise ReportNotWritten("Standard output is for the report or for JSON: name a file, or leave out --json.")
    format_ = options.format or options.output.suffix.removeprefix(".").lower()
    if format_ not in FORMATS:
        raise ReportNotWritten(f"The file should end in .html or .pdf, but is {options.output}; or give a --format.")
    names = [options.model or registry.active_name(), *([options.beside] if options.beside else [])]
    with messages.status("Writing the report"):
        content = made(names, format_)
    write(options.output, content)
    return {
        "model": names[0],
        "beside": options.beside,
        "format": format_,
        "bytes": len(content),
        "written_to": None if to_standard_output else str(options.output),
    }


def made(names: list[str], format_: str) -> bytes:
    """Makes a report.

    Args:
        names: of one model, or of two.
        format_: one of `FORMATS`.

    Raises:
        NoPdf: what makes PDFs is not installed.
        StudioError: a model is missing or damaged, or two cannot be compared.
    """
    from mnist_core.export.report import document, pdf  # imports Matplotlib, which other commands do without

    if format_ == "pdf":
        pdf.require()
    html = document.html(names, datetime.now().astimezone())
    return pdf.pdf(html) if format_ == "pdf" else html.encode()


def write(path: Path, content: bytes) -> None:
    """Writes a report into a file, or to standard output.

    Raises:
        ReportNotWritten: it cannot be written.
    """
    try:
        if path == STANDARD:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            files.write(path, content)
    except OSError as error:
        raise ReportNotWritten(f"{path} cannot be written: {error.strerror or error}.") from error


def show_report(result: dict[str, Any]) -> None:
    if result["written_to"]:
        size = formatting.megabytes(result["bytes"])
        output.print(f"Written to {result['written_to']}, {size}.", markup=False, highlight=False)

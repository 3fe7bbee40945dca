"""The command `report`, which writes what is known of a model, or of two, as one file to hand in."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from mnist_core import formatting
from mnist_core.commands import outputs
from mnist_core.commands.console import messages, output
from mnist_core.commands.outputs import STANDARD
from mnist_core.models import registry

FORMATS = ("html", "pdf")


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
    outputs.check_free(options.output, "the report", as_json=options.json)
    format_ = options.format or options.output.suffix.removeprefix(".").lower()
    if format_ not in FORMATS:
        raise outputs.NotWritten(f"The file should end in .html or .pdf, but is {options.output}; or give a --format.")
    names = [options.model or registry.active_name(), *([options.beside] if options.beside else [])]
    with messages.status("Writing the report"):
        content = made(names, format_)
    outputs.write(options.output, content)
    return {
        "model": names[0],
        "beside": options.beside,
        "format": format_,
        "bytes": len(content),
        "written_to": None if options.output == STANDARD else str(options.output),
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


def show_report(result: dict[str, Any]) -> None:
    if result["written_to"]:
        size = formatting.megabytes(result["bytes"])
        output.print(f"Written to {result['written_to']}, {size}.", markup=False, highlight=False)

"""The commands of `python -m mnist_core`, which call the same functions as the pages.

Results go to standard output, for people or, with `--json`, for programs; progress and errors go to standard error.
Exit codes: 0, it worked; 1, it did not, or not all of it, and a sentence says why; 2, the command line was wrong; 130,
interrupted.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mnist_core.commands import (
    code,
    compression,
    data,
    devices,
    ensembles,
    figures,
    models,
    predictions,
    recipes,
    report,
    runs,
    take_home,
    training,
)
from mnist_core.commands.console import messages
from mnist_core.errors import StudioError

FAMILIES = (
    data,
    recipes,
    training,
    ensembles,
    runs,
    models,
    compression,
    predictions,
    figures,
    code,
    take_home,
    report,
    devices,
)
"""The modules with commands, in the order in which they are listed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    options = parser().parse_args(arguments)
    try:
        result = options.run(options)
    except StudioError as error:
        messages.print(str(error), style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        messages.print("Interrupted.")
        return 130
    try:
        if options.json:
            print(json.dumps(result, indent=1, ensure_ascii=False))  # noqa: T201
        else:
            options.show(result)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it, as `head` does, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code: int = options.exit_code(result)
    return code


def parser() -> argparse.ArgumentParser:
    """Describes the command line."""
    top = argparse.ArgumentParser(prog=_program(), description="MNIST Studio on the command line.")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(
        name: str, run: Any, show: Any, summary: str, *, exit_code: Callable[[Any], int] = lambda result: 0
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.add_argument("--json", action="store_true", help="print the result as JSON")
        added.set_defaults(run=run, show=show, exit_code=exit_code)
        return added

    for family in FAMILIES:
        family.add(command)
    return top


def _program() -> str:
    """Returns what this program is called by: the command that is installed, or the module."""
    name = Path(sys.argv[0]).name
    return name if name == "mnist-studio" else "python -m mnist_core"

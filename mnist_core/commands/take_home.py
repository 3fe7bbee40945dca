"""The command `take-home`, which writes a model as one HTML file that reads digits by itself."""

import argparse
from pathlib import Path
from typing import Any

from mnist_core import formatting
from mnist_core.commands import outputs
from mnist_core.commands.console import messages, output, tensorflow_kept_quiet
from mnist_core.commands.outputs import STANDARD
from mnist_core.export.take_home import page
from mnist_core.models import model_folder, registry
from mnist_core.networks import packed


def add(command: Any) -> None:
    """Describes the command."""
    take_home = command(
        "take-home", run_take_home, show_take_home, "Write a model as one HTML file that reads digits offline."
    )
    take_home.add_argument("--model", metavar="NAME", help="the model's name (default: the active one)")
    take_home.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help="write it to this file; - is standard output"
    )


def run_take_home(options: argparse.Namespace) -> dict[str, Any]:
    outputs.check_free(options.output, "the page", as_json=options.json)
    model = model_folder.Model.open(registry.folder_of(options.model)) if options.model else registry.active()
    content = page.page(model, *packed.read(network_of(model))).encode()
    outputs.write(options.output, content)
    written_to = None if options.output == STANDARD else str(options.output)
    return {"model": model.name, "bytes": len(content), "written_to": written_to}


def network_of(model: model_folder.Model) -> bytes:
    """Returns a model's network as browsers compute it; one that an earlier version has exported is packed here.

    Raises:
        ModelError: its Keras file is not the one that was saved, or its network is none that browsers compute.
    """
    if model.packed_path is not None:
        return model.packed_path.read_bytes()
    with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
        from mnist_core.training import exporting  # takes seconds: only here

        return exporting.packed(model)


def show_take_home(result: dict[str, Any]) -> None:
    if result["written_to"]:
        size = formatting.megabytes(result["bytes"])
        output.print(f"Written to {result['written_to']}, {size}.", markup=False, highlight=False)

"""The command `devices`."""

import argparse
from typing import Any

from mnist_core.commands.console import messages, output, tensorflow_kept_quiet
from mnist_core.training import gpus
from mnist_core.training.gpus import Gpus


def add(command: Any) -> None:
    """Describes the command."""
    command("devices", run_devices, show_devices, "Ask TensorFlow which GPUs there are, and say which one trains.")


def run_devices(options: argparse.Namespace) -> dict[str, Any]:
    with messages.status("Starting TensorFlow"), tensorflow_kept_quiet():
        from mnist_core.training import devices  # takes seconds: only here

        found = devices.use()
    gpus.keep(found)
    return found.to_json()


def show_devices(result: dict[str, Any]) -> None:
    output.print(Gpus.from_json(result).sentence, markup=False, highlight=False)

"""Smaller versions of a model: `python -m benchmarks.compression [--model NAME] [--json]`.

Makes all of them in a home of its own, as the command `compress` and the Model page do, and measures each beside the
original: size, also gzipped, MNIST's test set, a sample of the pen-drawn digits, and the time to read one picture, in
turns. Nothing of this home's models is changed.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from benchmarks import command_line
from mnist_core.commands.compression import run_compress, show_compress
from mnist_core.models import registry


def main() -> None:
    parser = command_line.parser("compression", __doc__)
    command_line.add_model(parser)
    options = parser.parse_args()
    options.kind = []
    options.model = options.model or registry.active_name()
    original = registry.folder_of(options.model)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNIST_STUDIO_HOME"] = home
        if original != registry.SHIPPED:
            shutil.copytree(original, Path(home) / "models" / options.model)
        result = run_compress(options)
    if options.json:
        print(json.dumps(result, indent=1, ensure_ascii=False))
    else:
        show_compress(result)


if __name__ == "__main__":
    main()

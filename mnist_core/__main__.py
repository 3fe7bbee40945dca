"""The command line: `python -m mnist_core COMMAND`."""

import sys

from mnist_core.commands import main

if __name__ == "__main__":
    sys.exit(main())

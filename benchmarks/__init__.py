"""The figures in the documents: each module is a command that measures some of them, and prints JSON with `--json`."""

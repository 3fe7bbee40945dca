"""Figures that the README quotes; each module is a command that prints JSON with `--json`."""

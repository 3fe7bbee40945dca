"""A small network that gives all that the shipped one gives, and is built and trained in a fifth of the time."""

from dataclasses import replace

from mnist_core.networks import architectures
from mnist_core.networks.architectures import Architecture
from mnist_core.networks.layers import Dense

SMALL = "small"


def small(dropout: float) -> Architecture:
    """The quick recipe's convolutions, with scores."""
    return replace(architectures.quick(dropout), scores=Dense(1, "sigmoid"))

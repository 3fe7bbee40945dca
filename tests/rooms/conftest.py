"""Rooms are tested with both databases."""

from tests.kept.conftest import either, sqlite

__all__ = ["either", "sqlite"]

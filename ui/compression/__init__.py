"""Smaller versions of a model: made, compared, saved and used."""

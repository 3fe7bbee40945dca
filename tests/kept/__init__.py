"""Tests of kept drawings, on SQLite and on PostgreSQL."""

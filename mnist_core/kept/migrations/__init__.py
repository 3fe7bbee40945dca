"""Migrations of the database of kept drawings, which Alembic carries out."""

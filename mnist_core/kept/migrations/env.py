"""Lets Alembic work on the connection that `mnist_core.kept.database` hands it."""

from alembic import context

from mnist_core.kept.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

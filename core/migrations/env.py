"""Runs migrations on the connection that core.migrating hands over."""

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(connection=connection, target_metadata=config.attributes.get("metadata"), compare_type=True, render_as_batch=True)
context.run_migrations()

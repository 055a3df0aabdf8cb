"""What Alembic runs: the revisions, on the connection that the store gives."""

from alembic import context

from biofeedback.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,  # its names of constraints hold for the revisions too
    render_as_batch=True,
)
context.run_migrations()

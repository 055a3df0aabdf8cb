"""Beats that were edited in a review."""

import sqlalchemy as sa
from alembic import op

revision = "0007_edits"
down_revision = "0006_session_notes"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "edits",
        sa.Column("session", sa.String(26), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )

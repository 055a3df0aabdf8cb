"""What is written down about a session, and the strap that a person wears."""

import sqlalchemy as sa
from alembic import op

revision = "0006_session_notes"
down_revision = "0005_arrivals"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "session_notes",
        sa.Column("session", sa.String(26), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.add_column("people", sa.Column("strap", sa.LargeBinary))

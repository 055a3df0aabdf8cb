"""People, their sessions, and the inputs of these."""

import sqlalchemy as sa
from alembic import op

revision = "0001_base"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "people",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("pseudonym", sa.String),
        sa.Column("owner", sa.String(26)),
    )
    op.create_index("ix_people_pseudonym_owner", "people", ["pseudonym", "owner"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("person", sa.String(26), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("room", sa.String(26)),
        sa.Column("asked_strap", sa.String, nullable=False),
        sa.Column("exercise", sa.String, nullable=False),
        sa.Column("pattern", sa.String),
        sa.Column("speed", sa.Float, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    op.create_index("ix_sessions_ended", "sessions", ["ended"])
    op.create_table(
        "inputs",
        sa.Column("session", sa.String(26), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )

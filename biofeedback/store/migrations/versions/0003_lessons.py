"""What earlier sessions teach."""

import sqlalchemy as sa
from alembic import op

revision = "0003_lessons"
down_revision = "0002_signin"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lessons",
        sa.Column("session", sa.String(26), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("pipeline", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )

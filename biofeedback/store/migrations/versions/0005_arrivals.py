"""Where inputs come in, in the order of time."""

import sqlalchemy as sa
from alembic import op

revision = "0005_arrivals"
down_revision = "0004_privacy"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("session", sa.String(26), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )

"""Who did what, and what people agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0004_privacy"
down_revision = "0003_lessons"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at_utc", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("user", sa.String(26)),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("person", sa.String(26)),
        sa.Column("about", sa.String),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_person", "audit", ["person"])
    op.create_table(
        "consents",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("person", sa.String(26), sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at_utc", sa.String, nullable=False),
    )
    op.create_index("ix_consents_person", "consents", ["person"])

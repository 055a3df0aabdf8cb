"""Users, logins, invitations and share links."""

import sqlalchemy as sa
from alembic import op

revision = "0002_signin"
down_revision = "0001_base"


def upgrade() -> None:
    """Make the tables of who may enter."""
    op.create_table(
        "users",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("folded", sa.String, nullable=False, unique=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password", sa.String),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("used_step", sa.Integer, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.String(26), primary_key=True),
        _person(),
        sa.Column("room", sa.String(26), nullable=False),
        sa.Column("session", sa.String(26), nullable=False),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_s", sa.Float, nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("room", sa.String(26), primary_key=True),
        _person(),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.Column("expires_s", sa.Float, nullable=False),
    )
    op.create_table(
        "logins",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("user", sa.String(26), sa.ForeignKey("users.id", ondelete="CASCADE")),
        _person(),
        sa.Column("room", sa.String(26)),
        sa.Column("session", sa.String(26)),
        sa.Column("share", sa.String(26), sa.ForeignKey("shares.id", ondelete="CASCADE")),
        sa.Column("seen_s", sa.Float, nullable=False),
        sa.Column("idle_s", sa.Float, nullable=False),
        sa.Column("expires_s", sa.Float, nullable=False),
    )
    for table in ("shares", "invitations", "logins"):
        op.create_index(f"ix_{table}_person", table, ["person"])
    for column in ("user", "room", "share", "expires_s"):
        op.create_index(f"ix_logins_{column}", "logins", [column])


def _person() -> sa.Column[str]:
    """Whose it is; with the person it goes."""
    return sa.Column("person", sa.String(26), sa.ForeignKey("people.id", ondelete="CASCADE"))

"""The one picture of all tables; each noun of this package adds its own, each revision in migrations builds them."""

from sqlalchemy import MetaData, String

__all__ = ["ID", "metadata"]

ID = String(26)  # a ULID

# Names that are the same in every database, so that a later revision can find what it changes.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

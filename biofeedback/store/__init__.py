"""What lasts: people, sessions and their inputs, in one database that one thread alone writes."""

from biofeedback.errors import StoreUnavailable
from biofeedback.store.store import Store, open_store

__all__ = ["Store", "StoreUnavailable", "open_store"]

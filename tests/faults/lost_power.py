"""What is on a disk after its power was cut: all that was synced, and anything of what was not."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.watched_disk import Create, Delete, Sync, Truncate, Write

__all__ = ["after_cut"]

SECTOR = 512


@dataclass
class _File:
    """A file: what is certain of it, and what is not."""

    synced: bytes = b""
    unsynced: list[Write | Truncate] = field(default_factory=list)
    is_named: bool = True  # its name is on the disk
    is_deleted: bool = False  # but the folder was not synced since


def after_cut(start: Mapping[str, bytes], log: Iterable[Any], rng: random.Random) -> dict[str, bytes]:
    """Files by name, after what was done until the power was cut; chance decides what was not synced."""
    files = {name: _File(data) for name, data in start.items()}
    for op in log:
        _take(files, op)
    is_prefix = rng.random() < 0.5  # a disk that keeps the order until it stops, or none that does
    left = {}
    for name, file in files.items():
        certain = file.is_named and not file.is_deleted
        if certain or rng.random() < 0.5:
            left[name] = _torn(file, rng, is_prefix=is_prefix)
    return left


def _take(files: dict[str, _File], op: Any) -> None:
    """One thing that was done."""
    match op:
        case Create(name):
            files[name] = _File(is_named=False)
        case Write(name) | Truncate(name):
            files.setdefault(name, _File()).unsynced.append(op)
        case Sync(name):
            file = files.setdefault(name, _File())
            file.synced, file.unsynced = _applied(file.synced, file.unsynced), []
            if not file.is_named:
                file.is_named = True
                _sync_folder(files)
        case Delete(name, is_synced):
            files.setdefault(name, _File()).is_deleted = True
            if is_synced:
                _sync_folder(files)


def _sync_folder(files: dict[str, _File]) -> None:
    """The names in the folder are what they should be."""
    for name in [name for name, file in files.items() if file.is_deleted]:
        del files[name]


def _applied(data: bytes, ops: Iterable[Write | Truncate]) -> bytes:
    """Content after writes."""
    content = bytearray(data)
    for op in ops:
        if isinstance(op, Truncate):
            del content[op.size :]
        content += bytes(max(0, (op.size if isinstance(op, Truncate) else op.offset) - len(content)))
        if isinstance(op, Write):
            content[op.offset : op.offset + len(op.data)] = op.data
    return bytes(content)


def _torn(file: _File, rng: random.Random, *, is_prefix: bool) -> bytes:
    """Content of which only what was synced is certain."""
    ops = file.unsynced
    if is_prefix:
        whole = ops[: rng.randint(0, len(ops))]
        return _applied(file.synced, [*whole, *(piece for op in ops[len(whole) :][:1] for piece in _pieces(op, rng))])
    kept = [piece for op in ops for piece in ([op] if rng.random() < 0.5 else _pieces(op, rng))]
    return _applied(file.synced, kept)


def _pieces(op: Write | Truncate, rng: random.Random) -> list[Write | Truncate]:
    """What is left of something that was on its way: sectors of it, one perhaps with something else in it."""
    if isinstance(op, Truncate):
        return []
    pieces: list[Write | Truncate] = []
    for start in range(0, len(op.data), SECTOR):
        sector = op.data[start : start + SECTOR]
        chance = rng.random()
        if chance < 0.4:
            pieces.append(Write(op.file, op.offset + start, sector))
        elif chance < 0.5:
            pieces.append(Write(op.file, op.offset + start, rng.randbytes(len(sector))))
    return pieces

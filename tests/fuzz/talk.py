"""What pages, collectors and people's settings files say, spoilt; and what must hold for whoever reads it."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from biofeedback.admission import FromCollector
from biofeedback.configuration import read_settings
from biofeedback.errors import InputError
from biofeedback.settings import Settings
from biofeedback.viewer_messages import FromViewer

__all__ = [
    "MESSAGES",
    "TALK",
    "read_message",
    "read_settings_file",
    "settings_seeds",
    "spoilt_messages",
    "spoilt_settings",
]

MESSAGES: tuple[dict[str, Any], ...] = (
    {"type": "hello", "protocol": 1, "role": "patient", "ticket": "t", "epoch": "01K", "message_seq": 411},
    {"type": "hello", "protocol": 1, "software": "0.1.0", "simulated": False, "session": "01K", "origins": ["room:1"]},
    {"type": "ack", "message_seq": 17},
    {"type": "command", "command": "start", "exercise": "walk"},
    {"type": "command", "command": "new"},
    {"type": "command", "command": "stop"},
    {"type": "mark", "kind": "note", "text": "shoulders dropped"},
    {"type": "mark", "kind": "context", "text": "following"},
    {"type": "rating", "scale": "tension", "moment": "after", "value": 3},
    {"type": "pong"},
    {"type": "clock", "origin": "room:1", "id": 3, "origin_t_s": 931.2},
    {
        "type": "frames", "session": "01K", "origin": "room:1",
        "frames": [{"seq": 17, "t_s": 931.2, "characteristic": "2a37", "value": "104372038a03"}],
    },
    {"type": "strap", "origin": "room:1", "state": "connected", "seq": 3, "t_s": 2.5, "model": "H10"},
)  # fmt: skip
NASTY: tuple[Any, ...] = (
    None, True, "", -1, 0, 1, 2**31, 2**53 + 1, 2**63, 2**64, 10**40, 1e308, -0.0, 5e-324, "\x00", "\ud800", "𝕏" * 50,
    "../../etc/passwd", "%s%n", "{x, number, 1}", "<script>", [], {}, [[[]]], {"type": "hello"}, "x" * 3000,
    ["x"] * 500,
)  # fmt: skip
SETTINGS = """host = "127.0.0.1"
port = 8800
origins = ["https://hrv.clinic.example"]
tls_cert = "server.pem"
tls_key = "server.key"
retention_days = 30
request_s = 7.5
insecure_http = false
store_url = "postgresql://a:b@c/d"
log_format = "json"
pattern = "4-6"
exercise = "walk"
"""
_DECODERS = tuple(msgspec.json.Decoder(kind) for kind in (FromViewer, FromCollector))


def spoilt_messages(seed: int) -> Iterator[bytes]:
    """Yield messages without end: fields replaced, left out, doubled, nested; then some bytes changed."""
    chance = Random(seed)
    while True:
        message = dict(chance.choice(MESSAGES))
        for _ in range(chance.choice((0, 1, 1, 2, 3))):
            name = chance.choice([*message, "extra"])
            if chance.random() < 0.2:
                message.pop(name, None)
            else:
                message[name] = chance.choice((*NASTY, *(one for other in MESSAGES for one in other.values())))
        yield _spoilt(json.dumps(message).encode(), chance)


def spoilt_settings(seed: int) -> Iterator[bytes]:
    """Yield settings files without end."""
    chance, lines = Random(seed), SETTINGS.splitlines()
    while True:
        chosen = chance.sample(lines, chance.randrange(1, len(lines)))
        for _ in range(chance.choice((0, 1, 2))):
            place = chance.randrange(len(chosen))
            name = chosen[place].partition(" = ")[0]
            chosen[place] = f"{name} = {json.dumps(chance.choice(NASTY))}"
        yield _spoilt("\n".join(chosen).encode(), chance)


def settings_seeds() -> tuple[bytes, ...]:
    """A settings file in which every kind of value stands."""
    return (SETTINGS.encode(),)


def _spoilt(data: bytes, chance: Random) -> bytes:
    """A copy in which some bytes are others, doubled or gone."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((0, 0, 0, 1, 2, 8))):
        place = chance.randrange(len(spoilt) + 1)
        match chance.randrange(4):
            case 0:
                del spoilt[place : place + chance.choice((1, 2, 10))]
            case 1:
                spoilt[place:place] = chance.choice((b'"', b"{", b"[", b"\\", b"\xff", b"\x00", b"[" * 2000))
            case 2:
                del spoilt[place:]
            case _ if place < len(spoilt):
                spoilt[place] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def read_message(data: bytes) -> None:
    """A message is refused as pages and collectors are told, or means the same when it is written again."""
    for decoder in _DECODERS:
        try:
            said = decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        assert decoder.decode(msgspec.json.encode(said)) == said


def read_settings_file(data: bytes) -> None:
    """A settings file is taken whole, or refused in one line that names it."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:
        Path(file.name).write_bytes(data)
        try:
            settings = read_settings({}, file.name)
        except InputError as error:
            refusal = str(error)
        else:
            assert isinstance(settings, Settings)
            return
    assert refusal.startswith(file.name)
    assert refusal.isprintable()


TALK: dict[str, tuple[Callable[[bytes], None], Callable[[int], Iterator[bytes]]]] = {
    "messages": (read_message, spoilt_messages),
    "settings": (read_settings_file, spoilt_settings),
}

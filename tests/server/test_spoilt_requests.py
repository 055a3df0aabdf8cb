"""The short form of ``make security``: whatever is asked of whatever route, it is answered, and never with 500."""

import json
import string
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from served import Serve

from tests.fuzz.talk import NASTY

pytestmark = pytest.mark.whole

TURNS = 8  # of each operation
ODD = ("", "0", "private", "..", "%2e%2e", "\x00", "é" * 40, "x" * 3000, "01KTESTTESTTESTTESTTESTTES", "' or 1=1 --")


def asked(schema: dict[str, Any], chance: Random) -> tuple[str, str, bytes, dict[str, str]]:
    """One request: method, path, body and headers."""
    path = chance.choice(list(schema["paths"]))
    method, operation = chance.choice(list(schema["paths"][path].items()))
    for name in (name for _, name, _, _ in string.Formatter().parse(path) if name):
        path = path.replace(f"{{{name}}}", quote(chance.choice(ODD), safe=""))
    fields = _fields(schema, operation.get("requestBody", {})) or ["user"]
    body = {name: chance.choice(NASTY) for name in fields if chance.random() < 0.8}
    data = json.dumps(chance.choice((body, body, body, chance.choice(NASTY)))).encode()
    kind = chance.choice(("application/json", "application/json", "text/plain", "application/octet-stream"))
    return method, path + chance.choice(("", "", "?a=%ff&a=1")), data, {"Content-Type": kind}


def _fields(schema: dict[str, Any], content: dict[str, Any]) -> list[str]:
    """Names of the fields of a body."""
    text = json.dumps(content)
    kinds = [kind for kind in schema["components"]["schemas"] if f'/{kind}"' in text]
    return [name for kind in kinds for name in schema["components"]["schemas"][kind].get("properties", {})]


async def test_whatever_is_asked_is_answered_and_never_with_500(serve: Serve) -> None:
    served, chance = await serve(), Random(1)
    headers = {"Origin": served.url}
    async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=60) as client:
        schema = (await client.get("/api/openapi.json")).json()
        operations = sum(len(methods) for methods in schema["paths"].values())
        assert operations > 20
        seen: set[int] = set()
        for _ in range(TURNS * operations):
            method, path, body, kind = asked(schema, chance)
            if path.startswith("/api/sign-in"):
                continue  # many would keep all others waiting, as they should
            answer = await client.request(method, path, content=body, headers=kind)
            assert answer.status_code < 500, (method, path, body)
            seen.add(answer.status_code)
        assert {200, 404, 422} <= seen
        assert (await client.get("/livez")).status_code == 200

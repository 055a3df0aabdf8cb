"""A server that is full says so to who comes, and goes on for who is there."""

import httpx
from served import Serve


async def test_no_more_pages_are_let_in_than_are_allowed(serve: Serve) -> None:
    served = await serve(max_viewers=1)
    async with served.page() as first:
        async with served.page(role=None) as second:
            await second.say("hello", protocol=1, role="patient")
            assert (await second.hear("error"))["code"] == "busy"
            assert await second.closed() == 1013
        await first.hear("beat")
    async with served.page() as later:
        await later.hear("beat")


async def test_no_more_rooms_are_opened_than_are_allowed(serve: Serve) -> None:
    served = await serve(max_sessions=1)
    async with httpx.AsyncClient(base_url=served.url, timeout=60, headers={"Origin": served.url}) as client:
        answer = await client.post("/api/rooms", json={"strap": "simulated"})
        assert (answer.status_code, answer.json()["code"]) == (503, "clinic_full")
        assert len((await client.get("/api/rooms")).json()) == 1

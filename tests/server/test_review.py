"""The analyst's page asks: a session as it is computed beside the server, for whose patient it is, and audited."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from brought_in import RESPONDER, brought_in
from served import Serve
from staffed import Staffed, staff

from biofeedback.report.review import review
from biofeedback.store import audit, inputs


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(), agrees=True)
    yield found
    await found.opened.aclose()


async def test_a_session_is_shown_as_it_is_computed_and_the_look_is_audited(staffed: Staffed) -> None:
    session, physio = await brought_in(staffed), await staffed.physio()
    answer = await physio.get(f"/api/sessions/{session}/review")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    found = json.loads(review(RESPONDER.read_bytes(), f"{session}.jsonl"))
    assert answer.json() == {"person": staffed.person, "code": "A-17", **found}
    await staffed.access.ledger.write()
    (entry,) = await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    assert (entry.act, entry.role, entry.about) == ("session_seen", "physiotherapist", session)


async def test_there_is_nothing_for_who_has_no_business_with_it(staffed: Staffed) -> None:
    session = await brought_in(staffed)
    path = f"/api/sessions/{session}/review"
    assert (await (await staffed.browser()).get(path)).status_code == 401
    assert (await (await staffed.patient()).get(path)).status_code == 403
    physio = await staffed.physio()
    assert (await physio.get("/api/sessions/01K00000000000000000000000/review")).status_code == 404


async def test_a_private_try_out_looks_at_its_own_and_hears_that_there_is_no_other(serve: Serve) -> None:
    served = await serve()
    async with httpx.AsyncClient(base_url=served.url, timeout=60, trust_env=False) as browser:
        session = served.server.clinic.room().session.channel.facts.epoch
        assert (await browser.get(f"/api/sessions/{session}/review")).json()["beats"]["ids"] == []
        gone = await browser.get("/api/sessions/01K00000000000000000000000/review")
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_a_damaged_recording_is_said_to_be_damaged(staffed: Staffed) -> None:
    session, physio = await brought_in(staffed), await staffed.physio()
    await staffed.clinic.store.write(
        lambda found: found.execute(inputs.inputs.delete().where(inputs.inputs.c.seq == 3))
    )
    answer = await physio.get(f"/api/sessions/{session}/review")
    assert (answer.status_code, answer.json()["code"]) == (409, "session_unreadable")
    assert "seq 3 expected, 4 found" in answer.json()["detail"]

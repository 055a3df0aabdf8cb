"""A report of a session: made beside the server, for whose patient it is, audited, and named without a name."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from served import Serve
from staffed import Staffed, staff

from biofeedback.lang import Words
from biofeedback.report.printed import Form, Kind, Wanted, print_recording
from biofeedback.store import audit, inputs, recordings
from biofeedback.store.recordings import read_file

PLAIN = Path(__file__).parents[2] / "recordings" / "plain.jsonl"


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(), agrees=True)
    yield found
    await found.opened.aclose()


async def path_of(staffed: Staffed) -> str:
    """Address of the report of a session that the patient did."""
    incoming = read_file(PLAIN)
    stored = await staffed.clinic.store.write(lambda found: recordings.bring_in(found, incoming, staffed.person))
    return f"/api/sessions/{stored.id}/report"


@pytest.mark.parametrize(("form", "media"), [("pdf", "application/pdf"), ("html", "text/html; charset=utf-8")])
async def test_a_report_is_that_of_the_command_line_and_is_audited(staffed: Staffed, form: str, media: str) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    session = path.split("/")[3]
    answer = await physio.get(path, params={"kind": "patient", "language": "nl", "form": form})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert answer.headers["cache-control"] == "no-store"
    name = f"A-17-2026-01-01-patient-nl.{form}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    wanted = Wanted(Kind.PATIENT, Form(form), "nl", code="A-17")  # and not what the file calls them
    made = print_recording(PLAIN.read_bytes(), f"{session}.jsonl", (), {}, wanted, {})
    assert made != print_recording(PLAIN.read_bytes(), f"{session}.jsonl", (), {}, replace(wanted, code=None), {})
    assert answer.content == made
    await staffed.access.ledger.write()
    (entry,) = await staffed.clinic.store.read(lambda found: audit.of_person(found, staffed.person))
    assert (entry.act, entry.role, entry.about) == ("report_made", "physiotherapist", session)


@pytest.mark.parametrize(
    ("zone", "day", "began"),
    [
        ("America/Los_Angeles", "2025-12-31", "31 december 2025, 16:00 (UTC−8)"),
        ("Mars/Olympus", "2026-01-01", "1 januari 2026, 00:00 (UTC)"),  # this machine's, which says which
    ],
)
async def test_a_report_tells_moments_as_the_device_does_that_asks(
    staffed: Staffed, zone: str, day: str, began: str
) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    answer = await physio.get(path, params={"kind": "clinician", "language": "nl", "form": "html", "zone": zone})
    assert f"A-17-{day}-clinician" in answer.headers["content-disposition"]
    assert began in answer.text


async def test_the_physiotherapists_note_is_in_the_clinician_report_and_not_in_the_patients(staffed: Staffed) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    await physio.put(path.replace("report", "note"), json={"text": "schouders zakten", "posture": "lying"})
    for kind, is_told in (("clinician", True), ("patient", False)):
        answer = await physio.get(path, params={"kind": kind, "language": "nl", "form": "html"})
        assert ("schouders zakten" in answer.text) is is_told


async def test_beats_that_somebody_edited_are_said_in_the_clinician_report(staffed: Staffed) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    beat = (await physio.get(path.replace("report", "review"))).json()["beats"]["ids"][40]
    edited = await physio.post(path.replace("report", "edits"), json={"kind": "exclude", "beats": [beat]})
    assert edited.status_code == 200
    answer = await physio.get(path, params={"kind": "clinician", "language": "nl", "form": "html"})
    assert Words("nl")("report.clinician.no_edits") not in answer.text
    assert "merel" in answer.text


@pytest.mark.parametrize("wrong", [{"kind": "doctor"}, {"language": "de"}, {"form": "docx"}])
async def test_a_report_that_there_is_not_is_refused(staffed: Staffed, wrong: dict[str, str]) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    right = {"kind": "patient", "language": "nl", "form": "pdf"}
    answer = await physio.get(path, params=right | wrong)
    assert (answer.status_code, answer.json()) == (422, {"code": "not_valid", "detail": next(iter(wrong))})


async def test_there_is_no_report_for_who_has_no_business_with_it(staffed: Staffed) -> None:
    path = await path_of(staffed) + "?kind=patient&language=nl&form=pdf"
    assert (await (await staffed.browser()).get(path)).status_code == 401
    assert (await (await staffed.patient()).get(path)).status_code == 403
    gone = path.replace(path.split("/")[3], "01K00000000000000000000000")
    assert (await (await staffed.physio()).get(gone)).status_code == 404


async def test_a_damaged_recording_is_said_to_be_damaged(staffed: Staffed) -> None:
    path, physio = await path_of(staffed), await staffed.physio()
    await staffed.clinic.store.write(
        lambda found: found.execute(inputs.inputs.delete().where(inputs.inputs.c.seq == 3))
    )
    answer = await physio.get(path, params={"kind": "patient", "language": "nl", "form": "pdf"})
    assert (answer.status_code, answer.json()["code"]) == (409, "session_unreadable")

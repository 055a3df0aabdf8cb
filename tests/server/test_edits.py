"""Beats are edited over the API: computed anew, logged, undone; two who edit at once both see the log; exports."""

import asyncio
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from brought_in import RESPONDER, brought_in
from served import Serve
from staffed import Staffed, staff

from biofeedback.core.choices import EditKind
from biofeedback.core.edits import Edit
from biofeedback.edit_log import encode_edits, path_beside
from biofeedback.ids import new_ulid
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.source import read_source
from biofeedback.store import audit, edits
from biofeedback.store.vault import vault_of

AT = "2026-11-23T09:00:00.000+00:00"


@pytest.fixture
async def staffed(serve: Serve) -> AsyncIterator[Staffed]:
    found = await staff(await serve(), agrees=True)
    yield found
    await found.opened.aclose()


class Analyst:
    """A physiotherapist who reviews a session."""

    def __init__(self, staffed: Staffed, browser: httpx.AsyncClient, session: str) -> None:
        self.staffed, self.browser, self.session = staffed, browser, session
        self.path = f"/api/sessions/{session}"

    async def review(self) -> dict:
        return (await self.browser.get(f"{self.path}/review")).json()

    async def edit(self, kind: str, *beats: list[int], **more: object) -> httpx.Response:
        return await self.browser.post(f"{self.path}/edits", json={"kind": kind, "beats": beats} | more)

    async def refused(self, kind: str, *beats: list[int], **more: object) -> tuple[int, str]:
        answer = await self.edit(kind, *beats, **more)
        return answer.status_code, answer.json()["code"]

    async def kept(self) -> int:
        counted = await self.staffed.clinic.store.read(lambda found: edits.counts(found, [self.session]))
        return counted.get(self.session, 0)


@pytest.fixture
async def analyst(staffed: Staffed) -> Analyst:
    return Analyst(staffed, await staffed.physio(), await brought_in(staffed))


async def test_an_edit_is_computed_logged_and_audited_and_an_undo_takes_it_back(analyst: Analyst) -> None:
    before = await analyst.review()
    beats = before["beats"]["ids"][40:42]
    answer = await analyst.edit("exclude", *beats)
    assert answer.status_code == 200, answer.text
    edited = answer.json()
    assert edited == await analyst.review()
    assert edited["beats"]["edit"][40:42] == ["exclude", "exclude"]
    assert edited["beats"]["nn_ms"][40:42] == [None, None]
    assert edited["document"]["edits"] == 2
    assert edited["document"]["edited"]["authors"] == ["merel"]
    assert edited["document"]["steps"][0]["rmssd_ms"] != before["document"]["steps"][0]["rmssd_ms"]
    (line,) = edited["edits"]
    assert (line["kind"], line["author"], line["beats"], line["undone"]) == ("exclude", "merel", beats, False)
    undone = (await analyst.browser.post(f"{analyst.path}/edits", json={"kind": "undo"})).json()
    assert undone["document"] == before["document"]
    assert [(line["kind"], line["undone"]) for line in undone["edits"]] == [("exclude", True), ("undo", False)]
    store, person = analyst.staffed.clinic.store, analyst.staffed.person
    acts = [entry.act for entry in await store.read(lambda found: audit.of_person(found, person))]
    assert acts.count("session_edited") == 2


async def test_the_recording_stays_as_it_was(analyst: Analyst) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    await analyst.edit("interpolate", ids[30])
    exported = await analyst.browser.get(f"{analyst.path}/export", params={"format": "recording"})
    assert exported.content == RESPONDER.read_bytes()


async def test_what_makes_no_sense_is_refused_and_not_kept(analyst: Analyst) -> None:
    assert await analyst.refused("exclude", [999_999, 0]) == (422, "no_such_beat")
    assert await analyst.refused("exclude") == (422, "not_valid")
    assert await analyst.refused("exclude", [0, 0]) == (422, "not_valid")
    assert await analyst.refused("delete", [1, 0]) == (422, "not_valid")
    assert await analyst.refused("undo") == (409, "conflict")
    assert await analyst.kept() == 0


async def test_who_decided_on_an_older_log_hears_it(analyst: Analyst) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    assert (await analyst.edit("exclude", ids[30], expected=0)).status_code == 200
    assert await analyst.refused("exclude", ids[31], expected=0) == (409, "conflict")
    assert (await analyst.edit("accept", ids[30], expected=1)).status_code == 200
    assert await analyst.kept() == 2


async def test_two_who_edit_at_once_both_see_the_whole_log(analyst: Analyst) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    answers = await asyncio.gather(*(analyst.edit("exclude", ids[place]) for place in (30, 60)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert max(len(answer.json()["edits"]) for answer in answers) == 2
    assert (await analyst.review())["document"]["edits"] == 2
    both = await asyncio.gather(*(analyst.edit("exclude", ids[place], expected=2) for place in (70, 80)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    undone = await asyncio.gather(*(analyst.edit("undo") for _ in range(2)))
    assert 200 in {answer.status_code for answer in undone}
    assert await analyst.kept() in (4, 5)


async def test_a_session_that_goes_on_cannot_be_edited(staffed: Staffed) -> None:
    session = staffed.clinic.room(staffed.room).session
    session.command("start", "physio")
    async with asyncio.timeout(120):
        await session.beats.wait()
    assert await session.commit()
    analyst = Analyst(staffed, await staffed.physio(), session.channel.facts.epoch)
    assert (await analyst.review())["document"]["edits"] == 0
    assert await analyst.refused("exclude", [1, 0]) == (409, "session_running")


async def test_a_stretch_is_measured_by_the_names_of_a_step(analyst: Analyst) -> None:
    step = (await analyst.review())["document"]["steps"][1]

    async def measured(from_s: float, to_s: float) -> dict:
        asked = {"from_s": from_s, "to_s": to_s}
        return (await analyst.browser.get(f"{analyst.path}/segment", params=asked)).json()

    assert await measured(step["start_s"], step["end_s"]) == step | {"ended_by": None}
    part = await measured(step["start_s"] + 20, step["start_s"] + 80)
    assert part.keys() == step.keys()
    assert (part["step"], part["pattern"], part["start_s"]) == ("breathe", "4-6", step["start_s"] + 20)
    assert part["rsa_ms"] == pytest.approx(step["rsa_ms"], rel=0.3)
    across = await measured(step["start_s"] - 30, step["start_s"] + 30)
    assert (across["step"], across["pattern"], across["rsa_ms"]) == (None, None, None)
    assert across["rmssd_ms"] > 0
    assert (await measured(9000.0, 9001.0))["heart_rate_bpm"] is None
    for from_s, to_s in ((5, 5), (-1, 5), ("nan", 5), (0, "inf")):
        asked = {"from_s": from_s, "to_s": to_s}
        assert (await analyst.browser.get(f"{analyst.path}/segment", params=asked)).status_code == 422


async def exported(analyst: Analyst, format: str) -> httpx.Response:
    answer = await analyst.browser.get(f"{analyst.path}/export", params={"format": format})
    assert answer.status_code == 200, answer.text
    assert f'attachment; filename="{analyst.session}.' in answer.headers["content-disposition"]
    return answer


async def test_what_is_exported_says_the_same_elsewhere(analyst: Analyst, tmp_path: Path) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    shown = (await analyst.edit("exclude", ids[40])).json()
    path = tmp_path / "s.jsonl"
    path.write_bytes((await exported(analyst, "recording")).content)
    path_beside(path).write_bytes((await exported(analyst, "edits")).content)
    again = json.loads(encode_document(document(analyze(read_source(str(path))))))
    assert again["steps"] == shown["document"]["steps"]
    assert again["recording"]["sha256"] == hashlib.sha256(RESPONDER.read_bytes()).hexdigest()
    assert json.loads((await exported(analyst, "json")).content) == shown["document"]
    rows = list(csv.DictReader(io.StringIO((await exported(analyst, "csv")).content.decode("utf-8-sig"))))
    assert [[int(row["seq"]), int(row["index"])] for row in rows] == ids
    assert (rows[40]["edit"], rows[40]["nn_ms"], rows[41]["edit"]) == ("exclude", "", "")
    intervals = (await exported(analyst, "rr")).text.splitlines()
    assert [float(line) for line in intervals if not line.startswith("#")] == shown["beats"]["rr_ms"]
    assert (await exported(analyst, "hrv-logger")).text.startswith("date,rr,since start")
    unknown = await analyst.browser.get(f"{analyst.path}/export", params={"format": "exe"})
    assert unknown.status_code == 422


async def test_edits_are_in_the_copy_of_everything_and_in_its_results(analyst: Analyst, tmp_path: Path) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    shown = (await analyst.edit("exclude", ids[40])).json()
    answer = await analyst.browser.get(f"/api/people/{analyst.staffed.person}/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    analysis = analyze(read_source(str(tmp_path / "sessions" / f"{analyst.session}.jsonl")))
    assert analysis.source.edits.of_beat == {tuple(ids[40]): EditKind.EXCLUDE}
    results = json.loads((tmp_path / "results" / f"{analyst.session}.json").read_bytes())
    steps = shown["document"]["steps"]
    assert [step["rmssd_ms"] for step in results["steps"]] == [step["rmssd_ms"] for step in steps]


async def test_who_is_not_there_any_more_stays_in_the_log_by_id(analyst: Analyst) -> None:
    ids = (await analyst.review())["beats"]["ids"]
    gone = Edit(new_ulid(), AT, "01K00000000000000000000009", EditKind.EXCLUDE, (tuple(ids[3]),))
    person = analyst.staffed.person
    await analyst.staffed.clinic.store.write(
        lambda found: edits.append(found, vault_of(found).seal_of(person), analyst.session, gone)
    )
    assert [line["author"] for line in (await analyst.review())["edits"]] == ["01K00000000000000000000009"]
    assert encode_edits([gone], "", "").count(b"\n") == 2

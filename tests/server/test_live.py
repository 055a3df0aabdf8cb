"""The live channel through a real server on a real socket."""

import asyncio
import json
from pathlib import Path

import pytest
import websockets
from served import Serve
from stored_files import stored_files

from biofeedback.core.pipeline import Pipeline
from biofeedback.errors import InputError
from biofeedback.recording import read_recording


async def test_a_page_hears_hello_a_snapshot_and_then_beats(serve: Serve) -> None:
    served = await serve()
    async with served.page("patient") as page:
        snapshot = await page.hear("snapshot")
        hello = page.heard[0]
        assert (hello["state"], hello["simulated"], hello["exercise"], hello["saved"]) == (
            "ready", True, "measured_4_6", True,
        )  # fmt: skip
        assert snapshot["steps"] == []
        await page.hear("pacer", state="ready")
        beat = await page.hear("beat")
        assert 300 < beat["rr_ms"] < 2000
        quality = await page.hear("quality", strap_state="beats")
        assert quality["viewers"] == 1


async def test_two_pages_see_the_same_and_either_steers(serve: Serve) -> None:
    served = await serve(speed=20.0)
    async with served.page("patient") as patient, served.page("physio") as physio:
        await patient.say("command", command="start")
        for page in (patient, physio):
            mark = await page.hear("mark", kind="command")
            assert (mark["text"], mark["author"]) == ("start", "patient")
            assert (await page.hear("step"))["step"] == "baseline"
            await page.hear("pacer", state="running")
        await physio.say("command", command="skip")
        for page in (patient, physio):
            step = await page.hear("step", step="breathe")
            assert (step["pattern"], step["index"]) == ("4-6", 1)
            await page.hear("breath")
        await patient.say("rating", scale="tension", moment="during", value=4)
        await physio.say("mark", kind="note", text="calm")
        for page in (patient, physio):
            await page.hear("mark", kind="note", text="calm", author="physio")
            assert any(message.get("text") == "tension during 4" for message in page.heard)
        await physio.say("command", command="stop")
        for page in (patient, physio):
            await page.hear("answer", which="calmer", answer="unknown")
            await page.hear("pacer", state="finished")
        numbered = [
            [m for m in page.heard if m["q"] and m["type"] != "hello" and m["type"] != "snapshot"]
            for page in (patient, physio)
        ]
        by_number = [{message["q"]: message for message in messages} for messages in numbered]
        for q in by_number[0].keys() & by_number[1].keys():
            assert by_number[0][q] == by_number[1][q]


async def test_a_page_that_comes_back_hears_what_it_missed_and_nothing_twice(serve: Serve) -> None:
    served = await serve(speed=10.0)
    async with served.page() as page:
        epoch = page.heard[0]["epoch"]
        for _ in range(5):
            last = (await page.hear("beat"))["q"]
    async with served.page() as meanwhile:
        for _ in range(15):
            await meanwhile.hear("beat")
    async with served.page(epoch=epoch, message_seq=last) as back:
        assert back.heard[0]["recovered"]
        for _ in range(20):
            await back.hear("beat")
        numbers = [message["q"] for message in back.heard if message["q"]]
        assert numbers == list(range(last + 1, last + 1 + len(numbers)))


async def test_commands_that_make_no_sense_are_answered_to_the_one_who_gave_them(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page, served.page("physio") as other:
        await page.say("command", command="pause")
        assert (await page.hear("error"))["code"] == "command_refused"
        await page.say("command", command="start", exercise="sprint")
        assert (await page.hear("error"))["code"] == "unknown_exercise"
        await page.say("command", command="new", exercise="sprint")
        assert (await page.hear("error"))["code"] == "unknown_exercise"
        await other.say("command", command="start", exercise="walk")
        assert (await page.hear("step"))["step"] == "walk"
        assert not [message for message in other.heard if message["type"] == "error"]


async def test_a_start_with_a_practice_has_it_first_and_tells_so(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        await page.say("command", command="start", practice=True)
        assert (await page.hear("mark"))["text"] == "start practice"
        assert (await page.hear("step"))["step"] == "practice"
        async with served.page("physio") as other:
            assert other.heard[0]["steps"][0]["step"] == "practice"
            await page.say("command", command="skip")
            assert (await other.hear("step", ended_by=None))["step"] == "baseline"


GARBAGE = [
    "",
    "{",
    "null",
    "[]",
    '"hello"',
    '{"type":"nonsense"}',
    '{"type":"command"}',
    '{"type":"command","command":"explode"}',
    '{"type":"rating","scale":"tension","moment":"before","value":11}',
    '{"type":"rating","scale":"tension","moment":"before","value":1e999}',
    '{"type":"mark","kind":"stop"}',
    '{"type":"mark","kind":"context","text":"half a tablet"}',  # of a patient's page
    '{"type":"hello","protocol":1,"role":"patient"}',
    "[" * 20_000,
    b"\xff\xfe\x00",
    "\u0000",
]


async def test_garbage_is_answered_with_an_error_and_the_session_goes_on(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        for garbage in GARBAGE:
            await page.socket.send(garbage)
            assert (await page.hear("error"))["code"] == "bad_message"
        await page.say("ack", message_seq=1)
        await page.say("pong")
        await page.hear("quality")


async def test_a_page_that_only_talks_garbage_is_shown_the_door(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        for _ in range(20):
            await page.socket.send("{")
        assert await page.closed() == 1008


@pytest.mark.parametrize(
    "first", ["{", '{"type":"ack","message_seq":1}', '{"type":"hello","protocol":2,"role":"patient"}']
)
async def test_a_page_that_says_no_hello_we_understand_is_told_and_closed(serve: Serve, first: str) -> None:
    served = await serve()
    async with served.page(None) as page:
        await page.socket.send(first)
        error = await page.hear("error")
        assert error["code"] == ("protocol" if "protocol" in first else "bad_message")
        assert await page.closed() == 1008


async def test_a_page_that_leaves_before_hello_leaves_nothing(serve: Serve) -> None:
    served = await serve()
    async with served.page(None):
        pass
    async with served.page() as page:
        await page.hear("quality", viewers=1)


async def test_a_message_over_64_kb_closes_the_page(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        await page.say("mark", kind="note", text="x" * 70_000)
        assert await page.closed() == 1009


async def test_a_long_note_is_cut(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        await page.say("mark", kind="note", text="x" * 5_000)
        assert len((await page.hear("mark"))["text"]) == 2000


ORIGINS = [None, "http://evil.example", "https://127.0.0.1", "null", "http://localhost:1", "http://127.0.0.1"]


async def test_a_foreign_or_missing_origin_is_refused(serve: Serve) -> None:
    served = await serve()
    for origin in ORIGINS:
        with pytest.raises(websockets.InvalidStatus) as caught:
            async with websockets.connect(f"ws://127.0.0.1:{served.server.port}/ws", origin=origin):
                pass
        assert caught.value.response.status_code == 403


async def test_another_name_for_this_machine_is_refused(serve: Serve) -> None:
    served = await serve()
    host = f"evil.example:{served.server.port}"
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with websockets.connect(f"ws://{host}/ws", host="127.0.0.1", origin=f"http://{host}"):
            pass
    assert caught.value.response.status_code == 403


async def test_a_new_session_says_bye_to_the_pages_of_the_old_one(serve: Serve, tmp_path: Path) -> None:
    served = await serve()
    async with served.page("patient") as patient, served.page("physio") as physio:
        old = patient.heard[0]["epoch"]
        await patient.say("command", command="start")
        await patient.hear("step")
        await physio.say("command", command="new", exercise="plain_4_6")
        for page in (patient, physio):
            assert (await page.hear("bye"))["reason"] == "new_session"
            assert await page.closed() == 1012
    async with served.page("patient", epoch=old, message_seq=3) as back:
        assert not back.heard[0]["recovered"]
        assert back.heard[0]["exercise"] == "plain_4_6"
        assert back.heard[0]["epoch"] != old
        await back.hear("beat")
    assert read_recording(stored_files(tmp_path / "data") / f"{old}.jsonl").ended
    async with served.page() as page:
        await page.say("command", command="new")
        await page.hear("bye")
    async with served.page() as page:
        assert page.heard[0]["exercise"] == "measured_4_6"


async def test_a_session_through_the_server_gives_the_answers_of_its_recording(serve: Serve, tmp_path: Path) -> None:
    served = await serve(speed=60.0, exercise="plain_4_6")
    async with served.page() as page:
        epoch = page.heard[0]["epoch"]
        await page.hear("beat")
        await page.say("command", command="start")
        await page.hear("answer", which="calmer")
        await page.hear("pacer", state="finished")
        await page.say("rating", scale="tension", moment="after", value=2)
        await page.hear("mark", kind="rating")
        await page.hear("pacer", state="finished")
    recording = read_recording(stored_files(tmp_path / "data") / f"{epoch}.jsonl")
    pipeline = Pipeline()
    results = [result for event in recording.events for result in pipeline.feed(event)]
    beats = [message for message in page.heard if message["type"] == "beat"]
    replayed = {(result.seq, result.index): result for result in results if type(result).__name__ == "Beat"}
    assert len(beats) > 100
    assert all(replayed[beat["seq"], beat["index"]].t_s == beat["t_s"] for beat in beats)
    told = [message for message in page.heard if message["type"] == "answer" and message["which"] == "exhale"][-1]
    final = [result for result in results if type(result).__name__ == "ExhaleResponse"][-1]
    assert (told["answer"], told["reason"], told["effect_ms"], told["final"]) == (
        final.answer, final.reason, final.effect_ms, True,
    )  # fmt: skip


async def test_when_the_server_goes_every_page_is_told_and_the_next_server_goes_on(
    serve: Serve, tmp_path: Path
) -> None:
    served = await serve()
    async with served.page() as page:
        epoch = page.heard[0]["epoch"]
        await page.say("command", command="start")
        last = (await page.hear("step"))["q"]
        served.server.should_exit = True
        assert (await page.hear("bye"))["reason"] == "shutdown"
        assert await page.closed() == 1012
    await served.server.stopped.wait()
    again = await serve()
    async with again.page(epoch=epoch, message_seq=last) as page:
        assert page.heard[0]["recovered"]
        assert page.heard[0]["state"] == "running"
        await page.hear("beat")
        assert not [message for message in page.heard if message["type"] == "step"]
    lines = (stored_files(tmp_path / "data") / f"{epoch}.jsonl").read_text().splitlines()
    assert [json.loads(line)["reason"] for line in lines if '"resumed"' in line] == ["restart"]


async def test_nothing_is_gone_on_with_where_nothing_had_begun(serve: Serve, tmp_path: Path) -> None:
    served = await serve()
    served.server.should_exit = True
    await served.server.stopped.wait()
    (path,) = stored_files(tmp_path / "data").glob("*.jsonl")
    assert read_recording(path).ended
    again = await serve()
    async with again.page() as page:
        assert page.heard[0]["epoch"] != path.stem


async def test_a_page_that_was_said_bye_may_not_steer_the_next_session(serve: Serve) -> None:
    served = await serve()
    async with served.page() as page:
        for command in ("new", "start"):
            await page.say("command", command=command)
        await page.hear("bye")
    await asyncio.sleep(0)
    assert served.server.clinic.room().session.status().state == "ready"


async def test_a_second_server_on_one_folder_is_refused(serve: Serve) -> None:
    await serve()
    with pytest.raises(InputError, match="another program is using this data folder"):
        await serve()

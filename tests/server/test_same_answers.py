"""Law 4 through a real server: what pages heard, what the recording replays to, and what ``analyze`` says are one."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from served import Message, Page, Serve
from stored_files import stored_files

from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Beat, BreathMeasures, ExhaleResponse, Result, StepMeasures
from biofeedback.recording import read_recording
from biofeedback.report.analysis import analyze
from biofeedback.report.document import document, encode_document
from biofeedback.report.source import read_source

pytestmark = pytest.mark.whole

SPEED = 30.0  # six minutes in twelve seconds
STREAMING_SPEED = 15.0  # a strap with ECG and acceleration takes more to follow
STEADY = "responder", "weak_responder", "not_following", "own_slow_rhythm", "stressed"
TROUBLED = "frequent_ectopy", "irregular_rhythm", "bad_contact", "drop_outs"
STREAMING = "h10_responder", "h10_restless", "h10_drop_outs", "h10_stalled"
EXHALE = ("answer", "reason", "following", "effect_ms", "low_ms", "high_ms", "effect_bpm", "breaths_used", "revoked")


async def watch_a_session(serve: Serve, folder: Path, preset: str) -> tuple[list[Message], Path]:
    """All that a page heard of a whole session, and the session's recording."""
    speed = STREAMING_SPEED if preset in STREAMING else SPEED
    served = await serve(data=folder / preset, strap=f"simulated:{preset}:2", speed=speed)
    async with served.page() as page:
        epoch = page.heard[0]["epoch"]
        await page.hear("beat")
        await page.say("command", command="start")
        await hear_the_end(page)
        assert await served.server.clinic.store.commit()  # what was heard is in the recording as well
        return page.heard, stored_files(folder / preset) / f"{epoch}.jsonl"


async def hear_the_end(page: Page) -> None:
    """Hear everything until the calmer answer, which is the last one, and say so as a page does."""
    async with asyncio.timeout(300):  # a machine that cannot follow makes the session longer
        while True:
            message: Message = json.loads(await page.socket.recv())
            page.heard.append(message)
            if message["type"] == "pacer":
                await page.say("ack", message_seq=max(one["q"] for one in page.heard))
            if message["type"] == "answer" and message["which"] == "calmer":
                return


def told(heard: list[Message], type_: str, key: Callable[[Message], Any]) -> dict[Any, Message]:
    """The last that was said about each thing."""
    return {key(message): message for message in heard if message["type"] == type_}


def assert_same(message: Message, result: Result, names: tuple[str, ...]) -> None:
    """A message says what a result says, to the last bit."""
    assert {name: message[name] for name in names} == {name: getattr(result, name) for name in names}


@pytest.mark.parametrize("presets", [STEADY, TROUBLED, STREAMING], ids=["steady", "troubled", "streaming"])
async def test_live_recording_and_analysis_give_the_same_answers(
    serve: Serve, tmp_path: Path, presets: tuple[str, ...]
) -> None:
    sessions = await asyncio.gather(*(watch_a_session(serve, tmp_path, preset) for preset in presets))
    for preset, (heard, path) in zip(presets, sessions, strict=True):
        pipeline = Pipeline()
        results = [result for event in read_recording(path).events for result in pipeline.feed(event)]
        beats = told(heard, "beat", lambda m: (m["seq"], m["index"]))
        breaths = told(heard, "breath", lambda m: (m["step_seq"], m["index"]))
        measures = told(heard, "measures", lambda m: m["step_seq"])
        for result in results:
            if isinstance(result, Beat) and (result.seq, result.index) in beats:
                assert_same(beats[result.seq, result.index], result, ("t_s", "rr_ms", "segment"))
            elif isinstance(result, BreathMeasures) and result.final:
                assert_same(breaths[result.step_seq, result.index], result, ("exhale_rise_ms", "usable", "reason"))
            elif isinstance(result, StepMeasures):
                assert_same(measures[result.step_seq], result, ("rmssd_ms", "sdnn_ms", "heart_rate_bpm", "rsa_ms"))
        final = [result for result in results if isinstance(result, ExhaleResponse)][-1]
        answer = [m for m in heard if m["type"] == "answer" and m["which"] == "exhale"][-1]
        assert_same(answer, final, EXHALE)
        analysed = json.loads(encode_document(document(analyze(read_source(str(path))))))
        assert {name: analysed["exhale_responses"][-1][name] for name in EXHALE} == {n: answer[n] for n in EXHALE}
        assert len(breaths) == 12, preset
        # A page that is slow to listen is told of fewer; nothing was compared where it heard next to nothing.
        made = sum(isinstance(result, Beat) for result in results)
        assert made > (100 if preset == "bad_contact" else 200), preset
        assert len(beats) > made / 2, preset

"""What a session takes from the same person's earlier ones."""

import asyncio
import json
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from biofeedback.core.calmer import change_of
from biofeedback.core.events import StepKind
from biofeedback.core.exercises import EXERCISES, Exercise, PlannedStep
from biofeedback.core.noise import NoiseSpectrum
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.prior import Prior, Sitting, learn_day_sd_bpm, learn_sitting
from biofeedback.core.results import Answer, CalmerThanBefore, ExhaleResponse, NoiseSource
from biofeedback.errors import InputError
from biofeedback.header import Header, encode_header
from biofeedback.history import learn, prior_from, prior_json, prior_of
from biofeedback.recording import read_recording
from biofeedback.unattended import simulate

SUBJECT = "simulated-responder-3"
QUIET = (StepKind.BASELINE, StepKind.REST, StepKind.RECOVERY)


def earlier(folder):
    """What the recordings of a folder, all of one person, teach."""

    async def lessons():
        recordings = [read_recording(path) for path in sorted(folder.glob("*.jsonl"), reverse=True)]
        return [await learn(recording.header.session, recording.events) for recording in recordings]

    return prior_from(asyncio.run(lessons()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    simulate("responder", 3, EXERCISES["measured_4_6"], folder / "01A.jsonl")
    return folder


def exhale_response(events, prior):
    pipeline, found = Pipeline(prior), []
    for event in events:
        found += [result for result in pipeline.feed(event) if isinstance(result, ExhaleResponse)]
    return found[-1]


def test_the_plain_exercise_answers_from_an_earlier_baseline_and_says_so(folder, tmp_path):
    simulate("responder", 3, EXERCISES["plain_4_6"], tmp_path / "plain.jsonl")
    events = read_recording(tmp_path / "plain.jsonl").events
    prior = earlier(folder)
    with_earlier, without = exhale_response(events, prior), exhale_response(events, None)
    assert (with_earlier.answer, with_earlier.noise_source) == (Answer.YES, NoiseSource.EARLIER)
    assert without.noise_source is NoiseSource.POPULATION


def test_a_prior_survives_the_header_to_the_last_bit(folder):
    prior = earlier(folder)
    header = replace(read_recording(folder / "01A.jsonl").header, prior=prior_json(prior))
    (folder.parent / "copy.jsonl").write_bytes(encode_header(header))
    assert prior_of(read_recording(folder.parent / "copy.jsonl").header) == prior


def test_nobody_teaches_nothing():
    assert prior_from([]) is None


def test_a_session_without_a_baseline_teaches_nothing(tmp_path):
    simulate("responder", 3, EXERCISES["micro_pause"], tmp_path / "short.jsonl")
    assert earlier(tmp_path) is None


@pytest.mark.whole  # counting what is covered takes longer than a look itself
def test_while_earlier_sessions_are_read_everything_else_has_its_turn(quiet_folder):
    """After each event; the longest piece between two turns is the CPU time of one look, 20 ms or so."""
    events = read_recording(quiet_folder / "06.jsonl").events

    async def longest_s():
        reading = asyncio.create_task(learn("06", events))
        turns_s = [time.thread_time()]
        while not reading.done():
            await asyncio.sleep(0)
            turns_s.append(time.thread_time())
        assert len(turns_s) > len(events)
        return max(after - before for before, after in pairwise(turns_s))

    assert min(asyncio.run(longest_s()) for _ in range(5)) < 0.05


def test_no_more_than_three_sessions_are_pooled(folder, tmp_path):
    whole = read_recording(folder / "01A.jsonl")
    lines = whole.path.read_bytes().split(b"\n")
    for place in range(5):
        header = replace(whole.header, session=f"S{place}")
        (tmp_path / f"0{place}.jsonl").write_bytes(encode_header(header) + b"\n".join(lines[1:]))
    prior = earlier(tmp_path)
    assert prior.sessions == ("S4", "S3", "S2")
    one = earlier(folder)
    assert prior.exhale_noise.span_s == pytest.approx(3 * one.exhale_noise.span_s)
    assert prior.exhale_noise.power_ms2 == pytest.approx(one.exhale_noise.power_ms2)
    assert prior.heart_rate_sd_sessions == ("S4", "S3", "S2", "S1", "S0")


@pytest.fixture(scope="module")
def quiet_folder(tmp_path_factory):
    """Three sessions of quiet sitting and one with an exercise, all of the same person."""
    folder = tmp_path_factory.mktemp("quiet")
    quiet = Exercise("measured_4_6", tuple(PlannedStep(kind, 120) for kind in QUIET))
    for seed in (3, 4, 5):
        simulate("responder", seed, quiet, folder / f"0{seed}.jsonl")
    simulate("responder", 6, EXERCISES["measured_4_6"], folder / "06.jsonl")
    for path in folder.glob("*.jsonl"):
        header = replace(read_recording(path).header, session=path.stem, subject=SUBJECT)
        path.write_bytes(encode_header(header) + b"\n".join(path.read_bytes().split(b"\n")[1:]))
    return folder


def changes_of(folder):
    """The calmer answers of the sessions of a folder, without anything from earlier ones."""
    found = {}
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        pipeline, results = Pipeline(), []
        for event in read_recording(path).events:
            results += pipeline.feed(event)
        (calmer,) = (result for result in results if isinstance(result, CalmerThanBefore))
        found[path.stem] = change_of(path.stem, calmer, is_quiet=path.stem != "06")
    return found


def test_quiet_sessions_teach_what_sitting_does_and_all_of_them_how_days_differ(quiet_folder):
    changes = list(changes_of(quiet_folder).values())
    prior = earlier(quiet_folder)
    assert prior.heart_rate_sd_sessions == ("06", "05", "04", "03")
    assert prior.heart_rate_sd_bpm == learn_day_sd_bpm(changes)
    assert prior.sitting == learn_sitting(changes, prior.heart_rate_sd_bpm)
    assert prior.sitting.sessions == ("05", "04", "03")


def test_a_session_expects_what_the_persons_own_sitting_did(quiet_folder):
    """The same recording, judged with the person's history and without."""
    events = read_recording(quiet_folder / "06.jsonl").events
    expected_bpm = {}
    for name, prior in (("own", earlier(quiet_folder)), ("anybody", None)):
        pipeline = Pipeline(prior)
        results = [result for event in events for result in pipeline.feed(event)]
        (calmer,) = (result for result in results if isinstance(result, CalmerThanBefore))
        expected_bpm[name] = calmer.expected_bpm
    assert expected_bpm["anybody"] == -1.5
    assert expected_bpm["own"] == -earlier(quiet_folder).sitting.fall_bpm


def test_a_prior_survives_the_header_whatever_is_known() -> None:
    noise, sitting = NoiseSpectrum((0.075, 0.1), (41.2, 38.9), 4.0, 118.5), Sitting(2.1, 0.7, ("01H", "01J"))
    prior = Prior(noise, ("01J",), 1.8, ("01H", "01J"), sitting)
    for one in (prior, Prior(None, (), 1.8), Prior(sitting=sitting), Prior()):
        header = Header("01K", "2026-11-22T09:00:00Z", prior=json.loads(json.dumps(prior_json(one))))
        assert prior_of(header) == one
    assert prior_json(None) is None
    assert prior_of(Header("01K", "2026-11-22T09:00:00Z")) is None


def test_a_prior_of_an_earlier_program_is_read_as_far_as_it_goes() -> None:
    """It wrote neither sessions of the spread nor anything on sitting."""
    header = Header("01K", "2026-11-22T09:00:00Z", prior={"exhale_noise": None, "heart_rate_sd_bpm": 1.8})
    assert prior_of(header) == Prior(None, (), 1.8, (), None)


@pytest.mark.parametrize(
    "prior",
    [
        {"exhale_noise": {"frequency_hz": "x"}},
        {"heart_rate_sd_bpm": "x"},
        {"heart_rate_sd_sessions": 3},
        {"sitting": {"fall_bpm": "x"}},
        {"exhale_noise": 3},
        {"exhale_noise": {"frequency_hz": [], "power_ms2": [], "white_ms2": 1.0, "span_s": 1.0, "sessions": 3}},
    ],
)
def test_a_damaged_prior_is_said(prior: dict[str, object]) -> None:
    with pytest.raises(InputError, match="prior in the header of session 01K is damaged"):
        prior_of(Header("01K", "2026-11-22T09:00:00Z", prior=prior))

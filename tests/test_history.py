"""What a session takes from the same person's earlier ones."""

from dataclasses import replace

import pytest

from biofeedback.core.exercises import EXERCISES
from biofeedback.core.pipeline import Pipeline
from biofeedback.core.results import Answer, ExhaleResponse, NoiseSource, Reason
from biofeedback.header import encode_header
from biofeedback.history import earlier_prior, prior_json, prior_of
from biofeedback.recording import read_recording
from biofeedback.unattended import simulate

SUBJECT = "simulated-responder-3"


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
    prior = earlier_prior(folder, SUBJECT, simulated=True)
    with_earlier, without = exhale_response(events, prior), exhale_response(events, None)
    assert (with_earlier.answer, with_earlier.noise_source) == (Answer.YES, NoiseSource.EARLIER)
    assert (without.answer, without.reason, without.noise_source) == (Answer.UNKNOWN, Reason.NO_BASELINE, None)


def test_a_prior_survives_the_header_to_the_last_bit(folder):
    prior = earlier_prior(folder, SUBJECT, simulated=True)
    header = replace(read_recording(folder / "01A.jsonl").header, prior=prior_json(prior))
    (folder.parent / "copy.jsonl").write_bytes(encode_header(header))
    assert prior_of(read_recording(folder.parent / "copy.jsonl").header) == prior


@pytest.mark.parametrize(("subject", "simulated"), [("", True), ("somebody-else", True), (SUBJECT, False)])
def test_nothing_is_taken_from_other_people_or_from_nobody(folder, subject, simulated):
    assert earlier_prior(folder, subject, simulated=simulated) is None


def test_damaged_and_foreign_files_teach_nothing(folder, tmp_path):
    (tmp_path / "junk.jsonl").write_bytes(b"\x89PNG\r\n")
    whole = (folder / "01A.jsonl").read_bytes().split(b"\n")
    (tmp_path / "damaged.jsonl").write_bytes(b"\n".join([*whole[:40], b"{", *whole[41:]]))
    assert earlier_prior(tmp_path, SUBJECT, simulated=True) is None


def test_no_more_than_three_sessions_are_pooled(folder, tmp_path):
    whole = read_recording(folder / "01A.jsonl")
    lines = whole.path.read_bytes().split(b"\n")
    for place in range(5):
        header = replace(whole.header, session=f"S{place}")
        (tmp_path / f"0{place}.jsonl").write_bytes(encode_header(header) + b"\n".join(lines[1:]))
    prior = earlier_prior(tmp_path, SUBJECT, simulated=True)
    assert prior.sessions == ("S4", "S3", "S2")
    one = earlier_prior(folder, SUBJECT, simulated=True)
    assert prior.exhale_noise.span_s == pytest.approx(3 * one.exhale_noise.span_s)
    assert prior.exhale_noise.power_ms2 == pytest.approx(one.exhale_noise.power_ms2)

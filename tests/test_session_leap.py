"""The machine sleeps for an hour between two notifications: the session's clock leaps, and no number bridges it."""

import pytest
from scripted import Stage, virtually
from test_live_equals_offline import Listening, offline, same_text

from biofeedback.clock import Clock, LoopClock
from biofeedback.core.events import End, Step
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.results import (
    Answer,
    Beat,
    BreathMeasures,
    CalmerThanBefore,
    ExhaleResponse,
    Gap,
    Result,
    StepEnded,
)
from biofeedback.course import SETTLE_S
from biofeedback.recording import read_recording
from biofeedback.straps import Payload, Sink, StrapEvent
from biofeedback.straps.simulated import SimulatedStrap

ASLEEP_S = 200.4  # in the eighth of twelve breaths
HOUR_S = 3600.0
Slept = tuple[Stage, list[Result]]
MEASURED = EXERCISES["measured_4_6"]


class Sleeping(LoopClock):
    """A clock that counts the time that the machine slept, on a loop whose timers do not: CLOCK_BOOTTIME on Linux."""

    slept_s = 0.0

    def now_s(self) -> float:
        return super().now_s() + self.slept_s


class Unheard(SimulatedStrap):
    """A strap that nobody hears while the machine sleeps: of what was due meanwhile only the last comes."""

    async def run(self, sink: Sink, clock: Clock) -> None:
        heard_s = [-1.0]

        def hear(event: StrapEvent) -> None:
            if not isinstance(event, Payload) or clock.now_s() > heard_s[0] + 0.5:
                heard_s[0] = clock.now_s()
                sink(event)

        await super().run(hear, clock)


@pytest.fixture(scope="module")
def slept(tmp_path_factory: pytest.TempPathFactory) -> Slept:
    """A measured session in whose midst the machine sleeps for an hour, until its end."""
    listening = Listening()

    async def main() -> Stage:
        clock = Sleeping()
        stage = Stage(
            tmp_path_factory.mktemp("slept"), MEASURED, Unheard("responder", 3), pipeline=listening, clock=clock
        )
        (await stage.at(0.0)).command("start", "physio")
        await stage.at(ASLEEP_S)
        clock.slept_s = HOUR_S
        await stage.running
        stage.session.close()
        return stage

    return virtually(main()), listening.results


def test_a_sleep_of_an_hour_is_a_gap_that_nothing_bridges_and_the_exercise_goes_on_after_it(slept: Slept) -> None:
    stage, heard = slept
    woken_s = ASLEEP_S + HOUR_S
    events = read_recording(stage.path).events
    same_text(heard, offline(events))
    *_, last = events
    assert isinstance(last, End)
    assert last.reason == "completed"
    baseline, breathe, recovery = [event for event in events if isinstance(event, Step)]
    assert (baseline.t_s, breathe.t_s) == (0.0, 120.0)
    assert woken_s <= recovery.t_s <= woken_s + 1.0  # the step that was to follow an hour ago begins now, in full
    assert last.t_s == recovery.t_s + 120.0 + SETTLE_S
    ended = [(end.step_seq, end.t_s) for end in heard if isinstance(end, StepEnded)]
    assert ended == [(baseline.seq, 120.0), (breathe.seq, 240.0), (recovery.seq, recovery.t_s + 120.0)]
    opened, *ends = [gap for gap in heard if isinstance(gap, Gap)]
    assert {end.start_s for end in ends} == {opened.start_s}
    closed = ends[-1]  # as soon as is known where its first beats lie
    assert (opened.end_s, opened.reason) == (None, "silence")
    assert 198.0 < closed.start_s < ASLEEP_S < woken_s - 2.0 < closed.end_s
    beats = [beat for beat in heard if isinstance(beat, Beat)]
    assert not [beat for beat in beats if ASLEEP_S < beat.t_s < woken_s - 2.0]
    assert {beat.segment for beat in beats if beat.t_s > woken_s} == {1}  # no difference spans it


def test_no_answer_is_made_of_what_lies_on_both_sides_of_a_sleep(slept: Slept) -> None:
    stage, heard = slept
    breaths = {breath.index: breath for breath in heard if isinstance(breath, BreathMeasures)}
    assert [breaths[index].usable for index in range(12)] == [True] * 7 + [breaths[7].usable] + [False] * 4
    assert {breaths[index].reason for index in range(8, 12)} == {"gap"}
    final = [answer for answer in heard if isinstance(answer, ExhaleResponse)][-1]
    assert (final.answer, final.revoked) == (Answer.UNKNOWN, True)  # a third of its step is missing
    assert final.breaths_used <= 8
    (calmer,) = [answer for answer in heard if isinstance(answer, CalmerThanBefore)]
    assert (calmer.answer, calmer.delta_heart_rate_bpm) == (Answer.UNKNOWN, None)
    told = sum(b'"type":"gap"' in frame and b'"reason":"silence"' in frame for frame in stage.channel.history)
    assert told == sum(isinstance(one, Gap) for one in heard)

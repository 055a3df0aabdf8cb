import asyncio
from pathlib import Path

import pytest

from biofeedback.clock import LoopClock, VirtualLoop
from biofeedback.core.events import Characteristic, Step, StepKind
from biofeedback.errors import InputError, NotRrData, RecordingCorrupt
from biofeedback.straps.replay import ReplayStrap
from biofeedback.straps.strap import Connected, Lost, Payload, RrFrame

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
HEADER = (
    '{"type":"header","format":"biofeedback-recording","version":1,"session":"01K","started_utc":"2026-11-22T09:00:00Z",'
    '"subject":"A-17","simulated":%s,"exercise":"measured_4_6","pipeline":1,"software":"0.1.0"}'
)
HEART_RATE, BATTERY = Characteristic.HEART_RATE, Characteristic.BATTERY


@pytest.fixture
def recording(tmp_path):
    def recording(*lines, simulated=False):
        path = tmp_path / "session.jsonl"
        numbered = [line.replace("{", f'{{"seq":{seq},', 1) for seq, line in enumerate(lines, 1)]
        path.write_text("\n".join([HEADER % ("true" if simulated else "false"), *numbered]) + "\n")
        return path

    return recording


def replay(path, from_s=0.0):
    """Events with the virtual times at which they came, until the strap has no more."""

    async def run():
        clock, events = LoopClock(), []
        await clock.sleep_until(from_s)
        strap = ReplayStrap(path)
        strap.watch(Step(1, from_s, StepKind.BASELINE, 120))
        await strap.run(lambda event: events.append((round(clock.now_s(), 6), event)), clock)
        return events

    loop = VirtualLoop()
    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


STRAP = '{"type":"strap","t_s":%s,"strap":1,"source":"ble","model":"Polar H10","firmware":"5.0.0","latency_s":0.4}'
CONNECTED = '{"type":"link","t_s":%s,"strap":1,"state":"connected"}'
LOST = '{"type":"link","t_s":%s,"strap":1,"state":"lost","reason":"out_of_range"}'
BEAT = '{"type":"notification","t_s":%s,"strap":1,"characteristic":"2a37","value":"104372038a03"}'
STEP = '{"type":"step","t_s":%s,"step":"baseline","duration_s":120}'
H10 = Connected("replay", "Polar H10", "5.0.0", 0.4)
BYTES = Payload(HEART_RATE, bytes.fromhex("104372038a03"))


def test_a_recording_gives_its_strap_and_nothing_else_at_its_times(recording):
    path = recording(
        STEP % 10.0,
        STRAP % 10.4,
        CONNECTED % 10.41,
        '{"type":"notification","t_s":10.42,"strap":1,"characteristic":"2a19","value":"57"}',
        BEAT % 11.5,
        '{"type":"mark","t_s":12.0,"kind":"note","text":"sat up"}',
        LOST % 13.0,
        CONNECTED % 20.0,
        BEAT % 21.0,
        '{"type":"end","t_s":30.0,"reason":"completed"}',
    )
    assert replay(path) == [
        (0.41, H10),
        (0.42, Payload(BATTERY, b"W")),
        (1.5, BYTES),
        (3.0, Lost("out_of_range")),
        (10.0, H10),
        (11.0, BYTES),
    ]


def test_it_can_begin_at_any_time_of_a_session(recording):
    path = recording(STRAP % 0.0, CONNECTED % 0.0, BEAT % 1.0)
    assert [t_s for t_s, _ in replay(path, from_s=50.0)] == [50.0, 51.0]


def test_what_was_sent_without_a_link_line_is_connected_first(recording):
    assert replay(recording(BEAT % 0.0, BEAT % 1.0)) == [(0.0, Connected("replay")), (0.0, BYTES), (1.0, BYTES)]


def test_another_strap_and_a_restart_of_the_program_begin_a_new_link(recording):
    path = recording(
        STRAP % 0.0,
        CONNECTED % 0.0,
        BEAT % 1.0,
        '{"type":"resumed","t_s":5.0,"utc":"2026-11-22T09:02:51.9Z","reason":"restart"}',
        '{"type":"resumed","t_s":6.0,"utc":"2026-11-22T09:02:52.9Z","reason":"restart"}',
        CONNECTED % 7.0,
        '{"type":"strap","t_s":8.0,"strap":2,"source":"ble","model":"Wahoo","firmware":null,"latency_s":null}',
        CONNECTED % 8.1,
        LOST.replace(',"reason":"out_of_range"', "") % 9.0,
    )
    assert replay(path) == [
        (0.0, H10),
        (1.0, BYTES),
        (5.0, Lost("restart")),
        (7.0, H10),
        (8.1, Connected("replay", "Wahoo")),
        (9.0, Lost("lost")),
    ]


def test_a_simulated_recording_stays_simulated(recording):
    assert ReplayStrap(recording(BEAT % 0.0, simulated=True)).simulated
    assert not ReplayStrap(recording(BEAT % 0.0)).simulated
    assert ReplayStrap.source == "replay"


def test_recorded_intervals_stay_intervals(recording):
    assert replay(recording('{"type":"rr","t_s":1.0,"rr_ms":[936.0,1020.5]}'))[1] == (0.0, RrFrame((936.0, 1020.5)))


def test_a_torn_recording_is_replayed_as_far_as_it_goes(recording):
    path = recording(BEAT % 0.0, BEAT % 1.0)
    path.write_bytes(path.read_bytes()[:-20])
    strap = ReplayStrap(path)
    assert len(strap.warnings) == 1
    assert len(replay(path)) == 2


def test_a_recording_without_a_strap_is_refused(recording):
    with pytest.raises(InputError, match="nothing to replay"):
        ReplayStrap(recording(STEP % 0.0))
    with pytest.raises(InputError, match="nothing to replay"):
        ReplayStrap(recording())


def test_damage_is_said_before_the_session_begins(recording, tmp_path):
    path = recording(BEAT % 0.0, '{"type":"notification"', BEAT % 1.0)
    with pytest.raises(RecordingCorrupt):
        ReplayStrap(path)
    with pytest.raises(NotRrData, match="no such file"):
        ReplayStrap(tmp_path / "missing.jsonl")


def test_a_list_of_intervals_beats_at_the_end_of_each(tmp_path):
    path = tmp_path / "rr.txt"
    path.write_text("800\n1000.5\n900\n")
    assert not ReplayStrap(path).simulated
    assert replay(path) == [
        (0.0, Connected("replay", "rr.txt")),
        (0.8, RrFrame((800.0,))),
        (1.8005, RrFrame((1000.5,))),
        (2.7005, RrFrame((900.0,))),
    ]


def test_arrival_times_of_a_file_are_kept(tmp_path):
    path = tmp_path / "rr.csv"
    path.write_text("t_s,rr_ms\n100.0,800\n100.0,1000\n103.5,900\n")
    assert [t_s for t_s, _ in replay(path)] == pytest.approx([0.0, 0.8, 0.8, 4.3])


def test_a_replay_can_be_stopped(tmp_path):
    path = tmp_path / "rr.txt"
    path.write_text("800\n" * 1000)

    async def stopped():
        clock, events = LoopClock(), []
        running = asyncio.ensure_future(ReplayStrap(path).run(events.append, clock))
        await clock.sleep_until(10.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await clock.sleep_until(20.0)
        return events

    loop = VirtualLoop()
    events = loop.run_until_complete(stopped())
    loop.close()
    assert len(events) == pytest.approx(13, abs=1)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside this checkout")
def test_a_real_strap_is_replayed_beat_by_beat():
    events = replay(SHARED / "polar_h10" / "slow_breathing_ibi.csv")
    assert len(events) == 621
    assert events[1][1] == RrFrame((936.0,))
    assert 595 < events[-1][0] < 605

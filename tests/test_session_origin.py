"""What comes from elsewhere enters a session once, whatever is sent again and whenever the program stops."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from kept import recorded
from scripted import HEADER, ScriptedStrap, Stage, continued, virtually

from biofeedback.clock import LoopClock
from biofeedback.composition import go_on
from biofeedback.core.events import Characteristic, Link, LinkState, Notification, Origin, StrapInfo
from biofeedback.core.exercises import EXERCISES
from biofeedback.recorder import FileRecorder
from biofeedback.recording import read_recording
from biofeedback.strap_link import StrapLink
from biofeedback.straps import Connected, Lost, Payload, Searching, StrapEvent

PLAIN = EXERCISES["plain_4_6"]
ROOM = "room-2:1"


def payload(seq: int, origin: str = ROOM) -> Payload:
    return Payload(Characteristic.HEART_RATE, bytes([0x10, 60, 0, 4]), Origin(origin, seq, 100.0 + seq))


def origins(path: Path) -> list[tuple[str, int, float]]:
    return [
        (event.origin.id, event.origin.seq, event.origin.t_s)
        for event in recorded(path)
        if isinstance(event, Link | Notification) and event.origin is not None
    ]


async def staged(folder: Path, *events: StrapEvent) -> Stage:
    stage = Stage(folder, PLAIN, ScriptedStrap([(0.5, event) for event in events]))
    await stage.at(1.0)
    return stage


def test_what_is_sent_again_is_left_out_and_each_origin_counts_for_itself(tmp_path: Path) -> None:
    events = [Connected("remote", "H10", origin=Origin(ROOM, 1, 101.0)), payload(2), payload(3), payload(2), payload(3)]

    async def main() -> Stage:
        stage = await staged(tmp_path, *events, payload(1, "room-2:2"), Lost("off", Origin(ROOM, 4, 104.0)), events[0])
        assert (stage.session.heard(ROOM), stage.session.heard("room-2:2"), stage.session.heard("room-3")) == (4, 1, 0)
        await stage.cut()
        return stage

    path = virtually(main()).path
    expected = [(ROOM, seq, 100.0 + seq) for seq in (1, 2, 3)]
    assert origins(path) == [*expected, ("room-2:2", 1, 101.0), (ROOM, 4, 104.0)]
    links = [(event.state, event.origin and event.origin.seq) for event in recorded(path) if isinstance(event, Link)]
    assert links == [(LinkState.CONNECTED, 1), (LinkState.LOST, 4)]


def test_bytes_after_a_silence_bring_the_link_back_without_another_strap(tmp_path: Path) -> None:
    connected = Connected("remote", "H10", origin=Origin(ROOM, 1, 101.0))

    async def main() -> Stage:
        stage = await staged(tmp_path, connected, payload(2), Lost("silence"), Lost("silence"), payload(3))
        assert stage.session.status().strap_state == "beats"
        stage.session.receive(Searching("strap.remote_away"))
        assert stage.session.status().strap_state == "searching"
        stage.session.receive(payload(4))
        assert stage.session.status().strap_state == "beats"
        await stage.cut()
        return stage

    events = recorded(virtually(main()).path)
    links = [(event.state, event.origin is None) for event in events if isinstance(event, Link)]
    assert links == [(LinkState.CONNECTED, False), (LinkState.LOST, True), (LinkState.CONNECTED, True)]
    assert len([event for event in events if isinstance(event, StrapInfo)]) == 1


def test_a_session_that_goes_on_remembers_what_it_has_from_its_recording_alone(tmp_path: Path) -> None:
    connected = Connected("scripted", "H10", origin=Origin(ROOM, 1, 101.0))

    async def main() -> Path:
        stage = await staged(tmp_path, connected, payload(2), Lost("off", Origin(ROOM, 3, 103.0)))
        await stage.cut()
        recording = read_recording(stage.path)
        moment = recording_moment()
        again = go_on(
            recording.header,
            recording.events,
            FileRecorder(lambda: continued(stage.path)),
            PLAIN,
            ScriptedStrap([]),
            lambda _start_s: LoopClock(),
            moment,
        )
        assert again.heard(ROOM) == 3
        for event in (connected, payload(2), Lost("off", Origin(ROOM, 3, 103.0)), payload(4)):
            again.receive(event)
        assert await again.commit()
        again.close()
        return stage.path

    path = virtually(main())
    assert origins(path) == [(ROOM, seq, 100.0 + seq) for seq in (1, 2, 3, 4)]
    assert [event.strap for event in recorded(path) if isinstance(event, StrapInfo)] == [1]


def test_bytes_of_a_strap_that_was_never_named_get_one(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = await staged(tmp_path, payload(7))
        await stage.cut()
        return stage

    info, link, notification = recorded(virtually(main()).path)
    assert isinstance(info, StrapInfo)
    assert (info.source, info.model) == ("scripted", None)
    assert isinstance(link, Link)
    assert isinstance(notification, Notification)
    assert notification.strap == link.strap == info.strap == 1


@given(st.lists(st.integers(0, 30), max_size=40))
def test_however_often_a_collector_begins_again_the_count_has_no_doubles_and_no_holes(starts: list[int]) -> None:
    link, taken = StrapLink("remote"), []
    for start in starts:
        first = min(start, link.heard.get(ROOM, 0)) + 1
        for seq in range(first, first + 5):
            for make in link.inputs(payload(seq)):
                event = make(1, 0.0)
                taken += [event.origin.seq] if isinstance(event, Notification) and event.origin else []
    assert taken == list(range(1, len(taken) + 1))


def recording_moment():
    from datetime import datetime

    return datetime.fromisoformat(HEADER.started_utc)

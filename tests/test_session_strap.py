import logging
from pathlib import Path

import pytest
from kept import recorded
from scripted import ScriptedStrap, Stage, beats, virtually

from biofeedback.core.events import Characteristic, Link, LinkState, Notification, StrapInfo
from biofeedback.core.exercises import EXERCISES
from biofeedback.errors import StrapError
from biofeedback.strap_link import StrapLink
from biofeedback.straps import Connected, Lost, Payload, RrFrame, Searching

PLAIN = EXERCISES["plain_4_6"]


def test_a_strap_that_fails_is_started_again_and_the_session_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = [(0.0, Connected("scripted")), (1.0, RrFrame((1000.0,))), (2.0, RuntimeError("driver"))]
    refused = [(0.0, StrapError("Bluetooth is off"))]
    details: list[tuple[str, str | None]] = []

    async def main() -> Stage:
        strap = ScriptedStrap(failing, refused, beats(60))
        stage = Stage(tmp_path, PLAIN, strap)
        for t_s in (0.5, 1.5, 2.2, 2.8, 3.9, 6.0):
            status = (await stage.at(t_s)).status()
            details.append((status.strap_state, status.strap_detail))
        stage.session.finish("stopped")
        await stage.running
        stage.session.close()
        return stage

    with caplog.at_level(logging.ERROR):
        stage = virtually(main())
    assert details == [
        ("waiting_for_beats", None),
        ("beats", None),
        ("lost", "RuntimeError"),
        ("lost", "Bluetooth is off"),
        ("beats", None),
        ("beats", None),
    ]
    links = [(event.state, event.reason) for event in recorded(stage.path) if isinstance(event, Link)]
    assert links == [("connected", None), ("lost", "RuntimeError"), ("connected", None)]
    assert len([event for event in recorded(stage.path) if isinstance(event, StrapInfo)]) == 1
    assert "driver" in caplog.text


def test_another_strap_gets_another_number(tmp_path: Path) -> None:
    script = [
        (0.0, Searching("strap.connecting")),
        (1.0, Connected("ble", "Polar H10")),
        (2.0, Lost("out_of_range")),
        (2.5, Lost("out_of_range")),
        (3.0, Connected("ble", "Polar H9")),
        (4.0, RrFrame((1000.0,))),
    ]

    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(script))
        assert (await stage.at(0.5)).status().strap_state == "connecting"
        session = await stage.at(5.0)
        assert session.status().strap_model == "Polar H9"
        await stage.cut()
        return stage

    events = recorded(virtually(main()).path)
    assert [event.strap for event in events if isinstance(event, StrapInfo)] == [1, 2]
    assert [(event.strap, event.state) for event in events if isinstance(event, Link)] == [
        (1, "connected"),
        (1, "lost"),
        (2, "connected"),
    ]


def test_where_the_sensor_sits_is_that_of_the_strap_in_use_also_after_a_restart(tmp_path: Path) -> None:
    wrist, chest = (Payload(Characteristic.BODY_LOCATION, value) for value in (b"\x02", b"\x01"))
    script = [
        (0.0, Connected("ble", "Watch")),
        (1.0, wrist),
        (2.0, Lost("out_of_range")),
        (3.0, Connected("ble", "H9")),
    ]

    async def main() -> None:
        session = (stage := Stage(tmp_path, PLAIN, ScriptedStrap([*script, (4.0, chest)]))).session
        seen = []
        for t_s in (0.5, 1.5, 2.5, 3.5):
            await stage.at(t_s)
            seen.append(session.status().strap_place)
        await stage.cut()
        assert seen == [None, "wrist", "wrist", None]
        events = recorded(stage.path)
        link = StrapLink("ble")
        for event in events:
            link.restore(event)
        assert link.place is None
        link.restore(next(event for event in events if isinstance(event, Notification)))
        assert link.place == "wrist"

    virtually(main())


def test_a_strap_that_has_no_more_is_said_to_have_ended(tmp_path: Path) -> None:
    async def main() -> Stage:
        stage = Stage(tmp_path, PLAIN, ScriptedStrap(beats(5), ends=True))
        session = await stage.at(6.0)
        assert session.strap_ended.is_set()
        assert session.status().strap_state == "ended"
        await stage.cut()
        return stage

    link = recorded(virtually(main()).path)[-1]
    assert isinstance(link, Link)
    assert (link.state, link.reason) == (LinkState.LOST, "ended")

"""A strap that says in the terminal how it is doing."""

import io

import pytest
from scripted import ScriptedStrap, virtually

from biofeedback.announced import AnnouncedStrap
from biofeedback.clock import LoopClock
from biofeedback.core.events import Characteristic, Step, StepKind
from biofeedback.lang import Words
from biofeedback.straps import Connected, Lost, Payload, RrFrame, Searching

EVENTS = [
    Searching("strap.searching"),
    Searching("strap.searching"),
    Searching("something else"),
    Connected("ble", "Polar H10"),
    RrFrame((900.0,)),
    Lost("out_of_range"),
    Connected("ble"),
    Lost("RuntimeError"),
]


@pytest.fixture
def file():
    return io.StringIO()


def announced(script, file):
    return AnnouncedStrap(ScriptedStrap(script, ends=True), Words("en"), file)


def test_every_event_goes_on_unchanged_and_each_state_is_said_once(file):
    got = []

    async def play():
        await announced([(0.1 * k, event) for k, event in enumerate(EVENTS)], file).run(got.append, LoopClock())

    virtually(play())

    assert got == EVENTS
    assert file.getvalue().splitlines() == [
        "Looking for the strap. Put it on and wet its inside.",
        "something else",
        "Connected to Polar H10.",
        "The connection to the strap is gone for a moment. Stay near; we connect again by ourselves.",
        "Connected to ble.",
        "The strap is gone for a moment. Stay near; it is found again by itself.",
    ]


@pytest.mark.parametrize(("value", "told"), [(b"\x01", 0), (b"\x02", 1), (b"\x00", 1), (b"\x7f", 0), (b"", 0)])
def test_a_sensor_that_is_not_on_the_chest_is_said_to_be_so(file, value, told):
    async def play():
        payload = Payload(Characteristic.BODY_LOCATION, value)
        await announced([(0.1, payload)], file).run(lambda event: None, LoopClock())

    virtually(play())

    assert file.getvalue().count("no RR intervals") == told


def test_a_step_is_said_and_shown_to_the_person(file):
    strap = announced([], file)
    step = Step(1, 0.0, StepKind.BASELINE, 120.0)

    strap.watch(step)
    strap.watch(None)

    assert file.getvalue() == "Baseline\n"
    assert strap._strap.watched == [step, None]

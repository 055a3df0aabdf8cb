"""A strap that says in the terminal how it is doing."""

import io

import pytest
from scripted import ScriptedStrap, virtually

from biofeedback.announced import AnnouncedStrap
from biofeedback.clock import LoopClock
from biofeedback.core.events import Step, StepKind
from biofeedback.lang import Words
from biofeedback.straps import Connected, Lost, RrFrame, Searching

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


def test_a_step_is_said_and_shown_to_the_person(file):
    strap = announced([], file)
    step = Step(1, 0.0, StepKind.BASELINE, 120.0)

    strap.watch(step)
    strap.watch(None)

    assert file.getvalue() == "Baseline\n"
    assert strap._strap.watched == [step, None]

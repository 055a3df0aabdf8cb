"""The comparison of estimators, on a few sessions: same beats for all, and a page with all rows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from biofeedback.core.noise import Whitened
from biofeedback.core.results import Answer
from tests.validation.classes import CLASSES
from tests.validation.courses import NAMES, ORACLE, SHOWN, TRADE_OFF, Looked, Session, course, measure
from tests.validation.curves import SET_MINIMA, TOGETHER_MINS, tally, trade_off
from tests.validation.estimators import SHOWN_MINIMA, write_page
from tests.validation.filters import LineFit, Said
from tests.validation.looks import SeenBeats, see
from tests.validation.weighing import fit_weighing, true_noise

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def sessions() -> dict[str, list[Session]]:
    names = dict.fromkeys((*SHOWN, *(name for pair in TRADE_OFF.values() for name in pair)))
    return {name: [measure(name, 60_000)] for name in names}


@pytest.mark.parametrize("name", ["responder_8_12", "own_slow_varied"])
def test_the_kept_estimator_says_what_the_pipeline_said(name: str) -> None:
    looks = [look for look in see(CLASSES[name], 60_000) if look.beats is not None]
    assert [look.breaths for look in looks] == [3, 6, 12]
    for look in looks:
        assert look.beats is not None
        said = fit_weighing(look.beats).decide(look.beats.used)
        assert (said.low_ms, said.high_ms) == (look.low_ms, look.high_ms)
        assert said.is_yes == (look.answer is Answer.YES)


def test_the_page_has_a_row_for_each_class_and_estimator(sessions: dict[str, list[Session]], tmp_path: Path) -> None:
    write_page(sessions, tmp_path)
    page = (tmp_path / "estimators.md").read_text(encoding="utf-8")
    for name in SHOWN:
        assert page.count(f"\n| {name} | ") >= 2 + 4
    assert page.count(f" | {ORACLE} | ") >= sum(tally(sessions[name], ORACLE) is not None for name in SHOWN)
    assert page.count("(set)") == len(TRADE_OFF)
    assert page.count("\n| fixed | ") == len(SHOWN_MINIMA) + 1  # and one in the short table
    for picture in ("estimators_power.svg", "estimators_varied.svg"):
        assert f"({picture})" in page
        assert (tmp_path / picture).stat().st_size > 10_000


def test_an_answering_heart_is_seen_by_all_and_noise_by_none(sessions: dict[str, list[Session]]) -> None:
    for estimator in NAMES:
        found = tally([measure("responder_12_20", 60_001 + k) for k in range(2)], estimator)
        assert found is not None
        assert found.ever[12].hits >= 1
    assert tally(sessions["free"], ORACLE) is None


def test_stricter_limits_never_say_yes_more_often(sessions: dict[str, list[Session]]) -> None:
    for estimator, looser, stricter in (("floor", 0.5, 2.0), ("arc", 0.5, 2.0), ("weighing", -2.0, 4.0)):
        for found in sessions.values():
            loose, strict = tally(found, estimator, looser), tally(found, estimator, stricter)
            assert loose is not None
            assert strict is not None
            assert loose.ever[12].hits >= strict.ever[12].hits


def test_more_evidence_asked_for_leaves_fewer_answers(sessions: dict[str, list[Session]]) -> None:
    found = [one for one in trade_off(sessions) if one.pacer == "fixed"]
    assert len(found) == len({*TOGETHER_MINS, *SET_MINIMA.values()})
    hits = [one.responder.ever[12].hits for one in found if one.together_min in TOGETHER_MINS]
    assert hits == sorted(hits, reverse=True)
    kept = tally(sessions["responder_8_12"], "weighing")
    assert next(one.responder for one in found if one.is_set) == kept


def test_the_true_noise_is_that_of_the_beats() -> None:
    quiet = replace(CLASSES["flat"].traits, rsa_bpm=(0.0, 0.0))
    one = replace(CLASSES["flat"], traits=quiet)
    sizes = []
    for seed in range(60_000, 60_006):
        beats = see(one, seed)[-1].beats
        assert isinstance(beats, SeenBeats)
        white = Whitened(true_noise(one, seed, float(beats.nn_ms.mean())), beats.mid_s, beats.nn_ms)
        sizes.append(float(white.y @ white.y) / (len(white.y) - 3))
    assert np.mean(sizes) == pytest.approx(1.0, abs=0.25)


def test_a_yes_stands_until_a_later_look_finds_another_pace_or_no_signal() -> None:
    def said(fits: dict[str, Said], used: int) -> Said:
        return fits["any"]

    yes, off = Said(True, False, 5.0, 1.0, 9.0), Said(False, True, 0.0, -4.0, 4.0)
    looks = [Looked(3, 3, 5.0, {"any": yes}, {}), Looked(6, 6, 5.0, {"any": off}, {})]
    found = course(Session("any", 0, tuple(looks)), said)
    assert (found.yes_after, found.is_yes_at_last, found.covers) == (3, False, False)
    assert not course(Session("any", 0, (looks[0], Looked(6, 0, None, {}, {}))), said).is_yes_at_last


def test_a_gated_line_says_nothing_however_large() -> None:
    assert LineFit(9.0, 12.0, 50.0, 10.0).decide(3).is_yes
    assert not LineFit(9.0, 12.0, 50.0, 10.0, is_gated=True).decide(3).is_yes
    assert not LineFit(9.0, 12.0, 50.0, 10.0).decide(3, 5.0).is_yes

"""Messages that scenes are put together from, built from the channel's own schema."""

import math
from typing import Any

from biofeedback import messages

BREATHE_AT_S = 120.0


def step(index: int, kind: str, start_s: float, ended_s: float | None = None, **fields: Any) -> messages.Step:
    """A step message; a breathing step is 4-6."""
    paced = kind in ("breathe", "practice")
    values: dict[str, Any] = {
        "step_seq": 10 * index + 3,
        "index": index,
        "step": kind,
        "start_s": start_s,
        "duration_s": 120.0,
        "pattern": "4-6" if paced else None,
        "inhale_s": 4.0 if paced else None,
        "hold_in_s": 0.0 if paced else None,
        "exhale_s": 6.0 if paced else None,
        "hold_out_s": 0.0 if paced else None,
        "breaths": [],
        "movement": None,
        "continues": None,
        "ended_s": ended_s,
        "ended_by": None if ended_s is None else "planned",
    }
    return messages.Step(**{**values, **fields})


def answer(state: str, at_s: float, **fields: Any) -> messages.Answer:
    """An exhale answer with the numbers that go with its state."""
    is_yes = state == "yes"
    values: dict[str, Any] = {
        "which": "exhale",
        "at_s": at_s,
        "state": state,
        "shown": True,
        "answer": "yes" if is_yes else "unknown",
        "reason": None if is_yes else "too_few_breaths",
        "reasons": [] if is_yes else ["too_few_breaths"],
        "following": "yes",
        "following_source": "measured",
        "effect_ms": 61.0 if is_yes else None,
        "low_ms": 38.0 if is_yes else None,
        "high_ms": 84.0 if is_yes else None,
        "effect_bpm": 5.6 if is_yes else None,
        "low_bpm": 3.4 if is_yes else None,
        "high_bpm": 7.8 if is_yes else None,
        "breaths_used": 5,
        "breaths_until_look": 1,
        "noise_source": "session",
        "latency_source": "profiled",
        "time_to_answer_s": 30.0 if is_yes else None,
        "revoked": False,
        "final": False,
        "time_to_live_s": 5.0,
    }
    return messages.Answer(**{**values, **fields})


def calmer(verdict: str, **fields: Any) -> messages.Answer:
    """The answer at the end."""
    numbers = {"effect_bpm": -6.2, "low_bpm": -8.1, "high_bpm": -4.3} if verdict == "yes" else {}
    sitting = {"expected_low_bpm": -5.9, "expected_high_bpm": 2.9}
    reason = None if verdict == "yes" else "inconclusive"
    return answer(
        verdict,
        361.0,
        **{"which": "calmer", "answer": verdict, "reason": reason, "final": True, **numbers, **sitting, **fields},
    )


def quality(at_s: float, /, **fields: Any) -> messages.Quality:
    """A good signal, unless told otherwise."""
    values: dict[str, Any] = {
        "at_s": at_s,
        "grade": "good",
        "reasons": [],
        "beats": 190,
        "usable_percent": 99.2,
        "corrected_percent": 0.4,
        "contact": True,
        "battery_percent": 84,
        "connected": True,
        "strap_state": "beats",
        "strap_detail": None,
        "strap_model": "Polar H10",
        "beat_age_s": 0.4,
        "heart_rate_bpm": 68.0,
        "saved": True,
        "viewers": 2,
    }
    return messages.Quality(**{**values, **fields})


def beats_between(from_s: float, to_s: float, gap: tuple[float, float] | None = None) -> list[messages.Beat]:
    """Beats of a heart that goes along with 4-6 breathing from 120 s on."""
    beats, t_s, index = [], from_s, 0
    while t_s < to_s:
        breathing = 70 * math.cos(2 * math.pi * ((t_s - BREATHE_AT_S) % 10 - 3) / 10) if t_s > BREATHE_AT_S else 0.0
        rr_ms = 885 - breathing + 14 * math.sin(t_s / 2.3) + 9 * math.sin(t_s / 7.1)
        t_s += rr_ms / 1000
        if gap is None or not gap[0] < t_s < gap[1]:
            segment = 1 if gap and t_s >= gap[1] else 0
            labels = [(index - 1, 0, "ectopic")] if index == 40 else []
            beats.append(
                messages.Beat(
                    seq=index,
                    index=0,
                    t_s=round(t_s, 3),
                    rr_ms=round(rr_ms, 2),
                    heart_rate_bpm=round(60000 / rr_ms, 3),
                    segment=segment,
                    labels=labels,
                )
            )
        index += 1
    return beats


def breaths_until(now_s: float, last: int = 12, *, has_chest: bool = False) -> list[messages.Breath]:
    """Measured breaths of the breathing step so far; the fourth is not usable, the second not in time."""
    told = (
        ["no" if k == 1 else "unknown" if k == 3 else "yes" for k in range(last)] if has_chest else ["unknown"] * last
    )
    count = max(0, min(last, int((now_s - BREATHE_AT_S) // 10)))
    falls = [4.1, 6.2, 5.0, 1.2, 5.9, 6.6, 4.7, 5.8, 6.1, -0.6, 5.5, 6.0]
    return [
        messages.Breath(
            step_seq=13,
            index=k,
            inhale_start_s=BREATHE_AT_S + 10 * k,
            exhale_start_s=BREATHE_AT_S + 10 * k + 4,
            end_s=BREATHE_AT_S + 10 * k + 10,
            exhale_rise_ms=falls[k] * 11,
            exhale_fall_bpm=falls[k],
            usable=k != 3,
            reason="gap" if k == 3 else None,
            following=told[k],
        )
        for k in range(count)
    ]


def trends_until(now_s: float) -> list[messages.Trend]:
    """Breath-locked amplitude after each breath from the third."""
    return [
        messages.Trend(
            step_seq=13,
            at_s=breath.end_s,
            breath=breath.index,
            rsa_ms=88.0 + 3 * breath.index,
            low_ms=70.0,
            high_ms=118.0,
            change="higher" if breath.index > 5 else "unclear",
        )
        for breath in breaths_until(now_s)[2:]
    ]


def measures(index: int, kind: str, rate: float) -> messages.Measures:
    """Measures of a finished step."""
    return messages.Measures(
        step_seq=10 * index + 3,
        step=kind,
        start_s=120.0 * index,
        end_s=120.0 * (index + 1),
        beats=138,
        heart_rate_bpm=rate,
        rmssd_ms=37.4,
        sdnn_ms=52.1,
        respiration_hz=0.24 if kind != "breathe" else 0.1,
        respiration_source="measured",
        rsa_ms=None,
    )


def chest_wave(now_s: float) -> messages.Breathing:
    """The chest's wave of the last minute: it follows 4-6 breathing half a second late, with a hole in it."""
    times = [now_s - 62.4 + 0.4 * k for k in range(150)]
    wave = [
        (t_s, round(-8 * math.cos(2 * math.pi * (t_s - 0.5) / 10), 2)) for t_s in times if not 30 < now_s - t_s < 34
    ]
    return messages.Breathing(at_s=now_s - 2.4, wave=wave, per_min=6.0)


def mark(at_s: float, kind: str, text: str = "", author: str | None = None) -> messages.Mark:
    """A mark."""
    return messages.Mark(at_s=at_s, kind=kind, text=text, author=author)

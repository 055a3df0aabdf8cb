"""The history of a scripted person: sessions of every kind that there is, and what they say together."""

from datetime import UTC, datetime, timedelta
from typing import Any

NO_NOTE = {
    "posture": None, "medication": "", "changed": "", "protocol": "", "quality_note": "", "adverse": "",
    "strap_cleaned": None, "text": "", "author": None, "at_utc": None,
}  # fmt: skip
FIRST = datetime(2026, 9, 1, 9, 30, tzinfo=UTC)


def a_session(number: int, **fields: Any) -> dict[str, Any]:
    """A session as the history tells of it, the first of all ``number`` 0."""
    fall = 4.0 + 1.7 * ((number * 7) % 5 - 2)
    values = {
        "id": f"01S{number:03}",
        "begun_utc": (FIRST + timedelta(days=3 * number, minutes=7 * number)).isoformat().replace("+00:00", "Z"),
        "exercise": "measured_4_6",
        "simulated": False,
        "ended": True,
        "duration_s": 360.0,
        "grade": "good",
        "usable_percent": 97.6,
        "exhale": {
            "answer": "yes" if fall > 2 else "unknown",
            "reason": None if fall > 2 else "inconclusive",
            "effect_bpm": fall,
            "low_bpm": fall - 1.9,
            "high_bpm": fall + 1.9,
            "following": "yes",
            "breaths_used": 12,
        },
        "calmer": {
            "answer": "unknown",
            "reason": "inconclusive",
            "delta_heart_rate_bpm": -1.2 - number % 3,
            "low_bpm": -3.6 - number % 3,
            "high_bpm": 1.2 - number % 3,
        },
        "tension_before": 5 + number % 4,
        "tension_after": 3 + number % 3,
        "noticed": 2,
        "context": ["posture sitting", "changed coffee"],
        "has_note": False,
        "edits": 0,
    }
    return {**values, **fields}


NOTHING_KNOWN = {"answer": "unknown", "reason": "no_contact"} | dict.fromkeys(
    ("effect_bpm", "low_bpm", "high_bpm", "delta_heart_rate_bpm"), None
)
# What else a session can be, the newest of a history.
ODD = (
    {"ended": False, "exhale": None, "calmer": None, "tension_after": None, "noticed": None, "context": []},
    {"simulated": True, "exercise": "trial_recovery", "has_note": True, "edits": 3},
    {"grade": "bad", "usable_percent": 31.0, "exhale": NOTHING_KNOWN, "calmer": NOTHING_KNOWN},
    {"tension_before": None, "tension_after": None, "usable_percent": None, "grade": None, "exercise": "a later one"},
)


def a_history(count: int, odd: bool = False, **fields: Any) -> dict[str, Any]:
    """A history of so many sessions, the newest first."""
    sessions = [a_session(number) for number in range(count)][::-1]
    if odd:
        sessions = [{**one, **extra} for one, extra in zip(sessions, ODD, strict=False)] + sessions[len(ODD) :]
    told = {"sessions": sessions, "unread": 0, "unreadable": 0, "pooled": a_pool(count), "bands": bands(count)}
    return {**told, **fields}


def a_pool(count: int) -> list[dict[str, Any]]:
    """The sessions together, where there are two."""
    if count < 2:
        return []
    told = {
        "answer": "unknown",
        "reason": "inconclusive",
        "delta_heart_rate_bpm": -2.1,
        "low_bpm": -3.4,
        "high_bpm": -0.8,
    }
    told |= {"expected_bpm": -3.0, "sessions": [f"01S{n:03}" for n in range(count)], "more_sessions": 11}
    return [{"exercise": "measured_4_6", "simulated": False, **told}]


def bands(count: int) -> list[dict[str, Any]]:
    """Where each measure lies."""
    known = (
        ("heart_rate_bpm", 64.2, 61.0, 68.4, 6.3, None),
        ("rmssd_ms", 31.0, 24.0, 41.0, None, 1.62),
        ("respiration_hz", 0.23, 0.21, 0.26, 0.05, None),
        ("exhale_fall_bpm", 4.0, 0.6, 7.4, 4.4, None),
    )
    told = []
    for measure, mean, low, high, change, ratio in known:
        values = {"mean": mean, "low": low, "high": high} if count else dict.fromkeys(("mean", "low", "high"))
        detectable = (change, ratio) if count > 2 else (None, None)
        names = ("minimum_detectable_change", "minimum_detectable_ratio")
        limits = dict(zip(names, detectable, strict=True))
        told.append({"measure": measure, "exercise": None, "sessions": count, **values, **limits})
    return told

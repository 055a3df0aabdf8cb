"""Numbers and answers in a person's language: the same words as on the pages, with the numbers beside them."""

from dataclasses import dataclass

from biofeedback.core.pool import PooledCalmer
from biofeedback.core.results import Answer, BeatSources, CalmerThanBefore, ExhaleResponse, Reason, RespirationSource
from biofeedback.lang import Words
from biofeedback.report.analysis import Analysis
from biofeedback.report.closing import AWAY, calmer_line, exhale_line

__all__ = [
    "Verdict",
    "calmer_verdict",
    "exhale_verdict",
    "interval",
    "number",
    "pooled_verdict",
    "reasons",
    "sources_sentence",
]

Fact = tuple[str, str]
NAMED_BEATS = 12  # that a report names; the rest is in the JSON


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer: the person's question, word and sentence; ``headline`` and ``facts`` are for the physiotherapist.

    Each of these is a name and a value, and there only where there is a value.
    """

    question: str
    answer: Answer
    word: str
    sentence: str
    headline: Fact | None
    facts: tuple[Fact, ...]
    reasons: tuple[str, ...]


def number(words: Words, value: float | None, decimals: int = 0) -> str:
    """A number in the language, a dash where there is none."""
    return words("report.absent") if value is None else words(f"report.number.{decimals}", x=value)


def interval(words: Words, unit: str, value: float | None, low: float | None, high: float | None) -> str | None:
    """A number in its unit (``bpm``, ``ms``, ``ln``) with its 95 % interval, as far as there is one; else None."""
    if value is None:
        return None
    decimals = 2 if unit == "ln" else 1
    shown = words(f"report.{unit}", x=number(words, value, decimals))
    if low is None or high is None:
        return shown
    return words("report.interval", value=shown, low=number(words, low, decimals), high=number(words, high, decimals))


def reasons(words: Words, given: tuple[Reason, ...]) -> tuple[str, ...]:
    """Reasons in words, the first one first."""
    return tuple(words(f"reason.{reason}") for reason in given)


def sources_sentence(sources: BeatSources, words: Words, begin_s: float = 0.0) -> str:
    """What the strap's own list of beats and its ECG say of each other; times from ``begin_s``."""
    count = len(sources.missing_s)
    shown_s = [number(words, at_s - begin_s, 1) for at_s in sources.missing_s[:NAMED_BEATS]]
    times = "; ".join([*shown_s, *(["…"] if count > NAMED_BEATS else [])])
    said = words("report.sources", strap=sources.strap_beats, ecg=sources.ecg_beats)
    missing = words("report.sources.missing", n=count, times=times) if count else words("report.sources.none_missing")
    late = "report.sources.latency_unknown"
    if sources.latency_s is not None and sources.latency_sd_s is not None:
        late = "report.sources.latency"
    delays = {"x": number(words, sources.latency_s, 2), "sd": number(words, sources.latency_sd_s, 2)}
    return words("report.sources.sentence", counts=said, missing=missing, latency=words(late, **delays))


def exhale_verdict(analysis: Analysis, response: ExhaleResponse, words: Words) -> Verdict:
    """Does the heart answer the exhale? The sentence is that of the person's own screen."""
    effect = interval(words, "bpm", response.effect_bpm, response.low_bpm, response.high_bpm)
    said = exhale_line(analysis, response)
    away = (words("reason.away"),) if said.key == AWAY else ()
    return Verdict(
        words("card.question"),
        response.answer,
        words(f"answer.{response.answer}"),
        words(said.key, **said.values),
        _fact(words, "report.exhale.headline", effect),
        tuple(_exhale_facts(response, words)),
        (*reasons(words, response.reasons), *away),
    )


def calmer_verdict(calmer: CalmerThanBefore | None, words: Words) -> Verdict:
    """Is the heart calmer than before? None: the file holds no such answer."""
    question = words("report.calmer.question")
    if calmer is None:
        unknown = words("answer.unknown"), words("closing.calmer.unknown")
        return Verdict(question, Answer.UNKNOWN, *unknown, None, (), (words("reason.no_baseline"),))
    delta, said = calmer.delta_heart_rate_bpm, calmer_line(calmer)
    return Verdict(
        question,
        calmer.answer,
        words(f"answer.{calmer.answer}"),
        words(said.key, **said.values),
        _fact(words, "report.calmer.headline", interval(words, "bpm", delta, calmer.low_bpm, calmer.high_bpm)),
        tuple(_calmer_facts(calmer, words)),
        reasons(words, calmer.reasons),
    )


def pooled_verdict(pooled: PooledCalmer, words: Words) -> Verdict:
    """Is the heart calmer than before, over several sessions of one person?"""
    delta, sessions = pooled.delta_heart_rate_bpm, len(pooled.sessions)
    fall = 0.0 if delta is None else round(-delta) if delta <= -1 else round(-delta, 1)
    more = pooled.more_sessions
    key = f"report.pooled.{pooled.answer}" if more != 0 else "report.pooled.enough"
    sitting = words("report.bpm", x=number(words, pooled.expected_bpm, 1))
    facts = {
        "sitting": words("report.spread", value=sitting, sd=number(words, pooled.expected_sd_bpm, 1)),
        "sitting_sessions": str(len(pooled.sitting_sessions)),
        "between_sd": None if delta is None else words("report.bpm", x=number(words, pooled.between_sd_bpm, 1)),
        "sessions_needed": str(pooled.sessions_needed),
        "p_value": _p_value(words, pooled.p_value),
    }
    return Verdict(
        words("report.pooled.question", n=sessions),
        pooled.answer,
        words(f"answer.{pooled.answer}"),
        words(key, n=sessions, fall=fall, more=more or 0),
        _fact(words, "report.calmer.headline", interval(words, "bpm", delta, pooled.low_bpm, pooled.high_bpm)),
        tuple(_there(words, facts)),
        () if pooled.reason is None else reasons(words, (pooled.reason,)),
    )


def _exhale_facts(response: ExhaleResponse, words: Words) -> list[Fact]:
    """Numbers of the exhale answer that are there."""
    return _there(
        words,
        {
            "effect_ms": interval(words, "ms", response.effect_ms, response.low_ms, response.high_ms),
            "following": None if response.step_seq is None else _following(response, words),
            "looks": _looks(response, words),
            "breaths_used": str(response.breaths_used) if response.breaths_used else None,
            "time_to_answer": _valued(words, "report.seconds", response.time_to_answer_s),
            "phase": _valued(words, "report.degrees", response.phase_deg),
            "p_value": _p_value(words, response.p_value),
            "noise": None if response.noise_source is None else words(f"noise_source.{response.noise_source}"),
            "latency": words(f"latency_source.{response.latency_source}") if response.breaths_used else None,
            "revoked": words("physio.revoked") if response.revoked else None,
        },
    )


def _following(response: ExhaleResponse, words: Words) -> str:
    """Whether the person breathed along, and what says so."""
    told, source = words(f"following.{response.following}"), response.following_source
    return told if source is None else words("report.sourced", value=told, source=words(f"following_source.{source}"))


def _looks(response: ExhaleResponse, words: Words) -> str | None:
    """What each planned look decided; None where there was none."""
    told = [words("report.look", breaths=one.breaths, answer=words(f"answer.{one.answer}")) for one in response.looks]
    return "; ".join(told) or None


def _rates(calmer: CalmerThanBefore, words: Words) -> str | None:
    """Breathing rates before and after, each with its source; None where neither is known."""
    rates = (
        (calmer.respiration_before_hz, calmer.respiration_before_source),
        (calmer.respiration_after_hz, calmer.respiration_after_source),
    )
    if all(hz is None for hz, _ in rates):
        return None
    return ", ".join(_rate(hz, source, words) for hz, source in rates)


def _rate(hz: float | None, source: RespirationSource, words: Words) -> str:
    """A breathing rate with its source; a dash where it is not known."""
    if hz is None:
        return number(words, None)
    return words("report.sourced", value=number(words, hz * 60, 1), source=words(f"respiration_source.{source}"))


def _calmer_facts(calmer: CalmerThanBefore, words: Words) -> list[Fact]:
    """Numbers of the calmer answer that are there."""
    return _there(
        words,
        {
            "expected": interval(words, "bpm", calmer.expected_bpm, calmer.expected_low_bpm, calmer.expected_high_bpm),
            "delta_ln_rmssd": interval(words, "ln", calmer.delta_ln_rmssd, calmer.low_ln_rmssd, calmer.high_ln_rmssd),
            "respiration": _rates(calmer, words),
            "p_value": _p_value(words, calmer.p_value),
            "ln_rmssd_p_value": _p_value(words, calmer.ln_rmssd_p_value),
        },
    )


def _there(words: Words, facts: dict[str, str | None]) -> list[Fact]:
    """Facts that have a value, under their names."""
    return [(words(f"report.fact.{name}"), value) for name, value in facts.items() if value is not None]


def _fact(words: Words, key: str, value: str | None) -> Fact | None:
    """A fact, None where it has no value."""
    return None if value is None else (words(key), value)


def _valued(words: Words, key: str, value: float | None) -> str | None:
    """A value in a text, None where there is none."""
    return None if value is None else words(key, x=value)


def _p_value(words: Words, value: float | None) -> str | None:
    """A p value; below a thousandth it says so instead of rounding to 0."""
    if value is None:
        return None
    return words("report.p_small") if value < 0.001 else number(words, value, 3)

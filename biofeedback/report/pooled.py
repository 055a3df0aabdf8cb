"""Several files of one person together: members, pools, and their JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from biofeedback.core.calmer import change_of, is_quiet_session
from biofeedback.core.exercises import EXERCISES
from biofeedback.core.findings import TrialResult
from biofeedback.core.pool import PooledCalmer, pool_changes
from biofeedback.core.prior import Change
from biofeedback.core.results import CalmerThanBefore
from biofeedback.core.trial import pool_trials
from biofeedback.report.analysis import Analysis
from biofeedback.report.source import Facts
from biofeedback.report.trial import trial_document

__all__ = ["Member", "Pool", "member_of", "pool_document", "pools_of"]

_PERSON = ("subject", "simulated", "exercise")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a pool; ``change`` is None where its signal or its steps allow none."""

    facts: Facts
    calmer: CalmerThanBefore | None
    change: Change | None
    trial: TrialResult | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Sessions of one person with one exercise; what sitting does is learned from all quiet ones of the person."""

    members: tuple[Member, ...]
    calmer: PooledCalmer
    trial: TrialResult | None = None  # of an exercise whose sessions count together, and two of them at least whole

    @property
    def facts(self) -> Facts:
        """Whose sessions these are."""
        return self.members[0].facts


def member_of(analysis: Analysis) -> Member:
    """What a file adds to its person's pool."""
    facts, calmer = analysis.source.facts, analysis.calmer
    is_quiet = is_quiet_session(step.started.step for step in analysis.steps)
    change = None if calmer is None else change_of(facts.session or facts.file, calmer, is_quiet=is_quiet)
    return Member(facts, calmer, change, analysis.trial)


def pools_of(members: Sequence[Member]) -> list[Pool]:
    """Pools of all persons with several sessions, in the order of their first file; a session counts once.

    A file without a pseudonym belongs to nobody. Simulated people and real ones are kept apart, and so are exercises.
    """
    sessions = {member.facts.session: member for member in members if member.facts.subject}
    groups: dict[tuple[object, ...], list[Member]] = {}
    for member in sessions.values():
        groups.setdefault(tuple(getattr(member.facts, name) for name in _PERSON), []).append(member)
    pools = []
    for (subject, simulated, _), group in groups.items():
        own = [m for m in sessions.values() if (m.facts.subject, m.facts.simulated) == (subject, simulated)]
        quiet = [m for m in own if m.change is not None and m.change.is_quiet and m not in group]
        used = [m.change for m in (*group, *quiet) if m.change is not None]
        if len(group) > 1:
            members = tuple(sorted(group, key=_started))
            pools.append(Pool(members, pool_changes(used), _trial(members)))
    return pools


def _trial(members: Sequence[Member]) -> TrialResult | None:
    """A trial that says little in one session, over all of them."""
    trials = [member.trial for member in members if member.trial is not None]
    design = EXERCISES[trials[0].exercise].design if trials else None
    if design is None or design.comparison is None or not design.comparison.pooled:
        return None
    return pool_trials([trial for trial in trials if trial.exercise == trials[0].exercise], design.comparison)


def _started(member: Member) -> str:
    """When it began."""
    return member.facts.at_utc or ""


def pool_document(pool: Pool, schema: int) -> dict[str, Any]:
    """What ``analyze --json`` prints on the last lines when several files share a person."""
    whose = {name: getattr(pool.facts, name) for name in _PERSON}
    files = [member.facts.file for member in pool.members]
    left_out = [member.facts.file for member in pool.members if member.change is None]
    said = {
        "calmer_than_before": asdict(pool.calmer),
        "trial": None if pool.trial is None else trial_document(pool.trial),
    }
    return {"schema": schema, "pooled": whose | {"files": files, "left_out": left_out} | said}

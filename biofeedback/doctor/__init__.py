"""Says what works on this machine, and how to mend the rest. It never raises: a doctor who faints helps nobody."""

from biofeedback.doctor.check import Check, Phrase, State
from biofeedback.doctor.visit import as_served, checks, main, render

__all__ = ["Check", "Phrase", "State", "as_served", "checks", "main", "render"]

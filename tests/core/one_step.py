"""Hearts during one paced step, and what stands around it."""

import numpy as np
from hearts import FOUR_SIX, waves

from biofeedback.core.beats import Beats
from biofeedback.core.chest import Chest
from biofeedback.core.contact import Contact
from biofeedback.core.events import Step, StepKind
from biofeedback.core.noise import learn_noise
from biofeedback.core.pacing import Pacer
from biofeedback.core.results import NoiseSource
from biofeedback.core.rsa import phases_rad
from biofeedback.core.surroundings import Surroundings

BREATHE = Step(1, 0.0, StepKind.BREATHE, 120.0, FOUR_SIX)
PACER = Pacer(0.0, FOUR_SIX)


def mid_s_of(rr_ms):
    return (np.cumsum(rr_ms) - rr_ms / 2) / 1000.0


def resting(seconds=130.0, seed=0, noise_ms=10.0):
    return waves(seconds, 900.0, (10.0, 0.095, 1.0), noise_ms=noise_ms, seed=seed)


def paced(amplitude_ms, tempo=1.0, seconds=130.0, seed=0):
    """RR of somebody who answers the pacer, or breathes at ``tempo`` times its pace."""
    rr_ms = resting(seconds, seed)
    return rr_ms + amplitude_ms * np.cos(phases_rad(PACER, (mid_s_of(rr_ms) - 1.0) * tempo))


def baseline_noise():
    rr_ms = waves(150.0, 900.0, (10.0, 0.095, 0.0), (25.0, 0.24, 0.0), noise_ms=10.0, seed=9)
    return learn_noise([(mid_s_of(rr_ms), rr_ms)])


NOISE = baseline_noise()


def beats_of(rr_ms, start_s=0.0, beats=None):
    """Beats that arrive one by one, each with its R peak."""
    beats = beats or Beats()
    t_s = start_s
    for seq, rr in enumerate(rr_ms, start=round(start_s) + 1):
        t_s += rr / 1000.0
        beats.take(seq, t_s, (float(rr),))
    return beats


def around_of(rr_ms, noise=NOISE, latency_s=None, chest=None):
    """What stands around a step with these RR, or beats."""
    contact = Contact()
    contact.see_intervals()
    contact.latency_s = latency_s
    beats = rr_ms if isinstance(rr_ms, Beats) else beats_of(rr_ms)
    source = None if noise is None else NoiseSource.SESSION
    return Surroundings(beats, contact, chest or Chest(), noise, source, 0.0)

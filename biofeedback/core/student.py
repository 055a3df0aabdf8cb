"""Student's t distribution with one degree of freedom or more, without scipy: importing it costs a second."""

import math

__all__ = ["pooled_df", "quantile", "tail"]

STEPS = 100  # of the continued fraction at most; 20 are enough for 20 degrees of freedom, 40 for any number
SETTLED = 1e-15  # the fraction, when a step changes it by no more
NEWTON_STEPS = 8  # at most; from one degree of freedom on, mostly three
CLOSE = 1e-8  # in the logarithm of a chance, before the last step, which doubles the digits


def _fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function: DLMF 8.17.22, by Lentz (1976, doi 10.1364/AO.15.000668)."""
    upper, lower = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0))
    value, last, m = lower, math.inf, 0
    while abs(last - 1.0) > SETTLED and m < STEPS:
        m += 1
        place = a + 2 * m
        even = m * (b - m) * x / ((place - 1) * place)
        odd = -(a + m) * (a + b + m) * x / (place * (place + 1))
        lower, upper = 1.0 / (1.0 + even * lower), 1.0 + even / upper
        value *= upper * lower
        lower, upper = 1.0 / (1.0 + odd * lower), 1.0 + odd / upper
        last = upper * lower
        value *= last
    return value


def _beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function, from whichever end its fraction settles sooner."""
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(b, a, 1.0 - x)
    if x <= 0:
        return 0.0
    log_factor = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_factor) / a * _fraction(a, b, x)


def tail(t: float, df: float) -> float:
    """Chance of more than ``t`` (NIST Digital Library of Mathematical Functions, 8.17 and 26.7)."""
    half = 0.5 * _beta(df / 2, 0.5, df / (df + t * t))
    return half if t >= 0 else 1.0 - half


def _density(t: float, df: float) -> float:
    """How dense the distribution is at ``t``."""
    log_factor = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(math.pi * df)
    return math.exp(log_factor - (df + 1) / 2 * math.log1p(t * t / df))


def _start(chance: float, df: float) -> float:
    """About what is exceeded with a ``chance``; to a percent from five degrees of freedom on.

    Normal deviate by Hastings (Abramowitz & Stegun 1964, 26.2.22), made one of t by Peizer & Pratt (1968, doi
    10.1080/01621459.1968.11009340).
    """
    root = math.sqrt(-2 * math.log(chance))
    normal = root - (2.30753 + 0.27061 * root) / (1 + 0.99229 * root + 0.04481 * root * root)
    return math.sqrt(df * math.expm1(normal * normal * (df - 5 / 6) / (df - 2 / 3 + 0.1 / df) ** 2))


def quantile(chance: float, df: float) -> float:
    """What is exceeded with a ``chance`` of at most one half.

    Notes
    -----
    Newton's steps on the logarithm of the tail over asinh(t / sqrt(df)), over which it is nearly straight far out.
    """
    t, root, too_far, steps = _start(chance, df), math.sqrt(df), math.inf, 0
    while abs(too_far) > CLOSE and steps < NEWTON_STEPS:
        steps += 1
        beyond = tail(t, df)
        too_far = math.log(chance / beyond)
        t = root * math.sinh(math.asinh(t / root) - too_far * beyond / (_density(t, df) * math.hypot(root, t)))
    return t


def pooled_df(*parts: tuple[float, float]) -> float:
    """Degrees of freedom of a sum of independent variances.

    Parameters
    ----------
    *parts : tuple of (variance, df)
        Each estimated variance with its degrees of freedom; infinite where it is known.

    Notes
    -----
    Satterthwaite 1946, doi 10.2307/3002019.
    """
    total = math.fsum(variance for variance, _ in parts)
    return total * total / max(math.fsum(variance * variance / df for variance, df in parts), 1e-300)

"""Student's t distribution with any number of degrees of freedom, without scipy: importing it costs a second."""

import math

__all__ = ["pooled_df", "quantile", "tail"]

STEPS = 100  # of the continued fraction; enough for ten digits up to 1e5 degrees of freedom
HALVINGS = 50


def _fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, from its end: DLMF 8.17.22."""
    value = 1.0
    for m in range(STEPS, 0, -1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1))
        value = 1.0 + odd / (1.0 + even / value)
    return 1.0 / value


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


def quantile(chance: float, df: float) -> float:
    """What is exceeded with a ``chance`` of at most one half."""
    low, high = 0.0, 1.0
    while tail(high, df) > chance:
        low, high = high, 2 * high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle, df) > chance else (low, middle)
    return (low + high) / 2


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

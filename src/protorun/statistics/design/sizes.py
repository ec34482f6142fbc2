"""Sizes of fixed two-arm designs for means, rates and hazards; a group-sequential design multiplies them by its inflation.

Farrington & Manning 1990, doi:10.1002/sim.4780091208; Schoenfeld 1981, doi:10.1093/biomet/68.1.316.
"""

from __future__ import annotations

from math import inf, log, sqrt

from scipy.special import ndtr, ndtri

from protorun.errors import UsageError


def means_size(
    delta: float, sd: float, *, alpha: float = 0.025, beta: float = 0.1, ratio: float = 1.0
) -> float:
    """Patients in both arms together for a difference `delta` of means with standard deviation `sd`, by the normal
    distribution; `alpha` one-sided, `ratio` = experimental / control. Not rounded. Raises UsageError."""
    checked_errors(alpha, beta, ratio)
    if not 0 < abs(delta) < inf or not 0 < sd < inf:
        raise UsageError(f"a size needs a difference other than 0 and a positive sd, not {delta} and {sd}")
    return float((_z(alpha) + _z(beta)) ** 2 * (sd / delta) ** 2 * (1 + ratio) * (1 + 1 / ratio))


def rates_size(p1: float, p2: float, *, alpha: float = 0.025, beta: float = 0.1, ratio: float = 1.0) -> float:
    """Patients in both arms together for rates `p1` and `p2`: pooled variance under no difference, own variances under
    the alternative. `alpha` one-sided, `ratio` = n2 / n1. Not rounded. Raises UsageError."""
    checked_errors(alpha, beta, ratio)
    null, own = _rate_variances(p1, p2, ratio)
    return float(((_z(alpha) * sqrt(null) + _z(beta) * sqrt(own)) / (p1 - p2)) ** 2)


def rates_power(n: float, p1: float, p2: float, *, alpha: float = 0.025, ratio: float = 1.0) -> float:
    """Power of `n` patients in both arms together to find rates `p1` and `p2` different; as `rates_size`."""
    checked_errors(alpha, 0.25, ratio)
    _counted(n, "patients")
    null, own = _rate_variances(p1, p2, ratio)
    beyond = abs(p1 - p2) * sqrt(n) - _z(alpha) * sqrt(null)
    if own == 0:  # every patient of one arm responds and none of the other
        return float(beyond >= 0)
    return float(ndtr(beyond / sqrt(own)))


def schoenfeld_events(hr: float, *, alpha: float = 0.025, beta: float = 0.1, ratio: float = 1.0) -> float:
    """Events the log-rank test needs for hazard ratio `hr`; `alpha` one-sided, `ratio` = experimental / control.
    Schoenfeld 1981. Not rounded. Raises UsageError."""
    checked_errors(alpha, beta, ratio)
    if not 0 < hr < inf or hr == 1:
        raise UsageError(f"the hazard ratio must be positive and not 1, not {hr}")
    return float(((_z(alpha) + _z(beta)) / log(hr)) ** 2 * (1 + ratio) ** 2 / ratio)


def schoenfeld_power(events: float, hr: float, *, alpha: float = 0.025, ratio: float = 1.0) -> float:
    """Power of the log-rank test with that many events to find a hazard ratio below 1. Schoenfeld 1981."""
    checked_errors(alpha, 0.25, ratio)
    _counted(events, "events")
    if not 0 < hr < inf:
        raise UsageError(f"the hazard ratio must be positive, not {hr}")
    return float(ndtr(-log(hr) * sqrt(events * ratio) / (1 + ratio) - _z(alpha)))


def _rate_variances(p1: float, p2: float, ratio: float) -> tuple[float, float]:
    """Variance of the difference of rates times the total number: under no difference, and as assumed."""
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2:
        raise UsageError(f"the rates must lie between 0 and 1 and differ, not {p1} and {p2}")
    pooled = (p1 + ratio * p2) / (1 + ratio)
    null = pooled * (1 - pooled) * (1 + ratio) * (1 + 1 / ratio)
    return null, (p1 * (1 - p1) + p2 * (1 - p2) / ratio) * (1 + ratio)


def _counted(number: float, what: str) -> None:
    if not 0 <= number < inf:
        raise UsageError(f"a number of {what} is 0 or more, not {number}")


def _z(error: float) -> float:
    return float(-ndtri(error))


def checked_errors(alpha: float, beta: float, ratio: float = 1.0) -> None:
    """Raises UsageError for error rates that fit no size: a power below alpha needs no patient."""
    if not 0 < alpha < 0.5 or not 0 < beta < 1 - alpha or not 0 < ratio < inf:
        raise UsageError(
            f"alpha must lie between 0 and 0.5, beta between 0 and 1 - alpha, and the ratio be positive, "
            f"not {alpha}, {beta} and {ratio}"
        )

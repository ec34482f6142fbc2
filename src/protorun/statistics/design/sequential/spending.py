"""Spending functions: how much of an error may be used up at an information fraction.

Lan & DeMets 1983, doi:10.1093/biomet/70.3.659; Hwang, Shih & De Cani 1990, doi:10.1002/sim.4780091207;
Kim & DeMets 1987 (power family), doi:10.1093/biomet/74.1.149.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import e, expm1, isfinite, log1p, sqrt

from scipy.special import ndtr, ndtri

from protorun.errors import UsageError

Parameter = float | Sequence[float] | None

CLASSICAL = ("OF", "Pocock", "WT")
"""Bounds of one shape, with a constant solved for the error: z = C t^(delta - 1/2)."""

SPENDING = ("LDOF", "LDPocock", "HSD", "Power", "points")
"""Bounds from an error that is spent; `points` are cumulative shares of it, one for each look."""

_MOST_GAMMA = 40  # as in gsDesign: beyond, all error is spent at one look

_ALIASES = {
    "of": "OF",
    "pocock": "Pocock",
    "p": "Pocock",
    "wt": "WT",
    "ldof": "LDOF",
    "sfof": "LDOF",  # lrstat's name
    "sfp": "LDPocock",
    "sfkd": "Power",
    "asof": "LDOF",
    "bsof": "LDOF",
    "ldpocock": "LDPocock",
    "asp": "LDPocock",
    "bsp": "LDPocock",
    "hsd": "HSD",
    "ashsd": "HSD",
    "bshsd": "HSD",
    "power": "Power",
    "askd": "Power",
    "bskd": "Power",
    "kd": "Power",
    "points": "points",
    "asuser": "points",
}


def named(name: str) -> str:
    """The one name of a bound or spending function; gsDesign's (`sfLDOF`), rpact's (`asOF`) and lrstat's (`sfOF`) are understood.

    Raises UsageError, with what there is.
    """
    plain = name.strip().lower()
    found = _ALIASES.get(plain) or _ALIASES.get(plain.removeprefix("sf"))
    if found is None:
        raise UsageError(
            f"no bounds or spending function called {name!r}; there are: {', '.join(CLASSICAL + SPENDING)}"
        )
    return found


def spent(name: str, total: float, timing: Sequence[float], parameter: Parameter = None) -> list[float]:
    """Cumulative error spent at each information fraction, `total` at 1 and after.

    `parameter`: HSD's gamma, the power's rho, rho of LDOF (1 when None), or the cumulative shares of `points`.
    Raises UsageError for a function without the parameter it needs.
    """
    kind = named(name)
    if kind not in SPENDING:
        raise UsageError(f"{kind} bounds spend no error by a function; take one of {', '.join(SPENDING)}")
    if kind == "points":
        return _points(total, timing, parameter)
    rho = _number(kind, parameter)
    function = _FUNCTIONS[kind]
    return [total if t >= 1 else function(total, t, rho) if t > 0 else 0.0 for t in timing]


def _points(total: float, timing: Sequence[float], parameter: Parameter) -> list[float]:
    shares = [] if parameter is None or isinstance(parameter, (int, float)) else [float(p) for p in parameter]
    rising = all(a <= b for a, b in zip([0.0, *shares], shares, strict=False))
    if len(shares) != len(timing) or not rising or abs(shares[-1] - 1) > 1e-9:
        raise UsageError(
            f"`points` needs {len(timing)} rising cumulative shares of the error, the last one 1; got {parameter}"
        )
    return [total * share for share in shares]


def _number(kind: str, parameter: Parameter) -> float:
    if parameter is None and kind in ("LDOF", "LDPocock"):
        return 1.0
    if not isinstance(parameter, (int, float)) or not isfinite(parameter):
        raise UsageError(f"the spending function {kind} needs a parameter, a number; got {parameter}")
    if kind in ("Power", "LDOF") and parameter <= 0:
        raise UsageError(f"the parameter of {kind} must be positive, not {parameter}")
    if kind == "HSD" and abs(parameter) > _MOST_GAMMA:
        raise UsageError(
            f"the parameter of HSD must lie between -{_MOST_GAMMA} and {_MOST_GAMMA}, not {parameter}"
        )
    return float(parameter)


def _lan_demets_obrien_fleming(total: float, t: float, rho: float) -> float:
    return float(2 * ndtr(ndtri(total / 2) / (sqrt(t) if rho == 1 else t ** (rho / 2))))


def _lan_demets_pocock(total: float, t: float, rho: float) -> float:
    return total * log1p((e - 1) * t)


def _hwang_shih_de_cani(total: float, t: float, gamma: float) -> float:
    return total * (t if gamma == 0 else expm1(-gamma * t) / expm1(-gamma))


def _power(total: float, t: float, rho: float) -> float:
    return float(total * t**rho)


_FUNCTIONS: dict[str, Callable[[float, float, float], float]] = {
    "LDOF": _lan_demets_obrien_fleming,
    "LDPocock": _lan_demets_pocock,
    "HSD": _hwang_shih_de_cani,
    "Power": _power,
}

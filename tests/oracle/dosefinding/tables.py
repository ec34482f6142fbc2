"""Decisions at one level, by patients and DLTs: BOIN, mTPI-2, mTPI, TPI, Keyboard, i3+3; and the MTD by isotonic regression."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.dosefinding.measure import Measure, absolute, equal
from protorun.escalation.boin import Boin
from protorun.escalation.engine.boundaries import boundaries
from protorun.escalation.i3plus3 import I3plus3
from protorun.escalation.keyboard import Keyboard
from protorun.escalation.mtpi import Mtpi
from protorun.escalation.mtpi2 import Mtpi2
from protorun.escalation.tpi import Tpi
from protorun.statistics.isotonic import isotonic
from protorun.trial.outcomes import Outcomes

LIMITS = {
    "escalate if at most": ("escalate_if_le", "escalate_if_dlt_le"),
    "de-escalate if at least": ("deescalate_if_ge", "deescalate_if_dlt_ge"),
    "eliminate if at least": ("eliminate_if_ge", "eliminate_if_dlt_ge"),
}


def at_one_level(n: Any, dlt: Any) -> Outcomes:
    n, dlt = (np.array(x, np.int16)[:, None] for x in (n, dlt))
    return Outcomes(np.zeros(len(n), np.int16), n, dlt, np.zeros_like(n))


def letters(rule: Any, n: Any, dlt: Any) -> list[str]:
    """E, S, D or DU for every pair."""
    move = rule.verdict(np.array(n), np.array(dlt))
    closed = rule.closed(at_one_level(n, dlt))[:, 0]
    return ["DU" if c else "DSE"[m + 1] for c, m in zip(closed, move, strict=True)]


def boin_boundaries(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        p = case["params"]
        rule = Boin(p["target"], p["p_saf"], p["p_tox"], p["cutoff_eli"], p["extrasafe"], p["offset"])
        lambdas = [rule.lambda_e, rule.lambda_d]
        yield absolute("lambda_e and lambda_d", lambdas, [case["lambda_e"], case["lambda_d"]], 1e-12)
        rows = boundaries(rule, levels=4, n=max(case["n"]))
        yield from _limits(rows, case)
        stops = zip(*(case["extrasafe_stop"] or ((), ())), strict=True)
        known = [(n, stop) for n, stop in stops if n >= 3]
        found = [rows[n - 1]["stop_at_lowest_if_ge"] for n, _ in known]
        if known:
            yield equal("stricter stop at the lowest level", found, [stop for _, stop in known])


def keyboard_boundaries(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        rule = Keyboard(case["target"], case["marginL"], case["marginR"], case["cutoff_eli"])
        yield from _limits(boundaries(rule, levels=4, n=max(case["n"])), case)


def _limits(rows: list[dict[str, Any]], case: Any) -> Iterator[Measure]:
    for name, (ours, theirs) in LIMITS.items():
        yield equal(name, [rows[n - 1][ours] for n in case["n"]], case[theirs])


def boin_tables(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        rule = Boin(case["pT"], case["phi1"], case["phi2"], case["p_excess"])
        yield _letters(rule, case)


def mtpi2_tables(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        rule = Mtpi2(case["pT"], case["eps1"], case["eps2"], case["p_excess"])
        yield _letters(rule, case)


def _letters(rule: Any, case: Any) -> Measure:
    return equal("E, S, D and DU", letters(rule, case["n"], case["y"]), case["decision"])


def tpi_family(file: Any) -> Iterator[Measure]:
    for key, made in {"mtpi2": Mtpi2, "mtpi": Mtpi, "tpi": Tpi}.items():
        for case in (c for c in file["cases"] if key in c):
            table = case[key]
            margins = () if key == "tpi" else (case["eps1"], case["eps2"])
            rule = made(case["pT"], *margins, cutoff_eli=case["exclusion_certainty"])
            found = letters(rule, table["n"], table["y"])
            yield equal(
                f"{key}: which levels are closed", [x != "DU" for x in found], map(bool, table["adm"])
            )
            usable = [i for i, letter in enumerate(found) if letter != "DU"]
            yield equal(f"{key}: E, S, D", [found[i] for i in usable], [table["dec"][i] for i in usable])


def i3plus3_tables(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        rule = I3plus3(case["target"], *case["EI"])
        move = rule.verdict(np.array(case["n"]), np.array(case["x"]))
        yield equal("E, stay and D", ["DRE"[m + 1] for m in move], case["decision"])


def boin_select_mtd(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        rule = Boin(
            case["target"],
            cutoff_eli=case["cutoff_eli"],
            extra_safe=case["extrasafe"],
            bound_mtd=case["boundMTD"],
        )
        n, dlt = (np.array([case[k]], np.int16) for k in ("n", "y"))
        seen = Outcomes(np.zeros(1, np.int16), n, dlt, np.zeros_like(n))
        closed = rule.closed(seen)
        found = -1 if closed[0, 0] else int(rule.mtd(seen, closed)[0])
        yield equal("MTD", [found + 1 if found >= 0 else -1], [case["mtd"]])
        tried = np.flatnonzero([text != "----" for text in case["p_est"]])
        told = [float(case["p_est"][i]) for i in tried]
        yield absolute(
            "fitted DLT rates (2 decimals there)", fitted(n[:, tried], dlt[:, tried]), told, 0.0051
        )


def fitted(n: Any, dlt: Any) -> Any:
    """The isotonic DLT rates of one row of counts."""
    rate = (dlt + 0.05) / (n + 0.1)
    variance = (dlt + 0.05) * (n - dlt + 0.05) / ((n + 0.1) ** 2 * (n + 1.1))
    return isotonic(rate, 1 / variance)[0]

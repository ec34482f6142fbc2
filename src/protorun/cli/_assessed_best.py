"""The best responses and the response rates that `assess` prints below its time points."""

from __future__ import annotations

from typing import Any

from protorun.cli._assessing import as_date
from protorun.cli.output import say


def first_days(table: Any, count: int) -> Any:
    """The day of baseline of every patient."""
    import numpy as np

    from protorun.trial.facts import NO_DAY

    start = np.full(count, NO_DAY)
    first = table.where(table.visit == 0)
    np.maximum.at(start, first.patient, first.day)
    return start


def best_rows(start: Any, points: Any, names: tuple[str, ...], chosen: Any) -> list[dict[str, Any]]:
    """Best responses of all patients, with why; none, with a word, when the minimum SD time is open."""
    import numpy as np

    from protorun.endpoints import best_immune_rows, best_of_rows, explain_best
    from protorun.endpoints.best.policy import MUST_BE_STATED
    from protorun.trial.response import Response

    if chosen.min_sd_days == MUST_BE_STATED:
        say("no best response: how long stable disease must last is not given; use --min-sd-days")
        return []
    said = f"policy {chosen.name} ({chosen.says}); SD counts from day {chosen.min_sd_days} after baseline"
    say(f"best response: {said}")
    rows = (points.patient, points.day, points.overall)
    if np.any(points.overall >= Response.ICR):
        immune = best_immune_rows(*rows, reference_on=start, settings=chosen)
        return [
            {
                "patient": name,
                "best_response": Response(int(immune.ibor[i])).text,
                "on": as_date(immune.ibor_on[i]),
                "confirmed": Response(int(immune.icbor[i])).text,
                "confirmed_on": as_date(immune.icbor_on[i]),
            }
            for i, name in enumerate(names)
        ]
    found = best_of_rows(*rows, reference_on=start, settings=chosen)
    return [
        {
            "patient": name,
            "best_response": Response(int(found.bor[i])).text,
            "on": as_date(found.bor_on[i]),
            "confirmed": Response(int(found.cbor[i])).text,
            "confirmed_on": as_date(found.cbor_on[i]),
            "why": explain_best(found, chosen, i)["why"],
        }
        for i, name in enumerate(names)
    ]


def rate_rows(
    start: Any, points: Any, chosen: Any, *, benefit_days: int | None, compartment: str
) -> list[dict[str, Any]]:
    """Objective response, disease control and clinical benefit, unconfirmed and confirmed, everybody in the denominator;
    clinical benefit only when its minimum time was given. None while the minimum SD time is open."""
    from protorun.endpoints import response_rates
    from protorun.endpoints.best.policy import MUST_BE_STATED
    from protorun.statistics import clopper_pearson

    if chosen.min_sd_days == MUST_BE_STATED:
        return []
    if benefit_days is None:
        say(
            "no clinical benefit rate: how long stable disease must last for it is not given; use --benefit-days"
        )
    found = []
    for confirmed in (False, True):
        rates = response_rates(
            points.patient, points.day, points.overall, reference_on=start, settings=chosen,
            benefit_days=benefit_days or 0, confirmed=confirmed,
        )  # fmt: skip
        for name, rate in rates.items():
            if name == "clinical_benefit" and benefit_days is None:
                continue
            hits, count = rate.share
            low, high = clopper_pearson(hits, count)
            found.append(
                {
                    "compartment": compartment.replace("_", " "),
                    "rate": name.replace("_", " "),
                    "counts": rate.says,
                    "successes": hits,
                    "patients": count,
                    "share": round(hits / count, 4) if count else None,
                    "low": round(float(low), 4),
                    "high": round(float(high), 4),
                }
            )
    return found

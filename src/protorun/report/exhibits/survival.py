"""Times to events: Kaplan-Meier curves, cumulative incidence by kind of event, a forest plot and a summary table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from protorun.analyze import ArmResult, EndpointResult, Results
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.words import months, patients, share, slug
from protorun.report.figures.cumulative_incidence import Incidence, cumulative_incidence_figure
from protorun.report.figures.forest import Line, forest_figure
from protorun.report.figures.kaplan_meier import Curve, kaplan_meier_figure
from protorun.statistics.competing.aalen_johansen import aalen_johansen
from protorun.trial.response import Status

LIMITS = "Limits: pointwise 95 %, from the log transformation; day 1 is the origin; a month has 30.4375 days."


def survival_exhibits(results: Results, below: str) -> list[Exhibit]:
    """The exhibits of all time-to-event endpoints; none where there is no such endpoint with a curve."""
    timed = [e for e in results.endpoints if e.kind == "time_to_event" and any(a.n for a in e.arms)]
    found = [kaplan_meier_exhibit(endpoint, below) for endpoint in timed]
    found += [incidence_exhibit(e, below) for e in timed if len(_causes(e)) > 1]
    compared = [e for e in timed if e.comparison and e.comparison.hazard_ratio is not None]
    if compared:
        found.append(_forest(compared, below))
    return [*found, _summary(timed, below)] if timed else found


def curves_of(endpoint: EndpointResult) -> list[Curve]:
    """The curve of each arm that has one, with the raw times its numbers are counted from."""
    several = len(endpoint.arms) > 1
    decided = endpoint.rows.status != Status.UNDETERMINED
    found = []
    for number, arm in enumerate(endpoint.arms):
        if arm.curve is None:
            continue
        mine = decided & ((endpoint.rows.arm == number) if several else True)
        time, event = endpoint.rows.days[mine].astype(np.float64), endpoint.rows.event[mine]
        steps = (arm.curve.time, arm.curve.survival, arm.curve.lower, arm.curve.upper)
        found.append(Curve(arm.arm, *steps, raw_time=time, raw_event=event))
    return found


def kaplan_meier_exhibit(endpoint: EndpointResult, below: str) -> Exhibit:
    """The curves of one endpoint with medians, and hazard ratio and log-rank p where two arms are compared."""
    key = f"km_{slug(endpoint.id)}"
    title = f"Kaplan-Meier, {endpoint.name}"
    picture = kaplan_meier_figure(curves_of(endpoint), name=key, title=title, axis=endpoint.name)
    notes = (f"{a.arm}: median {months(a)} months." for a in endpoint.arms)
    data = [row for arm in endpoint.arms for row in _steps(arm)]
    return Exhibit(key, title, patients(endpoint), (*notes, *_tests(endpoint), LIMITS, below), data, picture)


def _causes(endpoint: EndpointResult) -> tuple[str, ...]:
    """The kinds of event that were seen, as their rules read."""
    rows = endpoint.rows
    ended = np.isin(rows.status, (Status.EVENT, Status.COMPETING))
    return tuple(dict.fromkeys(rows.reasons[number].says for number in rows.reason[ended].tolist()))


def incidence_exhibit(endpoint: EndpointResult, below: str) -> Exhibit:
    """Which event came first: the cumulative incidence of each kind, the others competing (Aalen-Johansen)."""
    rows, causes = endpoint.rows, _causes(endpoint)
    place = np.array([causes.index(r.says) + 1 if r.says in causes else 0 for r in rows.reasons])
    ended = np.isin(rows.status, (Status.EVENT, Status.COMPETING))
    status = np.where(ended, place[rows.reason], 0)
    decided = rows.status != Status.UNDETERMINED
    several = len(endpoint.arms) > 1
    curves, observed, data = [], {}, []
    for number, arm in enumerate(endpoint.arms):
        mine = decided & ((rows.arm == number) if several else True)
        observed[arm.arm] = rows.days[mine].astype(np.float64)
        found = aalen_johansen(observed[arm.arm], status[mine], len(causes)) if mine.any() else None
        if found is not None:
            curves += _incidences(found, causes, arm.arm)
    for curve in curves:
        columns = (curve.time, curve.share, curve.low, curve.high)
        names = ("time_days", "incidence", "lower", "upper")
        steps = zip(*(c.tolist() for c in columns), strict=True)
        data += [{"arm": curve.arm, "event": curve.cause} | dict(zip(names, s, strict=True)) for s in steps]
    key, title = f"cif_{slug(endpoint.id)}", f"Cumulative incidence by first event, {endpoint.name}"
    picture = cumulative_incidence_figure(curves, observed, name=key, title=title)
    note = (
        "Aalen-Johansen, each kind of event competing with the others; limits pointwise 95 %, from log(-log)."
    )
    return Exhibit(key, title, patients(endpoint), (note, below), data, picture)


def _incidences(found: Any, causes: tuple[str, ...], arm: str) -> list[Incidence]:
    curves = []
    there = ~np.isnan(found.time)
    for number, cause in enumerate(causes):
        share, error = found.probability[number + 1][there], found.standard_error[number + 1][there]
        with np.errstate(divide="ignore", invalid="ignore"):
            half = ndtri(0.975) * error / (share * np.abs(np.log(share)))
            low, high = share ** np.exp(half), share ** np.exp(-half)
        curves.append(Incidence(cause, arm, found.time[there], share, low, high))
    return curves


def _tests(endpoint: EndpointResult) -> tuple[str, ...]:
    test = endpoint.comparison
    if test is None or test.p is None:
        return ()
    ratio = f"Hazard ratio (Cox, Efron) {test.in_words}. " if test.in_words else ""
    return (f"{ratio}Log-rank p = {test.p:.4f} (two-sided).",)


def _steps(arm: ArmResult) -> list[dict[str, Any]]:
    curve = arm.curve
    if curve is None:
        return []
    names = ("time_days", "at_risk", "events", "censored", "survival", "lower", "upper")
    columns: tuple[NDArray[np.float64], ...] = (
        curve.time, curve.at_risk, curve.events, curve.censored, curve.survival, curve.lower, curve.upper,
    )  # fmt: skip
    return [
        {"arm": arm.arm, **dict(zip(names, row, strict=True))}
        for row in zip(*(c.tolist() for c in columns), strict=True)
    ]


def _forest(compared: list[EndpointResult], below: str) -> Exhibit:
    lines, data = [], []
    for endpoint in compared:
        test = endpoint.comparison
        if test is None:
            continue
        events = sum(arm.events for arm in endpoint.arms)
        given = (test.hazard_ratio, test.lower, test.upper)
        lines.append(Line(endpoint.name, *given, printed=test.in_words.split(",")[0], weight=events))
        data.append(
            {"endpoint": endpoint.id, "arm": test.arm, "reference": test.reference, "events": events}
            | dict(zip(("hazard_ratio", "lower", "upper"), given, strict=True))
        )
    first = compared[0].comparison
    axis = f"Hazard ratio, {first.arm} against {first.reference}" if first else "Hazard ratio"
    title = "Hazard ratios"
    picture = forest_figure(lines, name="forest", title=title, axis=axis, no_effect=1.0, logarithmic=True)
    notes = ("Cox model with ties by Efron, unstratified; squares are sized by events.", below)
    return Exhibit("forest_hazard_ratios", title, patients(compared[0]), notes, data, picture)


def _summary(timed: list[EndpointResult], below: str) -> Exhibit:
    """One row per endpoint and arm, as results sections print it."""
    pairs = [(endpoint, arm) for endpoint in timed for arm in endpoint.arms]
    shown = [
        {
            "Endpoint": endpoint.name,
            "Arm": arm.arm,
            "N": str(arm.n),
            "Events, n (%)": share(arm.events, arm.n),
            "Median, months (95 % CI)": months(arm),
            **{f"At {m.months:g} months (95 % CI)": _percent(m) for m in arm.landmarks},
            "Hazard ratio (95 % CI)": endpoint.comparison.in_words if endpoint.comparison else "",
            "Log-rank p": _p(endpoint),
            "Undetermined": str(arm.undetermined),
        }
        for endpoint, arm in pairs
    ]
    if not any(row["Log-rank p"] for row in shown):
        shown = [
            {k: v for k, v in r.items() if k not in ("Hazard ratio (95 % CI)", "Log-rank p")} for r in shown
        ]
    data = [_numbers(endpoint, arm) for endpoint, arm in pairs]
    title = "Times to events"
    return Exhibit("times_to_events", title, patients(timed[0]), (LIMITS, below), data, shown=shown)


def _numbers(endpoint: EndpointResult, arm: ArmResult) -> dict[str, Any]:
    test = endpoint.comparison
    marks = {
        f"{name}_at_{m.months:g}_months": value
        for m in arm.landmarks
        for name, value in (("survival", m.estimate), ("lower", m.lower), ("upper", m.upper))
    }
    return {
        "endpoint": endpoint.id,
        "arm": arm.arm,
        "n": arm.n,
        "events": arm.events,
        "undetermined": arm.undetermined,
        "median_days": arm.estimate,
        "median_lower": arm.lower,
        "median_upper": arm.upper,
        "follow_up_days": arm.follow_up_days,
        **marks,
        "hazard_ratio": test.hazard_ratio if test else None,
        "hazard_ratio_lower": test.lower if test else None,
        "hazard_ratio_upper": test.upper if test else None,
        "logrank_p": test.p if test else None,
    }


def _percent(mark: Any) -> str:
    if mark.estimate is None:
        return "not observed"
    if mark.lower is None:
        return f"{mark.estimate:.1%}"
    return f"{mark.estimate:.1%} ({mark.lower:.1%} to {mark.upper:.1%})"


def _p(endpoint: EndpointResult) -> str:
    test = endpoint.comparison
    if test is None or test.p is None:
        return ""
    return "<.0001" if test.p < 0.0001 else f"{test.p:.4f}"

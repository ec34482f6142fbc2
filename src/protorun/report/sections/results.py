"""The analysis of one trial, recorded or virtual: estimates, curves, waterfall, swimmer, and why each row ended."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from protorun.analyze import EndpointResult, Results
from protorun.report.facts import plain
from protorun.report.figures.kaplan_meier import Curve, kaplan_meier_figure
from protorun.report.figures.swimmer import swimmer_figure
from protorun.report.figures.waterfall import waterfall_figure
from protorun.report.lanes import best_changes, lanes
from protorun.report.parts import Parts

ORDER, TITLE = 90, "Endpoints of one trial"
_MOST_LANES = 40


def build(parts: Parts) -> dict[str, Any] | None:
    """Tables and figures of the results at hand; None when there are none."""
    results = parts.results
    if results is None:
        return None
    return {
        "about": parts.results_of,
        "table": [_row(row) for row in results.table],
        "skipped": results.skipped,
        "results": results,
        "figures": [*_waterfalls(parts, results), *_curves(results), *_swimmer(parts, results)],
        "deciding": [_deciding(e) for e in results.endpoints],
        "patients": _patients(results),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    interval = f"{plain(row['lower'])} to {plain(row['upper'])}" if row["estimate"] is not None else "—"
    return {
        "endpoint": row["endpoint"],
        "arm": row["arm"],
        "patients": row["n"],
        "events": row["events"],
        "measure": row["measure"],
        "estimate": plain(row["estimate"]) if row["estimate"] is not None else "not reached",
        "95 % interval": interval,
        "log-rank p": plain(row["logrank_p"]),
        "undetermined": row["undetermined"],
    }


def _curves(results: Results) -> list[tuple[Markup, str]]:
    return [
        (_kaplan_meier(endpoint, f"km{i}"), _km_caption(endpoint))
        for i, endpoint in enumerate(results.endpoints)
        if endpoint.kind == "time_to_event" and any(a.curve and len(a.curve.time) for a in endpoint.arms)
    ]


def _waterfalls(parts: Parts, results: Results) -> list[tuple[Markup, str]]:
    """One waterfall per criteria and compartment, under the first endpoint that uses them."""
    found: dict[tuple[str, str], tuple[Markup, str]] = {}
    for endpoint in parts.study.endpoints:
        key = (endpoint.criteria.value or "", endpoint.compartment)
        result = next((r for r in results.endpoints if r.id == endpoint.id), None)
        if key in found or result is None or result.kind != "response_rate":
            continue
        changes = best_changes(results, result, key)
        if changes and not np.isnan(changes[0]).all():
            name, title = f"waterfall{len(found)}", f"Waterfall, {result.name}"
            caption = f"Best change of the sum of target lesions ({key[0]}, {key[1]}), by best response."
            found[key] = (waterfall_figure(*changes, name=name, title=title), caption)
    return list(found.values())


def _kaplan_meier(endpoint: EndpointResult, name: str) -> Markup:
    curves = []
    several = len(endpoint.arms) > 1
    decided = endpoint.rows.days > 0
    for i, arm in enumerate(endpoint.arms):
        if arm.curve is None:
            continue
        mine = decided & ((endpoint.rows.arm == i) if several else True)
        curves.append(
            Curve(
                label=arm.arm,
                time=arm.curve.time,
                survival=arm.curve.survival,
                low=arm.curve.lower,
                high=arm.curve.upper,
                raw_time=endpoint.rows.days[mine].astype(np.float64),
                raw_event=endpoint.rows.event[mine],
            )
        )
    return kaplan_meier_figure(curves, name=name, title=f"Kaplan-Meier, {endpoint.name}", axis=endpoint.name)


def _km_caption(endpoint: EndpointResult) -> str:
    medians = "; ".join(
        f"{a.arm}: median {_months(a.estimate)} months (95 % {_months(a.lower)} to {_months(a.upper)})"
        for a in endpoint.arms
    )
    p = endpoint.comparison.p if endpoint.comparison else None
    return f"{endpoint.name}. {medians}{f'; log-rank p = {p:.3f}' if p is not None else ''}. Bands are pointwise 95 % limits."


def _months(days: float | None) -> str:
    return "not reached" if days is None else f"{days / 30.4375:.1f}"


def _swimmer(parts: Parts, results: Results) -> list[tuple[Markup, str]]:
    key = _judged_by(parts, results)
    shown = lanes(results, key)[:_MOST_LANES]
    if not shown:
        return []
    by = f", responses and progression by {' '.join(w.replace('_', ' ') for w in key if w)}" if key else ""
    caption = (
        f"Time on study per patient, from the first dose (from enrollment where no dose is recorded){by}, and death; "
        "an arrow means still on study."
    )
    return [(swimmer_figure(shown, name="swimmer", title="Swimmer plot"), caption)]


def _judged_by(parts: Parts, results: Results) -> tuple[str, str] | None:
    """The (criteria, compartment) of the first endpoint that has time points: marks of several would not be told apart."""
    named = [(e.criteria.value or "", e.compartment) for e in parts.study.endpoints]
    there = results.tables.timepoints
    return next((key for key in (*named, *there) if key in there), None)


def _deciding(endpoint: EndpointResult) -> dict[str, Any]:
    rows = endpoint.rows
    reasons = [
        {"patients": int((rows.reason == i).sum()), "rule": r.says, "words": r.quote, "basis": r.basis}
        for i, r in enumerate(rows.reasons)
    ]
    return {
        "name": endpoint.name,
        "reasons": [r for r in reasons if r["patients"]],
        "assumptions": endpoint.assumptions,
    }


def _patients(results: Results) -> list[dict[str, Any]]:
    names = [results.tables.patients.name(i) for i in range(min(len(results.tables.patients), _MOST_LANES))]
    rows = [(name, row) for name in names for row in results.explain(name)]
    return [
        {
            "patient": name,
            "endpoint": row["endpoint"],
            "status": row["status"],
            "days": row["days"],
            "best response": row["best_response"] or "—",
            "decided by": row["why"],
            "words": row["words"],
        }
        for name, row in rows
    ]

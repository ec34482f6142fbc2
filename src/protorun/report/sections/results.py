"""The analysis of one trial, recorded or virtual: estimates, curves, waterfall, swimmer, and why each row ended."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from protorun.analyze import EndpointResult, Results
from protorun.report.exhibits.collect import safety_exhibits
from protorun.report.exhibits.dose_limiting import why_no_dlts
from protorun.report.exhibits.survival import curves_of
from protorun.report.facts import plain
from protorun.report.figures.kaplan_meier import kaplan_meier_figure
from protorun.report.figures.spider import spider_figure
from protorun.report.figures.swimmer import swimmer_figure
from protorun.report.figures.waterfall import waterfall_figure
from protorun.report.lanes import best_changes, judged_by, lanes, threads
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
        "measures": _measures(results),
        "skipped": results.skipped,
        "results": results,
        "figures": [*_waterfalls(parts, results), *_curves(results), *_swimmer(parts, results)],
        "tables": safety_exhibits(parts.study, results, ""),
        "no_dlts": why_no_dlts(parts.study, results),
        "made_up": [note for note in results.assumptions if note.startswith("virtual patients:")],
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


def _measures(results: Results) -> list[str]:
    """What the estimates of each endpoint are, in words, once for each measure."""
    ids: dict[str, list[str]] = {}
    for endpoint in results.endpoints:
        ids.setdefault(endpoint.measure, []).append(endpoint.id)
    return [f"{', '.join(named)}: {measure}." for measure, named in ids.items()]


def _waterfalls(parts: Parts, results: Results) -> list[tuple[Markup, str]]:
    """One waterfall and one spider plot per criteria and compartment, under the first endpoint that uses them."""
    found: dict[tuple[str, str], list[tuple[Markup, str]]] = {}
    for endpoint in parts.study.endpoints:
        key = (endpoint.criteria.value or "", endpoint.compartment)
        result = next((r for r in results.endpoints if r.id == endpoint.id), None)
        if key in found or result is None or result.kind != "response_rate":
            continue
        changes = best_changes(results, result, key)
        if changes and not np.isnan(changes[0]).all():
            name, title = f"waterfall{len(found)}", f"Waterfall, {result.name}"
            by = f"({key[0]}, {key[1]})"
            caption = f"Best change of the sum of target lesions {by}, by best response."
            lines = threads(results, result, key)
            spider = spider_figure(lines, name=f"spider{len(found)}", title=f"Spider plot, {result.name}")
            over_time = f"Change of the sum of target lesions {by} over time, up to progression."
            waterfall = waterfall_figure(*changes, name=name, title=title)
            found[key] = [(waterfall, caption), (spider, over_time)]
    return [figure for pair in found.values() for figure in pair]


def _kaplan_meier(endpoint: EndpointResult, name: str) -> Markup:
    title = f"Kaplan-Meier, {endpoint.name}"
    return kaplan_meier_figure(curves_of(endpoint), name=name, title=title, axis=endpoint.name)


def _km_caption(endpoint: EndpointResult) -> str:
    medians = "; ".join(
        f"{a.arm}: median {_months(a.estimate)} months (95 % {_months(a.lower)} to {_months(a.upper)})"
        for a in endpoint.arms
    )
    test = endpoint.comparison
    p = f"; log-rank p = {test.p:.3f}" if test and test.p is not None else ""
    ratio = f"; hazard ratio {test.in_words}" if test and test.in_words else ""
    return f"{endpoint.name}. {medians}{p}{ratio}. Bands are pointwise 95 % limits."


def _months(days: float | None) -> str:
    return "not reached" if days is None else f"{days / 30.4375:.1f}"


def _swimmer(parts: Parts, results: Results) -> list[tuple[Markup, str]]:
    key = judged_by(parts.study, results)
    every = lanes(results, key)
    shown = every[:_MOST_LANES]
    if not shown:
        return []
    some = f" The first {len(shown)} of {len(every)} patients." if len(every) > len(shown) else ""
    by = f", responses and progression by {' '.join(w.replace('_', ' ') for w in key if w)}" if key else ""
    caption = (
        f"Time on study per patient, from the first dose (from enrollment where no dose is recorded){by}, and death; "
        f"an arrow means still on study.{some}"
    )
    return [(swimmer_figure(shown, name="swimmer", title="Swimmer plot"), caption)]


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
            "read from": row["from"] or "—",
        }
        for name, row in rows
    ]

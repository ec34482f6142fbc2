"""Responses: waterfall, spider, swimmer and the table of best responses."""

from __future__ import annotations

from typing import Any

import numpy as np

from protorun.analyze import ArmResult, EndpointResult, Results
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.words import patients, share, slug
from protorun.report.figures.forest import Line, forest_figure
from protorun.report.figures.spider import spider_figure
from protorun.report.figures.swimmer import swimmer_figure
from protorun.report.figures.waterfall import waterfall_figure
from protorun.report.lanes import Key, best_changes, judged_by, lanes, threads
from protorun.study.study import Study
from protorun.trial.response import Response

_CLASSES = (
    Response.CR,
    Response.PR,
    Response.SD,
    Response.NON_CR_NON_PD,
    Response.PD,
    Response.NE,
    Response.MISSING,
)
CUT = "Bars and lines end at +100 %; dashed lines at -30 % and +20 %."


def response_exhibits(study: Study, results: Results, below: str) -> list[Exhibit]:
    """Waterfall and spider plot of each (criteria, compartment) with sums, the swimmer plot, and the tables."""
    rates = [e for e in results.endpoints if e.kind == "response_rate"]
    by_key: dict[Key, EndpointResult] = {}
    for endpoint in study.endpoints:
        result = next((r for r in rates if r.id == endpoint.id), None)
        if result is not None:
            by_key.setdefault(_key(results, endpoint.criteria.value or "", endpoint.compartment), result)
    found = [e for key, result in by_key.items() for e in _of_sums(results, result, key, below)]
    found += _swimmer(study, results, below)
    return [*found, _best(rates, below), _rates(rates, below)] if rates else found


def _key(results: Results, criteria: str, compartment: str) -> Key:
    wanted = (criteria, "cns" if criteria == "rano_bm" else compartment)
    return wanted if wanted in results.tables.timepoints else (criteria, compartment)


def _of_sums(results: Results, result: EndpointResult, key: Key, below: str) -> list[Exhibit]:
    changes = best_changes(results, result, key)
    if changes is None or np.isnan(changes[0]).all():
        return []
    by = " ".join(w.replace("_", " ") for w in key)
    suffix = slug("_".join(key))
    names = [results.tables.patients.name(int(row)) for row in result.rows.row]
    best, classes = changes
    data = [
        {"patient": n, "best_change_percent": c, "best_response": b}
        for n, c, b in zip(names, best.tolist(), classes, strict=True)
    ]
    about, notes = patients(result), (CUT, f"Sums of target lesions by {by}, up to progression.", below)
    title = f"Best change of the tumor sum, {by}"
    waterfall = waterfall_figure(best, classes, name=f"waterfall_{suffix}", title=title)
    found = [Exhibit(f"waterfall_{suffix}", title, about, notes, data, waterfall)]
    lines = threads(results, result, key)
    title = f"Change of the tumor sum over time, {by}"
    rows = [
        {"patient": t.patient, "day": d, "change_percent": c, "best_response": t.best}
        for t in lines
        for d, c in zip(t.days, t.change, strict=True)
    ]
    picture = spider_figure(lines, name=f"spider_{suffix}", title=title)
    return [*found, Exhibit(f"spider_{suffix}", title, about, (CUT, below), rows, picture)]


def _swimmer(study: Study, results: Results, below: str) -> list[Exhibit]:
    key = judged_by(study, results)
    shown = lanes(results, key)
    if not shown:
        return []
    data: list[dict[str, Any]] = []
    for lane in shown:
        row = {"patient": lane.patient, "group": lane.group, "days": lane.days, "ongoing": lane.ongoing}
        data.append({**row, **{f"{mark}_on_day": day for day, mark in lane.marks}})
    by = " ".join(w.replace("_", " ") for w in key if w) if key else "nobody"
    notes = (f"Responses and progression by {by}; an arrow means still on study.", below)
    title, about = "Time on study", f"Patients who entered the trial: N = {len(shown)}"
    picture = swimmer_figure(shown, name="swimmer", title=title)
    return [Exhibit("swimmer", title, about, notes, data, picture)]


def _best(rates: list[EndpointResult], below: str) -> Exhibit:
    """Counts of best responses, one column per class."""
    shown, data = [], []
    for endpoint in rates:
        for number, arm in enumerate(endpoint.arms):
            mine = (
                (endpoint.rows.arm == number) if len(endpoint.arms) > 1 else np.ones(len(endpoint.rows), bool)
            )
            codes = endpoint.rows.response[mine]
            counts = {r.text: int((codes == r).sum()) for r in _CLASSES}
            head = {"Endpoint": endpoint.name, "Arm": arm.arm, "N": str(arm.n)}
            shown.append(head | {name: share(count, arm.n) for name, count in counts.items()})
            data.append({"endpoint": endpoint.id, "arm": arm.arm, "n": arm.n, **counts})
    title = "Best overall response, n (%)"
    return Exhibit("best_response", title, patients(rates[0]), (below,), data, shown=shown)


def _rates(rates: list[EndpointResult], below: str) -> Exhibit:
    lines = [_line(e, arm) for e in rates for arm in e.arms]
    data = [
        {"endpoint": e.id, "arm": a.arm, "n": a.n, "responders": a.events}
        | {"rate": a.estimate, "lower": a.lower, "upper": a.upper}
        for e in rates
        for a in e.arms
    ]
    title = "Response rates"
    picture = forest_figure(lines, name="forest_rates", title=title, axis="Share of patients")
    note = "Exact 95 % limits (Clopper-Pearson); patients who could not be evaluated count as not responding."
    return Exhibit("forest_response_rates", title, patients(rates[0]), (note, below), data, picture)


def _line(endpoint: EndpointResult, arm: ArmResult) -> Line:
    label = f"{endpoint.name}, {arm.arm}" if len(endpoint.arms) > 1 else endpoint.name
    if arm.estimate is None or arm.lower is None or arm.upper is None:
        return Line(label, None, None, None, "nobody")
    printed = f"{arm.events}/{arm.n}, {arm.estimate:.1%} ({arm.lower:.1%} to {arm.upper:.1%})"
    return Line(label, arm.estimate, arm.lower, arm.upper, printed, arm.n)

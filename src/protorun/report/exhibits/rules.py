"""Which rule decided how many rows of each endpoint, with the record's words."""

from __future__ import annotations

from protorun.analyze import Results
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.words import patients


def deciding_rules(results: Results, below: str) -> list[Exhibit]:
    """One table over all endpoints, and the row of every patient as data."""
    shown = []
    for endpoint in results.endpoints:
        for number, reason in enumerate(endpoint.rows.reasons):
            count = int((endpoint.rows.reason == number).sum())
            if count:
                words = reason.quote or "—"
                row = {"Endpoint": endpoint.name, "Patients": str(count), "Rule": reason.says}
                shown.append(row | {"Words of the record": words, "Basis": reason.basis})
    if not shown:
        return []
    people = results.tables.patients
    data = [
        {"patient": people.name(int(row)), **results.dated(endpoint.rows.explain(at))}
        for endpoint in results.endpoints
        for at, row in enumerate(endpoint.rows.row)
    ]
    title = "Which rule decided"
    return [Exhibit("deciding_rules", title, patients(results.endpoints[0]), (below,), data, shown=shown)]

"""protorun derive"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from protorun.cli._recorded import as_date, given, pairs, tell
from protorun.cli.output import Format, emit, say


def derive(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    policy: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    censoring: str = "",
    endpoint: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    explain: str = "",
    assume_defaults: bool = False,
    format: Format = "table",
) -> int:
    """Derive the endpoints of a recorded trial: one row per patient, with what decided it.

    Exit code 0 when every endpoint was derived, 3 when some could not be or there is none; each is listed with the reason.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    data
        A folder of CSV tables: patients.csv, and lesions.csv, assessments.csv, events.csv where kept.
    cutoff
        The day up to which information counts, YYYY-MM-DD; without it everything recorded counts.
    policy
        Named policies of response criteria, such as rano_bm=immunotherapy.
    censoring
        fda_2007_a or treatment_policy: fills the censoring rules that the record leaves silent.
    endpoint
        Only these endpoints, by id.
    explain
        Only this patient.
    assume_defaults
        Take the first proposal for what the record leaves open; each one is printed.
    format
        How to print.
    """
    from protorun.analyze import derive as run
    from protorun.errors import UsageError

    known, recorded = given(study, data, assume_defaults)
    if unknown := [e for e in endpoint if e not in [own.id for own in known.endpoints]]:
        there_are = ", ".join(own.id for own in known.endpoints) or "none"
        raise UsageError(f"no endpoint {unknown[0]!r} in {known.key}; there are: {there_are}")
    found = run(known, recorded, cutoff=as_date(cutoff), policies=pairs(policy), censoring=censoring or None)
    if explain and explain not in found.tables.patients.names:
        raise UsageError(f"no patient {explain!r} in {data}")
    rows = found.explain(explain) if explain else found.table
    emit([row for row in rows if not endpoint or row["endpoint"] in endpoint], format, title=known.title)
    tell(found, recorded.unused)
    if not known.endpoints:
        say("the record states no endpoint; there is nothing to derive")
    return 3 if found.skipped or not known.endpoints else 0

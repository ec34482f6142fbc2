"""protorun derive"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from protorun.cli._recorded import as_date, censoring_of, given, one_patient, pairs, tell
from protorun.cli.output import Format, emit, say


def derive(
    study: Path,
    *,
    data: Path,
    cutoff: Annotated[str, Parameter(name=["--cutoff", "--cut-off"])] = "",
    policy: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    censoring: str = "",
    interval_days: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    window_days: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
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
        Named policies of response criteria, such as rano_bm=immunotherapy; or one switch, such as rano_bm.partial_pd=false.
    censoring
        fda_2007_a or treatment_policy: fills the censoring rules that the record leaves silent; without it
        treatment_policy is assumed.
    interval_days
        Days between assessments, for a policy that counts missed ones.
    window_days
        Days of tolerance around an assessment; none unless given.
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

    chosen = censoring_of(censoring, interval_days, window_days)
    known, recorded = given(study, data, assume_defaults)
    if unknown := [e for e in endpoint if e not in [own.id for own in known.endpoints]]:
        there_are = ", ".join(own.id for own in known.endpoints) or "none"
        raise UsageError(f"no endpoint {unknown[0]!r} in {known.key}; there are: {there_are}")
    found = run(known, recorded, cutoff=as_date(cutoff), policies=pairs(policy), censoring=chosen)
    one_patient(explain, found.tables.patients.names, data)
    rows = found.explain(explain) if explain else found.table
    emit([row for row in rows if not endpoint or row["endpoint"] in endpoint], format, title=known.title)
    tell(found, recorded.unused)
    if not known.endpoints:
        say("the record states no endpoint; there is nothing to derive")
    return 3 if found.skipped or not known.endpoints else 0

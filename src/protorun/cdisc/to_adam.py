"""Our derived rows as ADaM: times to events of any study in the columns of ADTTE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.cdisc.subjects import dates
from protorun.endpoints.derived import Derived
from protorun.errors import UsageError
from protorun.trial.facts import NO_DAY
from protorun.trial.frames import polars_of
from protorun.trial.response import Status
from protorun.trial.tables import Tables

if TYPE_CHECKING:
    import polars as pl

_PARAMCD = 8
_BY_SUBJECT = ("STUDYID", "AGE", "SEX", "ARM", "ARMCD", "ACTARM", "ACTARMCD")


def to_adam(
    derived: Sequence[Derived],
    tables: Tables,
    *,
    subjects: Any = None,
    study: str = "",
    names: dict[str, str] | None = None,
) -> pl.DataFrame:
    """Decided rows of times to events as ADTTE: one row per subject and endpoint, AVAL in days from day 1.

    CNSR is 0 for the event; a competing event is 100, and censorings count from 1 in the order in which the endpoint's
    rules decided. EVNTDESC is the rule in words, PROTWORD (ours) the sentence of the protocol, SRCDOM the table and
    SRCSEQ the row (from 1) that decided. `subjects` (ADSL or DM) adds its columns, `names` gives PARAM by endpoint id.
    Undetermined rows are left out. Raises UsageError for tables without patients' names.
    """
    import polars as pl

    if not tables.patients.names:
        raise UsageError("simulated patients have no subject ids; ADaM is for recorded trials")
    parts = [_rows(one, tables, (names or {}).get(one.endpoint, one.endpoint)) for one in derived]
    found = pl.concat(parts) if parts else _rows_none()
    if study:
        found = found.with_columns(STUDYID=pl.lit(study))
    if subjects is not None:
        people = polars_of(subjects, "ADSL", needs=("USUBJID",))
        kept = [c for c in _BY_SUBJECT if c in people.columns and c not in found.columns]
        found = found.join(people.select("USUBJID", *kept), on="USUBJID", how="left", maintain_order="left")
    found = found.sort("USUBJID", "PARAMCD", maintain_order=True)
    found = found.with_columns(ASEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("USUBJID"))
    first = [c for c in ("STUDYID", "USUBJID", "ASEQ") if c in found.columns]
    return found.select([*first, *(c for c in found.columns if c not in first)])


def paramcd(endpoint: str) -> str:
    """A parameter code from the id of an endpoint: capitals and digits, eight at most."""
    return "".join(c for c in endpoint.upper() if c.isascii() and c.isalnum())[:_PARAMCD]


def _rows(one: Derived, tables: Tables, name: str) -> pl.DataFrame:
    import polars as pl

    keep = np.flatnonzero((one.status != Status.UNDETERMINED) & (one.end_on != NO_DAY))
    reasons = [one.why(int(at)) for at in keep]
    traces = [one.came_from(int(at)) for at in keep]
    status = one.status[keep]
    event, competing = status == Status.EVENT, status == Status.COMPETING
    codes = list(dict.fromkeys(r.code for r, e in zip(reasons, event | competing, strict=True) if not e))
    censor = np.array([codes.index(r.code) + 1 if r.code in codes else 0 for r in reasons], np.int32)
    censored = ~(event | competing)
    says = pl.Series([r.says for r in reasons], dtype=pl.String)
    return pl.DataFrame(
        {
            "USUBJID": pl.Series([tables.patients.name(int(row)) for row in one.row[keep]], dtype=pl.String),
            "PARAMCD": pl.Series([paramcd(one.endpoint)] * len(keep), dtype=pl.String),
            "PARAM": pl.Series([name] * len(keep), dtype=pl.String),
            "STARTDT": dates(one.start_on[keep]),
            "ADT": dates(one.end_on[keep]),
            "AVAL": one.days[keep].astype(np.float64),
            "CNSR": np.where(event, 0, np.where(competing, 100, censor)).astype(np.int32),
            "EVNTDESC": says,
            "CNSDTDSC": says.set(pl.Series(~censored), None),
            "PROTWORD": pl.Series([r.quote or None for r in reasons], dtype=pl.String),
            "SRCDOM": pl.Series([table or None for table, _ in traces], dtype=pl.String),
            "SRCSEQ": pl.Series([row + 1 if row >= 0 else None for _, row in traces], dtype=pl.Int64),
        }
    )


def _rows_none() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema={"USUBJID": pl.String, "PARAMCD": pl.String})

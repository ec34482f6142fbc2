"""ADTTE: the analysis data set of times to events, from ADRS and ADSL by the table `adtte.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.cdisc._tables import table
from protorun.cdisc.subjects import check_subjects, data_set, dates, days, places
from protorun.endpoints.times.first_event import Dated, FirstEvent, first_event
from protorun.errors import PatientDataError, UsageError
from protorun.trial.facts import NO_DAY, DayArray
from protorun.trial.response import Status

if TYPE_CHECKING:
    import polars as pl

PUBLISHED = ("OS", "PFS", "RSD")
_KEPT = ("STUDYID", "USUBJID", "AGE", "SEX", "ARM", "ARMCD", "ACTARM", "ACTARMCD")
_TIMES = (
    *("PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC", "CNSDTDSC"),
    *("SRCDOM", "SRCVAR", "SRCSEQ"),
)


def adtte(
    adrs: Any,
    adsl: Any,
    *,
    parameters: Sequence[str] = PUBLISHED,
    rules: Mapping[str, Any] | None = None,
) -> pl.DataFrame:
    """One row per subject and parameter that has a start and a source row; AVAL in days, the start is day 1.

    `parameters` may add PFSE (last evaluable assessment), PFSNACT (nothing after NACTDT of ADSL counts) and TTP; `rules`
    replaces the table (same form as `adtte.toml`). Raises UsageError for a parameter that is not in the table,
    PatientDataError for a column a source needs.
    """
    import polars as pl

    known = rules or table("adtte")
    subjects = check_subjects(data_set(adsl, "ADSL", needs=("USUBJID",)))
    responses = data_set(adrs, "ADRS", needs=("USUBJID", "PARAMCD", "AVALC", "ADT"))
    unknown = [name for name in parameters if name not in known["parameter"]]
    if unknown:
        raise UsageError(f"no parameter {unknown[0]!r}; there are: {', '.join(known['parameter'])}")
    found = _Found(subjects, responses, known["source"])
    parts = [_parameter(name, known["parameter"][name], found) for name in parameters]
    rows = pl.concat(parts).sort("subject", "PARAMCD", "ADT", maintain_order=True)
    kept = subjects.select(c for c in _KEPT if c in subjects.columns)
    rows = pl.concat([kept.select(pl.all().gather(rows["subject"])), rows], how="horizontal")
    rows = rows.with_columns(ASEQ=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("subject"))
    first = [c for c in ("STUDYID", "USUBJID") if c in kept.columns]
    return rows.select([*first, "ASEQ", *(c for c in kept.columns if c not in first), *_TIMES])


class _Found:
    """The sources of the table as dated rows, each made once."""

    def __init__(self, adsl: pl.DataFrame, adrs: pl.DataFrame, sources: Mapping[str, Any]) -> None:
        self.adsl, self.adrs, self.sources = adsl, adrs, sources
        self.row = places(adrs["USUBJID"], adsl, "ADRS")
        self.day = days(adrs, "ADT")
        self.sequence = adrs["ASEQ"].to_numpy() if "ASEQ" in adrs.columns else np.arange(adrs.height) + 1

    def dated(self, name: str, until: DayArray | None) -> Dated:
        """One source; a row of ADSL has no sequence number."""
        source = self.sources[name]
        if source["dataset"] == "ADSL":
            day = days(self.adsl, _column(self.adsl, "ADSL", source["date"]))
            return Dated(name, np.arange(len(day)), day, np.full(len(day), -1))
        at = self.matching(source.get("where", {}), source.get("unless", {}))
        return Dated(name, self.row[at], self.day[at], self.sequence[at], until)

    def matching(self, where: Mapping[str, list[str]], unless: Mapping[str, list[str]]) -> Any:
        """Rows of ADRS with an AVALC that meet the conditions."""
        import polars as pl

        keep = pl.col("AVALC").is_not_null()
        for column, values in where.items():
            keep &= pl.col(_column(self.adrs, "ADRS", column)).is_in(values)
        for column, values in unless.items():
            keep &= ~pl.col(_column(self.adrs, "ADRS", column)).is_in(values)
        return np.flatnonzero(self.adrs.select(keep.fill_null(False)).to_series().to_numpy())


def _column(frame: pl.DataFrame, name: str, column: str) -> str:
    if column not in frame.columns:
        raise PatientDataError(
            f"there is no column {column}", where=name, hint=f"it has {', '.join(frame.columns)}"
        )
    return column


def _parameter(name: str, rule: Mapping[str, Any], found: _Found) -> pl.DataFrame:
    until = days(found.adsl, _column(found.adsl, "ADSL", rule["until"])) if "until" in rule else None
    start = _start(rule, found)
    events = [found.dated(source, until) for source in rule["events"]]
    censorings = [found.dated(source, until) for source in rule["censorings"]]
    return _rows(name, rule, found.sources, start, first_event(start, events, censorings))


def _start(rule: Mapping[str, Any], found: _Found) -> DayArray:
    if "start" in rule:
        return days(found.adsl, _column(found.adsl, "ADSL", rule["start"]))
    at = found.matching(rule["start_row"], {})
    at = at[found.day[at] != NO_DAY]
    first = np.full(found.adsl.height, np.iinfo(np.int32).max)
    np.minimum.at(first, found.row[at], found.day[at])
    return np.where(first == np.iinfo(np.int32).max, NO_DAY, first).astype(np.int32)


def _rows(
    name: str, rule: Mapping[str, Any], sources: Mapping[str, Any], start: DayArray, times: FirstEvent
) -> pl.DataFrame:
    import polars as pl

    listed = [sources[s] for s in (*rule["events"], *rule["censorings"])]
    at = np.flatnonzero(times.status != Status.UNDETERMINED)
    source, event = times.source[at], times.status[at] == Status.EVENT
    texts = {key: [s.get(key) for s in listed] for key in ("says", "censored_at", "dataset", "date")}
    pick = {key: pl.Series(values, dtype=pl.String).gather(source) for key, values in texts.items()}
    sequence = pl.Series(times.source_row[at])
    return (
        pl.DataFrame(
            {
                "subject": at,
                "STARTDT": dates(start[at]),
                "ADT": dates(times.end_on[at]),
                "AVAL": times.days[at].astype(np.float64),
                "CNSR": np.where(event, 0, 1).astype(np.int32),
                "EVNTDESC": pick["says"],
                "CNSDTDSC": pick["censored_at"],
                "SRCDOM": pick["dataset"],
                "SRCVAR": pick["date"],
            }
        )
        .with_columns(
            PARAMCD=pl.lit(name),
            PARAM=pl.lit(rule["param"]),
            CNSDTDSC=pl.when(pl.col("CNSR") > 0).then("CNSDTDSC"),
            SRCSEQ=pl.when(sequence >= 0).then(sequence.cast(pl.Int64)),
        )
        .select("subject", *_TIMES)
    )

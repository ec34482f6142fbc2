"""Adverse events -> the counts of a safety table: patients with any, by severity, by organ class, term and worst grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from protorun.errors import PatientDataError, UsageError
from protorun.trial.frames import polars_of

if TYPE_CHECKING:
    import polars as pl

Unjudged = Literal["", "related", "not_related"]
ALL_ARMS = "all"
NOT_GRADED = 0
_FLAGS = ("related", "serious", "discontinued")
_YES, _NO = ("yes", "y", "true", "1", "related"), ("no", "n", "false", "0", "not related")


@dataclass(frozen=True)
class _Table:
    """Events with one arm per row, and how many patients each arm has."""

    events: pl.DataFrame
    sizes: pl.DataFrame


def adverse_event_table(
    events: Any, patients: Any, *, related_only: bool = False, unjudged: Unjudged = "", severe: int = 3
) -> pl.DataFrame:
    """Patients and events per arm and over all arms, as one long table.

    `events` has patient, term, grade (1 to 5, empty = not graded) and, as far as known, soc, related, serious and
    discontinued (yes or no); `patients` has patient and arm, one row for everybody who counts (the denominator). The
    result has section, soc, term, grade, arm, patients, of, percent and events. Sections: `any`, `grade >= 3` (`severe`),
    `serious`, `discontinued`, `death` (grade 5) over all events; `soc`, `term`, `soc grade >= 3`, `term grade >= 3`; and
    `worst grade`, `soc worst grade`, `term worst grade`, where each patient counts once in the worst grade (0 = not
    graded). Organ classes and terms stand in falling order of patients. With `related_only`, `unjudged` says what an
    event is whose relation nobody judged; it has no default. Raises PatientDataError for an event of a patient who is not
    in `patients`, UsageError when `unjudged` is needed.
    """
    table = _prepared(events, patients, related_only=related_only, unjudged=unjudged)
    import polars as pl

    grades = pl.col("grade") >= severe
    parts = [_counted(table, name, rows, ()) for name, rows in _overall(table, severe).items()]
    for level, keys in {"soc": ("soc",), "term": ("soc", "term")}.items():
        parts += [
            _counted(table, level, None, keys),
            _counted(table, f"{level} grade >= {severe}", grades, keys),
        ]
    for section, keys in {
        "worst grade": (),
        "soc worst grade": ("soc",),
        "term worst grade": ("soc", "term"),
    }.items():
        parts.append(_worst(table, section, keys))
    return _ordered(pl.concat(parts, how="diagonal"))


def _prepared(events: Any, patients: Any, *, related_only: bool, unjudged: Unjudged) -> _Table:
    import polars as pl

    people = polars_of(patients, "patients", needs=("patient", "arm")).select(
        pl.col("patient").cast(pl.String), pl.col("arm").cast(pl.String)
    )
    if (twice := people["patient"].is_duplicated()).any():
        raise PatientDataError(
            f"patient {people['patient'].filter(twice)[0]!r} stands twice", where="patients"
        )
    found = _events(polars_of(events, "events", needs=("patient", "term", "grade")))
    lost = found.join(people, on="patient", how="anti")
    if len(lost):
        raise PatientDataError(
            f"patient {lost['patient'][0]!r} has events but is not in the list", where="patients"
        )
    if related_only:
        found = _related(found, unjudged)
    found = found.join(people, on="patient", how="left", maintain_order="left")
    both = pl.concat([found, found.with_columns(arm=pl.lit(ALL_ARMS))])
    sizes = pl.concat([people, people.with_columns(arm=pl.lit(ALL_ARMS))])
    return _Table(both, sizes.group_by("arm", maintain_order=True).agg(pl.len().alias("of")))


def _events(events: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    text = events["grade"].cast(pl.String).str.strip_chars().replace("", None)
    grade = text.cast(pl.Float64, strict=False)
    whole = grade.is_between(0, 5) & (grade.round() == grade)
    wrong = text.is_not_null() & ~whole.fill_null(value=False)
    if wrong.any():
        row = wrong.arg_true()[0]
        raise PatientDataError(
            f"grade {events['grade'][row]!r} is none of 1 to 5", where=f"events, row {row + 1}"
        )
    soc = pl.col("soc").cast(pl.String) if "soc" in events.columns else pl.lit(None, pl.String)
    return events.select(
        pl.col("patient").cast(pl.String),
        soc.fill_null("").alias("soc"),
        pl.col("term").cast(pl.String).fill_null("").alias("term"),
        grade.fill_null(NOT_GRADED).cast(pl.Int8).alias("grade"),
        *(_flag(events, name) for name in _FLAGS),
    )


def _flag(events: pl.DataFrame, name: str) -> pl.Expr:
    """yes or no as true or false; anything else is not known."""
    import polars as pl

    if name not in events.columns:
        return pl.lit(None, pl.Boolean).alias(name)
    if events[name].dtype == pl.Boolean:
        return pl.col(name)
    word = pl.col(name).cast(pl.String).str.strip_chars().str.to_lowercase()
    return pl.when(word.is_in(_YES)).then(True).when(word.is_in(_NO)).then(False).alias(name)


def _related(events: pl.DataFrame, unjudged: Unjudged) -> pl.DataFrame:
    import polars as pl

    open_ = int(events["related"].null_count())
    if open_ and not unjudged:
        raise UsageError(
            f"the relation to treatment of {open_} events is not known; say what they are: related or not_related"
        )
    return events.filter(pl.col("related").fill_null(unjudged == "related"))


def _overall(table: _Table, severe: int) -> dict[str, pl.Expr | None]:
    import polars as pl

    found: dict[str, pl.Expr | None] = {
        "any": None,
        f"grade >= {severe}": pl.col("grade") >= severe,
        "death": pl.col("grade") == 5,
    }
    known = {name: pl.col(name) for name in ("serious", "discontinued") if table.events[name].count()}
    return found | known


def _counted(table: _Table, section: str, rows: pl.Expr | None, keys: tuple[str, ...]) -> pl.DataFrame:
    """Patients with at least one event of the section per arm; arms without one have a row with 0."""
    import polars as pl

    chosen = table.events if rows is None else table.events.filter(rows)
    counts = chosen.group_by("arm", *keys).agg(
        pl.col("patient").n_unique().alias("patients"), pl.len().alias("events")
    )
    return _with_arms(table, counts, section, keys)


def _worst(table: _Table, section: str, keys: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    worst = table.events.group_by("arm", "patient", *keys).agg(
        pl.col("grade").max(), pl.len().alias("events")
    )
    counts = worst.group_by("arm", *keys, "grade").agg(pl.len().alias("patients"), pl.col("events").sum())
    return _with_arms(table, counts, section, (*keys, "grade"))


def _with_arms(table: _Table, counts: pl.DataFrame, section: str, keys: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    frame = table.sizes if not keys else counts.select(keys).unique().join(table.sizes, how="cross")
    whole = frame.join(counts, on=["arm", *keys], how="left").with_columns(
        pl.col("patients", "events").fill_null(0).cast(pl.Int64), pl.lit(section).alias("section")
    )
    empty = [
        pl.lit(None, kind).alias(name)
        for name, kind in {"soc": pl.String, "term": pl.String, "grade": pl.Int8}.items()
        if name not in keys
    ]
    return whole.with_columns(*empty, (100 * pl.col("patients") / pl.col("of")).alias("percent")).select(
        "section", "soc", "term", "grade", "arm", "patients", pl.col("of").cast(pl.Int64), "percent", "events"
    )


def _ordered(table: pl.DataFrame) -> pl.DataFrame:
    """Sections in the order of the table; organ classes and terms by falling number of patients, then by name."""
    import polars as pl

    every = table.filter(pl.col("arm") == ALL_ARMS)
    soc = every.filter(pl.col("section") == "soc").select("soc", pl.col("patients").alias("_soc"))
    term = every.filter(pl.col("section") == "term").select("soc", "term", pl.col("patients").alias("_term"))
    sections = {name: i for i, name in enumerate(table["section"].unique(maintain_order=True))}
    place = pl.col("section").replace_strict(sections, return_dtype=pl.Int32).alias("_place")
    arms = {name: i for i, name in enumerate(table["arm"].unique(maintain_order=True))}
    arm = pl.col("arm").replace_strict(arms, return_dtype=pl.Int32).alias("_arm")
    keys = ["_place", "_soc", "soc", "_term", "term", "grade", "_arm"]
    down = [name in ("_soc", "_term") for name in keys]
    joined = table.join(soc, on="soc", how="left", nulls_equal=True).join(
        term, on=["soc", "term"], how="left", nulls_equal=True
    )
    return joined.with_columns(place, arm).sort(keys, descending=down, nulls_last=True).select(table.columns)

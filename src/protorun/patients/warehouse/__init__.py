"""The long fact tables in DuckDB, embedded: from facts in memory or from files, screened where they lie.

A folder holds `person.parquet`, `measurement.parquet`, `condition.parquet`, `treatment.parquet`, `assertion.parquet`,
`coverage.parquet`, and optionally `screened.parquet` with a screening date per person (or the same as `.csv`).
`fact_tables.toml` lists the columns; a table or column that is not there is empty.
"""

# ruff: noqa: S608 - the text is made of our own table and column names; file names are handed over as parameters

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from protorun.errors import PatientDataError
from protorun.patients.warehouse.reading import died, read_facts, screening_dates
from protorun.patients.warehouse.rows import insert_facts
from protorun.screening.dates import anchor_days
from protorun.screening.evaluate import Policy
from protorun.screening.masks import WORD, Masks
from protorun.screening.sql import Statement, statement
from protorun.study.study import Study
from protorun.trial.facts import NO_DAY, Facts

ENDINGS = (".parquet", ".csv")
BLOCK = 500_000
_NEEDED = {"measurement": ("concept", "t_lo", "t_hi", "recency"), "screened": ("index_on",)}


@cache
def fact_tables() -> dict[str, dict[str, str]]:
    """Table -> column -> SQL type."""
    text = files("protorun.patients.warehouse").joinpath("fact_tables.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def connect(*, threads: int | None = None, memory: str = "") -> Any:
    """A DuckDB in memory, without access to the network or to extensions."""
    import duckdb

    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    if memory:
        connection.execute("SET memory_limit = ?", [memory])
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    return connection


def hold(facts: Facts) -> Any:
    """A DuckDB connection that holds these facts as long tables."""
    connection = connect()
    for table, columns in fact_tables().items():
        _create(connection, table, columns)
    insert_facts(connection, facts)
    return connection


def _create(connection: Any, table: str, columns: dict[str, str]) -> None:
    listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE TABLE {table} ({listed})")


def open_tables(folder: Path, *, threads: int | None = None, memory: str = "") -> Any:
    """A DuckDB connection that reads the tables of a folder in place. Raises PatientDataError when there is no table of
    persons, or a table cannot be read."""
    import duckdb

    connection = connect(threads=threads, memory=memory)
    _everybody(connection)
    for table, columns in fact_tables().items():
        path = next((p for e in ENDINGS if (p := folder / f"{table}{e}").is_file()), None)
        if path is None and table == "person":
            raise PatientDataError(
                "there is no table of persons", where=str(folder), hint="person.parquet or person.csv"
            )
        if path is None:
            _create(connection, table, columns)
            continue
        try:
            _view(connection, table, path, columns)
        except duckdb.Error as error:
            raise PatientDataError(
                f"the table cannot be read: {error}".split("\n")[0], where=str(path)
            ) from error
    return connection


def _view(connection: Any, table: str, path: Path, columns: dict[str, str]) -> None:
    """The table with every column of the list, in its type; those that are not in the file are NULL."""
    read = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    source = f"{read}('{str(path).replace(chr(39), chr(39) * 2)}')"
    there = {
        row[0].lower(): row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    }
    for needed in ("person_id", *_NEEDED.get(table, ())):
        if needed not in there:
            raise PatientDataError(f"there is no column {needed!r}", where=str(path))
    listed = ", ".join(_column(name, kind, there.get(name)) for name, kind in columns.items())
    within = (
        "person_id BETWEEN getvariable('first_person') AND getvariable('last_person') OR person_id IS NULL"
    )
    connection.execute(f"CREATE VIEW {table} AS SELECT {listed} FROM {source} WHERE {within}")


def _everybody(connection: Any) -> None:
    connection.execute(f"SET VARIABLE first_person = {-(2**62)}")
    connection.execute(f"SET VARIABLE last_person = {2**62}")


def _column(name: str, kind: str, there: str | None) -> str:
    if there is None:
        return f"CAST(NULL AS {kind}) AS {name}"
    return name if there == kind.removesuffix(" PRECISION") else f"CAST({name} AS {kind}) AS {name}"


def write_tables(connection: Any, folder: Path) -> None:
    """Every fact table as a Parquet file, sorted by person."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in fact_tables():
        path = str(folder / f"{table}.parquet").replace("'", "''")
        connection.execute(f"COPY (SELECT * FROM {table} ORDER BY person_id) TO '{path}' (FORMAT parquet)")


def screen_tables(
    connection: Any, study: Study, *, as_of: date | None = None, policy: Policy = "strict"
) -> Masks:
    """The masks of everybody in the tables, in the order of `person_id`, by one SQL statement; who `died` by then is not among them. Without `as_of` each
    person is screened on the day of the table `screened`."""
    asked = statement(
        study,
        as_of=as_of,
        policy=policy,
        codebook=codebook(connection),
        stated=stated(connection),
        given=treatments(connection),
    )
    if as_of is None:
        _dates_of_screening(connection, asked)
    parts = []
    for first, last in _blocks(connection):
        connection.execute(f"SET VARIABLE first_person = {first}")
        connection.execute(f"SET VARIABLE last_person = {last}")
        parts.append(connection.execute(asked.text).fetchnumpy())
    _everybody(connection)
    together = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    return read_masks(together, len(asked.criteria))


def read_person(connection: Any, study: Study, person: int, *, as_of: date | None = None) -> Facts:
    """The facts of one person, to explain a verdict by. Raises PatientDataError for somebody who is not in the tables,
    or who died before screening."""
    connection.execute(f"SET VARIABLE first_person = {int(person)}")
    connection.execute(f"SET VARIABLE last_person = {int(person)}")
    try:
        if person in died(connection, as_of=as_of):
            raise PatientDataError(f"person {person} died on or before the day of screening")
        facts = read_facts(connection, study, as_of=as_of)
    finally:
        _everybody(connection)
    if str(person) not in facts.patients:
        raise PatientDataError(f"there is no person {person} in the tables")
    return facts.take(np.array([facts.patients.index(str(person))]))


def _blocks(connection: Any) -> list[tuple[int, int]]:
    """Ranges of persons that are screened at once. Tables in memory are; files are read range by range, so that memory
    stays flat."""
    in_files = connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE view_name = 'measurement'"
    ).fetchone()[0]
    low, high, count = connection.execute(
        "SELECT min(person_id), max(person_id), count(*) FROM person"
    ).fetchone()
    if not in_files or count <= BLOCK:
        return [(-(2**62), 2**62)]
    width = (high - low + 1) * BLOCK // count + 1
    return [(first, first + width - 1) for first in range(low, high + 1, width)]


def read_masks(columns: dict[str, Any], count: int) -> Masks:
    """The words of a result as masks, sorted by person."""
    order = np.argsort(columns["person_id"], kind="stable")
    words = range((count + WORD - 1) // WORD)
    fail, unknown = (
        np.stack([np.asarray(columns[f"{name}_{w}"], np.int64)[order] for w in words])
        for name in ("fail", "unknown")
    )
    return Masks(fail, unknown, count)


def codebook(connection: Any) -> dict[str, tuple[str, ...]]:
    """The values every coded variable takes in the data."""
    rows = connection.execute(
        "SELECT concept, code FROM measurement WHERE code IS NOT NULL GROUP BY concept, code ORDER BY concept, code"
    ).fetchall()
    found: dict[str, tuple[str, ...]] = {}
    for concept, code in rows:
        found[concept] = (*found.get(concept, ()), code)
    return found


def stated(connection: Any) -> frozenset[str]:
    """What the conditions and assertions in the data are about."""
    rows = connection.execute("SELECT concept FROM condition UNION SELECT concept FROM assertion").fetchall()
    return frozenset(concept for (concept,) in rows)


def treatments(connection: Any) -> frozenset[str]:
    """What the treatments in the data are called: drugs, and kinds."""
    rows = connection.execute("SELECT concept FROM treatment UNION SELECT kind FROM treatment").fetchall()
    return frozenset(name for (name,) in rows if name is not None)


def _dates_of_screening(connection: Any, asked: Statement) -> None:
    """The table `screening` with every edge the statement asks for, computed here and not in the database."""
    persons, facts = screening_dates(connection)
    days = {"index_on": facts.screened_on}
    for name in asked.anchors:
        days[f"on_{name}"] = anchor_days(facts, name)
    for i, asked_edge in enumerate(asked.edges):
        days[f"edge_{i}"] = asked_edge.of(anchor_days(facts, asked_edge.window.anchor))
    connection.register("dates", {"person_id": persons, **days})
    columns = "".join(
        f", CASE WHEN {n} = {int(NO_DAY)} THEN NULL ELSE {n} END AS {n}_day,"
        f" CASE WHEN {n} = {int(NO_DAY)} THEN NULL ELSE DATE '1970-01-01' + {n} END AS {n}"
        for n in days
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE screening AS SELECT person_id{columns} FROM dates")
    connection.unregister("dates")


__all__ = [
    "connect",
    "died",
    "fact_tables",
    "hold",
    "open_tables",
    "read_facts",
    "read_person",
    "screen_tables",
    "write_tables",
]

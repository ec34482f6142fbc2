"""The same statement on other engines: SQLite of the standard library, and a PostgreSQL server started for the test."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from protorun.patients.warehouse import fact_tables, read_masks
from protorun.screening.masks import Masks
from protorun.screening.sql import Statement

DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def rows_of(connection, name: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The columns and the rows of a DuckDB table."""
    found = connection.execute(f"SELECT * FROM {name}")
    return [c[0] for c in found.description], found.fetchall()


def names(connection) -> list[str]:
    """The fact tables, and the dates of screening where there are any."""
    there = {r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return [*fact_tables(), *(["screening"] if "screening" in there else [])]


def sqlite_masks(connection, asked: Statement) -> Masks:
    """The masks by SQLite. It has no DATE literals: dates are ISO texts there, which sort as dates do."""
    other = sqlite3.connect(":memory:")
    for name in names(connection):
        columns, rows = rows_of(connection, name)
        other.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        other.executemany(f"INSERT INTO {name} VALUES ({marks})", [[_plain(v) for v in r] for r in rows])
    found = other.execute(asked.text.replace("DATE '", "'").replace("AS DATE)", "AS TEXT)"))
    return _masks([c[0] for c in found.description], found.fetchall(), len(asked.criteria))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _masks(columns: list[str], rows: list[tuple[object, ...]], count: int) -> Masks:
    return read_masks(
        {c: np.array([int(r[i]) for r in rows], np.int64) for i, c in enumerate(columns)}, count
    )


def _binary(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([*map(str, DEBIAN), os.environ.get("PATH", "")]))


def _user() -> str | None:
    """The server refuses to run as root: then some other account starts it."""
    import pwd

    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in accounts), "")


@contextmanager
def postgres() -> Iterator[Path]:
    """The socket folder of a server of its own, without network, stopped and removed afterwards."""
    binaries = {name: _binary(name) for name in ("initdb", "pg_ctl", "psql")}
    missing = [name for name, path in binaries.items() if path is None]
    if missing:
        pytest.skip(f"PostgreSQL is not installed ({', '.join(missing)} not found)")
    user = _user()
    if user == "":
        pytest.skip("PostgreSQL does not run as root, and there is no other account to start it")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if user:
        shutil.chown(folder, user)
    data, log = folder / "data", folder / "log"

    def run(name: str, *arguments: str) -> None:
        subprocess.run(
            [str(binaries[name]), *arguments], check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL
        )

    try:
        run("initdb", "-D", str(data), "-U", "test", "-A", "trust", "--no-sync")
        run(
            "pg_ctl",
            "-D",
            str(data),
            "-l",
            str(log),
            "-w",
            "-o",
            f"-c listen_addresses='' -k {folder}",
            "start",
        )
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {error}")
    try:
        yield folder
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def psql(socket: Path, script: str) -> str:
    """Runs a script; the answer of its last query as CSV."""
    command = [
        str(_binary("psql")),
        "-h",
        str(socket),
        "-U",
        "test",
        "-d",
        "postgres",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
    ]
    done = subprocess.run([*command, "--csv"], input=script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout


def postgres_masks(socket: Path, connection, asked: Statement) -> Masks:
    """The masks by PostgreSQL, from a copy of the tables; the statement is not changed by a letter."""
    script = []
    for name in names(connection):
        columns, rows = rows_of(connection, name)
        kinds = fact_tables().get(name, {})
        listed = ", ".join(f"{c} {kinds.get(c, _kind(c))}" for c in columns)
        lines = "".join("\t".join("\\N" if v is None else str(v) for v in r) + "\n" for r in rows)
        script.append(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({listed});")
        script.append(f"COPY {name} FROM STDIN;\n{lines}\\.\n")
    header, *lines = psql(socket, "\n".join([*script, asked.text, ";"])).splitlines()
    return _masks(header.split(","), [tuple(line.split(",")) for line in lines], len(asked.criteria))


def _kind(column: str) -> str:
    return "BIGINT" if column == "person_id" or column.endswith("_day") else "DATE"

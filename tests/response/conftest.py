"""Lesion tables written as short lines, as a reader would note them."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from protorun.patients.tables import parse_lesions
from protorun.response import assess, settings_for
from protorun.trial.response import Response
from protorun.trial.tables import TimePoints

Assess = Callable[..., TimePoints]
FIRST = 20_000  # a day in 2024; visits lie six weeks apart


def table(lines: str) -> str:
    """`visit lesion role size-or-finding [organ]` per line -> CSV; visit v is on day 20000 + 42 v. A size is `20`, `20x10`
    with the diameter at right angles, or `20/worse` with a finding."""
    rows = ["patient,visit,date,lesion,role,diameter_mm,perpendicular_mm,finding,organ,compartment"]
    for line in filter(None, (raw.strip() for raw in lines.splitlines())):
        visit, lesion, role, value, *organ = line.split()
        size, _, finding = value.partition("/") if value[0].isdigit() else ("", "", value)
        size, _, across = size.partition("x")
        finding, site = finding.replace("_", " "), " ".join(organ)
        rows.append(f"P1,{visit},{day(int(visit))},{lesion},{role},{size},{across},{finding},{site},cns")
    return "\n".join(rows)


def day(visit: float) -> str:
    from datetime import date, timedelta

    return (date(1970, 1, 1) + timedelta(round(FIRST + 42 * visit))).isoformat()


def visits(lines: str) -> str:
    """`visit steroid_mg clinical` per line, `?` = unknown -> CSV."""
    rows = ["patient,visit,date,steroid_mg,clinical"]
    for line in filter(None, (raw.strip() for raw in lines.splitlines())):
        visit, steroid, clinical = (word.replace("?", "") for word in line.split())
        rows.append(f"P1,{visit},{day(int(visit))},{steroid},{clinical}")
    return "\n".join(rows)


@pytest.fixture
def as_csv() -> SimpleNamespace:
    """Short lines as the CSV a door reads: `table`, `visits`, `day`, and the day of baseline `first`."""
    return SimpleNamespace(table=table, visits=visits, day=day, first=FIRST)


@pytest.fixture
def recist() -> Assess:
    """Time points of one patient by RECIST 1.1."""

    def run(lines: str, policy: str = "strict_table") -> TimePoints:
        lesions, _, _ = parse_lesions(table(lines))
        return assess("recist_1_1", lesions, settings=settings_for("recist_1_1", policy))

    return run


@pytest.fixture
def rano() -> Assess:
    """Time points of one patient by RANO-BM."""

    def run(lines: str, status: str, policy: str = "rano_bm_2015") -> TimePoints:
        lesions, seen, _ = parse_lesions(table(lines), visits(status) if status else "")
        return assess("rano_bm", lesions, seen, settings=settings_for("rano_bm", policy))

    return run


@pytest.fixture
def words() -> Callable[[TimePoints], list[str]]:
    """The overall responses as printed."""
    return lambda points: [Response(code).text for code in points.overall]

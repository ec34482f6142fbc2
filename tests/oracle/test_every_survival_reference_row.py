"""Every one of the 998 reference rows of R survival 3.5-3 and cmprsk 2.2-11, each at its tolerance."""

import csv
from pathlib import Path

import numpy as np
import pytest

from oracle.endpoints.survival import SETS, Reference

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "adam" / "survival_ref"


@pytest.fixture(scope="module")
def rows(folder: Path) -> Rows:
    with (folder / "reference.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_reference_has_no_row_that_is_not_asked_for(rows):
    assert len(rows) == 998
    assert {row["dataset"] for row in rows} == set(SETS)


@pytest.mark.parametrize("dataset", SETS)
def test_every_row_of_the_reference_is_answered_within_its_tolerance(folder, rows, dataset):
    ours = Reference(folder, dataset)
    wrong = []
    for row in (row for row in rows if row["dataset"] == dataset):
        wanted = float(row["value"] or "nan")
        found, tolerance = ours.answer(row["quantity"], row["group"], float(row["at"] or "nan"))
        missing = np.isnan(found) and np.isnan(wanted)
        if not missing and not abs(found - wanted) <= tolerance * max(1, abs(wanted)):
            wrong.append((row["quantity"], row["group"], row["at"], wanted, float(found)))
    assert wrong == []

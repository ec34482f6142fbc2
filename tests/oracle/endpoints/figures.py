"""The committed figures of the comparisons of endpoints: one row for each kind of cell of each file."""

import csv
from pathlib import Path

from oracle.endpoints.cells import Found
from oracle.endpoints.table import CHAPTERS, File

PLACE = Path(__file__).resolve().parents[3] / "docs" / "validation-endpoints.csv"
FIELDS = (
    *("chapter", "file", "source", "what", "rows", "cells", "differing", "expected"),
    *("difference", "tolerance", "known"),
)
Figure = dict[str, str]


def figures(folder: Path) -> list[Figure]:
    """Every comparison, chapter by chapter."""
    return [
        figure(chapter, file, found)
        for chapter, files in CHAPTERS.items()
        for file in files
        for found in file.compare(folder)
    ]


def figure(chapter: str, file: File, found: Found) -> Figure:
    told = (
        *(chapter, file.name, file.source, found.what),
        *(str(found.rows), str(found.cells), str(found.differing), str(found.expected)),
        *(f"{found.largest:.1e}", f"{found.tolerance:g}", found.known),
    )
    return dict(zip(FIELDS, told, strict=True))


def committed() -> list[Figure]:
    with PLACE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(folder: Path) -> None:
    rows = figures(folder)
    with PLACE.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, FIELDS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def as_told(today: Found, told: Figure) -> bool:
    """The same cells, the same that differ, and a difference of the same size: within a factor of ten, or on both sides
    below a tenth of the tolerance, where another machine may round otherwise."""
    counts = (str(today.rows), str(today.cells), str(today.differing), str(today.expected))
    same = counts == (told["rows"], told["cells"], told["differing"], told["expected"])
    before, small = float(told["difference"]), today.tolerance / 10
    size = today.largest <= max(10 * before, small) and before <= max(10 * today.largest, small)
    return same and size and (today.known, f"{today.tolerance:g}") == (told["known"], told["tolerance"])

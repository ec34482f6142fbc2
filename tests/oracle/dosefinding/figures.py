"""The committed figures of the comparisons: facts only, one row for each kind of value of each file."""

import csv
from pathlib import Path

from oracle.dosefinding.measure import Measure
from oracle.dosefinding.table import CHAPTERS, LATER, Row, compare, files, read, source_of

PLACE = Path(__file__).resolve().parents[3] / "docs" / "validation-dose-finding.csv"
FIELDS = ("chapter", "file", "package", "version", "what", "compared", "difference", "tolerance", "scale")
Figure = dict[str, str]


def figures(folder: Path) -> list[Figure]:
    """Every comparison, chapter by chapter, then the files that wait, with their reason."""
    names = {Path(file).stem: file for file in files(folder)}
    found = [
        figure(row, chapter)
        for chapter in CHAPTERS
        for name in CHAPTERS[chapter]
        for row in compare(folder, names[name])
    ]
    return found + [waiting(folder, file) for file in LATER]


def figure(row: Row, chapter: str) -> Figure:
    m = row.measure
    told = (
        chapter,
        row.file,
        row.package,
        row.version,
        m.what,
        str(m.n),
        f"{m.largest:.1e}",
        f"{m.tolerance:g}",
        m.scale,
    )
    return dict(zip(FIELDS, told, strict=True))


def waiting(folder: Path, file: str) -> Figure:
    package, version = source_of(read(folder, Path(file).stem))
    return dict(zip(FIELDS, ("later", file, package, version, LATER[file], "0", "", "", ""), strict=True))


def committed() -> list[Figure]:
    with PLACE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(folder: Path) -> None:
    with PLACE.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, FIELDS, lineterminator="\n")
        out.writeheader()
        out.writerows(figures(folder))


def as_told(today: Measure, told: Figure) -> bool:
    """The same values were compared with the same tolerance, and the difference is of the same size: within a factor of
    ten, or on both sides below a tenth of the tolerance, where another machine may round otherwise."""
    same = (str(today.n), f"{today.tolerance:g}", today.scale) == (
        told["compared"],
        told["tolerance"],
        told["scale"],
    )
    before, small = float(told["difference"]), today.tolerance / 10
    return same and today.largest <= max(10 * before, small) and before <= max(10 * today.largest, small)

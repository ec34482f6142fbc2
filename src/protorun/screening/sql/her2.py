"""The HER2 status as SQL: as recorded, else by its definition from IHC and ISH; a contradiction is unknown."""

from __future__ import annotations

from protorun.screening.atoms.derived import HER2, agree
from protorun.screening.atoms.flags import matches
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.results import NONE, code_sql, place_of_code
from protorun.screening.sql.words import FALSE, NULL, TRUE, case, every, some
from protorun.study.criterion import Code
from protorun.terms import truth

VARIABLE = "her2_status"


def her2_sql(atom: Code, needs: Needs) -> str:
    """The truth of an atom about the HER2 status."""
    given, book = place_of_code(VARIABLE, needs)
    pairs = _pairs(needs)
    conflicts = [
        every((needs.fact(f"({given} = {i})"), some(where)))
        for i, own in enumerate(book, 1)
        if (where := [sql for status, sql in pairs if not agree(own, status)])
    ]
    known = [(sql, _truth(status, atom)) for status, sql in pairs]
    derived = NULL if atom.window else case(*known, otherwise=NULL)
    return case(
        (some(conflicts) if conflicts else FALSE, NULL),
        (needs.fact(f"({given} = {NONE})"), NULL),
        (needs.fact(f"({given} > 0)"), code_sql(atom, needs)),
        otherwise=derived,
    )


def _pairs(needs: Needs) -> list[tuple[str, str]]:
    """Each defined status with the condition on IHC and ISH it follows from."""
    ihc, ihc_book = place_of_code("her2_ihc", needs)
    ish, ish_book = place_of_code("her2_ish", needs)
    return [
        (status, every((_is(ihc, ihc_book, a, needs), _is(ish, ish_book, b, needs))))
        for (a, b), status in HER2.items()
    ]


def _is(column: str, book: tuple[str, ...], value: str, needs: Needs) -> str:
    if not value:
        return needs.fact(f"COALESCE({column}, 0) IN (0, {NONE})")
    return needs.fact(f"({column} = {book.index(value) + 1})") if value in book else FALSE


def _truth(status: str, atom: Code) -> str:
    return {truth.TRUE: TRUE, truth.FALSE: FALSE}.get(matches(status, atom), NULL)


__all__ = ["VARIABLE", "her2_sql"]

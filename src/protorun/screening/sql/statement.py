"""All criteria of a study as one SQL statement over the long fact tables: two bit masks per patient.

The subset is common to DuckDB, PostgreSQL and SQLite (there with the word DATE before literals left out): common table
expressions, MAX(CASE ... ELSE ...), LEFT JOIN, COALESCE, integer `%`, and MAX(...) OVER for the few results whose date
is partial. No date arithmetic: every edge of a window is a constant, or a column of the table `screening`. The latest
result is found by one MAX over `recency * 64 + truth`: recency is unique per patient and variable, so it alone decides,
and the truth of that row comes along; further criteria on the same variable are further digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from protorun.screening.evaluate import Policy
from protorun.screening.masks import WORD
from protorun.screening.screening import registry_criteria
from protorun.screening.sql.days import Days, Edge
from protorun.screening.sql.latest import results
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.slots import digits, slots
from protorun.screening.sql.tables import conditions, courses, coverage
from protorun.screening.sql.trees import satisfied_sql
from protorun.study.criterion import Criterion
from protorun.study.study import Study


@dataclass(frozen=True)
class Statement:
    """The text, and what the table `screening` must hold when there is no single screening date: `index_on`, and
    `on_<anchor>`, `edge_<n>` for these anchors and edges, each also as `..._day`."""

    text: str
    criteria: tuple[Criterion, ...]
    anchors: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()


def statement(
    study: Study,
    *,
    as_of: date | None = None,
    policy: Policy = "strict",
    codebook: Mapping[str, tuple[str, ...]] | None = None,
    stated: frozenset[str] | None = None,
    given: frozenset[str] | None = None,
) -> Statement:
    """The statement for a study; columns `person_id`, then `fail_<w>` and `unknown_<w>` for each word of 62 criteria.

    With `codebook`, `stated` and `given` it is written for one set of tables: the codes, the facts and the treatments that
    occur in them."""
    criteria = (*study.eligibility, *registry_criteria(study))
    days = Days(as_of)
    needs = Needs(days, policy == "documented_absence", codebook or {}, stated, given)
    met = [satisfied_sql(c, needs) for c in criteria]
    parts = [*_answers(needs), *coverage(needs), _facts(needs), _met(met)]
    text = "WITH " + ",\n".join(p for p in parts if p) + f"\nSELECT person_id, {_masks(len(met))}\nFROM met"
    return Statement(text, criteria, tuple(days.anchors), tuple(days.edges))


def _answers(needs: Needs) -> list[str]:
    """What results, conditions and courses answer, as digits of the same numbers."""
    limits = slots(needs.results, "r")
    topics = slots(needs.conditions, "c", after=limits)
    given = slots(needs.of_courses(), "t", after=topics or limits)
    tables = {"results": limits, "conditions": topics, "courses": given}
    asked = [name for name, of in tables.items() if of]
    parts = [*results(needs, limits), *conditions(needs, topics), *courses(needs, given)]
    return [*parts, *digits(asked, [*limits, *topics, *given])]


def _facts(needs: Needs) -> str:
    columns = "".join(f",\n  {sql} AS k{i}" for i, sql in enumerate(needs.facts))
    joined = "" if needs.days.as_of else " JOIN screening AS s ON s.person_id = p.person_id"
    for name, asked in (
        ("answers", needs.results or needs.conditions or needs.courses),
        ("covers", needs.documented),
    ):
        joined += f"\n  LEFT JOIN {name} ON {name}.person_id = p.person_id" if asked else ""
    joined += "\n  CROSS JOIN everybody" if needs.documented else ""
    # Nobody is screened after death; who may have died by then is listed apart as well.
    alive = f"(p.death_lo IS NULL AND p.death_hi IS NULL) OR p.death_lo > {needs.days.index()}"
    return f"facts AS (SELECT p.person_id AS person_id{columns}\nFROM person AS p{joined}\nWHERE {alive})"


def _met(met: list[str]) -> str:
    columns = ",\n  ".join(f"{sql} AS c{i:02d}" for i, sql in enumerate(met))
    return f"met AS (SELECT person_id,\n  {columns}\nFROM facts)"


def _masks(count: int) -> str:
    words = range((count + WORD - 1) // WORD)
    return ",\n  ".join(
        f"{_word(word, count, test)} AS {name}_{word}"
        for word in words
        for name, test in (("fail", "NOT {}"), ("unknown", "{} IS NULL"))
    )


def _word(word: int, count: int, test: str) -> str:
    """One word of a mask: criterion i of the word is the bit 2^i."""
    return " + ".join(
        f"CASE WHEN {test.format(f'c{i:02d}')} THEN {2 ** (i - word * WORD)} ELSE 0 END"
        for i in range(word * WORD, min(count, (word + 1) * WORD))
    )

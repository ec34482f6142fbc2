"""The common table expressions under the trees: per patient the latest results, conditions, courses and coverage."""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

import re

from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.words import among, text
from protorun.terms.treatments import classes, drugs

LATER_THAN_ALL = 2**55
"""The recency of an answer drawn from results of unclear order; a real one stays below 2^40, and 64 x this in BIGINT."""

WIDEST = 64
"""How much room there is for codes behind a recency."""

_BESIDE = {
    "uln": ("f.ref_high", "-1"),
    "lln": ("f.ref_low", "-1"),
    "baseline": ("f.baseline", "-1"),
    "code": ("f.code", "''"),
}
"""What may stand beside a value: where it comes from, and what no value has instead when two are compared."""


def results(needs: Needs) -> list[str]:
    """Per patient the truth of every numeric and coded atom, by the latest result.

    A result known only by its month or year may be the latest: all that can be are taken, and the answer is the
    interval from the least to the greatest of them; reference limits and codes that differ are unknown.
    """
    if not needs.results:
        return []
    join = needs.days.join
    seen = (
        f"{_in_question(needs)} AND (f.quality IS NULL OR f.quality <> 'absent')"
        f" AND (f.t_lo IS NULL OR f.t_lo <= {needs.days.index()})"
    )
    packs = _packed(needs.results)
    columns = ",\n  ".join(f"{sql} AS v{i}" for i, (sql, _) in enumerate(packs))
    codes = ", ".join(
        f"{_digit(f'v{i}', *at)} AS r{n}" for i, (_, held) in enumerate(packs) for n, at in held
    )
    beside = [
        name for name in _BESIDE if any(re.search(rf"\b{name}\b", code) for _, code, _ in needs.results)
    ]
    read = ", ".join(("person_id", "concept", "lo", "hi", *beside, "t_lo", "t_hi", "recency"))
    return [
        f"""m AS (SELECT f.person_id AS person_id, f.concept AS concept, COALESCE(f.value, f.value_lo) AS lo,
  COALESCE(f.value, f.value_hi) AS hi, {"".join(f"{_BESIDE[b][0]} AS {b}, " for b in beside)}f.t_lo AS t_lo,
  f.t_hi AS t_hi, f.recency AS recency FROM measurement AS f{join} WHERE {seen})""",
        # Read apart from `m`, so that an engine need not keep all of it.
        f"""unclear AS (SELECT f.person_id AS person_id, f.concept AS concept FROM measurement AS f{join}
  WHERE {seen} AND (f.exact IS NULL OR NOT f.exact) AND (f.t_lo IS NULL OR f.t_hi IS NULL OR f.t_lo <> f.t_hi)
  GROUP BY f.person_id, f.concept)""",
        """dated AS (SELECT m.*, MAX(m.t_lo) OVER (PARTITION BY m.person_id, m.concept) AS newest
  FROM m JOIN unclear AS u ON u.person_id = m.person_id AND u.concept = m.concept)""",
        _RANKED,
        _spread(beside),
        f"""latest AS (SELECT {read} FROM m WHERE t_lo = t_hi
  UNION ALL SELECT {read} FROM spread)""",
        f"packed AS (SELECT f.person_id AS person_id,\n  {columns}\nFROM latest AS f{join} GROUP BY f.person_id)",
        f"results AS (SELECT person_id, {codes}\nFROM packed)",
    ]


def _packed(asked: list[tuple[str, str, int]]) -> list[tuple[str, list[tuple[int, tuple[int, int]]]]]:
    """The codes of one variable as digits of one number behind its recency, as far as they fit: a MAX for each, and
    where in it (from and below which power) a code of `asked` is found."""
    packs: list[tuple[str, list[str], list[tuple[int, tuple[int, int]]], int]] = []
    for n, (variable, code, base) in enumerate(asked):
        at = next((i for i, p in enumerate(packs) if p[0] == variable and p[3] * base <= WIDEST), None)
        if at is None:
            packs.append((variable, [code], [(n, (1, base))], base))
        else:
            _, codes, held, below = packs[at]
            more = [*codes, f"{code} * {below}"], [*held, (n, (below, below * base))]
            packs[at] = (variable, *more, below * base)
    return [
        (
            f"MAX(CASE WHEN concept = {text(v)} THEN recency * {below} + {' + '.join(codes)} ELSE NULL END)",
            held,
        )
        for v, codes, held, below in packs
    ]


def _digit(number: str, low: int, high: int) -> str:
    """A digit of a number; the division leaves no rest, so that it does not matter whether an engine keeps one."""
    return f"{number} % {high}" if low == 1 else f"({number} % {high} - {number} % {low}) / {low}"


def _in_question(needs: Needs) -> str:
    """The variables asked for; where every criterion has a window, older results decide nothing and are left out."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for variable, windows in needs.variables.items():
        edges = () if None in windows else tuple(sorted({needs.days.edge(w) for w in windows if w}))
        groups.setdefault(edges, []).append(variable)
    # The largest group needs no look at the variable: what this lets in of the others decides nothing either.
    most = max((e for e in groups if e), key=lambda e: len(groups[e]), default=())
    parts = [" OR ".join(["f.t_hi IS NULL", *(f"f.t_hi >= {e}" for e in most)])] if most else []
    for edges, variables in groups.items():
        if not edges or edges != most:
            late = f" AND ({' OR '.join(f'f.t_hi >= {e}' for e in edges)})" if edges else ""
            parts.append(among("f.concept", variables) + late)
    return f"{among('f.concept', needs.variables)} AND ({' OR '.join(parts)})"


_RANKED = """ranked AS (SELECT dated.*, MAX(CASE WHEN t_lo = t_hi AND t_lo = newest THEN recency ELSE NULL END)
  OVER (PARTITION BY person_id, concept) AS top FROM dated)"""


def _same(column: str, none: str) -> str:
    """The value all rows share; NULL when they differ."""
    kept = f"COALESCE({column}, {none})"
    return f"CASE WHEN MIN({kept}) = MAX({kept}) THEN MAX({column}) ELSE NULL END AS {column}"


def _end(fold: str, column: str) -> str:
    """The least or greatest value; NULL (open) when one row is open."""
    open_ = f"MAX(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END) = 1"
    return f"CASE WHEN {open_} THEN NULL ELSE {fold}({column}) END AS {column}"


def _spread(beside: list[str]) -> str:
    same = "".join(f"{_same(b, _BESIDE[b][1])}, " for b in beside)
    return f"""spread AS (SELECT person_id, concept, {_end("MIN", "lo")}, {_end("MAX", "hi")}, {same}
  MAX(newest) AS t_lo, {_end("MAX", "t_hi")}, {LATER_THAN_ALL} AS recency
  FROM ranked WHERE (newest IS NULL OR t_hi IS NULL OR t_hi >= newest)
  AND (top IS NULL OR recency >= top OR t_lo IS NULL OR t_hi IS NULL OR t_lo <> t_hi)
  GROUP BY person_id, concept)"""


def conditions(needs: Needs) -> list[str]:
    """Per patient and fact: the most and the least that a row says (2 yes, 1 maybe, 0 no), and when the latest yes was."""
    if not needs.conditions:
        return []
    join, index = needs.days.join, needs.days.index()
    wanted = among("f.concept", filter(needs.occurs, needs.conditions))
    columns = ",\n  ".join(
        _facts(f"c{i}", concept, needs) if needs.occurs(concept) else _nothing(f"c{i}", concept, needs)
        for i, concept in enumerate(needs.conditions)
    )
    return [
        f"""stated AS (SELECT f.person_id AS person_id, f.concept AS concept, f.value AS value, f.t_lo AS t_lo,
  f.t_hi AS t_hi, MAX(f.t_lo) OVER (PARTITION BY f.person_id, f.concept) AS newest
  FROM assertion AS f{join} WHERE {wanted} AND (f.t_lo IS NULL OR f.t_lo <= {index}))""",
        f"""known AS (SELECT f.person_id AS person_id, f.concept AS concept,
  CASE WHEN f.certain THEN 2 ELSE 1 END AS truth, f.onset_lo AS t_lo, f.onset_hi AS t_hi
  FROM condition AS f{join} WHERE {wanted} AND (f.recorded_lo IS NULL OR f.recorded_lo <= {index})
  AND (f.onset_lo IS NULL OR f.onset_lo <= {index})
  UNION ALL SELECT person_id, concept, CASE WHEN value THEN 2 WHEN NOT value THEN 0 ELSE 1 END, t_lo, t_hi
  FROM stated WHERE newest IS NULL OR t_hi IS NULL OR t_hi >= newest)""",
        f"conditions AS (SELECT person_id,\n  {columns}\nFROM known GROUP BY person_id)",
    ]


def _facts(name: str, concept: str, needs: Needs) -> str:
    truth = f"CASE WHEN concept = {text(concept)} THEN truth ELSE NULL END"
    found = f"MAX({truth}) AS {name}_most, MIN({truth}) AS {name}_least"
    if concept not in needs.dated:
        return found
    present = f"concept = {text(concept)} AND truth = 2"
    open_ = f"MAX(CASE WHEN {present} AND t_hi IS NULL THEN 1 ELSE 0 END) = 1"
    return (
        f"{found}, MAX(CASE WHEN {present} THEN t_lo ELSE NULL END) AS {name}_lo,"
        f" CASE WHEN {open_} THEN NULL ELSE MAX(CASE WHEN {present} THEN t_hi ELSE NULL END) END AS {name}_hi"
    )


def _nothing(name: str, concept: str, needs: Needs) -> str:
    """A fact no row is about: its columns need no reading."""
    dates = [f"CAST(NULL AS DATE) AS {name}_{end}" for end in ("lo", "hi") if concept in needs.dated]
    return ", ".join([*(f"CAST(NULL AS INTEGER) AS {name}_{end}" for end in ("most", "least")), *dates])


def courses(needs: Needs) -> list[str]:
    """Per patient the highest truth of every treatment atom over the courses known at screening."""
    if not needs.courses:
        return []
    rows = "".join(f",\n  {truth} AS q{i}" for i, truth in enumerate(needs.courses))
    columns = ",\n  ".join(f"MAX({_given(f'q{i}')}) AS t{i}" for i in range(len(needs.courses)))
    return [
        f"""course AS (SELECT f.person_id AS person_id, f.evidence AS evidence{rows}
FROM (SELECT g.*, CASE WHEN g.ongoing THEN 1 ELSE 0 END AS going,
  CASE WHEN g.half_life_known THEN 1 ELSE 0 END AS lived,
  CASE WHEN {among("g.concept", drugs())} THEN 1 ELSE 0 END AS is_drug,
  CASE WHEN g.concept IS NULL AND (g.kind IS NULL OR NOT {among("g.kind", classes())}) THEN 0 ELSE 1 END AS named
  FROM treatment AS g) AS f{needs.days.join}
WHERE f.start_lo IS NULL OR f.start_lo <= {needs.days.index()})""",
        f"courses AS (SELECT person_id,\n  {columns}\nFROM course GROUP BY person_id)",
    ]


def _given(truth: str) -> str:
    """2, 1 or 0; what was only ordered may have been given."""
    return f"CASE WHEN {truth} AND evidence = 'ordered' THEN 1 WHEN {truth} THEN 2 WHEN NOT {truth} THEN 0 ELSE 1 END"


def coverage(needs: Needs) -> list[str]:
    """Which lists are complete: of a patient, and of everybody."""
    if not needs.documented:
        return []
    columns = ", ".join(_covered(d) for d in ("condition", "treatment"))
    return [
        f"covers AS (SELECT f.person_id AS person_id, {columns} FROM coverage AS f{needs.days.join}"
        f" WHERE f.person_id IS NOT NULL AND {_until(needs.days)} GROUP BY f.person_id)",
        f"everybody AS (SELECT {columns} FROM coverage AS f WHERE f.person_id IS NULL"
        f" AND {_until(needs.days) if needs.days.as_of else 'f.concept_group IS NULL AND f.t_hi IS NULL'})",
    ]


def _until(days: Days) -> str:
    return f"f.concept_group IS NULL AND (f.t_hi IS NULL OR f.t_hi >= {days.index()})"


def _covered(domain: str) -> str:
    of = f"f.domain = '{domain}'"
    return (
        f"MAX(CASE WHEN {of} AND f.t_lo IS NULL THEN 1 ELSE 0 END) AS {domain}_always,"
        f" MIN(CASE WHEN {of} THEN f.t_lo ELSE NULL END) AS {domain}_since"
    )

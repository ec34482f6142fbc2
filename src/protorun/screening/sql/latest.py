"""The latest result of each variable as common table expressions: one row per patient and limit."""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from protorun.screening.sql.needs import Needs
from protorun.screening.sql.slots import ALWAYS, WIDEST, Slot, by_rule, slot_table
from protorun.screening.sql.words import some
from protorun.study.criterion import Window

_BESIDE = {
    "uln": ("f.ref_high", "-1"),
    "lln": ("f.ref_low", "-1"),
    "baseline": ("f.baseline", "-1"),
    "code": ("f.code", "''"),
}
"""What may stand beside a value: where it comes from, and what no value has instead when two are compared."""

UNCLEAR = 2**60
"""Stands above every recency where a result has a partial date, so that no other result is the latest."""


def results(needs: Needs, limits: Sequence[Slot]) -> list[str]:
    """Per patient the truth of every numeric and coded atom, by the latest result.

    A result known only by its month or year may be the latest: all that can be are taken, and the answer is the
    interval from the least to the greatest of them; reference limits and codes that differ are unknown.
    """
    if not limits:
        return []
    join = needs.days.join
    rule, rules = by_rule("rule", [s.code for s in limits])
    recent, ages = by_rule("age", [_recent(needs.variables[s.concept], needs) for s in limits])
    beside = [b for b in _BESIDE if any(re.search(rf"\b{b}\b", s.code) for s in limits)]
    row = (
        "COALESCE(f.value, f.value_lo) AS lo, COALESCE(f.value, f.value_hi) AS hi, "
        + "".join(f"{_BESIDE[b][0]} AS {b}, " for b in beside)
        + "f.t_lo AS t_lo, f.t_hi AS t_hi, f.recency AS recency"
    )
    seen = (
        f"{recent} AND (f.quality IS NULL OR f.quality <> 'absent')"
        f" AND (f.t_lo IS NULL OR f.t_lo <= {needs.days.index()})"
    )
    asked = f"measurement AS f JOIN limits AS z ON z.concept = f.concept{join}"
    return [
        slot_table("limits", limits, [a + b for a, b in zip(rules, ages, strict=True)]),
        f"""coded AS (SELECT f.person_id AS person_id, slot,
  CASE WHEN t_lo = t_hi THEN recency * {WIDEST} + {rule} WHEN exact THEN NULL ELSE {UNCLEAR} END AS found
  FROM (SELECT f.person_id AS person_id, z.*, {row}, f.exact AS exact FROM {asked} WHERE {seen}) AS f{join})""",
        "top AS (SELECT person_id, slot, MAX(found) AS found FROM coded GROUP BY person_id, slot)",
        *_unclear(asked, seen, row),
        _spread(beside),
        f"""results AS (SELECT t.person_id AS person_id, z.word AS word, z.low AS low, t.found % {WIDEST} AS answer
  FROM top AS t JOIN limits AS z ON z.slot = t.slot WHERE t.found < {UNCLEAR}
  UNION ALL SELECT f.person_id, z.word, z.low, {rule} FROM spread AS f JOIN limits AS z ON z.slot = f.slot{join})""",
    ]


def _unclear(asked: str, seen: str, row: str) -> list[str]:
    """The variables of a patient with a partial date, and all their results with the newest date and recency."""
    return [
        f"unclear AS (SELECT person_id, slot FROM top WHERE found = {UNCLEAR})",
        # Read once more, not kept: few rows of few patients are wanted here.
        f"""dated AS (SELECT f.person_id AS person_id, z.slot AS slot, {row},
  MAX(f.t_lo) OVER (PARTITION BY f.person_id, z.slot) AS newest,
  MAX(CASE WHEN f.t_lo = f.t_hi THEN f.recency ELSE NULL END) OVER (PARTITION BY f.person_id, z.slot) AS top
  FROM {asked} JOIN unclear AS u ON u.person_id = f.person_id AND u.slot = z.slot WHERE {seen})""",
    ]


def _recent(windows: Iterable[Window | None], needs: Needs) -> str:
    """Where every criterion has a window, older results decide nothing and are left out."""
    windows = tuple(windows)
    edges = {ALWAYS} if None in windows else {needs.days.edge(w) for w in windows if w}
    dates = {e for e in edges if e.startswith("DATE")}
    kept = [*sorted(edges - dates), *sorted(dates)[:1]]
    return some(["f.t_hi IS NULL", *(f"f.t_hi >= {e}" for e in kept)])


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
    return f"""spread AS (SELECT person_id, slot, {_end("MIN", "lo")}, {_end("MAX", "hi")}, {same}
  MAX(newest) AS t_lo, {_end("MAX", "t_hi")}
  FROM dated WHERE (newest IS NULL OR t_hi IS NULL OR t_hi >= newest)
  AND (top IS NULL OR recency >= top OR t_lo IS NULL OR t_hi IS NULL OR t_lo <> t_hi)
  GROUP BY person_id, slot)"""

"""The common table expressions under the trees: per patient the conditions, courses and coverage."""

# ruff: noqa: S608 - the text is made of our own tables and escaped literals; nothing a user types reaches it

from __future__ import annotations

import re
from collections.abc import Sequence

from protorun.screening.sql.days import Days
from protorun.screening.sql.needs import Needs
from protorun.screening.sql.slots import Slot, by_rule, slot_table
from protorun.screening.sql.words import among
from protorun.terms.treatments import classes, drugs

_NEVER = "DATE '9999-12-31'"
"""The last day of what has no end."""


def conditions(needs: Needs, topics: Sequence[Slot]) -> list[str]:
    """Per patient and fact what is known of it: the most and the least that a row says (2 yes, 1 maybe, 0 no), and the
    first and the last day the latest yes may be of."""
    if not topics:
        return []
    rule, rules = by_rule("rule", [t.code for t in topics])
    join, index = needs.days.join, needs.days.index()
    days = ""
    if any(re.search(r"\b(lo|hi)\b", t.code) for t in topics):
        days = (
            ", MAX(CASE WHEN truth = 2 THEN t_lo ELSE NULL END) AS lo,"
            f" MAX(CASE WHEN truth = 2 THEN COALESCE(t_hi, {_NEVER}) ELSE NULL END) AS hi"
        )
    return [
        slot_table("topics", topics, rules),
        f"""stated AS (SELECT f.person_id AS person_id, z.slot AS slot, f.value AS value, f.t_lo AS t_lo,
  f.t_hi AS t_hi, MAX(f.t_lo) OVER (PARTITION BY f.person_id, z.slot) AS newest
  FROM assertion AS f JOIN topics AS z ON z.concept = f.concept{join} WHERE f.t_lo IS NULL OR f.t_lo <= {index})""",
        f"""known AS (SELECT f.person_id AS person_id, z.slot AS slot,
  CASE WHEN f.certain THEN 2 ELSE 1 END AS truth, f.onset_lo AS t_lo, f.onset_hi AS t_hi
  FROM condition AS f JOIN topics AS z ON z.concept = f.concept{join}
  WHERE (f.recorded_lo IS NULL OR f.recorded_lo <= {index}) AND (f.onset_lo IS NULL OR f.onset_lo <= {index})
  UNION ALL SELECT person_id, slot, CASE WHEN value THEN 2 WHEN NOT value THEN 0 ELSE 1 END, t_lo, t_hi
  FROM stated WHERE newest IS NULL OR t_hi IS NULL OR t_hi >= newest)""",
        f"""told AS (SELECT person_id, slot, MAX(truth) AS most, MIN(truth) AS least{days}
  FROM known GROUP BY person_id, slot)""",
        f"""conditions AS (SELECT f.person_id AS person_id, z.word AS word, z.low AS low, {rule} AS answer
  FROM told AS f JOIN topics AS z ON z.slot = f.slot{join})""",
    ]


def courses(needs: Needs, given: Sequence[Slot]) -> list[str]:
    """Per patient the highest truth of every treatment atom over the courses known at screening."""
    if not given:
        return []
    rows = "".join(f",\n  {truth} AS q{i}" for i, truth in enumerate(needs.courses))
    columns = ",\n  ".join(f"MAX({_given(f'q{i}')}) AS t{i}" for i in range(len(needs.courses)))
    words = [[s for s in given if s.word == w] for w in sorted({s.word for s in given})]
    answers = "\n  UNION ALL ".join(
        f"SELECT person_id, {of[0].word} AS word, CAST(1 AS BIGINT) AS low,"
        f" {' + '.join(f'{s.code} * CAST({s.low} AS BIGINT)' for s in of)} AS answer FROM highest"
        for of in words
    )
    return [
        f"""course AS (SELECT f.person_id AS person_id, f.evidence AS evidence{rows}
FROM (SELECT g.*, CASE WHEN g.ongoing THEN 1 ELSE 0 END AS going,
  CASE WHEN g.half_life_known THEN 1 ELSE 0 END AS lived,
  CASE WHEN {among("g.concept", needs.listed(drugs()))} THEN 1 ELSE 0 END AS is_drug,
  CASE WHEN g.concept IS NULL AND (g.kind IS NULL OR NOT {among("g.kind", needs.listed(classes()))}) THEN 0 ELSE 1 END AS named
  FROM treatment AS g) AS f{needs.days.join}
WHERE f.start_lo IS NULL OR f.start_lo <= {needs.days.index()})""",
        f"highest AS (SELECT person_id,\n  {columns}\nFROM course GROUP BY person_id)",
        f"courses AS ({answers})",
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

"""P4: deleting any field of any patient moves a verdict towards unknown or leaves it, and never anywhere else.

Outside are: facts that contradict each other (deleting one of them resolves the contradiction), the dates to come that
the screening date stands in for (the explanation names it), and what a list was declared complete for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from screened_tables import study_of
from test_screening import population

from protorun.patients._treatment_table import _half_life, _half_life_known
from protorun.screening import Verdict, screen
from protorun.screening.leaves import atoms_of
from protorun.study.criterion import (
    Attestation,
    Bound,
    Code,
    Flag,
    If,
    Not,
    Number,
    Treated,
    Unless,
    Washout,
    Window,
)
from protorun.study.study import Study
from protorun.terms.reasons import Reason
from protorun.terms.truth import FALSE, UNKNOWN
from protorun.trial.facts import NO_DAY, Codes, Facts, Flags, Numbers, Treatments

PATIENTS = 100_000
MONTH = Window(amount=28, unit="days")
SYNTHETIC = study_of(
    Number(variable="age", low=Bound(value=18), high=Bound(value=75), unit="years"),
    Number(variable="platelets", low=Bound(value=80), unit="10^9/L", window=Window(amount=3, unit="years")),
    If(
        condition=Flag(variable="liver_metastasis"),
        then=Number(variable="alt", high=Bound(value=5, times="uln")),
        otherwise=Number(variable="alt", high=Bound(value=3, times="uln")),
    ),
    Number(variable="residual_toxicity_grade", high=Bound(value=1), excluding=("alopecia",)),
    Code(variable="her2_status", values=("low", "zero")),
    ("exclusion", Flag(variable="infection", qualifiers=("active",), window=Window(amount=1, unit="years"))),
    ("exclusion", Unless(part=Flag(variable="stroke"), exception=Flag(variable="hiv"))),
    ("exclusion", Flag(variable="pregnant")),
    ("exclusion", Treated(classes=("taxane",), window=MONTH)),
    (
        "exclusion",
        Treated(
            classes=("systemic_corticosteroid",),
            ongoing=True,
            dose=Bound(value=10),
            purpose="immunosuppression",
            exempt_routes=("inhaled",),
        ),
    ),
    Washout(classes=("chemotherapy", "surgery"), window=MONTH, half_lives=5, which="shorter"),
    Washout(classes=("chemotherapy", "radiotherapy"), window=MONTH, half_lives=5, which="longer"),
    Not(part=Treated(classes=("radiotherapy",))),
    Code(variable="sex", values=("female",)),
)
DRUGS = (
    "pemetrexed",
    "cisplatin",
    "docetaxel",
    "surgery",
    "radiotherapy",
    "dexamethasone",
    "prednisone",
    "fulvestrant",
)


def with_courses(facts: Facts, seed: int) -> Facts:
    """One course for half of the patients, and a date of birth for most of them."""
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(rng.random(len(facts)) < 0.5).astype(np.int32)
    n, on = len(rows), facts.screened_on[rows]
    drugs = tuple(str(d) for d in rng.choice(DRUGS, n))
    going = rng.random(n) < 0.2
    end = np.where(going, NO_DAY, on - rng.integers(0, 80, n)).astype(np.int32)
    start = np.where(going, on - 20, end - 20).astype(np.int32)
    courses = Treatments(
        rows, drugs, ("",) * n, start, start, end, end,
        half_life_days=np.array([_half_life(d, "") for d in drugs]),
        half_life_known=np.array([_half_life_known(d, "") for d in drugs], bool),
        dose_mg=rng.choice([1.0, 8.0, 20.0], n),
        route=tuple(str(r) for r in rng.choice(["oral", "inhaled"], n)),
        purpose=tuple(str(p) for p in rng.choice(["immunosuppression", "edema"], n)),
        ongoing=going,
    )  # fmt: skip
    born = (facts.screened_on - rng.integers(16 * 365, 80 * 365, len(facts))).astype(np.int32)
    columns = {
        k: v
        for k, v in facts.columns.items()
        if k not in ("age", "her2_status") and not k.startswith("prior_")
    }
    columns |= {k: Codes(np.full(len(facts), -1, np.int16), (), facts.screened_on) for k in ("her2_status",)}
    return replace(facts, columns=columns, treatments=courses, born=(born, born))


def deletions(facts: Facts) -> Iterator[tuple[str, Facts]]:
    """The facts without one field, for every field of every column, of the courses and of the person."""
    for name, column in facts.columns.items():
        yield name, replace(facts, columns={k: v for k, v in facts.columns.items() if k != name})
        gone = np.full(len(facts), NO_DAY, np.int32)
        yield f"{name}_on", _with(facts, name, replace(column, day=gone, day_last=gone))
        if isinstance(column, Numbers):
            none = np.full(len(facts), np.nan)
            for limit in ("uln", "lln", "baseline"):
                yield f"{name}_{limit}", _with(facts, name, replace(column, **{limit: none}))
    yield "birth", replace(facts, born=None)
    yield "month of birth", replace(facts, born=(facts.born[0] - 200, facts.born[1] + 100))
    for domain in facts.documented:
        nobody = {**facts.documented, domain: np.zeros(len(facts), bool)}
        yield f"{domain}_documented", replace(facts, documented=nobody)
    courses = facts.treatments
    n = len(courses.patient)
    gone, nan, none = np.full(n, NO_DAY, np.int32), np.full(n, np.nan), ("",) * n
    for name, change in {
        "treatment": {"drug": none},
        "start": {"start_low": gone, "start_high": gone},
        "end": {"end_low": gone, "end_high": gone},
        "day of end": {
            "end_low": np.where(courses.end_low == NO_DAY, NO_DAY, courses.end_low - 15).astype(np.int32)
        },
        "dose": {"dose_mg": nan},
        "route": {"route": none},
        "purpose": {"purpose": none},
        "ongoing": {"ongoing": np.zeros(n, bool)},
        "half-life": {"half_life_days": nan, "half_life_known": np.zeros(n, bool)},
    }.items():
        yield name, replace(facts, treatments=replace(courses, **change))


def _with(facts: Facts, name: str, column: object) -> Facts:
    return replace(facts, columns={**facts.columns, name: column})


def consistent(facts: Facts) -> Facts:
    """No contradictions: what is there in the narrow sense is there in the wide one, no man is pregnant, ISH was asked
    for IHC 2+ only."""
    columns = dict(facts.columns)
    wide, narrow = columns.get("infection"), columns.get("infection_active")
    if isinstance(wide, Flags) and isinstance(narrow, Flags):
        columns["infection"] = replace(wide, truth=np.where(narrow.truth != FALSE, narrow.truth, wide.truth))
    return replace(facts, columns=columns)


def undeclared(facts: Facts, study: Study) -> Facts:
    """Without lists declared complete (there silence means absent, as it was declared), and without the statements that
    the policy assumes."""
    stated = {
        leaf.variable
        for c in study.eligibility
        for leaf, _ in atoms_of(c.expr)
        if isinstance(leaf, Attestation)
    }
    return replace(facts, documented={}, columns={k: v for k, v in facts.columns.items() if k not in stated})


@pytest.fixture(scope="module")
def studies(seeds):
    from protorun.read import load

    found = {name: load(next(seeds.glob(f"{name}_*.txt"))) for name in ("002", "003")}
    return {**found, "synthetic": SYNTHETIC}


@pytest.mark.parametrize("name", ["synthetic", "002", "003"])
@pytest.mark.parametrize("policy", ["strict", "documented_absence"])
def test_deleting_any_field_moves_a_verdict_towards_unknown_or_leaves_it(studies, name, policy):
    study = studies[name]
    table = consistent(with_courses(population(study, PATIENTS, 21), 22))
    if policy == "documented_absence":
        table = undeclared(table, study)
    before = screen(study, table, policy=policy)
    sound = ~(before.reason == Reason.CONFLICT).any(axis=0) & ~_odd_her2(table)
    assert sound.mean() > 0.5
    asked = 0
    for field, less in deletions(table):
        after = screen(study, less, policy=policy)
        changed = (after.satisfied != before.satisfied) & sound
        assert (after.satisfied[changed] == UNKNOWN).all(), (
            field,
            _first(changed & (after.satisfied != UNKNOWN), before, after),
        )
        moved = (after.verdict != before.verdict) & sound
        assert (after.verdict[moved] == Verdict.POTENTIALLY_ELIGIBLE).all(), field
        asked += int(changed.sum())
    assert asked > 1_000


def _odd_her2(table: Facts) -> np.ndarray:
    """IHC 0, 1+ or 3+ with an ISH result: the pair is open, and deleting the ISH closes it."""
    ish = table.columns.get("her2_ish")
    return np.zeros(len(table), bool) if ish is None else ish.codes >= 0


def _first(where, before, after) -> str:
    criterion, patient = (int(x[0]) for x in np.nonzero(where))
    return f"{before.criteria[criterion]!r}: {before.satisfied[criterion, patient]} to {after.satisfied[criterion, patient]}, patient {patient}"

"""The five published records against the reading a person made of them: values, the words behind them, what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from protorun.reading import understand
from protorun.records import open_records
from protorun.study.record import Record
from protorun.study.source import Source, Sourced
from protorun.study.study import Study

SEEDS = ("000", "001", "002", "003", "004")
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "records" / "seeds"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the records are not beside this checkout")


@cache
def gold() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "gold.json").read_text(encoding="utf-8"))["seeds"]
    return found


@cache
def record(seed: str) -> Record:
    (only,) = open_records(next(FOLDER.glob(f"{seed}_*.txt")))
    return only


@cache
def study(seed: str) -> Study:
    return understand(record(seed))


# --- the words: each quote of the gold stands behind the right fact ---------------------------------------------------


def sources(*nodes: Any) -> Iterator[Source]:
    """Every source inside the nouns."""
    for node in nodes:
        if isinstance(node, Source):
            yield node
        elif isinstance(node, BaseModel):
            yield from sources(*(getattr(node, name) for name in type(node).model_fields))
        elif isinstance(node, (tuple, list)):
            yield from sources(*node)
        elif isinstance(node, dict):
            yield from sources(*node.values())


def blocks(seed: str, agent: str) -> list[Any]:
    return [b for b in study(seed).blocks if agent in (b.agent.value or "").lower()]


def endpoint(seed: str, id: str) -> Any:
    return next(e for e in study(seed).endpoints if e.id == id)


def arm(seed: str, id: str) -> Any:
    return study(seed).arm(id)


def criteria(seed: str, kind: str) -> list[Any]:
    polarity = {"inc": "inclusion", "exc": "exclusion"}[kind]
    return [c for c in study(seed).eligibility if c.polarity == polarity]


def quotes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every quote of the gold with its path."""
    if isinstance(node, dict) and {"quote", "start", "end"} <= set(node):
        yield path, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from quotes(child, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for at, child in enumerate(node):
            label = child.get("id", at) if isinstance(child, dict) else at
            yield from quotes(child, f"{path}[{label}]")


# Path in the gold -> the facts of the study that must stand on those words.
RIGHT_FACTS: dict[str, Any] = {
    r"\d+\.status": lambda s, m: [study(s).status],
    r"\d+\.start": lambda s, m: [study(s).dates.start],
    r"\d+\.completion": lambda s, m: [study(s).dates.completion],
    r"\d+\.sponsor": lambda s, m: [study(s).sponsor.lead],
    r"000\.arms\[single\]\.components\[SG\].*": lambda s, m: blocks(s, "sacituzumab"),
    r"000\.arms\[single\]\.components\[IT\].*": lambda s, m: blocks(s, "pemetrexed"),
    r"000\.dlt_rule.*": lambda s, m: [study(s).dose_rule],
    r"001\.arms\[concomitant\].*": lambda s, m: [arm(s, "concomitant_therapy").description],
    r"001\.arms\[it_alone\].*": lambda s, m: [arm(s, "intrathecal_pemetrexed_alone").description],
    r"001\.components\.IT.*": lambda s, m: blocks(s, "pemetrexed"),
    r"001\.components\.RT.*": lambda s, m: [b for b in study(s).blocks if b.kind == "radiotherapy"],
    r"001\.endpoints\.source\[0\]": lambda s, m: [e for e in study(s).endpoints if e.level == "primary"],
    r"001\.endpoints\.source\[1\]": lambda s, m: [e for e in study(s).endpoints if e.level == "secondary"],
    r"002\.arms\[P1A\].*": lambda s, m: [arm(s, "phase_1_arm_a").population],
    r"002\.arms\[P1B\].*": lambda s, m: [study(s).block(b) for b in arm(s, "phase_1_arm_b").blocks],
    r"002\.arms\[P2(?P<letter>[A-H])\].*": lambda s, m: [
        arm(s, f"phase_2_arm_{m['letter'].lower()}").population
    ],
    r"002\.dlt": lambda s, m: [study(s).dose_rule.window_cycles],
    r"(?:002|003)\.eligibility\[(?P<kind>[IE]).*": lambda s, m: criteria(
        s, "inc" if m["kind"] == "I" else "exc"
    ),
    r"003\.arms_source": lambda s, m: [a.sources for a in study(s).arms],
    r"004\.arms\[single\].*": lambda s, m: [arm(s, "single").sources],
    r"004\.endpoints\[CNS_ORR\].*": lambda s, m: [endpoint(s, "cns_orr").responses],
    r"004\.endpoints\[CNS_CBR\].*": lambda s, m: [endpoint(s, "cns_cbr").min_sd_days],
    r"004\.endpoints\[PFS\]\.source\[0\]": lambda s, m: [endpoint(s, "pfs").origin],
    r"004\.endpoints\[PFS\]\.source\[1\]": lambda s, m: [endpoint(s, "pfs").censoring[0]],
    r"004\.endpoints\[PFS\]\.source\[2\]": lambda s, m: [endpoint(s, "pfs").censoring[1]],
    r"004\.endpoints\[OS\].*": lambda s, m: [endpoint(s, "os").origin, endpoint(s, "os").events],
}

QUOTES = [(p, q) for seed in SEEDS for p, q in quotes(gold()[seed], seed)] if FOLDER.is_dir() else []


def test_there_are_81_quotes() -> None:
    assert len(QUOTES) == 81


@pytest.mark.parametrize(("path", "quote"), QUOTES, ids=[p for p, _ in QUOTES])
def test_the_right_fact_stands_on_the_words_of_the_gold(path: str, quote: dict[str, Any]) -> None:
    """One of the two stretches holds the other: the fact quotes the gold's words, or a part of them."""
    seed = path[:3]
    assert record(seed).texts[""][quote["start"] : quote["end"]] == quote["quote"]
    name = path.removesuffix(".source")
    match, facts = next((m, f) for p, f in RIGHT_FACTS.items() if (m := re.fullmatch(p, name)))
    found = [s for s in sources(*facts(seed, match)) if s.locator == ""]
    start, end = quote["start"], quote["end"]
    assert any((start <= s.start and s.end <= end) or (s.start <= start and end <= s.end) for s in found)


# --- the values -------------------------------------------------------------------------------------------------------


def value_at(seed: str, path: str) -> Any:
    node: Any = study(seed)
    for step in path.split("."):
        node = getattr(node, step)
    return node.value if isinstance(node, Sourced) else node


@pytest.mark.parametrize("seed", ["000", "001"])
def test_status_dates_and_sponsor(seed: str) -> None:
    for name, path in {
        "status": "status",
        "start": "dates.start",
        "completion": "dates.completion",
        "sponsor": "sponsor.lead",
    }.items():
        assert value_at(seed, path) == gold()[seed][name]["value"], name


@pytest.mark.parametrize("seed", ["000", "001", "002"])
def test_nct_number_and_phases(seed: str) -> None:
    assert study(seed).nct == gold()[seed]["nct"]
    assert value_at(seed, "phases") == tuple(gold()[seed]["phase"])


@pytest.mark.parametrize("seed", ["003", "004"])
def test_no_nct_number_is_invented(seed: str) -> None:
    assert gold()[seed]["nct"] is None
    assert study(seed).nct is None


def test_002_sponsor_status_ages_and_sex() -> None:
    assert value_at("002", "sponsor.lead") == gold()["002"]["sponsor"]
    assert value_at("002", "status") == gold()["002"]["status"]
    low = value_at("002", "enrollment.minimum_age")
    assert (low.amount, low.unit) == (gold()["002"]["ages"]["min"], "years")
    assert value_at("002", "enrollment.maximum_age") is None
    assert value_at("002", "enrollment.sex") == "all"


@pytest.mark.parametrize(
    ("seed", "allocation", "masking", "multicenter"),
    [
        ("000", "single_arm", "open_label", None),
        ("001", "randomized", "open_label", True),
        ("002", None, None, None),
        ("003", "randomized", "open_label", True),
        ("004", "single_arm", None, False),
    ],
)
def test_allocation_masking_and_centers(
    seed: str, allocation: str | None, masking: str | None, multicenter: bool | None
) -> None:
    design = study(seed).design
    assert (design.allocation.value, design.masking.value, design.multicenter.value) == (
        allocation,
        masking,
        multicenter,
    )


@pytest.mark.parametrize(("seed", "rows"), [("000", 15), ("001", 20)])
def test_every_see_also_row_is_a_related_trial(seed: str, rows: int) -> None:
    expected = [(r["status"], r["nct"], r["title"], r["phase"]) for r in gold()[seed]["see_also"]]
    found = [(r.status.value, r.nct.value, r.title.value, r.phase.value) for r in study(seed).related]
    assert found == expected
    assert len(found) == rows


def test_000_sacituzumab_govitecan_10_mg_per_kg_on_days_1_and_8_of_21() -> None:
    (block,) = blocks("000", "sacituzumab")
    assert block.dose.value is not None
    assert (block.dose.value.amount, block.dose.value.unit) == (10, "mg/kg")
    assert block.days.value == (1, 8)
    assert block.cycle_days.value == 21
    assert set(block.until.value or ()) == {"progression", "toxicity"}
    assert block.routes.value == ("intravenous",)


def test_000_pemetrexed_in_three_phases_from_day_2() -> None:
    found = {b.phase: b for b in blocks("000", "pemetrexed")}
    induction, consolidation, maintenance = (found[p] for p in ("induction", "consolidation", "maintenance"))
    assert (induction.dose.value.amount, induction.dose.value.unit) == (15, "mg")
    assert (induction.per_week.value, induction.weeks.value, induction.count.value) == (2, 2, 4)
    assert (consolidation.per_week.value, consolidation.weeks.value, consolidation.count.value) == (1, 4, 4)
    assert maintenance.condition.value == "effective"
    assert set(maintenance.until.value or ()) == {"relapse", "death"}
    assert induction.start.value.offset_days == gold()["000"]["arms"][0]["components"][1]["start_day"] - 1
    assert all(b.dose_by_rule for b in found.values())
    assert len(induction.routes.value or ()) == 2


def test_000_dose_rule_levels_cohort_and_both_readings() -> None:
    rule = study("000").dose_rule
    assert rule is not None
    assert sorted(level.dose.value.amount for level in rule.levels if level.dose.value) == [10, 15]
    assert (rule.window_days.value, rule.window_cycles.value, rule.dlt_definition.value) == (None, None, None)
    assert {r.name for r in rule.readings} == {"three_plus_three", "fill_to_six"}
    (cohort,) = study("000").cohorts
    assert (cohort.part, cohort.minimum.value, cohort.maximum.value) == ("phase_1", 3, 6)
    assert any("3 to 6" in a.says for a in study("000").ambiguities)


def test_001_two_arms_with_their_phases() -> None:
    concomitant, alone = study("001").arms
    phases = {a.id: [study("001").block(b).phase for b in a.blocks] for a in (concomitant, alone)}
    assert set(phases[concomitant.id]) == {"induction", "concomitant"}
    assert set(phases[alone.id]) == {"induction", "consolidation"}
    (radiotherapy,) = [b for b in study("001").blocks if b.kind == "radiotherapy"]
    assert radiotherapy.id in concomitant.blocks
    assert radiotherapy.id not in alone.blocks


def test_001_schedule_and_the_missing_dose() -> None:
    found = {b.phase: b for b in blocks("001", "pemetrexed")}
    assert (found["induction"].per_week.value, found["induction"].weeks.value) == (2, 2)
    assert (found["consolidation"].per_week.value, found["consolidation"].weeks.value) == (1, 4)
    assert all(b.dose.basis == "absent" for b in found.values())
    (radiotherapy,) = [b for b in study("001").blocks if b.kind == "radiotherapy"]
    assert (radiotherapy.total.value.amount, radiotherapy.count.value, radiotherapy.weeks.value) == (
        40,
        20,
        4,
    )
    assert (radiotherapy.dose.value.amount, radiotherapy.dose.value.unit) == (2, "Gy")
    assert radiotherapy.dose.basis == "derived"


def test_001_endpoints() -> None:
    for level in ("primary", "secondary"):
        names = [e.name.value for e in study("001").endpoints if e.level == level]
        assert names == gold()["001"]["endpoints"][level]
    kinds = [e.kind for e in study("001").endpoints]
    assert kinds == ["response_rate", "safety", "time_to_event", "time_to_event"]


def test_001_randomized_without_a_ratio() -> None:
    found = study("001").randomization
    assert found is not None
    assert found.arms == tuple(a.id for a in study("001").arms)
    assert found.ratio.basis == found.strata.basis == found.concealment.basis == "absent"
    assert any("willing" in s.quote for c in study("001").conflicts for s in c.sources)


TDXD = "prior_treatment:trastuzumab deruxtecan"


@pytest.mark.parametrize("letter", "ABCDEFGH")
def test_002_populations_of_phase_2(letter: str) -> None:
    expected = next(a for a in gold()["002"]["arms"] if a["id"] == f"P2{letter}")
    population = arm("002", f"phase_2_arm_{letter.lower()}").population
    assert population.require["her2_status"] == (expected["her2"],)
    assert population.require[TDXD] == (("yes",) if expected["prior_tdxd"] else ("no",))
    if expected["disease"] == "LM and/or BM":
        assert population.any_of == (
            {"leptomeningeal_metastasis": ("yes",)},
            {"brain_metastasis": ("yes",)},
        )
    else:
        assert population.require["brain_metastasis"] == ("yes",)
        assert population.require["leptomeningeal_metastasis"] == ("no",)


@pytest.mark.parametrize("letter", "ab")
def test_002_populations_of_phase_1(letter: str) -> None:
    found = arm("002", f"phase_1_arm_{letter}")
    assert found.part == "phase_1"
    assert found.population.require == {"leptomeningeal_metastasis": ("yes",), TDXD: ("no",)}
    assert found.population.any_of == ()


def test_002_parts_hold_two_and_eight_arms() -> None:
    assert [p.id for p in study("002").parts] == ["phase_1", "phase_2"]
    parts = [a.part for a in study("002").arms]
    assert (parts.count("phase_1"), parts.count("phase_2")) == (2, 8)


def test_002_cycles_of_the_phase_1_arms() -> None:
    for letter, first in (("a", "intrathecal"), ("b", "intravenous")):
        own = [study("002").block(b) for b in arm("002", f"phase_1_arm_{letter}").blocks]
        assert {r for b in own if b.from_cycle == 1 for r in b.routes.value or ()} == {first}
        later = {r for b in own if b.from_cycle == 2 for r in b.routes.value or ()}
        assert later == {"intrathecal", "intravenous"}


def test_002_the_dlt_window_is_two_cycles_and_there_is_no_rule() -> None:
    rule = study("002").dose_rule
    assert rule is not None
    assert rule.window_cycles.value == 2
    assert rule.levels == ()
    assert not rule.dlt_definition.known


def test_002_arm_b_waits_in_cycle_2_for_the_rp2d_of_arm_a_and_phase_2_waits_whole() -> None:
    held = {h for g in study("002").gates for h in g.holds}
    assert {g.from_arm for g in study("002").gates} == {"phase_1_arm_a"}
    assert {g.result for g in study("002").gates} == {"RP2D"}
    waiting = [study("002").block(h) for h in held if h in {b.id for b in study("002").blocks}]
    assert waiting
    assert all(b.id in arm("002", "phase_1_arm_b").blocks and b.from_cycle == 2 for b in waiting)
    assert {a.id for a in study("002").arms if a.part == "phase_2"} <= held
    stated = next(g for g in study("002").gates if g.basis.basis == "stated")
    assert "RP2D" in stated.basis.sources[0].quote


def test_002_overlapping_arms_are_named_and_the_specific_arm_is_taken() -> None:
    taken = {c.taken[-1] for c in study("002").conflicts if "also fits" in c.says}
    assert taken == {"C", "D", "G", "H"}


def test_003_two_arms_by_the_words_of_the_comparison() -> None:
    combined, alone = study("003").arms
    assert "Ommaya" in str(combined.label.value)
    assert str(alone.label.value).endswith("alone")
    assert study("003").randomization is not None


def test_004_single_arm_until_four_ends() -> None:
    (only,) = study("004").arms
    assert only.id == "single"
    for block in study("004").blocks:
        assert set(block.until.value or ()) == {"progression", "toxicity", "withdrawal", "investigator"}
    assert len(blocks("004", "ivonescimab")) == len(blocks("004", "trop2")) == 1


def test_004_endpoints_levels_frames_and_criteria() -> None:
    found = {e.id.upper(): e for e in study("004").endpoints}
    for expected in gold()["004"]["endpoints"]:
        endpoint = found[expected["id"]]
        assert endpoint.level == expected["type"]
        assert endpoint.time_frame.value == expected["frame"]
    assert found["CNS_ORR"].criteria.value == found["CNS_CBR"].criteria.value == "rano_bm"
    assert found["CNS_ORR"].compartment == found["CNS_CBR"].compartment == "cns"
    assert found["CNS_ORR"].responses.value == ("CR", "PR")
    assert found["CNS_CBR"].responses.value == ("CR", "PR", "SD")
    assert found["CNS_CBR"].min_sd_days.value == 28
    assert found["CNS_ORR"].time_frame_days.value == 84


def test_004_progression_free_survival_with_its_two_ordered_censoring_rules() -> None:
    pfs = endpoint("004", "pfs")
    assert pfs.origin.value == "randomization"
    assert [(e.kind, e.criteria) for e in pfs.events] == [("progression", "recist_1_1"), ("death", "")]
    assert [(c.when, c.at, c.overrides_event) for c in pfs.censoring] == [
        ("no_complete_baseline", "origin", True),
        ("no_event_by_cutoff", "last_adequate_assessment", False),
    ]


def test_004_overall_survival_has_no_censoring_rule_of_the_record() -> None:
    os = endpoint("004", "os")
    assert [e.kind for e in os.events] == ["death"]
    assert os.censoring == ()


# domain.md 1.5, (a) to (g); (f), silence about censoring, is asked as open questions below.
CONFLICTS_OF_004 = {
    "a: words of RECIST under the name of RANO-BM": r"worded as in RECIST.*non-nodal",
    "b: two criteria": r"rano_bm inside the cns.*recist_1_1 in the whole body",
    "c: new lesions under immunotherapy": r"new lesions.*immunotherapy",
    "d: randomization in a single arm": r"counts from randomization.*single arm",
    "e: censored although an event was seen": r"no complete baseline.*even when",
    "g: late responses": r"later responses.*outside",
}


@pytest.mark.parametrize("conflict", CONFLICTS_OF_004)
def test_004_conflicts_are_surfaced(conflict: str) -> None:
    assert any(re.search(CONFLICTS_OF_004[conflict], c.says) for c in study("004").conflicts)


def test_004_has_no_other_conflicts() -> None:
    for found in study("004").conflicts:
        assert any(re.search(p, found.says) for p in CONFLICTS_OF_004.values()), found.says


@pytest.mark.parametrize("seed", ["002", "003"])
def test_every_criterion_of_the_gold_is_one_of_the_study(seed: str) -> None:
    """No criterion is lost, and none is read out of thin air: each stands on words of the criteria section."""
    wanted = gold()[seed]["eligibility"]
    for kind in ("inc", "exc"):
        assert [c.id for c in criteria(seed, kind)] == [c["id"] for c in wanted if c["kind"] == kind]


# --- what is missing is asked -----------------------------------------------------------------------------------------

MISSING: dict[tuple[str, str], tuple[str, ...]] = {
    ("000", "DLT definition and window"): (r"dose_rule\.dlt_definition", r"dose_rule\.window_days"),
    ("000", 'day pattern of "twice a week"'): (r"blocks\[pemetrexed_induction\]\.week_days",),
    ("000", "gap induction->consolidation"): (r"blocks\[pemetrexed_consolidation\]\.start",),
    ("000", 'length of "month"'): (r"blocks\[pemetrexed_maintenance\]\.every_days",),
    ("000", "definition of effective"): (r"definition of 'effective'",),
    ("000", "sample size of phase II"): (r"parts\[phase_2\]\.sample_size",),
    ("000", "eligibility criteria"): (r"eligibility criteria",),
    ("000", "outcome measures and time frames"): (r"outcome measures",),
    ("000", "premedication, vitamins, dexamethasone"): (r"premedication",),
    ("000", "dose modification"): (r"dose modification",),
    ("000", "CSF/MRI assessment schedule"): (r"activities\[tumor_assessment\]\.every_days",),
    ("001", "IT dose"): (r"blocks\[pemetrexed_induction\]\.dose",),
    ("001", "allocation ratio, stratification, concealment"): (
        r"randomization\.ratio",
        r"randomization\.strata",
        r"randomization\.concealment",
    ),
    ("001", "sample size, power"): (r"enrollment\.size",),
    ("001", "eligibility criteria"): (r"eligibility criteria",),
    ("001", "response criteria"): (r"endpoints\[clinical_response\]\.criteria",),
    ("001", "RT start relative to IT, fields"): (r"blocks\[involved.*\]\.start", r"fields or target volume"),
    ("001", "time frames"): (
        r"endpoints\[clinical_response\]\.time_frame_days",
        r"endpoints\[overall_survival\]\.time_frame_days",
    ),
    ("001", "maintenance"): (r"goes on after consolidation",),
    ("001", "dexamethasone, vitamins"): (r"vitamins, dexamethasone",),
    ("002", "IT dose levels, start dose, step"): (r"dose levels, start",),
    ("002", "IV dose"): (r"blocks\[t_dxd_iv.*\]\.dose",),
    ("002", "cycle length"): (r"blocks\[t_dxd.*\]\.cycle_days",),
    ("002", "IT frequency within a cycle"): (r"blocks\[t_dxd_it.*\]\.days",),
    ("002", "escalation rule"): (r"dose_rule\.design",),
    ("002", "DLT definition"): (r"dose_rule\.dlt_definition",),
    ("002", "PK sampling times, assay LLOQ"): (r"activities\[pharmacokinetics\]\.days",),
    ("002", "regimen of the phase II arms"): (r"regimen of Phase II/Arm A",),
    ("002", "sample size per arm (139 in all on a mirror)"): (
        r"sample size of each arm: .*Phase II/Arm A,.* and Phase II/Arm H",
    ),
    ("002", "outcome measures"): (r"outcome measures",),
    ("002", "stop rules"): (r"stopping rules",),
    ("003", "NCT number"): (r"NCT number",),
    ("003", "exclusion criteria (none in this record)"): (r"exclusion criteria",),
    ("003", "drugs, doses, schedule"): (
        r"which drug intrathecal chemotherapy is",
        r"blocks\[intrathecal_chemotherapy\]\.dose",
        r"blocks\[systemic_chemotherapy\]\.days",
    ),
    ("003", "allocation ratio"): (r"randomization\.ratio",),
    ("003", "endpoints other than efficacy and quality of life in the title"): (r"outcome measures",),
    ("003", "QoL instrument"): (r"instrument.*quality of life",),
    ("003", "sample size"): (r"enrollment\.size",),
    ("004", "NCT number"): (r"NCT number",),
    ("004", "doses and schedule (ivonescimab, ADC)"): (
        r"blocks\[ivonescimab\]\.dose",
        r"blocks\[ivonescimab\]\.days",
        r"blocks\[trop2_adc\]\.dose",
    ),
    ("004", "which ADC"): (r"which drug TROP2 ADC is",),
    ("004", "eligibility"): (r"eligibility criteria",),
    ("004", "sample size"): (r"enrollment\.size",),
    ("004", "scan interval"): (r"activities\[tumor_assessment\]\.every_days",),
    ("004", "confirmation"): (r"endpoints\[cns_orr\]\.confirm_days",),
}


def test_every_missing_item_of_the_gold_is_looked_for() -> None:
    assert set(MISSING) == {(seed, item) for seed in SEEDS for item in gold()[seed]["missing"]}


@pytest.mark.parametrize(("seed", "item"), MISSING)
def test_what_is_missing_is_an_open_question(seed: str, item: str) -> None:
    asked = [f"{q.asks} {q.path}" for q in study(seed).open_questions]
    for wanted in MISSING[seed, item]:
        assert any(re.search(wanted, words) for words in asked), wanted


@pytest.mark.parametrize(
    "wanted", [r"missed scans", r"new therapy starts", r"Overall Survival.*not known to have died"]
)
def test_004_silence_about_censoring_is_asked(wanted: str) -> None:
    assert any(re.search(wanted, q.asks) for q in study("004").open_questions)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_is_asked_once_and_its_path_points_at_something_unanswered(seed: str) -> None:
    questions = study(seed).open_questions
    assert len({q.id for q in questions}) == len(questions)
    paths = [q.path for q in questions if q.path]
    assert len(set(paths)) == len(paths)
    for path in paths:
        fact = fact_at(study(seed), path)
        if path == "dose_rule.levels":
            assert fact == ()
            continue
        assert isinstance(fact, Sourced)
        assert fact.basis in ("absent", "assumed", "unread"), path


@pytest.mark.parametrize("seed", SEEDS)
def test_every_default_on_offer_can_be_taken(seed: str) -> None:
    from protorun.study.assume import take_defaults

    taken = take_defaults(study(seed))
    answered = {a.path for a in taken.assumptions if a.path}
    assert answered == {q.path for q in study(seed).open_questions if q.path and q.proposals}
    assert all(fact_at(taken, path).basis == "assumed" for path in answered)


def fact_at(node: Any, path: str) -> Any:
    for step in path.split("."):
        name, _, key = step.rstrip("]").partition("[")
        node = getattr(node, name)
        if key:
            node = next(item for item in node if item.id == key)
    return node


# --- nothing appears that the record does not state -------------------------------------------------------------------

WORDS = {
    1: "once|one|single|first|weekly|daily|every",
    2: "twice|two|second",
    3: "three",
    4: "four",
    6: "six",
}


def facts(node: Any, path: str = "") -> Iterator[tuple[str, Sourced[Any]]]:
    if isinstance(node, Sourced):
        yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from facts(getattr(node, name), f"{path}.{name}")
    elif isinstance(node, (tuple, list)):
        for at, child in enumerate(node):
            yield from facts(child, f"{path}[{at}]")
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from facts(child, f"{path}[{key}]")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_source_is_a_slice_of_the_record(seed: str) -> None:
    for source in sources(study(seed)):
        assert record(seed).texts[source.locator][source.start : source.end] == source.quote


@pytest.mark.parametrize("seed", SEEDS)
def test_every_stated_number_stands_in_the_words_it_points_at(seed: str) -> None:
    for path, fact in facts(study(seed)):
        if fact.basis != "stated":
            continue
        words = " ".join(s.quote for s in fact.sources)
        for number in numbers(fact.value):
            written = rf"(?<!\d){number:g}(?!\d)|\b(?:{WORDS.get(int(number), '-')})\b"
            assert re.search(written, words, re.IGNORECASE), f"{path}: {fact.value!r} in {words!r}"


def numbers(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, (int, float)):
        yield float(value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from numbers(item)
    elif hasattr(value, "amount"):
        yield float(value.amount)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_derived_or_assumed_fact_says_why(seed: str) -> None:
    for path, fact in facts(study(seed)):
        if fact.basis in ("derived", "assumed"):
            assert fact.note, path


@pytest.mark.parametrize("seed", SEEDS)
def test_every_sentence_is_read_or_listed_as_unread(seed: str) -> None:
    """Background stays unread; a sentence with a dose, a rule or an endpoint never does."""
    telling = r"\b\d+\s?(?:mg|Gy)\b|DLT|dose-limiting|[Ee]ndpoints? (?:were|are)|censored|randomly|until"
    for found in study(seed).unread:
        assert not re.search(telling, found.source.quote), found.source.quote

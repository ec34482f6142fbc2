"""Operating characteristics: exact ones against other enumerations and closed forms, and against trials simulated in R."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from dose_rules import study_with, two_states
from oracle.dosefinding.measure import Measure, absolute, equal, errors
from protorun.errors import NotationError
from protorun.escalation import design_for, exact, next_dose, tabulate
from protorun.escalation._for_study import as_design
from protorun.escalation.boin import make as boin
from protorun.escalation.crm import Crm
from protorun.escalation.engine.calendar import as_dfcrm
from protorun.escalation.engine.calendar.trials import play
from protorun.escalation.engine.exact import weights
from protorun.escalation.keyboard import make as keyboard
from protorun.escalation.modifiers import Cohorts, StopAt
from protorun.escalation.three_plus_three import three_plus_three
from protorun.escalation.tite_crm import TiteCrm
from protorun.trial.decision import Action


def labels(count: int) -> tuple[str, ...]:
    return tuple(f"level {i + 1}" for i in range(count))


def interval_design(make: Any, file: Any) -> Any:
    """The design that a file describes, with what it states and the defaults of the package for the rest."""
    asked, levels = file["params"], len(file["scenarios"][0]["p_true"])
    names = ("target", "cohortsize", "ncohort", "startdose", "cutoff_eli")
    return make(labels(levels), **{name: asked[name] for name in names if name in asked})


def of_intervals(make: Any, file: Any) -> Iterator[Measure]:
    """A count design against an enumeration: selection, patients, and DLTs at each level."""
    truths = file["scenarios"]
    found = exact(interval_design(make, file), [s["p_true"] for s in truths])
    for i, truth in enumerate(truths):
        selected = [found.stopped[i], *found.selected[i]]
        yield absolute("P(no dose), P(each dose)", selected, truth["prob_select_none_1_D"], 1e-9)
        yield absolute("expected patients", found.n[i], truth["exp_n"], 1e-9)
        yield absolute("expected DLTs", found.dlt[i], truth["exp_tox"], 1e-9)


def boin_oc_exact(file: Any) -> Iterator[Measure]:
    return of_intervals(boin, file)


def keyboard_oc_exact(file: Any) -> Iterator[Measure]:
    return of_intervals(keyboard, file)


def boin_oc_mc(file: Any) -> Iterator[Measure]:
    return of_simulated_intervals(boin, file)


def keyboard_oc_mc(file: Any) -> Iterator[Measure]:
    return of_simulated_intervals(keyboard, file)


def of_simulated_intervals(make: Any, file: Any) -> Iterator[Measure]:
    """Trials simulated in R against exact probabilities, means and standard deviations."""
    design, trials = interval_design(make, file), file["params"]["ntrial"]
    for truth in file["scenarios"]:
        simulated = {
            "selected": np.array([truth["percentstop"], *truth["selpercent"]]) / 100,
            "n": truth["npatients"],
            "dlt": truth["ntox"],
        }
        yield from against_trials(design, truth["p_true"], simulated, trials)


def against_trials(design: Any, rates: Any, simulated: dict[str, Any], trials: int) -> Iterator[Measure]:
    """Every end of a trial with its probability gives each mean and its standard error exactly."""
    automaton = tabulate(as_design(design, levels=len(rates)))
    share = weights(np.atleast_2d(np.asarray(rates, float)), automaton.ends)[0]
    first = len(rates) - len(simulated["selected"])  # -1 where trials without a dose are told too
    chosen = automaton.mtd[:, None] == np.arange(first, len(rates))
    for key, what, ends in (
        ("selected", "selection", chosen),
        ("n", "mean patients", automaton.ends.n),
        ("dlt", "mean DLTs", automaton.ends.dlt),
    ):
        values = ends.astype(float)
        mean = share @ values
        spread = np.sqrt(np.maximum(share @ values**2 - mean**2, 0) / trials)
        yield errors(what, mean, simulated[key], spread)


def crm_rule(case: Any) -> Any:
    return Crm(case["target"], tuple(case["prior"])) + Cohorts(case["mcohort"]) + StopAt(case["n"])


def crm_oc_exact(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        found = exact(crm_rule(case), case["p_true"])
        yield absolute("P(each dose)", found.selected[0], case["prob_select_1_D"], 1e-9)
        yield absolute("expected patients", found.n[0], case["exp_n"], 1e-9)
        yield absolute("expected DLTs", found.dlt[0], case["exp_tox"], 1e-9)


def crm_oc_mc(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        simulated = {"selected": case["mtd"], "n": case["n_per_dose"], "dlt": case["tox_per_dose"]}
        yield from against_trials(crm_rule(case), case["p_true"], simulated, case["nsim"])


def titecrm_oc_mc(file: Any) -> Iterator[Measure]:
    """`titesim(n=24, x0=1, nsim=1000, obswin=1, rate=2, accrual="poisson")`, target .25, against 8,000 trials of ours;
    the standard error is that of both."""
    design = as_design(
        TiteCrm(0.25, tuple(file["prior"])) + Cohorts(1) + StopAt(24), levels=len(file["p_true"])
    )
    ended = play(design, np.array(file["p_true"]), as_dfcrm(1, 2), np.arange(8000), seed=1)
    for key, what, values in (
        ("mtd", "selection", ended.mtd[:, None] == np.arange(len(file["p_true"]))),
        ("n_per_dose", "mean patients", ended.n),
        ("tox_per_dose", "mean DLTs", ended.dlt),
        ("duration_mean", "mean duration", ended.duration),
    ):
        spread = values.astype(float).std(axis=0) * np.sqrt(1 / 1000 + 1 / 8000)
        yield errors(what, values.mean(axis=0), file[key], spread)


def variant_of(no_deescalation: bool) -> str:
    return "ubcrm" if no_deescalation else "bcrm"


def three_plus_three_exact(file: Any) -> Iterator[Measure]:
    for case in file["cases"]:
        design = three_plus_three(labels(len(case["p_true"])), variant_of(case["esc_only"]))
        found = exact(design, case["p_true"])
        sizes = np.column_stack([found.sizes, found.size_probability[0]])
        selected = [found.stopped[0], *found.selected[0]]
        yield absolute("P(no dose), P(each dose)", selected, case["p_mtd_none_1_to_D"], 1e-10)
        yield absolute(
            "expected patients",
            [*found.n[0], found.total[0]],
            [*case["exp_n_per_dose"], case["exp_total_n"]],
            1e-10,
        )
        yield absolute("expected DLTs", found.dlt[0], case["exp_dlt_per_dose"], 1e-10)
        yield absolute("distribution of the size", sizes, case["ssize_dist"], 1e-10)


def three_plus_three_steps(file: Any) -> Iterator[Measure]:
    """After "1NNN 2NTT 1NNT" the trial without de-escalation has ended; escalation still advises, so that
    deviations are allowed. A string that escalation refuses is refused."""
    for case in file["cases"]:
        design = three_plus_three(labels(5), variant_of(not case["allow_deescalate"]))
        if "error" in case:
            yield equal("strings that are refused", [_refused(design, case["outcomes"])], [True])
            continue
        decision = next_dose(design, case["outcomes"], allow_deviation=True)
        found = (int(decision.level[0]) + 1 or None, bool(decision.action[0] == Action.ENROLL))
        wanted = (case["recommended"], case["continue"])
        yield equal("next dose, and whether the trial goes on", [found], [wanted])


def _refused(design: Any, text: str) -> bool:
    try:
        next_dose(design, text)
    except NotationError:
        return True
    return False


def seed_rule(file: Any) -> Iterator[Measure]:
    rates = [[case["p10"], case["p15"]] for case in file["cases"]]
    for reading, key in (("fill_to_six", "A"), ("three_plus_three", "B_first_level")):
        design = design_for(study_with(two_states()), reading=reading)
        cohort, immediate = (exact(design, rates, firing=f) for f in ("cohort", "immediate"))
        for i, truth in enumerate(case[key] for case in file["cases"]):
            wanted = [truth[n] for n in ("phase2_at_10", "phase2_at_15", "stopped")]
            for found in (cohort, immediate):
                yield absolute(f"{reading}: ends", [*found.selected[i], found.stopped[i]], wanted, 1e-12)
            if reading == "fill_to_six":
                patients = [immediate.total[i], cohort.total[i]]
                wanted = [truth["exp_n_immediate_stop"], truth["exp_n_cohort_of_6"]]
            else:
                patients, wanted = [cohort.n[i, 1]], [truth["exp_n_15"]]
                down = 1 - cohort.selected[i, 1]
                yield absolute(f"{reading}: P(down from 15 mg)", down, truth["fail_15"], 1e-12)
            yield absolute(f"{reading}: expected patients", patients, wanted, 1e-12)

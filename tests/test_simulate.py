"""Simulation: the same trials for any number of workers, each figure with its Monte Carlo error."""

import json
from pathlib import Path

import numpy as np
import pytest

import protorun
from dose_rules import study_with, two_states
from protorun.cli import run
from protorun.errors import UsageError
from protorun.patients.scenario_file import load_scenarios
from protorun.read import load
from protorun.simulate import simulate
from protorun.simulate.operating import operating_characteristics, rounded
from protorun.simulate.simulation import digest
from protorun.study.assume import assume, take_defaults
from protorun.study.study import Assumption
from trials import dose_study, scenario, single_arm_study, two_arm_study

DEATHS = {"any": {"os_median_months": 3.5}}


def truth(**more):
    return scenario(dlt=[0.1, 0.2], courses=DEATHS, **more)


def row(simulation, start):
    return next(r for r in operating_characteristics(simulation) if r["quantity"].startswith(start))


class TestTheSameTrials:
    @pytest.mark.parametrize(("jobs", "batch"), [(1, 7), (2, 50), (3, 40), (5, 33)])
    def test_for_any_number_of_workers_and_any_batch(self, jobs, batch):
        whole = simulate(dose_study(), truth(), copies=200, seed=5, batch=200)
        parts = simulate(dose_study(), truth(), copies=200, seed=5, jobs=jobs, batch=batch)
        assert parts.digest == whole.digest
        assert parts.input_hash == whole.input_hash

    @pytest.mark.parametrize("batch", [1, 17])
    def test_for_a_randomized_comparison_too(self, batch):
        survival = scenario(
            courses={
                "a": {"os_median_months": 6, "pfs_median_months": 3},
                "b": {"os_median_months": 4, "pfs_median_months": 2},
            },
            timing={"follow_up_days": 200},
        )
        whole = simulate(two_arm_study(), survival, copies=40, seed=5)
        assert simulate(two_arm_study(), survival, copies=40, seed=5, batch=batch).digest == whole.digest

    def test_another_seed_gives_other_trials(self):
        one, other = (simulate(dose_study(), truth(), copies=50, seed=s) for s in (1, 2))
        assert one.digest != other.digest

    def test_a_longer_run_begins_with_the_shorter_one(self):
        short, long = (simulate(dose_study(), truth(), copies=n, seed=1, batch=30) for n in (50, 80))
        first = {name: values[:50] for name, values in long.arrays.items()}
        assert digest(first) == short.digest

    def test_one_changed_number_changes_the_digest(self):
        done = simulate(dose_study(), truth(), copies=20, seed=1)
        changed = {**done.arrays, "enrolled": done.arrays["enrolled"] + (np.arange(20) == 3)}
        assert digest(changed) != done.digest

    def test_joblib_picks_the_back_end(self):
        from joblib import parallel_config

        whole = simulate(dose_study(), truth(), copies=60, seed=5)
        with parallel_config(backend="threading", n_jobs=2):
            assert simulate(dose_study(), truth(), copies=60, seed=5, batch=20).digest == whole.digest


class TestErrors:
    def test_a_share_has_the_error_of_a_binomial(self):
        done = simulate(dose_study(), scenario(dlt=[0.1, 0.2]), copies=2000, seed=1)
        found = row(done, "P(15 mg")
        assert found["se"] == pytest.approx(np.sqrt(found["estimate"] * (1 - found["estimate"]) / 2000))
        assert abs(found["estimate"] - 0.65536) < 4 * found["se"]

    def test_shares_of_all_outcomes_sum_to_one(self):
        done = simulate(dose_study(), truth(), copies=500, seed=1)
        shares = [r["estimate"] for r in operating_characteristics(done) if r["quantity"].startswith("P(")]
        assert sum(shares) == pytest.approx(1)

    def test_a_share_of_none_is_never_a_bare_zero(self):
        done = simulate(dose_study(), scenario(dlt=[0, 0]), copies=100, seed=1)
        assert row(done, "P(stopped")["note"] == "none in 100: below 0.03 (95 %)"

    def test_a_share_of_all_is_never_a_bare_one_and_no_limit_is_above_one(self):
        certain = scenario(dlt=[1.0, 1.0])
        for copies, above in ((100, "above 0.9705"), (1, "above 0.05")):
            done = simulate(dose_study(), certain, copies=copies, seed=1)
            assert row(done, "P(stopped")["note"] == f"all {copies}: {above} (95 %)"
            assert row(done, "P(15 mg")["note"].endswith(
                "below 0.03 (95 %)" if copies > 1 else "below 0.95 (95 %)"
            )

    def test_a_median_some_copies_never_reached_says_how_many_did(self):
        study = single_arm_study(4)
        rare = scenario(courses={"any": {"os_median_months": 20}}, timing={"follow_up_days": 365})
        found = row(simulate(study, rare, copies=40, seed=2), "median OS")
        assert 0 < found["copies"] < 40
        assert found["note"] == f"reached in {found['copies']} of 40 copies; the others would be longer"

    def test_no_more_digits_than_the_error_supports(self):
        (shown,) = rounded([{"estimate": 0.65718, "se": 0.0047}])
        assert shown["estimate"] == 0.6572
        assert rounded([{"estimate": 7.72834, "se": 0.25}])[0]["estimate"] == 7.73

    def test_enrolled_are_evaluable_replaced_or_still_pending(self):
        arrays = simulate(dose_study(), truth(), copies=300, seed=1).arrays
        parts = arrays["evaluable"] + arrays["not_evaluable"] + arrays["pending"]
        assert np.array_equal(parts, arrays["enrolled"])
        assert arrays["not_evaluable"].sum() > 0
        assert (arrays["pending"] >= 0).all()


class TestEndpoints:
    SAME = {"any": {"os_median_months": 4, "pfs_median_months": 2}}  # noqa: RUF012

    def test_equal_arms_differ_by_chance_in_one_trial_of_twenty(self):
        same = scenario(courses=self.SAME, timing={"accrual": {"gap_days": 3}, "follow_up_days": 300})
        done = simulate(two_arm_study(60), same, copies=2000, seed=1)
        for name in ("OS", "PFS"):
            found = row(done, f"P(log-rank p < 0.05, {name}")
            assert abs(found["estimate"] - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000) + 0.01

    def test_power_is_near_schoenfelds(self):
        # Hazard ratio .5 and nearly all events seen: power = Phi(sqrt(events / 4) |log HR| - 1.96). Schoenfeld 1981.
        from scipy.special import ndtr

        half = scenario(
            courses={"a": {"os_median_months": 8}, "b": {"os_median_months": 4}},
            timing={"accrual": {"gap_days": 1}, "follow_up_days": 3000},
        )
        done = simulate(two_arm_study(60), half, copies=1000, seed=1)
        power = ndtr(np.sqrt(row(done, "OS events")["estimate"] / 4) * np.log(2) - 1.96)
        assert abs(row(done, "P(log-rank p < 0.05, OS")["estimate"] - power) < 0.05

    def test_the_share_of_responders_is_the_scenarios_share_of_all_patients(self):
        responding = scenario(
            courses={
                "any": {
                    "os_median_months": 6,
                    "pfs_median_months": 2.8,
                    "scan_every_days": 42,
                    "response": {"cr": 0.25, "pr": 0.14, "first_seen_days": 42},
                }
            },
            timing={"follow_up_days": 365},
        )
        found = row(simulate(single_arm_study(), responding, copies=1000, seed=1), "share with CR or PR")
        assert abs(found["estimate"] - 0.39) < 4 * found["se"]

    @pytest.mark.filterwarnings("error")
    def test_phase_2_after_phase_1_has_endpoints_of_its_own_patients(self):
        done = simulate(dose_study(phase_2=12), truth(timing={"follow_up_days": 100}), copies=100, seed=1)
        stopped = done.arrays["result"] == -1
        assert stopped.any()
        assert np.isnan(done.arrays["os_median_days_0"][stopped]).all()
        assert (done.arrays["enrolled_in_all"] - done.arrays["enrolled"] == np.where(stopped, 0, 12)).all()
        assert row(done, "days to the last planned day")["copies"] == 100 - stopped.sum()

    def test_a_better_score_is_found(self):
        scores = {"baseline": 50, "sd": 15, "on_day": 84}
        better = scenario(
            courses={
                "a": {"quality_of_life": scores | {"change": 0}},
                "b": {"quality_of_life": scores | {"change": -20}},
            },
            timing={"follow_up_days": 100},
        )
        done = simulate(two_arm_study(60), better, copies=200, seed=1)
        assert row(done, "P(difference in score")["estimate"] > 0.95


class TestBlockedAndRefused:
    def test_a_blocked_trial_gives_no_number(self):
        bare = two_states().model_copy(update={"levels": (), "states": (), "readings": ()})
        done = simulate(study_with(bare), scenario(), copies=100, seed=1)
        assert done.status == "blocked"
        assert dict(done.arrays) == {}
        assert operating_characteristics(done) == []
        assert any("dose levels" in item for item in done.missing)

    def test_the_scenario_answers_open_questions_of_the_study(self):
        window = Assumption(path="dose_rule.window_days", value=42, reason="chosen for a test")
        answering = truth().model_copy(update={"assumptions": (window,)})
        done = simulate(dose_study(window_days=None), answering, copies=10, seed=1)
        assert [a.path for a in done.assumptions] == ["dose_rule.window_days"]

    def test_a_scenario_for_another_study_is_refused(self):
        with pytest.raises(UsageError, match="is for NCT00000001"):
            simulate(dose_study(), truth().model_copy(update={"study": "NCT00000001"}), copies=1, seed=1)

    def test_levels_without_a_probability_are_refused(self):
        with pytest.raises(UsageError, match="1 DLT probabilities for 2 levels"):
            simulate(dose_study(), scenario(dlt=[0.1]), copies=1, seed=1)


class TestKeptChunks:
    def test_a_stopped_run_goes_on_where_it_was(self, tmp_path):
        whole = simulate(dose_study(), truth(), copies=100, seed=1, batch=25)
        heard = []
        with pytest.raises(KeyboardInterrupt):
            simulate(
                dose_study(), truth(), copies=100, seed=1, batch=25, output=tmp_path, progress=_stop_after(2)
            )
        kept = sorted(tmp_path.glob("copies-*.npz"))
        assert len(kept) >= 2
        stamps = [path.stat().st_mtime_ns for path in kept]
        again = simulate(
            dose_study(),
            truth(),
            copies=100,
            seed=1,
            batch=25,
            output=tmp_path,
            progress=lambda done, of_all: heard.append(done),
        )
        assert again.digest == whole.digest
        assert [path.stat().st_mtime_ns for path in kept] == stamps
        assert heard == [25, 50, 75, 100]

    def test_a_damaged_chunk_is_run_again(self, tmp_path):
        whole = simulate(dose_study(), truth(), copies=50, seed=1, batch=25, output=tmp_path)
        damaged = sorted(tmp_path.glob("copies-*.npz"))[0]
        damaged.write_bytes(damaged.read_bytes()[:100])
        again = simulate(dose_study(), truth(), copies=50, seed=1, batch=25, output=tmp_path)
        assert again.digest == whole.digest

    def test_a_folder_of_another_simulation_is_refused(self, tmp_path):
        simulate(dose_study(), truth(), copies=10, seed=1, output=tmp_path)
        with pytest.raises(UsageError, match="holds another simulation"):
            simulate(dose_study(), truth(), copies=10, seed=2, output=tmp_path)
        assert "settings" in json.loads((tmp_path / "simulation.json").read_text())


DEMO = Path(protorun.__file__).parent / "demo"


class TestTheFiveTrials:
    """From the record in our own words to operating characteristics."""

    def found(self, name, *, copies=40):
        study = load(DEMO / "records" / f"{name}.txt")
        for truth in load_scenarios(DEMO / "scenarios" / f"{name}.yaml"):
            answered = assume(study, truth.assumptions)
            for chapter in ("escalation", "conduct", "allocation"):
                answered = take_defaults(answered, needed_for=chapter)
            yield simulate(answered, truth, copies=copies, seed=1)

    def test_nct06462092_hands_a_dose_on_or_stops(self):
        for done in self.found("NCT06462092"):
            assert done.levels == ("10 mg", "15 mg")
            assert (done.arrays["result"] >= -1).all()

    @pytest.mark.parametrize("name", ["NCT05305885", "CONQUER"])
    def test_randomized_trials_compare_their_arms(self, name):
        for done in self.found(name):
            assert len(done.arms) == 2
            assert "os_logrank_p" in done.arrays

    def test_ivonescimab_counts_responders_in_one_arm(self):
        for done in self.found("IVONESCIMAB"):
            assert (done.arrays["patients_0"] == 30).all()
            assert "responders_0" in done.arrays

    def test_nct07134153_is_blocked_without_any_number(self):
        (done,) = self.found("NCT07134153")
        assert done.status == "blocked"
        assert any("dose_rule.levels" in item for item in done.missing)
        assert dict(done.arrays) == {}

    def test_nct07134153_runs_once_somebody_has_assumed_the_levels(self):
        # The levels are invented for this test alone; none are published for intrathecal T-DXd.
        study = load(DEMO / "records" / "NCT07134153.txt")
        answers = [
            Assumption(
                path="dose_rule.levels", value=["1 mg", "2 mg", "3 mg"], reason="a test, no real dose"
            ),
            Assumption(path="dose_rule.design", value="three_plus_three", reason="a test"),
            Assumption(path="dose_rule.window_days", value=42, reason="two cycles of 21 days"),
        ]
        truth = scenario(dlt=[0.05, 0.2, 0.5], courses=DEATHS)
        done = simulate(assume(study, answers), truth, copies=50, seed=1, reading="bcrm")
        assert done.levels == ("1 mg", "2 mg", "3 mg")
        assert (done.arrays["result"] >= -1).all()
        assert {a.path for a in done.assumptions} >= {"dose_rule.levels", "dose_rule.design"}


class TestCommand:
    ARGUMENTS = (
        "simulate",
        str(DEMO / "records" / "NCT06462092.txt"),
        "--scenario",
        str(DEMO / "scenarios" / "NCT06462092.yaml"),
        "--copies",
        "20",
    )

    def test_prints_characteristics_and_what_runs_it_again(self, capsys):
        assert run([*self.ARGUMENTS, "--reading", "fill_to_six", "--format", "json"]) == 0
        out, err = capsys.readouterr()
        rows = json.loads(out)
        assert {r["scenario"] for r in rows} == {"one in five at 15 mg", "with vitamins", "without vitamins"}
        assert all(r["reading"] == "fill_to_six" for r in rows)
        for word in ("seed 1", "input", "numpy", "digest", "assumed: dose_rule.window_days", "NCT05289908"):
            assert word in err

    def test_runs_both_readings_side_by_side(self, capsys):
        assert run([*self.ARGUMENTS, "--reading", "all", "--format", "json"]) == 0
        readings = {r["reading"] for r in json.loads(capsys.readouterr().out)}
        assert readings == {"fill_to_six", "three_plus_three"}

    def test_a_blocked_trial_exits_with_3_and_names_what_is_missing(self, capsys):
        name = "NCT07134153"
        asked = [
            str(DEMO / "records" / f"{name}.txt"),
            "--scenario",
            str(DEMO / "scenarios" / f"{name}.yaml"),
        ]
        assert run(["simulate", *asked, "--copies", "20"]) == 3
        out, err = capsys.readouterr()
        assert "blocked" in err
        assert "dose_rule.levels" in err
        assert out == ""

    def test_a_reading_nobody_chose_is_an_error_that_names_both(self, capsys):
        assert run([*self.ARGUMENTS]) == 1
        assert "three_plus_three, fill_to_six" in capsys.readouterr().err


def _stop_after(chunks):
    heard = []

    def hear(done, of_all):
        heard.append(done)
        if len(heard) == chunks:
            raise KeyboardInterrupt

    return hear

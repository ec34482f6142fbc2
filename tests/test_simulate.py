"""Simulation: the same trials for any number of workers, each figure with its Monte Carlo error."""

import json

import numpy as np
import pytest

from dose_rules import study_with, two_states
from protorun.errors import UsageError
from protorun.simulate import simulate
from protorun.simulate.operating import operating_characteristics, rounded
from protorun.simulate.simulation import digest
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


def _stop_after(chunks):
    heard = []

    def hear(done, of_all):
        heard.append(done)
        if len(heard) == chunks:
            raise KeyboardInterrupt

    return hear

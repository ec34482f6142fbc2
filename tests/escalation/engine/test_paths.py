from dose_rules import study_with, two_states
from protorun.escalation import design_for, next_dose, paths
from protorun.escalation.three_plus_three import three_plus_three


def test_paths_of_the_stated_rule_read_like_outcome_strings():
    design = design_for(study_with(two_states()), reading="three_plus_three")
    found = {row["path"]: row for row in paths(design, cohorts=2)}
    assert list(found)[:4] == ["", "1NNN", "1NNT", "1NNT 1NNN"]
    assert found["1NNT"]["ways"] == 3
    assert found["1NTT 2NNNNTT"]["decision"] == "stop"


def test_every_path_decides_as_the_next_dose_of_its_string():
    design = three_plus_three(("1 mg", "2 mg", "3 mg"), "trialdesign")
    for row in paths(design, cohorts=4):
        decision = next_dose(design, row["path"])
        assert (decision.why(), decision.code()) == (row["why"], row["reason"])

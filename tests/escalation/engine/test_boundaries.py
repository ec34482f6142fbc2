from dose_rules import study_with, two_states
from protorun.escalation import boundaries, design_for
from protorun.escalation.three_plus_three import three_plus_three


def test_the_table_of_a_stated_rule_lists_every_count_it_can_reach():
    rows = boundaries(design_for(study_with(two_states()), reading="three_plus_three"))
    found = {(row["level"], row["n"], row["dlt"]): (row["decision"], row["next_level"]) for row in rows}
    assert len(found) == len(rows) == 15 + 17
    assert found["15 mg", 3, 0] == ("finish", "15 mg")
    assert found["15 mg", 3, 1] == ("enroll", "15 mg")
    assert found["15 mg", 4, 2] == ("enroll", "10 mg")
    assert found["10 mg", 6, 2] == ("stop", "")
    assert ("15 mg", 4, 0) not in found  # 0 of 3 has ended it


def test_rows_that_depend_on_other_levels_say_what_holds_there():
    rows = boundaries(three_plus_three(("1 mg", "2 mg", "3 mg"), "bcrm"), firing="cohort")
    two_of_three = {
        r["given"]: r["decision"] for r in rows if (r["level"], r["n"], r["dlt"]) == ("2 mg", 3, 2)
    }
    assert two_of_three == {"3 treated at 1 mg": "enroll", "6 treated at 1 mg": "finish"}
    one_of_six = {
        r["given"]: r["next_level"] for r in rows if (r["level"], r["n"], r["dlt"]) == ("2 mg", 6, 1)
    }
    assert one_of_six == {"3 mg was not tried": "3 mg", "3 mg was tried": "2 mg"}
    assert all(row["why"] for row in rows)

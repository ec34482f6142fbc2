"""A concealed list: the next arm cannot be seen before a patient is committed."""

import re

import pytest

from dose_rules import study_with
from protorun.allocation import audit_line, commit, disclose, plan_for, randomize, redcap_tables
from protorun.errors import NotStated, ProtorunError, UsageError
from protorun.study.assume import assume
from protorun.study.randomization import Randomization
from protorun.study.source import assumed
from protorun.study.study import Assumption

SITES = {"site": ("A", "B")}


def study(**stated):
    # NCT05305885: two arms, ratio and strata not stated
    randomization = Randomization(arms=("concomitant", "intrathecal alone"), **stated)
    return study_with(None).model_copy(update={"randomization": randomization})


ONE_TO_ONE = study(ratio=assumed((1, 1), "test"))


def sealed(seed=1, n=20, **more):
    return randomize(ONE_TO_ONE, n, seed=seed, blocks=(4, 6), strata=SITES, **more)


def test_a_ratio_that_is_not_stated_must_be_assumed():
    with pytest.raises(NotStated, match=r"allocation ratio.*randomization\.ratio"):
        randomize(study(), 20, seed=1, blocks=(4,))
    answered = assume(study(), [Assumption(path="randomization.ratio", value=(1, 1), reason="usual")])
    assert len(randomize(answered, 20, seed=1, blocks=(4,))) == 20


def test_what_else_is_open_is_named():
    with pytest.raises(NotStated, match="the randomization method"):
        plan_for(ONE_TO_ONE)
    with pytest.raises(NotStated, match="the block sizes"):
        plan_for(ONE_TO_ONE, method="permuted_blocks")
    with pytest.raises(NotStated, match="the categories of the stratum 'site'"):
        plan_for(study(ratio=assumed((1, 1), "t"), strata=assumed(("site",), "t")), method="minimization")
    with pytest.raises(NotStated, match="that chance decides the arm"):
        plan_for(study_with(None))
    with pytest.raises(UsageError, match=r"ratio: the record states \(1, 1\), \(2, 1\) was asked for"):
        plan_for(ONE_TO_ONE, ratio=(2, 1))


def test_every_stratum_can_take_every_patient():
    assert len(sealed(n=20)) == 40
    assert sum(row["site"] == "B" for row in disclose(sealed(n=20))) == 20


def test_nothing_printed_depends_on_the_arms_to_come():
    one, two = sealed(seed=1), sealed(seed=2)
    assert disclose(one) != disclose(two)
    hide = re.compile("sha256:[0-9a-f]+")
    assert hide.sub("", repr(one)) == hide.sub("", repr(two))
    assert "concomitant" not in repr(one)
    assert one.digest != two.digest
    tables = redcap_tables(one.plan, 20, seed=1)
    assert repr(tables) == "RedcapTables(48 rows each, concealed)"


def test_patients_take_the_slots_of_their_stratum_in_order():
    blind, log = sealed(), []
    for i in range(12):
        where = {"site": "AB"[i % 3 == 0]}
        log.append(commit(blind, log, f"P-{i:02}", where, at="2025-01-01T00:00:00Z"))
    truth = {(row["site"], row["slot"]): row["arm_code"] - 1 for row in disclose(blind)}
    for entry in log:
        assert entry.arm == truth["AB"[entry.stratum], entry.slot]
    assert [e.slot for e in log if e.stratum == 0] == list(range(1, 9))
    assert [e.number for e in log] == list(range(1, 13))


def test_asking_twice_gives_the_same_slot():
    first = commit(sealed(), [], "P-01", {"site": "A"}, at="t1")
    assert commit(sealed(), [first], "P-01", {"site": "A"}, at="t2") == first


def test_a_stratum_that_does_not_exist_or_is_used_up_is_refused():
    with pytest.raises(UsageError, match="site is 'C'; there are: A, B"):
        commit(sealed(), [], "P", {"site": "C"}, at="")
    with pytest.raises(UsageError, match="no factor called sex"):
        commit(sealed(), [], "P", {"site": "A", "sex": "f"}, at="")
    log = [commit(sealed(n=1), [], "P-1", {"site": "A"}, at="")]
    with pytest.raises(ProtorunError, match="all 1 slots of site=A are used"):
        commit(sealed(n=1), log, "P-2", {"site": "A"}, at="")


def test_the_audit_line_tells_what_has_happened():
    blind = sealed()
    entry = commit(blind, [], "P-01", {"site": "B"}, at="2025-01-01T00:00:00Z")
    line = audit_line(blind.plan, entry, blind.digest)
    arm = blind.plan.arms[entry.arm]
    assert line == (
        f"2025-01-01T00:00:00Z allocation 1: patient P-01, site=B, slot 1 -> {arm} (list sha256:{blind.digest[:12]})"
    )


def test_minimization_has_no_list():
    with pytest.raises(UsageError, match="minimization has no list"):
        randomize(ONE_TO_ONE, 20, seed=1, method="minimization")

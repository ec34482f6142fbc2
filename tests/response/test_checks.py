"""Target lesions at baseline: RECIST 1.1 section 3.1, RANO-BM measurable disease."""

from protorun.patients.tables import parse_lesions
from protorun.response import check, settings_for

HEAD = "patient,visit,date,lesion,role,diameter_mm,perpendicular_mm,organ,compartment\n"


def doubts(criteria: str, *lines: str) -> list[str]:
    rows = "\n".join(f"P1,0,2024-01-01,{line}" for line in lines)
    lesions, _, _ = parse_lesions(HEAD + rows)
    return [doubt.says for doubt in check(lesions, settings_for(criteria))]


def test_nine_mm_is_not_measurable_and_ten_is():
    assert "9 mm at baseline is under the 10 mm" in doubts("recist_1_1", "A,target,9,,liver,extracranial")[0]
    assert not doubts("recist_1_1", "A,target,10,,liver,extracranial")


def test_a_target_node_needs_15_mm_short_axis():
    assert doubts("recist_1_1", "N,target,14.9,,lymph node,extracranial")
    assert not doubts("recist_1_1", "N,target,15,,lymph node,extracranial")


def test_a_brain_lesion_needs_5_mm_at_right_angles():
    assert "4.5 mm at right angles" in doubts("rano_bm", "A,target,12,4.5,brain,cns")[0]


def test_at_most_two_per_organ_and_all_nodes_are_one_organ():
    nodes = [
        f"N{i},target,16,,{side} lymph node,extracranial" for i, side in enumerate(("left", "right", "hilar"))
    ]
    assert doubts("recist_1_1", *nodes) == ["3 target lesions in lymph nodes; at most 2 per organ"]


def test_at_most_five_targets():
    lesions = [f"L{i},target,16,,organ {i},extracranial" for i in range(6)]
    assert doubts("recist_1_1", *lesions) == ["6 target lesions; at most 5"]
    assert not doubts("recist_1_1", *lesions[:5])

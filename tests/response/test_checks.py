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


def measured(criteria: str, *lines: str, policy: str = "") -> list[str]:
    """`lesion,role,diameter,organ,compartment,slice,method` per line."""
    head = "patient,visit,date,lesion,role,diameter_mm,organ,compartment,slice_mm,method\n"
    lesions, _, _ = parse_lesions(head + "\n".join(f"P1,0,2024-01-01,{line}" for line in lines))
    return [doubt.says for doubt in check(lesions, settings_for(criteria, policy))]


def test_slices_over_5_mm_ask_twice_their_thickness():
    assert measured("recist_1_1", "A,target,15,liver,extracranial,8,ct") == [
        "15 mm at baseline is under the 16 mm of a measurable lesion"
    ]
    assert not measured("recist_1_1", "A,target,16,liver,extracranial,8,ct")
    assert not measured("recist_1_1", "A,target,10,liver,extracranial,5,ct")


def test_a_chest_x_ray_asks_20_mm():
    assert measured("recist_1_1", "A,target,19,lung,extracranial,,x-ray")
    assert not measured("recist_1_1", "A,target,20,lung,extracranial,,x-ray")


def test_both_lungs_are_one_organ():
    lungs = [
        f"L{i},target,20,{organ},extracranial,,"
        for i, organ in enumerate(("left lung", "right lung", "lungs"))
    ]
    assert measured("recist_1_1", *lungs) == ["3 target lesions in lung; at most 2 per organ"]


def test_a_node_under_10_mm_is_no_disease():
    assert measured("recist_1_1", "N,non-target,9,lymph node,extracranial,,") == [
        "a node of 9 mm short axis is normal, no disease"
    ]
    assert not measured("recist_1_1", "N,non-target,12,lymph node,extracranial,,")


def test_small_brain_lesions_need_thin_slices():
    assert measured("rano_bm", "A,target,8,brain,cns,1,mri", policy="small_lesions") == []
    assert measured("rano_bm", "A,target,8,brain,cns,3,mri", policy="small_lesions") == [
        "slices of 3 mm are thicker than 1.5 mm"
    ]
    assert (
        "no slice thickness is recorded"
        in measured("rano_bm", "A,target,8,brain,cns,,mri", policy="small_lesions")[0]
    )
    assert "under the 10 mm" in measured("rano_bm", "A,target,8,brain,cns,1,mri")[0]


def test_dural_bony_and_cystic_lesions_of_the_cns_are_not_measurable():
    assert "'dura' is not measurable" in measured("rano_bm", "A,target,20,dura,cns,2,mri")[0]

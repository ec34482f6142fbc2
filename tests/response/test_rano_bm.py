"""RANO-BM, one case per rule (Lin 2015, table of response; cases marked (ours) say where the paper has no row)."""

import random

import pytest

WELL = "0 4 stable\n1 4 stable"


def one(size: str) -> str:
    return f"0 A target 20\n1 A target {size}"


@pytest.mark.parametrize(
    ("size", "status", "overall"),
    [
        # CR: no lesion, no corticosteroids, clinically stable or improved
        ("0", "0 4 stable\n1 0 improved", "CR"),
        ("0", "0 4 stable\n1 0 stable", "CR"),
        # lesions gone but corticosteroids go on: PR, when they were not increased
        ("0", "0 4 stable\n1 2 stable", "PR"),
        # PR: 30 % below baseline, corticosteroids stable or decreased, clinically stable or improved
        ("14", WELL, "PR"),
        ("14.1", WELL, "SD"),
        # SD: under 30 % down, under 20 % up
        ("23.9", WELL, "SD"),
        # PD: clinical decline alone
        ("14", "0 4 stable\n1 4 worse", "PD"),
        # corticosteroids increased: never PD alone, and no response either (ours: NE)
        ("14", "0 4 stable\n1 8 stable", "NE"),
        ("20", "0 4 stable\n1 8 stable", "NE"),
        ("20", "0 4 stable\n1 8 worse", "PD"),
        # something missing (ours: NE, item named)
        ("14", "0 4 stable\n1 ? stable", "NE"),
        ("14", "0 4 stable\n1 4 ?", "NE"),
        ("14", "0 ? stable\n1 4 stable", "NE"),
        ("0", "0 ? stable\n1 0 stable", "CR"),
        ("30", "0 ? stable\n1 ? ?", "PD"),
        # physiological replacement is no corticosteroid treatment (ours: up to prednisone 5 mg)
        ("0", "0 4 stable\n1 0.75 stable", "CR"),
    ],
)
def test_table_of_response(rano, words, size, status, overall):
    assert words(rano(one(size), status)) == [overall]


@pytest.mark.parametrize(
    ("status", "item"),
    [
        ("0 4 stable\n1 ? stable", "corticosteroid dose is missing"),
        ("0 ? stable\n1 4 stable", "corticosteroid dose at baseline is missing"),
        ("0 4 stable\n1 4 ?", "clinical status is missing"),
    ],
)
def test_what_is_missing_is_named(rano, status, item):
    assert item in rano(one("14"), status).why(0)


def test_a_lesion_that_was_not_scanned_is_named(rano, words):
    points = rano("0 A target 20\n0 B target 12\n1 A target 10", WELL)
    assert words(points) == ["NE"]
    assert "lesion B was not assessed" in points.why(0)


def test_20_percent_and_5_mm_of_one_lesion_and_not_of_the_sum(rano, words):
    lines = "0 A target 12\n0 B target 12\n1 A target 15\n1 B target 15"
    assert words(rano(lines, WELL)) == ["SD"]
    assert words(rano(lines, WELL, "sum")) == ["PD"]
    assert words(rano(lines, WELL, "reprint")) == ["PD"]


def test_one_lesion_that_grows_5_mm_while_the_sum_grows_under_20_percent_is_no_progression(rano, words):
    assert words(rano("0 A target 40\n0 B target 12\n1 A target 40\n1 B target 18", WELL)) == ["SD"]


@pytest.mark.parametrize(
    ("other", "overall"),
    [("absent", "CR"), ("present", "PR"), ("worse", "PD"), ("not_assessed", "NE")],
)
def test_non_target_lesions_of_the_cns(rano, words, other, overall):
    lines = f"0 A target 20\n0 B non-target present\n1 A target 0\n1 B non-target {other}"
    assert words(rano(lines, "0 0 stable\n1 0 stable")) == [overall]


def test_non_measurable_disease_only(rano, words):
    lines = "0 B non-target present\n1 B non-target present\n2 B non-target absent"
    assert words(rano(lines, "0 0 stable\n1 0 stable\n2 0 stable")) == ["NON-CR/NON-PD", "CR"]


def test_a_new_lesion_is_pd_but_not_alone_under_immunotherapy(rano, words):
    lines = one("20") + "\n1 X new present"
    assert words(rano(lines, WELL)) == ["PD"]
    points = rano(lines, WELL, "immunotherapy")
    assert words(points) == ["NE"]
    assert "immunotherapy" in points.why(0)
    assert words(rano(one("30") + "\n1 X new present", WELL, "immunotherapy")) == ["PD"]


def test_nadir_includes_every_scan_since_baseline(rano, words):
    status = "0 0 stable\n1 0 stable\n2 0 stable"
    assert words(rano("0 A target 30\n1 A target 10\n2 A target 15", status)) == ["PR", "PD"]


def test_disease_outside_the_brain_is_not_read(words):
    from protorun.patients.tables import parse_lesions
    from protorun.response import assess

    text = (
        "patient,visit,date,lesion,role,diameter_mm,compartment\n"
        "P1,0,2024-01-01,A,target,20,cns\nP1,0,2024-01-01,L,target,30,extracranial\n"
        "P1,1,2024-02-01,A,target,10,cns\nP1,1,2024-02-01,L,target,60,extracranial"
    )
    visits = "patient,visit,date,steroid_mg,clinical\nP1,0,2024-01-01,0,stable\nP1,1,2024-02-01,0,stable"
    lesions, seen, _ = parse_lesions(text, visits)
    assert words(assess("rano_bm", lesions, seen)) == ["PR"]
    assert words(assess("recist_1_1", lesions, seen)) == ["PD"]
    assert words(assess("recist_1_1", lesions, seen, compartment="extracranial")) == ["PD"]


COURSE = (
    "0 A target 20\n0 B target 12\n0 C non-target present\n1 A target 12\n1 B target 8\n1 C non-target present\n"
    "2 A target 0\n2 B target 0\n2 C non-target absent\n3 A target 6\n3 B target 0\n3 C non-target absent"
)
STATUS = "0 4 stable\n1 2 stable\n2 0 improved\n3 0 stable"


def test_the_order_of_rows_and_a_later_visit_change_nothing(rano, words):
    known = words(rano(COURSE, STATUS))
    assert known == ["PR", "CR", "PD"]
    for seed in range(10):
        lines, status = COURSE.splitlines(), STATUS.splitlines()
        random.Random(seed).shuffle(lines)
        random.Random(seed).shuffle(status)
        assert words(rano("\n".join(lines), "\n".join(status))) == known
    later = rano(f"{COURSE}\n4 A target not_assessed", f"{STATUS}\n4 0 stable")
    assert words(later) == [*known, "NE"]
    assert "was not assessed" in later.why(3)


def test_progression_is_certain_while_another_target_was_not_scanned(rano, words):
    """The targets that were measured are 20 % and one of them 5 mm above the smallest sum of all."""
    assert words(rano("0 A target 20\n0 B target 10\n1 A target 36\n1 B target not_assessed", WELL)) == ["PD"]
    assert words(rano("0 A target 20\n0 B target 10\n1 A target 35.9\n1 B target not_assessed", WELL)) == [
        "NE"
    ]

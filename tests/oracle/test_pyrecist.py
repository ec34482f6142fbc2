"""Target response of the pyrecist test data (MIT), measured lesion by lesion."""

import csv

from protorun.patients.tables import parse_lesions
from protorun.response import assess, settings_for
from protorun.trial.response import Response


def test_sums_nadirs_and_calls_of_pyrecist(shared):
    folder = shared / "data" / "adam" / "recist_vectors"
    with (folder / "pyrecist_measurements.csv").open() as file:
        rows = [
            f"{r['patient_id']},{r['study_date'][:4]}-{r['study_date'][4:6]}-{r['study_date'][6:]},"
            f"{r['lesion_label_alias']},{r['lesion_category']},{r['measurement']},extracranial"
            for r in csv.DictReader(file)
        ]
    head = "patient,date,lesion,role,diameter_mm,compartment\n"
    lesions, _, _ = parse_lesions(head + "\n".join(rows))
    points = assess("recist_1_1", lesions, settings=settings_for("recist_1_1", "eortc"))
    with (folder / "pyrecist_evaluation.csv").open() as file:
        expected = list(csv.DictReader(file))
    assert [round(float(r["current_burden"]) * 100) for r in expected] == points.sum.tolist()
    assert [round(float(r["min_burden"]) * 100) for r in expected[:4]] == points.nadir[:4].tolist()
    calls = [Response(code).name for code in points.overall]
    assert calls[:4] == [r["classification"] for r in expected[:4]]
    assert (expected[4]["classification"], calls[4]) == ("", "PD")  # pyrecist stops at the first progression

"""Two hundred criteria drawn at random and read by hand against their trees: the verdicts, and what the docs say of them.

`seal` is the mark of the line that was judged; the scorer counts how many lines are still the judged ones, and says how
the sample was drawn. A judged reader is not mended on its own sample: after a change, draw anew.
"""

import csv
import re
from collections import Counter
from pathlib import Path

from protorun.statistics.proportions.intervals import clopper_pearson

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = list(csv.DictReader((ROOT / "tests/cases/eligibility/sample_200.csv").open(encoding="utf-8")))
COUNTS = Counter(row["verdict"] for row in SAMPLE)
DOCS = " ".join((ROOT / "docs/validation.md").read_text(encoding="utf-8").split())


def test_two_hundred_different_criteria_were_judged() -> None:
    assert len({(row["nct"], row["start"], row["end"]) for row in SAMPLE}) == len(SAMPLE) == 200


def test_a_verdict_fits_its_class_and_whatever_is_wrong_says_why() -> None:
    for row in SAMPLE:
        allowed = ("right", "wrong") if row["klass"] == "computable" else ("honest", "wrong_part")
        assert row["verdict"] in allowed, row
        assert bool(row["note"]) == row["verdict"].startswith("wrong"), row
        assert re.fullmatch(r"[0-9a-f]{8}", row["seal"]), row


def test_at_most_two_are_confidently_wrong() -> None:
    assert COUNTS["wrong"] <= 2


def test_the_documentation_states_what_the_verdicts_add_up_to() -> None:
    computable = COUNTS["right"] + COUNTS["wrong"]
    low, high = clopper_pearson(COUNTS["wrong"], computable)
    assert (
        f"{computable} computable, {COUNTS['wrong']} of them wrong ({low:.1%} to {high:.1%}); of the other "
        f"{200 - computable}, {COUNTS['wrong_part']} compute a part wrongly"
    ).replace("%", " %") in DOCS

"""Criteria of 100,000 characters are read in time, whatever they repeat; what is too long to be a criterion is listed."""

from __future__ import annotations

import pytest

from protorun.reading.eligibility import read_eligibility
from protorun.study.criterion import Criterion
from protorun.study.record import Passage, Record
from protorun.study.source import Source
from protorun.study.study import Origin, Study

LENGTH = 100_000
REPEATED = [
    "a", "1", "(", "or ", "and , ", "(a", "x10", "no ", "patients with ", "> 3 ", "≥ 18 years ", "creatinine ", "* x\n",
    "  - y\n", "1. a ", "e.g. (", "within 4 weeks ", "her2 ", "ihc 2+ ", "negative pregnancy test ", "recovered ",
    "toxicity recovered to grade ", "contraception ", "unless ", "if x, ", "except ", "history of ", "chemotherapy, ",
    "chemotherapy within 4 weeks or ", "active ", "allergy to ", "5 half-lives ", "any of the following ", "fever ; ",
    "a: ", "[", "\\", "&amp;", ">=", "10^9/L ", "1 000 ", "<3 x ULN ", "-", "İ", "x\r\n      y ", "age ", "ALT and ",
    "locally advanced or metastatic ", "> 10 mg prednisone ", "carcinoma in situ of the cervix ",
]  # fmt: skip


def criteria(text: str) -> tuple[Criterion, ...]:
    record = Record(
        "x",
        "x",
        "0",
        {"": text},
        (Passage("eligibility.criteria", Source(start=0, end=len(text), quote=text)),),
    )
    study = Study(key="x", origin=Origin(name="x", format="x", digest="0"))
    return read_eligibility(record, study).fields["eligibility"]  # type: ignore[return-value]


@pytest.mark.parametrize("repeated", REPEATED)
def test_a_long_line_loses_nothing_and_decides_nothing(repeated: str) -> None:
    text = "Inclusion Criteria:\n* " + (repeated * LENGTH)[:LENGTH]
    found = criteria(text)
    assert all(text[s.start : s.end] == s.quote for c in found for s in (*c.sources, *c.residual))
    longest = max(found, key=lambda c: len(c.text), default=None)
    if longest is not None and len(longest.text) > LENGTH // 2:
        assert longest.klass == "unparsed"
        assert "".join(s.quote for s in longest.residual) == longest.text


def test_a_line_as_long_as_the_longest_that_is_printed_is_read() -> None:
    found = criteria("Inclusion Criteria:\n* " + "Age ≥ 18 years; " * 300)
    assert [c.klass for c in found] == ["computable"]

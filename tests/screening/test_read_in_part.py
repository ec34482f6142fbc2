"""A sentence of which some words were not understood turns nobody away by itself."""

from screened_tables import facts, study_of

from protorun.screening import Verdict, screen
from protorun.study.criterion import All, Bound, Number, Unparsed
from protorun.study.source import Source
from protorun.terms.reasons import Reason

AGE = Number(variable="age", high=Bound(value=16), unit="years")
LEFT_OVER = Source(start=0, end=19, quote="Lansky PS 50-100%")


def half_read(**changes):
    study = study_of(All(parts=(AGE, Unparsed(text="Lansky PS 50-100%"))))
    half = study.eligibility[0].model_copy(update={"klass": "partial", "residual": (LEFT_OVER,), **changes})
    return study.model_copy(update={"eligibility": (half,)})


def test_a_limit_for_children_read_by_half_does_not_exclude_an_adult():
    screened = screen(half_read(), facts("age", "40"))
    assert Verdict(int(screened.verdict[0])) is Verdict.POTENTIALLY_ELIGIBLE
    assert Reason(int(screened.reason[0, 0])) is Reason.READ_IN_PART


def test_once_a_person_has_read_the_line_it_decides():
    screened = screen(half_read(read_by="person"), facts("age", "40"))
    assert Verdict(int(screened.verdict[0])) is Verdict.INELIGIBLE

"""A person corrects the reading of a criterion by editing its line, and the file shows whose reading it is."""

from protorun.study.criterion import Bound, Criterion, Number, Unparsed
from protorun.study.source import Source
from protorun.study.study import Origin, Study
from protorun.study_file import dumps, loads

TEXT = "Platelets 80 or more, or as agreed"
WHOLE = Source(start=100, end=134, quote=TEXT)
LIMIT = Source(start=100, end=120, quote="Platelets 80 or more")
REST = Source(start=122, end=134, quote="or as agreed")
READ = Criterion(
    id="I1",
    polarity="inclusion",
    text=TEXT,
    sources=(WHOLE,),
    expr=Number(variable="platelets", low=Bound(value=80), unit="10^9/L", source=LIMIT),
    klass="partial",
    residual=(REST,),
    doubts=("NO_UNIT: 80",),
)
STUDY = Study(key="demo", origin=Origin(name="demo", format="text", digest="0" * 64), eligibility=(READ,))
FILE = dumps(STUDY)


def loaded(text: str) -> Criterion:
    return loads(text).eligibility[0]


def test_an_unedited_line_keeps_its_sources_and_stays_protoruns() -> None:
    assert loaded(FILE) == READ


def test_a_line_laid_out_anew_is_not_a_correction() -> None:
    assert (
        loaded(FILE.replace('"platelets >= 80 10^9/L"\n  seal', '"(platelets  ≥  80 10^9/L)"\n  seal'))
        == READ
    )


def test_a_corrected_line_is_a_persons_and_takes_its_class_from_the_line() -> None:
    line = '"platelets >= 80 10^9/L or judgment \\"as agreed\\""'
    found = loaded(FILE.replace('reads: "platelets >= 80 10^9/L"', f"reads: {line}"))
    assert (found.read_by, found.klass) == ("person", "partial")
    assert (found.residual, found.doubts) == ((), ())
    assert found.expr.parts[0] == READ.expr  # type: ignore[union-attr]  # the atom that is still there keeps its place
    assert loaded(dumps(STUDY.model_copy(update={"eligibility": (found,)}))) == found


def test_a_line_corrected_to_limits_alone_is_computable() -> None:
    found = loaded(FILE.replace('reads: "platelets >= 80 10^9/L"', "reads: platelets >= 100 10^9/L"))
    assert (found.read_by, found.klass) == ("person", "computable")
    assert found.expr == Number(variable="platelets", low=Bound(value=100), unit="10^9/L")


def test_a_criterion_written_by_hand_needs_no_class_no_seal_and_no_places() -> None:
    head = FILE[: FILE.index("eligibility:")]
    found = loaded(
        f'{head}eligibility:\n- {{id: I1, polarity: inclusion, text: t, reads: "unparsed \\"t\\""}}\n'
    )
    assert found == Criterion(
        id="I1", polarity="inclusion", text="t", expr=Unparsed(text="t"), klass="unparsed", read_by="person"
    )


def test_a_quote_inside_the_criterion_is_not_repeated() -> None:
    assert 'atom: "platelets >= 80 10^9/L", at: 100-120}' in FILE

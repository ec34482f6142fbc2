from hypothesis import given
from hypothesis import strategies as st

from protorun.report.lines import line_numbers, marked_lines
from protorun.study.source import Source


def _sources(text: str, spans: list[tuple[int, int]]) -> list[Source]:
    return [Source(start=a, end=b, quote=text[a:b]) for a, b in spans]


@given(st.text(alphabet="ab \n\r", max_size=60), st.data())
def test_the_lines_of_a_page_are_the_record_and_marks_are_the_citations(text: str, data: st.DataObject):
    place = st.integers(0, len(text))
    spans = [tuple(sorted(s)) for s in data.draw(st.lists(st.tuples(place, place), max_size=5))]
    numbers = line_numbers({"": text})
    lines = marked_lines(numbers, _sources(text, spans))
    if "\r" not in text:
        assert ["".join(p.text for p in line.pieces) for line in lines] == text.split("\n")
    if "\r" not in text:
        cited = {i for a, b in spans for i in range(a, b) if text[i] != "\n"}
        at, marked = 0, set()
        for line in lines:
            for piece in line.pieces:
                marked |= set(range(at, at + len(piece.text))) if piece.marked else set()
                at += len(piece.text)
            at += 1
        assert marked == cited


def test_a_link_leads_to_the_line_and_the_place_of_its_words():
    text = "first\nDose is 10 mg\nlast"
    numbers = line_numbers({"": text, "/b": "other"})
    source = Source(start=14, end=19, quote="10 mg")
    assert (numbers.line(source), numbers.anchor(source)) == (2, "c1-14")
    assert numbers.line(Source(start=0, end=5, quote="other", locator="/b")) == 4
    assert numbers.line(Source(start=0, end=1, quote="x", locator="/elsewhere")) is None
    pieces = marked_lines(numbers, [source])[1].pieces
    assert [(p.text, p.marked, p.anchors) for p in pieces] == [
        ("Dose is ", False, ()),
        ("10 mg", True, ("c1-14",)),
    ]

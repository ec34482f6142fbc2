"""A mirror page of labels, each with a sentence of help between label and value; arms, interventions and sites."""

from __future__ import annotations

from collections.abc import Sequence

from protorun.records.files.document import Document, Line
from protorun.records.pages.doubts import doubt_all, doubt_last
from protorun.records.pages.headed import claim_headed
from protorun.records.pages.help_text import recognize_help
from protorun.records.pages.labeled import Label, claim, in_order, label_of
from protorun.records.pages.several import read_each, starts_of
from protorun.records.pages.sites import read_sites
from protorun.records.passages.detect import line
from protorun.records.passages.detect import score as score_by
from protorun.records.passages.ledger import Ledger
from protorun.records.passages.values import conditions, fits
from protorun.study.record import Record
from protorun.terms.fields import kinds, plain, values

_MARKERS = (
    line("Study Purpose", 2, required=True),
    line("Recruitment Criteria", 2),
    line("Accepts Healthy Volunteers"),
    line("More Inclusion & Exclusion Criteria", 2),
    line("Trial ID:"),
    line("Agency Class", 2),
    line("Overall Status", opens=True),
    line("Eligible Ages", opens=True),
    line("Arms & Interventions"),
    line("Stay Informed & Connected"),
)
# The labels in the order of the page; a label without a field is a heading.
_ORDER = {
    "study purpose": "summary.brief",
    "recruitment criteria": "",
    "accepts healthy volunteers": "eligibility.healthy_volunteers",
    "study type": "study_type",
    "eligible ages": "eligibility.ages",
    "gender": "eligibility.sex",
    "more inclusion and exclusion criteria": "eligibility.criteria",
    "trial details": "",
    "trial id": "identifier.nct",
    "phase": "phase",
    "lead sponsor": "sponsor.lead",
    "principal investigator": "investigator.name",
    "principal investigator affiliation": "investigator.affiliation",
    "agency class": "sponsor.class",
    "overall status": "status.overall",
    "countries": "country",
    "conditions": "condition",
    "additional details": "summary.detailed",
    "arms and interventions": "",
    "arms": "arm.label",
    "interventions": "intervention.name",
    "contact a trial team": "site.facility",
    "stay informed and connected": "",
}
_RANKS = {name: rank for rank, name in enumerate(_ORDER)}
_NAMES = {name: name for name in _ORDER}
_INLINE = frozenset(
    {"eligible ages", "gender", "principal investigator affiliation", "overall status", "countries"}
)
_CARRIES = (*(field for field in _ORDER.values() if field), "title.brief", "arm", "intervention", "site")
_GROUPED = {"investigator.name": "investigator/0", "investigator.affiliation": "investigator/0"}


def score(document: Document) -> float:
    """Share of the layout's labels."""
    return score_by(document.text, _MARKERS)


def read(document: Document) -> tuple[Record, ...]:
    """The records of the page, one or several below each other; the title stands above the first label."""
    lines = document.page()
    purposes = starts_of(
        lines, lambda line_: line_.text == "Study Purpose", lambda line_: line_.text.startswith("Trial ID")
    )
    return read_each(document, [max(0, at - 1) for at in purposes], _record)


def _record(document: Document) -> Record:
    ledger = Ledger("labels_with_help", document)
    lines = document.page()
    chain = _chain(lines)
    _title(ledger, lines[: chain[0][0]] if chain else ())
    for (at, label), following in zip(chain, [*(i for i, _ in chain[1:]), len(lines)], strict=False):
        _block(ledger, label, lines[at], lines[at + 1 : following])
    _not_whole(ledger, lines, chain)
    return ledger.record(carries=_CARRIES)


def _not_whole(ledger: Ledger, lines: Sequence[Line], chain: Sequence[tuple[int, Label]]) -> None:
    """Doubt the texts of a page whose labels stand in another order, or that ends early."""
    there = {label.field for _, label in chain}
    bare = {plain(line_.text) for line_ in lines if line_.text[:1].isupper()} & _RANKS.keys()
    if len(bare - there) > 1:
        ledger.warn("this page is not whole: its labels stand in another order; what they name is inferred")
        doubt_all(ledger)
    elif "stay informed and connected" not in there:
        ledger.warn(
            "this page is not whole: it ends before its last part; where its last value ends is inferred"
        )
        doubt_last(ledger)


def _chain(lines: Sequence[Line]) -> list[tuple[int, Label]]:
    found = [(i, label) for i, line_ in enumerate(lines) if (label := _label(line_))]
    return [found[i] for i in in_order([_RANKS[label.field] for _, label in found])]


def _label(line_: Line) -> Label | None:
    label = label_of(line_, _NAMES, loose=True)
    if label is None or line_.text[:1] != label.printed[:1] or not label.printed[:1].isupper():
        return None
    rest = line_.text[label.value - line_.start :].strip()
    field = _ORDER[label.field]
    if not rest:
        return label
    inline = label.field in _INLINE or line_.text[: label.value - line_.start].rstrip().endswith(":")
    closed = kinds().get(field) not in ("line", "prose", "list", "places", "rows", "treatments")
    if not inline or (closed and not fits(kinds()[field], rest)):
        return None
    return label if closed or label.field in _INLINE else None


def _title(ledger: Ledger, lines: Sequence[Line]) -> None:
    if lines:
        ledger.value("title.brief", lines[0].start, lines[0].end)


def _block(ledger: Ledger, label: Label, head: Line, body: Sequence[Line]) -> None:
    ledger.mark("label", label.start, min(label.end, head.end))
    body = _without_help(ledger, body)
    field = _ORDER[label.field]
    if label.value < head.end:
        _claim(ledger, field, label, label.value, head.end)
    elif label.field in _BLOCKS:
        _BLOCKS[label.field](ledger, label, body)
    elif kinds().get(field) == "prose":
        if not body or not ledger.value(field, body[0].start, body[-1].end, label=label.printed):
            ledger.empty(field)
    elif field:
        _last_line(ledger, field, label, body)


def _without_help(ledger: Ledger, body: Sequence[Line]) -> Sequence[Line]:
    kept = []
    for line_ in body:
        known = recognize_help(line_.text)
        if not known:
            kept.append(line_)
            continue
        ledger.mark("help", line_.start, line_.end)
        if known == "changed":
            ledger.warn(f"{ledger.document.where(line_.start)}: a help sentence has changed its words")
    return kept


def _last_line(ledger: Ledger, field: str, label: Label, body: Sequence[Line]) -> None:
    """The value is the last line before the next label; lines between the label and it explain the label."""
    if not body:
        ledger.empty(field)
        return
    _claim(ledger, field, label, body[-1].start, body[-1].end, sure=len(body) == 1)
    for line_ in body[:-1]:
        ledger.leave(line_.start, line_.end, f"stands between {label.printed!r} and its value")


def _claim(ledger: Ledger, field: str, label: Label, start: int, end: int, *, sure: bool = True) -> None:
    group = _GROUPED.get(field, "")
    if not claim(ledger, field, start, end, label=label.printed, group=group, sure=sure):
        ledger.leave(start, end, f"what stands behind {label.printed!r} is no such value")


def _conditions(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    for line_ in body:
        ledger.mark("label", line_.start, line_.end)
        for start, end in conditions(line_.text, line_.start):
            ledger.value("condition", start, end, label=label.printed)
    if not body:
        ledger.empty("condition")


def _arms(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    claim_headed(ledger, body, values("arm"), "arm", "arm.label")


def _interventions(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    claim_headed(ledger, body, values("treatment"), "intervention", "intervention.name")


def _sites(ledger: Ledger, label: Label, body: Sequence[Line]) -> None:
    read_sites(ledger, body)


_BLOCKS = {
    "conditions": _conditions,
    "arms": _arms,
    "interventions": _interventions,
    "contact a trial team": _sites,
}

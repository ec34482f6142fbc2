"""A page of no known order cut at its labels: which line is a label of the page, and which only a line of a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from protorun.records.files.document import Line
from protorun.records.pages.labeled import Label, label_of
from protorun.records.passages.values import CHECKED, fits
from protorun.terms.fields import closing, headings, ignored, kinds, labels, plain, values

CLOSED = frozenset({"nct", "date", "phase", "status", "type", "count", "sex", "ages", "age", "yesno"})
"""Kinds whose values are so much their own that they end a text."""

_OPEN_ENDED = frozenset({"prose", "treatments", "rows"})
_SELF_EVIDENT = frozenset(
    field for field, kind in kinds().items() if kind in CLOSED - {"age", "ages", "sex", "yesno"}
)
"""Fields whose values are so much their own that a blank may stand for the colon behind the label."""
_STRONG = frozenset(
    plain(w)
    for w in ("Sponsor", "Condition", "Conditions", "Collaborators", "Keywords", "Interventions", "Countries")
)
"""One word before a colon is often a heading of a text ("Treatment: ..."); these are not."""
_OF_DESIGN = frozenset({"allocation", "masking", "intervention_model", "purpose"})
_OF_CRITERIA = frozenset({"sex", "ages", "age", "count", "yesno"})
_LISTED = re.compile(r"[-*•⁃‣∙◦▪●○■·]|\(?\d{1,3}[.)]|[a-z][.)]\s", re.IGNORECASE)
CRITERIA_LISTS = re.compile(
    r"(?:key )?(?:inclusion|exclusion)(?: exclusion| and exclusion)? criteria", re.IGNORECASE
)


@dataclass(frozen=True)
class Block:
    """A label, the line it stands on, and the lines below that belong to it."""

    label: Label
    head: Line
    body: tuple[Line, ...]


Form = tuple[str, str, bool]
"""How a label is printed: the signs before it, the sign behind it, all in capitals or not."""

_MANY = 4
"""Labels of so many different fields make a form the page's own."""


@dataclass(frozen=True)
class Page:
    """The lines of a page, the fields that need no colon on it, and where its last bare label of criteria stands."""

    lines: Sequence[Line]
    loose: frozenset[str]
    last_criteria: int
    forms: frozenset[Form]
    """The forms in which the page prints many of its labels; empty when it has no form of its own."""

    def follows(self, at: int) -> Line | None:
        """The line below."""
        return self.lines[at + 1] if at + 1 < len(self.lines) else None


def blocks(lines: Sequence[Line], *, loose: frozenset[str] = frozenset()) -> list[Block]:
    """The page cut at its labels and headings."""
    page = Page(lines, loose | _SELF_EVIDENT, _last_criteria(lines), _forms(lines))
    marks: list[tuple[int, Label | None]] = []
    opened: Label | None = None
    for i, line_ in enumerate(lines):
        if len(marks) >= _MANY and plain(line_.text[:80]) in closing():
            marks.append((i, None))
            break
        if len(marks) >= _MANY and opened is not None and opened.field == "related.nct":
            # What follows a list of other trials belongs to those trials.
            continue
        label = _label(page, i, opened)
        if label is not None and opened is not None and label.field == opened.field and _goes_on(opened):
            if marks[-1][0] == i - 1 and opened.value >= lines[i - 1].end:
                # Two labels of one field in a row: the second is the nearer one.
                marks[-1] = (i - 1, None)
                marks.append((i, label))
                opened = label
        elif label is not None:
            marks.append((i, label))
            opened = label
        elif is_heading(line_):
            marks.append((i, None))
            opened = None
    ends = [at for at, _ in marks[1:]] + [len(lines)]
    return [
        Block(label, lines[at], tuple(lines[at + 1 : end]))
        for (at, label), end in zip(marks, ends, strict=False)
        if label is not None
    ]


def is_heading(line_: Line) -> bool:
    """Whether the line opens a part of a page, or has a label, without naming a field."""
    return plain(line_.text[:80]) in headings() or label_of(line_, ignored()) is not None


def bare_label(line_: Line) -> Label | None:
    """The label of a line that is nothing but a label."""
    label = label_of(line_, labels())
    return label if label is not None and label.value >= line_.end else None


def _forms(lines: Sequence[Line]) -> frozenset[Form]:
    fields: dict[Form, set[str]] = {}
    for line_ in lines:
        if label := label_of(line_, labels()):
            fields.setdefault(_form(line_, label), set()).add(label.field)
    return frozenset(form for form, found in fields.items() if len(found) >= _MANY)


def _form(line_: Line, label: Label) -> Form:
    behind = line_.text[: label.value - line_.start].rstrip(" \u00a0")
    sign = next((s for s in ("|", "\t", ":") if s in behind[-3:]), "" if label.value < line_.end else "end")
    return line_.text[: label.start - line_.start].strip(), sign, label.printed.isupper()


def _goes_on(opened: Label) -> bool:
    return kinds()[opened.field] in _OPEN_ENDED


def _last_criteria(lines: Sequence[Line]) -> int:
    found = -1
    for i, line_ in enumerate(lines):
        if len(line_.text) <= 60 and not line_.text.endswith(":"):
            label = bare_label(line_)
            if label is not None and label.field == "eligibility.criteria":
                found = i
    return found


def _label(page: Page, at: int, opened: Label | None) -> Label | None:
    line_ = page.lines[at]
    in_text = opened is not None and kinds()[opened.field] == "prose"
    if in_text and _LISTED.match(line_.text):
        return None
    label = label_of(line_, labels()) or (None if in_text else _loose(line_, page.loose))
    if label is None or (opened is not None and not _apart(page, at, label, opened)):
        return None
    kind, value = kinds()[label.field], line_.text[label.value - line_.start :].strip(" |\t")
    below = page.follows(at)
    if kind in CHECKED and not fits(kind, value or (below.text if below else "")):
        return label if not value and below and _opens(page, below) else None
    if opened is not None and opened.field == "eligibility.criteria" and plain(line_.text) == "description":
        return replace(label, field="eligibility.criteria") if bare_label(page.lines[at - 1]) else None
    if opened is None or not in_text or not value:
        return label
    form = _form(line_, label)
    if page.forms and form not in page.forms:
        return None
    if form in page.forms and (form[0] or form[1] in ("|", "\t") or form[2]):
        return label
    return label if _ends_text(label, kind, opened.field) or _in_a_run(page, at, opened.field) else None


def _opens(page: Page, line_: Line) -> bool:
    """Whether the line is a heading or has a label, so that the bare label above it has no value."""
    return is_heading(line_) or bool(label_of(line_, labels()) or _loose(line_, page.loose))


def _apart(page: Page, at: int, label: Label, opened: Label) -> bool:
    """Whether a label is one of the page and not a line of the block it stands in."""
    if opened.field == "arm.label" and plain(label.printed) in values("treatment"):
        return False
    line_ = page.lines[at]
    if kinds()[opened.field] != "prose" or label.value < line_.end:
        return True
    # A heading with a colon inside a text whose own label has none: "Eligibility:" in a summary.
    if not line_.text.endswith(":") or opened.printed_colon or kinds()[label.field] in CLOSED:
        return True
    return (
        label.field == "eligibility.criteria"
        and bool(CRITERIA_LISTS.fullmatch(label.printed))
        and (at > page.last_criteria)
    )


def _in_a_run(page: Page, at: int, inside: str) -> bool:
    """A closed value among criteria is one of the page when the page goes on with another label, or ends."""
    here, below = label_of(page.lines[at], labels()), page.follows(at)
    if inside != "eligibility.criteria" or here is None or kinds()[here.field] not in CLOSED:
        return False
    if below is None or is_heading(below):
        return True
    after = label_of(below, labels())
    return after is not None and after.field != "eligibility.criteria"


def _loose(line_: Line, fields: frozenset[str]) -> Label | None:
    label = label_of(line_, labels(), loose=True)
    return label if label is not None and label.field in fields else None


def _ends_text(label: Label, kind: str, inside: str) -> bool:
    """Whether a label with its value on the same line ends a text: not an age or sex among criteria, nor one word."""
    if inside == "design.text" and label.field in _OF_DESIGN:
        return True
    if kind in CLOSED:
        return not (inside == "eligibility.criteria" and kind in _OF_CRITERIA)
    return " " in label.printed.strip() or plain(label.printed) in _STRONG

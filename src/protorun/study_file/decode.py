"""Tree of nodes -> the study in full, collecting every finding with its line and path instead of stopping at one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from protorun.errors import CriterionTextError
from protorun.study.criterion import Criterion
from protorun.study.source import Source, Sourced
from protorun.study.study import Assumption, Study
from protorun.study.written import Written
from protorun.study_file import readings
from protorun.study_file.forms import BASES, SOURCE_KEYS, SPAN, bare, inside
from protorun.study_file.nodes import Node, Refused, plain_value

Loc = tuple[str | int, ...]
_KEYS = ("id", "name", "label", "path")
_HOW = "say on what basis: {stated: VALUE, at: 10-20}, {assumed: VALUE, why: ...} or {absent: not stated}"


@dataclass(frozen=True)
class Place:
    """Where a value belongs: `loc` in the full data, `path` for people."""

    loc: Loc = ()
    path: str = ""

    def field(self, name: str) -> Place:
        return Place((*self.loc, name), f"{self.path}.{name}" if self.path else name)

    def hidden(self, name: str) -> Place:
        """A field of the full data that people do not see as a step."""
        return Place((*self.loc, name), self.path)

    def item(self, at: int, node: Node) -> Place:
        key = next((found.text for k in _KEYS if (found := node.get(k)) and found.kind == "scalar"), str(at))
        return Place((*self.loc, at), f"{self.path}[{key}]")


@dataclass
class Decoder:
    """`data` is filled by `study`; `lines` maps each place of the full data to its line and path."""

    findings: list[tuple[int, str, str]] = field(default_factory=list)
    lines: dict[Loc, tuple[int, str]] = field(default_factory=dict)
    bad: set[Loc] = field(default_factory=set)

    def study(self, root: Node) -> tuple[Study | None, tuple[Assumption, ...]]:
        """The study without its answers, and the answers; None when there are findings."""
        data = self.model(root, Study, Place())
        answers = data.pop("assumptions", []) if isinstance(data, dict) else []
        study = self._validated(Study, data, ())
        found = [self._validated(Assumption, a, ("assumptions", at)) for at, a in enumerate(answers or [])]
        return study, tuple(a for a in found if a is not None)

    def _validated(self, model: Any, data: Any, start: Loc) -> Any:
        try:
            return model.model_validate_json(json.dumps(data, allow_nan=False), strict=True)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                self._note(one, start)
        return None

    def _note(self, error: Any, start: Loc) -> None:
        """A finding of the model, at the deepest place of the file it belongs to."""
        loc = start
        for step in error["loc"]:
            loc = (*loc, step) if (*loc, step) in self.lines or (*loc, step) in self.bad else loc
        of_a_whole = error["type"] == "value_error"  # such as a fact whose value already is a finding
        if any(loc[: len(b)] == b or (of_a_whole and b[: len(loc)] == loc) for b in self.bad):
            return
        line, path = self.lines.get(loc, (1, ""))
        missing = error["type"] == "missing"
        text = f"{error['loc'][-1]!r} is missing" if missing else _plain_words(error)
        self.findings.append((line, path or "file", text))

    def refuse(self, node: Node, place: Place, text: str) -> Any:
        """Note a finding at a node; the value there is left empty."""
        self.findings.append((node.line, place.path or "file", text))
        self.bad.add(place.loc)
        return None

    def value(self, node: Node, want: Any, place: Place) -> Any:
        """The full data of a node that should be of a type."""
        self.lines[place.loc] = (node.line, place.path)
        want, may_be_none = bare(want)
        if may_be_none and node.kind == "scalar" and node.plain and node.text in ("", "~", "null"):
            return None
        if get_origin(want) is tuple:
            return self._list(node, get_args(want)[0], place)
        if get_origin(want) is dict:
            return self._dict(node, get_args(want)[1], place)
        if isinstance(want, type) and issubclass(want, BaseModel):
            return self._noun(node, want, place)
        return self._scalar(node, want, place)

    def _scalar(self, node: Node, want: Any, place: Place) -> Any:
        try:
            found = plain_value(node)
        except Refused as error:
            return self.refuse(node, place, error.what)
        if want is str and isinstance(found, (int, float)):
            return node.text  # a postal code 02115 and a version 1.10 stay as they are written
        return found

    def _list(self, node: Node, want: Any, place: Place) -> Any:
        if node.kind != "list":
            return self.refuse(node, place, "a list is expected here")
        return [self.value(item, want, place.item(at, item)) for at, item in enumerate(node.items)]

    def _dict(self, node: Node, want: Any, place: Place) -> Any:
        if node.kind != "map":
            return self.refuse(node, place, "a map (key: value) is expected here")
        return {key.text: self.value(value, want, place.field(key.text)) for key, value in node.pairs}

    def _noun(self, node: Node, want: type[BaseModel], place: Place) -> Any:
        if issubclass(want, Sourced):
            return self._fact(node, want, place)
        if issubclass(want, Source):
            return self._lone_source(node, place, None)
        if issubclass(want, Written) and node.kind == "scalar":
            return self._short(node, want, place)
        return self.model(node, want, place)

    def _short(self, node: Node, want: type[Written], place: Place) -> Any:
        try:
            return want.model_validate(node.text).model_dump()
        except ValidationError as error:
            return self.refuse(node, place, _plain_words(error.errors(include_url=False)[0]))

    def model(self, node: Node, want: type[BaseModel], place: Place) -> Any:
        """The fields of a noun; a field it does not have is a finding with the nearest name."""
        if node.kind != "map":
            return self.refuse(node, place, f"a map of {want.__name__.lower()} fields is expected here")
        self.lines[place.loc] = (node.line, place.path)
        read = readings.has_reading(want)
        names = [n for n in want.model_fields if not (read and n == "expr")]
        found: dict[str, Any] = {}
        for key, value in node.pairs:
            if read and key.text in readings.keys(want):
                continue
            if key.text not in names or key.text == "replaces":
                self._unknown(key, (*names, *(readings.keys(want) if read else ())), place)
                continue
            found[key.text] = self.value(value, want.model_fields[key.text].annotation, place.field(key.text))
        return self._reading(node, want, found, place) if read else found

    def _reading(self, node: Node, want: type[BaseModel], fields: dict[str, Any], place: Place) -> Any:
        """The fields with the tree of the line `reads`; a line that does not fit its seal is a person's."""
        line, sealed = node.get("reads"), node.get("seal")
        if line is None or line.kind != "scalar":
            self.refuse(
                line or node, place, "a criterion needs the line `reads`, such as `reads: age >= 18 years`"
            )
            return fields | {"expr": None}
        here = place.field("reads")
        self.lines[(*place.loc, "expr")] = (line.line, here.path)
        try:
            expr = readings.tree(line.text, self._atoms(node.get("atoms"), fields.get("sources"), place))
        except CriterionTextError as error:
            self.bad.add((*place.loc, "expr"))
            return fields | {"expr": self.refuse(line, here, str(error))}
        if want is Criterion and (sealed is None or sealed.text != readings.seal(expr)):
            fields = readings.corrected(fields, expr, sealed.text if sealed else None)
        return fields | {"expr": expr.model_dump(mode="json")}

    def _atoms(self, node: Node | None, around: Any, place: Place) -> list[tuple[str, Source]]:
        """The text and the place of each listed atom; what is wrong with one is a finding."""
        if node is None:
            return []
        if node.kind != "list":
            self.refuse(node, place.field("atoms"), "a list of {atom: ..., at: 10-20} is expected here")
            return []
        sources = [Source(**s) for s in around or () if s]
        found = []
        for at, item in enumerate(node.items):
            here = place.field("atoms").item(at, item)
            text, source = item.get("atom"), self._placed(item, sources, here)
            if text is None or text.kind != "scalar":
                self.refuse(
                    item, here, "an atom is named by its words in `reads`: {atom: ecog <= 2, at: 10-20}"
                )
            elif source:
                found.append((text.text, Source(**source)))
        return found

    def _placed(self, node: Node, around: list[Source], place: Place) -> Any:
        for key, _ in node.pairs:
            if key.text not in ("atom", *SOURCE_KEYS):
                self._unknown(key, ("atom", *SOURCE_KEYS), place)
        at, locator = node.get("at"), node.get("in")
        span = SPAN.fullmatch(at.text) if at and at.kind == "scalar" else None
        if span is None or node.get("quote") or int(span[2]) < int(span[1]):
            return self._source(node, place, None)
        bare = Source(start=int(span[1]), end=int(span[2]), quote="", locator=locator.text if locator else "")
        return self._source(node, place, readings.implied(bare, around))

    def _unknown(self, key: Node, names: Any, place: Place) -> None:
        close = get_close_matches(key.text, [n for n in names if n], n=1, cutoff=0.6)
        hint = f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(map(str, names))}"
        self.findings.append((key.line, place.path or "file", f"there is no field {key.text!r} here{hint}"))

    def _fact(self, node: Node, want: type[Sourced[Any]], place: Place) -> Any:
        if node.kind != "map":
            return self.refuse(node, place, _HOW)
        allowed = (*BASES, *SOURCE_KEYS, "sources", "why")
        for key, _ in node.pairs:
            if key.text not in allowed:
                return self._unknown_in_fact(key, allowed, place)
        given = [key for key, _ in node.pairs if key.text in BASES]
        if len(given) != 1:
            return self.refuse(node, place, _HOW)
        return self._full_fact(node, given[0].text, want, place)

    def _unknown_in_fact(self, key: Node, allowed: Any, place: Place) -> None:
        self._unknown(key, ["stated"] if key.text == "value" else allowed, place)
        self.bad.add(place.loc)

    def _full_fact(self, node: Node, basis: str, want: type[Sourced[Any]], place: Place) -> Any:
        behind = node.get(basis) or node
        has_value = basis not in ("absent", "unread")
        value = self.value(behind, inside(want), place.hidden("value")) if has_value else None
        note = node.get("why") if has_value else behind
        listed = node.get("sources")
        if listed is not None and (listed.kind != "list" or node.get("at")):
            return self.refuse(listed, place, "`sources` is a list, in place of at, in and quote")
        places = (
            [(s, place.field("sources").item(i, s)) for i, s in enumerate(listed.items)] if listed else []
        )
        if not places and any(node.get(k) for k in SOURCE_KEYS):
            places = [(node, place)]
        return {
            "value": value,
            "basis": basis,
            "sources": [
                self._source(s, p, value) if s is node else self._lone_source(s, p, value) for s, p in places
            ],
            "note": self._scalar(note, str, place.hidden("note")) if note else "",
        }

    def _lone_source(self, node: Node, place: Place, implied: Any) -> Any:
        for key, _ in node.pairs:
            if key.text not in SOURCE_KEYS:
                self._unknown(key, SOURCE_KEYS, place)
        return self._source(node, place, implied)

    def _source(self, node: Node, place: Place, implied: Any) -> Any:
        """A span with its quote; the quote may be left out where it equals the value."""
        self.lines.setdefault(place.loc, (node.line, place.path))
        at = node.get("at")
        span = SPAN.fullmatch(at.text) if at and at.kind == "scalar" else None
        if at is None or span is None:
            return self.refuse(at or node, place, "a source needs its characters, such as `at: 120-137`")
        quote = node.get("quote")
        words = quote.text if quote and quote.kind == "scalar" else implied
        if not isinstance(words, str):
            return self.refuse(node, place, "a source needs its `quote`, the words of the record")
        start, end = int(span[1]), int(span[2])
        if end - start != len(words):
            return self.refuse(at, place, _wrong_length(at.text, end - start, words, implied=quote is None))
        locator = node.get("in")
        return {"start": start, "end": end, "quote": words, "locator": locator.text if locator else ""}


def _wrong_length(at: str, length: int, words: str, *, implied: bool) -> str:
    what = "the value, which stands for the quote," if implied else "the quote"
    hint = "; if the record does not say this, write `assumed: ..., why: ...`" if implied else ""
    return f"{what} has {len(words)} characters, but {at} has {length}{hint}"


def _plain_words(error: Any) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    given = error.get("input")
    shown = isinstance(given, (str, int, float)) and repr(given) not in text
    return f"{text}, not {given!r}" if shown and len(str(given)) < 60 else text

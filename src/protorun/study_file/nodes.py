"""YAML 1.2 text as a tree that remembers the line and the characters of each node; nothing clever is let in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from protorun.errors import StudyFileError

MAX_BYTES = 20_000_000  # the largest registry record with all its sites is below 2 MB as a study file
MAX_DEPTH = 60  # a criterion tree nests two levels of YAML for each of its own; the deepest real one has six
MAX_NODES = 1_000_000

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


@dataclass
class Node:
    """A scalar, map or list. `start` and `end` are offsets of its characters; `line` counts from 1."""

    kind: Literal["scalar", "map", "list"]
    line: int
    start: int
    end: int
    flow: bool = False
    plain: bool = False
    """A scalar without quotes, which may be a number, true, false or null."""
    text: str = ""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The value behind a key of a map."""
        return next((value for name, value in self.pairs if name.text == key), None)


class Refused(Exception):
    """Something the study file may not contain, at a line."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(what)


def parse(text: str, name: str) -> Node:
    """The tree of one YAML document. Raises StudyFileError with the line of what is wrong."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > MAX_BYTES:
        raise StudyFileError(name, [(1, "file", f"larger than {MAX_BYTES:,} characters")])
    try:
        return _Builder(YAML(typ="safe", pure=True).parse(text), text).document()
    except Refused as error:
        raise StudyFileError(name, [(error.line, "file", error.what)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise StudyFileError(name, [(mark.line + 1 if mark else 1, "file", _words(error.problem))]) from None
    except (YAMLError, ValueError, OverflowError) as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        raise StudyFileError(name, [(line, "file", _words(getattr(error, "reason", str(error))))]) from None


def decoded(data: bytes, name: str) -> str:
    """The bytes as text. Raises StudyFileError unless they are UTF-8 (a byte-order mark is fine)."""
    if len(data) > MAX_BYTES:
        raise StudyFileError(name, [(1, "file", f"larger than {MAX_BYTES:,} bytes")])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StudyFileError(name, [(line, "file", "not UTF-8 text; save the file as UTF-8")]) from None


def plain_value(node: Node) -> Any:
    """The node as plain data by the YAML 1.2 core schema; raises Refused for infinity and NaN."""
    if node.kind == "map":
        return {key.text: plain_value(value) for key, value in node.pairs}
    if node.kind == "list":
        return [plain_value(item) for item in node.items]
    return scalar(node)


def scalar(node: Node) -> str | int | float | bool | None:
    """A scalar by the core schema: text in quotes is text; `010` is 10, `NO`, `1:1` and dates are text."""
    text = node.text
    if not node.plain:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        if len(text) > 300:
            raise Refused(node.line, "a number with more than 300 digits")
        return int(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value - value != 0:
            raise Refused(node.line, f"{text} is too large for a number")
        return value
    if _NO_NUMBER.fullmatch(text):
        raise Refused(node.line, f"{text} is no number a study may contain")
    return text


class _Builder:
    """Turns parser events into nodes, refusing anchors, tags, second documents, duplicate keys and deep nesting."""

    def __init__(self, events: Iterator[Any], text: str) -> None:
        self.events, self.text, self.count = events, text, 0

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent" and root is not None:
                raise Refused(event.start_mark.line + 1, "a second YAML document in one file")
            if kind.startswith(("Scalar", "Mapping", "Sequence", "Alias")):
                root = self.node(event, 1)
        if root is None:
            raise Refused(1, "the file is empty")
        return root

    def node(self, event: Any, depth: int) -> Node:
        self._check(event, depth)
        line, start = event.start_mark.line + 1, event.start_mark.index
        if type(event).__name__ == "ScalarEvent":
            end = start + len(self.text[start : event.end_mark.index].rstrip())
            return Node("scalar", line, start, end, plain=event.style is None, text=str(event.value))
        if type(event).__name__ == "MappingStartEvent":
            return self._map(event, Node("map", line, start, start, bool(event.flow_style)), depth)
        return self._list(event, Node("list", line, start, start, bool(event.flow_style)), depth)

    def _check(self, event: Any, depth: int) -> None:
        line = event.start_mark.line + 1
        self.count += 1
        if type(event).__name__ == "AliasEvent" or getattr(event, "anchor", None):
            raise Refused(
                line, "anchors and aliases (& and *) are not used in study files; write the value out"
            )
        if getattr(event, "tag", None):
            raise Refused(line, f"tags ({event.tag}) are not used in study files")
        if depth > MAX_DEPTH:
            raise Refused(line, f"nested deeper than {MAX_DEPTH} levels")
        if self.count > MAX_NODES:
            raise Refused(line, f"more than {MAX_NODES:,} values")

    def _map(self, event: Any, node: Node, depth: int) -> Node:
        seen: set[str] = set()
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            key = self.node(event, depth + 1)
            if key.kind != "scalar":
                raise Refused(key.line, "a key must be one word")
            if key.text in seen:
                raise Refused(key.line, f"the key {key.text!r} stands here twice")
            seen.add(key.text)
            node.pairs.append((key, self.node(next(self.events), depth + 1)))
        node.end = event.end_mark.index if node.flow or not node.pairs else _last(node.pairs[-1])
        return node

    def _list(self, event: Any, node: Node, depth: int) -> Node:
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            node.items.append(self.node(event, depth + 1))
        node.end = event.end_mark.index if node.flow or not node.items else node.items[-1].end
        return node


def _last(pair: tuple[Node, Node]) -> int:
    """Where a pair ends: an empty value stands behind its key."""
    return max(pair[0].end + 1, pair[1].end)


def _words(problem: Any) -> str:
    text = " ".join(str(problem or "no valid YAML").split())
    return "a tab stands where only spaces may indent" if "'\\t'" in text else text[:300]

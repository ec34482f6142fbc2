"""XML through defusedxml: no document types, no entities; elements become leaves with an XPath."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from protorun.errors import RecordError

MAX_ELEMENTS = 300_000
MAX_DEPTH = 60

_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")


Where = Callable[[int], str]
"""Puts an offset into words: file, line and column."""


def parse(text: str, place: Where) -> Any:
    """The root element. Raises RecordError with line and column."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if text.count("<") > 2 * MAX_ELEMENTS:
        raise RecordError(f"more than {MAX_ELEMENTS:,} elements in one file", where=place(0))
    _not_too_deep(text, place)
    # The text is decoded already, so that a declared encoding no longer means anything.
    bare = _DECLARED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text, count=1)
    try:
        return fromstring(bare, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        where = place(sum(len(before) for before in text.split("\n")[: line - 1]) + line - 1 + column)
        raise RecordError(f"broken XML: {str(error).split(':')[0]}", where=where) from error
    except DefusedXmlException as error:
        at = max(text.find("<!"), 0)
        what = "document types and entities are not read in XML"
        raise RecordError(what, where=place(at)) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"broken XML: {error}", where=place(0)) from error


def leaves(
    root: Element, repeated: Collection[tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Every text and attribute as (steps, XPath, text); elements at a path of `repeated` carry `#` in their steps."""
    stack: list[tuple[tuple[str, ...], str, Element]] = [((), f"/{root.tag}", root)]
    while stack:
        steps, path, node = stack.pop()
        for name, value in node.attrib.items():
            if value.strip():
                yield (*steps, f"@{name}"), f"{path}/@{name}", value
        if node.text and node.text.strip():
            yield steps, path, node.text
        if node.tail and node.tail.strip():
            yield (*steps, "text()"), f"{path}/following-sibling::text()[1]", node.tail
        stack += reversed(list(_children(node, steps, path, repeated)))


def _children(
    node: Element, steps: tuple[str, ...], path: str, repeated: Collection[tuple[str, ...]]
) -> Iterator[tuple[tuple[str, ...], str, Element]]:
    many = Counter(child.tag for child in node)
    seen: Counter[str] = Counter()
    for child in node:
        if not isinstance(child.tag, str):
            continue
        seen[child.tag] += 1
        below = (*steps, child.tag)
        listed = below in repeated
        number = f"[{seen[child.tag]}]" if many[child.tag] > 1 or listed else ""
        below = (*below, "#") if listed else below
        yield below, f"{path}/{child.tag}{number}", child


def _not_too_deep(text: str, place: Where) -> None:
    depth = 0
    for match in re.finditer(r"<(/?)[A-Za-z_][^<>]*>", text):
        if match[1]:
            depth -= 1
        elif not match[0].endswith("/>"):
            depth += 1
        if depth > MAX_DEPTH:
            raise RecordError("nested too deeply", where=place(match.start()))

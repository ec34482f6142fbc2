"""JSON as the registry means it: no duplicate keys, no NaN, no bottomless nesting, and the place of every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from protorun.errors import RecordError

MAX_DEPTH = 100
MAX_VALUES = 1_000_000
"""Bounds memory: every value costs a separator, and a parsed value costs about a hundred bytes."""

# An unclosed string runs to the end of the text, so that every search stays linear.
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)'
_TOKEN = re.compile(_STRING + r"|[{}\[\],:]|-?(?:NaN|Infinity)", re.DOTALL)
_LONE = re.compile(r"[\ud800-\udfff]")


class _Refused(ValueError):
    pass


Where = Callable[[int], str]
"""Puts an offset into words: file, line and column."""


def parse(text: str, place: Where) -> Any:
    """The parsed text. Raises RecordError with line and column."""
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        raise RecordError(f"more than {MAX_VALUES:,} values in one file", where=place(0))
    try:
        found = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=str, parse_float=str
        )
    except json.JSONDecodeError as error:
        raise RecordError(f"broken JSON: {error.msg}", where=place(min(error.pos, len(text)))) from error
    except (_Refused, RecursionError, ValueError) as error:
        what, at = next(_faults(text), (str(error) or "nested too deeply", 0))
        raise RecordError(what, where=place(at)) from error
    if "\\ud" in text.lower():
        _no_lone_surrogates(text, place)
    return found


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[tuple[str, ...], str]]:
    """Every single value below a place, as (steps of its JSON pointer, text), in the order of the file; numbers are
    texts already, as they were printed."""
    stack: list[tuple[tuple[str, ...], Any]] = [((pointer,) if pointer else (), value)]
    while stack:
        steps, node = stack.pop()
        if len(steps) > MAX_DEPTH:
            raise RecordError("nested too deeply", where="/" + "/".join(steps[:10]) + "/...")
        if isinstance(node, dict):
            stack += [((*steps, _escaped(key)), child) for key, child in reversed(node.items())]
        elif isinstance(node, list):
            stack += [((*steps, str(i)), child) for i, child in reversed(list(enumerate(node)))]
        elif node is not None:
            yield steps, node if isinstance(node, str) else json.dumps(node)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Refused("a key is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no JSON value")


def _no_lone_surrogates(text: str, place: Where) -> None:
    for match in re.finditer(_STRING, text, re.DOTALL):
        if "\\ud" in match[0].lower() and _LONE.search(json.loads(match[0], strict=False)):
            raise RecordError("half of a surrogate pair in a text", where=place(match.start()))


def _faults(text: str) -> Iterator[tuple[str, int]]:
    """Where the text breaks our rules; only run once a fault is known, to find its place."""
    keys: list[set[str]] = []
    name, at = "", 0
    for match in _TOKEN.finditer(text):
        sign = match[0]
        if sign in "{[":
            keys.append(set())
        elif sign in "}]":
            del keys[-1:]
        elif sign == ":" and keys:
            # The text before a colon is a key.
            if name in keys[-1]:
                yield f"the key {name[:60]} is given twice", at
            keys[-1].add(name)
        elif sign.startswith('"'):
            name, at = sign, match.start()
        elif sign.endswith(("NaN", "Infinity")):
            yield f"{sign} is no JSON value", match.start()
        if len(keys) > MAX_DEPTH:
            yield "nested too deeply", match.start()

"""Rewrite in a study file only what changed: comments, order and the writer's own layout stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protorun.study_file.emit import item, pair
from protorun.study_file.nodes import Node, plain_value

_KEYS = ("id", "name", "label", "path", "kind", "at")


@dataclass(frozen=True)
class Edit:
    """Characters `start` to `end` of the old text become `text`."""

    start: int
    end: int
    text: str


def merged(old: str, root: Node, new: dict[str, Any]) -> str:
    """The old text, holding the new data."""
    old = old if old.endswith("\n") else old + "\n"
    edits = list(enumerate(_map(old, root, new)))
    for _, edit in sorted(edits, key=lambda e: (e[1].start, e[1].end, e[0]), reverse=True):
        old = old[: edit.start] + edit.text + old[edit.end :]
    return old


def _map(old: str, node: Node, new: dict[str, Any]) -> Iterator[Edit]:
    """Edits of a block map: pairs that changed, went, or came (each new one behind its predecessor)."""
    here = {key.text: (key, value) for key, value in node.pairs}
    indent = _column(old, node.pairs[0][0].start)
    for name, (key, value) in here.items():
        if name not in new:
            yield _removal(old, key, value)
        elif not _same(value, new[name]):
            yield from _changed(old, (key, value), new[name], indent)
    behind = node.pairs[0][0].start - indent
    first = True
    for name, value in new.items():
        if name in here:
            behind, first = _line_end(old, here[name]), False
        elif first and old[behind : behind + indent].strip():
            # The first line of a list item ("- id: x") has no place before it.
            yield Edit(
                _line_end(old, node.pairs[0]), _line_end(old, node.pairs[0]), pair(name, value, indent)
            )
        else:
            yield Edit(behind, behind, pair(name, value, indent))


def _changed(old: str, place: tuple[Node, Node], new: Any, indent: int) -> Iterator[Edit]:
    key, value = place
    block = not value.flow and (value.pairs or value.items)
    if block and value.kind == "map" and isinstance(new, dict) and new:
        yield from _map(old, value, new)
    elif block and value.kind == "list" and isinstance(new, list) and new:
        yield from _list(old, value, new)
    else:
        text = pair(key.text, new, indent)[indent:].removesuffix("\n")
        yield _with_comment(old, key.start, max(value.end, key.end + 1), text)


def _list(old: str, node: Node, new: list[Any]) -> Iterator[Edit]:
    """Edits of a block list: items are known by id, name, label or path; else the rest is written anew."""
    old_keys = [_key(plain_value(i)) for i in node.items]
    new_keys = [_key(v) for v in new]
    kept = [k for k in old_keys if k in new_keys]
    in_order = kept == [k for k in new_keys if k in kept]
    distinct = len({*old_keys}) == len(old_keys) and len({*new_keys}) == len(new_keys)
    dash = old.rindex("-", 0, node.items[0].start)
    indent = _column(old, dash)
    if not kept or not in_order or not distinct or old[dash - indent : dash].strip():
        text = "".join(item(v, indent) for v in new)
        yield Edit(
            dash - indent if not old[dash - indent : dash].strip() else dash,
            _line_end(old, (node, node)),
            text,
        )
        return
    yield from _items(
        old, node, dict(zip(old_keys, node.items, strict=True)), dict(zip(new_keys, new, strict=True))
    )


def _items(old: str, node: Node, here: dict[str, Node], new: dict[str, Any]) -> Iterator[Edit]:
    indent = _column(old, old.rindex("-", 0, node.items[0].start))
    for key, value in here.items():
        start = old.rindex("-", 0, value.start)
        if key not in new:
            yield Edit(start - indent, _line_end(old, (value, value)), "")
        elif not _same(value, new[key]):
            if value.kind == "map" and not value.flow and value.pairs[0][0].text in new[key]:
                yield from _map(old, value, new[key])
            else:
                yield _with_comment(old, start, value.end, item(new[key], indent)[indent:].removesuffix("\n"))
    behind = old.rindex("-", 0, node.items[0].start) - indent
    for key, value in new.items():
        if key in here:
            behind = _line_end(old, (here[key], here[key]))
        else:
            yield Edit(behind, behind, item(value, indent))


def _with_comment(old: str, start: int, end: int, text: str) -> Edit:
    """A comment behind the old value stays behind a new one of one line, and moves above one of several."""
    stop = old.index("\n", end)
    comment = old[end:stop].strip()
    if "\n" not in text or not comment:
        return Edit(start, end, text)
    return Edit(start, stop, f"{comment}\n{' ' * _column(old, start)}{text}")


def _removal(old: str, key: Node, value: Node) -> Edit:
    start = key.start - _column(old, key.start)
    return Edit(start, _line_end(old, (key, value)), "")


def _same(node: Node, new: Any) -> bool:
    return bool(_as_written(plain_value(node)) == _as_written(new))


def _as_written(value: Any) -> Any:
    """Plain data in which 1, 1.0 and True differ."""
    if isinstance(value, dict):
        return {k: _as_written(v) for k, v in value.items()}
    return [_as_written(v) for v in value] if isinstance(value, list) else (type(value).__name__, value)


def _key(value: Any) -> str:
    if isinstance(value, dict):
        return next((f"{k}={value[k]}" for k in _KEYS if isinstance(value.get(k), (str, int))), repr(value))
    return repr(value)


def _column(old: str, at: int) -> int:
    return at - (old.rfind("\n", 0, at) + 1)


def _line_end(old: str, place: tuple[Node, Node]) -> int:
    """Behind the line on which a pair or item ends."""
    return old.index("\n", max(place[0].end, place[1].end)) + 1

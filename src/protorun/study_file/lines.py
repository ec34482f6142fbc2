"""Where in a study file a path leads."""

from __future__ import annotations

import re

from protorun.study_file.nodes import Node

_STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")
_KEYS = ("id", "name", "label", "path")


def line_of(root: Node, path: str) -> int:
    """The line of the deepest node on the way along a path; what is left out of the file has the line of its parent."""
    node = root
    line = root.line
    for name, key in _STEP.findall(path):
        pair = next((p for p in node.pairs if p[0].text == name), None) if name else None
        found = pair[1] if pair else _item(node, key)
        if found is None:
            return line
        node, line = found, pair[0].line if pair else found.line
    return line


def _item(node: Node, key: str) -> Node | None:
    for at, item in enumerate(node.items):
        names = {found.text for k in _KEYS if (found := item.get(k))}
        if key in names or (not names and key == str(at)):
            return item
    return node.items[int(key)] if key.isdigit() and int(key) < len(node.items) else None

"""Plain data -> YAML 1.2 for people: short maps on one line, long text folded, everything doubtful in quotes."""

from __future__ import annotations

import json
import re
from typing import Any

WIDTH = 100
NESTED = 2  # maps inside maps on one line

# Plain (unquoted) only where no YAML, old or new, could take the text for something else.
_WORD = r"[A-Za-z0-9_./()%+*^'-]+"
_PLAIN = re.compile(
    rf"[A-Za-z_]{_WORD[:-1]}*(?: {_WORD})*|\d+(?:\.\d+)?(?: {_WORD})+|\d{{4}}-\d\d(?:-\d\d)?|\d+-\d+"
)
_TRUTH = re.compile(r"(?:y|n|yes|no|on|off|true|false|null|none|nan|inf)", re.IGNORECASE)
_HIDDEN = "\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff"
_ESCAPE = re.compile(f"[{_HIDDEN}]")
_INK = f"[^\\s{_HIDDEN}]"
_ONE_LINE = re.compile(f"{_INK}+(?: {_INK}+)*")
_LINE = re.compile(f"{_INK}(?:[ ]|{_INK})*(?<! )")


def emit(data: dict[str, Any]) -> str:
    """The top level of a study file, one field after the other."""
    return "".join(pair(key, value, 0) for key, value in data.items())


def pair(key: str, value: Any, indent: int) -> str:
    """One `key: value`, as whole lines at that indentation."""
    return f"{' ' * indent}{text(key)}:{_behind(value, indent, indent + len(key) + 2)}\n"


def item(value: Any, indent: int) -> str:
    """One `- value`, as whole lines at that indentation."""
    head = " " * indent + "- "
    one_line = _one_line(value, WIDTH - indent - 2)
    if one_line is not None:
        return f"{head}{one_line}\n"
    if isinstance(value, str):
        return f"{head}{_folded(value, indent)}\n"
    lines = _block(value, indent + 2)
    return head + lines[indent + 2 :]


def _behind(value: Any, indent: int, column: int) -> str:
    one_line = _one_line(value, WIDTH - column)
    if one_line is not None:
        return f" {one_line}"
    if isinstance(value, str):
        return f" {_folded(value, indent)}"
    return "\n" + _block(value, indent + (0 if isinstance(value, list) else 2)).removesuffix("\n")


def _block(value: Any, indent: int) -> str:
    if isinstance(value, dict):
        return "".join(pair(k, v, indent) for k, v in value.items())
    return "".join(item(v, indent) for v in value)


def _one_line(value: Any, room: int) -> str | None:
    """The value on one line, or None where it needs several."""
    if isinstance(value, str) and (_literal(value) if "\n" in value else _has_quotes(value)):
        return None
    flow = _flow(value, NESTED)
    if flow is None or (len(flow) > room and _breaks(value)):
        return None
    return flow


def _has_quotes(value: str) -> bool:
    """Words with quotation marks are easier to edit in a block of their own than with a backslash at each mark."""
    return '"' in value and _ONE_LINE.fullmatch(value) is not None


def _breaks(value: Any) -> bool:
    return bool(value) and (isinstance(value, (dict, list)) or (isinstance(value, str) and " " in value))


def _flow(value: Any, depth: int) -> str | None:
    if not isinstance(value, (dict, list)):
        return text(value)
    if value and (not depth or (isinstance(value, list) and any(isinstance(v, dict) for v in value))):
        return None
    inside = [_flow(v, depth - 1) for v in (value.values() if isinstance(value, dict) else value)]
    if any(part is None for part in inside):
        return None
    if isinstance(value, list):
        return f"[{', '.join(str(part) for part in inside)}]"
    return "{" + ", ".join(f"{text(k)}: {part}" for k, part in zip(value, inside, strict=True)) + "}"


def text(value: Any) -> str:
    """A scalar on one line: plain where nothing can go wrong, else in JSON quotes, which YAML 1.2 reads alike."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if not isinstance(value, str):
        return repr(value)
    if _PLAIN.fullmatch(value) and not _TRUTH.fullmatch(value):
        return value
    return _ESCAPE.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(value, ensure_ascii=False))


def _folded(value: str, indent: int) -> str:
    """Long text: lines kept as they are behind `|`, or one long line broken at single spaces behind `>-`."""
    pad = "\n" + " " * (indent + 2)
    if _literal(value):
        return (
            "|" + ("" if value.endswith("\n") else "-") + pad + pad.join(value.removesuffix("\n").split("\n"))
        )
    if not _ONE_LINE.fullmatch(value):
        return text(value)
    lines = [""]
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) + 1 > WIDTH - indent - 2:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return ">-" + pad + pad.join(lines)


def _literal(value: str) -> bool:
    """Several lines, the first and last not empty, none starting or ending with white space."""
    lines = value.removesuffix("\n").split("\n")
    return (
        len(lines) > 1 and all(lines[:: len(lines) - 1]) and all(not n or _LINE.fullmatch(n) for n in lines)
    )

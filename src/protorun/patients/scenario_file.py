"""Scenario files: YAML 1.2 in, strict; every finding with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from protorun.errors import StudyFileError, UsageError
from protorun.patients.scenario import Scenario

_LARGEST_BYTES = 1_000_000
_MOST_VALUES = 100_000


Kind = TypeVar("Kind", bound=BaseModel)


def load_scenarios(path: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file: one, or a list under `scenarios:` over settings they share.

    Raises UsageError when there is no such file and StudyFileError, with file and line, when it is not valid.
    """
    return load_each(path, Scenario)


def load_each(path: Path, kind: type[Kind]) -> tuple[Kind, ...]:
    """The scenarios of a file, each of this kind. Raises as `load_scenarios`."""
    if not path.is_file():
        raise UsageError(f"there is no scenario file {path}")
    if path.stat().st_size > _LARGEST_BYTES:
        raise StudyFileError(str(path), [(1, "", "the file is larger than 1 MB")])
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise StudyFileError(str(path), [(1, "", f"the file is not UTF-8: {error.reason}")]) from error
    return _each(text, str(path), kind)


def loads_scenarios(text: str, name: str) -> tuple[Scenario, ...]:
    """The scenarios of a YAML text; `name` stands in the messages."""
    return _each(text, name, Scenario)


def _each(text: str, name: str, kind: type[Kind]) -> tuple[Kind, ...]:
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise StudyFileError(
            name, [(line, "", getattr(error, "problem", None) or str(error)[:200])]
        ) from error
    if not isinstance(tree, dict):
        raise StudyFileError(name, [(1, "", "a scenario file is a mapping with `name`, `timing` and so on")])
    if "scenarios" not in tree:
        return (_scenario(tree, (tree,), name, kind),)
    each, shared = tree["scenarios"], {k: v for k, v in tree.items() if k != "scenarios"}
    if not isinstance(each, list) or not each or not all(isinstance(s, dict) for s in each):
        raise StudyFileError(
            name, [(_line(tree, ("scenarios",)), "scenarios", "a list of scenarios is expected")]
        )
    return tuple(_scenario({**shared, **s}, (s, tree), name, kind) for s in each)


def _scenario(given: dict[str, Any], marks: tuple[Any, ...], name: str, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate(_plain(given, [_MOST_VALUES]))
    except (OverflowError, RecursionError) as error:
        raise StudyFileError(
            name, [(1, "", "the file is nested too deeply or unfolds into too many values")]
        ) from error
    except ValidationError as error:
        findings = []
        for e in error.errors():
            where = tuple(e["loc"])
            holder = next((m for m in marks if where and where[0] in m), marks[0])
            findings.append((_line(holder, where), ".".join(str(p) for p in where), e["msg"]))
        raise StudyFileError(name, findings) from error


def _plain(node: Any, left: list[int]) -> Any:
    """The tree without the marks of the YAML reader. `left` counts the values still allowed: aliases of aliases can
    make a small file enormous. Raises OverflowError beyond that."""
    left[0] -= 1
    if left[0] < 0:
        raise OverflowError
    if isinstance(node, dict):
        return {str(k): _plain(v, left) for k, v in node.items()}
    if isinstance(node, (list, tuple)):
        return [_plain(v, left) for v in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (str, int, float):
        if isinstance(node, kind):
            return kind(node)
    return str(node)


def _line(marks: Any, where: tuple[Any, ...]) -> int:
    """The line of the deepest part of the path that the file has."""
    node, line = marks, 1
    for step in where:
        here = getattr(node, "lc", None)
        try:
            at = here.item(step) if isinstance(step, int) else here.key(step)  # type: ignore[union-attr]
            node, line = node[step], int(at[0]) + 1
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line

"""The folder is the registry, the file name the key; outside packages join through entry points of the same name."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from types import ModuleType

from protorun.errors import PluginNotFound


@cache
def names(kind: str) -> tuple[str, ...]:
    """Names of all plug-ins of a kind, such as `records` or `escalation`, built in and outside."""
    package = import_module(f"protorun.{kind}")
    here = {
        m.name for m in iter_modules(package.__path__) if not m.name.startswith("_") and not m.ispkg
    } - getattr(package, "NOT_PLUGINS", frozenset())
    outside = {e.name for e in entry_points(group=f"protorun.{kind}")}
    return tuple(sorted(here | outside))


@cache
def load(kind: str, name: str) -> ModuleType:
    """The module of one plug-in. Raises PluginNotFound, which lists what there is."""
    if name not in names(kind):
        raise PluginNotFound(kind, name, names(kind))
    for entry in entry_points(group=f"protorun.{kind}"):
        if entry.name == name:
            found = entry.load()
            if isinstance(found, ModuleType):
                return found
    return import_module(f"protorun.{kind}.{name}")

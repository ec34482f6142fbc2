"""A design made from a study's dose rule, or from the words of a command: `boin target=.25 cohortsize=3`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from protorun.errors import NotStated, UsageError
from protorun.escalation._design import Design, labels_of
from protorun.escalation._doses import doses_named, doses_of
from protorun.study.dose_rule import DoseRule
from protorun.terms import plugins

Maker = Callable[..., Design]
"""`make(labels, *, ...)` of a design's file: its keyword arguments are the settings of the design."""


def from_rule(make: Maker, rule: DoseRule) -> Design:
    """The design over the rule's levels, with its target rate, start level and parameters.

    Raises NotStated for levels or settings the design needs and the rule lacks, UsageError for a parameter it does not
    have."""
    if not rule.levels:
        raise NotStated("the dose levels", path="dose_rule.levels")
    settings = _settings(make)
    given = {k: v for k, v in settings_of(rule).items() if k in settings}
    given |= {name: held.value for name, held in rule.parameters.items() if held.known}
    for name, setting in settings.items():
        if setting.default is inspect.Parameter.empty and name not in given:
            path = _PATHS.get(name, f"dose_rule.parameters.{name}")
            raise NotStated(f"the setting {name!r} of the design", path=path)
    return make(labels_of(rule), **_typed(settings, given))


_PATHS = {"target": "dose_rule.target_rate", "doses": "dose_rule.levels"}


def settings_of(rule: DoseRule) -> dict[str, Any]:
    """What the rule says that any design may ask for: the target rate, the start level and the doses, where known."""
    start = rule.start_level.value
    found = {
        "target": rule.target_rate.value,
        "startdose": None if start is None else start + 1,
        "doses": doses_of(rule),
    }
    return {name: value for name, value in found.items() if value is not None}


def design_named(text: str, labels: tuple[str, ...], defaults: Mapping[str, Any] | None = None) -> Design:
    """The design a command names: its file, then settings, as in `boin target=.25 cohortsize=3`.

    `defaults` are settings used where the design has them and the text is silent. Raises PluginNotFound for an unknown
    design, UsageError for a setting it does not have or a value that does not fit."""
    name, *words = text.replace(",", " ").split() or [""]
    make = getattr(plugins.load("escalation", name.replace("-", "_")), "make", None)
    if make is None:
        raise UsageError(f"{name} is executed from a record's own words; it has no settings to choose")
    settings = _settings(make)
    given: dict[str, Any] = {k: v for k, v in (defaults or {}).items() if k in settings}
    if "doses" in settings and (doses := doses_named(labels)):
        given.setdefault("doses", doses)
    typed: set[str] = set()
    for word in words:
        key, sign, value = word.partition("=")
        if not sign:
            raise UsageError(f"{word!r}: write settings as name=value, such as target=.25")
        if key in typed:
            raise UsageError(f"{name}: {key} is given twice")
        typed.add(key)
        given[key] = value
    missing = [k for k, s in settings.items() if s.default is inspect.Parameter.empty and k not in given]
    if missing:
        raise UsageError(f"{name} wants {', '.join(missing)}, as in: {name} {missing[0]}=...")
    return make(labels, **_typed(settings, given))  # type: ignore[no-any-return]


def _settings(make: Maker) -> dict[str, inspect.Parameter]:
    found = inspect.signature(make, eval_str=True).parameters
    return {name: p for name, p in found.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


def _typed(settings: Mapping[str, inspect.Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(settings))
    if unknown:
        raise UsageError(f"no setting called {unknown[0]!r}; there are: {', '.join(settings)}")
    return {name: _value(name, value, str(settings[name].annotation)) for name, value in given.items()}


def _value(name: str, value: Any, kind: str) -> Any:
    """The value as the type of its setting: a switch, a whole number, a number, numbers in a row, or a word."""
    try:
        if "bool" in kind:
            return _SWITCH[str(value).lower()]
        if "tuple" in kind:
            return tuple(_finite(v) for v in (value.split("/") if isinstance(value, str) else value))
        if "int" in kind and "float" not in kind:
            return None if value is None else _whole(value)
        if "float" in kind:
            return None if value is None else _finite(value)
    except (KeyError, ValueError, TypeError, OverflowError):
        raise UsageError(f"{name}={value!r} does not fit: {_wanted(kind)} is wanted") from None
    return value


_SWITCH = {
    "true": True,
    "yes": True,
    "1": True,
    "1.0": True,
    "false": False,
    "no": False,
    "0": False,
    "0.0": False,
}


def _wanted(kind: str) -> str:
    """The type of a setting in words."""
    if "bool" in kind:
        return "yes or no"
    if "tuple" in kind:
        return "a row of numbers such as .1/.2/.3"
    return "a whole number" if "int" in kind and "float" not in kind else "a number"


def _finite(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise ValueError(value)
    return number


def _whole(value: Any) -> int:
    number = _finite(value)
    if number != int(number):
        raise ValueError(value)
    return int(number)

"""Every switch of a criterion with its value, where the value is from, and what it means; and how a caller changes one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, get_args, get_type_hints

from protorun.errors import PolicyRequired, UsageError
from protorun.response._settings import Settings, policies, settings_for


@dataclass(frozen=True)
class Switch:
    """One switch as it stands in a run; `source` names the policy, or says that the caller chose it."""

    name: str
    value: str | int | float | bool
    source: str
    says: str
    recalled: bool

    @property
    def words(self) -> str:
        """The switch on one line."""
        mark = " [recalled]" if self.recalled else ""
        return f"{self.name} = {str(self.value).lower()} ({self.source}): {self.says}{mark}"


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("protorun.response").joinpath("switches.toml").read_text(encoding="utf-8"))


def switches(criteria: str, settings: Settings, *, assumed: bool = False) -> tuple[Switch, ...]:
    """All switches that a criterion looks at, in force by these settings; `assumed` when nobody chose the policy."""
    policy = f"assumed by the policy {settings.name}" if assumed else f"policy {settings.name}"
    return tuple(
        Switch(
            name,
            getattr(settings, name),
            "an explicit choice of the caller" if name in settings.overridden else policy,
            line["says"],
            criteria in line.get("recalled", ()),
        )
        for name, line in _table().items()
        if criteria in line["of"]
    )


def with_switches(
    criteria: str, settings: Settings, given: Mapping[str, str | int | float | bool]
) -> Settings:
    """The settings with other values in some switches, as an explicit choice of the caller; texts such as `false` or `56`
    are read as the switch wants them. Raises UsageError for a switch or value that the criterion does not know."""
    known = [name for name, line in _table().items() if criteria in line["of"]]
    for name in given:
        if name not in known:
            raise UsageError(f"{criteria} has no switch {name!r}; there are: {', '.join(known)}")
    values: dict[str, Any] = {name: _value(name, value) for name, value in given.items()}
    overridden = tuple(dict.fromkeys((*settings.overridden, *given)))
    return replace(settings, overridden=overridden, **values)


def chosen_settings(
    criteria: str,
    policy: str = "",
    *,
    assume: str = "",
    given: Mapping[str, str | int | float | bool] | None = None,
) -> Settings:
    """The settings of a policy that was chosen or assumed, with the switches the caller gave.

    Raises PolicyRequired when neither is named and a switch on which the papers disagree was not given, PluginNotFound
    for a policy that does not exist, UsageError for a switch that does not.
    """
    given = given or {}
    open_ = [
        name
        for name, line in _table().items()
        if criteria in line.get("must_choose", ()) and name not in given
    ]
    if open_ and not policy and not assume:
        raise PolicyRequired(f"{', '.join(open_)} of {criteria}", path="", there_are=policies(criteria))
    return with_switches(criteria, settings_for(criteria, policy or assume), given)


def _value(name: str, value: str | int | float | bool) -> str | int | float | bool:
    """A value as the switch wants it."""
    wanted = get_type_hints(Settings)[name]
    words = get_args(wanted)
    if words or wanted is str:
        return _word(name, value, words)
    text = str(value).strip().lower()
    if wanted is bool:
        return _word(name, text, ("true", "false")) == "true"
    try:
        number = float(text) if wanted is float else int(text)
    except ValueError:
        number = -1
    if not 0 <= number < 10**6:
        raise UsageError(f"{name} must be a number from 0, not {value!r}")
    return number


def _word(name: str, value: object, words: tuple[str, ...]) -> str:
    if words and value not in words:
        raise UsageError(f"{name} cannot be {value!r}; it is one of {', '.join(words)}")
    return str(value)

"""Plans of trials: sizes, bounds and power before the first patient. One file and one function for each kind of plan."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

PLANS = {
    "group_sequential": "protorun.plan.group_sequential:group_sequential",
    "simon": "protorun.plan.simon:simon",
    "single_stage": "protorun.plan.single_stage:single_stage",
    "monitoring": "protorun.plan.monitoring:monitoring",
    "logrank": "protorun.plan.logrank:logrank",
}
"""Every kind of plan with its function, which is imported when it is asked for."""


class Plans:
    """Plan a trial: `plan.group_sequential(k=3, ...)`, or by name `plan("group-sequential", k=3, ...)`; `dir(plan)`
    lists the kinds."""

    def __call__(self, kind: str, /, **assumptions: Any) -> Any:
        from protorun.errors import PluginNotFound

        name = kind.replace("-", "_")
        if name not in PLANS:
            raise PluginNotFound("plan", kind, (plan.replace("_", "-") for plan in PLANS))
        return getattr(self, name)(**assumptions)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in PLANS:
            raise AttributeError(f"there is no plan {name!r}; there are: {', '.join(PLANS)}")
        module, attribute = PLANS[name].split(":")
        found: Callable[..., Any] = getattr(import_module(module), attribute)
        return found

    def __dir__(self) -> list[str]:
        return sorted(PLANS)


plan = Plans()

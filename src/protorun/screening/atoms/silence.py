"""What silence means: absent only where a list was declared complete for the whole time that is asked about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from protorun.screening.dates import anchor_days, edge
from protorun.study.criterion import Window
from protorun.trial.facts import NO_DAY, Facts


def complete(facts: Facts, domain: str, window: Window | None) -> NDArray[np.bool_]:
    """Where the patient's list of the domain covers the window, or the whole life without one."""
    listed: NDArray[np.bool_] = facts.documented.get(domain, np.zeros(len(facts), bool))
    since = facts.documented_since.get(domain)
    if since is None:
        return listed
    always = since == NO_DAY
    if window is not None:
        low = edge(window, anchor_days(facts, window.anchor))
        always = always | ((low != NO_DAY) & (since <= low))
    covered: NDArray[np.bool_] = listed & always
    return covered

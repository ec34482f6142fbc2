"""One finding of a check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What a person should look at. `error` does not hold together, `open` waits for an answer, `review` was read with
    a doubt. `path` leads to the place, in the notation of assumptions."""

    kind: Literal["error", "open", "review"]
    code: str
    path: str
    says: str
    at: str = ""
    """Where in the study this is written, when it is not at the path."""

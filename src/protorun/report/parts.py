"""What a report can show; every part but the study is optional."""

from __future__ import annotations

from dataclasses import dataclass

from protorun.study.record import Record
from protorun.study.study import Study


@dataclass(frozen=True)
class Parts:
    """A study and the results at hand; a section whose part is missing is left out."""

    study: Study
    record: Record | None = None
    provenance: tuple[tuple[str, str], ...] = ()

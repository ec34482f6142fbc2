"""What one chapter of the reading found in a record: fields of the study, and what stays open around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protorun.study.source import Source
from protorun.study.study import Ambiguity, Conflict, OpenQuestion, Study


@dataclass(frozen=True)
class Found:
    """The findings of a chapter. `fields` maps names of `Study` to new values (replacing what stood there);
    `claimed` are stretches of narrative text the chapter understood, so that they are not listed as unread
    (sources inside `fields` count as claimed anyway)."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    open_questions: tuple[OpenQuestion, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    warnings: tuple[str, ...] = ()
    claimed: tuple[Source, ...] = ()

    def into(self, study: Study) -> Study:
        """The study with these findings added."""
        return study.model_copy(
            update={
                **self.fields,
                "open_questions": (*study.open_questions, *self.open_questions),
                "conflicts": (*study.conflicts, *self.conflicts),
                "ambiguities": (*study.ambiguities, *self.ambiguities),
                "warnings": (*study.warnings, *self.warnings),
            }
        )

"""The page that leads to the five reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from protorun.demo.ran import Ran
from protorun.report.page import environment, style


def index_page(done: Sequence[Ran]) -> str:
    """One row per study, with what was read, what waits for an answer, and a link to its report."""
    return environment().get_template("index.html.j2").render(css=style(), rows=[_row(ran) for ran in done])


def _row(ran: Ran) -> dict[str, Any]:
    study = ran.parts.study
    return {
        "title": study.title,
        "page": ran.page.name,
        "file": f"{ran.name}.yaml",
        "arms": len(study.arms),
        "blocks": len(study.blocks),
        "criteria": dict(Counter(c.klass for c in study.eligibility)),
        "endpoints": len(study.endpoints),
        "rule": study.dose_rule is not None,
        "assumptions": len(study.assumptions),
        "questions": len(study.open_questions),
        "conflicts": len(study.conflicts),
        "blocked": any(s.missing for s in ran.parts.simulations),
    }

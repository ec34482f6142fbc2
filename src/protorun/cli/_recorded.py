"""What verbs on a recorded trial share: loading it, reading their options, and saying what was assumed and left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from protorun.cli.output import say

if TYPE_CHECKING:
    from protorun.analyze import Derivation, Results
    from protorun.patients.recorded import Recorded
    from protorun.study.study import Study


def given(study: Path, data: Path, assume_defaults: bool) -> tuple[Study, Recorded]:
    """The study, with its open questions answered by the first proposals where asked, and the folder of its tables."""
    from protorun.patients.recorded import load_recorded
    from protorun.read import load
    from protorun.study.assume import take_defaults

    known = load(study)
    if assume_defaults:
        known = take_defaults(known)
    levels = [level.label for level in known.dose_rule.levels] if known.dose_rule else []
    return known, load_recorded(data, levels=levels, arms=[a.id for a in known.arms])


def tell(found: Results | Derivation, unused: Sequence[str]) -> None:
    """What was not used, assumed, doubted and left out."""
    for column in unused:
        say(f"not used: {column}")
    for note in found.assumptions:
        say(f"assumed: {note}")
    for warning in found.warnings:
        say(f"check: {warning}")
    for lack in found.skipped:
        say(f"not analyzed: {lack.id}: {lack.why}")


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`rano_bm=immunotherapy` as a mapping. Raises UsageError."""
    from protorun.errors import UsageError

    found = [text.partition("=") for text in texts]
    if not all(name and value for name, _, value in found):
        raise UsageError("write --policy criteria=policy, such as rano_bm=immunotherapy")
    return {name: value for name, _, value in found}


def as_date(text: str) -> date | None:
    """The day of `--cutoff`, None when it is not given. Raises UsageError."""
    from protorun.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--cutoff {text!r} is no date; write YYYY-MM-DD") from None

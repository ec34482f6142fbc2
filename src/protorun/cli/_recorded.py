"""What verbs on a recorded trial share: loading it, reading their options, and saying what was assumed and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from protorun.cli.output import say

if TYPE_CHECKING:
    from protorun.analyze import Derivation, Results
    from protorun.endpoints import CensoringPolicy
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
        say(f"{'chosen' if ', policy ' in note else 'assumed'}: {note}")
    for warning in found.warnings:
        say(f"check: {warning}")
    for lack in found.skipped:
        say(f"not analyzed: {lack.id}: {lack.why}")
        if "interval_days" in lack.why:
            say("the days between assessments can be given: --interval-days, and --window-days around them")


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`rano_bm=immunotherapy` as a mapping. Raises UsageError."""
    from protorun.errors import UsageError

    found = [text.partition("=") for text in texts]
    if not all(name and value for name, _, value in found):
        raise UsageError("write --policy criteria=policy, such as rano_bm=immunotherapy")
    return {name: value for name, _, value in found}


def censoring_of(name: str, interval_days: int | None, window_days: int | None) -> CensoringPolicy | None:
    """The censoring policy of `--censoring` with the times between assessments, None when it is not given. Raises
    UsageError for times without a policy, PluginNotFound."""
    from protorun.endpoints import censoring_policy
    from protorun.errors import UsageError

    given = {"interval_days": interval_days, "window_days": window_days}
    stated = {switch: days for switch, days in given.items() if days is not None}
    if not name and stated:
        option = next(iter(stated)).replace("_", "-")
        raise UsageError(f"--{option} belongs to a censoring policy; name it, such as --censoring fda_2007_a")
    return censoring_policy(name).stated(**stated) if name else None


def one_patient(explain: str, names: Sequence[str], where: object) -> None:
    """Raises UsageError when there is no such patient, and lists the first who are there."""
    from protorun.errors import UsageError

    if explain and explain not in names:
        there_are = ", ".join(names[:10]) + (" ..." if len(names) > 10 else "")
        raise UsageError(f"no patient {explain!r} in {where}; there are: {there_are or 'none'}")


@contextmanager
def named_as_given(files: Mapping[str, Path | None]) -> Iterator[None]:
    """Errors about a table name the file that was given: `lesions.csv:3` is line 3 of whatever file held the lesions. The
    empty name stands for errors that name only a row."""
    from protorun.errors import PatientDataError

    try:
        yield
    except PatientDataError as error:
        for usual, path in files.items():
            if path is not None and error.where.startswith(usual) and not error.where.startswith(path.name):
                rest = error.where[len(usual) :] if usual else f", {error.where}"
                raise type(error)(error.what, where=path.name + rest, hint=error.hint) from None
        raise


def as_date(text: str) -> date | None:
    """The day of `--cutoff`, None when it is not given. Raises UsageError."""
    from protorun.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"--cutoff {text!r} is no date; write YYYY-MM-DD") from None

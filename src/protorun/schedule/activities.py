"""Scans, samples and questionnaires of an arm on the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from protorun.schedule.asked import END_EVERYTHING
from protorun.schedule.clock import study_day
from protorun.study.arm import Arm
from protorun.study.study import Study
from protorun.study.visit import Activity
from protorun.trial.planned import Planned


def planned_activities(
    study: Study, arm: Arm, start: date, horizon: date | None, ended: Mapping[str, date]
) -> Iterator[Planned]:
    """Lines of every activity of the arm: its stated days, then its interval up to the horizon."""
    for activity in study.activities:
        if activity.arms and arm.id not in activity.arms:
            continue
        line = _undated(study, arm, activity)
        offsets = _offsets(activity, start, horizon)
        if offsets is None:
            yield Planned(**{**vars(line), "missing": f"when (activities[{activity.id}].every_days)"})
            continue
        codes = (*(activity.until.value or ()), *END_EVERYTHING)
        ends = min((on for code, on in ended.items() if code in codes), default=None)
        for number, offset in enumerate(offsets, start=1):
            on = start + timedelta(days=offset)
            if (horizon is not None and on > horizon) or (ends is not None and on > ends):
                break
            day = study_day(start, on)
            yield Planned(
                **{**vars(line), "uid": f"{line.uid}/{number}", "day": day, "on": on, "label": f"day {day}"}
            )


def _offsets(activity: Activity, start: date, horizon: date | None) -> list[int] | None:
    """Days after the start; None when the record gives neither days nor an interval."""
    days = [d - 1 if d > 0 else d for d in activity.days.value or ()]
    every = activity.every_days.value
    if every is None:
        return days or None
    if horizon is None:
        return days
    first = (activity.start.value.offset_days if activity.start.value else 0) or every
    return sorted({*days, *range(first, (horizon - start).days + 1, every)})


def _undated(study: Study, arm: Arm, activity: Activity) -> Planned:
    window = activity.window_days.value or 0
    return Planned(
        uid=f"{study.key}/{arm.id}/{activity.id}",
        kind="activity",
        what=activity.name.value or activity.id,
        block="",
        day=None,
        on=None,
        label="",
        window_before=window,
        window_after=window,
    )

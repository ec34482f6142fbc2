"""One patient's calendar: every dose, fraction and activity of an arm with its date, study day and amount."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from protorun.errors import NotStated, UsageError
from protorun.schedule.activities import planned_activities
from protorun.schedule.amounts import Amount, Body, amount_of, dose_at_level
from protorun.schedule.asked import END_EVERYTHING, check_actual, check_asked, check_dates
from protorun.schedule.blocks import MOST_DOSES, Laid, Setting, lay_block
from protorun.schedule.clock import study_day
from protorun.schedule.gates import blocked_by, dose_from_result
from protorun.schedule.timing import Slot, bounded
from protorun.schedule.words import in_cycles
from protorun.schedule.workdays import Weekends, is_workday, moved
from protorun.study.arm import Arm
from protorun.study.study import Study
from protorun.study.treatment import Block, Dose
from protorun.trial.planned import Planned

SAME_END = {"relapse": "progression"}
"""A relapse is dated like a progression; the record's own word stays in the block."""


@dataclass(frozen=True)
class Request:
    """What was asked for, next to the setting: amounts, how far, and what ended when."""

    setting: Setting
    arm: Arm
    body: Body
    level: str | None
    cycles: int | None
    until: date | None
    weekends: Weekends
    holidays: Collection[date]
    ended: Mapping[str, date]
    conditions: Mapping[str, bool]
    results: Mapping[str, Dose]
    horizon: date | None = None
    """The last day asked for; None when only a number of doses was asked for, or nothing is without an end."""


def lay_out(
    study: Study,
    arm_id: str,
    *,
    start: date,
    weight_kg: float | None = None,
    height_cm: float | None = None,
    weights: Mapping[date, float] | None = None,
    level: str | None = None,
    cycles: int | None = None,
    until: date | None = None,
    actual: Mapping[str, date] | None = None,
    weekends: Weekends = "keep",
    holidays: Collection[date] = (),
    missed: Collection[date] = (),
    ended: Mapping[str, date] | None = None,
    conditions: Mapping[str, bool] | None = None,
    results: Mapping[str, Dose] | None = None,
) -> tuple[Planned, ...]:
    """Every planned line of an arm in order of date; lines without a date (blocked, or timing not stated) come last.

    `start` is the date of day 1. Treatment without an end is laid out for `cycles` or up to `until`, one of which is
    then needed. `actual` gives real dates, by cycle (`C2`), block (`it_induction`) or dose (`it_induction/3`,
    `sg/c2d8`); all that follows keeps its distance. `weekends` and `holidays` move drug doses; radiotherapy is given on
    working days, and a day in `missed` is made up at the end. `ended` dates what ends blocks (`progression`,
    `toxicity`, `death` ...): no dose on or after that date. `conditions` answers codes such as `effective`; a dose that
    waits for an unanswered one says so. `results` are doses an arm has handed over (`RP2D`). `level` is a label of the
    dose rule's levels. Raises UsageError for unknown names and impossible dates.
    """
    if cycles is not None and not 0 < cycles <= MOST_DOSES:
        raise UsageError(f"{cycles} cycles cannot be laid out")
    arm = _arm(study, arm_id)
    blocks = _blocks(study, arm)
    later = weights if weights and weight_kg is not None else {}
    check_dates(start, until=until, ended=ended or {}, weighed=later)
    check_asked(study, blocks, ended=ended or {}, conditions=conditions or {}, results=results or ())
    check_actual(study, blocks, actual or {})
    setting = Setting(study, start, actual or {}, frozenset(holidays) | frozenset(missed))
    body = Body(weight_kg, height_cm, weights or {})
    asked = Request(
        setting, arm, body, level, cycles, until, weekends, frozenset(holidays), ended or {},
        conditions or {}, results or {},
    )  # fmt: skip
    try:
        lines = _all_lines(asked, blocks)
    except OverflowError as error:
        raise UsageError("the calendar would run past the year 9999") from error
    return tuple(sorted(lines, key=lambda line: (line.on is None, line.on or date.max)))


def _all_lines(asked: Request, blocks: tuple[Block, ...]) -> list[Planned]:
    asked = _with_horizon(asked, blocks)
    lines = [line for block in blocks for line in _lines(block, asked)]
    if not blocks:
        lines.append(_nothing_stated(asked.arm, asked))
    setting = asked.setting
    return [*lines, *planned_activities(setting.study, asked.arm, setting.start, asked.horizon, asked.ended)]


def _arm(study: Study, arm_id: str) -> Arm:
    for arm in study.arms:
        if arm.id == arm_id:
            return arm
    raise UsageError(f"no arm called {arm_id!r}; there are: {', '.join(a.id for a in study.arms) or 'none'}")


def _blocks(study: Study, arm: Arm) -> tuple[Block, ...]:
    return tuple(study.block(id) for id in arm.blocks)


def _lines(block: Block, asked: Request) -> Iterator[Planned]:
    if _refused(block, asked):
        return
    waits = blocked_by(asked.setting.study, asked.arm, block, asked.results)
    if waits:
        yield replace(_undated(block, asked), blocked_by=waits, missing="")
        return
    try:
        laid = lay_block(block, asked.setting)
    except NotStated as error:
        yield replace(_undated(block, asked), missing=f"{error.what} ({error.path})")
        return
    yield from _dated(laid, asked)


def _refused(block: Block, asked: Request) -> bool:
    return block.condition.value is not None and asked.conditions.get(block.condition.value) is False


def _dated(laid: Laid, asked: Request) -> Iterator[Planned]:
    """The lines of a laid-out block, up to the horizon and to what ended it."""
    ends = _ends_on(laid.block, asked)
    given = {asked.setting.start, *asked.setting.actual.values()}
    before = asked.setting.start - timedelta(days=1)  # nothing moves ahead of day 1
    for number, (slot, planned) in enumerate(zip(laid.slots, laid.dates, strict=True), start=1):
        if _beyond(laid, asked, slot.cycle, number, planned):
            return
        on = planned
        if laid.block.kind != "radiotherapy" and planned not in given:
            on = moved(planned, before, asked.weekends, asked.holidays)
        if ends is not None and on >= ends:
            return
        before = on
        why = _moved_note(planned, on, asked) or _open_end(laid.block)
        yield _line(laid.block, asked, slot, on, "; ".join(n for n in (laid.note, why) if n))


def _beyond(laid: Laid, asked: Request, cycle: int | None, number: int, on: date) -> bool:
    if asked.until is not None and on > asked.until:
        return True
    if asked.cycles is None or laid.bounded:
        return False
    if cycle is not None:
        return cycle > asked.cycles
    return on > asked.horizon if asked.horizon is not None else number > asked.cycles


def _with_horizon(asked: Request, blocks: tuple[Block, ...]) -> Request:
    """The request with its last day: `until`, or the last day of the last cycle asked for."""
    start = asked.setting.start
    latest = max((start, *asked.setting.actual.values()))
    if asked.until is not None:
        most = max((asked.until - start).days + 2, 1)
        return replace(asked, horizon=asked.until, setting=replace(asked.setting, most=most))
    if asked.cycles is None:
        if endless := next((b.id for b in blocks if _endless(b)), None):
            raise UsageError(f"{endless} has no planned end; say how many cycles, or until which date")
        return asked
    longest = max((b.cycle_days.value or 28 for b in blocks), default=28)
    most = max((asked.cycles + 1) * longest + (latest - start).days, 1)
    asked = replace(asked, setting=replace(asked.setting, most=most))
    return replace(asked, horizon=_end_of_cycles(asked, blocks))


def _end_of_cycles(asked: Request, blocks: tuple[Block, ...]) -> date | None:
    for block in blocks:
        if block.cycle_days.value is not None and block.days.known:
            try:
                return lay_block(block, asked.setting).clock.on(
                    (asked.cycles or 1) * block.cycle_days.value - 1
                )
            except NotStated:
                continue
    return None


def _endless(block: Block) -> bool:
    timed = block.days.known or block.per_week.known or block.every_days.known
    return timed and not bounded(block)


def _ends_on(block: Block, asked: Request) -> date | None:
    codes = {SAME_END.get(code, code) for code in block.until.value or ()} | set(block.until.value or ())
    dates = [on for code, on in asked.ended.items() if code in codes or code in END_EVERYTHING]
    return min(dates, default=None)


def _moved_note(planned: date, on: date, asked: Request) -> str:
    if on != planned:
        return f"moved from {planned:%a} {planned}"
    return "" if is_workday(on, asked.holidays) else f"on a {on:%A}" if on.weekday() > 4 else "on a holiday"


def _open_end(block: Block) -> str:
    return (
        "the record limits the number of doses in words not understood"
        if block.count.basis == "unread"
        else ""
    )


def _line(block: Block, asked: Request, slot: Slot, on: date, note: str) -> Planned:
    amount, stated = _amount(block, asked, on)
    line = replace(_undated(block, asked), missing=amount.missing, as_stated=stated)
    per_day = block.per_day.value
    times = f"{per_day} times a day" if per_day and per_day > 1 else ""
    return replace(
        line,
        uid=f"{line.uid}/{slot.key}",
        day=study_day(asked.setting.start, on),
        on=on,
        label=slot.label,
        amount=amount.value,
        unit=amount.unit,
        note="; ".join(n for n in (times, amount.note, note) if n),
    )


def _amount(block: Block, asked: Request, on: date) -> tuple[Amount, str]:
    study = asked.setting.study
    dose = dose_from_result(study, block, asked.results) or dose_at_level(study, block, asked.level)
    if dose is None:
        what = "dose level" if block.dose_by_rule else "dose"
        return Amount(None, "", missing=f"{what} (blocks[{block.id}].dose)"), ""
    return amount_of(dose, asked.body, on), f"{dose.amount:g} {dose.unit}"


def _undated(block: Block, asked: Request) -> Planned:
    window = block.window_days.value or 0
    return Planned(
        uid=f"{asked.setting.study.key}/{asked.arm.id}/{block.id}",
        kind="fraction" if block.kind == "radiotherapy" else "dose",
        what=block.agent.value or block.id,
        block=block.id,
        day=None,
        on=None,
        label=block.phase or in_cycles(block),
        route=" or ".join(block.routes.value or ()),
        window_before=window,
        window_after=window,
        condition=block.condition.value or "",
    )


def _nothing_stated(arm: Arm, asked: Request) -> Planned:
    return Planned(
        uid=f"{asked.setting.study.key}/{arm.id}/treatment",
        kind="dose",
        what="treatment",
        block="",
        day=None,
        on=None,
        label="",
        missing="the regimen of this arm",
        blocked_by=blocked_by(asked.setting.study, arm, None, asked.results),
    )

"""Tables of adverse events: patients with any, severe, serious, by organ class and term, per arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from protorun.analyze import Results
from protorun.report.exhibits.exhibit import Exhibit
from protorun.report.exhibits.words import share
from protorun.terms.truth import UNKNOWN
from protorun.toxicity.tabulate import ALL_ARMS, adverse_event_table
from protorun.trial.facts import NO_DAY
from protorun.trial.to_frames import adverse_events_frame

if TYPE_CHECKING:
    import polars as pl

_OVERALL = ("any", "serious", "discontinued", "death")
_SAYS = {"any": "Any adverse event", "serious": "Serious"}
_SAYS |= {"discontinued": "Leading to discontinuation", "death": "Fatal (grade 5)"}


def adverse_event_exhibits(results: Results, below: str) -> list[Exhibit]:
    """The table of all adverse events and, where relation was judged, of those related to treatment."""
    events, people = results.tables.adverse_events, results.tables.patients
    if events is None or not len(people):
        return []
    import polars as pl

    entered = np.flatnonzero(np.any([people.enrolled_on != NO_DAY, people.first_dose_on != NO_DAY], axis=0))
    names = [people.name(int(row)) for row in entered]
    arms = [
        people.arms[people.arm[row]] if people.arms and people.arm[row] >= 0 else "no arm" for row in entered
    ]
    who = pl.DataFrame({"patient": names, "arm": arms})
    frame = adverse_events_frame(events, people, calendar=results.calendar)
    frame = frame.filter(pl.col("patient").is_in(names))
    found = [_table("adverse_events", "Adverse events", frame, who, below)]
    if (events.related != UNKNOWN).any():
        title = "Adverse events related to treatment"
        note = "Events whose relation nobody judged count as related."
        found.append(_table("related_adverse_events", title, frame, who, below, note, related_only=True))
    return found


def _table(
    key: str, title: str, frame: pl.DataFrame, who: pl.DataFrame, *below: str, related_only: bool = False
) -> Exhibit:
    table = adverse_event_table(
        frame, who, related_only=related_only, unjudged="related" if related_only else ""
    )
    rows = table.to_dicts()
    notes = (
        "Patients, n (%); each patient counts once in a row. Terms in falling order; grade by CTCAE.",
        *reversed(below),
    )
    about = f"Patients who entered the trial: N = {len(who)}"
    return Exhibit(key, title, about, notes, rows, shown=_shown(rows))


def _shown(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """One line for each count over all events, then each organ class with its terms; a column for each arm."""
    cells: dict[tuple[str, str, str], dict[str, str]] = {}
    for row in rows:
        place = (row["section"], row["soc"] or "", row["term"] or "")
        cells.setdefault(place, {})[row["arm"]] = share(row["patients"], row["of"])
    arms = list(dict.fromkeys(row["arm"] for row in rows if row["arm"] != ALL_ARMS))
    columns = [*arms, ALL_ARMS] if len(arms) > 1 else [ALL_ARMS]

    def line(label: str, place: tuple[str, str, str], worst: tuple[str, str, str] | None) -> dict[str, str]:
        found = {"Adverse event": label}
        for arm in columns:
            found[arm] = cells.get(place, {}).get(arm, "0")
            found[f"{arm}, grade 3 or higher"] = cells.get(worst, {}).get(arm, "0") if worst else ""
        return found

    severe = ("grade >= 3", "", "")
    shown = [
        line(_SAYS[s], (s, "", ""), severe if s == "any" else None) for s in _OVERALL if (s, "", "") in cells
    ]
    for section, soc, _ in cells:
        if section == "soc" and soc:
            shown.append(line(soc, (section, soc, ""), ("soc grade >= 3", soc, "")))
            inside = [t for s, c, t in cells if s == "term" and c == soc]
            shown += [line(f"- {t}", ("term", soc, t), ("term grade >= 3", soc, t)) for t in inside]
    unclassed = [t for s, c, t in cells if s == "term" and not c]
    return [*shown, *(line(t, ("term", "", t), ("term grade >= 3", "", t)) for t in unclassed)]

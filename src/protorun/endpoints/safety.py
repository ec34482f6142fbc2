"""Safety endpoints: who had an adverse event of the kind the endpoint names, by its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protorun.endpoints.course import rows_of
from protorun.endpoints.derived import Derived, Reason
from protorun.endpoints.origin import origin_of
from protorun.errors import NothingRecorded, NotStated
from protorun.study.endpoint import Endpoint
from protorun.terms.truth import FALSE, TRUE, UNKNOWN, TruthArray
from protorun.trial.facts import NO_DAY
from protorun.trial.response import Response, Status
from protorun.trial.tables import AdverseEvents, Tables

_ADVERSE = re.compile(
    r"\badverse (?:drug )?(?:events?|effects?|reactions?|experiences?)\b|\b(?:TE|TR)?AEs?\b|\btoxicit(?:y|ies)\b|\bside effects?\b",
    re.I,
)
_SERIOUS = re.compile(
    r"\b(?:TE|TR)?SAEs?\b|\bserious(?P<between>[\w\s-]{0,40}?)\b(?:adverse (?:drug )?(?:events?|reactions?)|AEs?)\b",
    re.I,
)
_SERIOUS_OR_NOT = re.compile(
    r"\b(?:serious (?:and|or|and/or) non-?serious|non-?serious (?:and|or|and/or) serious)\b", re.I
)
_GRADE = re.compile(
    r"(?P<before>(?:>=|≥|\bat least)\s*)?\bgrades?\s*(?P<sign>>=|≥)?\s*(?P<low>[1-5])\b(?!\.\d)"
    r"(?P<more>(?:(?:\s*,)?\s*(?:,|-|–|\bto\b|\bthrough\b|\bor\b|\band\b|/)\s*(?:grades?\s*)?[1-5]\b(?!\.\d))*)"
    r"(?P<open>\s*(?:\+|(?:or|and) (?:higher|above|greater|worse|more|over)\b))?",
    re.I,
)
_RELATED = re.compile(
    r"\b(?:treatment|drug|therapy|study)[- ](?:drug[- ])?related\b|\bTRAEs?\b|\brelated to\b|\badverse drug\b",
    re.I,
)
_PLAIN = re.compile(
    r"\b(?:any grade|all grades)\b|(?:\b(?:at least|minimum of)|>=|≥)\s*(?:one|1)\b(?!\s*%)|\b(?:one|1) or more\b"
    r"|\b(?:(?:NCI[- ]?)?CTC(?:AE)?,? ?)?(?:version|v)\.? ?\d[\d.]*|\bCTC(?:AE)? \d[\d.]*"
    r"|\b(?:the|an?|of|in|with|who|that|have|has|had|any|all|and|number|numbers|incidences?"
    r"|rates?|proportion|percentages?|frequency|occurrence|count|patients?|participants?|subjects?|people"
    r"|experienc\w+|develop\w*|treatment|emergent|according to|as|per|by|using|based on|assessed|defined|graded|measured"
    r"|evaluated|severity|categori[sz]ed|NCI|CTCAE|CTC|common terminology criteria for|version|to|events?|safety|overall|evaluation|drug|study)\b"
    r"|\(%\)|[.,;:()/-]+",
    re.I,
)


@dataclass(frozen=True)
class Asked:
    """Which adverse events count: grades from `low` to `high` (0 to 5 = any), related ones only, serious ones only."""

    low: int = 0
    high: int = 5
    related: bool = False
    serious: bool = False

    @property
    def says(self) -> str:
        """The events in words."""
        grade = (
            ""
            if self.low == 0
            else f" of grade {self.low}" + ("" if self.high == self.low else f" to {self.high}")
        )
        words = [w for w, on in (("serious", self.serious), ("treatment-related", self.related)) if on]
        return f"{' '.join([*words, 'adverse event'])}{grade}"


def asked_of(endpoint: Endpoint) -> Asked:
    """What the name of a safety endpoint asks for. Raises NotStated when it is no count of patients with adverse events."""
    text = _SERIOUS_OR_NOT.sub(" ", endpoint.name.value or "")
    rest = _SERIOUS.sub(lambda found: f" {found['between'] or ''} ", text)
    serious, plain = bool(_SERIOUS.search(text)), bool(_ADVERSE.search(rest))
    grades = list(_GRADE.finditer(rest))
    rest = _GRADE.sub(" ", rest)
    for understood in (_RELATED, _ADVERSE, _PLAIN):
        rest = understood.sub(" ", rest)
    unread = " ".join(rest.split())
    bounds = [_bounds(grade) for grade in grades] or [(0, 5)]
    if len(bounds) > 1 or bounds[0] is None:
        unread = unread or " ".join(grade[0].strip() for grade in grades)
    if not unread and _mixed(text, graded=bool(grades)):
        unread = "several kinds of adverse events at once"
    if unread or bounds[0] is None or not (serious or plain):
        more = f"; not understood: {unread!r}" if unread else ""
        raise NotStated(
            f"a count of adverse events in words protorun knows ({endpoint.id}: {endpoint.name.value!r}{more})"
        )
    # "AEs and SAEs" counts the AEs; the serious ones are among them
    return Asked(*bounds[0], bool(_RELATED.search(text)), serious and not plain)


def _bounds(grade: re.Match[str]) -> tuple[int, int] | None:
    """The lowest and highest grade of the words; None where they name no unbroken range."""
    low, others = int(grade["low"]), [int(digit) for digit in re.findall(r"\d", grade["more"])]
    steps = all(b == a + 1 for a, b in zip([low, *others], others, strict=False))
    ranged = len(others) == 1 and others[0] > low and re.search(r"-|–|to|through", grade["more"], re.I)
    if others and not (steps or ranged):
        return None
    is_open = grade["before"] or grade["sign"] or grade["open"]
    if is_open and (grade["before"] or grade["sign"]) and others:
        return None
    return low, 5 if is_open else (others[-1] if others else low)


def _mixed(text: str, *, graded: bool) -> bool:
    """Whether the words name several kinds of events of which no single one covers the others."""
    kinds = [part for part in re.split(r"\band\b|\bor\b|[,;]", text, flags=re.I) if _mentions(part)]
    related = {bool(_RELATED.search(part)) for part in kinds}
    serious = {bool(_SERIOUS.search(part)) for part in kinds}
    return len(related) > 1 or (graded and len(serious) > 1)


def _mentions(part: str) -> bool:
    return bool(_ADVERSE.search(part) or _SERIOUS.search(part))


def derive_safety(endpoint: Endpoint, tables: Tables, *, cutoff_day: int | None = None) -> Derived:
    """One row per patient who entered by the cutoff: had such an event on or after day 1, or not.

    An event whose grade, relation or seriousness nobody recorded makes the row undetermined unless another one is sure.
    Raises NothingRecorded without a table of adverse events, NotStated when the name asks for something else.
    """
    asked = asked_of(endpoint)
    events = tables.adverse_events
    if events is None:
        raise NothingRecorded("there are no adverse events", hint="give adverse_events.csv")
    origin, notes = origin_of(endpoint, tables.patients)
    last = np.iinfo(np.int32).max if cutoff_day is None else cutoff_day
    row = rows_of(tables.patients, events.copy, events.patient)
    start = origin[row]
    dated = (events.day != NO_DAY) & (start != NO_DAY)
    inside = np.where(dated, np.where((events.day >= start) & (events.day <= last), TRUE, FALSE), UNKNOWN)
    truth = np.minimum(inside, _counts(events, asked)).astype(np.uint8)
    best, deciding = _worst(truth, row, events, len(origin))
    cases = [origin == NO_DAY, best == TRUE, best == UNKNOWN]
    on = np.where(deciding >= 0, events.day[deciding] if len(events) else NO_DAY, NO_DAY)
    hit = best == TRUE
    columns: dict[str, Any] = {
        "copy": tables.patients.copy,
        "arm": tables.patients.arm,
        "start_on": origin,
        "end_on": np.where(hit, on, NO_DAY).astype(np.int32),
        "days": np.where(hit, on.astype(np.int64) - origin + 1, 0).astype(np.int32),
        "status": np.select(
            cases, [Status.UNDETERMINED, Status.EVENT, Status.UNDETERMINED], Status.CENSORED
        ).astype(np.int8),
        "response": np.full(len(origin), Response.NONE, np.int8),
        "reason": np.select(cases, range(len(cases)), len(cases)).astype(np.int16),
        "source": np.where(deciding >= 0, 1, 0).astype(np.int16),
        "source_row": deciding.astype(np.int32),
    }
    found = Derived(
        endpoint.id,
        np.arange(len(origin)),
        reasons=_reasons(endpoint, asked),
        assumptions=(*notes, f"{endpoint.id}: counts patients with a {asked.says} on or after day 1 (ours)"),
        sources=("", "adverse events"),
        **columns,
    )
    return found.where((origin == NO_DAY) | (origin <= last))


def _counts(events: AdverseEvents, asked: Asked) -> TruthArray:
    """Kleene truth of each event being one that is asked for."""
    graded = np.where((events.grade >= asked.low) & (events.grade <= asked.high), TRUE, FALSE)
    parts: list[NDArray[Any]] = [np.full(len(events), TRUE, np.uint8)]
    if asked.low > 0:
        parts.append(np.where(events.grade <= 0, UNKNOWN, graded))
    if asked.related:
        parts.append(events.related)
    if asked.serious:
        parts.append(events.features.get("serious", np.full(len(events), UNKNOWN, np.uint8)))
    found: TruthArray = np.minimum.reduce(parts).astype(np.uint8)
    return found


def _worst(
    truth: TruthArray, row: NDArray[np.intp], events: AdverseEvents, count: int
) -> tuple[TruthArray, NDArray[np.int64]]:
    """The surest event of each patient, the earliest among equals; (FALSE, -1) without one."""
    best, deciding = np.full(count, FALSE, np.uint8), np.full(count, -1, np.int64)
    order = np.lexsort((-events.day.astype(np.int64), truth))
    order = order[truth[order] != FALSE]
    best[row[order]], deciding[row[order]] = truth[order], order  # the surest and earliest is written last
    return best, deciding


def _reasons(endpoint: Endpoint, asked: Asked) -> tuple[Reason, ...]:
    source = endpoint.name.sources[0] if endpoint.name.sources else None
    words = source.quote if source else (endpoint.name.value or "")
    return (
        Reason("no origin", "the first day is not known"),
        Reason("adverse event", f"had a {asked.says}", words, "stated", source),
        Reason(
            "unknown",
            f"an event whose day, grade, relation or seriousness is not recorded may be a {asked.says}",
        ),
        Reason("none", f"no {asked.says}", words, "stated", source),
    )

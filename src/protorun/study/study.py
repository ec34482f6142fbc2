"""The Study: what the protocol says, each fact with its source and basis, and what it leaves open."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field

from protorun.study.arm import Arm, Cohort, Gate, Part
from protorun.study.criterion import Criterion
from protorun.study.dose_modification import DoseModification
from protorun.study.dose_rule import DoseRule
from protorun.study.endpoint import Endpoint
from protorun.study.randomization import Randomization
from protorun.study.source import Frozen, Source, Sourced
from protorun.study.treatment import Block, Intervention
from protorun.study.visit import Activity
from protorun.study.written import NUMBER, Written, number
from protorun.terms.dates import PartialDate


class Origin(Frozen):
    """Which record the study was read from; `digest` is the SHA-256 of its bytes."""

    name: str
    format: str
    digest: str


class Identifier(Frozen):
    kind: Literal["nct", "organization", "secondary", "other"]
    value: Sourced[str]


class Title(Frozen):
    kind: Literal["brief", "official", "acronym"]
    value: Sourced[str]


class Sponsor(Frozen):
    lead: Sourced[str] = Sourced[str]()
    kind: Sourced[str] = Sourced[str]()
    collaborators: tuple[Sourced[str], ...] = ()


class Contact(Frozen):
    name: Sourced[str] = Sourced[str]()
    role: str = ""
    phone: Sourced[str] = Sourced[str]()
    email: Sourced[str] = Sourced[str]()
    affiliation: Sourced[str] = Sourced[str]()


class Site(Frozen):
    facility: Sourced[str] = Sourced[str]()
    city: Sourced[str] = Sourced[str]()
    state: Sourced[str] = Sourced[str]()
    postal_code: Sourced[str] = Sourced[str]()
    country: Sourced[str] = Sourced[str]()
    status: Sourced[str] = Sourced[str]()
    contacts: tuple[Contact, ...] = ()


class Dates(Frozen):
    start: Sourced[PartialDate] = Sourced[PartialDate]()
    completion: Sourced[PartialDate] = Sourced[PartialDate]()
    primary_completion: Sourced[PartialDate] = Sourced[PartialDate]()
    verified: Sourced[PartialDate] = Sourced[PartialDate]()
    first_posted: Sourced[PartialDate] = Sourced[PartialDate]()
    last_update: Sourced[PartialDate] = Sourced[PartialDate]()


class Age(Written):
    """An age limit as printed, e.g. 18 Years."""

    form: ClassVar = re.compile(rf"(?P<amount>{NUMBER}) (?P<unit>[a-z]+)")
    example: ClassVar[str] = "18 years"

    amount: float
    unit: Literal["years", "months", "weeks", "days", "hours", "minutes"] = "years"

    def _words(self) -> str:
        return f"{number(self.amount)} {self.unit}"


class Enrollment(Frozen):
    """The structured part of eligibility that registries keep beside the criteria text."""

    minimum_age: Sourced[Age] = Sourced[Age]()
    maximum_age: Sourced[Age] = Sourced[Age]()
    sex: Sourced[str] = Sourced[str]()
    """`all`, `female` or `male`."""
    healthy_volunteers: Sourced[bool] = Sourced[bool]()
    size: Sourced[int] = Sourced[int]()
    size_kind: Sourced[str] = Sourced[str]()
    """`estimated` or `actual`."""


class Design(Frozen):
    allocation: Sourced[str] = Sourced[str]()
    """`randomized`, `non_randomized` or `single_arm`."""
    model: Sourced[str] = Sourced[str]()
    masking: Sourced[str] = Sourced[str]()
    purpose: Sourced[str] = Sourced[str]()
    multicenter: Sourced[bool] = Sourced[bool]()
    prospective: Sourced[bool] = Sourced[bool]()


class RelatedTrial(Frozen):
    """A row of a `See also` list."""

    nct: Sourced[str]
    title: Sourced[str] = Sourced[str]()
    status: Sourced[str] = Sourced[str]()
    phase: Sourced[str] = Sourced[str]()


def _still(value: Any) -> Any:
    """Plain data that cannot change: nouns become mappings, lists become tuples."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return {str(k): _still(v) for k, v in value.items()}
    return tuple(_still(v) for v in value) if isinstance(value, (list, tuple)) else value


Plain = Annotated[Any, AfterValidator(_still)]
"""A value of any fact as plain data; short forms such as `15 mg` are welcome."""


class Proposal(Frozen):
    """A default protorun can offer for an open question; it is used only when the user takes it."""

    value: Plain
    note: str
    """Where it comes from: a label, a guideline, a published trial, or `(ours)`."""


class OpenQuestion(Frozen):
    """Something execution needs and the record does not say."""

    id: str
    asks: str
    path: str = ""
    """Path in this study that an assumption fills, e.g. `blocks[it_induction].dose`; empty when it is free text."""
    needed_for: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()


class Conflict(Frozen):
    """Two places of one record that do not go together, and what protorun does about it."""

    says: str
    sources: tuple[Source, ...]
    taken: str


class Ambiguity(Frozen):
    """Words that allow more than one reading; the first reading is the one in force."""

    says: str
    sources: tuple[Source, ...]
    readings: tuple[str, ...]


class Unread(Frozen):
    """A passage nobody understood."""

    source: Source
    reason: str


class Assumption(Frozen):
    """A user's answer to an open question, or a proposal taken; printed by every report."""

    path: str
    value: Plain
    reason: str
    replaces: Sourced[Any] = Sourced[Any]()
    """What stood at the path before, so that an answer can be taken back; set by `assume`."""


class Study(Frozen):
    """What the protocol says. Frozen data: verbs such as `screen(study, facts)` live elsewhere."""

    protorun: Literal[1] = 1
    key: str
    origin: Origin
    identifiers: tuple[Identifier, ...] = ()
    titles: tuple[Title, ...] = ()
    status: Sourced[str] = Sourced[str]()
    why_stopped: Sourced[str] = Sourced[str]()
    study_type: Sourced[str] = Sourced[str]()
    phases: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    """As printed, one by one: `Phase 1`, `Phase 2`; `N/A` is a value, a missing phase is absent."""
    dates: Dates = Dates()
    sponsor: Sponsor = Sponsor()
    contacts: tuple[Contact, ...] = ()
    sites: tuple[Site, ...] = ()
    countries: tuple[Sourced[str], ...] = ()
    summary: Sourced[str] = Sourced[str]()
    description: Sourced[str] = Sourced[str]()
    conditions: tuple[Sourced[str], ...] = ()
    keywords: tuple[Sourced[str], ...] = ()
    design: Design = Design()
    enrollment: Enrollment = Enrollment()
    interventions: tuple[Intervention, ...] = ()
    parts: tuple[Part, ...] = ()
    arms: tuple[Arm, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    gates: tuple[Gate, ...] = ()
    eligibility: tuple[Criterion, ...] = ()
    eligibility_sections: dict[Literal["inclusion", "exclusion"], Sourced[bool]] = Field(default_factory=dict)
    """Whether the record has such a list; an absent exclusion list is not "nothing excludes"."""
    blocks: tuple[Block, ...] = ()
    dose_rule: DoseRule | None = None
    dose_modifications: tuple[DoseModification, ...] = ()
    published_modifications: Sourced[tuple[str, ...]] = Sourced[tuple[str, ...]]()
    """Agents whose published dose-modification rules hold where the record has none of its own."""
    randomization: Randomization | None = None
    activities: tuple[Activity, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    related: tuple[RelatedTrial, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
    unread: tuple[Unread, ...] = ()
    warnings: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    @property
    def nct(self) -> str | None:
        """The ClinicalTrials.gov number, when the record states one."""
        return next((i.value.value for i in self.identifiers if i.kind == "nct"), None)

    @property
    def title(self) -> str:
        """The best title to print: brief, official, acronym, else the key."""
        found = {t.kind: t.value.value for t in self.titles if t.value.value}
        return found.get("brief") or found.get("official") or found.get("acronym") or self.key

    def block(self, id: str) -> Block:
        """The block of that id."""
        return next(b for b in self.blocks if b.id == id)

    def arm(self, id: str) -> Arm:
        """The arm of that id."""
        return next(a for a in self.arms if a.id == id)

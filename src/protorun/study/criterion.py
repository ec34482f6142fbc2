"""An eligibility criterion: its words, its tree of typed atoms, and how far the tree covers the words."""

from __future__ import annotations

import re
import typing
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from protorun.study.source import Frozen, Source
from protorun.study.written import NUMBER, Written, number

Klass = Literal["computable", "partial", "attestation", "judgment", "unparsed"]
Anchor = Literal["screening", "enrollment", "randomization", "first_dose", "last_dose", "diagnosis"]


class Window(Written):
    """A closed stretch of time before the anchor: `days` counts back; calendar units keep their own length."""

    form: ClassVar = re.compile(rf"(?P<amount>{NUMBER}) (?P<unit>[a-z]+) before (?P<anchor>[a-z_]+)")
    example: ClassVar[str] = "4 weeks before first_dose"

    amount: float
    unit: Literal["days", "weeks", "months", "years", "hours"] = "days"
    anchor: Anchor = "screening"

    def _words(self) -> str:
        return f"{number(self.amount)} {self.unit} before {self.anchor}"


class Bound(Written):
    """One side of a limit. `times` says of what the value is a multiple, when it is one.

    Short form: `1.5`, `1.5 x uln`; `above 18` and `below 18` leave the limit itself out.
    """

    form: ClassVar = re.compile(
        rf"(?P<side>above |below )?(?P<value>{NUMBER})(?: x (?P<times>uln|lln|baseline))?"
    )
    example: ClassVar[str] = "1.5 x uln"

    value: float
    inclusive: bool = True
    times: Literal["", "uln", "lln", "baseline"] = ""

    @classmethod
    def _fields(cls, words: dict[str, str]) -> dict[str, typing.Any]:
        return {
            "value": float(words["value"]),
            "inclusive": "side" not in words,
            "times": words.get("times", ""),
        }

    def _words(self, side: str = "above") -> str:
        times = f" x {self.times}" if self.times else ""
        return f"{'' if self.inclusive else side + ' '}{number(self.value)}{times}"


class Number(Frozen):
    """A numeric variable between bounds, in `unit` as written by the record: age, laboratory values, scores."""

    atom: Literal["number"] = "number"
    variable: str
    low: Bound | None = None
    high: Bound | None = None
    unit: str = ""
    window: Window | None = None
    excluding: tuple[str, ...] = ()
    """What the variable leaves out, e.g. alopecia in the grade of residual toxicity."""
    suggested_unit: str = ""
    """Another unit that makes an implausible limit plausible; both readings are evaluated, neither is silently taken."""
    source: Source | None = None
    note: str = ""


class Code(Frozen):
    """A coded variable takes one of the values: sex, HER2 IHC, a test result."""

    atom: Literal["code"] = "code"
    variable: str
    values: tuple[str, ...]
    every: bool = False
    """True when all values the patient has must be among `values`, as in a list of exceptions."""
    window: Window | None = None
    source: Source | None = None


class Flag(Frozen):
    """A condition is present, or was ever: leptomeningeal metastasis, pregnancy, pneumonitis. `qualifiers` narrow it
    (active, uncontrolled, requiring steroids). Absence of a record is unknown."""

    atom: Literal["flag"] = "flag"
    variable: str
    qualifiers: tuple[str, ...] = ()
    window: Window | None = None
    source: Source | None = None

    @property
    def column(self) -> str:
        """The name of the fact that answers it, e.g. `infection_uncontrolled`."""
        return "_".join((self.variable, *self.qualifiers))


class Treated(Frozen):
    """Some treatment of the classes (or `any`) was given, inside the window when there is one."""

    atom: Literal["treated"] = "treated"
    classes: tuple[str, ...]
    window: Window | None = None
    ongoing: bool = False
    """True when the treatment must still be going on."""
    purpose: str = ""
    dose: Bound | None = None
    """The daily dose exceeds (or, inclusive, reaches) this much, in `dose_unit`."""
    dose_unit: str = ""
    exempt_routes: tuple[str, ...] = ()
    exempt_classes: tuple[str, ...] = ()
    """Narrower classes that do not count: `anticancer therapy other than endocrine therapy`."""
    source: Source | None = None


class Washout(Frozen):
    """Each prior treatment of the classes ended long enough before the anchor: a fixed time, some half-lives, or the
    shorter or longer of both. A treatment without a half-life (radiotherapy, surgery) uses the fixed time alone."""

    atom: Literal["washout"] = "washout"
    classes: tuple[str, ...]
    window: Window | None = None
    half_lives: float | None = None
    which: Literal["fixed", "shorter", "longer"] = "fixed"
    exempt_classes: tuple[str, ...] = ()
    """Narrower classes that need not have ended."""
    source: Source | None = None


ALLOWANCE = "allowance"
"""The variable of words that only allow something: nothing is asked, so nobody fails it and nobody has to state it."""


class Attestation(Frozen):
    """A person states it: consent, willingness, compliance."""

    atom: Literal["attestation"] = "attestation"
    text: str
    variable: str = ""
    source: Source | None = None


class Judgment(Frozen):
    """The investigator decides: "adequate", "clinically significant", "in the opinion of"."""

    atom: Literal["judgment"] = "judgment"
    text: str
    variable: str = ""
    source: Source | None = None


class Unparsed(Frozen):
    """Words nobody understood; always unknown, always shown."""

    atom: Literal["unparsed"] = "unparsed"
    text: str
    source: Source | None = None


class All(Frozen):
    atom: Literal["all"] = "all"
    parts: tuple[Expr, ...]


class Any(Frozen):
    atom: Literal["any"] = "any"
    parts: tuple[Expr, ...]


class Not(Frozen):
    atom: Literal["not"] = "not"
    part: Expr


class AtLeast(Frozen):
    atom: Literal["at_least"] = "at_least"
    n: int
    parts: tuple[Expr, ...]


class If(Frozen):
    """`then` where `condition` holds; elsewhere `otherwise`, or not applicable (= satisfied) when there is none."""

    atom: Literal["if"] = "if"
    condition: Expr
    then: Expr
    otherwise: Expr | None = None


class Unless(Frozen):
    """`part`, except where `exception` holds."""

    atom: Literal["unless"] = "unless"
    part: Expr
    exception: Expr


Expr = Annotated[
    Number
    | Code
    | Flag
    | Treated
    | Washout
    | Attestation
    | Judgment
    | Unparsed
    | All
    | Any
    | Not
    | AtLeast
    | If
    | Unless,
    Field(discriminator="atom"),
]

for _node in (All, Any, Not, AtLeast, If, Unless):
    _node.model_rebuild()


class Alternative(Frozen):
    """Another way to read the same words, kept beside the default."""

    says: str
    expr: Expr


class Criterion(Frozen):
    """One criterion. Polarity (on which list it stands) is kept apart from negation (inside the tree).

    An inclusion criterion is satisfied when its tree is TRUE; an exclusion criterion fires when its tree is TRUE.
    """

    id: str
    polarity: Literal["inclusion", "exclusion"]
    text: str
    sources: tuple[Source, ...] = ()
    expr: Expr
    klass: Klass
    residual: tuple[Source, ...] = ()
    """Words the tree does not cover; a criterion with a residue is never `computable`."""
    scope: str = ""
    """Part, arm or cohort the criterion is limited to; empty for the whole trial."""
    doubts: tuple[str, ...] = ()
    """Codes with an explanation, e.g. `IMPLAUSIBLE_LIMIT: hemoglobin 8 g/L ...; 8 g/dL suggested`."""
    alternatives: tuple[Alternative, ...] = ()
    read_by: Literal["protorun", "person"] = "protorun"

"""What patients must be or state: as it is asked among inclusions, denied where it stands among exclusions."""

from __future__ import annotations

import re

from protorun.reading.eligibility.logic.assemble import assemble
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.operand import judged
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.guards import Choices
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import REFUSED, attested
from protorun.study.criterion import Code, Expr, Flag, Judgment, Not, Number, Unparsed
from protorun.terms.concepts import concepts

_FREE = r"(?<!who )(?<!that )(?<!which )\b"
MUST = Choices(
    rf"{_FREE}(?:must|should|shall)\b",
    rf"{_FREE}needs? to\b",
    rf"{_FREE}(?:(?:is|are) required|required to)\b",
    rf"{_FREE}ha(?:ve|s) to\b",
    r"(?:subject|patient|participant|individual)s?\b[^,;.]{0,30}\b(?:may not|cannot|can not) (?:have|be|receive)\b",
)


def decided(chunks: list[Chunk], line: Line) -> Expr:
    """What a person decides; on the exclusion list a requirement excludes where it is not met."""
    answer = judged(chunks, line)
    return _required(answer, line) if _asks_of_patients(chunks, line) else answer


_PATIENTS_MUST = re.compile(
    r"\W*(?:note ?: ?)?(?:(?!failure|inability|refus|unwilling|who|if)[a-z-]{2,20} ){0,4}(?:patients?|subjects?|participants?|individuals?|women|men|females?|males?|they)(?: who [^,;.:]{3,120}?)?"
    r"(?: (?!who\b|that\b|whose\b|which\b|if\b)[a-z]{1,20}){0,6} (?:must|should|shall|need to|have to|are required to)\b(?! not be (?:enrol|includ|consider|eligib))"
)


def _asks_of_patients(chunks: list[Chunk], line: Line) -> bool:
    """`Patients must ...` as a whole sentence of the exclusion list."""
    if line.polarity == "inclusion":
        return False
    begin = max(line.text.rfind(";", 0, chunks[0].start), line.text.rfind(". ", 0, chunks[0].start)) + 1
    return _PATIENTS_MUST.match(line.text, begin) is not None


def _required(needed: Expr, line: Line) -> Expr:
    line.doubt(
        "REQUIREMENT_ON_EXCLUSION_LIST", "the sentence says what a patient must (not) be; it is read that way"
    )
    return Not.model_construct(part=needed)


def before_exception(chunks: list[Chunk], line: Line) -> str:
    """The words before `unless`: a requirement behind it is one on those it releases."""
    end = next((c.start for c in chunks[1:] if c.kind == "e"), chunks[-1].end)
    led = _WHO.search(line.text, max(0, chunks[0].start - 6), chunks[0].start)
    return line.text[led.start() if led else chunks[0].start : end]


_WHO = re.compile(r"\b(?:who|that|which) $")


def stated_by_person(chunks: list[Chunk], text: str, line: Line) -> Expr:
    """Consent, willingness, compliance: a person states it; on an exclusion list what is refused or required is denied."""
    start, end = chunks[0].start, chunks[-1].end
    stated = attested(start, end, line)
    if line.polarity == "exclusion" and REFUSED.search(text):
        return Not.model_construct(part=stated)
    if _asks_of_patients(chunks, line):
        return _required(stated, line)
    if line.polarity == "exclusion":
        return Judgment.model_construct(
            text=line.quote(start, end), variable="", source=line.cite(start, end)
        )
    return stated


def requirement(chunks: list[Chunk], line: Line, context: Context) -> Expr:
    """A sentence on the exclusion list that says what must be, or must not be."""
    needed = _required(assemble(chunks, line, context.asking()), line)
    kinds = {type(leaf) for leaf in leaves(needed)}
    if Unparsed in kinds:
        return context.unparsed(line, chunks)
    # "must have recovered adequately from surgery": who had none is not kept out
    return Not.model_construct(part=judged(chunks, line)) if Judgment in kinds else needed


_PERSONS = re.compile(r"\b(?:patients?|subjects?|participants?|individuals?|those|persons?)\b")


def asked_of(chunks: list[Chunk], line: Line) -> Expr | None:
    """Of whom alone `HBsAg positive patients must have L` asks something; nobody is asked to be one of them."""
    kinds = "".join(c.kind for c in chunks[:3])
    if not kinds.startswith("AM") or not holds(chunks[2:], "A"):
        return None
    begin = max(line.text.rfind(sign, 0, chunks[0].start) for sign in ".;:,(") + 1
    if not _PERSONS.search(line.text, begin, chunks[1].start):
        return None
    return chunks[0].value if all(map(_not_asked, leaves(chunks[0].value))) else None


def _not_asked(leaf: Expr) -> bool:
    """An illness or a finding, no diagnosis or stage of the trial's own disease."""
    if isinstance(leaf, Code):
        return leaf.variable != "diagnosis_confirmed_by"
    known = concepts().get(leaf.variable) if isinstance(leaf, Flag) else None
    return known is not None and known.domain in ("condition", "finding") and known.family != "option"


_HIGH_IS_GOOD = frozenset(
    {
        "platelets",
        "neutrophils",
        "hemoglobin",
        "albumin",
        "lvef",
        "creatinine_clearance",
        "egfr_rate",
        "life_expectancy",
        "karnofsky",
    }
)


def good_value(leaf: Expr) -> bool:
    """A lower limit alone, on something of which more is better; the best values of the ECOG scale."""
    if isinstance(leaf, Number) and leaf.variable == "ecog" and leaf.high is not None:
        return leaf.low is None or leaf.low.value == 0
    return (
        isinstance(leaf, Number)
        and leaf.variable in _HIGH_IS_GOOD
        and leaf.low is not None
        and leaf.high is None
    )

"""What a person states: consent, willingness, compliance, as a whole sentence or as one member of a list."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.guards import Choices, Guarded
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Attestation

_OWN = {
    "consent": r"consent|assent",
    "compliance": r"compl(?:y|ian)|adhere|cooperat|follow-?up|visits|willing",
}
REFUSED = Choices(
    r"\bun(?:able|willing)|inability|\bnot\b|refus|cannot|\bno\b|poor|lack|non-?complian|incapa|withdr|impair|difficult|doubt|insufficient|reluctan|declin|without"
)
MEMBER = Guarded(
    r"(?:(?:and|or|also|is|are|be|who|must|should|has|have|patients?|subjects?|participants?|known|suspected|expected|anticipated|likely|fully|freely) ){0,6}"
    r"(?:(?:un)?(?:able|willing)(?: to (?:understand|read|follow|adhere|comply|provide|give|sign|participate|cooperate)| and able| or able)|(?:has |have )?(?:sign(?:s|ed)?|provid(?:es?|ed|ing)|giv(?:es?|en|ing)) (?:a |an |the |his |her |their )?(?:written |signed |informed |voluntary ){0,3}(?:consent|assent)|"
    r"agree(?:s|ment)? to|ability to (?:understand|comply|follow|provide|give|sign|adhere)|inability to (?:understand|comply|follow|provide|give|adhere|cooperate)|"
    r"(?:poor|bad|low|insufficient|lack of|history of|questionable) (?:treatment |patient |medication |drug )?(?:compliance|adherence|cooperation)|non-?(?:compliance|compliant|adherence))\b"
)
"""How a member of a list begins that somebody states by himself."""


def attested(start: int, end: int, line: Line) -> Attestation:
    """The stretch as a statement, with the name of what is stated."""
    text = line.text[start:end]
    variable = next((name for name, words in _OWN.items() if re.search(words, text)), "")
    return Attestation.model_construct(
        text=line.quote(start, end), variable=variable, source=line.cite(start, end)
    )

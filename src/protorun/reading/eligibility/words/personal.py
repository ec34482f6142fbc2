"""Words of persons: what an investigator judges, and what a patient states."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.guards import Choices, Guarded
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Attestation

JUDGMENT = Choices(
    r"investigator",
    r"judg(?:e?ment|ed)",
    r"\badequate",
    r"\bsufficient",
    r"\bappropriate",
    r"\bacceptable",
    r"significant",
    r"interfere",
    r"jeopardi",
    r"\b(?:would|may|might|could|can|will|to|that|which|or|and|potentially|significantly|unduly|,) compromise\b|\bcompromis(?:es|ing)\b|(?<![a-z-])compromised by\b",
    r"confound",
    r"unsuitable",
    r"inappropriate",
    r"deemed",
    r"considered",
    r"physician'?s? (?:opinion|discretion|judg)",
    r"opinion of",
    r"clinically (?:relevant|important|meaningful)|no clinical significance",
    r"(?:undue|unacceptable|increased|at (?:high|higher|greater)) risk",
    r"in the view of",
    r"good (?:general|physical|overall|organ)|general good",
    r"(?:otherwise|generally) healthy",
    r"(?:would|might) preclude",
    r"(?:that|which|who),? (?:would|can|will|could|may|might) (?:\w+ly )?(?:affect|influenc|limit|impair|prevent|interfer|hinder|hamper|increas|mak|put|contraindic)",
    r"that (?:could|would|may|might)",
    r"which (?:may|might)",
)
STATEMENT = Choices(
    r"\bconsent",
    r"\bassent",
    r"\bwilling",
    r"(?<!and )\bunwilling",
    r"\bcomply|complian",
    r"\bagree",
    r"voluntar",
    r"cooperat",
    r"adhere",
    r"able to (?:understand|read|follow|adhere|complete|give|provide|attend|communicate|participate|undergo)",
    r"\bsign(?:ed|ing)?\b(?! of)|\bsigns (?:the|an?|informed|consent|icf|written|this)\b",
    r"ability to (?:understand|read|follow|comply|give|provide|adhere|complete|sign|communicate)",
    r"legal(?:ly)? (?:representative|capacity|competent|incapac)",
    r"capable of (?:giving|understanding|providing)",
    r"(?:unable|inability) to (?:give|provide|understand|comply|read|communicate|follow|attend|cooperate|adhere|return for|"
    r"complete (?:the |all |any )?(?:study|trial|questionnaire|diar|assess|visit|follow))",
    r"^(?:the )?(?:patients?|parents?|participants?|subjects?)'?s?'? refusal|^refusal\b|\brefus(?:e|es|ed|al|ing) (?:to|of) (?:participat|take part|sign|give|provide|enter|the study|consent)",
    r"\bavailable (?:during|for|throughout) (?:the )?(?:entire |whole |full |duration of (?:the )?)?(?:study|trial)(?! drug| treatment)",
)
BY_WHOM = Guarded(
    r"[ ,(]{0,4}(?:\b(?:and |as |if |which |that |is |are |in |at |upon |on |per |by |to |according to |based on |(?:judged|determined|assessed|deemed|considered|evaluated|confirmed|decided) ){0,5}"
    r"(?:the |an? |of ){0,2}(?:opinion|judge?ments?|discretion|view|assessment|determination|evaluation|decision)? ?(?:of )?(?:the |an? |to ){0,2})?"
    r"\b(?:(?:local|principal|treating|study|site|responsible|enrolling|clinical|trial|medical) ){0,2}(?:investigator|physician|doctor)s?\b(?:'s?)?"
    r"(?:(?: and/or | or | and |/)(?:the )?(?:study |medical |trial )?(?:sponsor|monitor|investigator|physician|designee)(?:'s)?)?"
    r"(?: (?:opinion|judge?ment|discretion|view|assessment))?[,)]?"
)
"""`in the opinion of the investigator or sponsor`, `as judged by the principal investigator`, `at the investigator's discretion`."""
ADEQUATE = Guarded(
    r"(?:(?:patients?|subjects?|participants?|who|must|should|have|has|with|having|demonstrate|demonstrates|an?|the) ){0,4}"
    r"(?:adequate|sufficient|satisfactory|acceptable|normal|good|poor|inadequate|insufficient|impaired|abnormal)(?: [a-z-]{3,20}){0,4} (?:function|reserve|status|parameter|control)s?(?:,? (?:which )?(?:is|are|as))?"
)
"""What limits behind it define: `adequate renal function: creatinine ≤ 1.5`."""
LACKING = Guarded(
    r"(?:any |an? |evidence of |presence of ){0,2}(?:inadequate|insufficient)(?: [a-z-]{3,20}){1,4}"
)
"""What somebody has to find too little of: `inadequate bone marrow reserve`."""
HEALTHY = Guarded(r"(?:otherwise |generally )?healthy(?: (?:volunteer|subject|individual|people|adult))?s?")
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

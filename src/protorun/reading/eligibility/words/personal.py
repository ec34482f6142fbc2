"""Words of persons: what an investigator judges, and what a patient states."""

from __future__ import annotations

from protorun.reading.eligibility.words.guards import Guarded

JUDGMENT = Guarded(
    r"investigator|physician'?s? (?:opinion|discretion|judg)|opinion of|judg(?:e?ment|ed)|clinically (?:significant|relevant|"
    r"important|meaningful)|\badequate|\bsufficient|\bappropriate|\bacceptable|no clinical significance|interfere|jeopardi|"
    r"compromise|confound|unsuitable|inappropriate|undue risk|unacceptable risk|increased risk|in the view of|"
    r"good (?:general|physical|overall|organ)|otherwise healthy|generally healthy|significant|at (?:high|higher|greater) risk|"
    r"would preclude|might preclude|(?:that|which|who),? (?:would|can|will|could|may|might) (?:\w+ly )?(?:affect|influenc|limit|impair|prevent|interfer|hinder|hamper|increas|mak|put|contraindic)|that could|that would|that may|that might|which may|which might|deemed|considered"
)
STATEMENT = Guarded(
    r"\bconsent|\bassent|\bwilling|(?<!and )\bunwilling|\bcomply|complian|able to (?:understand|read|follow|adhere|complete|give|provide|attend|communicate|participate|undergo)|"
    r"\bagree|voluntar|cooperat|\bsign(?:ed|ing)?\b(?! of)|\bsigns (?:the|an?|informed|consent|icf|written|this)\b|adhere|ability to (?:understand|read|follow|comply|give|provide|adhere|complete|sign|communicate)|"
    r"legal(?:ly)? (?:representative|capacity|competent|incapac)|capable of (?:giving|understanding|providing)|"
    r"(?:unable|inability) to (?:give|provide|understand|comply|read|communicate|follow|attend|cooperate|adhere|return for|complete (?:the |all |any )?(?:study|trial|questionnaire|diar|assess|visit|follow))|\brefus(?:e|es|ed|al|ing) (?:to|of) (?:participat|take part|sign|give|provide|enter|the study|consent)|\bavailable (?:during|for|throughout) (?:the )?(?:entire |whole |full |duration of (?:the )?)?(?:study|trial)(?! drug| treatment)"
)
BY_WHOM = Guarded(
    r"[ ,(]*(?:\b(?:and |as |if |which |that |is |are |in |at |upon |on |per |by |to |according to |based on |(?:judged|determined|assessed|deemed|considered|evaluated|confirmed|decided) ){0,5}"
    r"(?:the |an? |of ){0,2}(?:opinion|judge?ments?|discretion|view|assessment|determination|evaluation|decision)? ?(?:of )?(?:the |an? |to ){0,2})?"
    r"\b(?:(?:local|principal|treating|study|site|responsible|enrolling|clinical|trial|medical) ){0,2}(?:investigator|physician|doctor)s?\b(?:'s?)?"
    r"(?:(?: and/or | or | and |/)(?:the )?(?:study |medical |trial )?(?:sponsor|monitor|investigator|physician|designee)(?:'s)?)?"
    r"(?: (?:opinion|judge?ment|discretion|view|assessment))?[,)]?"
)
"""`in the opinion of the investigator or sponsor`, `as judged by the principal investigator`, `at the investigator's discretion`."""

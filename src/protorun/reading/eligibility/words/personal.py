"""Words of persons: what an investigator judges, and what a patient states."""

from __future__ import annotations

from protorun.reading.eligibility.words.guards import Guarded

JUDGMENT = Guarded(
    r"investigator|physician'?s? (?:opinion|discretion|judg)|opinion of|judg(?:e?ment|ed)|clinically (?:significant|relevant|"
    r"important|meaningful)|\badequate|\bsufficient|\bappropriate|\bacceptable|no clinical significance|interfere|jeopardi|"
    r"compromise|confound|unsuitable|inappropriate|undue risk|unacceptable risk|increased risk|in the view of|"
    r"good (?:general|physical|overall|organ)|otherwise healthy|generally healthy|significant|at (?:high|higher|greater) risk|"
    r"would preclude|might preclude|that could|that would|that may|that might|which may|which might|deemed|considered"
)
STATEMENT = Guarded(
    r"\bconsent|\bassent|\bwilling|(?<!and )\bunwilling|\bcomply|complian|able to (?:understand|read|follow|adhere|complete|give|provide|attend|communicate|participate|undergo)|"
    r"\bagree|voluntar|cooperat|\bsign(?:ed|ing)?\b(?! of)|\bsigns (?:the|an?|informed|consent|icf|written|this)\b|adhere|ability to (?:understand|read|follow|comply|give|provide|adhere|complete|sign|communicate)|"
    r"legal(?:ly)? (?:representative|capacity|competent|incapac)|capable of (?:giving|understanding|providing)|"
    r"(?:unable|inability) to (?:give|provide|understand|comply|read|communicate|follow|attend|cooperate|adhere|return for|complete (?:the |all |any )?(?:study|trial|questionnaire|diar|assess|visit|follow))|\brefus(?:e|es|ed|al|ing) (?:to|of) (?:participat|take part|sign|give|provide|enter|the study|consent)|\bavailable (?:during|for|throughout) (?:the )?(?:entire |whole |full |duration of (?:the )?)?(?:study|trial)(?! drug| treatment)"
)

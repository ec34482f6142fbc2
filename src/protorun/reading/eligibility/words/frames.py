"""Frames around what is asked, which ask for nothing more: by whose criteria a diagnosis is made, how many points a scale
has, what somebody is asked it for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT

_BY = r"(?:(?:as )?(?:defined|diagnosed|classified|determined|assessed|established|confirmed|evaluated) (?:by|per|according to|using|based on|with|in) |(?:in )?accord(?:ing|ance) (?:to|with) |based on |as per |per |by |using |(?:that |who |which )?(?:meet|fulfil|satisf|match)[a-z]{0,5} )"
_KIND = r"(?:(?:the|revised|modified|updated|current|latest|published|international|original|diagnostic|classification|clinical|consensus|task force|joint|criteria|criterion|guidelines?|definitions?|standards?|recommendations?|statement|of|for|from|by|version|edition|\d{4}|v?\d(?:\.\d)?|\d(?:th|st|nd|rd)) ?){0,7}"


def _criteria() -> Guarded:
    names = "|".join(sorted(map(re.escape, words()["criteria"]["names"]), key=len, reverse=True)).replace(
        r"\ ", " "
    )
    name = rf"(?:{names})(?:'s)?(?:[- ](?:i{{1,3}}v?|iv|v|\d{{1,2}}))?(?:-tr)?(?![a-z0-9])"
    listed = rf"{name}(?:(?: ?/ ?| and | & |, | or |-){name}){{0,4}}"
    behind = rf"(?:[ ,(]{{1,2}}{_BY}{_KIND}{listed}(?:'s)?,? ?{_KIND}\)?| ?\({listed} ?{_KIND}\))"
    return Guarded(rf"{behind}(?=[ .,;:)]|$)")


_CRITERIA = _criteria()
_POINTS = Guarded(r" ?\((?:on )?(?:an? )?\d{1,3}[- ]point (?:likert )?(?:rating )?scale\)")
_IMAGE = r"(?:contrast[- ]enhanced )?(?:computed tomography|computerized tomography|magnetic resonance imaging|ct|mri|pet|bone scan|x-?rays?|ultrasound)(?:[-/]ct)?(?: \((?:ct|mri|pet)\))?(?: (?:scans?|imaging))?"
_SEEN = Guarded(
    rf",? (?:(?<!detected )(?<!seen )(?<!found )(?<!only )on|(?:as )?(?:measured|assessed|determined|documented) (?:on|by)) (?:an? |the )?{_IMAGE}(?:(?:,? (?:and/or|or|and) |/|, ){_IMAGE}){{0,3}}(?= ?(?:[.,;)]|$| according to| per | as assessed))"
)
_SPIROMETRY = Guarded(
    r" (?:during|on|by|at) (?:the )?(?:screening |baseline )?spirometry(?= ?[.,;)]| ?$)|\bspirometry (?:at (?:screening|baseline) )?(?:demonstrat|show)[a-z]* (?:an? )?(?=fev|fvc|forced)"
)
_TO_TAKE_PART = Guarded(
    r" (?:in order )?to (?:enroll|be (?:enrolled|eligible|included)|qualify)(?: (?:in|into|for))?(?: (?:the|this))?(?: (?:clinical )?(?:study|trial))?(?= ?[.;]| ?$)"
)


_SCORED = re.compile(r"\b(?:score|index)\b[^.;,]{0,20}\d[^.;,]{0,12}$")
"""Whose score it is tells what the number means: `severity score of 6 to 9 according to Rajka`."""

_ALWAYS = (_CRITERIA, _POINTS, _SEEN, _SPIROMETRY)


def frames_in(text: str) -> Iterator[re.Match[str]]:
    """Every such frame of a text, none of them with a bracket that is only opened or closed."""
    personal = JUDGMENT.search(text) or STATEMENT.search(text)
    for pattern in _ALWAYS if personal else (*_ALWAYS, _TO_TAKE_PART):
        for match in pattern.finditer(text):
            of_score = pattern is _CRITERIA and _SCORED.search(
                text, max(0, match.start() - 60), match.start()
            )
            if not of_score and match[0].count("(") == match[0].count(")"):
                yield match

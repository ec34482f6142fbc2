"""Other trials: `participation in another drug study within 4 weeks`, `previous enrollment in the present study`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Flag

_STUDY = r"(?:trials?|stud(?:y|ies)|research(?: (?:stud(?:y|ies)|projects?|trials?|protocols?))?|investigations?)\b"
_NON = r"(?:observational|non-? ?interventional|non-? ?therapeutic|epidemiologic(?:al)?|registry|registries)"
_KINDS = (
    r"(?:(?:clinical|medical|human|biomedical|scientific|phase [i1-3]{1,3}|new|intervention|interventional|therapeutic|treatment|therapy|"
    r"investigational|experimental|(?:medicinal |investigational )?(?:drug|device|product|medication|agent|vaccine)|research|pharmac\w{1,12}|innovative) ){0,4}"
)
_OBJECT = (
    r"(?: ?\(including human trials\))?(?: (?:of|with|for|using|involving|testing|evaluating|which involves?|that involves?|on)"
    r"(?: (?:an?|any|another|other|the|new|a new|use of an?|administration of an?)){0,2}"
    r"(?: (?:investigational|experimental|unapproved|non-approved|innovative|medical|therapeutic|interventional|medicinal|health|medical or therapeutic)){0,2}"
    r" (?:drugs?|agents?|devices?|(?:medicinal )?products?|compounds?|medications?|interventions?|therap(?:y|ies)|treatments?)"
    r"(?: or (?:investigational )?devices?)?(?! (?:for|of|in) (?!the (?:past|last|previous)|past|last)\w))?(?: in progress)?"
)
_TIMES = (
    r"(?:current(?:ly)?|concurrent(?:ly)?|concomitant(?:ly)?|simultaneous(?:ly)?|ongoing|active(?:ly)?|already|presently|now|prior|previous(?:ly)?|past|"
    r"recent(?:ly)?|history of|any)"
)
_TAKING = r"(?:(?:participat(?:ion|ing|ed)|enrol(?:l?ed|ling|l?ment)|involve(?:d|ment)|inclu(?:ded|sion)|being included)\b(?: in progress)?)"
_PART = Guarded(
    rf"(?:{_TIMES}(?:(?: or |/| and/or ){_TIMES})? ){{0,2}}{_TAKING}"
    r"(?: and receiving study (?:therapy|treatment|drug))?"
    rf"(?: (?:(?:in|to) )?(?:or|and/or|and) (?:(?:is|are|has|have|had|been|was|were|{_TIMES}) ){{0,3}}{_TAKING})?"
    r" (?:in|to|at|within) (?P<which>(?:(?:an?|any|any other|another|other|one or more|the other|more than one|concurrent|different|additional|parallel|one) ){0,2})"
    rf"(?P<kinds>{_KINDS}){_STUDY}(?P<of>{_OBJECT})(?P<given> and (?:has |have )?received study (?:therapy|treatment|drug))?"
)
_SAME = Guarded(
    rf"(?P<before>(?:{_TIMES} ){{1,2}}){_TAKING} (?:in|to) (?:this|the (?:present|current|same)) (?:clinical |research )?(?:trial|study|protocol)\b"
)
_ONLY_WATCHED = Guarded(
    rf"(?:participa(?:tion|ting|te)s? (?:only )?in |enrol(?:lment|led) in |(?:it|this|the study) is |in )?(?:an? |the |any |only ){{0,2}}{_NON}(?: ?\(non-? ?interventional\))?"
    r"(?: clinical| research){0,2} (?:trials?|stud(?:y|ies))\b"
)
_ONLY_FOLLOWED = Guarded(
    r"(?:participation )?(?:in |during |is in )?(?:the )?(?:survival |long-? ?term )?follow-? ?up (?:period|phase|stage)s?(?: \([^()]{1,40}\))?"
    r"(?: (?:of|in) (?:an?|another|the|other) (?:interventional |clinical |previous |other |prior ){0,2}(?:trial|study))"
)
GOES_ON = re.compile(
    r"current|concurrent|concomitant|simultaneous|ongoing|active|already|presently|now|participating|progress"
)
_ENDED = re.compile(r"prior|previous|past|history|participated|recent")
_DATED = re.compile(
    r"\b(?:within|in the (?:last|past|previous|preceding)|during the (?:last|past|previous)|over the (?:last|past)|less than|ago|before|prior to|"
    r"\d{1,3} (?:day|week|month|year))"
)
_GOES_FURTHER = re.compile(r" or |[,;.:]")
_WILLING = re.compile(
    r"\b(?:willing|agree\w*|able|plan\w*|wish\w*|want\w*|consent\w*|eligible|unwilling|intend\w*|risk of|interfere\w* with|prevent\w*|preclude\w*)\b[^;.,]{0,40}$"
)
_VISIT = re.compile(r"\b(?:prior to|before|after|since|at|until|upon|of|for) (?:the )?(?:time of )?$")
_MAY = re.compile(r",? (?:that|which|who|whose)\b|[^.;]{0,40}\b(?:may|might|could|can|would) ")
_KIND = (
    ("device", "investigational_device"),
    ("vaccin", "vaccine"),
    ("drug|agent|product|compound|medication|pharmac", "drug"),
    ("intervention", "interventional"),
    ("therap|treatment", "therapeutic"),
)


WORDS = frozenset({"trial", "stud", "research"})


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """Participation in another trial, or in this one before; and the trials that only observe."""
    for match in _SAME.finditer(line.text):
        if _ENDED.search(match["before"]) or "already" in match["before"]:
            yield _chunk("participation_in_this_trial", (), line, *match.span())
    for match in _PART.finditer(line.text):
        if _of_others(match, line):
            yield _participation(match, line)
    if any(word in line.text for word in ("unless", "except", "exclud", "other than")):
        for pattern, kind in ((_ONLY_WATCHED, "observational_only"), (_ONLY_FOLLOWED, "follow_up_only")):
            for match in pattern.finditer(line.text):
                yield _chunk("trial_participation", (kind,), line, *match.span())


def _of_others(match: re.Match[str], line: Line) -> bool:
    """What is meant is another trial, and taking part in it as a fact: no plan, no visit of this trial, no judgment."""
    other = "other" in match["which"] or "different" in match["which"]
    if not other and (line.polarity == "inclusion" or not (match["which"] or "particip" in match[0])):
        return False
    before = line.text[max(0, match.start() - 60) : match.start()]
    return not (_WILLING.search(before) or _VISIT.search(before) or _MAY.match(line.text, match.end()))


def _participation(match: re.Match[str], line: Line) -> Chunk:
    """Without a time of its own it is asked for now, unless the words say that it may have ended."""
    kinds = match["kinds"] + match["of"]
    found = next((name for words, name in _KIND if re.search(words, kinds)), "")
    qualifiers = ((found,) if found else ()) + (("study_therapy_received",) if match["given"] else ())
    span = match.span()
    if _DATED.search(_GOES_FURTHER.split(line.text[match.end() : match.end() + 80])[0]) or _ENDED.search(
        match[0]
    ):
        return _chunk("trial_participation", qualifiers, line, *span)
    now = _chunk("trial_participation", (*qualifiers, "current"), line, *span)
    if GOES_ON.search(match[0]) or "enrolled" in match[0]:
        return now
    ever = _chunk("trial_participation", qualifiers, line, *span)
    line.doubt("TENSE", f"{line.quote(*span)!r} has no time; the other reading: only while it goes on")
    line.readings.append((f"{line.quote(*span)!r}: only while it goes on", ever.value, now.value))
    return ever


def _chunk(name: str, qualifiers: tuple[str, ...], line: Line, start: int, end: int) -> Chunk:
    flag = Flag.model_construct(
        variable=name, qualifiers=qualifiers, window=None, source=line.cite(start, end)
    )
    return Chunk("A", start, end, flag, own=True)

"""Conditions nobody has in a table, named by their own words: `progressive multifocal leukoencephalopathy`.

The whole of a list member is the name, so nothing that narrows it gets lost; a member with a verb, a preposition other
than `of`, a number, a negation, a judgment or a treatment in it is left to the residual guard."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.kinds import is_condition, tells_what
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk, holds, modal, reversing, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Expr, Flag
from protorun.study.source import Source
from protorun.terms.concepts import concepts

_PLAIN = re.compile(r"[a-z][a-z' -]*")
_POSITIVE = re.compile(r"\bpositive (?:for )?$")
_MOST_WORDS, _MOST_LETTERS = 5, 60
_NOT_A_NAME = re.compile(
    r"\b(?:therap\w*|treatments?|drugs?(?!-induced)|agents?|medications?|medicines?|inhibitors?|antagonists?|agonists?|vaccin\w*|antibod(?:y|ies)|regimens?|use|"
    r"stud(?:y|ies)|trials?|patients?|subjects?|participants?|persons?|women|men|female|male|criteria|criterion|following|conditions? that|other|others|any|such|etc|"
    r"see|appendix|note|table|section|protocol|able|ability|unable|inability|who|that|which|whose|but|only|plus|only|than|must|should|may|can|will|is|are|was|were|be|"
    r"been|has|have|had|do|does|did|to|with|for|in|on|at|by|from|during|after|before|since|until|under|over|between|within|due|if|when|while|because|as|per|via|"
    r"this|these|those|their|his|her|its|it|they|there|here|part|arm|cohort|group|phase|step|visit|week|day|month|year|score|grade|stage|level|class|type|line|"
    r"consent|assent|sign\w*|willing\w*|language|english|insurance|investigator\w*|physician\w*|sponsor|eligible|ineligible|excluded|included|allowed|permitted|"
    r"available|availability|sample|samples|tissue|biops\w*|specimen|specimens|requir\w*|need\w*|receiv\w*|tak\w*|us(?:ing|ed)|undergo\w*|plan\w*|schedul\w*|"
    r"participat\w*|enroll\w*|agree\w*|understand\w*|compl\w*|normal|abnormal|adequate|good|significant\w*|relevant|excessive|suitable|appropriate|"
    r"confirmed|proven|documented|defined|determined|measured|assessed|known|suspected|possible|potential|positive|negative|status|result\w*|evidence|risk|intent\w*|"
    r"older|younger|adults?|elderly|child(?:ren)?|infants?|regardless|irrespective|despite|experienc\w*|followed|taken|occur\w*|performed|inadequate|insufficient|poor|"
    r"makes?|contraindicat(?:es?|ing)|critically|clinically|components?|excipients?|ingredients?|locations?|symptomatic|combined|[a-z]|minimum|maximum|duration|least|most|more|less|new|newly|first|second|last|prior|previous\w*|current\w*|recent\w*|concurrent\w*|concomitant\w*|no|not|non|without|never|none|free)\b"
)
ADJECTIVE = re.compile(r"(?:al|ic|ous|ive|ar|ary|ed|ing|able|ible|oid|ly|(?<!m)ent|ant|ior)$")
_NOUNS = frozenset({"patient", "variant", "implant", "infant", "event", "accident", "coolant", "transplant", "bleeding", "swelling", "vomiting", "animal", "chemical", "trial", "meal", "material", "hospital", "tic",
                    "epidemic", "intestinal", "seminar", "cancer", "scar", "ulcer", "radar", "capillary"})  # fmt: skip
GENERIC = frozenset(
    [
        "abuse",
        "syndrome",
        "syndromes",
        "disease",
        "diseases",
        "disorder",
        "disorders",
        "problem",
        "problems",
        "condition",
        "conditions",
        "parameters",
        "parameter",
        "components",
        "symptom",
        "symptoms",
        "reserve",
        "race",
        "gender",
        "ethnicity",
        "restrictions",
        "evaluation",
        "assessment",
        "assessments",
        "characteristics",
        "values",
        "labs",
        "laboratory",
        "laboratories",
        "illness",
        "illnesses",
        "comorbidity",
        "comorbidities",
        "comorbid",
        "co",
        "morbidity",
        "morbidities",
        "function",
        "functions",
        "signs",
        "history",
        "reasons",
        "purposes",
        "factors",
        "factor",
        "events",
        "event",
        "findings",
        "finding",
        "abnormalities",
        "abnormality",
        "disturbance",
        "control",
        "clear",
        "toxicity",
        "toxicities",
        "intervention",
        "interventions",
        "correction",
        "procedure",
        "procedures",
    ]
)
ORGANS = frozenset(
    [
        "liver",
        "kidney",
        "heart",
        "brain",
        "lung",
        "lungs",
        "bone",
        "marrow",
        "stem",
        "cell",
        "small",
        "large",
        "alcohol",
        "drug",
        "organ",
        "spleen",
        "skin",
        "blood",
        "eye",
        "breast",
        "colon",
        "rectum",
        "stomach",
        "pancreas",
        "bladder",
        "prostate",
        "ovary",
        "uterus",
        "thyroid",
        "nerve",
        "spine",
        "spinal",
        "cord",
        "lymph",
        "node",
        "nodes",
        "tissue",
        "head",
        "neck",
        "chest",
        "abdomen",
        "pelvis",
        "solid",
        "soft",
        "immune",
        "autoimmune",
    ]
)
_OF_SHARED = re.compile(
    r"\s*(?:,|or\b|and\b|/)[^.;]{0,120}\w*(?:carcinoma|cancer|tumou?r|sarcoma|lymphoma|disease|infection|malignancy|neoplasm)s? (?:of|in) "
)
_TO_SHARED = re.compile(
    r"(?:\s*(?:,|or\b|and\b|/)\s*\w{1,30}){1,6}\s(?:allerg(?:y|ies)|intolerance|(?:hyper)?sensitivity|overdose|addiction|dependence|misuse|abuse)\b"
)
_TO_WHAT = Guarded(
    r"\b(?:allerg|hypersensitiv|intoleran|reaction|contraindicat|sensitivit|anaphyla)\w*[^.;]{0,80}\bto\b[^.;]*$"
)
_TAIL = re.compile(r"(?: (?:disease|disorder|condition|illness|syndrome|dysfunction|deficiency)s?\b)+")
_GIVEN = re.compile(
    r"\b(?:receiv\w*|us(?:e|es|ed|ing)|tak\w*|undergo\w*|underwent|treat\w*|therap\w*|administ\w*|requir\w*|need\w*|plan\w*|participat\w*|allerg\w*|hypersensitiv\w*|sensitiv\w*|"
    r"reaction|exposure|willing\w*|able|inability|unable|refus\w*|test(?:s|ed|ing)?|fail\w*|progress\w*|respon\w*|defined|confirmed|indicated|demonstrated)\b"
)
_FROM = re.compile(r"\b(?:from|by|due|to)\b")
_HEADED = re.compile(
    r"\b(?:diseases?|disorders?|conditions?|illness(?:es)?) (?:of|in|to|with|at|on|near|around|within|involving|affecting)\b"
)
_BEFORE = frozenset(",|&/;.:gIehiC")
_BEHIND = frozenset(",|&/;.):WeI")


def mark_open_conditions(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every list member of plain unknown words as one condition under its own name."""
    found: list[Chunk] = []
    spelled: dict[int, list[Chunk]] = {}
    at = depth = 0
    if not holds(chunks, "z"):
        return chunks
    while at < len(chunks):
        behind, kind = at, chunks[at].kind
        if kind in "()":
            depth = depth + 1 if kind == "(" else max(0, depth - 1)
        while not depth and behind < len(chunks) and chunks[behind].kind == "z":
            behind += 1
        named = _condition(chunks, at, behind, found, line) if behind > at else None
        if named is None:
            behind = behind if behind > at else at + 1
            found += chunks[at:behind]
            at = behind
        else:
            first = len(found)
            while first and named[0].start <= found[first - 1].start:
                first -= 1
            spelled[id(named[0])] = [*found[first:], *chunks[at : named[1]]]
            found[first:] = [named[0]]
            at = named[1]
    return _both_sides(found, spelled) if "/" in line.text and spelled else found


def _both_sides(chunks: list[Chunk], spelled: dict[int, list[Chunk]]) -> list[Chunk]:
    """A slash joins names, or it stands inside something nobody understood: `absolute/relative contraindication`."""
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        end = at + 1
        while end + 1 < len(chunks) and chunks[end].kind == "/":
            end += 2
        names = end == at + 1 or all(c.kind == "A" for c in chunks[at:end:2])
        for chunk in chunks[at:end]:
            found += [chunk] if names else spelled.get(id(chunk), [chunk])
        at = end
    return found


def _condition(
    chunks: list[Chunk], at: int, behind: int, found: list[Chunk], line: Line
) -> tuple[Chunk, int] | None:
    first, groups = _groups(found)
    qualifiers, words = groups[-1], chunks[at:behind]
    first, other = _other(found, first, words[0], line)
    if first and found[first - 1].kind not in _BEFORE and found[first - 1].kind != "q":
        return None
    if first > 1 and found[first - 1].kind in "|,&" and found[first - 2].kind == "q":
        return None  # "history or current X": two qualifiers of one condition
    if any(c.value in modal() or c.value in reversing() for c in words) or len(words) > _MOST_WORDS:
        return None
    known = behind < len(chunks) and _plain_flag(chunks[behind])
    end = chunks[behind].end if known else _end(chunks, behind, line)
    behind += known
    if behind < len(chunks) and chunks[behind].kind not in _BEHIND:
        return None
    text = line.text[words[0].end if other is words[0] else words[0].start : end].strip()
    after = line.text[end : chunks[behind].start if behind < len(chunks) else len(line.text)]
    if re.search(r"[a-z]", after) or to_what(line.text, words[0].start) or _lends(text, chunks, behind):
        return None
    if _TO_SHARED.match(line.text, end) and " " not in text:
        return None  # "lidocaine or niacin allergy": nobody has a lidocaine
    if _OF_SHARED.match(line.text, end) and " of " not in text:
        return (
            None  # "squamous cell carcinoma, or adenocarcinoma of the cervix": of which organ is the first?
        )
    gap = line.text[found[first - 1].end if first else 0 : words[0].start]
    if (
        not is_name(text)
        or given(gap)
        or _HEADED.search(gap)
        or (qualifiers and _FROM.search(line.text, found[-1].end, words[0].start))
    ):
        return None
    start = found[first].start if first < len(found) else words[0].start
    if not known and not is_condition(text, start, end, line):
        return None
    if other is not None and not tells_what(text):
        return None
    text = text if other is None else f"{other.value} {text}"
    if _POSITIVE.search(gap):  # "positive blood culture": the result is part of the name
        text = f"positive {text}"
    return _any_of(groups, text, line.cite(start, end), (start, end)), behind


def _any_of(groups: list[tuple[str, ...]], text: str, source: Source, span: tuple[int, int]) -> Chunk:
    """The condition with its qualifiers; with each group of them where there are several."""
    flags = [open_flag(text, own, source) for own in groups]
    expr: Expr = flags[0] if len(flags) == 1 else Any.model_construct(parts=tuple(flags))
    return Chunk("A", *span, expr, own=len(flags) > 1)


def _other(found: list[Chunk], first: int, word: Chunk, line: Line) -> tuple[int, Chunk | None]:
    """Where the member begins when `other` stands before its qualifiers, and that word; it may also be its own first."""
    if 0 < first < len(found) and begins_with_other(found[: first - 1], found[first - 1], line):
        return (first, None) if _after_unknown(found[: first - 1]) else (first - 1, found[first - 1])
    return first, word if begins_with_other(found, word, line) and not _after_unknown(found) else None


def _after_unknown(before: list[Chunk]) -> bool:
    """The member before was not understood: `a study of medicines or other devices` is of both."""
    last = next((c for c in reversed(before) if c.kind not in "|&/,"), None)
    return last is not None and last is not before[-1] and last.kind == "z"


def begins_with_other(before: list[Chunk], word: Chunk, line: Line) -> bool:
    """The word is `other` and the first of its member; not where the member before it is only an adjective, which takes
    its noun from this one (`respiratory and other diseases`)."""
    if word.value not in ("other", "another") or not before:
        return word.value in ("other", "another")
    if before[-1].kind == "q" and not before[-1].value:
        return True
    step = len(before)
    while step and before[step - 1].kind in "|&/,":
        step -= 1
    last = before[step - 1] if 0 < step < len(before) else None
    if last is not None and last.kind == "z" and not is_noun(line.text[last.start : last.end]):
        return False
    return before[-1].kind in _BEFORE


def _groups(found: list[Chunk]) -> tuple[int, list[tuple[str, ...]]]:
    """The qualifiers before a name and where they begin; several groups where `or` stands between them (`known or
    suspected`): any of them will do."""
    first, groups = _row(found, len(found))
    while 1 < first < len(found) and found[first - 1].kind in "|/" and found[first - 2].kind == "q":
        before, row = _row(found, first - 1)
        if len(row[0]) > 1 or len(groups[0]) > 1 or row[0] in groups:
            break
        first, groups = before, [*row, *groups]
    return first, groups


def _row(found: list[Chunk], end: int) -> tuple[int, list[tuple[str, ...]]]:
    first = end
    while first and found[first - 1].kind == "q" and (found[first - 1].value or end < len(found)):
        first -= 1
    return first, [tuple(str(c.value) for c in found[first:end] if c.value)]


def to_what(text: str, at: int) -> bool:
    """What stands here is what somebody is allergic to."""
    return _TO_WHAT.search(text, max(0, at - 200), at) is not None


def given(gap: str) -> bool:
    """The words before a name make it something that is given, tested or exposed to."""
    return bool(_GIVEN.search(gap))


def open_flag(text: str, qualifiers: tuple[str, ...], source: Source) -> Flag:
    """A condition under the name its words give."""
    name = re.sub(
        r"[^a-z0-9]+",
        "_",
        re.sub(r"\b(?:the|(?<!vitamin )(?<!hepatitis )(?<!group )(?<!type )a|an)\b", " ", text),
    ).strip("_")
    if (
        name in concepts() and text not in concepts()[name].aliases
    ):  # no name of the tables, only the key of one
        name = f"{name}_unspecified"
    return Flag.model_construct(variable=name, qualifiers=qualifiers, window=None, source=source)


def _plain_flag(chunk: Chunk) -> bool:
    value = chunk.value
    return (
        chunk.kind == "A"
        and isinstance(value, Flag)
        and not value.qualifiers
        and not chunk.own
        and value.window is None
        and value.variable in concepts()
        and concepts()[value.variable].domain == "condition"
    )


def _end(chunks: list[Chunk], behind: int, line: Line) -> int:
    """Where the name ends: words such as `disease` carry no weight elsewhere, but belong to a name."""
    end = chunks[behind - 1].end
    tail = _TAIL.match(line.text, end, chunks[behind].start if behind < len(chunks) else len(line.text))
    return tail.end() if tail else end


def is_name(text: str) -> bool:
    """Plain words that end in a noun, none of them a verb, a preposition or a person."""
    if not _PLAIN.fullmatch(text) or not 4 <= len(text) <= _MOST_LETTERS or _NOT_A_NAME.search(text):
        return False
    return is_noun(text)


def is_noun(text: str) -> bool:
    """The last word of a name is no adjective, as far as its ending tells."""
    last = re.split(r"[ -]", text)[-1]
    return len(last) > 2 and (last in _NOUNS or not (last in adjectives() or ADJECTIVE.search(last)))


@cache
def adjectives() -> frozenset[str]:
    """Adjectives whose ending does not tell that they are."""
    return frozenset(words()["adjectives"]["plain"].split())


def lends(text: str) -> bool:
    """Nothing but organs, or nothing but words such as `disorder`: that names no condition."""
    words = re.split(r"[ -]+", text)
    return all(w in ORGANS for w in words) or all(w in GENERIC for w in words)


def _lends(text: str, chunks: list[Chunk], behind: int) -> bool:
    """`liver, kidney and heart diseases`, `alcohol or drug abuse`: a member that takes its last word from another one,
    or is only that word."""
    listed = behind < len(chunks) and chunks[behind].kind in ",|&/"
    return lends(text) or (listed and re.split(r"[ -]+", text)[-1] in ORGANS)

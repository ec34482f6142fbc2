"""Which other malignancies do not count: `except for cured carcinoma in situ of the cervix, basal cell carcinoma ...`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Code
from protorun.study.source import Source

_TYPES = (
    (
        "cervical_carcinoma_in_situ",
        r"(?:carcinoma|cancer)s?[ -]in[ -]situ (?:of|in) (?:the )?(?:uterine )?cervix(?: uteri)?|in[ -]situ (?:carcinoma|cancer) of the (?:uterine )?cervix|in[ -]situ cervical (?:cancer|carcinoma)|cervical (?:carcinoma|cancer|intraepithelial neoplasia)(?:[ -]in[ -]situ)?|cervical in[ -]situ (?:carcinoma|cancer)|carcinoma in situ cervix|cervix carcinoma in situ",
    ),
    (
        "basal_cell_carcinoma",
        r"basal(?:[ -]?cell)?|basal[ -]?cell (?:skin )?(?:carcinoma|cancer)s?(?: of (?:the )?skin)?|cutaneous basal cell carcinoma",
    ),
    (
        "squamous_cell_carcinoma_skin",
        r"(?:cutaneous )?squamous[ -]?cell (?:skin )?(?:carcinoma|cancer)s?(?: of (?:the )?skin)?",
    ),
    (
        "nonmelanoma_skin_cancer",
        r"non[ -]?melanoma(?:tous)? skin (?:cancer|carcinoma|malignanc(?:y|ie))s?|non[ -]?melanoma skin|skin (?:basal|squamous)",
    ),
    (
        "breast_carcinoma_in_situ",
        r"(?:intra)?(?:ductal )?(?:carcinoma|cancer) in[ -]situ of (?:the )?breast|breast ductal carcinoma in[ -]situ|ductal (?:breast )?carcinoma[ -]in[ -]situ(?: of the breast)?|\bdcis\b|in[ -]situ breast (?:cancer|carcinoma)|breast carcinoma in[ -]situ|breast cancer in[ -]situ",
    ),
    (
        "papillary_thyroid_carcinoma",
        r"papillary (?:thyroid )?(?:carcinoma|cancer)s?(?: of the thyroid)?|papillary thyroid",
    ),
    (
        "superficial_bladder_cancer",
        r"superficial bladder (?:cancer|tumor|carcinoma)s?|non[ -]?muscle[ -]invasive bladder (?:cancer|carcinoma)|bladder (?:carcinoma|cancer) in[ -]situ",
    ),
    (
        "carcinoma_in_situ",
        r"(?:any |other )?(?:carcinoma|cancer)s?[ -]in[ -]situ|(?:any |other )?in[ -]situ (?:carcinoma|cancer|malignanc(?:y|ie)|neoplasm|tumor|disease)s?",
    ),
)
_CURED = r"(?:(?:completely |adequately |curatively |appropriately |radically |effectively |successfully |definitively |locally |properly |surgically |surgical |apparently ){0,2}(?:cured|treated|resected|removed|excised))"
_LEADS = re.compile(
    r"(?:(?:the|a|an|any|other|those|patients?|subjects?|participants?|with|history|of|prior|previous|following|for|types?|all|in(?! situ)|as well as|cases)\b\s*)+"
)
_TREATED = re.compile(rf"(?:{_CURED}|curative(?= (?:carcinoma|cancer)))\b\s*")
_TAIL = re.compile(
    rf"(?:(?:(?P<all>(?:that|which) (?:have|were))|(?:that|which) (?:has|was)) (?:been )?(?:undergone (?:potentially )?curative (?:therapy|treatment|surgery|resection)|{_CURED}(?: (?:curatively|adequately|completely|locally|radically|surgically|successfully|with curative intent))?)|"
    rf"{_CURED} with curative intent|(?:curatively|completely|adequately) (?:treated|resected)(?: by (?:endoscopic )?surgery)?|"
    r"after (?:radical|curative) (?:resection|surgery|treatment|therapy)|after undergoing (?:potentially )?curative (?:therapy|treatment))$"
)
_JOINT = re.compile(
    r"(?:(?P<such>\b(?:such as|including(?:,? but not limited to)?|for example|e\.g\.,?)(?=\W))|(?P<open>(?!\([a-z]{2,6}\) [a-z])[({\[])|(?P<close>(?<!\([a-z]{2})(?<!\([a-z]{3})[)}\]])|(?<![a-z])\(?[a-h1-9][).](?= )|[,;:]|\.(?= |$)|\b(?:and/or|or|and|etc)\b\.?)"
)
_IN_SITU_OF = re.compile(r"(?:carcinoma|cancer|malignanc(?:y|ie))s? in[ -]situ of (?:the )?(?P<organ>[a-z]+)")
_OWN_ORGAN = re.compile(r"(?:the )?[a-z]+ (?:cancer|carcinoma)s?")
_ORGANS = frozenset(
    [
        "cervix",
        "breast",
        "prostate",
        "bladder",
        "colon",
        "uterus",
        "skin",
        "vulva",
        "rectum",
        "esophagus",
        "stomach",
        "larynx",
        "thyroid",
    ]
)
_IN_SITU = {"cervix": "cervical_carcinoma_in_situ", "breast": "breast_carcinoma_in_situ"}
_OPEN_NAME = re.compile(
    r"(?:[a-z][a-z'-]* ){0,7}(?:cancer|carcinoma|tumou?r|malignancy|malignancie|neoplasm|neoplasia|lymphoma|melanoma|leukemia|sarcoma|polyp|lesion|mgus)s?(?: of (?:the )?[a-z]{3,14})?"
)
_NO_NAME = re.compile(
    r"\b(?:except|excluding|unless|other|with|without|that|which|who|more|less|than|risk|years?|months?|study|trial|prognosis|likelihood|under|same|participating|not|no|deemed|considered|opinion|approval|disease-free|remission|stable|history|present|solid|hematological)\b"
)


@dataclass
class _Member:
    start: int
    end: int
    name: str
    cured: bool
    lost: bool = False
    bare: bool = False
    """A word that the next one completes: `basal or squamous cell carcinoma`."""


def malignancy_exceptions(line: Line, start: int, end: int) -> tuple[Code, tuple[int, int] | None] | None:
    """The excepted types as one condition (all other malignancies of the patient are of these), and words left over.

    `cured` before the first of several may go for that one or for all of them: the near reading is taken, the other kept."""
    members, for_all = _members(line.text, start, end)
    named = [m for m in members if m.name]
    if not named:
        return None
    source = line.cite(start, end)
    near, every = _values(named), tuple(dict.fromkeys(f"{m.name}:cured" for m in named))
    taken = every if for_all else near
    open_ = len(named) > 1 and near != every and (for_all or named[0].cured)
    if open_:
        line.doubt(
            "CURED_SCOPE",
            f"`cured` or `treated` may go for {'one' if for_all else 'the first'} exception only"
            f"{'' if for_all else ' (taken)'} or for all of them{' (taken)' if for_all else ''}",
        )
        says = (
            "only one exception must be cured or treated"
            if for_all
            else "all exceptions must be cured or treated"
        )
        line.readings.append((says, _code(taken, source), _code(near if for_all else every, source)))
    lost = [m for m in members if m.lost]
    return _code(taken, source), ((lost[0].start, lost[-1].end) if lost else None)


def _values(named: list[_Member]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{m.name}:cured" if m.cured else m.name for m in named))


def _members(text: str, start: int, end: int) -> tuple[list[_Member], bool]:
    """The excepted types one by one; and whether words behind the last say that all of them were cured."""
    found: list[_Member] = []
    inherited = inside = for_all = opened = False
    at, in_situ = start, False
    for joint in (*_JOINT.finditer(text, start, end), None):
        stop = joint.start() if joint else end
        if text[at:stop].strip():
            member, tail = _member(text, at, stop, in_situ)
            if in_situ and _OWN_ORGAN.fullmatch(text[at:stop].strip()):
                member.name, member.lost = "", True  # in situ as well, or the cancer of that organ?
            in_situ = (
                bool(member.name) and (in_situ or " of " in text[at:stop]) and member.name.endswith("in_situ")
            )
            for_all = for_all or tail
            if not member.name and not member.lost and member.cured:
                inherited = True  # "adequately treated: a, b"
            member.cured = member.cured or inherited or inside
            if member.lost:
                _restrict(found, text[at:stop], opened)
            found.append(member)
        if joint and found and (joint["such"] or joint["open"]):
            inherited, inside = (
                inherited or (bool(joint["such"]) and found[-1].cured),
                inside or found[-1].cured,
            )
        if joint and joint["close"]:
            inside = False
        opened = bool(joint and joint["open"])
        at = joint.end() if joint else end
    return [m for m in found if m.name or m.lost], for_all


_RESTRICTS = re.compile(
    r"\s*(?:with|without|that|which|who|whose|if|provided|unless|as long as|after|treated|not|no|in)\b"
)


def _restrict(found: list[_Member], words: str, opened: bool) -> None:
    """Words nobody read behind a type say of which kind it must be: the type alone is no exception; nor is `basal` alone
    where the words that complete it were not read."""
    if _RESTRICTS.match(words):
        narrowed = found
    elif opened:
        narrowed = found[-1:]
    else:
        narrowed = [m for m in found[-1:] if m.bare]
    for member in narrowed:
        member.lost, member.name = member.lost or bool(member.name), ""


def _member(text: str, start: int, end: int, in_situ: bool) -> tuple[_Member, bool]:
    words = re.sub(r" ?\([a-z]{2,6}\)", "", text[start:end]).strip(" .-")
    words = _LEADS.sub("", words, count=1) if _LEADS.match(words) else words
    treated = _TREATED.match(words)
    words = words[treated.end() :] if treated else words
    tail = _TAIL.search(words)
    words = words[: tail.start()] if tail else words
    words = _LEADS.sub("", words, count=1) if _LEADS.match(words) else words
    name = _name(words.strip(), in_situ) if words.strip() else ""
    cured = bool(treated or tail)
    bare = words.strip() in ("basal", "basal cell", "squamous", "squamous cell")
    lost = bool(words.strip()) and not name
    return _Member(start, end, name, cured, lost, bare), bool(tail and tail["all"])


def _name(words: str, in_situ: bool) -> str:
    """The name of a type: from the table, or its own words where they only name a cancer."""
    words = re.sub(r"^(?:localized |local |early[ -]stage |early )(?=basal|squamous|non)", "", words)
    if found := next((name for name, pattern in _FULL if pattern.fullmatch(words)), ""):
        return found
    if match := _IN_SITU_OF.fullmatch(words):
        return _IN_SITU.get(match["organ"], f"{match['organ']}_carcinoma_in_situ")
    if in_situ and words.removeprefix("the ") in _ORGANS:
        organ = words.removeprefix("the ")
        return _IN_SITU.get(organ, f"{organ}_carcinoma_in_situ")
    if not _OPEN_NAME.fullmatch(words) or _NO_NAME.search(words) or " " not in words:
        return ""
    one = re.sub(
        r"ies$", "y", re.sub(r"^local ", "localized ", re.sub(r"tumou?r", "tumor", words))
    ).removesuffix("s")
    return re.sub(r"[^a-z]+", "_", one)


_FULL = tuple((name, re.compile(pattern)) for name, pattern in _TYPES)


def _code(values: tuple[str, ...], source: Source) -> Code:
    return Code.model_construct(variable="other_malignancy_type", values=values, every=True, source=source)

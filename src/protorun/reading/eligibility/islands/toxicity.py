"""Recovery from the toxicity of earlier treatment: the highest grade still allowed, and what is exempt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from protorun.reading.eligibility.trees.nodes import bound
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Expr, Flag, Not, Number

_WHAT = r"toxic(?:it(?:y|ies)|\s+(?:effects?|reactions?))|adverse (?:events?|effects?|reactions?)|side effects?|\baes?\b|acute effects|treatment-related effects"
_HEALED = r"recover\w*|resol\w+|improve\w*|return\w*|subsid\w+|reliev\w+|alleviat\w+|eased"
_GRADE = (
    r"(?:(?:nci|ctcae|nci-ctcae|ctc|common terminology criteria for adverse events|version|v|\(|\)|,|[ ]|\d\.\d|[45](?=[ ),])){0,12}?)"
    r"(?P<s1>≤|<|≥|>|=)?[ ]?(?:(?:nci|ctcae|nci-ctcae|ctc)[ ])?(?:v?\d\.\d[ ])?(?:grade|class|level|g)s?[ ]?(?P<s2>≤|<|≥|>|=)?[ ]?(?P<g>[0-3]|i{1,2}\b)(?P<g2>[ ]?(?:-|or|/|to)[ ]?[0-2](?!\d))?"
    r"(?P<tail>[ ]?,?[ ]?(?:or|and)[ ](?:less|lower|below|better|under))?(?P<baseline>[ ]?\)?,?[ ]?(?:or|and/or)[ ](?:to )?(?:the )?(?:pre-?treatment |patient's )?(?:baseline|pretreatment)(?: levels?| values?| status)?)?"
)
_HEALS = re.compile(
    rf"(?P<not>\b(?:not|never|has not|have not) (?:yet |fully |completely )?|\bun)?\b(?:{_HEALED})|\bun(?:{_HEALED})"
)
_TO_GRADE = re.compile(
    rf"(?P<mid>[^;.]{{0,160}}?){_GRADE}"
    r"(?P<after>[ ]?(?:\(|,)?[ ]?(?:(?:according to|per|by|as per|based on|as defined by)[ ])?(?:the )?(?:nci|ctcae|common terminology|version|v|[ .)(]|\d\.\d|\d){0,12})"
    r"(?P<except>[ ,(]{0,4}(?:except(?:ing)?(?: for)?|with the exception of|other than|excluding|except in case of)[ ](?P<list>[^;.)]{1,160}))?"
)
_EXCEPT = re.compile(
    r"(?:except(?:ing)?(?: for)?|with the exception of|other than|excluding)[ ](?P<list>[^;.),]{1,100}?)"
    r"(?=\)|,|[;.]| (?:that|which|to|not|ha(?:s|ve)|must|should|due|from|of prior|caused|related|ctcae|nci)\b|$)"
)
_DOWN_TO = re.compile(r"\bto\b|≤|<|less|lower|greater than(?! or)")
_LONGEST_SUBJECT = 200
_ABOUT = Guarded(_WHAT)
_EXEMPT = {
    "alopecia": r"alopecia|hair loss|baldness",
    "neuropathy_grade_2": r"(?:≤ ?)?(?:grade ≤?[ ]?(?:2|ii) |stable grade 2 |residual grade 2 )?(?:peripheral |sensory |residual |chronic )*neuropathy(?: (?:of )?(?:≤ ?)?\(?(?:≤ ?)?grade (?:≤ ?)?(?:2|ii)(?: or (?:less|lower))?\)?)",
    "neuropathy": r"(?:peripheral |sensory |residual |chronic )*(?:neuropathy|neurotoxicity)",
    "vitiligo": r"vitiligo",
    "hypothyroidism": r"hypothyroidism(?: stable on (?:hormone )?replacement(?: therapy)?)?",
    "endocrinopathy": r"endocrinopath(?:y|ies)(?: (?:managed|controlled|stable) (?:with|by|on) (?:hormone )?replacement(?: therapy)?)?",
    "anemia": r"an(?:a)?emia",
    "fatigue": r"fatigue",
    "pigmentation": r"(?:skin )?(?:hyper)?pigmentation",
    "lymphopenia": r"lymphopenia",
    "hearing_loss": r"hearing loss|ototoxicity",
}
_SILENT = re.compile(
    r"\b(?:and|or|any|grade|of|the|special|conditions?|such as|e\.g\.|for|which|patients?|with|other|stable)\b|[\s,():/-]+|for special conditions"
)


WORDS = frozenset({"grade", "class", "level"})
_SCALE = r"(?:(?:(?:nci[- ]?)?ctcae|common terminology criteria for adverse events(?: [\[(]ctcae[\])])?),? ?(?:(?:version|v) ?)?(?:\d(?:\.\d)?)?,? ?)"
_AT_LEAST = rf"(?:of )?{_SCALE}?(?:(?:≥|>|greater than or equal to|greater than|above|at least) ?{_SCALE}?grade|grade ?[≥>]|grade) ?[1-4](?: ?(?:or|and) (?:higher|greater|above|worse|more))?"
_FROM_WHAT = r"(?: (?:from|due to|caused by|related to|resulting from|after|attributed to|of) (?:any |the |their )?(?:prior|previous|earlier|past) (?:[a-z-]{3,20} ){0,3}?(?:therap(?:y|ies)|treatments?|regimens?|agents?|drugs?|chemotherapy|immunotherapy|radiotherapy))"
_LEFT = re.compile(
    rf"\b(?:still (?:have |has |with )?)?(?:unresolved|persistent|persisting|remaining) (?P<g1>{_AT_LEAST} )?(?:acute |treatment-related |drug-related |non-hematologic(?:al)? )?(?:{_WHAT})"
    rf"{_FROM_WHAT}?,? ?(?:\((?P<g2>{_AT_LEAST})|(?P<g3>{_AT_LEAST}))?(?:,? ?\(?(?:(?:according to|per|by|as per|based on|as defined by) )?(?:the )?{_SCALE})?\)?"
    rf"{_FROM_WHAT}?(?:,? ?\(?(?:(?:according to|per|by|as per|based on) )?{_SCALE})?\)?(?P<except>,? ?\(?(?:except(?: for)?|with the exception of|other than|excluding|not including) (?P<list>[^;.)]{{1,120}})\)?)?"
)
_SIGN = re.compile(
    r"≥|greater than or equal|at least|or higher|or greater|or above|or worse|or more|and higher|and above"
)


def _left_over(line: Line) -> Iterator[Chunk]:
    """`unresolved toxicity ≥ grade 2 from prior therapy, except alopecia`: what excludes is the grade that is left."""
    if line.polarity != "exclusion":
        return
    for match in _LEFT.finditer(line.text):
        grade = match["g1"] or match["g2"] or match["g3"]
        exempt = _listed(match["list"], line) if match["list"] else ()
        whole = not line.text[match.end() :].strip(" .;,")
        if grade is None or exempt is None or not (whole or match["list"]):
            continue
        beyond = ">" in grade or "greater than grade" in grade or "above grade" in grade
        number = float(re.findall(r"[1-4]", re.sub(r"\d\.\d", "", grade))[-1])
        if not beyond and not _SIGN.search(grade):
            continue
        source = line.cite(*match.span())
        low = bound(number, inclusive=not beyond)
        yield Chunk(
            "A",
            *match.span(),
            Number.model_construct(
                variable="residual_toxicity_grade", low=low, high=None, excluding=exempt, source=source
            ),
        )


def find(line: Line, taken: Sequence[Chunk]) -> Iterator[Chunk]:
    """One piece per sentence that speaks of toxicity, recovery and a grade."""
    text = line.text
    if not _ABOUT.search(text):
        return
    yield from _left_over(line)
    behind = 0
    for healed in _HEALS.finditer(text):
        if healed.start() < behind:
            continue
        start = max(
            behind, healed.start() - _LONGEST_SUBJECT, *(text.rfind(c, 0, healed.start()) + 1 for c in ";.")
        )
        match = _TO_GRADE.match(text, healed.end())
        if match is None:
            continue
        if healed[0].startswith("un") and not _DOWN_TO.search(text, healed.end(), match.end()):
            continue  # "unresolved toxicity of grade 2" is of that grade
        about = text[start : healed.start()] + match["mid"]
        if not _ABOUT.search(about) or re.search(r"\bif\b|unless|\b(?:alt|ast|bilirubin|platelet)", about):
            continue
        denied = (
            bool(healed["not"]) or healed[0].startswith("un") or bool(re.search(r"\bnot\b|\bfail", about))
        )
        chunk = _piece(line, match, start, about, denied=denied)
        if chunk:
            behind = chunk.end
            yield chunk


def _piece(line: Line, match: re.Match[str], start: int, about: str, *, denied: bool) -> Chunk | None:
    sign = match["s1"] or match["s2"]
    if sign in ("≥", ">") or (line.polarity == "exclusion" and not denied):
        return None
    grade = float({"i": 1, "ii": 2}.get(match["g"], match["g"]))
    if match["g2"]:
        grade = max(grade, float(match["g2"].strip()[-1]))
    exempt, end = _exempt(line, match)
    if earlier := _EXCEPT.search(line.text, start, match.start("g")):
        before = _listed(earlier["list"], line)
        if before is None:
            return None
        exempt = tuple(dict.fromkeys((*before, *exempt)))
    start += len(line.text[start:]) - len(line.text[start:].lstrip())
    if line.text[start:end].count("(") > line.text[start:end].count(")") and line.text[end : end + 1] == ")":
        end += 1
    source = line.cite(start, end)
    blood = re.search(r"non-?h(?:a)?ematolog", about)
    name = "residual_nonhematologic_toxicity_grade" if blood else "residual_toxicity_grade"
    high = bound(grade, inclusive=sign != "<")
    number: Expr = Number.model_construct(variable=name, high=high, low=None, excluding=exempt, source=source)
    if match["baseline"]:
        back = Flag.model_construct(variable="residual_toxicity", qualifiers=("at_baseline",), source=source)
        number = Any(parts=(number, back))
    return Chunk("A", start, end, Not(part=number) if denied else number)


def _exempt(line: Line, match: re.Match[str]) -> tuple[tuple[str, ...], int]:
    """The exempt toxicities, when every word of the list is known; otherwise the list is left to the residual guard."""
    end = (
        match.end("after")
        if match["after"].strip(" (,")
        else (
            match.end("baseline")
            if match["baseline"]
            else match.end("tail")
            if match["tail"]
            else match.end("g2")
            if match["g2"]
            else match.end("g")
        )
    )
    if not match["except"]:
        return (), end
    found = _listed(match["list"], line)
    return ((), end) if found is None else (found, match.end("except"))


def _listed(printed: str, line: Line) -> tuple[str, ...] | None:
    """The exempt toxicities, or None where a word of the list is not known."""
    text = printed
    found: list[str] = []
    for name, pattern in _EXEMPT.items():
        if re.search(pattern, text):
            found.append(name)
            text = re.sub(pattern, " ", text)
    if not found or _SILENT.sub("", text):
        return None
    if "such as" in printed:
        line.doubt("OPEN_LIST", "the exempt toxicities are examples (`such as`); others may be exempt too")
    return tuple(found)

"""Pieces of a line that are found before its words are: with their own grammar, or narrowing nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protorun.reading.eligibility.atoms.limits.methods import methods_in
from protorun.reading.eligibility.atoms.treatments.treatments import (
    find_doses,
)
from protorun.reading.eligibility.islands import islands
from protorun.reading.eligibility.words.frames import frames_in
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.unknown_times import UNKNOWN
from protorun.reading.eligibility.words.windows import mark_windows
from protorun.study.criterion import Window

_BY_CRITERIA = Guarded(
    r",? ?\(?(?:(?:as )?(?:defined|assessed|determined|measured|evaluated) (?:by|per|according to) |according to |as per |per |by |based on |using |under )?(?:the )?(?:2014 )?"
    r"(?:response evaluation criteria in solid tumou?rs|m?i?recist|rano(?:-(?:bm|lm|hgg))?|nci[- ]?ctcae|ctcae|common terminology criteria for adverse events|lugano|imwg|pcwg[23]|iwcll|iwwm|cheson)"
    r"(?: \((?:recist|ctcae|lymphoma)\))?(?: 2014)?(?: (?:response evaluation )?criteria| guidelines?| standards?)?,?(?: ?\(?(?:version|ver\.?|v\.?) ?)?(?: ?\d\.\d{1,2}| [12](?=[.,;)]|$))?(?: criteria)?\)?(?= |[.,;)]|$)"
)
_BY_LAB = Guarded(
    r",? ?\(?(?:as )?(?:(?:assessed|determined|tested|evaluated|measured) )?(?:by|per|at|in) (?:an? |the )?(?:prospective )?(?:local|central)(?: or (?:local|central))?"
    r"(?: (?:laboratory|lab|report|testing|test|review|assessment|pathology|ihc)){1,3}\)?(?=[.,;)]| ?$)"
)
_FORMULA = Guarded(
    r"\(?(?:as )?(?:calculated |estimated |measured |determined |assessed |corrected )?(?:by |using |with |per |according to |based on |for )?(?:the )?"
    r"(?:cockc?roft[- ]?(?:and |& ?)?[- ]?gault|ckd-?epi|mdrd|modification of diet in renal disease|fr[ie]d[ei]ricia|bazett|schwartz|jelliffe)(?:'s)?"
    r"(?: \((?:mdrd|c-?g|ckd-epi)\))?(?: (?:qtc? )?(?:formula|equation|method|estimation|correction(?: formula| method)?))?(?P<close>\))?(?= |[.,;)]|$)"
)
_LABEL = Guarded(
    r"(?:(?<=[;.] )|^)(?:[-•*] ?)?(?:blood|bone[- ]marrow|liver|hepatic|renal|kidney|cardiac|heart|coagulation|blood coagulation|clotting|hematology|hematologic|hematological|"
    r"haematology|haematological|thyroid|pulmonary|lung|biochemistry|biochemical|blood routine|routine blood|complete blood count|urine)"
    r"(?: (?:function|status|tests?|parameters|values|examinations?|indicators|indexes|biochemistry|cell counts?|counts?)){0,2} ?: ?(?=[a-z][^.;:]{0,90}[≥≤<>])"
)
"""The name of a group of values before them: `Coagulation: INR ≤ 1.5`."""
_SENTENCE = re.compile(r"[^;]*")


def _names_values(label: re.Match[str]) -> bool:
    """What stands behind it is one list of limits; commas and `or` together are taken apart by nobody."""
    behind = _SENTENCE.match(label.string, label.end())
    return behind is not None and not ("," in behind[0] and " or " in behind[0])


_COUNTED = re.compile(
    r"(?:(?<=: )|(?<=[,;] )|(?<=and )|(?<=or )|(?<=unless )|(?<=either )|(?<=of )|^)\((?:[1-9]|i{1,3}|iv|v)\)(?= [a-z])"
)
"""The numbers of parts inside a sentence: `unless (1) asymptomatic and (2) ...`."""
_EXAMPLES = re.compile(
    r"\((?:e\.?[ ]?g\.?|for example|for instance|such as|including|eg)[ ,:](?:[^()≥≤<>\d]|(?<=[a-z-])\d{1,2}){0,200}\)"
)
_BY_MEANS = re.compile(r"\bi\.? ?e\.?,? (?:with|by)(?: the)? use of [^()\d]{3,160}(?=\))")
_GIVEN = re.compile(r"\b(?:treatment|therapy)\b[^.;]{0,60}\($")


_OTHER_JUDGES = re.compile(
    r"(?<=investigator)(?: and/or| or| and|/) ?(?:the )?(?:study |medical |treating |trial )?(?:sponsor|monitor|physician|doctor)\b(?:'s)?"
)
"""`in the opinion of the investigator or medical monitor`: one judgment."""
_CITED = re.compile(r"[a-z'-]{3,30} [a-z]{1,2},? et al\b[^()]{0,120}")
"""An article by its author: `Doe JM et al, J Allergy 2013; 1: 354`."""


_ELIGIBLE = re.compile(r"^eligible (?=(?:patients?|subjects?|participants?) )")
_ONE_LINE = re.compile(
    r"(?<![a-z0-9])(?:at least (?:one|1)|(?:one|1) or more) (?:prior|previous) (?:(?:lines?|regimens?|courses?) of )?(?=(?:platinum|taxane|anthracycline|fluoropyrimidine|anti-[a-z]|[a-z]{2,20}mab\b|[a-z]{2,20}nib\b|pd-|immunotherap|checkpoint|"
    r"endocrine|hormon|biologic|antihistamine|corticosteroid|immune checkpoint))"
)
"""At least one line of a treatment was given when that was given."""


def pieces_of(line: Line) -> list[Chunk]:
    """What is found before the words are: without overlap, an earlier kind wins."""
    text = line.text
    pieces = islands(line)
    if text.startswith("eligible "):
        _add([Chunk("E", *m.span()) for m in _ELIGIBLE.finditer(text)], pieces)
    if "at least" in text or " or more" in text:
        _add([Chunk("E", *m.span()) for m in _ONE_LINE.finditer(text)], pieces)
    if "predniso" in text:
        _add(find_doses(text), pieces)
    if "investigator" in text:
        _add([Chunk("E", *m.span()) for m in _OTHER_JUDGES.finditer(text)], pieces)
    if "(e" in text or "(f" in text or "(s" in text or "(i" in text or "use of" in text:
        _add([Chunk("E", *m.span()) for m in _examples(line)], pieces)
    if "(1)" in text or "(i)" in text:
        _add([Chunk("E", *m.span()) for m in _COUNTED.finditer(text)], pieces)
    if ":" in text:
        _add([Chunk("E", *m.span()) for m in _LABEL.finditer(text) if _names_values(m)], pieces)
    if methods := _named_methods(text):
        closed = (m for m in methods if m[0].count("(") == m[0].count(")"))
        _add([Chunk("E", *m.span()) for m in closed], pieces)
    if " et al" in text:
        _add([Chunk("z", m.start(), m.end(), "citation") for m in _CITED.finditer(text)], pieces)
    if "a)" in text or "1)" in text or "i)" in text:
        _add(_lettered(text), pieces)
    if "/" in text:
        _add([Chunk("E", *m.span()) for m in _EITHER_PERSON.finditer(text)], pieces)
    if "medical" in text:
        _add([Chunk("z", *m.span(), "medical") for m in _ALSO_MEDICAL.finditer(text)], pieces)
    return pieces


def _add(found: list[Chunk], pieces: list[Chunk]) -> None:
    """The pieces that none of another kind touches."""
    if found:
        pieces += [c for c in found if all(c.end <= p.start or c.start >= p.end for p in pieces)]


_EITHER_PERSON = re.compile(r"\b(?:his ?/ ?her|her ?/ ?his|he ?/ ?she|she ?/ ?he|him ?/ ?her|s/he)s?\b")
_ALSO_MEDICAL = re.compile(r"\bmedical(?=,| or | and |/| and/or )")
"""`medical, psychiatric or substance abuse disorders`: an illness of another kind, which is no word of no weight."""
_LETTER = re.compile(r"(?<![a-z0-9(])\(?([a-h]|[1-9]|i{1,3}|iv|v)\) ?(?=[a-z≥≤<>])")
_ORDERS = ("abcdefgh", "123456789", ("i", "ii", "iii", "iv", "v"))


def _lettered(text: str) -> list[Chunk]:
    """`a) x b) y, c) z`: letters or numbers that count up part the members of a list as commas do."""
    found = list(_LETTER.finditer(text))
    names = [m[1] for m in found]
    counted = len(names) > 1 and any(names == list(order[: len(names)]) for order in _ORDERS)
    return [Chunk(",", m.start(), m.end()) for m in found] if counted else []


def _examples(line: Line) -> Iterator[re.Match[str]]:
    """Examples in brackets, and by what means a treatment named before them is given; neither what a required treatment
    includes nor conditions that exclude beside the one before them."""
    for match in _EXAMPLES.finditer(line.text):
        includes = match[0].startswith("(including") and line.polarity == "exclusion"
        if includes and _ILLNESS.search(line.text, max(0, match.start() - 30), match.start()):
            continue
        asks = (
            line.polarity == "inclusion" and match[0].startswith("(including") and "limited" not in match[0]
        )
        if not (asks and _TREATED.search(line.text, max(0, match.start() - 60), match.start())):
            yield match
    for match in _BY_MEANS.finditer(line.text) if "use of" in line.text else ():
        if _GIVEN.search(line.text[max(0, match.start() - 90) : match.start()]):
            yield match


_ILLNESS = re.compile(
    r"\b(?:diseases?|disorders?|illness(?:es)?|conditions?|infections?|malignanc(?:y|ies)|syndromes?|abnormalit(?:y|ies)|events?|disturbances?|comorbidit(?:y|ies)|bleeding) $"
)
_TREATED = re.compile(r"therap|treat|regimen|received")


_WHATEVER = (
    r"(?:(?:regardless|irrespective) of (?:the |their |any )?(?:(?!and\b|or\b|but\b|with\b|who\b|if\b|unless\b|except\b)[a-z0-9/-]{1,20} ){0,5}(?!and\b|or\b)[a-z0-9/-]{1,20}"
    r"|with(?:/| or | and )without (?:(?!and\b|or\b|but\b|with\b|who\b|if\b|unless\b|except\b|on\b|to\b|in\b|for\b|at\b|of\b|during\b|despite\b|within\b|that\b|which\b|must\b)[a-z0-9/-]{1,20} ){0,4}(?!and\b|or\b)[a-z0-9/-]{1,20}"
    r"|whether or not (?:(?!but\b|if\b|unless\b|except\b|must\b|and\b|to\b)[a-z/-]{1,20} ){0,6}[a-z/-]{1,20})"
)
_ANY_INDICATION = r"for any (?:indication|purpose)|(?:of )?(?:any|either) (?:sex|gender|race|ethnicity)(?:(?:,| and| or|, and) (?:any )?(?:sex|gender|race|ethnicity))+|(?:with )?no (?:gender|sex|race) restrictions?|(?:with )?no upper age limit"
_ANY_KIND = r"of any (?:cause|grade|severity|kind|type|degree)"
_REGARDLESS = Guarded(
    rf"\({_WHATEVER}\)| of any (?:a?etiolog(?:y|ies)|origin)\b|[ ,]{{1,2}}(?:{_WHATEVER}|{_ANY_INDICATION})(?= ?(?:[.;,)]|$))"
    rf"| {_ANY_KIND}(?= ?(?:[.;,)]|$)| (?:or|and)\b)"
)


def _named_methods(text: str) -> list[re.Match[str]]:
    """Methods by their names, and what a line says it does not depend on."""
    named = [*_BY_CRITERIA.finditer(text), *_FORMULA.finditer(text), *_REGARDLESS.finditer(text)]
    return [*named, *_BY_LAB.finditer(text), *methods_in(text), *frames_in(text)]


def parent_window(text: str) -> Window | None:
    """The one time window of a line that announces others (`any of the following within 6 months:`)."""
    found = [c.value for c in _windows(text)]
    return found[0] if len(found) == 1 else None


def without_window(text: str) -> str:
    """The line without its time window."""
    for chunk in _windows(text):
        return text[: chunk.start] + text[chunk.end :]
    return text


def _windows(text: str) -> list[Chunk]:
    return [c for c in mark_windows(lex(text), text) if c.kind == "W" and c.value.anchor != UNKNOWN]

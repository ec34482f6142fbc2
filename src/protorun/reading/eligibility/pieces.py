"""The chunks of a line: pieces with their own grammar first, then words, then the marks on them, in a fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from protorun.reading.eligibility.atoms.conditions.beside import settled
from protorun.reading.eligibility.atoms.conditions.events import lead_time, mark_events, share_times
from protorun.reading.eligibility.atoms.conditions.flags import dated, mark_flags
from protorun.reading.eligibility.atoms.conditions.lists.paired import pair_qualifiers
from protorun.reading.eligibility.atoms.conditions.lists.past_judgment import past_judgment
from protorun.reading.eligibility.atoms.conditions.lists.second_nouns import without_second_nouns
from protorun.reading.eligibility.atoms.conditions.objects import with_objects
from protorun.reading.eligibility.atoms.conditions.open_conditions import mark_open_conditions
from protorun.reading.eligibility.atoms.conditions.phrases import mark_phrases
from protorun.reading.eligibility.atoms.conditions.qualifiers import mark_needs
from protorun.reading.eligibility.atoms.conditions.reactions import mark_reactions
from protorun.reading.eligibility.atoms.conditions.said_again import (
    ever_or_now,
    without_echoes,
    without_either,
    without_other,
    without_other_treatments,
)
from protorun.reading.eligibility.atoms.conditions.shared_qualifiers import distribute
from protorun.reading.eligibility.atoms.limits.around.counted import mark_counted
from protorun.reading.eligibility.atoms.limits.around.places import measured_there
from protorun.reading.eligibility.atoms.limits.around.smoking import mark_pack_years
from protorun.reading.eligibility.atoms.limits.grades import mark_grades
from protorun.reading.eligibility.atoms.limits.limits import mark_limits
from protorun.reading.eligibility.atoms.limits.methods import methods_in
from protorun.reading.eligibility.atoms.limits.sexes import mark_sexes
from protorun.reading.eligibility.atoms.treatments.narrowed import mark_narrowed
from protorun.reading.eligibility.atoms.treatments.open_treatments import mark_open_treatments
from protorun.reading.eligibility.atoms.treatments.support import without_support
from protorun.reading.eligibility.atoms.treatments.treatments import (
    find_doses,
    mark_half_lives,
    mark_treatments,
)
from protorun.reading.eligibility.islands import islands
from protorun.reading.eligibility.islands.intervals import of_treatments
from protorun.reading.eligibility.islands.normal_ranges import mark_normal_ranges
from protorun.reading.eligibility.logic.shared.heads import share_known_heads
from protorun.reading.eligibility.logic.shared.open_heads import share_open_heads
from protorun.reading.eligibility.words.guards import Guarded
from protorun.reading.eligibility.words.lex import lex
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.reading.eligibility.words.prepositions import without_joints_of_times
from protorun.reading.eligibility.words.unknown_times import UNKNOWN, undated
from protorun.reading.eligibility.words.windows import mark_windows
from protorun.study.criterion import Window

_BY_CRITERIA = Guarded(
    r",? ?\(?(?:(?:as )?(?:defined|assessed|determined|measured|evaluated) (?:by|per|according to) |according to |as per |per |by |based on |using |under )?(?:the )?(?:2014 )?"
    r"(?:response evaluation criteria in solid tumou?rs|m?i?recist|rano(?:-(?:bm|lm|hgg))?|nci[- ]?ctcae|ctcae|common terminology criteria for adverse events|lugano|imwg|pcwg[23]|iwcll|iwwm|cheson)"
    r"(?: \((?:recist|ctcae|lymphoma)\))?(?: 2014)?(?: (?:response evaluation )?criteria| guidelines?| standards?)?,?(?: ?\(?(?:version|ver\.?|v\.?) ?)?(?: ?\d\.\d{1,2}| [12](?=[.,;)]|$))?(?: criteria)?\)?(?= |[.,;)]|$)"
)
_FORMULA = Guarded(
    r"\(?(?:as )?(?:calculated |estimated |measured |determined |assessed |corrected )?(?:by |using |with |per |according to |based on |for )?(?:the )?"
    r"(?:cockcroft[- ]?(?:and |& ?)?[- ]?gault|ckd-?epi|mdrd|modification of diet in renal disease|fridericia|bazett|schwartz|jelliffe)(?:'s)?"
    r"(?: \((?:mdrd|c-?g|ckd-epi)\))?(?: (?:formula|equation|method|estimation|correction))?(?P<close>\))?(?= |[.,;)]|$)"
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
_NON = frozenset({"pregnant", "lactating", "smoker", "childbearing_potential"})
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


def chunks_of(line: Line) -> list[Chunk]:
    """Every chunk of the line, atoms finished, in order."""
    chunks = [
        c for c in lex(line.text, _pieces(line)) if c.kind != "E" and not (c.kind == "X" and c.value == "any")
    ]
    chunks = without_either(share_known_heads(_confirmed(chunks), line), line)
    chunks = mark_half_lives(mark_windows(_not_yet(mark_needs(chunks, line), line), line.text))
    times = [c for c in chunks if c.kind == "W" and c.value.anchor == UNKNOWN]
    chunks = mark_grades(without_joints_of_times(chunks, line), line)
    chunks = mark_sexes(
        without_echoes(mark_limits(mark_normal_ranges(_both_sides(_non(chunks)), line), line), line), line
    )
    if "receptor" in line.text or "globulin" in line.text:
        chunks = [_receptor(c, line) for c in chunks]
    if "cohort" in line.text or " arm" in line.text:
        chunks = [_of_a_cohort(c, line) for c in chunks]
    personal = _personal(line.text)
    if personal:
        chunks = [_judged_as_one(c) for c in chunks]
    else:
        chunks = mark_reactions(chunks, line)
    chunks = without_other_treatments(chunks, line)
    chunks = mark_narrowed(mark_open_treatments(chunks, line), line)
    chunks = mark_treatments(of_treatments(chunks, line), line)
    if personal:
        chunks = past_judgment(chunks)
    chunks = pair_qualifiers(ever_or_now(without_second_nouns(without_other(chunks, line), line), line), line)
    marked = mark_flags(chunks, line)
    if not personal:
        marked = mark_open_conditions(share_open_heads(marked, line), line)
        marked = distribute(mark_phrases(marked, line), line, pairs=True)
    marked = share_times(dated(mark_events(marked, line), line), line)
    marked = measured_there(mark_counted(mark_pack_years(marked, line), line), line)
    marked = without_support(with_objects(lead_time(settled(_said(marked, line), line)), line), line)
    return undated(marked, times) if times else marked


def _pieces(line: Line) -> list[Chunk]:
    """What is found before the words are: without overlap, an earlier kind wins."""
    text = line.text
    pieces = islands(line)
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
    """Examples in brackets, and by what means a treatment named before them is given; not what a required treatment includes."""
    for match in _EXAMPLES.finditer(line.text):
        asks = (
            line.polarity == "inclusion" and match[0].startswith("(including") and "limited" not in match[0]
        )
        if not (asks and _TREATED.search(line.text, max(0, match.start() - 60), match.start())):
            yield match
    for match in _BY_MEANS.finditer(line.text) if "use of" in line.text else ():
        if _GIVEN.search(line.text[max(0, match.start() - 90) : match.start()]):
            yield match


_TREATED = re.compile(r"therap|treat|regimen|received")


def _personal(text: str) -> bool:
    """A line of judgment or of somebody's statement names no conditions that the tables do not have."""
    return JUDGMENT.search(text) or STATEMENT.search(text)


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


def _confirmed(chunks: list[Chunk]) -> list[Chunk]:
    """`histologically confirmed, advanced or metastatic cancer`: the comma joins nothing."""
    beside = zip(chunks, chunks[1:], chunks[2:], strict=False)
    joins = {id(b) for a, b, c in beside if a.kind == "h" and b.kind == "," and c.kind in "kfqz"}
    return [c for c in chunks if id(c) not in joins] if joins else chunks


_NO_DRUG = re.compile(r"[ -]receptor|(?<=globulin) (?:[aegm]\b|test|level|deficien)")


def _receptor(chunk: Chunk, line: Line) -> Chunk:
    """`growth factor receptor 2`, `immunoglobulin M`: a receptor and a class of antibodies are nothing that is given."""
    given = chunk.kind == "y" and _NO_DRUG.match(line.text, chunk.end)
    return Chunk("z", chunk.start, chunk.end, "receptor") if given else chunk


_COHORT = re.compile(
    r"(?: \+ [a-z0-9-]{3,30}| (?:expansion|monotherapy|combination|therapy|treatment|dose|escalation)){0,4} (?:cohort|arm)s?\b"
)


_LESS_SURE = re.compile(r" or (?:expected|anticipated|possible|probable|potential|suspected|presumed) ")


def _said(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks without words that narrow nothing; the `known` of `known or expected need` stands for one of two."""
    for at, chunk in enumerate(chunks):
        alone = (
            chunk.kind == "q" and not chunk.value and chunks[at + 1 : at + 2] and chunks[at + 1].kind == "|"
        )
        if alone and _LESS_SURE.match(line.text, chunk.end) and chunks[at + 2 : at + 3]:
            chunk.kind, chunk.value = "z", "known"
    return [c for c in chunks if c.kind != "q" or c.value]


_BEFORE = re.compile(
    r"\b(?:before|prior to) (?:the |any |their |planned |scheduled |this |[a-z-]{0,8}\d[a-z0-9-]{0,8} ){0,3}$"
)
_DURING = re.compile(r"\bduring (?:the |an? |any |their |previous |prior )*$")
"""`detected during surgery`: a time, nobody is asked for an operation."""


def _not_yet(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """`prior to surgery`, `5 days before A and B`: what something else comes before is not said to be given."""
    if not ("before" in line.text or "prior to" in line.text or "during" in line.text):
        return chunks
    for at, chunk in enumerate(chunks):
        ahead = at > 1 and chunks[at - 1].kind in "&|/" and chunks[at - 2].kind == "Y"
        if (chunk.kind == "z" and ahead) or (
            chunk.kind == "y"
            and (
                ahead
                or _BEFORE.search(line.text, max(0, chunk.start - 40), chunk.start)
                or (
                    "surgery" in str(chunk.value)
                    and _DURING.search(line.text, max(0, chunk.start - 24), chunk.start)
                )
            )
        ):
            chunk.kind = "Y"
    return chunks


def _of_a_cohort(chunk: Chunk, line: Line) -> Chunk:
    """`nivolumab expansion cohort`: the name of a cohort is no treatment of the patient."""
    named = chunk.kind == "y" and _COHORT.match(line.text, chunk.end)
    return Chunk("z", chunk.start, chunk.end, "cohort") if named else chunk


def _judged_as_one(chunk: Chunk) -> Chunk:
    """`severe systemic diseases which make it undesirable to take part`: how bad they are is the judgment itself."""
    if chunk.kind == "k" and chunk.value == "systemic_disease":
        return Chunk("z", chunk.start, chunk.end, "systemic")
    return chunk


def _named_methods(text: str) -> list[re.Match[str]]:
    """Methods by their names, and what a line says it does not depend on."""
    named = [*_BY_CRITERIA.finditer(text), *_FORMULA.finditer(text), *_REGARDLESS.finditer(text)]
    return [*named, *methods_in(text)]


def _both_sides(chunks: list[Chunk]) -> list[Chunk]:
    """`creatinine clearance ≥ 50 but ≤ 70`: the two sides of one limit."""
    for at, chunk in enumerate(chunks):
        if chunk.kind == "z" and chunk.value == "but":
            kinds = "".join(c.kind for c in chunks[max(0, at - 3) : at + 3])
            if re.fullmatch(r"[vM:(]cnzcn", kinds):
                chunk.kind = "&"
    return chunks


def _non(chunks: list[Chunk]) -> list[Chunk]:
    """`non-pregnant`: the only words whose `non` denies them; `non-muscle-invasive` is a name of its own."""
    for first, second in pairwise(chunks):
        if first.kind == "z" and first.value == "non" and second.kind == "k" and second.value in _NON:
            first.kind, first.value = "g", "not"
        elif first.kind == "z" and first.value == "non" and second.kind in "yfk":
            second.kind, second.value = "z", "non"
    tied = {id(b) for a, b in pairwise(chunks) if a.kind == "e" and b.kind in "iC"}
    return (
        [c for c in chunks if id(c) not in tied] if tied else chunks
    )  # "except if", "except in patients with"


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

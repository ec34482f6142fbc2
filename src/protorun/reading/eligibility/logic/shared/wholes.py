"""Lists whose members are no alternatives by themselves: a judged adjective and its noun at the end, marks of one
diagnosis, what an illness requires."""

from __future__ import annotations

import re

from protorun.reading.eligibility.atoms.conditions.qualifiers import stands_behind
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import BY_WHOM
from protorun.study.criterion import All, Any, Code, Expr, Flag, If, Judgment, Not, Number, Treated, Unparsed
from protorun.terms.concepts import concepts


def kind_of(leaf: Expr) -> str:
    """What an atom is about: a domain of the tables, a number, a test or the sort of atom."""
    if isinstance(leaf, Flag):
        known = concepts().get(leaf.variable)
        return known.domain if known else "condition"
    if isinstance(leaf, Code) and leaf.variable == "diagnosis_confirmed_by":
        return "stage"
    return "number" if isinstance(leaf, Number) else "test" if isinstance(leaf, Code) else leaf.atom


def marks_only(part: Expr, kinds: set[str]) -> bool:
    """Nothing but atoms of these kinds."""
    return {kind_of(leaf) for leaf in leaves(part)} <= kinds


_SIGNIFICANT = re.compile(
    r"(?:any |known |other |active |current |recent |uncontrolled |severe |serious |history of ){0,6}(?:clinically )?(?:significant|relevant|important) (?:history of |history or presence of |presence of )?"
    r"[a-z]{2,16}(?:al|ar|ac|ic|ary|ory|ine|ous)"
)


def judged_heads(each: list[Expr], operands: list[list[Chunk]], line: Line) -> int | None:
    """`clinically significant cardiac, lung or renal disease`: a judged adjective has its noun at the end of the list,
    so all of it is judged; the index where that begins."""
    for at, (part, own) in enumerate(zip(each[:-1], operands, strict=False)):
        text = line.text[own[0].start : own[-1].end]
        if isinstance(part, Judgment) and _SIGNIFICANT.fullmatch(text.strip(" (")):
            rest = [leaf for p in each[at + 1 :] for leaf in leaves(p)]
            plain = all(
                isinstance(x, (Flag, Unparsed, Judgment)) and not getattr(x, "window", None) for x in rest
            )
            own_words = any(c.own for o in operands[at + 1 :] for c in o)
            return at if plain and not own_words else None
    return None


def marked_with(each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line) -> Expr | None:
    """`colorectal cancer with dMMR or MSI-H`: either mark will do, the diagnosis is asked for with both."""
    first = operands[0]
    head = each[0].parts if isinstance(each[0], All) else ()
    marks = (
        head[-1:] and {kind_of(x) for x in leaves(head[-1])},
        *({kind_of(x) for x in leaves(p)} for p in each[1:]),
    )
    if len(head) < 2 or not all(m == {"finding"} for m in marks) or first[-1].kind != "A":
        return None
    said = line.text[first[-2].end : first[-1].start]
    leads = _WITH.fullmatch(said) or _KNOWN_TO.match(line.text, first[-1].start)
    if set(joints) - {"|", ","} or "|" not in joints or not leads:
        return None
    if not all(marks_only(h, {"diagnosis", "stage"}) for h in head[:-1]):
        return None
    return All.model_construct(parts=(*head[:-1], Any.model_construct(parts=(head[-1], *each[1:]))))


_WITH = re.compile(
    r"[ ,]*(?:with|whose tumors? (?:is|are|has|have)|that (?:is|are|has|have)|(?:that )?harbou?r(?:ing|s)?|carrying|having)(?: an?| the)? "
)
_KNOWN_TO = re.compile(r"known to (?:have|harbou?r|carry)\b")
_NEEDED = re.compile(
    r"admission|hospitali|intervention|surg|monitor|therap|treatment|medication|agents?\b|transfus|support|ventilat|drainage|inpatient|steroid"
)


def required_as_well(
    each: list[Expr], operands: list[list[Chunk]], joints: list[str], line: Line
) -> list[int]:
    """`psoriasis requiring steroids or inpatient admission`: members that may be required for the illness before them
    and then ask for nothing alone."""
    found: list[int] = []
    for at in range(1, len(each)):
        begins = _requires(each[at - 1]) and joints[at - 1] == "|"
        if not begins and not (at - 1 in found and joints[at - 1] == "|"):
            continue
        text = line.text[operands[at][0].start : operands[at][-1].end]
        if _may_be_required(each[at]) and _NEEDED.search(text) and not _OWN_VERB.search(text):
            found.append(at)
    return found


_OWN_VERB = re.compile(
    r"\b(?:prior|previous|history|received|receiving|undergone|underwent|use|current|any|other|who|have|has|had)\b"
)


def _requires(expr: Expr) -> bool:
    return any(isinstance(x, Flag) and any(map(stands_behind, x.qualifiers)) for x in leaves(expr))


def _may_be_required(expr: Expr) -> bool:
    """A treatment, or a name of no table."""
    return all(
        isinstance(x, (Treated, Unparsed))
        or (isinstance(x, Flag) and x.variable not in concepts() and not x.qualifiers)
        for x in leaves(expr)
    )


def with_clauses(
    operands: list[list[Chunk]], joints: list[str], line: Line
) -> tuple[list[list[Chunk]], list[str]]:
    """`abuse, that would interfere with participation`, `abuse, as judged by the investigator`: what an illness would do
    and who judges it narrow what stands before them, also behind a sign."""
    if len(operands) > 1 and joints[0] == "," and _judge(operands[0], line):
        operands[:2] = [operands[0] + operands[1]]
        del joints[0]
    for at in range(len(operands) - 1, 0, -1):
        first = operands[at][0]
        if (first.kind == "z" and first.value == "consequence") or (
            joints[at - 1] == "," and _judge(operands[at], line)
        ):
            operands[at - 1 : at + 1] = [operands[at - 1] + operands[at]]
            del joints[at - 1]
    return operands, joints


def _judge(own: list[Chunk], line: Line) -> bool:
    """`in the opinion of the investigator`, between commas or before one."""
    return BY_WHOM.fills(line.text[own[0].start : own[-1].end], line.text) is not None


def let_out(part: Expr, exception: Expr) -> Expr:
    """What is asked, without its exception: `solid tumor except lymphoma` asks for another tumor than that; anything else
    is not asked of those in the exception."""
    if _of_disease(part) and all(_is_disease(x) for x in leaves(exception)):
        return All(parts=(part, Not(part=exception)))
    return If(condition=Not(part=exception), then=part)


def _of_disease(part: Expr) -> bool:
    """The disease of the trial, with its stage: who has only what is taken out of it does not have it."""
    inside = [x for x in leaves(part) if not (isinstance(x, Code) and x.variable == "diagnosis_confirmed_by")]
    known = [concepts().get(x.variable) if isinstance(x, Flag) else None for x in inside]
    domains = {k.domain if k else "" for k in known}
    return "diagnosis" in domains and domains <= {"diagnosis", "stage"}


def _is_disease(leaf: Expr) -> bool:
    known = concepts().get(leaf.variable) if isinstance(leaf, Flag) and leaf.window is None else None
    return known is not None and known.domain == "diagnosis"

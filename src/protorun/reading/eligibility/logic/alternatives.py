"""Another limit for some: `unless Gilbert's syndrome, in which case ≤ 3 x ULN`, `in patients with C, ≤ 5 is permitted`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from protorun.reading.eligibility.logic.allowances import softens
from protorun.reading.eligibility.logic.context import Context
from protorun.reading.eligibility.logic.lists import find, has_atom, split, trim
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk, holds
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import All, Any, Expr, Flag, If, Not, Number

_PERMITS = re.compile(r"\b(?:may|can|allow\w*|permit\w*|acceptable|eligible)\b")
_CAUSE = re.compile(
    r"(?:is |are |was |were |believed |thought |considered |known |to be |felt )*"
    r"(?P<name>(?:related|due|attribut(?:ed|able)|secondary|owing) to (?:the |a |an |their )?[a-z][a-z' -]{2,50})$"
)


def with_allowances(sentences: list[list[Chunk]], line: Line) -> list[list[Chunk]]:
    """`X ≤ 1.5. Patients with C may have X ≤ 3`: the second sentence is an exception to the first."""
    found: list[list[Chunk]] = []
    for chunks in map(_permitted_for_some, sentences):
        if found and chunks[0].kind == "e" and _one_thing(found[-1]):
            found[-1] = [*found[-1], *chunks]
        elif found and (uncounted := _uncounted(found[-1], chunks)):
            found[-1] = [*found[-1], *uncounted]
        elif found and _softens(found[-1], chunks, line):
            at = chunks[0].start
            inside = [c for c in chunks if c.kind not in "pCi" and c.value != "may"]
            found[-1] = [*found[-1], Chunk("e", at, at, "unless"), *inside]
        elif found and (let_in := softens(found[-1], chunks, line)) is not None:
            at = let_in[0].start
            found[-1] = [*found[-1], Chunk("e", at, at, "unless"), *let_in]
        else:
            found.append(chunks)
    return found


def _one_thing(chunks: list[Chunk]) -> bool:
    """Limits alone, or one condition alone: then a sentence that begins with `except` can only be about it."""
    atoms = [c.value for c in chunks if c.kind == "A"]
    other = len(atoms) == 1 and isinstance(atoms[0], Flag) and atoms[0].variable == "other_malignancy"
    return bool(atoms) and (other or (_all_numbers(chunks) and all(c.kind in "A,&|" for c in chunks)))


def _uncounted(before: list[Chunk], chunks: list[Chunk]) -> list[Chunk]:
    """`Disease that required systemic treatment. X is not considered systemic treatment`: the disease with X only."""
    atoms = [c.value for c in before if c.kind == "A"]
    if chunks[0].value != "not_counted" or len(atoms) != 1 or not isinstance(atoms[0], Flag):
        return []
    if not any(q.startswith("requiring") for q in atoms[0].qualifiers):
        return []
    only = chunks[1].value
    alone = only.model_copy(update={"variable": atoms[0].variable, "qualifiers": (only.variable,)})
    return [chunks[0], Chunk("A", chunks[1].start, chunks[1].end, alone, own=True)]


def _permitted_for_some(chunks: list[Chunk]) -> list[Chunk]:
    """`or ≤ 5 x ULN is permitted if C`: between a limit and its condition the permission says nothing more."""
    if not holds(chunks, "p"):
        return chunks
    for at, (one, two, three) in enumerate(zip(chunks, chunks[1:], chunks[2:], strict=False)):
        if (
            two.kind == "p"
            and three.kind in "iC"
            and _limits([one])
            and _limits(chunks[:at]) == _limits([one])
        ):
            return [*chunks[: at + 1], *chunks[at + 2 :]]
    return chunks


def for_some(chunks: list[Chunk]) -> bool:
    """A usual limit and another one under a condition, with nothing left that permits."""
    return (
        sum(_both(c) for c in chunks) > 1
        and holds(chunks, "eiC")
        and not any(c.kind == "p" or c.value == "may" for c in chunks)
    )


def _limits(chunks: Iterable[Chunk]) -> set[str]:
    return {n.variable for n in numbers(chunks)}


def _softens(before: list[Chunk], chunks: list[Chunk], line: Line) -> bool:
    """One condition and one limit on what the sentence before limits, with a word that permits."""
    names = {n.variable for n in numbers(before)}
    only_limits = names and all(c.kind in "A,&|" for c in before) and _all_numbers(before)
    if not only_limits or find(chunks, "eg") is not None:
        return False
    text = line.text[chunks[0].start : chunks[-1].end]
    limits = {n.variable for n in numbers(chunks)}
    conditions = [c for c in chunks if c.kind == "A" and isinstance(c.value, Flag)]
    plain = all(c.kind in "AapCiM,:" or c.value == "may" for c in chunks)
    return plain and limits == names and len(conditions) == 1 and bool(_PERMITS.search(text))


def numbers(chunks: Iterable[Chunk]) -> list[Number]:
    """The limits among the atoms."""
    return [x for c in chunks if c.kind == "A" for x in leaves(c.value) if isinstance(x, Number)]


def _all_numbers(chunks: list[Chunk]) -> bool:
    return all(isinstance(x, Number) for c in chunks if c.kind == "A" for x in leaves(c.value))


def limit_instead(behind: list[Chunk], first: Expr, line: Line, context: Context) -> Expr | None:
    """The tree of `first, except C, for whom L`: L where C holds, elsewhere `first`."""
    behind = trim([c for c in behind if c.kind != "p"])
    cut = next(
        (i for i, c in enumerate(behind) if (c.kind == "A" and isinstance(c.value, Number)) or _both(c)), None
    )
    usual = [x for x in leaves(first) if isinstance(x, Number)]
    if cut is None or not cut or not usual or len(usual) != len(leaves(first)):
        return None
    named = line.text[behind[0].start : behind[cut].start].partition(",")[0].strip()
    head, limit = trim([c for c in behind[:cut] if c.kind != "M" and c.value != "where"]), behind[cut:]
    if not _all_numbers(limit) or any(c.kind not in "A,&|" for c in limit) or not head:
        return None
    if holds(head, "eigC|") or not _together(numbers(limit), usual):
        return None
    condition = _condition(head, named, usual[0], line, context)
    if condition is None:
        return None
    then = context.assemble(limit, line, context)
    if context.firing and not _same_side(numbers(limit), usual):
        then = Not(part=context.assemble(limit, line, context.asking()))
    elif not _same_side(numbers(limit), usual):
        return None
    return If(condition=condition, then=then, otherwise=first)


def _both(chunk: Chunk) -> bool:
    return chunk.kind == "A" and bool(leaves(chunk.value)) and _all_numbers([chunk])


def _together(limits: list[Number], usual: list[Number]) -> bool:
    """The same variables, or a kindred one (direct bilirubin for bilirubin)."""
    names, known = {n.variable for n in limits}, {n.variable for n in usual}
    return names <= known or all(any(k in n or n in k for k in known) for n in names)


def _same_side(limits: list[Number], usual: list[Number]) -> bool:
    sides = {(n.low is None, n.high is None) for n in (*limits, *usual)}
    return len(sides) == 1


_SEEN = re.compile(
    r"(?:is |are |was |were )?(?:only |solely )?(?:detected|seen|found|visible|identified|evident|diagnosed) (?:only |solely )?(?:by|on|with|in) [a-z][a-z -]{1,24}$"
)


def narrower(head: list[Chunk], behind: list[Chunk], line: Line) -> Expr | None:
    """`leptomeningeal disease unless asymptomatic and only detected by MRI`: the exception is a kind of what it excepts."""
    atoms = [c.value for c in head if c.kind == "A"]
    if len(atoms) != 1 or not isinstance(atoms[0], Flag) or atoms[0].qualifiers or atoms[0].window:
        return None
    operands, joints = split(trim(behind))
    found: list[Expr] = []
    for operand in operands:
        marks = _marks(operand, line)
        if not marks:
            return None
        source = line.cite(operand[0].start, operand[-1].end)
        found.append(atoms[0].model_copy(update={"qualifiers": marks, "source": source}))
    if len(found) <= 1:
        return found[0] if found else None
    return None if {"|", "&"} <= set(joints) else (Any if "|" in joints else All)(parts=tuple(found))


def _marks(operand: list[Chunk], line: Line) -> tuple[str, ...]:
    """The qualifiers a member of the exception gives; none where it says more."""
    if all(c.kind == "q" and c.value for c in operand):
        return tuple(str(c.value) for c in operand)
    if len(operand) == 1 and isinstance(operand[0].value, Flag):
        return ("asymptomatic",) if operand[0].value == _asymptomatic(operand[0].value) else ()
    words = line.text[operand[0].start : operand[-1].end]
    if _SEEN.fullmatch(words) and not holds(operand, "Agei"):
        return (re.sub(r"[^a-z0-9]+", "_", re.sub(r"^(?:is|are|was|were) ", "", words)),)
    return ()


def _asymptomatic(flag: Flag) -> Flag | None:
    return flag if flag.variable == "asymptomatic_state" and not flag.window else None


def swallows_limits(behind: list[Chunk], before: list[Chunk]) -> bool:
    """`creatinine > 2 unless C, AST or ALT > 2`: limits on other things behind an exception go on with the list."""
    atoms = [c for c in behind if c.kind == "A"]
    if not atoms or _both(atoms[0]):
        return False
    return bool(_limits(behind)) and not _limits(behind) & _limits(before)


def _condition(head: list[Chunk], words: str, usual: Number, line: Line, context: Context) -> Expr | None:
    """What the other limit is for; a cause of the value is a condition of its own name."""
    start, end = head[0].start, head[-1].end
    if (cause := _CAUSE.match(words)) is not None:
        name = re.sub(r"[^a-z0-9]+", "_", f"{usual.variable} {cause['name']}").strip("_")
        return Flag.model_construct(variable=name, qualifiers=(), window=None, source=line.cite(start, end))
    return context.assemble(head, line, context.opened()) if has_atom(head) else None

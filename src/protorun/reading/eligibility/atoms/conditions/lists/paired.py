"""Two qualifiers of one condition, where the second is part of its name or `and` joins what nobody has at once: `acute or
chronic urticaria`, `mild and moderate asthma`, `known or suspected metastatic disease`."""

from __future__ import annotations

from typing import Any as Anything

from protorun.reading.eligibility.atoms.conditions.open_conditions import is_name, open_flag
from protorun.reading.eligibility.words.lexicon import Chunk, holds, printed, stem, trie, words
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Any, Expr, Flag
from protorun.study.source import Source


def pair_qualifiers(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with both qualifiers where the condition takes them."""
    if not holds(chunks, "|&/") or not holds(chunks, "q"):
        return chunks
    for at in range(len(chunks) - 1, 0, -1):
        if chunks[at].kind in "|&/" and at + 1 < len(chunks):
            _pair(chunks, at, line)
    return [c for c in chunks if c.kind != ""]


def _pair(chunks: list[Chunk], at: int, line: Line) -> None:
    before, behind = chunks[at - 1], chunks[at + 1]
    if chunks[at].kind == "&":
        _both(chunks, at)
    elif before.kind == "q" and behind.kind == "k":
        _part_of_name(chunks, at, line)
    elif before.kind == "q" and behind.kind == "q":
        _of_a_stage(chunks, at)


def _both(chunks: list[Chunk], at: int) -> None:
    """`active and symptomatic ulcer` has both; nobody's asthma is mild and moderate, so that is either."""
    one, two = chunks[at - 1], chunks[at + 1]
    if one.kind != "q" or two.kind != "q" or at + 2 == len(chunks) or chunks[at + 2].kind not in "kz":
        return
    if not one.value or not two.value or (at > 1 and chunks[at - 2].kind in "|&,/zkAvf"):
        return  # also "asthma stable and uncontrolled diabetes"
    either = any(one.value in group and two.value in group for group in words()["opposites"]["groups"])
    if either:
        chunks[at].kind = "|"
    elif chunks[at + 2].kind == "k":
        chunks[at].kind = ""


def _part_of_name(chunks: list[Chunk], at: int, line: Line) -> None:
    """`acute or chronic urticaria`: the tables have the chronic one, and the word before the joint is said of the noun."""
    first = at - 1
    while first and chunks[first - 1].kind == "q":
        first -= 1
    known, groups = chunks[at + 1], [str(c.value) for c in chunks[first:at] if c.value]
    if not groups or "+" in str(known.value) or (first and _goes_before(chunks, first)):
        return
    text = line.text[known.start : known.end]
    word, _, rest = text.partition(" ")
    if _kind(word)[0] != "q" or not rest:
        return
    kind, name = _kind(rest)
    if kind != "k" and not is_name(rest):
        return
    source = line.cite(chunks[first].start, known.end)
    one = _flag(str(name), tuple(groups), source) if kind == "k" else open_flag(rest, tuple(groups), source)
    two = _flag(str(known.value), (), source)
    chunks[first] = Chunk(
        "A", chunks[first].start, known.end, Any.model_construct(parts=(one, two)), own=True
    )
    for spent in chunks[first + 1 : at + 2]:
        spent.kind = ""


def _goes_before(chunks: list[Chunk], first: int) -> bool:
    """A further qualifier in a list, or a noun the first qualifier stands behind."""
    before = chunks[first - 1].kind
    return before in "|&/zkAvf" or (before == "," and first > 1 and chunks[first - 2].kind == "q")


def _of_a_stage(chunks: list[Chunk], at: int) -> None:
    """`known or suspected metastatic disease`: a stage with nothing behind it is a condition like others."""
    step = at + 1
    while step < len(chunks) and chunks[step].kind == "q":
        step += 1
    alone = step + 1 >= len(chunks) or chunks[step + 1].kind in ";.)W"
    if step < len(chunks) and chunks[step].kind == "f" and alone:
        chunks[step].kind = "k"


def _kind(text: str) -> tuple[str, Anything]:
    """What the vocabulary has under exactly these words."""
    node: Anything = trie()
    for word, _, _ in printed(text):
        node = node.get(stem(word))
        if node is None:
            return "", ""
    kind, value = node.get("", ("", ""))
    return str(kind), value


def _flag(name: str, qualifiers: tuple[str, ...], source: Source) -> Expr:
    return Flag.model_construct(variable=name, qualifiers=qualifiers, window=None, source=source)

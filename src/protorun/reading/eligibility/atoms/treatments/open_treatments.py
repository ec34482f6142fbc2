"""Treatments nobody has in a table, named by their own words: `CCR8 directed therapy`, `treatment with palifermin`.

A name ends in a word for a treatment, in a stem of the international nonproprietary names, or stands behind a cue that
says it was given. The whole list member is the name; anything that says more than a name is left to the residual guard."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import pairwise

from protorun.reading.eligibility.words.guards import Guarded, guard, woken
from protorun.reading.eligibility.words.lexicon import Chunk, holds, modal, reversing, words
from protorun.reading.eligibility.words.line import Line
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT
from protorun.terms.treatments import recognize, wider

_MOST_WORDS, _MOST_LETTERS, _LONGEST_TAIL = 6, 70, 80
_JOINTS = ",|&/"
_BEFORE = frozenset(",|&/;.:g(ehIiCDMbL")
_BEHIND = frozenset(",|&;.):WHLeI(ZU/")
_HELD = frozenset({"treatment", "treatments", "medication", "medications", "infusion", "infusions"})
"""Words that are an anchor elsewhere and the head of a name here."""
_SILENT = re.compile(
    r"(?:[\s(/,\"-]|\b(?:any|an?|the|of|with|on|all|both|either|patients?|subjects?|participants?|individuals?|who|have|has|had|been|is|are|was|were|being|"
    r"received?|receiving|receives?|receipt|use|uses|used|using|taking|takes?|took|taken|undergo(?:ing|ne)?|underwent|administered|administration|"
    r"prior|previous(?:ly)?|currently|such|history|therapy|treatment|treated)\b)*"
)
_CUE = re.compile(
    r"\b(?:treat(?:ment|ed|ing) (?:with|using|by)|therap(?:y|ies) with|receiv(?:e|es|ed|ing)|receipt of|tak(?:e|es|en|ing)|use of|uses?|using|administration of|(?:patients?|subjects?|participants?|are|is|be|been|were|was|those) on)"
    r"(?: (?:any|an?|the|either|both|all|prior|previous|of))*[\s(:]*$"
)
_TO_WHAT = Guarded(
    r"\b(?:schedul|planned|planning|plans? to|intend|candidat|await|pending|anticipat|expect|unwilling|unable|refus|adheren|complian|allerg|hypersensitiv|intoleran|reaction|contraindicat|sensitivit|anaphyla|resistan|refractory|respon|toxicit|caused|due|secondary|induced|related)\w*[^.;]{0,80}$"
)
_PLAIN = re.compile(r"[a-z0-9][a-z0-9 '/αβγ-]*")
_AFTER = re.compile(
    r"[\s\"]*(?:(?:use|given|administered|administration|ha(?:s|ve) been|was|were|for any (?:indication|reason|purpose))\b\s*)*"
)


@cache
def _table(name: str) -> frozenset[str]:
    return frozenset(words()["treatments"][name].split())


@cache
def _stems() -> re.Pattern[str]:
    return re.compile(rf"[a-z]*(?:{'|'.join(sorted(_table('stems')))})$")


@cache
def _not_named() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(_table('no_name')))})\b")


def mark_open_treatments(chunks: list[Chunk], line: Line) -> list[Chunk]:
    """The chunks with every treatment of unknown name as a treatment (kind y) under the name its words give."""
    if not (woken(line.text) & _ASKS or holds(chunks, "y") or any(map(_stem, chunks))):
        return chunks
    found: list[Chunk] = []
    at = 0
    while at < len(chunks):
        named = _named(chunks, at, found, line) if chunks[at].kind in "zoya" else None
        if named is None:
            found.append(chunks[at])
            at += 1
        else:
            chunk, at, shared = named
            if shared and (led := _lead(line.text[shared[-1].start : shared[-1].end])):
                chunk.value = f"{_name(led)}_{chunk.value}"
            for other in shared:
                other.kind, other.value = "y", f"{_name(line.text[other.start : other.end])}_{_last(chunk)}"
            found.append(chunk)
    return _exposed(_without_other(found) if "other" in line.text else found, line)


_GIVING = frozenset({"exposure", "therapy"})
_GIVEN_BEFORE = re.compile(r"\b(?:prior|previous|past|any|earlier|history of) $")
_TO = re.compile(r" (?:to|with) (?:(?:any|an?|the|either) )*")


def _was_given(word: Chunk, treatment: Chunk, line: Line) -> bool:
    """`prior exposure to X`, `previous therapy with X` say that X was given."""
    before = _GIVEN_BEFORE.search(line.text, max(0, word.start - 12), word.start)
    return before is not None and _TO.fullmatch(line.text, word.end, treatment.start) is not None


def _exposed(chunks: list[Chunk], line: Line) -> list[Chunk]:
    said = {
        id(one)
        for one, two in pairwise(chunks)
        if one.value in _GIVING and one.kind == "z" and two.kind == "y" and _was_given(one, two, line)
    }
    return [c for c in chunks if id(c) not in said] if said else chunks


_ASKS = guard(["treat", "therap", "receiv", "receipt", "tak", "use", "using", "drug", "agent", "medic", "inhibitor", "antagonist", "agonist", "vaccin", "antibod", "blocker", "inducer", "exposure"])  # fmt: skip


def _stem(chunk: Chunk) -> bool:
    return chunk.kind == "z" and _is_stem(chunk.value)


@lru_cache(maxsize=1 << 14)
def _is_stem(word: str) -> bool:
    return len(word) > 5 and _stems().match(word) is not None


def _last(chunk: Chunk) -> str:
    return str(chunk.value).rsplit("_", 1)[-1]


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9αβγ]+", "_", text).strip("_")


def _named(
    chunks: list[Chunk], at: int, found: list[Chunk], line: Line
) -> tuple[Chunk, int, list[Chunk]] | None:
    """The treatment that begins here, the chunk behind it, and the members before it that share its last word."""
    if not _begins(chunks[at], found, line):
        return None
    behind = _run(chunks, at, line)
    if behind == at:
        return None
    run, start, end = chunks[at:behind], chunks[at].start, chunks[behind - 1].end
    if _TO_WHAT.search(line.text, max(0, start - 120), start) or not _free(run):
        return None
    headed = _headed(run, line)
    bare = run[0].kind in "ya" or (headed and len(run) == 1)
    if headed or bare:
        end, behind = _tail(chunks, behind, line)
    if bare and (len(run) > 1 or end == run[-1].end or (found and found[-1].kind in _JOINTS)):
        return None
    if not headed and not bare and not (len(run) == 1 and _stem(run[0])) and not _cued(found, start, line):
        return None
    if not _ends(chunks, behind, end, line):
        return None
    text = " ".join(_BRACKET.sub(" ", line.text[start:end]).split())
    if _OF_SHARED.match(line.text, end) and " of " not in text:
        return None  # "strong inducers or inhibitors of CYP3A4": inducers of what?
    if not _is_name(text) or not (headed or bare or not _ADJECTIVE.search(text)):
        return None
    shared = _sharing(found, line) if headed else []
    if shared is None or (shared and len(text.split()) > 2):
        return None
    listed = recognize(text) if "(" in line.text[start:end] else None
    return Chunk("y", start, end, listed or _name(text)), behind, shared


_BRACKET = re.compile(r"\((?![a-z0-9/-]*[a-z]{5})[a-z0-9/-]{2,10}\)-?")
_ACTS = r"(?:inducer|inhibitor|substrate|antagonist|agonist|blocker|modulator)s?"
_OF_SHARED = re.compile(
    rf"(?<=[a-z])\s*(?:,|or\b|and\b|/)\s*(?:or |and )?(?:[a-z-]{{1,20}} ){{0,2}}{_ACTS} (?:of|for) "
)


def _run(chunks: list[Chunk], at: int, line: Line) -> int:
    """The words that stand together: unknown words, routes, known treatments behind them, digits of a name."""
    step, short = at, 0
    while step < len(chunks) and step - at - short < _MOST_WORDS:
        chunk = chunks[step]
        if step > at and line.text[chunks[step - 1].end : chunk.start] not in ("", " ", "-", " -", "- "):
            break
        if step > at and (again := _abbreviated(chunks, step, line)):
            step, short = step + again, short + again
            continue
        short += chunk.end - chunk.start == 1
        word = line.text[chunk.start : chunk.end]
        slash = chunk.kind == "/" and step > at and chunks[step - 1].kind == "z" and _tight(chunks, step)
        hyphen = "-" in line.text[max(0, chunk.start - 1) : chunk.end + 1]
        digits = chunk.kind == "n" and word.isdigit() and (hyphen or _numbered(chunks, step, at))
        if not (chunk.kind in "zoy" or (chunk.kind == "a" and word in _HELD) or digits or slash):
            break
        step += 1
        if _is_head(chunk, line) and step < len(chunks) and not _is_head(chunks[step], line):
            break
        if chunk.kind == "y" and step - at > 1 and chunk.value not in _table("wide"):
            break
    return step


def _abbreviated(chunks: list[Chunk], at: int, line: Line) -> int:
    """How many chunks an abbreviation in brackets takes inside a name: `chemokine receptor 8 (CCR8) antibody`."""
    close = next((i for i in range(at + 1, min(at + 6, len(chunks))) if chunks[i].kind == ")"), None)
    if (
        chunks[at].kind != "("
        or close is None
        or close + 1 >= len(chunks)
        or chunks[close + 1].kind not in "zy"
    ):
        return 0
    return close + 1 - at if _ABBREVIATION.fullmatch(line.text, chunks[at].start, chunks[close].end) else 0


_ABBREVIATION = re.compile(r"\((?=[a-z0-9/-]*[a-z])(?![a-z0-9/-]*[a-z]{5})[a-z0-9/-]{2,10}\)")
_NUMBERED = frozenset({"receptor", "homologue", "homolog", "ligand", "factor", "antigen", "protein", "differentiation", "death", "kinase", "interleukin"})  # fmt: skip


def _numbered(chunks: list[Chunk], step: int, at: int) -> bool:
    """`receptor 8`, `homologue 3`."""
    return step > at and chunks[step - 1].kind == "z" and chunks[step - 1].value in _NUMBERED


def _tight(chunks: list[Chunk], at: int) -> bool:
    """`trifluridine/tipiracil`: one product."""
    after = chunks[at + 1] if at + 1 < len(chunks) else None
    return (
        after is not None
        and after.kind == "z"
        and (chunks[at - 1].end, chunks[at].end) == (chunks[at].start, after.start)
    )


def _begins(first: Chunk, found: list[Chunk], line: Line) -> bool:
    if first.value in _table("other"):
        return False
    if not found:
        return _silent(line.text, 0, first.start)
    last = found[-1]
    if last.value in _GIVING:
        return _was_given(last, first, line)
    before = (
        last.kind in _BEFORE
        or (last.kind != "A" and last.value in ("other", "another"))
        or (last.kind == "q" and last.value in ("", "current"))
        or (last.kind == "a" and line.text[last.start : last.end] in _HELD)
    )
    return before and _silent(line.text, last.end, first.start)


def _silent(text: str, start: int, end: int) -> bool:
    return text[start:end] in ("", " ") or _SILENT.fullmatch(text, start, end) is not None


def _headed(run: list[Chunk], line: Line) -> bool:
    """The run ends in a word for a treatment."""
    return (run[-1].kind == "y" and len(run) > 1) or _is_head(run[-1], line)


def _is_head(chunk: Chunk, line: Line) -> bool:
    word = line.text[chunk.start : chunk.end]
    if word.startswith("antibod"):  # `treponema pallidum antibody` is a test
        return (
            re.search(
                r"\b(?:anti(?!bod|gen)-?[a-z0-9-]*|monoclonal|bispecific)(?: [a-z0-9()-]{1,30}){0,6}[ -]$",
                line.text[max(0, chunk.start - 80) : chunk.start],
            )
            is not None
        )
    return chunk.kind in "za" and word in _table("heads")


def _cued(found: list[Chunk], start: int, line: Line) -> bool:
    """Directly behind a cue, or a further member of a list whose first member stands behind one."""
    if _CUE.search(line.text, max(0, start - 60), start):
        return True
    if _of_treatments(found):
        return True
    step = len(found)
    again = bool(found) and "with" in line.text[found[-1].end : start]
    while step > 1 and found[step - 1].kind in _JOINTS and found[step - 2].kind in _JOINTS + "y":
        step -= 1
        while step and found[step - 1].kind == "y":
            step -= 1
            cue = _CUE.search(line.text, max(0, found[step].start - 60), found[step].start)
            if cue and again and "with" not in cue[0]:
                return False  # "on a diet or with poor intake"
            if cue or _of_treatments(found[:step]):
                return True
    return False


def _of_treatments(found: list[Chunk]) -> bool:
    """What is taken out of treatments, or an example of them, is one."""
    return bool(found) and found[-1].kind in "eI" and holds(found[-5:-1], "y")


def _free(run: list[Chunk]) -> bool:
    """No word in it keeps the name from being asserted or turns it round."""
    return not any(c.kind == "z" and (c.value in modal() or c.value in reversing()) for c in run)


def _tail(chunks: list[Chunk], behind: int, line: Line) -> tuple[int, int]:
    """What a treatment is for belongs to its name: `biologics for asthma`, `drugs known to prolong the QT interval`."""
    end, step = chunks[behind - 1].end, behind
    while step < len(chunks) and chunks[step].kind in "zkoqf" and chunks[step].end - end <= _LONGEST_TAIL:
        step += 1
    if step == behind or (step < len(chunks) and chunks[step].kind not in ";.)WH"):
        return end, behind
    text = line.text[end : chunks[step - 1].end]
    if not re.match(r" (?:for|known to|intended to|used to|to treat|targeting|directed|against)\b", text):
        return end, behind
    free = _free(chunks[behind:step]) and not _not_named().search(text) and _PLAIN.fullmatch(text.strip())
    return (chunks[step - 1].end, step) if free else (end, behind)


def _ends(chunks: list[Chunk], behind: int, end: int, line: Line) -> bool:
    if behind < len(chunks) and chunks[behind].kind not in _BEHIND:
        return False
    if behind < len(chunks) and chunks[behind].kind == "(" and not _goes_no_further(chunks, behind):
        return False
    stop = chunks[behind].start if behind < len(chunks) else len(line.text)
    return _AFTER.fullmatch(line.text, end, stop) is not None


def _goes_no_further(chunks: list[Chunk], at: int) -> bool:
    """`angiotensin converting enzyme (ACE) inhibitors` goes on behind the bracket."""
    close = next((i for i in range(at, min(at + 12, len(chunks))) if chunks[i].kind == ")"), None)
    return close is None or close + 1 == len(chunks) or chunks[close + 1].kind in _BEHIND


_DOSE = re.compile(r"\b(?:high|low)[ -]doses? ")


def _is_name(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or not 3 <= len(text) <= _MOST_LETTERS + _LONGEST_TAIL:
        return False
    if _not_named().search(_DOSE.sub("", text)) or JUDGMENT.search(text) or STATEMENT.search(text):
        return False
    return (
        re.search(r"[a-z]{3}", text) is not None and not text.endswith("ly") and text not in _table("alone")
    )


_ADJECTIVE = re.compile(r"(?:al|ic|ive|ous|ary|ory|ed|ing|oid|able)$")


def _sharing(found: list[Chunk], line: Line) -> list[Chunk] | None:
    """`anabolic, anti-inflammatory and analgesic drugs`: adjectives before it that lend its last word; None where
    a word before it may be one."""
    shared: list[Chunk] = []
    step = len(found)
    while step >= 2 and found[step - 1].kind in _JOINTS and found[step - 2].kind == "z":
        first = step - 2
        while (
            first
            and found[first - 1].kind == "z"
            and line.text[found[first - 1].end : found[first].start] in (" ", "-")
        ):
            first -= 1
        words = found[first : step - 1]
        text = line.text[words[0].start : words[-1].end]
        alone = not first or found[first - 1].kind in _BEFORE or found[first - 1].kind == "a"
        joined = not line.text[words[-1].end : found[step - 1].start].strip(" ,(")
        organ = text.rsplit(" ", 1)[-1] in _table("organs")
        if not (organ or _ADJECTIVE.search(text)):
            return shared
        named = _is_name(text) or text in _table("alone")
        if not alone or not joined or not named or not _free(words):
            return shared or None
        words[-1].start = words[0].start
        del found[first : step - 2]
        shared.append(words[-1])
        step = first
    joints = [c.kind for c in found[found.index(shared[-1]) :] if c.kind in _JOINTS] if shared else []
    return shared if set(joints) != {","} else []  # "live, attenuated vaccine" is one thing


def _lead(first: str) -> str:
    """`therapeutic` of `therapeutic oral or intravenous antibiotics` goes for both."""
    led, _, last = first.rpartition(" ")
    return led if last and all(_ADJECTIVE.search(word) for word in (*led.split(), last)) and led else ""


def _without_other(chunks: list[Chunk]) -> list[Chunk]:
    """`other investigational agents`, `A or other B`: `other` says nothing where A is no B."""
    found: list[Chunk] = []
    for at, chunk in enumerate(chunks):
        behind = chunks[at + 1] if at + 1 < len(chunks) else None
        other = chunk.kind == "z" and chunk.value in ("other", "another")
        if other and behind is not None and behind.kind == "y" and _told_apart(str(behind.value), found):
            continue
        found.append(chunk)
    return found


def _general(chunk: Chunk) -> bool:
    """The `treatment` of `palliative radiation treatment`."""
    return chunk.kind in "za" and str(chunk.value) in ("treatment", "therapy", "use", "first_dose")


def _told_apart(name: str, before: list[Chunk]) -> bool:
    if name == "investigational_agent":
        return True
    if len(before) < 2 or before[-1].kind not in _JOINTS:
        return False
    last = next((c for c in reversed(before) if c.kind not in _JOINTS and not _general(c)), before[0])
    if last.kind == "y":
        return True
    known = [str(c.value) for c in before if c.kind == "y"]
    return last.kind in "WHLZ)" and bool(known) and name not in wider(known[-1])

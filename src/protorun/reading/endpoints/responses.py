"""Which best responses count for a rate: a list spelled out, or what the term means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protorun.reading.endpoints.words import by_term, patterns
from protorun.reading.sentences import Sentence
from protorun.study.source import Source, Sourced, absent, derived, stated

_TERM = "what the term means; the record does not spell it out"
Listed = tuple[tuple[str, ...], Source]


def responses_of(name: Sentence, description: Sequence[Sentence]) -> Sourced[tuple[str, ...]]:
    """The responses that count. A list that is not what the term means, or that knows more responses than CR, PR and
    SD, settles nothing; a measure without a term counts what its own name says."""
    term = next(((m, r) for p, r in by_term("responses_by_term") if (m := p.search(name.text))), None)
    lists = [listed for line in (*description, name) if (listed := _listed(line))]
    wanted = term[1] if term else _named(name)
    if not wanted:
        return absent()
    if same := next((listed for listed in lists if listed[0] == wanted), None):
        return stated(wanted, same[1])
    if foreign := next(_foreign(lists, (name, *description)), None):
        note = f"{foreign[1]} in the definition of {name.text[:60]}"
        return Sourced[tuple[str, ...]](basis="unread", sources=(foreign[0],), note=note)
    if term is None:
        return stated(wanted, name.source())
    return derived(wanted, name.matched(term[0]), note=_TERM)


def _named(name: Sentence) -> tuple[str, ...]:
    """The responses a measure names itself, as in "number of patients with partial response"."""
    return () if patterns("responses_words")["others"].search(name.text) else _found(name.text)


def _listed(line: Sentence) -> Listed | None:
    """The responses a defining sentence lists; the part that explains them is left out."""
    words = patterns("responses_words")
    if not patterns("words")["defines"].search(line.text) or words["statistics"].search(line.text):
        return None
    text = words["explained"].sub(lambda m: " " * len(m[0]), line.text)
    text = words["explains"].split(text)[0]
    found = _found(text)
    if not found or words["others"].search(text):
        return None
    return found, line.source(0, len(text.rstrip(" .,;(")))


def _foreign(lists: Sequence[Listed], lines: Sequence[Sentence]) -> Iterator[tuple[Source, str]]:
    """Lists with other responses than the term means, and responses we do not know."""
    for responses, source in lists:
        yield source, f"{', '.join(responses)} are listed"
    for line in lines:
        if match := patterns("responses_words")["others"].search(line.text):
            yield line.source(), f"{match[0]!r} stands"


def _found(text: str) -> tuple[str, ...]:
    return tuple(r for r, pattern in patterns("responses").items() if pattern.search(text))

"""The two sides of an `or` in a plain statement: `acute or chronic sinusitis`, `lesions of heart or lungs`."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import (
    ADJECTIVE,
    ORGANS,
    adjectives,
    is_noun,
)
from protorun.reading.eligibility.words.lexicon import words

_OR = re.compile(r" (?:or|and ?/ ?or) ")
_DIAGNOSED = re.compile(r"^(?:confirmed|established|clinical) diagnosis of (?:an? |the )?")
_SLASH = re.compile(r"\b(?P<one>[a-z]{4,20})/(?P<two>[a-z]{4,20})\b")
_PREPOSITIONS = frozenset(
    {
        "of",
        "to",
        "in",
        "with",
        "for",
        "by",
        "from",
        "on",
        "at",
        "against",
        "under",
        "between",
        "during",
        "through",
        "after",
        "following",
    }
)
_NEVER = frozenset(
    {
        "who",
        "which",
        "that",
        "has",
        "have",
        "had",
        "is",
        "are",
        "was",
        "were",
        "been",
        "does",
        "did",
        "a",
        "an",
        "the",
    }
)


def sides(plain: str, *, joint: str = "or") -> tuple[str, ...]:
    """Both sides as statements of their own, with the words they share; none where it is not certain which these are."""
    plain = _DIAGNOSED.sub("", plain)
    if "," in plain:
        return _listed(plain) if joint == "or" else ()
    parts = plain.split(" and ") if joint == "and" else _OR.split(plain)
    if len(parts) == 1 and joint == "or" and (slash := _SLASH.search(plain)):
        before, behind = plain[: slash.start()], plain[slash.end() :]
        found: tuple[str, ...] = (f"{before}{slash['one']}{behind}", f"{before}{slash['two']}{behind}")
        alike = slash["one"] not in behind and _adjective(slash["one"]) == _adjective(slash["two"])
        return found if alike and plain.count("/") == 1 else ()
    if len(parts) != 2 or not parts[0] or not parts[1]:
        return ()
    left, right = parts[0].split(" "), parts[1].split(" ")
    if right[0] in ("other", "another"):
        return ()
    if joint == "and":
        return _qualified(left, right)
    found = next((f for rule in _RULES if (f := rule(left, right))), ())
    return found if len(set(found)) > 1 else ()


_COMMAS = re.compile(r",? (?:or|and/or) |, ")
_MOST_MEMBERS = 9


def _listed(plain: str) -> tuple[str, ...]:
    """`tumors of the oropharynx, oral cavity, or larynx`: what stands behind the one preposition."""
    joints = list(_OR.finditer(plain))
    if len(joints) != 1 or ", " not in plain[: joints[0].start()]:
        return ()
    first, *rest = (part.split(" ") for part in _COMMAS.split(plain))
    at = max((i for i, word in enumerate(first) if word in _PREPOSITIONS), default=0)
    if (
        not at
        or not 1 < len(rest) < _MOST_MEMBERS
        or any(set(part) & (_PREPOSITIONS | _NEVER) for part in rest)
    ):
        return ()
    members = [[w for w in first[at + 1 :] if w not in ("a", "an", "the")], *rest]
    lent = len(rest[-1]) > 1 and any(len(part) < 2 or part[-1] in ORGANS for part in members)
    if lent or not all(part and part[0] and is_noun(part[-1]) for part in members):
        return ()
    return tuple(" ".join([*first[: at + 1], *part]) for part in members)


def _qualified(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`acute or chronic sinusitis`, `lesions invading or encasing a vessel`."""
    if len(right) < 2 or right[1] in _PREPOSITIONS or right[1] in _NEVER - {"a", "an", "the"}:
        return ()
    if not (_adjective(left[-1]) and _adjective(right[0])) or _ending(left[-1]) != _ending(right[0]):
        return ()
    if len(left) > 1 and (left[-2] == "to" or left[-2].endswith(("ly", "ed"))):
        return ()  # "moderate to severe or severe", "locally advanced unresectable or metastatic"
    adverbs = left[-1].endswith("ly") and right[0].endswith("ly")
    if not adverbs and not set(right) & _PREPOSITIONS and not is_noun(right[-1]):
        return ()
    return " ".join([*left, *right[1:]]), " ".join([*left[:-1], *right])


def _last_word(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`allergy to food or antibiotics`: what stands behind the preposition."""
    if len(right) > 1 or len(left) < 2 or left[-2] not in _PREPOSITIONS:
        return ()
    if not is_noun(left[-1]) or not is_noun(right[0]):
        return ()
    return " ".join(left), " ".join([*left[:-1], *right])


def _again(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`signs of encasement or of cavitation`: the preposition is said again."""
    if right[0] not in _PREPOSITIONS or left.count(right[0]) != 1 or len(right) < 2:
        return ()
    at = left.index(right[0])
    if not at or set(left[at + 1 :]) & _PREPOSITIONS:
        return ()
    return " ".join(left), " ".join([*left[:at], *right])


def _complements(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`dependent on oxygen or tube feeding`: an adjective and its preposition go for both."""
    if len(left) < 3 or left[1] not in _PREPOSITIONS or not _adjective(left[0]) or left[0] in _qualifiers():
        return ()
    if (set(left[2:]) | set(right)) & (_PREPOSITIONS | _NEVER - {"a", "an", "the"}):
        return ()
    if not is_noun(left[-1]) or not is_noun(right[-1]) or left[-1] in ORGANS or _verb_follows(left):
        return ()
    own = [w for w in left[2:] if w not in _NEVER]
    if len(own) == 1 < len(right):
        return ()  # "on a weight-loss or special diet"
    return " ".join(left), " ".join([*left[:2], *right])


def _verb_follows(left: list[str]) -> bool:
    """`unable to perform`: behind this `to` stands no noun."""
    return left[1] == "to" and left[0] not in words()["statements"]["to_nouns"]


def _predicates(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`deprived of liberty or placed under guardianship`: two of a kind, each with words of its own."""
    kinds = (_kind(left), _kind(right))
    return (" ".join(left), " ".join(right)) if kinds[0] and kinds[0] == kinds[1] else ()


def _kind(side: list[str]) -> str:
    if len(side) < 3 or side[1] not in _PREPOSITIONS or not is_noun(side[-1]):
        return ""
    return next((end for end in ("ed", "ing") if side[0].endswith(end)), "")


def _two_names(left: list[str], right: list[str]) -> tuple[str, ...]:
    """`mycosis fungoides or Sezary syndrome`: two names of conditions that share no word."""
    joints = (set(left) | set(right)) & (_PREPOSITIONS | _NEVER)
    if joints or left[-1] in ORGANS or not is_noun(left[-1]) or not is_noun(right[-1]):
        return ()
    if len(left) < 2 or len(right) < 2 or _adjective(left[0]) > _adjective(right[0]):
        return ()
    one, two = " ".join(left), " ".join(right)
    return (one, two) if tells_what(two) or tells_what(one) else ()


def _adjective(word: str) -> bool:
    return (
        word in _qualifiers()
        or word in adjectives()
        or (len(word) > 4 and ADJECTIVE.search(word) is not None)
    )


def _ending(word: str) -> str:
    """Participles and adverbs stand only beside their like."""
    return next((end for end in ("ing", "ly") if word.endswith(end)), "")


@cache
def _qualifiers() -> frozenset[str]:
    """Words that qualify a condition: `known`, `severe`, `recurrent`."""
    listed = words()["qualifiers"].values()
    return frozenset(p for phrases in listed for p in phrases if " " not in p and p != "history")


_RULES = (_qualified, _last_word, _again, _complements, _predicates, _two_names)

"""The words of a line as one name, where they say nothing that a name cannot hold."""

from __future__ import annotations

import re
from functools import cache

from protorun.reading.eligibility.atoms.conditions.kinds import tells_what
from protorun.reading.eligibility.atoms.conditions.open_conditions import GENERIC
from protorun.reading.eligibility.words.lexicon import words
from protorun.reading.eligibility.words.personal import JUDGMENT, STATEMENT

_LEAST_WORDS, _MOST_WORDS, _MOST_LETTERS = 2, 22, 170
_PLAIN = re.compile(r"[a-zß][a-z0-9ß' -]*[a-z0-9]")
_NUMBER = re.compile(r"(?<![a-z-])\d|\b\d+(?:\.\d+)?(?![a-z0-9-])")
_TYPES = re.compile(
    r"\b(?:type|types|group|factor|receptor|subtype|interleukin|covid|axis|protein|ligand) ?-?\d{1,2}(?![\d.])"
)
"""Numbers that belong to names."""
_PAIR = re.compile(
    r"^([a-z]+(?:ed|ic|al|ous|ive|able|ile|ing|ary)), ([a-z]+(?:ed|ic|al|ous|ive|able|ile|ary) )"
)
"""`active, unstable angina`: two adjectives of one noun."""
_HIS = re.compile(r"\bhis/her\b")
_SHORT = re.compile(r"(?<=[a-z]) \((?P<short>[a-z]{2,7})\)(?=[ .;,-]|$)")
_PLURAL = re.compile(r"(?<=[a-z])\((?P<plural>s|es)\)")
_EXAMPLES = re.compile(r" \((?:e\. ?g\.?|eg|for example|for instance|such as)[ ,:][^()]{1,200}\)")
_SUCH_AS = re.compile(
    r",? (?:such as|e\. ?g\.?|eg|for example|for instance|including,? but not limited to|but not limited to)(?: |[,:] ?)[a-zß][^;]{2,200}?[.; ]*$"
)
"""Examples at the end of a line: what they are examples of stands before them."""
_TAKEN_OUT = re.compile(
    r" (?:will be|are|is|were|must be|should be|shall be) excluded(?: (?:from|for|in) (?:the|this) (?:study|trial))?[. ]*$"
)
EXCLUDES = re.compile(r"\b(?:exclud|exclusion\b|ineligib|not eligib)")
_BESIDE = re.compile(r" \((?P<inside>[a-z][a-zß' -]{2,40})\)")
_UNSAID = re.compile(
    r"\b(?:or|and|and/or|both|only|not|no|if|except|excluding|including|see|preferred|optional)\b"
)
_HYPHENS = re.compile(r"(?<=[a-z])[‐‑–](?=[a-z])")
_GREEK = str.maketrans({"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "’": "'"})
_BEFORE_TRIAL = re.compile(
    r"(?<!hour)(?<!hours)(?<!day)(?<!days)(?<!week)(?<!weeks)(?<!month)(?<!months)(?<!year)(?<!years),? \(?(?:(?:at|during|prior to|before|upon)(?: the)?(?: time of| day of| date of)?(?: the)?(?: study| trial| subject| patient)?"
    r" (?:screening|baseline|enrol?lment|inclusion|randomi[sz]ation|entry|registration)(?: (?:visits?|period|phase))?(?: (?:for|in|into|of) (?:the |this )?(?:study|trial))?"
    r"|in the past|before|previously|in the medical history)\)?$"
)
"""A time that is that of the trial itself, and a past without an end, narrow nothing."""
_DANGLING = re.compile(
    r"\b(?:of|for|to|in|on|at|by|with|than|from|and|or|the|an?|any|under|against|due|about|approximately|his|her|after|following|during|before)$"
)
_SYSTEM = re.compile(
    r"^system |^(?:[a-z]+ )?(?:nervous|immune|digestive|respiratory|urinary|cardiovascular|endocrine) systems?\b(?: [a-z]{2,4})?$"
)
"""Where an illness is, not which: `central nervous system`."""
_RELATIONS = re.compile(r"\b(?:after|before|during|following|post|prior|previous|previously|since|under)\b")


def plain_words(text: str) -> str:
    """The line without its lead, examples, brackets that only explain, and marks at its ends."""
    text = _TAKEN_OUT.sub("", _SUCH_AS.sub(_unless_more, _HYPHENS.sub("-", text.translate(_GREEK))))
    if "(" in text:
        text = _BESIDE.sub(
            _joined, _SHORT.sub(_unsaid, _EXAMPLES.sub(_unless_excepted, _PLURAL.sub(r"\g<plural>", text)))
        )
    plain = " ".join(text.replace("can't", "cannot").replace("can not", "cannot").strip(" .;,*-").split())
    return _BEFORE_TRIAL.sub("", _lead().sub("", plain, count=1))


_MORE = re.compile(
    r"\d|\b(?:within|past|last|prior|before|during|days?|weeks?|months?|years?|who|which|that|with|without)\b"
)


def _unless_more(match: re.Match[str]) -> str:
    """Nothing for examples up to the end of the line, unless they hold what may go for the whole: a time, a clause."""
    return match[0] if _MORE.search(match[0]) else _unless_excepted(match)


def _unless_excepted(match: re.Match[str]) -> str:
    """Nothing for examples; what they take out again is said."""
    return match[0] if _UNSAID.search(match[0].replace("and", "").replace("or", "")) else ""


def _unsaid(match: re.Match[str]) -> str:
    """Nothing for the first letters of the words before it, otherwise what it is."""
    before = re.split(r"[ -]", match.string[max(0, match.start() - 80) : match.start()])
    initials = "".join(w[0] for w in before if w and w not in ("of", "the", "and", "in", "for"))
    short = match["short"]
    return "" if initials.endswith((short, short.removesuffix("s"))) else match[0]


def _joined(match: re.Match[str]) -> str:
    """A few plain words in brackets belong to the name: `pneumonectomy (complete)`."""
    return match[0] if _UNSAID.search(match["inside"]) else f" {match['inside']}"


def named(plain: str, *, timed: bool = False, side: bool = False) -> str | None:
    """The words as a name, or None where they count, compare, deny, join, judge or point elsewhere. One `side` of a
    choice may be a single word for a condition."""
    plain = _lead().sub("", plain, count=1)
    least = 1 if side and tells_what(plain) else _LEAST_WORDS
    plain = _HIS.sub("their", _PAIR.sub(r"\1 \2", plain, count=1))
    many = not least <= len(plain.split()) <= _MOST_WORDS or len(plain) > _MOST_LETTERS
    if (
        many
        or not _PLAIN.fullmatch(plain)
        or _NUMBER.search(_TYPES.sub(" ", plain))
        or _refused().search(plain)
    ):
        return None
    if _DANGLING.search(plain) or _SYSTEM.search(plain) or (timed and _RELATIONS.search(plain)):
        return None
    says = not JUDGMENT.search(plain) and not STATEMENT.search(plain)
    return plain if says and (_says_something(plain) or (timed and _ILL.search(plain))) else None


_ILL = re.compile(r"^(?:acute|severe|serious) (?:illness|disease)$")


def _says_something(plain: str) -> bool:
    """More than words that only name or announce (`PRE-TREATMENT VISIT`, `other medical conditions`)."""
    hollow = words()["statements"]["hollow"]
    return any(word not in hollow for word in re.split(r"[ -]", plain))


_ILLNESS = re.compile(r"\b(?:disease|illness|condition|disorder|comorbidit)")
_WORDS = re.compile(r"[a-z]+")


def vague_illness(plain: str) -> bool:
    """`severe or uncontrolled systemic diseases`: illnesses of no kind, which somebody has to judge."""
    if not _ILLNESS.search(plain) or len(plain) > _MOST_LETTERS:
        return False
    vague = words()["statements"]["vague_illness"]
    said = _WORDS.findall(plain)
    return len(said) > 1 and all(w in vague or w in GENERIC for w in said) and any(w in _GRAVE for w in said)


_GRAVE = frozenset({"uncontrolled", "severe", "serious", "unstable", "significant", "major"})


@cache
def _lead() -> re.Pattern[str]:
    listed = "|".join(words()["statements"]["lead"])
    return re.compile(rf"^(?:(?:{listed}) (?!or |and |/)){{1,8}}")


@cache
def _refused() -> re.Pattern[str]:
    listed = (w.replace("*", "[a-z]*") for w in words()["statements"]["refuse"])
    return re.compile(rf"\b(?:{'|'.join(listed)})\b")

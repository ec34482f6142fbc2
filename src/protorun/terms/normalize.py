"""One spelling for the signs of registry text, through the offset map: what is rewritten still points at the original.

After `normalize` these hold: no markdown escapes or character entities, plain spaces, ASCII punctuation and digits,
`≥` and `≤` for every spelling of them, `x10^9/L` for every spelling of a power of ten, `x ULN` for multiples,
`m2` and `mm3` for areas and volumes. Bullets stay, and so do line breaks, save those of a hard-wrapped paragraph.
"""

from __future__ import annotations

import html
import re
import unicodedata

from protorun.terms.offsets import Mapped

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SAME_LENGTH = (
    {ord(sign): " " for sign in _SPACES}
    | {ord(sign): "-" for sign in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"}
    | {ord(sign): "'" for sign in "\u2018\u2019\u201a\u201b\u2032\u02bc"}
    | {ord(sign): '"' for sign in "\u201c\u201d\u201e\u201f\u2033"}
    | {ord(sign): "≥" for sign in "≧⩾≽"}
    | {ord(sign): "≤" for sign in "≦⩽≼"}
    | {ord(sign): "x" for sign in "×✕✖⨯"}
    | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | {ord("。"): ".", ord("、"): ",", ord("\u03bc"): "µ", ord("∗"): "*"}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"

# Zero-width signs, byte-order marks and the marks that turn the writing direction carry no words.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069\u00ad"
_WRITTEN = re.compile(
    rf"\\(?P<escaped>[\\<>*\[\]^.&~_#+=(){{}}|!`-])"
    r"|(?P<entity>&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});)"
    rf"|(?P<invisible>[{_INVISIBLE}]+)"
    r"|(?P<compatible>[\u3380-\u33df\u2460-\u2473\ufb00-\ufb06])"
)
_COMPARATOR = re.compile(
    r"(?P<more>>[ ]?=|=[ ]?>(?=[ ]{0,3}[0-9])|[>≥][ ]?/[ ]?=|>[ ]?or[ ]?=)"
    r"|(?P<less><[ ]?=(?!=)|=[ ]?<|[<≤][ ]?/[ ]?=|<[ ]?or[ ]?=)"
)
_WRITTEN_START = re.compile(rf"[\\&{_INVISIBLE}\u3380-\u33df\u2460-\u2473\ufb00-\ufb06]")
_COMPARATOR_START = re.compile("[<>=≤≥]")
_OTHER_SIGNS = re.compile(f"[{re.escape(''.join(map(chr, _SAME_LENGTH)))}]")
# 10^9 as it is printed: 10^9, 10⁹, 10e9, 10E9, 10**9, 10(9), and 109 behind a multiplication sign (lost superscript).
_PER = r"(?=[ ]{0,2}(?:/|per\b|cells|[uµ]?L\b))"
_POWER = re.compile(
    r"(?P<times>(?<![A-Za-z])[xX*·•][ ]{0,2})?(?<![0-9.])10"
    r"(?:[ ]?(?:\^|\*\*|[eE]\+?)[ ]?\(?(?P<marked>[0-9]{1,2})\)?(?![0-9])"
    rf"|(?P<raised>[{_RAISED}]{{1,2}})"
    rf"|\((?P<bracket>[0-9]{{1,2}})\)(?=[ ]?/))"
)
_LOST = re.compile(rf"(?:(?<![A-Za-z])[xX*·][ ]{{0,2}}|(?<=[0-9])[ ])(?P<power>10(?:3|6|9|12)){_PER}")
_RAISED_UNIT = re.compile(r"(?<![A-Za-z])(?P<unit>m|mm|cm|dm)(?:\^(?P<caret>[23])|(?P<raised>[²³]))(?![0-9])")
_MULTIPLE = re.compile(
    r"(?<=[0-9])[ ]{0,2}(?:[xX*]|times)[ ]{0,2}(?=(?:the[ ])?(?:institutional[ ])?(?:ULN|LLN|upper|lower)\b)"
)


_LOST_START = re.compile("[xX*· ][ ]{0,2}(?=10)")
_POWER_START = re.compile("[xX*·•1](?:[ ]{0,2}(?=10)|(?<=1)0)")
_UNIT_START = re.compile("[cdm]m?(?=[\\^²³])")
_TEN = re.compile("10")
_RAISED_SIGN = re.compile("[\\^²³]")
_LIMIT = re.compile("ULN|LLN|upper|lower")

# A text of the legacy XML: every line but the first (the value's outer blanks are gone) is indented by the depth of
# the element, 6 blanks or more; nothing else the registry or its mirrors print is.
_WRAPPED = re.compile(r"\s*\S[^\n]*(?:\n[ \t\r]*(?=\n|\Z)|\n {6,}\S[^\n]*)*+")
_INDENTED = re.compile(r"\n {6,}\S")
_WRAP = re.compile(r"(?<=\S)[ \t\r]*\n[ \t]*(?=\S)")
_INDENT = re.compile(r"(?<=\n)[ ]{1,80}")


def unwrap(text: Mapped) -> Mapped:
    """The text with the lines of each paragraph joined and the common indentation gone, when it is hard-wrapped the
    way legacy XML is; any other text as it stands. Deeper indentation (a list in a list) stays."""
    if not _INDENTED.search(text.text) or not _WRAPPED.fullmatch(text.text):
        return text
    joined = text.replace(_WRAP, " ")
    depths = [len(m[0]) for m in _INDENT.finditer(joined.text) if joined.text[m.end() : m.end() + 1].strip()]
    common = min(depths, default=0)
    return joined.replace(_INDENT, lambda m: " " * max(0, len(m[0]) - common))


def normalize(text: Mapped) -> Mapped:
    """The text with one spelling per sign; every character still maps to the original range it came from."""
    text = unwrap(text).replace(_WRITTEN, _as_meant, _WRITTEN_START)
    if _OTHER_SIGNS.search(text.text):
        text = text.translate(_SAME_LENGTH)
    if "=" in text.text:
        text = text.replace(_COMPARATOR, lambda m: "≥" if m["more"] else "≤", _COMPARATOR_START)
    if _TEN.search(text.text):
        text = text.replace(_LOST, lambda m: f"x10^{m['power'][2:]}", _LOST_START)
        text = text.replace(_POWER, _power, _POWER_START)
    if _RAISED_SIGN.search(text.text):
        text = text.replace(_RAISED_UNIT, _unit, _UNIT_START)
    return text.replace(_MULTIPLE, " x ") if _LIMIT.search(text.text) else text


def lost_superscripts(text: Mapped) -> tuple[tuple[int, int], ...]:
    """Original ranges of powers of ten whose superscript was lost, such as `x109/L`; `normalize` reads them as 10^9.

    A bare `109/L` without a sign of multiplication or a number before it is no such place: it may be a hundred and nine.
    """
    clean = text.replace(_WRITTEN, _as_meant).translate(_SAME_LENGTH)
    return tuple(clean.span(*match.span("power")) for match in _LOST.finditer(clean.text))


def _as_meant(match: re.Match[str]) -> str:
    if match["escaped"]:
        return match["escaped"]
    if match["invisible"]:
        return ""
    if match["entity"]:
        return html.unescape(match["entity"])
    return unicodedata.normalize("NFKC", match["compatible"])


def _power(match: re.Match[str]) -> str:
    exponent = match["marked"] or match["bracket"] or match["raised"].translate(_SUPERSCRIPTS)
    return f"{'x' if match['times'] else ''}10^{exponent}"


def _unit(match: re.Match[str]) -> str:
    return match["unit"] + (match["caret"] or match["raised"].translate(_SUPERSCRIPTS))

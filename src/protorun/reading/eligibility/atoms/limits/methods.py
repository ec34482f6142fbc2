"""How a value of the heart is measured: `LVEF ≥ 50 % by echocardiogram or MUGA scan`. The method stays with the limit."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.guards import Guarded

_METHODS = {
    "echocardiography": r"echocardiogra(?:m|ms|phy|phic)|echo|(?:cardiac|heart) ultrasound",
    "MUGA": r"muga|mult(?:i|iple)-?gated(?: radionuclide)? (?:acquisition|angiogra(?:m|phy))|radionuclide (?:angiogra(?:m|phy)|ventriculogra(?:m|phy))",
    "cardiac MRI": r"cardiac mri|cardiac magnetic resonance(?: imaging)?",
    "ECG": r"electrocardiogra(?:m|ms|phy)|ecgs?|ekgs?",
}
_MEASURES = {"lvef": ("echocardiography", "MUGA", "cardiac MRI"), "qtc": ("ECG",)}
_MEASURES["shortening_fraction"] = _MEASURES["fractional_shortening"] = _MEASURES["lvef"]
_DEVICE = (
    r"(?:(?:2d|two-dimensional|transthoracic|12-lead|twelve-lead|resting|screening|standard|single|triplicate|an?|the|either) ){0,4}"
    rf"(?:{'|'.join(_METHODS.values())})(?: ?\((?:echo|muga|ecg|ekg|tte|(?:i\.e\.,? )?muga)\))?"
    r"(?: (?:scans?|assessment|recordings?|imaging))?(?: \(muga\))?(?: in triplicate)?"
)
_BY = Guarded(
    r",? ?\(?(?:as )?(?:(?:measured|assessed|determined|evaluated|documented|obtained|confirmed|estimated) )?(?:by|on|in|per|via|using|with|from|based on) "
    rf"{_DEVICE}(?:(?:,? (?:or|and/or) (?:by |on |an? |the )?|/){_DEVICE}){{0,3}}\)?(?=[ .,;)]|$)"
)
_MEASURED = Guarded(r"lvef|ejection fraction|shortening|qtc|qt interval")
_BEFORE = Guarded(r"\b(?:echocardiographic|cardiac) (?=(?:lvef|left ventricular ejection|ejection)\b)")
_NEAR = 160
_SENTENCE = re.compile(r"[;.](?: |$)")


def methods_in(text: str) -> list[re.Match[str]]:
    """The methods named behind a limit on the heart, and right before its name."""
    if not _MEASURED.search(text):
        return []
    behind = [m for m in _BY.finditer(text) if _MEASURED.search(text[max(0, m.start() - _NEAR) : m.start()])]
    return [*behind, *_BEFORE.finditer(text)]


def method_of(name: str, text: str, start: int, end: int) -> str:
    """The methods by which this limit is measured, as the sentence around it says."""
    known = _MEASURES.get(name)
    if known is None:
        return ""
    closing = _SENTENCE.search(text, end)
    behind = methods_in(text[start : closing.start() if closing else len(text)])[:1]
    before = _BEFORE.finditer(text[max(0, start - 24) : end])
    said = " ".join(m[0] for m in (*behind, *before))
    return ", ".join(method for method in known if re.search(rf"\b(?:{_METHODS[method]})\b", said))

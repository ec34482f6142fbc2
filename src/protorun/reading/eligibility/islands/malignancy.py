"""Which other malignancies do not count: `except for cured carcinoma in situ of the cervix, basal cell carcinoma ...`."""

from __future__ import annotations

import re

from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import Code
from protorun.study.source import Source

_TYPES = (
    (
        "cervical_carcinoma_in_situ",
        r"(?:carcinoma|cancer)s?[ -]in[ -]situ (?:of|in) (?:the )?(?:uterine )?cervix(?: uteri)?|in[ -]situ (?:carcinoma|cancer) of the (?:uterine )?cervix|in[ -]situ cervical (?:cancer|carcinoma)|cervical (?:carcinoma|cancer|intraepithelial neoplasia)(?:[ -]in[ -]situ)?|cervical in[ -]situ (?:carcinoma|cancer)|carcinoma in situ cervix|cervix carcinoma in situ",
    ),
    (
        "basal_cell_carcinoma",
        r"basal[ -]?cell (?:skin )?(?:carcinoma|cancer)s?(?: of (?:the )?skin)?|cutaneous basal cell carcinoma|basal[ -]cell(?= (?:or|and|and/or) squamous)|basal[ -]cell(?=/squamous)",
    ),
    (
        "squamous_cell_carcinoma_skin",
        r"(?:cutaneous )?squamous[ -]?cell (?:skin )?(?:carcinoma|cancer)s?(?: of (?:the )?skin)?",
    ),
    (
        "nonmelanoma_skin_cancer",
        r"non[ -]?melanoma(?:tous)? skin (?:cancer|carcinoma|malignanc(?:y|ie))s?|non[ -]?melanoma skin|skin (?:basal|squamous)",
    ),
    (
        "breast_carcinoma_in_situ",
        r"(?:ductal )?(?:carcinoma|cancer) in[ -]situ of (?:the )?breast|ductal (?:breast )?carcinoma[ -]in[ -]situ(?: of the breast)?|\bdcis\b|in[ -]situ breast (?:cancer|carcinoma)|breast carcinoma in[ -]situ|breast cancer in[ -]situ",
    ),
    (
        "papillary_thyroid_carcinoma",
        r"papillary (?:thyroid )?(?:carcinoma|cancer)s?(?: of the thyroid)?|papillary thyroid",
    ),
    (
        "superficial_bladder_cancer",
        r"superficial bladder (?:cancer|tumor|carcinoma)s?|non[ -]?muscle[ -]invasive bladder (?:cancer|carcinoma)|bladder (?:carcinoma|cancer) in[ -]situ",
    ),
    (
        "carcinoma_in_situ",
        r"(?:any |other )?(?:carcinoma|cancer)s?[ -]in[ -]situ|(?:any |other )?in[ -]situ (?:carcinoma|cancer|malignanc(?:y|ie)|neoplasm|tumor)s?",
    ),
)
_CURED = r"(?:cured|adequately treated|curatively treated|appropriately treated|adequately resected|completely resected|radically resected|effectively treated|successfully treated|definitively treated|surgically cured|treated|curatively resected|curable|properly treated|surgically excised|completely excised)"
_TYPE = re.compile(
    rf"(?P<cured>{_CURED} )?(?:localized |local |early[ -]stage |early )?(?P<type>{'|'.join(f'(?P<t{i}>{p})' for i, (_, p) in enumerate(_TYPES))})"
)
_SILENT = re.compile(
    r"(?:\b(?:or|and|and/or|for|of|the|other|any|a|patients?|with|history|skin|cancers?|such as|e\.g\.|those|following|are allowed|cured|adequately|treated)\b|[\s,;:.()/-])+"
)


def malignancy_exceptions(line: Line, start: int, end: int) -> tuple[Code, tuple[int, int] | None] | None:
    """The excepted types as one condition (all other malignancies of the patient are of these), and words left over.

    `cured` before the first of several may go for that one or for all of them: the near reading is taken, the other kept."""
    text = line.text[start:end]
    values: list[str] = []
    cured: list[bool] = []
    rest, at = [], 0
    for match in _TYPE.finditer(text):
        index = next(i for i in range(len(_TYPES)) if match[f"t{i}"])
        rest.append((at, match.start()))
        values.append(_TYPES[index][0])
        cured.append(bool(match["cured"]))
        at = match.end()
    rest.append((at, len(text)))
    if not values:
        return None
    source = line.cite(start, end)
    near = tuple(dict.fromkeys(f"{v}:cured" if c else v for v, c in zip(values, cured, strict=True)))
    if cured[0] and not all(cured) and len(values) > 1:
        line.doubt(
            "CURED_SCOPE",
            "`cured` or `treated` may go for the first exception only (taken) or for all of them",
        )
        all_cured = tuple(dict.fromkeys(f"{v}:cured" for v in values))
        line.readings.append(
            ("all exceptions must be cured or treated", _code(near, source), _code(all_cured, source))
        )
    left = [(a, b) for a, b in rest if _SILENT.sub("", text[a:b])]
    lost = (start + left[0][0], start + left[-1][1]) if left else None
    return _code(near, source), lost


def _code(values: tuple[str, ...], source: Source) -> Code:
    return Code.model_construct(variable="other_malignancy_type", values=values, every=True, source=source)

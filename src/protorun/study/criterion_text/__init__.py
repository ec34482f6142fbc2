"""The text form of a criterion: one line a clinician can read and correct, and that loses nothing of the tree.

    platelets >= 80 10^9/L
    if liver_metastasis then (alt <= 5 x ULN and ast <= 5 x ULN) else (alt <= 3 x ULN and ast <= 3 x ULN)
    her2_ihc in (0, 1+) or (her2_ihc is 2+ and her2_ish is negative)
    washout of chemotherapy, radiotherapy: 2 weeks or 5 half-lives, whichever is shorter, before enrollment

`not` binds tighter than `and`, `and` tighter than `or`; `if` and `unless` stand alone or in parentheses. The sources of
the atoms are not part of the line.
"""

from __future__ import annotations

from protorun.study.criterion_text.atoms import atoms_of, with_sources
from protorun.study.criterion_text.listing import Reading, asked, criteria
from protorun.study.criterion_text.parsing import parse
from protorun.study.criterion_text.writing import write

__all__ = ["Reading", "asked", "atoms_of", "criteria", "parse", "with_sources", "write"]

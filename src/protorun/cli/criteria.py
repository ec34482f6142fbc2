"""protorun criteria"""

from __future__ import annotations

from pathlib import Path

from protorun.cli.output import Format, emit, say


def criteria(study: Path, *, format: Format = "table") -> int:
    """Print the eligibility criteria as they were read: text form, class, and what is not covered.

    Exit code 0 when every word is covered, 3 when words of some criterion are not.

    Parameters
    ----------
    study
        A study file (.yaml) or a record.
    format
        How to print.
    """
    from collections import Counter

    from protorun.read import load
    from protorun.study.criterion_text import criteria as read

    loaded = load(study)
    found = read(loaded)
    rows = [
        {
            "id": one.id,
            "class": one.klass,
            "reads": one.reads,
            "not_covered": list(one.not_covered),
            "waits_for": list(one.waits_for),
            "doubts": list(one.doubts),
            "read_by": one.read_by,
            "text": one.text,
        }
        for one in found
    ]
    emit(rows, format, title=f"Criteria of {loaded.key}" if format == "table" else "")
    counts = Counter(one.klass for one in found)
    say(f"{study}: {len(found)} criteria; {', '.join(f'{k} {n}' for k, n in counts.items()) or 'none'}")
    if waiting := sum(one.klass == "computable" and bool(one.waits_for) for one in found):
        say(
            f"{waiting} of the computable {'waits' if waiting == 1 else 'wait'} for a person's answer in a part; until then it is unknown"
        )
    return 3 if any(one.not_covered for one in found) else 0

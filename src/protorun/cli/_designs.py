"""The designs a command names: `--design "boin target=.25"`, `--design record`, over the study's levels or `--levels`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protorun.cli.output import say

if TYPE_CHECKING:
    from protorun.escalation import Design
    from protorun.study.study import Study

RECORD = "record"


@dataclass(frozen=True)
class Named:
    """A design as the user knows it."""

    name: str
    design: Design


@dataclass(frozen=True)
class Asked:
    """What a command says about designs: texts, `--levels`, `--target`, `--reading`."""

    texts: Sequence[str] = ()
    levels: str = ""
    target: float | None = None
    reading: str | None = None


def designs_of(study: Study | None, asked: Asked) -> list[Named]:
    """The designs asked for; without any, every reading of the study's own rule.

    A named design takes target, start level and numbers of levels from the study where its text is silent, and the target
    of the other designs where they agree on one. Raises UsageError where something is missing."""
    from protorun.escalation import design_named

    texts = _split(asked.texts) or [RECORD]
    found: list[Named] = []
    labels = _labels(study, asked.levels)
    defaults = _defaults(study, asked, texts)
    for text in texts:
        if text in (RECORD, "stated"):
            found += _of_record(study, asked)
            continue
        if not labels:
            _missing_levels()
        words, uploaded = _uploaded(text)
        design = design_named(words, labels, defaults | uploaded)
        for note in getattr(getattr(design, "rule", None), "notes", ()):
            say(f"{text}: {note}")
        found.append(Named(text, _as_in_record(study, design)))
    return _apart(found)


def _uploaded(text: str) -> tuple[str, dict[str, str]]:
    """The text of a design without its file, and what stands in it: `table file=decisions.csv target=.25`."""
    from protorun.errors import UsageError

    name, *settings = text.split()
    if name != "table":
        return text, {}
    files = [word.removeprefix("file=") for word in settings if word.startswith("file=")]
    if len(files) != 1:
        raise UsageError("table wants its CSV file, as in: table file=decisions.csv target=.25")
    try:
        held = Path(files[0]).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{files[0]}: a decision table is a CSV file in UTF-8") from None
    return " ".join([name, *(w for w in settings if not w.startswith("file="))]), {"decisions": held}


def study_of(path: Path | None) -> Study | None:
    """The study of the command, where it names one."""
    from protorun.read import load

    return None if path is None else load(path)


def say_levels(designs: Sequence[Named]) -> None:
    """Which number means which level."""
    from protorun.escalation.notation import numbering

    say(f"levels: {'; '.join(dict.fromkeys(numbering(named.design) for named in designs))}")


def _split(texts: Sequence[str]) -> list[str]:
    """One text for each design: a word without `=` begins a design, as in `boin target=.25, mtpi2`."""
    found: list[str] = []
    for text in texts:
        for word in text.replace(",", " ").split():
            if "=" in word and found:
                found[-1] += f" {word}"
            else:
                found.append(word)
    return found


def _labels(study: Study | None, levels: str) -> tuple[str, ...]:
    """The names of the levels: as typed, or the study's."""
    from protorun.errors import UsageError
    from protorun.escalation._design import labels_of
    from protorun.escalation._for_study import names_of

    if levels.strip().isdigit():
        if not 1 <= int(levels) <= 100:
            raise UsageError(f"between 1 and 100 levels, not {levels}")
        return names_of(int(levels))
    if levels:
        names = tuple(name.strip() for name in levels.split(","))
        if len(names) == 1 and _number(names[0]):
            raise UsageError(
                f"--levels {levels}: a whole number of levels, or their names, lowest dose first"
            )
        if len(set(names)) < len(names) or "" in names:
            raise UsageError("each level needs a name of its own, lowest dose first: --levels '10 mg,15 mg'")
        return names
    return labels_of(study.dose_rule) if study is not None and study.dose_rule else ()


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _missing_levels() -> None:
    from protorun.errors import UsageError

    raise UsageError("say which levels there are: --levels 5, or their names, lowest dose first")


def _defaults(study: Study | None, asked: Asked, texts: Sequence[str]) -> dict[str, Any]:
    """Settings for designs whose text is silent about them; what comes from elsewhere is said."""
    from protorun.escalation._from_rule import settings_of

    found: dict[str, Any] = {}
    rule = study.dose_rule if study is not None and not asked.levels else None
    if rule is not None:
        found |= {name: held.value for name, held in rule.parameters.items() if held.known}
        start = _start(study)
        found |= {"startdose": start + 1} if start else {}
        found |= {k: v for k, v in settings_of(rule).items() if k in ("target", "doses")}
    stated = {w.partition("=")[2] for text in texts for w in text.split() if w.startswith("target=")}
    if asked.target is not None:
        found["target"] = asked.target
    elif len(stated) == 1:
        found["target"] = stated.pop()
        if any("target=" not in text and text not in (RECORD, "stated") for text in texts):
            say(f"target={found['target']} is taken for every design that has a target")
    return found


def _start(study: Study | None) -> int:
    """The level the study's own rule begins with; 0 where it does not say."""
    from protorun.errors import ProtorunError
    from protorun.escalation import design_for, readings_of

    if study is None or study.dose_rule is None:
        return 0
    if study.dose_rule.start_level.known:
        return study.dose_rule.start_level.value or 0
    try:
        return design_for(study, reading=readings_of(study)[0]).start()[0]
    except ProtorunError:
        return 0


def _of_record(study: Study | None, asked: Asked) -> list[Named]:
    """Every reading of the study's own rule, or the one asked for."""
    from protorun.errors import UsageError
    from protorun.escalation import design_for, readings_of

    if study is None:
        raise UsageError("name a study, or a design with its levels: --design 'boin target=.25' --levels 5")
    names = (asked.reading,) if asked.reading else readings_of(study)
    return [Named(name, design_for(study, reading=name)) for name in names]


def _as_in_record(study: Study | None, design: Design) -> Design:
    """The design with its levels numbered as the study's own rule numbers them: 1 is where that rule starts."""
    from dataclasses import replace

    from protorun.errors import ProtorunError
    from protorun.escalation import design_for, readings_of

    if study is None or not hasattr(design, "numbered"):
        return design
    try:
        own = design_for(study, reading=readings_of(study)[0])
    except ProtorunError:
        return design
    rest = tuple(level for level in range(own.levels) if level not in own.order)
    order = (*own.order, *rest)
    if own.labels != design.labels or order == tuple(range(own.levels)):
        return design
    return replace(design, numbered=order)  # type: ignore[type-var]


def _apart(found: list[Named]) -> list[Named]:
    """Names that are all different."""
    names = [named.name for named in found]
    return [
        named if names.count(named.name) == 1 else Named(f"{named.name} ({i})", named.design)
        for i, named in enumerate(found, 1)
    ]

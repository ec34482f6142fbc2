"""Tables of the documentation that are made from the code: options of each verb, plug-ins of each kind, the verbs.

A page asks with a comment such as `<!-- help: calendar -->`, `<!-- plug-ins: escalation -->`, `<!-- verbs -->`,
`<!-- decisions: boin target=.25 -->`, `<!-- paths: crm target=.25 -->`, `<!-- compared: one arm -->` or
`<!-- cells: labs -->`; what pages on endpoints ask is answered by `rule_tables.py`.
"""

import csv
import inspect
import io
import logging
import os
import re
import runpy
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

LOG = logging.getLogger("mkdocs.hooks.verbs")
RULES = runpy.run_path(str(Path(__file__).with_name("rule_tables.py")))
LEVELS = ("5 mg", "10 mg", "20 mg", "40 mg", "80 mg")
LIMITS = {
    "n": "patients",
    "escalate_if_le": "E if at most",
    "stay": "S if",
    "deescalate_if_ge": "D if at least",
    "eliminate_if_ge": "DU if at least",
}


def on_page_markdown(markdown: str, **_: object) -> str:
    """The page with each request answered."""
    return ASKS.sub(lambda ask: ANSWERS[ask[1]](ask[2]), markdown)


def help_of(verb: str) -> str:
    """What `protorun VERB --help` prints; `plan group-sequential` names one plan."""
    from protorun.cli import run

    os.environ["COLUMNS"] = "92"
    text = io.StringIO()
    try:
        with redirect_stdout(text):
            run([*verb.split(), "--help"])
    except ImportError as error:
        LOG.warning("the verb %s cannot be documented: %s", verb, error)
    return f"```text\n{text.getvalue().rstrip()}\n```"


def plug_ins(kind: str) -> str:
    """One row for each plug-in of a kind, with the first sentence of its module."""
    from protorun.terms.plugins import load, names

    rows = [(f"`{name}`", _first_sentence(load(kind, name).__doc__)) for name in names(kind)]
    return _table(("name", "what it is"), rows)


def verbs(_: str | None) -> str:
    """One row for each verb."""
    from protorun.cli.verbs import VERBS

    rows = [
        (f"[{verb}]({verb}.md)", f"`protorun.{verb.replace('-', '_')}`", says) for verb, says in VERBS.items()
    ]
    return _table(("verb", "in Python", "what it does"), rows)


def names_of(_: str | None) -> str:
    """What `import protorun` offers."""
    import protorun

    return ", ".join(f"`{name}`" for name in protorun.__all__)


def text_of(module: str) -> str:
    """What a module says of itself: the columns of tables are documented where they are read."""
    return f"```text\n{inspect.getdoc(import_module(module))}\n```"


def decisions(text: str) -> str:
    """The decision table of a design: by patients and DLTs at the level, or by what else matters."""
    from protorun.escalation import boundaries, design_named

    design = design_named(text, LEVELS)
    if design.local:
        rows = boundaries(design, n=12)
        cells = [tuple("" if row[key] is None else str(row[key]) for key in LIMITS) for row in rows]
        return _table(tuple(LIMITS.values()), cells)
    names = {"level": "level", "n": "patients", "dlt": "DLTs", "given": "where", "why": "decision"}
    rows = boundaries(design_named(text, LEVELS[:3]))
    return _table(tuple(names.values()), [tuple(str(row[key]) for key in names) for row in rows])


def pathways(text: str) -> str:
    """What a design does after every outcome of the first two cohorts."""
    from protorun.escalation import design_named, paths

    rows = [
        (f"`{row['path']}`" if row["path"] else "", row["why"]) for row in paths(design_named(text, LEVELS))
    ]
    return _table(("outcomes", "decision"), rows)


def compared(chapter: str) -> str:
    """The committed figures of one chapter: what was compared with which package, and the largest difference."""
    with (Path(__file__).parent / "validation-dose-finding.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["chapter"] == chapter]
    if chapter == "later":
        cells = [(f"`{row['file']}`", _package(row), row["what"]) for row in rows]
        return _table(("file", "package", "why it waits"), cells)
    head = ("file", "package", "what was compared", "values", "largest difference", "held to")
    return _table(head, [_comparison(row) for row in rows])


def _comparison(row: dict[str, str]) -> tuple[str, ...]:
    largest = "0" if float(row["difference"]) == 0 else row["difference"].replace("e-0", "e-")
    held = row["tolerance"].replace("e-0", "e-")
    found, limit = {
        "absolute": (largest, held),
        "relative": (f"{largest} of the value", held),
        "standard errors": (f"{float(row['difference']):.1f} standard errors", held),
        "values that differ": ("none" if largest == "0" else f"{float(largest):.0f} differ", "equal"),
    }[row["scale"]]
    return f"`{row['file']}`", _package(row), row["what"], row["compared"], found, limit


def cells(chapter: str) -> str:
    """The committed figures of one chapter of endpoints: rows and cells compared, how many differ, and why."""
    with (Path(__file__).parent / "validation-endpoints.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["chapter"] == chapter]
    head = ("file", "source", "what", "rows", "cells", "differ", "largest difference", "held to")
    known = [f"- **{row['differing']}** of {row['what']}: {row['known']}." for row in rows if row["known"]]
    return "\n".join(
        [_table(head, [_cells(row) for row in rows]), *(["", "Known:", "", *known] if known else [])]
    )


def _cells(row: dict[str, str]) -> tuple[str, ...]:
    counts = (f"{int(row[name]):,}" for name in ("rows", "cells"))
    differ = "none" if row["differing"] == "0" else f"**{row['differing']}**"
    size = row["difference"].replace("e-0", "e-") if float(row["difference"]) else "0"
    held = "equal" if row["tolerance"] == "0" else row["tolerance"].replace("e-0", "e-")
    return f"`{row['file']}`", row["source"], row["what"], *counts, differ, size, held


def _package(row: dict[str, str]) -> str:
    return f"{row['package']} {row['version']}".strip()


def _first_sentence(text: str | None) -> str:
    found: str = RULES["sentence"](text)
    return found.replace("|", "\\|")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    made: str = RULES["table"](head, rows)
    return made


ANSWERS = {
    "help": help_of,
    "plug-ins": plug_ins,
    "verbs": verbs,
    "names": names_of,
    "text": text_of,
    "decisions": decisions,
    "paths": pathways,
    "compared": compared,
    "cells": cells,
    **RULES["ANSWERS"],
}
ASKS = re.compile(rf"<!-- ({'|'.join(ANSWERS)})(?:: ([\w./= -]+?))? -->")

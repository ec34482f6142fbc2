"""The page around the sections: a single HTML file without scripts and without a request to anywhere."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from protorun.report.facts import plain
from protorun.report.parts import Parts
from protorun.study.assume import unanswered


def report(parts: Parts) -> str:
    """The report of one study as HTML; sections without content are left out."""
    sections = []
    for module in _sections():
        context = module.build(parts)
        if context is not None:
            key = module.__name__.rpartition(".")[2]
            html = environment().get_template(f"{key}.html.j2").render(study=parts.study, **context)
            sections.append({"key": key, "title": module.TITLE, "html": Markup(html)})  # noqa: S704 - autoescaped
    page = environment().get_template("page.html.j2")
    return page.render(
        study=parts.study,
        css=style(),
        chips=_chips(parts),
        sections=sections,
        provenance=parts.provenance,
    )


@cache
def _sections() -> tuple[ModuleType, ...]:
    package = import_module("protorun.report.sections")
    found = [import_module(f"{package.__name__}.{m.name}") for m in iter_modules(package.__path__)]
    return tuple(sorted(found, key=lambda m: m.ORDER))


def style() -> Markup:
    """The style sheet, to be inlined."""
    return Markup(files("protorun.report").joinpath("templates/style.css").read_text("utf-8"))  # noqa: S704 - our own file


@cache
def environment() -> Environment:
    """The one template environment: everything is escaped, and an unknown name is an error."""
    env = Environment(
        loader=PackageLoader("protorun.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["plain"] = plain
    env.filters["columns"] = lambda rows: list(dict.fromkeys(name for row in rows for name in row))
    return env


def _chips(parts: Parts) -> list[dict[str, Any]]:
    study = parts.study
    texts = [
        study.nct or "no NCT number in the record",
        study.status.value,
        *(study.phases.value or ()),
        study.sponsor.lead.value,
    ]
    chips = [{"text": t, "kind": ""} for t in texts if t]
    count = sum(1 for c in study.eligibility if c.klass == "computable")
    if study.eligibility:
        chips.append(
            {"text": f"{count} of {len(study.eligibility)} criteria computable", "kind": "computable"}
        )
    chips.append({"text": f"{len(unanswered(study))} open questions", "kind": "assumed"})
    chips.append({"text": f"{len(study.assumptions)} assumptions", "kind": "assumed"})
    return chips

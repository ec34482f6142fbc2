"""Nothing can be used that is not documented, and nothing is documented that cannot be used."""

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

import protorun
from protorun.cli.verbs import VERBS
from protorun.errors import PluginNotFound
from protorun.terms import plugins

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
KINDS = ("records", "escalation", "allocation", "response", "patients")
PAGES = sorted(DOCS.rglob("*.md"))


def slug(verb: str) -> str:
    return verb.replace("-", "_")


def commands() -> dict[str, Any]:
    """Every command by its words: the verbs, and the plans of `plan`."""
    found: dict[str, Any] = {}
    for verb in VERBS:
        command = getattr(importlib.import_module(f"protorun.cli.{slug(verb)}"), slug(verb))
        plans = sys.modules[f"protorun.cli.{slug(verb)}"].PLANS if isinstance(command, App) else ()
        found |= {f"{verb} {plan}": command[plan].default_command for plan in plans} or {verb: command}
    return found


COMMANDS = commands()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_command_of_its_name_with_help(verb: str) -> None:
    command = getattr(importlib.import_module(f"protorun.cli.{slug(verb)}"), slug(verb))
    assert getattr(command, "help", None) or inspect.getdoc(command)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_a_python_function_of_its_name(verb: str) -> None:
    function = getattr(protorun, slug(verb))
    assert callable(function)
    assert not inspect.ismodule(function)
    assert inspect.getdoc(function)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_page_with_its_options(verb: str) -> None:
    page = (DOCS / "verbs" / f"{verb}.md").read_text()
    assert page.startswith(f"# {verb}\n")
    assert f"<!-- help: {verb} -->" in page
    assert f"verbs/{verb}.md" in (ROOT / "mkdocs.yml").read_text()


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_option_of_a_verb_is_explained(verb: str) -> None:
    """The docstring of a command is its help; a parameter that is missing there is an option without a word."""
    command = COMMANDS[verb]
    text = inspect.getdoc(command) or ""
    silent = [p for p in inspect.signature(command).parameters if not re.search(rf"^\s*{p}\b", text, re.M)]
    assert silent == []


@pytest.mark.parametrize("kind", dir(protorun.plan))
def test_every_plan_has_a_command_options_on_the_page_and_a_function(kind: str) -> None:
    name = kind.replace("_", "-")
    assert inspect.getdoc(getattr(protorun.plan, kind))
    assert f"plan {name}" in COMMANDS
    assert f"<!-- help: plan {name} -->" in (DOCS / "verbs" / "plan.md").read_text()


@pytest.mark.parametrize("name", protorun.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(protorun, name) is not None


def test_importing_protorun_imports_nothing_else() -> None:
    code = (
        "import sys; before = set(sys.modules); import protorun; "
        "print(*(m for m in set(sys.modules) - before if m.startswith(('protorun.', 'numpy', 'pydantic', 'scipy'))))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_help_imports_no_heavy_library() -> None:
    code = (
        "import sys; from protorun.cli import run; run(['--help']); "
        "print(*(m for m in ('numpy', 'scipy', 'matplotlib', 'pydantic') if m in sys.modules), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stderr.strip() == ""
    assert all(verb in found.stdout for verb in VERBS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_plug_in_says_what_it_is(kind: str) -> None:
    assert plugins.names(kind)
    silent = [name for name in plugins.names(kind) if not (plugins.load(kind, name).__doc__ or "").strip()]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_plug_in_is_listed_in_the_documentation(kind: str) -> None:
    assert f"<!-- plug-ins: {kind} -->" in (DOCS / "plug-ins.md").read_text()
    assert all(f"| `{name}` |" in hooks().plug_ins(kind) for name in plugins.names(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_plug_in_is_answered_with_what_there_is(kind: str) -> None:
    with pytest.raises(PluginNotFound, match=plugins.names(kind)[0]):
        plugins.load(kind, "bonn")


def hooks() -> Any:
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_request_for_a_table_is_one_the_documentation_can_answer() -> None:
    asks = [ask for page in PAGES for ask in re.findall(r"<!-- (.+?) -->", page.read_text())]
    known = {
        "verbs",
        "names",
        *(f"text: protorun.patients.{name}" for name in ("tables", "recorded", "_exams", "adverse_events")),
        "text: protorun.trial.from_frames",
    }
    known |= {f"help: {v}" for v in (*VERBS, *COMMANDS)} | {f"plug-ins: {k}" for k in KINDS}
    known |= {ask for ask in asks if re.match(rf"(?:{'|'.join(TABLES)})(?:: |$)", ask) and answered(ask)}
    assert set(asks) <= known


TABLES = ("decisions", "paths", "compared", "cells", *hooks().RULES["ANSWERS"])
"""Requests whose answers hold a table."""


def answered(ask: str) -> bool:
    """Whether the request becomes a table with rows."""
    text: str = hooks().on_page_markdown(f"<!-- {ask} -->")
    return len(re.findall(r"^\| ", text, re.M)) > 2


def fenced(language: str) -> list[tuple[str, str]]:
    return [
        (f"{page.name}-{number}", block)
        for page in PAGES
        for number, block in enumerate(re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.S))
    ]


@pytest.mark.parametrize(("where", "block"), fenced("console"), ids=lambda text: text[:30])
def test_every_command_shown_exists(where: str, block: str) -> None:
    shown = re.findall(r"^protorun (\S+)", block, re.M)
    assert [verb for verb in shown if verb not in VERBS] == []


def test_the_study_file_shown_in_the_documentation_is_valid() -> None:
    from protorun.study_file import loads

    whole, criteria, answers = [block for _, block in fenced("yaml")]
    study = loads(whole + criteria + answers)
    assert study.blocks[0].dose.basis == "assumed"
    assert study.eligibility[0].id == "I7e"


@pytest.mark.parametrize(("where", "block"), fenced("python"), ids=lambda text: text[:30])
def test_every_python_block_is_python_and_uses_public_names(where: str, block: str) -> None:
    compile(block, where, "exec")
    assert [name for name in re.findall(r"protorun\.(\w+)\(", block) if name not in protorun.__all__] == []


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: a dead link or a missing page is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_the_site_builds_and_asks_nothing_of_other_hosts(site: Path) -> None:
    loaded = re.compile(r"""<(?:script|img|iframe|source)[^>]+src=["']?https?:|<link[^>]+href=["']?https?:""")
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(VERBS)
    assert [page.name for page in pages if loaded.search(page.read_text())] == []


def test_every_request_for_a_table_was_answered(site: Path) -> None:
    assert [
        p.name
        for p in site.rglob("*.html")
        if re.search(rf"<!-- (help|plug-ins|verbs|names|text|{'|'.join(TABLES)})", p.read_text())
    ] == []


def test_the_architecture_fits_on_two_pages() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text().splitlines()) < 120


def test_a_decision_takes_six_lines() -> None:
    entries = (ROOT / "DECISIONS.md").read_text().split("\n## ")[1:]
    assert entries
    assert [e.splitlines()[0] for e in entries if len(e.strip().splitlines()) > 7] == []


def test_every_test_named_in_the_architecture_exists() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "ARCHITECTURE.md").read_text())
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []

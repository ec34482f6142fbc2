"""The shape of the house, so that it stays easy to find one's way in it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "protorun"
PYTHON = sorted(SRC.rglob("*.py"))
MOST_LINES, MOST_FUNCTION, MOST_FILES, MOST_NESTING, MOST_POSITIONAL = 400, 45, 12, 3, 5
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "service", "base"}

# Folders that hold more files than a glance takes in, each with its reason.
WIDE = {
    "response": "one file for each criterion, and the readings of lesions and exams they share",
    "study": "one file for each noun a protocol has",
    "cli": "one file for each verb",
    "escalation": "one file for each design",
    "report/figures": "one file for each kind of picture",
    "reading/eligibility/islands": "one file for each piece of a line with a grammar of its own",
    "report/sections": "one file for each section of the page",
    "trial": "one file for each kind of table a trial leaves behind, and data frames in and out",
    "patients": "one file for each shape that patients' data come in, and the cells and rows they share",
    "cdisc": "one file for each data set, and the dates, subjects and codes they share",
    "records": "one file for each format and layout, and the small readers they share",
}

# What reveals a machine or a registry of packages, or a folder of somebody's home. Written apart, so that this file
# does not find itself.
FORBIDDEN = [
    re.compile(pattern)
    for pattern in (
        r"/wo" + r"rk/",
        r"/tm" + r"p/",
        r"/ro" + r"ot\b",
        r"/ho" + r"me/\w",
        r"py" + r"pi\.org",
        r"pythonho" + r"sted",
        r"--index" + r"-url|--extra-index" + r"-url",
    )
]
BRITISH = re.compile(
    r"\b(?:randomis|analys(?:e|ed|ing)\b|summaris|recognis|initialis|normalis|optimis|serialis|organis(?!m))\w*"
    r"|\b(?:behaviour|colour|haemoglobin|tumour|paediatric|enrolment|licence|centre)\w*",
    re.IGNORECASE,
)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef]:
    return [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)]


def code_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring, which is read as a page of the manual."""
    first = node.body[0]
    text = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    docs = (first.end_lineno or 0) - first.lineno + 1 if text else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docs


def deepest(node: ast.AST) -> int:
    """How deep blocks stand inside one another; `elif` stands beside its `if`."""
    blocks = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
    inside = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        chained = isinstance(node, ast.If) and node.orelse == [child] and isinstance(child, ast.If)
        inside = max(inside, deepest(child) + (isinstance(child, blocks) and not chained))
    return inside


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_a_file_is_read_without_scrolling_for_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_functions_are_short() -> None:
    long = [
        f"{name_of(p)}:{f.lineno} {f.name}"
        for p in PYTHON
        for f in functions(p)
        if code_lines(f) > MOST_FUNCTION
    ]
    assert long == []


def test_most_functions_are_very_short() -> None:
    lengths = sorted(code_lines(f) for p in PYTHON for f in functions(p))
    assert lengths[len(lengths) // 2] <= 10


def test_nothing_is_nested_deeper_than_three_levels() -> None:
    deep = [
        f"{name_of(p)}:{f.lineno} {f.name}" for p in PYTHON for f in functions(p) if deepest(f) > MOST_NESTING
    ]
    assert deep == []


def test_no_function_takes_more_than_five_positional_arguments() -> None:
    def positional(f: ast.FunctionDef) -> int:
        names = [a.arg for a in (*f.args.posonlyargs, *f.args.args)]
        return len([n for n in names if n not in ("self", "cls")])

    wide = [
        f"{name_of(p)}:{f.lineno} {f.name}"
        for p in PYTHON
        for f in functions(p)
        if positional(f) > MOST_POSITIONAL
    ]
    assert wide == []


def test_no_drawer_for_odds_and_ends() -> None:
    assert [name_of(p) for p in PYTHON if p.stem.strip("_") in DRAWERS or p.parent.name in DRAWERS] == []


def test_asserts_live_in_tests_only() -> None:
    found = [
        f"{name_of(p)}:{n.lineno}" for p in PYTHON for n in ast.walk(tree(p)) if isinstance(n, ast.Assert)
    ]
    assert found == []


def test_a_folder_is_taken_in_at_a_glance() -> None:
    counts = {
        str(d.relative_to(SRC)): len(list(d.glob("*.py"))) for d in {p.parent for p in PYTHON} if d != SRC
    }
    wide = {name: n for name, n in counts.items() if n - 1 > MOST_FILES and name not in WIDE}
    assert wide == {}, "split the folder, or give the reason in WIDE"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name_of(p) for p in PYTHON if p.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(p))
    ]
    assert silent == []


def test_every_public_function_says_what_it_does() -> None:
    silent = [
        f"{name_of(p)}:{f.lineno} {f.name}"
        for p in PYTHON
        for f in tree(p).body
        if isinstance(f, (ast.FunctionDef, ast.ClassDef))
        and not f.name.startswith("_")
        and not p.stem.startswith("_")
        and not ast.get_docstring(f)
        and not isinstance(f, ast.ClassDef)
    ]
    assert silent == []


# From `endpoints` down the house neither opens files nor reads clocks nor draws by chance: those are arguments.
PURE = [
    *(
        "terms",
        "study",
        "trial",
        "statistics",
        "reading",
        "screening",
        "allocation",
        "schedule",
        "escalation",
    ),
    *("toxicity", "response", "endpoints"),
]
IMPURE_CALLS = {"open", "input", "print"}
IMPURE_MODULES = {"random", "secrets", "socket", "subprocess", "urllib", "http", "httpx", "time"}
IMPURE_ATTRIBUTES = {"now", "today", "utcnow", "default_rng", "write_text", "write_bytes"}


def impure(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"{name_of(path)}:{node.lineno} {node.func.id}()")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in IMPURE_ATTRIBUTES
        ):
            found.append(f"{name_of(path)}:{node.lineno} .{node.func.attr}()")
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [
            f"{name_of(path)}:{node.lineno} import {m}" for m in modules if m.split(".")[0] in IMPURE_MODULES
        ]
    return found


def test_files_clocks_and_chance_stay_at_the_doors() -> None:
    assert [hit for p in PYTHON if p.relative_to(SRC).parts[0] in PURE for hit in impure(p)] == []


def committed() -> list[Path]:
    """Text files of the repository, wherever it lies; folders that tools make are left out."""
    made = {".venv", ".git", "site", "demo", "dist", "__pycache__", "node_modules"}
    kinds = {
        ".py",
        ".md",
        ".toml",
        ".yaml",
        ".yml",
        ".csv",
        ".json",
        ".txt",
        ".cfg",
        ".lock",
        ".html",
        ".css",
        ".out",
    }
    names = {"Makefile", ".importlinter", ".gitignore", "run"}
    return [
        p
        for p in sorted(ROOT.rglob("*"))
        if p.is_file()
        and (p.suffix in kinds or p.name in names)
        and not (made & set(p.relative_to(ROOT).parts[:-1][:1]))
        and not any(
            (part.startswith(".") and part != ".ci") or part == "__pycache__"
            for part in p.relative_to(ROOT).parts[:-1]
        )
    ]


def test_no_path_of_a_machine_and_no_host_of_a_package_registry_is_committed() -> None:
    hits = [
        f"{name_of(p)}: {found[0]}"
        for p in committed()
        for pattern in FORBIDDEN
        if (found := pattern.search(p.read_text(encoding="utf-8", errors="replace")))
    ]
    assert hits == []


def test_american_spelling() -> None:
    """In names and prose of ours; tables that read registry text may hold every spelling."""
    ours = [p for p in committed() if p.suffix in (".py", ".md") and p.name != "test_shape.py"]
    hits = [
        f"{name_of(p)}:{number} {found[0]}"
        for p in ours
        for number, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1)
        if (found := BRITISH.search(line)) and "spelling" not in line
    ]
    assert hits == []


def test_no_two_test_files_share_a_name() -> None:
    """pytest imports test files by their bare names."""
    names = [p.name for p in (ROOT / "tests").rglob("test_*.py")]
    assert sorted({n for n in names if names.count(n) > 1}) == []

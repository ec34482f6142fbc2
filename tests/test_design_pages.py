"""The pages of the dose designs: what they show is what the code does."""

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "designs"
PAGES = ["blrm", "boin", "crm", "i3plus3", "keyboard", "mtpi2", "stated", "three-plus-three"]
BLOCK = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.S)


def ran(page: str) -> list[tuple[str, str, dict[int, list[str]]]]:
    """Each example of a page: its code, the output shown below it, and what each line printed when it ran."""
    names: dict[str, Any] = {}
    found = []
    for code, shown in BLOCK.findall((FOLDER / f"{page}.md").read_text()):
        printed: dict[int, list[str]] = {}

        def record(*words: object, printed: dict[int, list[str]] = printed) -> None:
            printed.setdefault(sys._getframe(1).f_lineno, []).append(" ".join(map(str, words)))

        names["print"] = record
        exec(compile(code, page, "exec"), names)
        found.append((code, shown, printed))
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_worked_example_prints_what_the_page_says(page: str) -> None:
    examples = ran(page)
    assert examples
    for code, shown, printed in examples:
        assert printed
        if shown:
            assert shown.splitlines() == [words for line in printed.values() for words in line]
            continue
        lines = code.splitlines()
        told = {number: lines[number - 1].partition("  # ")[2] for number in printed}
        assert told == {number: "; ".join(words) for number, words in printed.items()}


def table(ask: str) -> list[list[str]]:
    """The rows of a table that a page asks for."""
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = module.on_page_markdown(f"<!-- {ask} -->").splitlines()[2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def asked(page: str) -> list[str]:
    return re.findall(r"<!-- ((?:decisions|paths): .+?) -->", (FOLDER / f"{page}.md").read_text())


@pytest.mark.parametrize("page", [page for page in PAGES if page != "stated"])
def test_every_page_shows_a_table_made_by_the_code(page: str) -> None:
    assert asked(page)
    assert all(len(table(ask)) >= 9 for ask in asked(page))


def test_the_table_of_boin_is_the_one_of_its_paper() -> None:
    """Liu & Yuan's limits for .25 are .197 and .298: of six patients up with 1 or fewer, down with 2 or more."""
    assert table("decisions: boin target=.25")[5] == ["6", "1", "", "2", "4"]


def test_the_table_of_mtpi_stays_with_3_of_6_where_mtpi2_goes_down() -> None:
    assert table("decisions: mtpi target=.3")[5][2] == "2-3"
    assert table("decisions: mtpi2 target=.3")[5][3] == "3"


def test_the_table_of_3_plus_3_adds_three_after_one_dlt() -> None:
    rows = [
        row
        for row in table("decisions: three_plus_three variant=trialdesign")
        if row[:3] == ["10 mg", "3", "1"]
    ]
    assert rows
    assert all("3 more patients" in row[4] for row in rows)


def test_every_page_is_in_the_navigation_and_names_its_paper() -> None:
    listed = (ROOT / "mkdocs.yml").read_text()
    for page in PAGES:
        assert f"designs/{page}.md" in listed
        text = (FOLDER / f"{page}.md").read_text()
        assert "doi:" in text or "arXiv:" in text or page == "stated"
        assert "package" in text or "What differs from" in text

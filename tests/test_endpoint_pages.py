"""The pages on endpoints print the rules the code runs on, and name what the code writes."""

import importlib.util
import re
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path

import pytest

from protorun.terms.plugins import names

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "endpoints"
MARKS = ("[recalled]", "[unverified]")


@pytest.fixture(scope="module")
def hooks():
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("criteria", names("response"))
def test_every_row_of_every_rule_table_is_printed_in_its_order(hooks, criteria):
    lines = files("protorun.response").joinpath(f"{criteria}.csv").read_text(encoding="utf-8").splitlines()
    printed = re.findall(r"^\| (\d+) \|", hooks.on_page_markdown(f"<!-- rules: {criteria} -->"), re.M)
    assert printed == [str(n) for n in range(1, len(lines))]
    assert f"<!-- rules: {criteria} -->" in page("response")
    assert f"<!-- policies: {criteria} -->" in page("response")


def test_every_line_of_both_censoring_policies_is_printed_with_its_source(hooks):
    from protorun.endpoints import censoring_policies

    for name, policy in censoring_policies().items():
        assert f"<!-- censoring: {name} -->" in page("times")
        shown = hooks.on_page_markdown(f"<!-- censoring: {name} -->").replace("**", "")
        assert all(source in shown for source in policy.sources.values())


def test_every_marked_line_of_a_rule_file_is_on_the_list(hooks):
    listed = hooks.on_page_markdown("<!-- recalled -->")
    for place in hooks.RULES["RULE_FILES"]:
        text = hooks.RULES["text_of"](place)
        lines = [
            line for line in text.splitlines() if not line.startswith(("# `source`", "# What each switch"))
        ]
        wanted = sum(any(m in line for m in (*MARKS, "recalled = [")) for line in lines)
        rows = hooks.RULES["_marked"](place)
        assert len(rows) == wanted, place
        assert all(f"| {where} | {says} |" in listed for where, says in rows)


def test_no_other_data_file_of_the_endpoints_has_a_mark_that_the_list_lacks(hooks):
    read = {place.replace(".", "/", place.split("/")[0].count(".")) for place in hooks.RULES["RULE_FILES"]}
    for chapter in ("response", "endpoints", "toxicity", "quality_of_life", "cdisc"):
        for path in (ROOT / "src" / "protorun" / chapter).rglob("*.*"):
            if path.suffix in (".csv", ".toml") and any(m in path.read_text(encoding="utf-8") for m in MARKS):
                assert str(path.relative_to(ROOT / "src")) in read


@pytest.mark.parametrize("version", ["ctcae_v4", "ctcae_v5", "ctcae_v6", "daids"])
def test_every_laboratory_rule_is_printed(hooks, version):
    from protorun.toxicity.grading import rules

    printed = hooks.on_page_markdown(f"<!-- grades: {version} -->").replace("&lt;", "<")
    assert f"<!-- grades: {version} -->" in page("lab-rules")
    assert [r.text for r in rules(version, "worst_case") if r.text not in printed] == []


def test_every_file_of_a_demo_is_named_on_the_page_of_exhibits(tmp_path):
    from datetime import date

    from protorun.analyze import analyze
    from protorun.patients.recorded import load_recorded
    from protorun.read import load
    from protorun.report.exhibits import exhibits, write

    study = load(ROOT / "src/protorun/demo/records/IVONESCIMAB.txt")
    data = load_recorded(
        ROOT / "tests/cases/endpoints/ivonescimab", levels=[], arms=[a.id for a in study.arms]
    )
    written = write(exhibits(study, analyze(study, data, cutoff=date(2026, 6, 30))), tmp_path)
    named = [re.sub(r"[A-Z_]+$", "*", n) for n in re.findall(r"`([a-z_]+[A-Z_]*)`", page("exhibits"))]
    assert len(written) > 5
    assert [p.name for p in written if not any(fnmatch(p.stem, n) for n in named)] == []


def test_every_questionnaire_is_printed(hooks):
    from protorun.quality_of_life import questionnaires

    assert [key for key in questionnaires() if f"<!-- scales: {key} -->" not in page("quality-of-life")] == []

"""Whatever stands in a record, a scenario or a patient table is text on the page and nothing else."""

import csv
import io
import json
from dataclasses import replace
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest
from pages import page_of
from pydantic import BaseModel

from protorun.cli import run
from protorun.demo.index import index_page
from protorun.demo.running import STUDIES
from protorun.report import report
from protorun.study.source import Sourced

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "</style></title></svg><svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "]]><!-- --><iframe src=https://x.invalid>",
    "{{ 7 * 7 }}{% raw %}",
    r"$\frac{$",
    "&lt;script&gt;",
    "\x1b\x00\u202e",
)
ALL = " ".join(PAYLOADS)
FREE = {
    "Arm": "label type description",
    "Population": "text",
    "Alternative": "says",
    "Attestation": "text",
    "Criterion": "text scope doubts",
    "Judgment": "text",
    "Number": "note",
    "Unparsed": "text",
    "DoseRule": "dlt_definition",
    "RuleReading": "says",
    "Endpoint": "name description time_frame",
    "EndpointEvent": "note",
    "Randomization": "concealment",
    "Source": "quote",
    "Sourced": "note",
    "Ambiguity": "says readings",
    "Assumption": "reason",
    "Conflict": "says taken",
    "Contact": "name role phone email affiliation",
    "Design": "allocation model masking purpose",
    "Enrollment": "sex",
    "Identifier": "value",
    "OpenQuestion": "asks",
    "Origin": "name format digest",
    "Proposal": "note",
    "RelatedTrial": "nct title status phase",
    "Site": "facility city state postal_code country status",
    "Sponsor": "lead kind collaborators",
    "Study": "key status why_stopped study_type phases countries summary description conditions keywords warnings",
    "Title": "value",
    "Unread": "reason",
    "Block": "agent routes",
    "Intervention": "name type description other_names",
    "Activity": "name",
}


def poisoned(node, free=False):
    """The study with the payloads behind every free text."""
    if isinstance(node, Sourced):
        value = poisoned(node.value, free) if free else poisoned(node.value)
        return node.model_copy(
            update={"value": value, "note": poisoned(node.note, True), "sources": poisoned(node.sources)}
        )
    if isinstance(node, BaseModel):
        fields = FREE.get(type(node).__name__, "").split()
        update = {n: poisoned(getattr(node, n), n in fields) for n in type(node).model_fields}
        return node.model_copy(update=update)
    if isinstance(node, tuple):
        return tuple(poisoned(item, free) for item in node)
    if isinstance(node, dict):
        return {key: poisoned(item, free) for key, item in node.items()}
    return f"{node} {ALL}" if free and isinstance(node, str) and node else node


@pytest.mark.parametrize("name", STUDIES)
def test_every_free_text_of_a_study_stays_text(ran, name):
    parts = ran[name].parts
    clean = page_of(report(parts))
    hostile = replace(
        parts,
        study=poisoned(parts.study),
        results_of=ALL,
        screening_of=ALL,
        provenance=tuple((f"{a} {ALL}", f"{b} {ALL}") for a, b in parts.provenance),
    )
    html = report(hostile)
    found = page_of(html)
    assert found.forbidden == []
    assert found.sections == clean.sections
    assert found.tags["svg"] == clean.tags["svg"]
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 100
    assert "{{ 7 * 7 }}{% raw %}" in html
    index = page_of(index_page([replace(ran[name], parts=hostile)]))
    assert index.forbidden == [f"a href={name}.html", f"a href={name}.yaml"]


def test_a_record_of_the_registry_with_payloads_in_every_field(tmp_path, shared):
    source = next(iter(sorted((shared / "records" / "ctgov_v2").glob("*.json"))))
    record = json.loads(source.read_text(encoding="utf-8"))
    codes = ("nctId", "overallStatus", "studyType", "sex", "type", "date")

    def poison(node, name=""):
        if isinstance(node, dict):
            return {key: poison(value, key) for key, value in node.items()}
        if isinstance(node, list):
            return [poison(value, name) for value in node]
        return f"{node} {PAYLOADS[0]} {PAYLOADS[1]}" if isinstance(node, str) and name not in codes else node

    (tmp_path / "r.json").write_text(json.dumps(poison(record)), encoding="utf-8")
    assert run(["report", str(tmp_path / "r.json"), "--output", str(tmp_path / "r.html")]) == 0
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page_of(html).forbidden == []
    assert html.count("&lt;script&gt;alert(1)") > 20


NAMES = (*PAYLOADS, "_hidden", 'id="x"', "a&b", "=1+1", "\u5f20\u4e09", "javascript:alert(1)")


@pytest.fixture
def renamed(tmp_path):
    """The recorded demo trial with hostile patient numbers."""
    folder = Path(str(files("protorun.demo").joinpath("recorded/IVONESCIMAB")))
    for file in folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
        for row in rows[1:]:
            number = int(row[0].removeprefix("V-")) - 1
            row[0] = NAMES[number].replace("\x00", "") if number < len(NAMES) else row[0]
        with (tmp_path / file.name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    return tmp_path


def test_hostile_patient_numbers_stay_text_in_tables_and_figures(renamed, capsys):
    record = str(files("protorun.demo").joinpath("records/IVONESCIMAB.txt"))
    output = renamed / "r.html"
    assert run(["report", record, "--data", str(renamed), "--assume-defaults", "--output", str(output)]) == 0
    assert "Warning" not in capsys.readouterr().err
    html = output.read_text(encoding="utf-8")
    found = page_of(html)
    assert found.forbidden == []
    assert len(found.figures) == 5
    swimmer = html[html.index('aria-label="Swimmer plot"') :]
    swimmer = unescape(swimmer[: swimmer.index("</svg>")])
    for name in (
        r"$\frac{$",
        "_hidden",
        'id="x"',
        "a&b",
        "=1+1",
        "\u5f20\u4e09",
        "<script>alert(1)</script>",
    ):
        assert f">{name}<" in swimmer or f"> {name}<" in swimmer

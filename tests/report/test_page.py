"""The contract of a report: one self-contained page that says everything it rests on, the same bytes for the same seed."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape

import pytest
from pages import page_of

from protorun.demo.running import STUDIES
from protorun.report import report
from protorun.report.parts import Parts
from protorun.study.assume import as_read, unanswered
from protorun.study.study import Origin, Study
from protorun.study_file import load_study

EVERYWHERE = ["glance", "doubts", "record", "endpoints"]
SECTIONS = {
    "NCT06462092": [*EVERYWHERE, "arms", "schedule", "dose_rule", "conduct", "simulation", "results"],
    "NCT05305885": [*EVERYWHERE, "arms", "schedule", "simulation", "results"],
    "NCT07134153": [
        *EVERYWHERE, "criteria", "patients", "arms", "allocation", "schedule", "dose_rule", "conduct", "simulation",
        "results",
    ],
    "CONQUER": [*EVERYWHERE, "criteria", "patients", "arms", "schedule", "simulation", "results"],
    "IVONESCIMAB": [*EVERYWHERE, "arms", "schedule", "simulation", "results"],
}  # fmt: skip


@pytest.mark.parametrize("name", STUDIES)
class TestEveryPage:
    def test_needs_nothing_but_itself_and_runs_nothing(self, pages, name):
        found = page_of(pages[name])
        assert found.forbidden == []
        assert "default-src 'none'" in pages[name]

    def test_links_lead_to_a_place_of_the_page_and_no_id_stands_twice(self, pages, name):
        found = page_of(pages[name])
        assert [i for i, n in Counter(found.ids).items() if n > 1] == []
        assert {link.removeprefix("#") for link in found.links} <= set(found.ids)

    def test_figures_are_read_out(self, pages, name):
        said = [(f.get("role"), f.get("aria-label", "")) for f in page_of(pages[name]).figures]
        assert said
        assert all(role == "img" and len(label) > 10 for role, label in said)

    def test_shows_the_sections_it_has_something_for(self, pages, name):
        assert sorted(page_of(pages[name]).sections) == sorted(SECTIONS[name])

    def test_prints_every_assumption_open_question_and_conflict(self, ran, pages, name):
        study, text = ran[name].parts.study, _plain(pages[name])
        said = [a.reason for a in study.assumptions] + [q.asks for q in unanswered(study)]
        said += [c.says for c in study.conflicts]
        assert [words for words in said if _flat(words) not in text] == []

    def test_ends_with_what_it_takes_to_repeat_it(self, ran, pages, name):
        footer = _plain(pages[name][pages[name].index("<footer>") :])
        study = ran[name].parts.study
        for words in (study.origin.digest, "seed 3", "20 per scenario", "protorun 0", "--copies 20 --seed 3"):
            assert words in footer

    def test_stands_beside_the_study_file_as_it_was_read(self, ran, demo_folder, name):
        held = load_study(demo_folder / f"{name}.yaml")
        assert held.open_questions
        assert held == as_read(ran[name].parts.study)

    def test_the_same_parts_are_the_same_bytes(self, ran, pages, name):
        assert report(ran[name].parts) == pages[name]


def _plain(html: str) -> str:
    return _flat(unescape(re.sub(r"<[^>]+>", " ", html)))


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_a_study_of_which_nothing_is_known_is_a_page_that_says_so():
    study = Study(key="nothing", origin=Origin(name="x", format="x", digest="0"))
    found = page_of(report(Parts(study)))
    assert sorted(found.sections) == sorted(EVERYWHERE)
    assert found.forbidden == []
    assert found.figures == []


def test_the_exact_figures_of_the_dose_rule_are_those_of_the_binomial(pages):
    # NCT06462092, 15 mg with DLT rate .2, 10 mg with .1: read as three plus three and as fill to six.
    text = _plain(pages["NCT06462092"])
    for figure in ("0.7086", "0.2581", "0.0333", "0.6554", "0.3053", "0.0394"):
        assert figure in text


def test_a_trial_without_levels_shows_no_operating_characteristics(pages):
    html = pages["NCT07134153"]
    text = _plain(html[html.index('<section id="simulation"') :])
    assert "cannot be simulated: the dose levels" in text
    assert "handed on" not in text


def test_the_record_stands_on_the_page_to_the_letter(ran, pages):
    for name, html in pages.items():
        lines = re.findall(r'<li id="L\d+"[^>]*>(.*?)</li>', html, re.DOTALL)
        shown = "\n".join(unescape(re.sub(r"<[^>]+>", "", line)) for line in lines)
        text = "\n".join(ran[name].parts.record.texts.values())
        assert shown.replace("\xa0", "").split("\n") == text.replace("\xa0", "").split("\n")


def test_an_example_patient_nobody_can_weigh_is_said_and_not_left_out(ran):
    parts = ran["NCT06462092"].parts
    heavy = replace(parts, example=replace(parts.example, weight_kg=600.0))
    assert "No example patient can be laid out: 600 kg is no plausible weight" in _plain(report(heavy))

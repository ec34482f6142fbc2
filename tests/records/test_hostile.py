"""Hostile input ends in a RecordError that names the place, or in a record that keeps the laws. Nothing else.

PROTORUN_FUZZ_CASES sets the number of generated cases per format (300 in the suite, where long attacks run shortened).
"""

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protorun.errors import RecordError
from protorun.records import recognize
from protorun.terms.plugins import names

CASES = int(os.environ.get("PROTORUN_FUZZ_CASES", "300"))
FIXTURES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures").iterdir())}
NASTY = [
    b"\x00", b"\xff", b"\xe2\x80\xae", b'"', b"'", b",", b"|", b"|||||", b"<", b">", b"</", b"<!--", b"<![CDATA[", b"]]>",
    b"&amp;", b"&x;", b"{", b"}", b"[", b"]", b"[[[[[[[[", b":", b"\\", b"\\u0000", b"\\ud800", b"NaN", b"-Infinity", b"1e999",
    b"9" * 400, b"\n", b"\r\n", b"\r", b"\t", b" " * 300, b"\xc2\xa0", b"See also\n", b"Status\n", b"Address\n",
    b"Site Contact\n", b"NCT number NCT00000001\n", b"NCT99999999 - ", b"Phase 1/Phase 2", b"Inclusion Criteria:",
    b"<script>alert(1)</script>", b"=cmd|' /C calc'!A0", b"\xef\xbc\x91", b"\xe2\x80\xa2 ", b"DRUG: ", b"Arms\n",
    b"Experimental: ", b", 12 weeks", b"null", b"true", b"<clinical_study>", b'"protocolSection": {', b"\xef\xbb\xbf",
]  # fmt: skip


def keeps_the_laws(data: bytes) -> None:
    records, where = (), "hostile"
    try:
        records = recognize(data, "hostile")
    except RecordError as error:
        where = error.where
    assert where.startswith(("hostile", "/"))
    for record in records:
        assert sum(record.shares.values()) == pytest.approx(1)
        for source in [p.source for p in record.passages] + [left.source for left in record.leftovers]:
            assert record.texts[source.locator][source.start : source.end] == source.quote


def mutated(data: bytes, seed: int) -> bytes:
    """A few cuts, repeats, turns, insertions, flips, splices with another format, or a truncation."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 6)):
        data = mutation(data, chance)
    return data


def mutation(data: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    b = min(b, a + chance.choice((1, 10, 100, 1000)))
    kind = chance.choice(("cut", "repeat", "turn", "insert", "replace", "splice", "flip", "truncate"))
    other, nasty = chance.choice(list(FIXTURES.values())), chance.choice(NASTY)
    if kind == "truncate":
        return data[: max(1, a)]
    middle = {
        "cut": b"",
        "repeat": data[a:b] * chance.randint(2, 5),
        "turn": data[a:b][::-1],
        "insert": nasty + data[a:b],
        "replace": nasty * chance.randint(1, 20),
        "splice": other[chance.randrange(len(other)) :],
        "flip": bytes(byte ^ chance.choice((1, 32, 128)) for byte in data[a:b]),
    }[kind]
    return data[:a] + middle + data[b:]


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_damaged_records_give_a_record_error_or_a_lawful_record(name):
    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**63))
    def check(seed):
        keeps_the_laws(mutated(FIXTURES[name], seed))

    check()


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(NASTY + [data[:200] for data in FIXTURES.values()]), max_size=30))
def test_heaps_of_fragments_give_a_record_error_or_a_lawful_record(parts):
    keeps_the_laws(b"".join(parts))


@settings(max_examples=CASES, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_record_error_or_a_lawful_record(data):
    keeps_the_laws(data)


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_a_record_cut_at_any_byte_gives_a_record_error_or_a_lawful_record(name):
    data = FIXTURES[name]
    for end in range(0, len(data), max(1, len(data) // 150)):
        keeps_the_laws(data[:end])


def test_every_format_is_attacked():
    assert set(names("records")) <= set(FIXTURES)


ATTACKS = {
    "blanks": " " * 100_000,
    "blanks and a word": "x" + " " * 100_000 + "x",
    "tabs in lines": "\t \t\n" * 25_000,
    "empty lines": "\n" * 100_000,
    "one word": "a" * 100_000,
    "labels": "Phase\n" * 16_000,
    "labels with values": "Phase: Phase 1\n" * 7_000,
    "sites": "Status\nAddress\nSite Contact\n" * 3_500,
    "phases": "Phase 1/" * 12_500,
    "related": "NCT00000001 - " * 7_000,
    "commas": ", " * 50_000,
    "outcomes": "a, B, 1 week|" * 7_500,
    "brackets": "(" * 50_000 + ")" * 50_000,
    "open brackets": "[(" * 50_000,
    "dots": "x., " * 25_000,
    "bars": "|" * 100_000,
    "quotes": '"' * 100_001,
    "escaped quotes": '"' + '\\"' * 50_000,
    "braces": "{" * 100_000,
    "tags": "<a " * 33_000,
    "open tags": "<a>" * 33_000,
    "digits": "1" * 100_000,
    "dates": "January 1, 2020 " * 6_000,
    "ages": "18 Years - " * 9_000,
    "bullets": "• a\n" * 25_000,
    "stars": "*" * 100_000,
    "escapes": "\\>" * 50_000,
    "entities": "&amp" * 25_000,
    "colons": ":" * 100_000,
    "mails": "a@" * 50_000,
    "time frames": "From Day 1, up to 2 weeks, " * 3_700,
    "returns": "\r" * 100_000,
    "headed": "Drug: - x\n" * 10_000,
    "powers": "10^9 x 10" * 11_000,
}


# The suite runs a tenth of each attack; many generated cases go with its full length of 100,000 characters.
SHARE = 1 if CASES > 300 else 10


def pages_around(attack: str) -> list[bytes]:
    """The attack in the long texts and in the short values of every format."""
    plain = attack.replace("\n", " ")
    escaped = attack.replace("&", "&amp;").replace("<", "&lt;")
    json_text = (
        attack.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", " ")
    )
    spots = {
        "summary_and_see_also": [("Patients receive", attack), ("July 2024", plain), ("Terminated", attack)],
        "administrative_details": [("Patients are", attack), ("March 3, 2021", plain), ("40", plain)],
        "labels_with_help": [
            ("Adequate", attack),
            ("Female", plain),
            ("Ada Example", attack),
            ("A tablet", attack),
        ],
        "title_summary_bullets": [("two hospitals", attack), ("Written", attack)],
        "bare_cells": [("12 weeks", plain), ("It has", attack), ("Radiotherapy", plain)],
        "labels": [("34 participants", plain), ("Consent", attack), ("Share of", attack)],
        "ctgov_v2": [("Does the drug", json_text), ("PHASE1", json_text)],
        "ctgov_xml": [("This study asks", escaped), ("Phase 1/Phase 2", escaped)],
        "ctgov_csv": [
            ("12 weeks", plain.replace('"', '""')),
            ("Hospital, Sometown", plain.replace('"', '""')),
        ],
    }
    found = [attack.encode()]
    for name, edits in spots.items():
        for old, new in edits:
            assert old.encode() in FIXTURES[name]
            found.append(FIXTURES[name].replace(old.encode(), new.encode(), 1))
    return found


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_long_runs_of_one_thing_are_read_or_refused(name):
    attack = ATTACKS[name]
    for data in pages_around(attack[: len(attack) // SHARE]):
        keeps_the_laws(data)

"""How far, how right and how fast eligibility criteria are read, on every corpus there is, beside a peer.

Five classes (note on eligibility, section 8) over every criterion of: the LCT documents, the NCI records, the records
of the registry's own interface, the five seeds. On the LCT documents, whose gold names each limit: precision and recall
of numeric limits with variable and unit checked and by the looser rule the peers are measured by; temporal limits; and
the criteria classed computable that the gold contradicts, with an exact interval. `--errors FILE` lists every miss,
false limit and contradiction, one JSON object a line. Gold that is wrong is listed in eligibility_scoring/gold_errors.csv
with its reason; scores are given raw and with those set right.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from eligibility_scoring import peer
from eligibility_scoring.compare import Score, compare_limits, compare_stretches
from eligibility_scoring.lct import Document, documents
from eligibility_scoring.limits import limits, stretches

from protorun.reading.eligibility import read_eligibility
from protorun.reading.eligibility.logic.classed.classes import waits_for_a_person
from protorun.reading.eligibility.trees.walks import leaves
from protorun.records import open_records
from protorun.statistics.proportions.intervals import clopper_pearson
from protorun.study.criterion import Criterion, Expr, Flag
from protorun.study.record import Passage, Record
from protorun.study.source import Source
from protorun.study.study import Origin, Study
from protorun.study_file.readings import seal
from protorun.terms.concepts import concepts
from protorun.terms.variables import variables

SHARED = Path(__file__).resolve().parents[2] / "shared"
SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "cases" / "eligibility" / "sample_200.csv"
CLASSES = ("computable", "partial", "attestation", "judgment", "unparsed")
BARS = {"precision": 0.97, "recall": 0.80, "temporal precision": 0.95, "temporal recall": 0.60,
        "computable": 0.35, "unparsed": 0.25, "lines": 10_000.0}  # fmt: skip
GoldErrors = frozenset[tuple[str, tuple[int, int]]]
EMPTY = Study(key="x", origin=Origin(name="x", format="x", digest="0"))
Line = dict[str, Any]


def main() -> None:
    """Print a table, or one JSON object per line; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument(
        "--errors", type=Path, help="write every miss, false limit and contradiction to this file"
    )
    parser.add_argument(
        "--data", type=Path, default=SHARED / "data" / "eligibility", help="folder with LCT and NCI"
    )
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out")
    asked = parser.parse_args()
    errors: list[dict[str, Any]] = []
    lines: list[Line] = []
    for line in measured(asked.data, errors, with_peer=not asked.no_peer):
        lines.append(line)
        print(json.dumps(line) if asked.json else _row(line), flush=True)
    if asked.errors:
        asked.errors.write_text(
            "".join(f"{json.dumps(e, ensure_ascii=False)}\n" for e in errors), encoding="utf-8"
        )
    sys.exit(0 if all(line["holds"] in (True, None) for line in lines) else 1)


def measured(data: Path, errors: list[dict[str, Any]], *, with_peer: bool) -> Iterator[Line]:
    """Every figure, corpus by corpus."""
    if (data / "lct").is_dir():
        yield from _lct(data, errors, with_peer=with_peer)
    if (data / "nci_cts_trials.json").is_file():
        yield from _corpus("NCI", list(_nci(data / "nci_cts_trials.json")))
    for name, folder, pattern in (("API", "ctgov_v2", "*.json"), ("seeds", "seeds", "*.txt")):
        files = sorted((SHARED / "records" / folder).glob(pattern))
        if files:
            yield from _corpus(name, [r for f in files for r in open_records(f)])
    yield from _hand_read()


# --- the corpora ---


def _record(text: str) -> Record:
    source = Source(start=0, end=len(text), quote=text)
    return Record("x", "x", "0", {"": text}, (Passage("eligibility.criteria", source),))


def _nci(path: Path) -> Iterator[Record]:
    """The criteria of each trial in the order shown, each under the heading of its list."""
    for trial in json.loads(path.read_text(encoding="utf-8")):
        listed = trial["eligibility"]["unstructured"]
        text = ""
        for title, included in (("Inclusion Criteria:", True), ("Exclusion Criteria:", False)):
            own = [c["description"].strip() for c in listed if c["inclusion_indicator"] is included]
            text += "\n".join([title, *(f"* {c}" for c in own), ""]) if own else ""
        yield _record(text)


def _criteria(record: Record) -> tuple[Criterion, ...]:
    return tuple(read_eligibility(record, EMPTY).fields.get("eligibility", ()))  # type: ignore[arg-type]


def _corpus(name: str, records: Sequence[Record]) -> Iterator[Line]:
    found, rate = _timed(records)
    barred = name in ("API", "seeds")
    yield from _classes(name, [c for cs in found for c in cs], barred=barred)
    yield _line(f"{name}: lines per second", round(rate), "lines/s", BARS["lines"])


def _timed(records: Sequence[Record]) -> tuple[list[tuple[Criterion, ...]], float]:
    """The criteria of each record, and printed lines per second of processor time on this core (best of three)."""
    printed = sum(
        bool(line.strip())
        for r in records
        for p in r.all("eligibility.criteria")
        for line in p.text.splitlines()
    )
    found = [_criteria(r) for r in records]
    seconds = []
    for _ in range(3):
        start = time.process_time()
        for record in records:
            _criteria(record)
        seconds.append(time.process_time() - start)
    return found, printed / min(seconds)


def _classes(name: str, listed: Sequence[Criterion], *, barred: bool) -> Iterator[Line]:
    counts = Counter(c.klass for c in listed)
    yield _line(f"{name}: criteria", len(listed), "criteria")
    for klass in CLASSES:
        yield _line(f"{name}: {klass}", counts[klass], "criteria")
    alone = sum(c.klass == "computable" and not waits_for_a_person(c.expr) for c in listed)
    yield _line(f"{name}: computable without a person's part", alone, "criteria")
    named = sum(c.klass == "computable" and any(map(_open, leaves(c.expr))) for c in listed)
    yield _line(f"{name}: computable, of these with a condition named by its own words", named, "criteria")
    for klass, most in (("computable", False), ("unparsed", True)):
        share = counts[klass] / max(1, len(listed))
        yield _line(
            f"{name}: share {klass}", round(share, 4), "share", BARS[klass] if barred else None, most=most
        )


def _open(leaf: Expr) -> bool:
    """A condition that is in no table of ours and has no code: data answer it only under its name."""
    return isinstance(leaf, Flag) and leaf.variable not in concepts() and leaf.variable not in variables()


# --- read by hand ---


def _hand_read() -> Iterator[Line]:
    """The sample that was judged by hand: its verdicts, and how many of its readings are still the judged ones.

    Drawn on 2026-11-20 from the criteria of the API records, files by name and criteria as read, without those of the
    samples before (earlier versions of the file) and 1,118 that had been audited: `random.Random(20261122).sample(criteria,
    200)`, 200 of 2,988. Nothing was mended afterwards.
    """
    rows = list(csv.DictReader(SAMPLE.open(encoding="utf-8")))
    files = {row["nct"]: SHARED / "records" / "ctgov_v2" / f"{row['nct']}.json" for row in rows}
    if not all(path.is_file() for path in files.values()):
        return
    lines = {
        (nct, c.sources[0].start, c.sources[-1].end): seal(c.expr)
        for nct, path in files.items()
        for record in open_records(path)
        for c in _criteria(record)
    }
    verdicts = Counter(row["verdict"] for row in rows)
    for verdict in ("right", "honest", "wrong_part", "wrong"):
        bar = 2 if verdict == "wrong" else None
        yield _line(f"read by hand, 200 of API: {verdict}", verdicts[verdict], "criteria", bar, most=True)
    low, high = clopper_pearson(verdicts["wrong"], verdicts["wrong"] + verdicts["right"])
    yield _line(
        "read by hand: confidently wrong, 95 % interval", f"{float(low):.4f} to {float(high):.4f}", "share"
    )
    same = sum(lines.get((row["nct"], int(row["start"]), int(row["end"]))) == row["seal"] for row in rows)
    yield _line("read by hand: readings that are still the judged ones", f"{same}/{len(rows)}", "criteria")


# --- LCT ---


def _lct(data: Path, errors: list[dict[str, Any]], *, with_peer: bool) -> Iterator[Line]:
    every = list(documents(data))
    found, rate = _timed([_record(d.text) for d in every])
    yield from _classes("LCT", [c for cs in found for c in cs], barred=False)
    yield _line("LCT: lines per second", round(rate), "lines/s", BARS["lines"])
    read = [[limit for c in cs for limit in limits(c)] for cs in found]
    wrong = _gold_errors()
    yield from _numeric("LCT", every, read, wrong, errors)
    yield from _temporal(every, found, errors)
    yield from _confidently_wrong(every, found, wrong, errors)
    if with_peer:
        yield from _peer(every, wrong, rate)


def _gold_errors() -> GoldErrors:
    """Document and place of each stretch whose gold is wrong or lacks a limit; the file gives the reason beside it."""
    path = Path(__file__).parent / "eligibility_scoring" / "gold_errors.csv"
    rows = csv.DictReader(path.open(encoding="utf-8")) if path.is_file() else ()
    return frozenset((r["nct"], (int(r["start"]), int(r["end"]))) for r in rows)


def _numeric(
    name: str, every: Sequence[Document], read: Sequence[Any], wrong: GoldErrors, errors: list[Any] | None
) -> Iterator[Line]:
    """Precision and recall of numeric limits by both rules; the bars stand on the raw gold."""
    rules = [("variable and unit checked", True, frozenset()), ("the peers' looser rule", False, frozenset())]
    if wrong:
        rules.insert(1, ("checked, gold errors set right", True, wrong))
    for rule, checked, without in rules:
        score = Score()
        for document, ours in zip(every, read, strict=True):
            compare_limits(document, ours, score, checked=checked, gold_errors=without)
        barred = checked and not without and errors is not None
        yield _line(
            f"{name}: numeric limits, precision, {rule}", round(score.precision, 4), "share",
            BARS["precision"] if barred else None,
        )  # fmt: skip
        yield _line(
            f"{name}: numeric limits, recall, {rule}", round(score.recall, 4), "share",
            BARS["recall"] if barred else None,
        )  # fmt: skip
        yield _line(
            f"{name}: numeric limits read / in the gold, {rule}", f"{score.read}/{score.gold}", "limits"
        )
        if barred and errors is not None:
            errors += [{"score": "numeric", **e} for e in score.errors]
    if errors is not None:
        every_gold = [g for d in every for g in d.numeric]
        yield _line(
            f"{name}: gold limits without scorable bounds", sum(bool(g.reason) for g in every_gold), "limits"
        )
        outside = sum(_outside(d, ours) for d, ours in zip(every, read, strict=True))
        yield _line(f"{name}: limits read on lines without gold (not scored)", outside, "limits")


def _outside(document: Document, read: Iterable[Any]) -> int:
    lines = {g.line for g in document.numeric}
    ranges = [document.lines[n] for n in lines if n in document.lines]
    return sum(not any(r.start < end and start < r.end for start, end in ranges) for r in read)


def _temporal(
    every: Sequence[Document], found: Sequence[Sequence[Criterion]], errors: list[Any]
) -> Iterator[Line]:
    for rule, checked in (("amount, unit and side", False), ("what is timed checked too", True)):
        score = Score()
        for document, listed in zip(every, found, strict=True):
            compare_stretches(document, [s for c in listed for s in stretches(c)], score, checked=checked)
        bars = (BARS["temporal precision"], BARS["temporal recall"]) if not checked else (None, None)
        if not checked:
            yield _line(
                f"LCT: temporal limits, precision, {rule}", round(score.precision, 4), "share", bars[0]
            )
            errors += [{"score": "temporal", **e} for e in score.errors]
        yield _line(f"LCT: temporal limits, recall, {rule}", round(score.recall, 4), "share", bars[1])
        yield _line(
            f"LCT: temporal limits read / in the gold, {rule}", f"{score.read}/{score.gold}", "limits"
        )


def _confidently_wrong(
    every: Sequence[Document], found: Sequence[Sequence[Criterion]], wrong: GoldErrors, errors: list[Any]
) -> Iterator[Line]:
    """Criteria classed computable on a line with a scorable gold limit, of which the gold contradicts one or more:
    a limit read that the gold has not, a gold limit that was lost, or the other list. 95 % Clopper-Pearson interval."""
    for rule, without in (
        (("raw", frozenset()), ("gold errors set right", wrong)) if wrong else (("raw", wrong),)
    ):
        scored = bad = 0
        for document, listed in zip(every, found, strict=True):
            for criterion in listed:
                why = _contradicted(document, criterion, without)
                scored += why is not None
                bad += bool(why)
                if why and without == wrong:
                    errors += [{"score": "confidently wrong", "criterion": criterion.id, **e} for e in why]
        low, high = clopper_pearson(np.array([bad]), np.array([max(scored, 1)]))
        yield _line(f"LCT: confidently wrong, {rule}", f"{bad}/{scored}", "criteria")
        yield _line(f"LCT: confidently wrong, {rule}, share", round(bad / max(scored, 1), 4), "share")
        yield _line(
            f"LCT: confidently wrong, {rule}, 95 % interval", f"{low[0]:.4f} to {high[0]:.4f}", "share"
        )


def _contradicted(document: Document, criterion: Criterion, wrong: GoldErrors) -> list[dict[str, Any]] | None:
    """None when the criterion is not computable or meets no gold."""
    if criterion.klass != "computable":
        return None
    start, end = criterion.sources[0].start, criterion.sources[-1].end
    inside = [g for g in document.numeric if not g.reason and start <= g.at[0] and g.at[1] <= end]
    inside = [g for g in inside if not any(n == g.nct and a < g.at[1] and g.at[0] < b for n, (a, b) in wrong)]
    if not inside:
        return None
    score = Score()
    own = Document(
        document.nct, document.text, {0: (start, end)}, {}, frozenset(),
        tuple(replace(g, line=0) for g in document.numeric if start <= g.at[0] and g.at[1] <= end),
        (), {0: tuple(v for n, vs in document.counts.items() if _touches(document, n, start, end) for v in vs)},
    )  # fmt: skip
    compare_limits(own, limits(criterion), score, checked=True, gold_errors=wrong)
    sections = {g.section for g in inside} - {"unknown"}
    if sections and criterion.polarity not in sections:
        score.errors.append(
            {"kind": "polarity", "nct": document.nct, "text": criterion.text, "read": criterion.polarity}
        )
    return score.errors


def _touches(document: Document, line: int, start: int, end: int) -> bool:
    place = document.lines.get(line)
    return place is not None and place[0] < end and start < place[1]


def _peer(every: Sequence[Document], wrong: GoldErrors, rate: float) -> Iterator[Line]:
    """The same lines through the peer, scored by the same rules in the same run."""
    places = [
        (d, n) for d in every for n in d.lines if n not in d.headers and d.text[slice(*d.lines[n])].strip()
    ]
    rows = [{"text": d.text[slice(*d.lines[n])], "section": d.sections[n]} for d, n in places]
    try:
        answers, seconds = peer.extracted(rows)
    except peer.Skipped as reason:
        print(f"peer {peer.PACKAGE} skipped: {reason}", file=sys.stderr)
        return
    by_document: dict[str, list[Any]] = {d.nct: [] for d in every}
    for (document, line), answer in zip(places, answers, strict=True):
        by_document[document.nct] += peer.limits(answer, *document.lines[line])
    read = [by_document[d.nct] for d in every]
    yield from _numeric(f"peer {peer.PACKAGE}", every, read, frozenset(), None)
    yield _line(
        "LCT: lines per second beside the peer", round(rate), "lines/s", peer=round(len(rows) / seconds),
        ratio=round(rate * seconds / len(rows), 2),
    )  # fmt: skip


# --- printing ---


def _line(name: str, value: Any, unit: str, bar: float | None = None, **more: Any) -> Line:
    most = more.pop("most", False)
    holds = None if bar is None else value <= bar if most else value >= bar
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": None,
        "ratio": None,
        "bar": bar,
        "holds": holds,
        **more,
    }


def _row(line: Mapping[str, Any]) -> str:
    bar = "" if line["bar"] is None else f"bar {line['bar']:g}{'' if line['holds'] else '  missed'}"
    beside = "" if line["peer"] is None else f"peer {line['peer']}, ratio {line['ratio']}"
    return f"{line['name']:<78}{line['value']:>18}  {line['unit']:<9}{bar}{beside}".rstrip()


if __name__ == "__main__":
    main()

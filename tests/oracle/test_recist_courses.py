"""Random courses by RECIST 1.1 against the rules written out once more, lesion by lesion, in fractions."""

import random
from datetime import date, timedelta
from fractions import Fraction

import pytest

from protorun.patients.tables import parse_lesions
from protorun.response import assess, settings_for
from protorun.trial.response import Response

SIZES = [
    "0",
    "0",
    "3",
    "5",
    "7",
    "9",
    "9.99",
    "10",
    "10.5",
    "14",
    "17.5",
    "18",
    "20",
    "21",
    "24",
    "25",
    "26",
    "30",
    "35",
    "36",
]
NON_TARGET_ONLY = {"NONE": "NED", "CR": "CR", "NON-CR/NON-PD": "NON-CR/NON-PD", "NE": "NE"}


def drawn(chance: random.Random) -> list[dict]:
    """Visits in order, each a dict from lesion to (role, nodal, size or None, finding); baseline first."""
    targets = [(f"T{i}", chance.random() < 0.3) for i in range(chance.randint(0, 3))]
    others = [(f"N{i}", chance.random() < 0.3) for i in range(chance.randint(0 if targets else 1, 2))]
    visits = []
    for visit in range(chance.randint(2, 5)):
        seen = {}
        for name, nodal in targets:
            size = chance.choice(SIZES if visit else ["15", "20", "25", "30", "50"])
            if not visit or chance.random() > 0.06:
                seen[name] = ("target", nodal, Fraction(size), "present" if size != "0" else "absent")
        for name, nodal in others:
            found = (
                chance.choice(["present", "absent"] * 4 + ["worse", "not assessed"]) if visit else "present"
            )
            small = nodal and visit and found == "present"
            seen[name] = (
                "non-target",
                nodal,
                chance.choice([None, Fraction(8), Fraction(12)]) if small else None,
                found,
            )
        if visit and (not seen or chance.random() < 0.06):
            seen[f"X{visit}"] = ("new", False, None, "present")
        visits.append(seen)
    return visits


def table(visits: list[dict]) -> str:
    rows = ["patient,visit,date,lesion,role,diameter_mm,finding,organ,compartment"]
    for visit, seen in enumerate(visits):
        on = date(2024, 1, 1) + timedelta(42 * visit)
        for name, (role, nodal, size, found) in seen.items():
            organ, mm = "lymph node" if nodal else "liver", "" if size is None else float(size)
            rows.append(f"A,{visit},{on},{name},{role},{mm},{found},{organ},cns")
    return "\n".join(rows)


def of_targets(start: dict, seen: dict, path: dict, sticky: bool) -> str:
    """Target response; `path` carries the nadir and whether there was a response."""
    names = [n for n, lesion in start.items() if lesion[0] == "target"]
    sizes = [seen[n][2] if n in seen else None for n in names]
    base, total = sum(start[n][2] for n in names), sum(s for s in sizes if s is not None)
    nadir = path["nadir"]
    if not names:
        return "NONE"
    if total > nadir and total - nadir >= nadir / 5 and (nadir == 0 or total - nadir >= 5):
        return "PD"
    if None in sizes:
        return "NE"
    path["nadir"] = min(nadir, total)
    if all(size < 10 if start[n][1] else size == 0 for n, size in zip(names, sizes, strict=True)):
        return "CR"
    return "PR" if base - total >= base * Fraction(3, 10) or (sticky and path["responded"]) else "SD"


def of_others(start: dict, seen: dict) -> str:
    found = [seen.get(n) for n, lesion in start.items() if lesion[0] == "non-target"]
    if any(lesion and lesion[3] == "worse" for lesion in found):
        return "PD"
    if any(lesion is None or lesion[3] == "not assessed" for lesion in found):
        return "NE"
    gone = [lesion[3] == "absent" or bool(lesion[1] and lesion[2] and lesion[2] < 10) for lesion in found]
    return "NONE" if not found else "CR" if all(gone) else "NON-CR/NON-PD"


def by_hand(visits: list[dict], sticky: bool) -> list[str]:
    start, answers = visits[0], []
    path = {
        "nadir": sum(x[2] for x in start.values() if x[0] == "target"),
        "responded": False,
        "complete": False,
    }
    for seen in visits[1:]:
        target, other = of_targets(start, seen, path, sticky), of_others(start, seen)
        path["responded"] = target != "PD" and (path["responded"] or target in ("PR", "CR"))
        back = path["complete"] and any(
            n in seen
            and not nodal
            and (seen[n][2] if role == "target" else seen[n][3] in ("present", "worse"))
            for n, (role, nodal, _, _) in start.items()
        )
        new = any(lesion[0] == "new" for lesion in seen.values())
        answers.append("PD" if "PD" in (target, other) or new or back else overall(target, other))
        path["complete"] |= answers[-1] == "CR"
    return answers


def overall(target: str, other: str) -> str:
    if target == "NONE":
        return NON_TARGET_ONLY[other]
    return ("CR" if other in ("CR", "NONE") else "PR") if target == "CR" else target


@pytest.mark.parametrize("policy", ["eortc", "strict_table"])
def test_random_courses_are_what_the_rules_say(policy):
    chance = random.Random(5)
    for _ in range(600):
        visits = drawn(chance)
        lesions, _, _ = parse_lesions(table(visits))
        points = assess("recist_1_1", lesions, settings=settings_for("recist_1_1", policy))
        said = [Response(int(code)).text for code in points.overall]
        assert said == by_hand(visits, policy == "eortc"), table(visits)

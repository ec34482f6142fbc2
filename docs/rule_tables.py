"""Rules of the endpoints as tables, read from the files and objects the code runs on; `hooks.py` answers by them.

`<!-- rules: rano_bm -->`, `<!-- policies: rano_bm -->`, `<!-- switches: best -->`, `<!-- censoring: fda_2007_a -->`,
`<!-- grades: ctcae_v5 -->`, `<!-- lab-only -->`, `<!-- features -->`, `<!-- groups -->`, `<!-- doses: AGENT -->`,
`<!-- scales: qlq_c30 -->`, `<!-- adam: adtte -->`, `<!-- functions: protorun.statistics -->`, `<!-- recalled -->`.
"""

import csv
import inspect
import re
import tomllib
from importlib import import_module
from importlib.resources import files
from typing import Any

Rows = list[tuple[str, ...]]
MARKS = ("[recalled]", "[unverified]")
BEST = "protorun.endpoints.best/policies.toml"
POLICIES = {"best": BEST, "response": "protorun.response/policies.toml", "censoring": "protorun.endpoints.censoring/policies.toml"}  # fmt: skip
SWITCHES = "protorun.response/switches.toml"
RULE_FILES = (
    *(
        f"protorun.response/{name}.csv"
        for name in ("recist_1_1", "irecist", "rano_bm", "rano_lm", "compartments")
    ),
    *("protorun.response/rano_lm.toml", SWITCHES, *POLICIES.values()),
)


def text_of(place: str) -> str:
    """A data file of the package, such as `protorun.response/rano_bm.csv`."""
    package, name = place.split("/", 1)
    return files(package).joinpath(name).read_text(encoding="utf-8")


def rules(criteria: str) -> str:
    """The rule table of a response criterion, in its order: the first row that fits decides."""
    lines = list(csv.DictReader(text_of(f"protorun.response/{criteria}.csv").splitlines()))
    asked = [name for name in lines[0] if name not in ("overall", "reason", "decides")]
    rows = [
        (str(n), _when({name: line[name] for name in asked}), f"**{line['overall']}**", _cell(line["reason"]))
        for n, line in enumerate(lines, 1)
    ]
    return table(("", "when", "response", "reason"), rows)


def _when(cells: dict[str, str]) -> str:
    """The conditions of a row; a star asks nothing."""
    asked = (
        f"{name.replace('_', '-')} {choices.replace('|', ' or ').replace('_', ' ')}"
        for name, choices in cells.items()
        if choices != "*"
    )
    return ", ".join(asked) or "anything else"


def policies(criteria: str) -> str:
    """The named policies of a response criterion; the first is the usual one, unless a choice is asked for."""
    from protorun.response import policies as named

    lines = tomllib.loads(text_of(SWITCHES)).values()
    chosen = any(criteria in line.get("must_choose", ()) for line in lines)
    first = "" if chosen else next(iter(named(criteria)))
    rows = [
        (f"`{n}`{' (usual)' if n == first else ''}", _cell(p.says), _own(criteria, n))
        for n, p in named(criteria).items()
    ]
    return table(("policy", "what it is", "switches it sets itself"), rows)


def _own(criteria: str, name: str) -> str:
    """The switches a policy sets that its criterion does not share."""
    own = tomllib.loads(text_of(POLICIES["response"]))[criteria][name]
    return ", ".join(f"`{switch} = {_value(value)}`" for switch, value in own.items() if switch != "says")


def switches(which: str) -> str:
    """Every switch of the response criteria with its meaning; or of other policies, with its value in each."""
    if which == "response":
        lines = tomllib.loads(text_of(SWITCHES))
        rows = [(f"`{name}`", _cell(line["says"]), _of(line)) for name, line in lines.items()]
        return table(("switch", "meaning", "criteria that look at it"), rows)
    text = text_of(POLICIES[which])
    meaning = re.findall(r"^# (\w+) {2,}(.+(?:\n# {6,}.+)*)", text, re.M)
    named = tomllib.loads(text)
    head = ("switch", "meaning", *(f"`{name}`" for name in named))
    rows = [
        (
            f"`{name}`",
            _cell(re.sub(r"\n#\s+", " ", says)),
            *(_set(policy, name) for policy in named.values()),
        )
        for name, says in meaning
    ]
    return table(head, rows)


def _of(line: dict[str, Any]) -> str:
    """The criteria that look at a switch, with a mark where its rule is recalled."""
    marked = line.get("recalled", ())
    return _cell(", ".join(f"{name} [recalled]" if name in marked else name for name in line["of"]))


def _set(policy: dict[str, Any], name: str) -> str:
    value = policy[name]
    return _value(value["value"] if isinstance(value, dict) else value)


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def censoring(name: str) -> str:
    """One censoring policy line by line, with the source of each line."""
    from protorun.endpoints import censoring_policy
    from protorun.endpoints.censoring.policy import SWITCHES

    policy = censoring_policy(name)
    rows = [(f"`{s}`", f"`{getattr(policy, s)}`", _cell(policy.sources[s])) for s in SWITCHES]
    return table(("switch", "value", "source"), rows)


def grades(version: str) -> str:
    """Every laboratory rule of a version, in SI and in US units."""
    from protorun.toxicity.grading import rules as of

    rows = [
        (_cell(rule.term), rule.direction, rule.unit or "any", _cell(rule.text), _cell(rule.assumes))
        for rule in of(version, "worst_case")
    ]
    return table(("term", "direction", "unit", "rule", "takes for granted"), [*dict.fromkeys(rows)])


def lab_only(_: str | None) -> str:
    """What replaces rules that take signs or treatment for granted."""
    lines = text_of("protorun.toxicity.grading/criteria/lab_only.csv").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    head = ("version", "term", "unit", "rule by the value alone")
    return table(head, [(r["version"], _cell(r["term"]), r["unit"] or "any", _cell(r["rule"])) for r in rows])


def features(_: str | None) -> str:
    """What a DLT clause may ask beside the grade."""
    found: dict[str, list[str]] = {}
    for feature in tomllib.loads(text_of("protorun.toxicity/features.toml"))["feature"]:
        found.setdefault(feature["name"], []).append(
            "absent" if feature.get("wanted") is False else "present"
        )
    rows = [(f"`{name}`", " or ".join(dict.fromkeys(wanted))) for name, wanted in found.items()]
    return table(("feature of an event", "may be asked to be"), rows)


def groups(_: str | None) -> str:
    """Groups of adverse events that DLT definitions name."""
    named = tomllib.loads(text_of("protorun.toxicity/groups.toml"))
    rows = [
        (name.replace("_", " "), ", ".join(g["words"]), ", ".join(g.get("terms", ())))
        for name, g in named.items()
    ]
    return table(("group", "words of a definition", "terms that belong to it"), rows)


def doses(agent: str) -> str:
    """The published dose-modification rules of an agent that ship with protorun."""
    from protorun.schedule.doses import published

    found = published(agent)
    ladder = " -> ".join(f"{dose.amount:g} {dose.unit}" for dose in found.ladder)
    lines: dict[tuple[str, str], list[str]] = {}
    for rule in found.rules:
        lines.setdefault((rule.then, rule.basis.note), []).append(rule.id)
    rows = [
        (f"`{ids[0] if len(ids) == 1 else ids[0].rpartition('_')[0]}`", then, _cell(says))
        for (then, says), ids in lines.items()
    ]
    return f"Levels: {ladder}.\n\n" + table(("rule", "then", "when, and where it is from"), rows)


def scales(key: str) -> str:
    """The scales and totals of a questionnaire."""
    from protorun.quality_of_life import questionnaire

    asked = tomllib.loads(text_of(f"protorun.quality_of_life/questionnaires/{key}.toml"))
    rows = [
        (
            f"`{n}`",
            s["says"],
            s.get("kind", ""),
            ", ".join(map(str, s["items"])),
            ", ".join(s.get("reverse", ())),
        )
        for n, s in asked["scales"].items()
    ]
    rows += [
        (f"`{n}`", t["says"], "total", ", ".join(t["of"]), "") for n, t in asked.get("totals", {}).items()
    ]
    named = questionnaire(key)
    shown = rows if any(r[4] for r in rows) else [r[:4] for r in rows]
    head = ("scale", "what it is", "kind", "items", "turned")[: len(shown[0])]
    return f"{named.title}. {named.source}.\n\n" + table(head, shown)


def adam(which: str) -> str:
    """The parameters of ADRS or ADTTE."""
    if which == "adtte":
        made = tomllib.loads(text_of("protorun.cdisc/adtte.toml"))["parameter"]
        rows = [
            (f"`{n}`", p["param"], _start(p), ", ".join(p["events"]).replace("_", " "),
             ", then ".join(p["censorings"]).replace("_", " "), p.get("until", ""))
            for n, p in made.items()
        ]  # fmt: skip
        return table(("PARAMCD", "PARAM", "from", "events", "censorings: the latest", "until"), rows)
    named = tomllib.loads(text_of("protorun.cdisc/parameters.toml"))
    return table(("PARAMCD", "PARAM"), [(f"`{n}`", _cell(p["param"])) for n, p in named.items()])


def _start(parameter: dict[str, Any]) -> str:
    return parameter.get("start") or "first row " + " and ".join(
        f"{column} = {values[0]}" for column, values in parameter["start_row"].items()
    )


def functions(module: str) -> str:
    """What a module offers: each function with the first sentence of its text."""
    home = import_module(module)
    rows = [
        (f"`{name}`", _cell(sentence(getattr(home, name).__doc__)))
        for name in home.__all__
        if inspect.isfunction(getattr(home, name))
    ]
    return table(("function", "what it gives"), rows)


def sentence(text: str | None) -> str:
    """The first sentence."""
    return re.split(r"(?<=[.:;]) (?=[A-Z])", " ".join((text or "").split()))[0].rstrip(":;")


def recalled(_: str | None) -> str:
    """Every line of the rule files with a mark, and where it stands."""
    from protorun.schedule.doses import agents, published

    rows = [row for place in RULE_FILES for row in _marked(place)]
    for agent in agents():
        notes = dict.fromkeys(rule.basis.note for rule in published(agent).rules)
        rows += [(agent, _cell(note)) for note in notes if "secondary source" in note or _doubtful(note)]
    return table(("where", "what it says"), rows)


def _doubtful(text: str) -> bool:
    return any(mark in text for mark in MARKS)


def _marked(place: str) -> Rows:
    """The marked rows of a rule table, or the marked texts and meanings of a file of policies."""
    if place.endswith(".csv"):
        lines = csv.DictReader(text_of(place).splitlines())
        name = place.split("/")[1].removesuffix(".csv")
        return [
            (f"{name}, row {n}", _cell(r["reason"])) for n, r in enumerate(lines, 1) if _doubtful(r["reason"])
        ]
    if place == SWITCHES:
        lines = tomllib.loads(text_of(place))
        return [(f"switch `{n}`", _cell(line["says"])) for n, line in lines.items() if "recalled" in line]
    found, section = [], ""
    for line in text_of(place).splitlines():
        section = line.split("]")[0].strip("[") if line.startswith("[") else section
        value = re.match(r'\w+ = "(.*)"$', line)
        comment = re.search(r"# (.*)", line)
        if section and _doubtful(line) and (value or comment):
            found.append((f"`{section}`", _cell((value or comment or ("", ""))[1])))
    return found


def _cell(text: str) -> str:
    """Text that stands in a table, marks of doubt in bold."""
    said = " ".join(text.split()).replace("|", "\\|").replace("*", "\\*")
    for mark in MARKS:
        said = said.replace(mark, f"**{mark}**")
    return said.replace("<", "&lt;").replace(
        "{", "&#123;"
    )  # a brace at the end of a cell would be an attribute


def table(head: tuple[str, ...], rows: Rows) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


ANSWERS = {
    "rules": rules, "policies": policies, "switches": switches, "censoring": censoring, "grades": grades,
    "lab-only": lab_only, "features": features, "groups": groups, "doses": doses, "scales": scales, "adam": adam,
    "functions": functions, "recalled": recalled,
}  # fmt: skip

"""JSON Schema of the study file, for editors: the schema of the Study, rewritten for the compact forms."""

from __future__ import annotations

import json
import re
from typing import Any

from protorun.study.study import Study
from protorun.study.written import Written
from protorun.study_file.forms import SPAN

Json = dict[str, Any]

_SOURCE: Json = {
    "at": {
        "type": "string",
        "pattern": f"^{SPAN.pattern}$",
        "description": "Characters of the record: 120-137.",
    },
    "in": {"type": "string", "description": "JSON pointer, XPath or row/column; left out for a plain page."},
    "quote": {"type": "string", "description": "The words there; left out where they equal the value."},
}
_REASON: Json = {"type": "string", "description": "The kind of absence, or why it was not understood."}
_EXAMPLES = ["age >= 18 years", "alt <= 3 x ULN or liver_metastasis"]
_PLACED: Json = {"anyOf": [{"required": ["at"]}, {"required": ["sources"]}]}


def schema() -> Json:
    """The JSON Schema (2020-12) that every study file satisfies."""
    made = Study.model_json_schema()
    definitions = {name: _definition(name, body) for name, body in made.pop("$defs").items()}
    definitions["Assumption"]["properties"].pop("replaces")
    used = _used(made, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "protorun study file, version 1",
        **_clean(made),
        "$defs": {name: _clean(body) for name, body in sorted(definitions.items()) if name in used},
    }


def _used(start: Json, definitions: dict[str, Json]) -> set[str]:
    """The definitions something refers to; the nodes of a criterion tree are none, for a tree is a line."""
    found: set[str] = set()
    rest: list[Json] = [start]
    while rest:
        names = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(rest.pop()))) - found
        found |= names
        rest += [definitions[name] for name in names]
    return found


def schema_text() -> str:
    """The schema as it is committed: `schema/study-1.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _definition(name: str, body: Json) -> Json:
    if name == "Source":
        return {**_object(_SOURCE, ["at", "quote"]), "description": body.get("description", "")}
    if name.startswith("Sourced"):
        return _fact(body)
    if written := next((w for w in Written.__subclasses__() if w.__name__ == name), None):
        return {"anyOf": [_short(written), body]}
    return _reading(body, name) if name in ("Criterion", "Alternative") else body


def _fact(body: Json) -> Json:
    value = {"anyOf": [m for m in body["properties"]["value"].get("anyOf", [{}]) if m.get("type") != "null"]}
    lone = {**_object(_SOURCE, ["at"]), "description": "One of several places; `quote` may equal the value."}
    fields = {
        **dict.fromkeys(("stated", "derived", "assumed"), value),
        **dict.fromkeys(("absent", "unread"), _REASON),
        **_SOURCE,
        "sources": {"type": "array", "items": lone},
        "why": {"type": "string", "description": "Rule of a derivation; reason of an assumption."},
    }
    bases = [
        {"required": ["stated"], **_PLACED},
        {"required": ["derived"], **_PLACED},
        {"required": ["assumed", "why"]},
        {"required": ["absent"]},
        {"required": ["unread"], **_PLACED},
    ]
    return {**_object(fields, []), "oneOf": bases, "description": body.get("description", "")}


def _object(properties: Json, required: list[str]) -> Json:
    found: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": required} if required else {})


def _short(noun: type[Written]) -> Json:
    pattern = re.sub(r"\(\?P<\w+>", "(", noun.form.pattern)
    kinds = ["string", "number"] if noun.form.fullmatch("1") else "string"
    return {"type": kinds, "pattern": f"^(?:{pattern})$", "examples": [noun.example]}


def _reading(body: Json, name: str) -> Json:
    """A criterion with its tree as a line: `reads`, its seal, and the places of its atoms."""
    fields = {k: v for k, v in body["properties"].items() if k != "expr"}
    place = _object({"atom": {"type": "string"}, **_SOURCE}, ["atom", "at"])
    place["description"] = "Where an atom of `reads` is stated; `quote` may be left out inside the criterion."
    fields["reads"] = {
        "type": "string",
        "description": "The criterion in its text form.",
        "examples": _EXAMPLES,
    }
    fields["atoms"] = {"type": "array", "items": place}
    if name == "Criterion":
        fields["seal"] = {
            "type": "string",
            "description": "Does not fit the line any more once a person corrects it.",
        }
    required = [r for r in body.get("required", []) if r not in ("expr", "klass")]
    return {**body, "properties": fields, "required": [*required, "reads"]}


def _clean(schema: Any) -> Any:
    """Without titles and defaults, which repeat names and the long form."""
    if isinstance(schema, list):
        return [_clean(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _clean(body) for name, body in value.items()} if key == "properties" else _clean(value)
        for key, value in schema.items()
        if key not in ("title", "default", "discriminator")
    }

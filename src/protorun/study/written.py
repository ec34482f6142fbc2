"""Small nouns that people write in a few words: `15 mg/kg`, `18 years`, `block:it + 7 days`."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pydantic import ValidationError, model_validator

from protorun.study.source import Frozen

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"


class Written(Frozen):
    """A noun with a short form: text that matches `form` is taken apart into fields by group name."""

    form: ClassVar[re.Pattern[str]]
    example: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            given = number(float(given))
        if not isinstance(given, str):
            return given
        match = cls.form.fullmatch(given.strip())
        if match is None:
            raise ValueError(f"{given!r} is not written like {cls.example!r}")
        return cls._fields({name: text for name, text in match.groupdict().items() if text is not None})

    @classmethod
    def _fields(cls, words: dict[str, str]) -> dict[str, Any]:
        """The groups of the short form as fields; a noun with other than text and `amount` says how."""
        return {name: float(text) if name == "amount" else text for name, text in words.items()}

    def _words(self) -> str:
        """The short form of this noun, which may fail to say everything; `written` checks."""
        raise NotImplementedError


def written(noun: Written) -> str | None:
    """The short form, or None when it would not come back as the same noun."""
    text = noun._words()
    try:
        return text if type(noun).model_validate(text) == noun else None
    except ValidationError:
        return None


def number(value: float) -> str:
    """The shortest digits that give the same number back: `15`, `1.5`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)

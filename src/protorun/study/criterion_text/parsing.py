"""A line of text as a criterion tree, with errors that point into the line."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pydantic import ValidationError

from protorun.errors import CriterionTextError
from protorun.study.criterion import Expr

if TYPE_CHECKING:
    from lark import Lark, UnexpectedInput

MAX_DEPTH = 60
MAX_CHARACTERS = 100_000
_MANY = 12  # no list of what could stand here is longer; it would not help
_WORDS = {
    "$END": "the end",
    "ALL_OF": "all of (",
    "ANCHOR": "an anchor (screening, enrollment, randomization, first_dose, last_dose, diagnosis)",
    "ANY_OF": "any of (",
    "AT_LEAST": "at least N of (",
    "COLON": ":",
    "COMMA": ",",
    "COMPARATOR": ">=, >, <= or <",
    "DOSED_IN": "dosed in",
    "EQUAL": "=",
    "HALF_LIVES": "half-lives",
    "INTEGER": "a whole number",
    "LPAR": "(",
    "LSQB": "[",
    "NUMBER": "a number",
    "OF": "of (",
    "OTHER_THAN": "other than",
    "RPAR": ")",
    "RSQB": "]",
    "SEMICOLON": ";",
    "STRING": "a text in double quotes",
    "TIME": "days, weeks, months, years or hours",
    "TIMES": "ULN, LLN or baseline",
    "TREATED_WITH": "treated with",
    "WASHOUT_OF": "washout of",
    "WHICH": "shorter or longer",
    "WHICHEVER_IS": "whichever is",
    "WORD": "a name",
}


def parse(text: str) -> Expr:
    """The tree a line describes. Raises CriterionTextError with line, column and what could stand there."""
    from lark import UnexpectedInput
    from lark.exceptions import VisitError

    if len(text) > MAX_CHARACTERS:
        raise CriterionTextError(f"longer than {MAX_CHARACTERS:,} characters", line=1, column=MAX_CHARACTERS)
    try:
        expr: Expr = _parser().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise _pointed(error, text) from None
    except (VisitError, ValidationError, ValueError) as error:
        inner = getattr(error, "orig_exc", error)
        raise CriterionTextError(_plain(inner), line=1, column=1) from None
    if _deeper(expr, MAX_DEPTH):
        raise CriterionTextError(f"nested deeper than {MAX_DEPTH} levels", line=1, column=1)
    return expr


@cache
def _parser() -> Lark:
    from lark import Lark

    from protorun.study.criterion_text.building import Builder

    grammar = files("protorun.study.criterion_text").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=Builder(), maybe_placeholders=True)


def _pointed(error: UnexpectedInput, text: str) -> CriterionTextError:
    line, column = max(error.line, 1), max(error.column, 1)
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    if at_end:
        lines = text.splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    rest = text.splitlines()[line - 1][column - 1 :].split(" ")[0][:40] if not at_end else ""
    expected = (
        getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", ())
    )
    words = tuple(sorted({_WORDS.get(name, name.lower()) for name in expected or ()}))
    found = f"{rest!r}" if rest else "the end of the line"
    shown = f"; expected {', '.join(words[:_MANY])}{' ...' if len(words) > _MANY else ''}" if words else ""
    return CriterionTextError(f"unexpected {found}{shown}", line=line, column=column, expected=words)


def _plain(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors(include_url=False)[0]["msg"])
    return str(error)


def _deeper(expr: Expr, most: int) -> bool:
    """True when the tree is deeper than that, found without descending further."""
    level: list[Expr] = [expr]
    for _ in range(most):
        level = [part for node in level for part in below(node)]
        if not level:
            return False
    return True


def below(expr: Expr) -> tuple[Expr, ...]:
    """The trees directly under a node, in the order of the text."""
    inside = (
        *getattr(expr, "parts", ()),
        *(getattr(expr, name, None) for name in ("condition", "then", "otherwise", "part", "exception")),
    )
    return tuple(part for part in inside if part is not None)

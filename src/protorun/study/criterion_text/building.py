"""The nodes of a parsed line become nouns, bottom up."""

from __future__ import annotations

import json
from typing import Any as Anything

from lark import Token, Transformer, v_args

from protorun.study.criterion import (
    All,
    Any,
    AtLeast,
    Attestation,
    Bound,
    Code,
    Flag,
    If,
    Judgment,
    Not,
    Number,
    Treated,
    Unless,
    Unparsed,
    Washout,
    Window,
)

Fields = dict[str, Anything]


@v_args(inline=True)
class Builder(Transformer[Token, Anything]):
    """One method per rule of the grammar; a part that is left out arrives as None."""

    def start(self, expr: Anything) -> Anything:
        return expr

    # --- joined ---

    def if_(self, condition: Anything, then: Anything, otherwise: Anything) -> If:
        return If(condition=condition, then=then, otherwise=otherwise)

    def unless(self, part: Anything, exception: Anything) -> Unless:
        return Unless(part=part, exception=exception)

    def any(self, *parts: Anything) -> Any:
        return Any(parts=parts)

    def all(self, *parts: Anything) -> All:
        return All(parts=parts)

    def not_(self, part: Anything) -> Not:
        return Not(part=part)

    def parts(self, *parts: Anything) -> tuple[Anything, ...]:
        return parts

    def all_of(self, _: Token, parts: Anything) -> All:
        return All(parts=parts or ())

    def any_of(self, _: Token, parts: Anything) -> Any:
        return Any(parts=parts or ())

    def at_least(self, _: Token, n: Token, __: Token, parts: Anything) -> AtLeast:
        return AtLeast(n=int(n), parts=parts or ())

    # --- numbers ---

    def one_sided(self, name: str, sign: Token, bound: Bound, unit: str | None, tail: Fields) -> Number:
        return _number(name, unit, tail, **{_side(sign): _edge(bound, sign)})

    def two_sided(
        self, low: Bound, first: Token, name: str, second: Token, high: Bound, *rest: Anything
    ) -> Number:
        if _side(first) != "high" or _side(second) != "high":
            raise ValueError(f"two limits are written from low to high, such as 1 < {name} <= 3")
        return _number(name, rest[0], rest[1], low=_edge(low, first), high=_edge(high, second))

    def range(self, name: str, low: Bound, high: Bound, unit: str | None, tail: Fields) -> Number:
        return _number(name, unit, tail, low=low, high=high)

    def exactly(self, name: str, bound: Bound, unit: str | None, tail: Fields) -> Number:
        return _number(name, unit, tail, low=bound, high=bound)

    def unbounded(self, name: str, unit: str | None, tail: Fields) -> Number:
        return _number(name, unit, tail)

    def number_tail(
        self, window: Anything, excluding: Anything, unit: str | None, note: Token | None
    ) -> Fields:
        return {
            "window": window,
            "excluding": excluding or (),
            "suggested_unit": unit or "",
            "note": _text(note) if note else "",
        }

    def bound(self, value: Token, times: Token | None) -> Bound:
        return Bound(value=float(value), times=times.lower() if times else "")

    def unit(self, *words: Token) -> str:
        return " ".join(map(_text, words))

    # --- codes and flags ---

    def is_(self, name: str, value: str, window: Window | None) -> Code:
        return Code(variable=name, values=(value,), window=window)

    def in_(self, name: str, values: tuple[str, ...], window: Window | None) -> Code:
        return Code(variable=name, values=values, window=window)

    def only_in(self, name: str, values: tuple[str, ...], window: Window | None) -> Code:
        return Code(variable=name, values=values, every=True, window=window)

    def flag(self, name: str, qualifiers: tuple[str, ...] | None, window: Window | None) -> Flag:
        return Flag(variable=name, qualifiers=qualifiers or (), window=window)

    # --- treatments ---

    def treated(
        self, _: Token, classes: tuple[str, ...], exempt: tuple[str, ...] | None, tail: Fields
    ) -> Treated:
        return Treated(classes=classes, exempt_classes=exempt or (), **tail)

    def receiving(self, classes: tuple[str, ...], exempt: tuple[str, ...] | None, tail: Fields) -> Treated:
        return Treated(classes=classes, exempt_classes=exempt or (), ongoing=True, **tail)

    def exempt(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return names

    def treated_tail(self, dose: Fields | None, purpose: str | None, *rest: Anything) -> Fields:
        _, routes, window = rest
        return {**(dose or {}), "purpose": purpose or "", "exempt_routes": routes or (), "window": window}

    def dose(self, sign: Token, bound: Bound, unit: str | None) -> Fields:
        if _side(sign) != "low":
            raise ValueError("a dose is given as the least that counts: at > 10 mg/day")
        return {"dose": _edge(bound, sign), "dose_unit": unit or ""}

    def dose_unit(self, _: Token, unit: str) -> Fields:
        return {"dose_unit": unit}

    def washout(
        self, _: Token, classes: tuple[str, ...], exempt: tuple[str, ...] | None, gap: Fields
    ) -> Washout:
        return Washout(classes=classes, exempt_classes=exempt or (), **gap)

    def timed(self, stretch: Fields, lives: float | None, which: str | None, anchor: Token) -> Fields:
        window = Window(**stretch, anchor=str(anchor))
        return {"window": window, "half_lives": lives, "which": which or "fixed"}

    def half_lives_only(self, lives: float, which: str | None) -> Fields:
        return {"half_lives": lives, "which": which or "fixed"}

    def unstated(self, which: str | None) -> Fields:
        return {"which": which or "fixed"}

    def stretch(self, amount: Token, unit: Token) -> Fields:
        return {"amount": float(amount), "unit": f"{unit.removesuffix('s')}s"}

    def half_lives(self, amount: Token, _: Token) -> float:
        return float(amount)

    def which(self, _: Token, which: Token) -> str:
        return str(which)

    def which_last(self, _: Token, which: Token) -> str:
        return str(which)

    def window(self, amount: Token, unit: Token, anchor: Token) -> Window:
        return Window(**self.stretch(amount, unit), anchor=str(anchor))

    # --- a person's ---

    def attested(self, name: str | None, text: Token) -> Attestation:
        return Attestation(variable=name or "", text=_text(text))

    def judged(self, name: str | None, text: Token) -> Judgment:
        return Judgment(variable=name or "", text=_text(text))

    def unparsed(self, text: Token) -> Unparsed:
        return Unparsed(text=_text(text))

    # --- words ---

    def name(self, token: Token) -> str:
        return _text(token)

    def value(self, token: Token) -> str:
        return _text(token)

    def names(self, *names: str) -> tuple[str, ...]:
        return names

    def classes(self, names: tuple[str, ...] = ()) -> tuple[str, ...]:
        return names

    def values(self, *values: str | None) -> tuple[str, ...]:
        return tuple(v for v in values if v is not None)


def _number(name: str, unit: str | None, tail: Fields, **bounds: Bound) -> Number:
    return Number(variable=name, unit=unit or "", **bounds, **tail)


def _side(sign: Token) -> str:
    return "low" if sign[0] in ">≥" else "high"


def _edge(bound: Bound, sign: Token) -> Bound:
    return bound.model_copy(update={"inclusive": sign in (">=", "<=", "≥", "≤")})


def _text(token: Token) -> str:
    """The words of a token: as they are, or out of their quotes."""
    return str(json.loads(token, strict=False)) if token.type == "STRING" else str(token)

"""What a reading carries along: whether words exclude, what was lost, and how to read what stands inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from protorun.reading.eligibility.islands.malignancy import malignancy_exceptions
from protorun.reading.eligibility.trees.walks import leaves
from protorun.reading.eligibility.words.lexicon import Chunk
from protorun.reading.eligibility.words.line import Line
from protorun.study.criterion import (
    All,
    Any,
    Expr,
    Flag,
    Number,
    Unparsed,
    Washout,
)

Assemble = Callable[[list[Chunk], Line, "Context"], Expr]
Include = Callable[[Expr, list[Chunk], Line, "Context"], Expr]


@dataclass(frozen=True)
class Context:
    """`firing`: the words describe what excludes. `lost` collects the stretches nobody understood; `assemble` reads what
    stands inside brackets or behind an exception, `include` adds what `(including a, b)` names to what stands before it."""

    firing: bool
    lost: list[tuple[int, int]]
    assemble: Assemble
    include: Include

    def described(self) -> Context:
        """Inside a negation of a requirement the words describe what must not be."""
        return replace(self, firing=True)

    def asking(self) -> Context:
        return replace(self, firing=False)

    def opened(self) -> Context:
        """A condition: its lists are read as on an inclusion list."""
        return replace(self, firing=False)

    def unparsed(self, line: Line, chunks: list[Chunk]) -> Expr:
        """The stretch as a part nobody understood. Limits and times in it stay visible, in a place where they decide
        nothing: `(limit and ?) or ?` is unknown whatever the limit says."""
        start, end = chunks[0].start, chunks[-1].end
        self.lost.append((start, end))
        unread = Unparsed.model_construct(text=line.quote(start, end), source=line.cite(start, end))
        seen = tuple(
            c.value for c in chunks if c.kind == "A" and any(is_measured(x) for x in leaves(c.value))
        )
        return (
            Any.model_construct(parts=(All.model_construct(parts=(*seen, unread)), unread))
            if seen
            else unread
        )

    def exception(self, line: Line, part: list[Chunk], chunks: list[Chunk]) -> Expr:
        """What stands behind `except`."""
        if not chunks:
            end = part[-1].end
            self.lost.append((part[0].start, end))
            return Unparsed.model_construct(text="(exception)", source=line.cite(part[0].start, end))
        if any(
            isinstance(c.value, Flag) and c.value.variable == "other_malignancy"
            for c in part
            if c.kind == "A"
        ):
            found = malignancy_exceptions(line, chunks[0].start, chunks[-1].end)
            if found:
                expr, rest = found
                if rest:
                    self.lost.append(rest)
                    return Any(
                        parts=(
                            expr,
                            Unparsed.model_construct(text=line.quote(*rest), source=line.cite(*rest)),
                        )
                    )
                return expr
            return self.unparsed(line, chunks)
        return self.assemble(chunks, line, self)


def is_measured(leaf: Expr) -> bool:
    """A limit, a wash-out, or anything with a time."""
    return isinstance(leaf, (Number, Washout)) or getattr(leaf, "window", None) is not None


def measured(chunks: list[Chunk]) -> bool:
    """True with a number or a time in it."""
    return any(
        c.kind in "nrtcWLH" or (c.kind == "A" and any(map(is_measured, leaves(c.value)))) for c in chunks
    )

"""The bytes of a record, decoded once; whatever is wrong with them is said with the place where it is wrong."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from protorun.errors import RecordError

MAX_BYTES = 20_000_000
MAX_LINE = 2_000_000
"""No published record comes near; a longer line is no page and no table row."""

MAX_LINES = 50_000
"""Lines with words on them; the longest published record has a few thousand."""

_CONTAINERS = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an Office file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
}
_STRUCTURED = re.compile(r'"protocolSection"\s*:|<clinical_study[\s/>]|^"?NCT Number"?,', re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*")
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Line:
    """One line of a page, without its line break and outer blanks; `start` and `end` count in the page's text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Document:
    """A file as it came. Its text counts code points after decoding; a byte-order mark is not part of it."""

    data: bytes = field(repr=False)
    name: str = ""
    max_bytes: int = MAX_BYTES

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def text(self) -> str:
        """The decoded text. Raises RecordError for what cannot be text, with the place."""
        text = _decoded(self)
        if (at := text.find("\0")) >= 0:
            raise RecordError("a null character in the text", where=self.where(at, text))
        return text

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of a page that are not blank; a structured file has none. Raises RecordError for a line no page
        has."""
        return () if _STRUCTURED.search(self.text) else tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        text, count = self.text, 0
        for match in _LINE.finditer(text):
            start, end = match.span()
            if end - start > MAX_LINE:
                raise RecordError(f"a line of {end - start:,} characters", where=self.where(start))
            stripped = match[0].strip()
            count += bool(stripped)
            if count > MAX_LINES:
                raise RecordError(f"more than {MAX_LINES:,} lines", where=self.where(start))
            if stripped:
                start += len(match[0]) - len(match[0].lstrip())
                yield Line(start, start + len(stripped), stripped)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Doubts about the text as a whole."""
        turned = _TURNED.search(self.text)
        if turned is None:
            return ()
        return (
            f"{self.where(turned.start())}: signs that turn the writing direction; read the original with care",
        )

    @cached_property
    def json(self) -> Any:
        """The parsed JSON. Raises RecordError with line and column."""
        from protorun.records.files.json_text import parse

        return parse(self.text, self.where)

    @cached_property
    def xml(self) -> Any:
        """The root element. Raises RecordError with line and column."""
        from protorun.records.files.xml_text import parse

        return parse(self.text, self.where)

    def page(self) -> tuple[Line, ...]:
        """The lines of a page. Raises RecordError when this is no page."""
        if not self.lines:
            raise RecordError("this is a structured file, not a page of text", where=self.where(0))
        return self.lines

    def where(self, at: int, text: str | None = None) -> str:
        """A place in words: name, line and column, counted from 1."""
        before = (self.text if text is None else text)[:at]
        line = before.count("\n") + 1
        return f"{self.name or 'the record'}, line {line} column {at - before.rfind(chr(10))}"


def _decoded(document: Document) -> str:
    data, name = document.data, document.name or "the record"
    if len(data) > document.max_bytes:
        raise RecordError(
            f"{len(data):,} bytes are more than the limit of {document.max_bytes:,}",
            where=f"{name}, at its end",
        )
    for sign, what in _CONTAINERS.items():
        if data.startswith(sign):
            raise RecordError(
                f"this is {what}, not text", where=f"{name}, byte 0", hint="unpack or export it first"
            )
    text = _by_mark(data, name)
    if not text.strip():
        raise RecordError("there is nothing in it", where=f"{name}, line 1 column 1")
    return text


def _by_mark(data: bytes, name: str) -> str:
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise RecordError("UTF-32 text is not read", where=f"{name}, byte 0", hint="save it as UTF-8")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecordError(
            f"the text is not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}: {error.reason}",
            where=f"{name}, line {line}, byte {error.start}",
            hint="save it as UTF-8",
        ) from error

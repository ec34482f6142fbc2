"""A table as HTML (great_tables) and as RTF (rtflite). Every text in it is text: nothing is taken for markup."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from markupsafe import escape

_RTF = {"\\": r"\\", "{": r"\{", "}": r"\}", "\n": " ", "\r": " ", "\t": " "}
_WIDE = 6
"""A table of more columns is printed on a page turned sideways."""


def as_html(title: str, population: str, notes: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    """A page with the table, its title, population and notes; it loads nothing from elsewhere."""
    import polars as pl
    from great_tables import GT, html

    table = GT(pl.DataFrame(list(rows)), id="table").tab_header(
        title=html(str(escape(title))), subtitle=html(str(escape(population)))
    )
    for note in notes:
        table = table.tab_source_note(html(str(escape(note))))
    body = table.as_raw_html()
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def as_rtf(title: str, population: str, notes: Sequence[str], rows: Sequence[dict[str, str]]) -> str:
    """The table as an RTF document in ASCII, as word processors and submission systems take it."""
    import polars as pl
    import rtflite as rtf

    names = list(rows[0])
    cells = pl.DataFrame([{name: rtf_text(row[name]) for name in names} for row in rows])
    width = [max(8, *(min(len(row[name]), 40) for row in rows), len(name)) for name in names]
    sides = ["l", *["c"] * (len(names) - 1)]
    document = rtf.RTFDocument(
        df=cells,
        rtf_page=rtf.RTFPage(orientation="landscape" if len(names) > _WIDE else "portrait"),
        rtf_title=rtf.RTFTitle(text=[rtf_text(title), rtf_text(population)], text_convert=[False]),
        rtf_column_header=rtf.RTFColumnHeader(
            text=[rtf_text(name) for name in names],
            col_rel_width=width,
            text_justification=sides,
            text_convert=[False],
        ),
        rtf_body=rtf.RTFBody(col_rel_width=width, text_justification=sides, text_convert=[False]),
        rtf_footnote=rtf.RTFFootnote(text=[rtf_text(n) for n in notes] or [""], text_convert=[False]),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.rtf"
        with redirect_stdout(io.StringIO()):  # the library prints the name of the file
            document.write_rtf(str(path))
        return path.read_text(encoding="utf-8")


def rtf_text(text: str) -> str:
    """The text with RTF's own signs and everything beyond ASCII escaped; control characters become spaces."""
    return "".join(_rtf_sign(sign) for sign in text)


def _rtf_sign(sign: str) -> str:
    if sign in _RTF:
        return _RTF[sign]
    if " " <= sign <= "~":
        return sign
    if ord(sign) < 0xA0:
        return " "
    units = sign.encode("utf-16-le", "surrogatepass")
    codes = [int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2)]
    return "".join(rf"\u{code}?" for code in codes)

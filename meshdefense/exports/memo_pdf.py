"""The memo as a PDF of one page, in the fonts that every reader has.

Courier, whose letters are all 0.6 of the size wide, so that lines can be cut without the fonts'
measures. Its letters are those of Windows-1252, which has Spanish whole; others become "?".
"""

from __future__ import annotations

import io
import textwrap
from datetime import UTC, datetime
from typing import Final

import pydyf  # type: ignore[import-untyped]  # ships no types

from meshdefense.exports.memo import Memo

__all__ = ["memo_pdf"]

_WIDTH, _HEIGHT = 595, 842
"""A4 in points, 1/72 inch; on US letter it is cut nowhere, as the margins are wide."""
_MARGIN: Final = 60
_TOP: Final = 780
_BOTTOM: Final = 40
_TITLE, _TEXT, _SMALL = 14.0, 9.5, 8.0
_LEADING: Final = 1.28
_ADVANCE: Final = 0.6


def memo_pdf(memo: Memo, now: float) -> bytes:
    """The file. The list ends where the page does, and says how many are left out."""
    head = [*_wrapped(memo.title, _TITLE, bold=True), *_wrapped(memo.period, _TEXT), _gap()]
    for sentence in memo.head:
        head += _wrapped(sentence, _TEXT)
    foot = [_gap(), *(line for text in memo.foot for line in _wrapped(text, _SMALL))]
    room = _TOP - _BOTTOM - sum(size * _LEADING for _, size, _ in (*head, *foot))
    body: list[_Line] = []
    if memo.incidents:
        body = [_gap(), *_wrapped(memo.heading, _TEXT, bold=True)]
        room -= sum(size * _LEADING for _, size, _ in body)
    shown = 0
    for text in memo.incidents:
        lines = _wrapped(f"- {text}", _TEXT, indent="  ")
        needed = sum(size * _LEADING for _, size, _ in lines)
        reserve = _TEXT * _LEADING if shown + 1 < memo.count else 0.0
        if needed + reserve > room:
            break
        body += lines
        room, shown = room - needed, shown + 1
    if more := memo.left_out(shown):
        body += _wrapped(more, _TEXT)
    return _page([*head, *body, *foot], memo.title, now)


_Line = tuple[str, float, bool]
"""Text, size in points, whether it is bold."""


def _gap() -> _Line:
    return ("", _TEXT, False)


def _wrapped(text: str, size: float, *, bold: bool = False, indent: str = "") -> list[_Line]:
    width = int((_WIDTH - 2 * _MARGIN) / (size * _ADVANCE))
    lines = textwrap.wrap(text, width, subsequent_indent=indent) or [""]
    return [(line, size, bold) for line in lines]


def _page(lines: list[_Line], title: str, now: float) -> bytes:
    document = pydyf.PDF()
    fonts = {}
    for name, font in (("F", "Courier"), ("B", "Courier-Bold")):
        found = pydyf.Dictionary(
            {"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{font}",
             "Encoding": "/WinAnsiEncoding"}
        )  # fmt: skip
        document.add_object(found)
        fonts[name] = found.reference
    stream = pydyf.Stream(compress=True)
    at = float(_TOP)
    for text, size, bold in lines:
        at -= size * _LEADING
        stream.begin_text()
        stream.set_font_size("B" if bold else "F", size)
        stream.set_text_matrix(1, 0, 0, 1, _MARGIN, at)
        # by its bytes: pydyf's own strings are UTF-16 where they are not ASCII
        stream.stream.append(b"<" + text.encode("cp1252", "replace").hex().encode() + b"> Tj")
        stream.end_text()
    document.add_object(stream)
    page = pydyf.Dictionary(
        {
            "Type": "/Page",
            "Parent": document.pages.reference,
            "MediaBox": pydyf.Array([0, 0, _WIDTH, _HEIGHT]),
            "Contents": stream.reference,
            "Resources": pydyf.Dictionary({"Font": pydyf.Dictionary(fonts)}),
        }
    )
    document.add_page(page)
    document.info["Title"] = pydyf.String(title)
    document.info["Producer"] = pydyf.String("MeshDefense")
    made = datetime.fromtimestamp(now, UTC).strftime("D:%Y%m%d%H%M%SZ")
    document.info["CreationDate"] = pydyf.String(made)
    return _written(document)


def _written(document: pydyf.PDF) -> bytes:
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()

"""The memo as a PDF of one page, in the fonts that every reader has.

Courier, whose letters are all 0.6 of the size wide, so that lines can be cut without the fonts'
measures.
"""

from __future__ import annotations

import textwrap
from typing import Final

import pydyf  # type: ignore[import-untyped]  # ships no types

from meshdefense.exports.memo import Memo
from meshdefense.pdf_parts import add_fonts, add_page, finished, show

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
    fonts = add_fonts(document, {"F": "Courier", "B": "Courier-Bold"})
    stream = pydyf.Stream(compress=True)
    at = float(_TOP)
    for text, size, bold in lines:
        at -= size * _LEADING
        stream.begin_text()
        stream.set_font_size("B" if bold else "F", size)
        stream.set_text_matrix(1, 0, 0, 1, _MARGIN, at)
        show(stream, text)
        stream.end_text()
    add_page(document, stream, fonts, _WIDTH, _HEIGHT)
    return finished(document, title, now)

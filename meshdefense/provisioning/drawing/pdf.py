"""Drawings as the pages of a PDF, in the fonts that every reader has.

The same drawings and date give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pydyf  # type: ignore[import-untyped]  # ships no types

from meshdefense.pdf_parts import add_fonts, add_page, finished, show
from meshdefense.provisioning.drawing.shapes import Box, Drawing, Line, Modules, Shape, Text
from meshdefense.provisioning.drawing.svg import runs

__all__ = ["pdf"]

_POINTS: Final = 72 / 25.4
"""In one mm."""
_FONTS: Final = {False: ("F", "Helvetica"), True: ("B", "Helvetica-Bold")}
_HATCH_WIDTH: Final = 0.18


def pdf(pages: Sequence[Drawing], title: str, now: float) -> bytes:
    """The file; `now` is its date, in seconds since the epoch."""
    document = pydyf.PDF()
    fonts = add_fonts(document, dict(_FONTS.values()))
    for drawing in pages:
        _add_page(document, drawing, fonts)
    return finished(document, title, now)


def _add_page(document: pydyf.PDF, drawing: Drawing, fonts: dict[str, object]) -> None:
    stream = pydyf.Stream(compress=True)
    # from here on in mm, with y growing upwards from the lower left corner
    stream.set_matrix(_POINTS, 0, 0, _POINTS, 0, 0)
    for shape in drawing.shapes:
        _draw(stream, shape, drawing.height)
    width, height = drawing.width * _POINTS, drawing.height * _POINTS
    add_page(document, stream, fonts, width, height)


def _draw(stream: pydyf.Stream, shape: Shape, height: float) -> None:
    match shape:
        case Text():
            _draw_text(stream, shape, height)
        case Box():
            _draw_box(stream, shape, height)
        case Line():
            _ink(stream, shape.ink, stroke=True)
            stream.set_line_width(shape.width)
            stream.set_dash([shape.dash] if shape.dash else [], 0)
            stream.move_to(shape.x1, height - shape.y1)
            stream.line_to(shape.x2, height - shape.y2)
            stream.stroke()
        case Modules():
            _ink(stream, 1.0)
            step = shape.side / len(shape.rows)
            for row, start, length in runs(shape):
                lower = height - shape.y - (row + 1) * step
                stream.rectangle(shape.x + start * step, lower, length * step, step)
            stream.fill()


def _draw_text(stream: pydyf.Stream, text: Text, height: float) -> None:
    if not text.said.strip():
        return
    _ink(stream, text.ink)
    stream.begin_text()
    stream.set_font_size(_FONTS[text.bold][0], text.size)
    stream.set_text_matrix(1, 0, 0, 1, text.left, height - text.y)
    show(stream, text.said)
    stream.end_text()


def _draw_box(stream: pydyf.Stream, box: Box, height: float) -> None:
    lower = height - box.y - box.height
    if box.ink is not None:
        _ink(stream, box.ink)
        stream.rectangle(box.x, lower, box.width, box.height)
        stream.fill()
    if box.hatch:
        stream.push_state()
        stream.rectangle(box.x, lower, box.width, box.height)
        stream.clip()
        stream.end()
        _ink(stream, 1.0, stroke=True)
        stream.set_line_width(_HATCH_WIDTH)
        at = -box.height
        while at < box.width:
            stream.move_to(box.x + at, lower)
            stream.line_to(box.x + at + box.height, lower + box.height)
            at += box.hatch
        stream.stroke()
        stream.pop_state()
    if box.line:
        _ink(stream, 1.0, stroke=True)
        stream.set_line_width(box.line)
        stream.set_dash([], 0)
        stream.rectangle(box.x, lower, box.width, box.height)
        stream.stroke()


def _ink(stream: pydyf.Stream, ink: float, *, stroke: bool = False) -> None:
    grey = round(1 - ink, 4)
    stream.set_color_rgb(grey, grey, grey, stroke)

"""A drawing as SVG 1.1: one file, no scripts, nothing fetched from anywhere.

Each text says how wide it is, so that it keeps to its box in whatever font the reader has.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET  # writes only

from meshdefense.exports.xml_text import add, document
from meshdefense.provisioning.drawing.shapes import (
    BLACK,
    WHITE,
    Box,
    Drawing,
    Line,
    Modules,
    Shape,
    Text,
)

__all__ = ["svg"]

_FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_HATCH_WIDTH: Final = 0.18


def svg(drawing: Drawing) -> str:
    """The file's text. Millimetres are its units and its size on paper."""
    width, height = _number(drawing.width), _number(drawing.height)
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": f"{width}mm",
            "height": f"{height}mm",
            "viewBox": f"0 0 {width} {height}",
            "font-family": _FONT,
        },
    )
    add(root, "title", drawing.title)
    _hatches(root, drawing)
    add(root, "rect", width=width, height=height, fill=_colour(WHITE))
    for shape in drawing.shapes:
        _add(root, shape)
    return document(root)


def _hatches(root: ET.Element, drawing: Drawing) -> None:
    steps = sorted({s.hatch for s in drawing.shapes if isinstance(s, Box) and s.hatch})
    if not steps:
        return
    where = add(root, "defs")
    for step in steps:
        side = _number(step)
        pattern = add(
            where, "pattern", id=_hatch(step), width=side, height=side,
            patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
        )  # fmt: skip
        across = _number(_HATCH_WIDTH)
        add(pattern, "rect", width=across, height=side, fill=_colour(BLACK))


def _add(root: ET.Element, shape: Shape) -> None:
    match shape:
        case Text():
            _add_text(root, shape)
        case Box():
            _add_box(root, shape)
        case Line():
            dash = {"stroke-dasharray": _number(shape.dash)} if shape.dash else {}
            add(
                root, "line", x1=_number(shape.x1), y1=_number(shape.y1), x2=_number(shape.x2),
                y2=_number(shape.y2), stroke=_colour(shape.ink),
                **{"stroke-width": _number(shape.width)}, **dash,
            )  # fmt: skip
        case Modules():
            _add_modules(root, shape)


def _add_text(root: ET.Element, text: Text) -> None:
    if not text.said.strip():
        return
    weight = {"font-weight": "bold"} if text.bold else {}
    add(
        root, "text", text.said, x=_number(text.left), y=_number(text.y),
        fill=_colour(text.ink), textLength=_number(text.width), lengthAdjust="spacingAndGlyphs",
        **{"font-size": _number(text.size)}, **weight,
    )  # fmt: skip


def _add_box(root: ET.Element, box: Box) -> None:
    at = {"x": _number(box.x), "y": _number(box.y)}
    size = {"width": _number(box.width), "height": _number(box.height)}
    fill = "none" if box.ink is None else _colour(box.ink)
    outline = {"stroke": _colour(BLACK), "stroke-width": _number(box.line)} if box.line else {}
    add(root, "rect", fill=fill, **at, **size, **outline)
    if box.hatch:
        add(root, "rect", fill=f"url(#{_hatch(box.hatch)})", **at, **size)


def _add_modules(root: ET.Element, code: Modules) -> None:
    """One path of horizontal runs: a code of 57 modules would else be two thousand boxes."""
    count = len(code.rows)
    path = "".join(f"M{start} {y}h{length}v1h-{length}z" for y, start, length in runs(code))
    scale = _number(code.side / count)
    where = f"translate({_number(code.x)} {_number(code.y)}) scale({scale})"
    add(
        root, "path", d=path, transform=where, fill=_colour(BLACK),
        **{"shape-rendering": "crispEdges"},
    )  # fmt: skip


def runs(code: Modules) -> list[tuple[int, int, int]]:
    """Row, first column and length of each run of dark modules."""
    found = []
    for y, row in enumerate(code.rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                found.append((y, start, end - start))
            start = end + 1
    return found


def _hatch(step: float) -> str:
    return f"hatch{round(step * 100)}"


def _colour(ink: float) -> str:
    level = round(255 * (1 - ink))
    return f"#{level:02x}{level:02x}{level:02x}"


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")

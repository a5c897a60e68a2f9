"""The card in a person's pocket: 95 x 66 mm folded, front above back on one piece of paper.

Printed on one side and folded in the middle, it needs no printer for both sides, and flips over
like the leaf of a wall calendar.
"""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import tr
from meshdefense.language import current
from meshdefense.provisioning.cards.facts import CardFacts
from meshdefense.provisioning.cards.words import (
    back_blocks,
    front_block,
    job_block,
    key_warning,
)
from meshdefense.provisioning.drawing.codes import qr_code
from meshdefense.provisioning.drawing.layout import Block, column
from meshdefense.provisioning.drawing.metrics import fitted, name_lines
from meshdefense.provisioning.drawing.shapes import Drawing, Line, Shape, Text, moved

__all__ = ["HEIGHT", "WIDTH", "card"]

WIDTH: Final = 95.0
FOLDED: Final = 66.0
HEIGHT: Final = 2 * FOLDED
_MARGIN: Final = 5.0
_CODE: Final = 40.0
"""Side of a channel's QR code with its quiet zone: 0.5 mm a module with three keys."""
_EDGE: Final = 2.0
"""Of its quiet zone to the edge of the card."""
_NAME_SIZES: Final = (9.0, 8.0, 7.0, 6.5, 6.0, 5.5)
_FOLDED_SIZES: Final = (6.0, 5.0, 4.2)
_LARGEST, _LEAST = 4.0, 2.3
"""Letters of the texts: 11 to 6.5 points."""


def card(facts: CardFacts) -> Drawing:
    """Front and back, in the language in use."""
    shapes = [*_front(facts), *(moved(shape, 0.0, FOLDED) for shape in _back(facts))]
    shapes.append(Line(0.0, FOLDED, WIDTH, FOLDED, 0.1, 0.6, 1.5))
    return Drawing(WIDTH, HEIGHT, tr("Card of {radio}", radio=facts.radio), tuple(shapes))


def _front(facts: CardFacts) -> list[Shape]:
    width = WIDTH - 2 * _MARGIN
    job = facts.job.words.said(current())
    half = width / 2 - 1
    shapes: list[Shape] = [
        Text(_MARGIN, 8.2, fitted(facts.network, half, 3.4), 3.4),
        Text(WIDTH - _MARGIN, 8.2, fitted(job, half, 3.4), 3.4, anchor="end"),
    ]
    size, lines = name_lines(facts.radio, width, _NAME_SIZES, _FOLDED_SIZES)
    y = 10.5
    for line in lines:
        y += size * 1.05
        shapes.append(Text(_MARGIN, y, line, size, bold=True))
    y += 2.5
    shapes.append(Line(_MARGIN, y, WIDTH - _MARGIN, y, 0.3))
    y += 1.0
    room = FOLDED - _MARGIN - y
    blocks = [front_block(facts.job, facts.short, facts.code)]
    if facts.channel_url is None:
        blocks.append(job_block(facts.job))
        return [*shapes, *_texts(blocks, width, y, room)]
    blocks.append(Block("", [key_warning()], bold=True))
    side = min(_CODE, FOLDED - _EDGE - y)
    x = WIDTH - _EDGE - side
    shapes.append(qr_code(facts.channel_url, x, FOLDED - _EDGE - side, side, error="L"))
    return [*shapes, *_texts(blocks, x - _MARGIN, y, room)]


def _back(facts: CardFacts) -> list[Shape]:
    width = WIDTH - 2 * _MARGIN
    foot = f"{facts.network} · {facts.radio} · {facts.date} · {facts.code}"
    base = FOLDED - 3.6
    blocks = back_blocks(facts.job)
    if facts.channel_url is not None:  # it has taken the room on the front
        blocks.append(job_block(facts.job))
    return [
        *_texts(blocks, width, 2.8, base - 3.8 - 2.8),
        Text(_MARGIN, base, fitted(foot, width, 2.2), 2.2, ink=0.75),
    ]


def _texts(blocks: list[Block], width: float, y: float, height: float) -> list[Shape]:
    return column(blocks, _MARGIN, y, width, height, largest=_LARGEST, least=_LEAST)

"""The sticker on a radio: 62 x 29 mm, a size that label printers have.

It tells a finder the name of the network as its organizers chose it, and nothing of what it is
for: no word of this program, no place, no person, no address.
"""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import tr
from meshdefense.language import current
from meshdefense.provisioning.cards.facts import CardFacts
from meshdefense.provisioning.drawing.codes import qr_code
from meshdefense.provisioning.drawing.metrics import fitted, name_lines
from meshdefense.provisioning.drawing.shapes import Drawing, Shape, Text

__all__ = ["HEIGHT", "WIDTH", "label"]

WIDTH: Final = 62.0
HEIGHT: Final = 29.0
_MARGIN: Final = 2.5
_CODE: Final = 26.0
"""Side of the QR code with its quiet zone: modules of 0.6 mm and more."""
_SMALL: Final = 2.6
_NAME_SIZES: Final = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.6)
_FOLDED_SIZES: Final = (5.0, 4.4, 3.8, 3.2)


def label(facts: CardFacts) -> Drawing:
    """The label of one radio, in the language in use."""
    left = _MARGIN
    width = WIDTH - _MARGIN - _CODE
    size, lines = name_lines(facts.radio, width, _NAME_SIZES, _FOLDED_SIZES)
    shapes: list[Shape] = [
        Text(left, 5.2, fitted(facts.network, width, _SMALL), _SMALL),
    ]
    middle = 13.2  # of the space between network and job
    top = middle - (len(lines) * size * 1.1) / 2
    for number, line in enumerate(lines):
        shapes.append(Text(left, top + (number + 0.85) * size * 1.1, line, size, bold=True))
    job = facts.job.words.said(current())
    shapes += [
        Text(left, 23.4, fitted(f"{job} · {facts.date}", width, _SMALL), _SMALL),
        Text(left, 26.8, facts.code, 3.0, bold=True),
        qr_code(facts.reference, WIDTH - _CODE, (HEIGHT - _CODE) / 2, _CODE),
    ]
    return Drawing(WIDTH, HEIGHT, tr("Label of {radio}", radio=facts.radio), tuple(shapes))

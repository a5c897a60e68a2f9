"""What a text will cost on the air, said before it is sent. Pure.

The sizes are those that the protocol gives to a notice and to a long report's frames, the times
those of the firmware's formula for the radio's preset; the daemon answers with the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense.air.presets import PRESETS, airtime_s
from meshdefense_protocol.fragments import chunk_size, fragment_count
from meshdefense_protocol.limits import FRAME_OVERHEAD, ITEM_MIN
from meshdefense_protocol.packets import Manifest, Notice
from meshdefense_protocol.packets.extension import Extensions, write_extensions
from meshdefense_protocol.packets.longreport import CONTENT_HASH_SIZE
from meshdefense_protocol.packets.reference import REF_SIZE

__all__ = ["AirCost", "long_cost", "notice_cost"]

_DATA_OVERHEAD: Final = 8
"""Bytes of Meshtastic's `Data` around a frame, as the daemon counts them."""


@dataclass(frozen=True, slots=True)
class AirCost:
    """All frames of one text together, each transmitted once."""

    frames: int
    size: int
    """Bytes, seals and signatures included."""
    seconds: float | None
    """On air; None while the radio's preset is not known."""


def notice_cost(text: str, preset: str | None) -> AirCost:
    """A short message's. To whom it goes and whether it is urgent costs nothing."""
    body = Notice(text)
    return _cost([_item_frame(body.fixed(), body.extensions())], preset)


def long_cost(size: int, preset: str | None, *, about: bool) -> AirCost:
    """A long report's of `size` bytes of UTF-8; `about`: whether it belongs to an alert."""
    body = Manifest(size, bytes(CONTENT_HASH_SIZE))
    extensions = body.extensions()
    announcement = _item_frame(body.fixed(), extensions)
    if about:
        announcement += 2 + REF_SIZE  # type, length and the reference
    pieces = [
        FRAME_OVERHEAD + REF_SIZE + 1 + chunk_size(size, index)
        for index in range(fragment_count(size))
    ]
    return _cost([announcement, *pieces], preset)


def _item_frame(fixed: bytes, extensions: Extensions) -> int:
    return FRAME_OVERHEAD + ITEM_MIN + len(fixed) + len(write_extensions(extensions))


def _cost(frames: list[int], preset: str | None) -> AirCost:
    modem = PRESETS.get(preset or "")
    seconds = None
    if modem is not None:
        seconds = sum(airtime_s(modem, size + _DATA_OVERHEAD) for size in frames)
    return AirCost(len(frames), sum(frames), seconds)

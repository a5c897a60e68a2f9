"""Frames that a network's day is made of, and how long each is: the airtime plan's price list.

Sizes are those of bodies that the protocol encodes, with its own header, signature and seal, and
what the radio's `Data` adds. Bytes as handed to the radio, its 16-byte header not included.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Final

from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.digest import Digest, encode_digest
from meshdefense_protocol.limits import FRAME_OVERHEAD, HEADER_SIZE, SIGNATURE_SIZE
from meshdefense_protocol.packets import (
    Beacon,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    KnownBody,
    Report,
    Response,
    Verdict,
)
from meshdefense_protocol.packets.extension import write_extensions
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.sealing import KeyClass

__all__ = ["CASE", "RADIO_SIGNATURE_BYTES", "FrameKind", "air_bytes", "body_of"]


class FrameKind(Enum):
    """What a frame is for."""

    REPORT = "report"
    DISPATCH = "dispatch"
    RESPONSE = "response"
    VERDICT = "verdict"
    BROADCAST = "broadcast"
    CLOSE = "close"
    CHECK_IN = "check-in"
    POSITION = "position"
    DIGEST = "digest"
    NAME = "name"
    """The radio's own: NODEINFO_APP."""


CASE: Final = {
    FrameKind.REPORT: 1,
    FrameKind.DISPATCH: 1,
    FrameKind.RESPONSE: 2,
    FrameKind.VERDICT: 1,
    FrameKind.BROADCAST: 1,
    FrameKind.CLOSE: 1,
}
"""What one report brings until it is closed: somebody is sent and says so, sees for themselves,
everybody is told, somebody else goes there, it is over. Seven frames."""
NOTE: Final = "two white vans, 5th"
"""As long as people's notes are: 19 bytes."""
NAME_BYTES: Final = 84
"""`User` with id, neutral names (12 and 4 letters), MAC address, hardware, role and public key: 77
bytes, and 7 of `Data`."""
RADIO_SIGNATURE_BYTES: Final = 66
"""Firmware 2.8 signs broadcasts that leave room for it."""
RADIO_SIGNS_UP_TO: Final = 165
"""Longest payload of ours that it still signs."""
_NAME_PORT: Final = 7
_PLACE: Final = GridPlace(100, -100, 3)
_EXACT: Final = GridPlace(100, -100, 5)
_REF: Final = ItemId(7, 0, 12)
_SEEN: Final = Report(_PLACE, kind=1, size=3, activity=2, unit=1)
_BODIES: Final[dict[FrameKind, KnownBody]] = {
    FrameKind.REPORT: replace(_SEEN, note=NOTE),
    FrameKind.DISPATCH: Dispatch(_REF, 12, 15),
    FrameKind.RESPONSE: Response(_REF, 2, 4),
    FrameKind.VERDICT: Verdict(_REF, 1),
    FrameKind.BROADCAST: Broadcast(_REF, _SEEN),
    FrameKind.CLOSE: Close(_REF),
    FrameKind.CHECK_IN: CheckIn(1, 6, _PLACE),
    FrameKind.POSITION: Beacon(_EXACT, motion=1),
}
_STATEMENT: Final = Digest(7, 0, ((KeyClass.EVERYONE, 1), (KeyClass.FIELD, 1)), 1 << 8 * 3)
"""What a patrol says that it holds, and that four dozen others do as well."""


def body_of(kind: FrameKind) -> KnownBody:
    """An example of what people say. KeyError for what no person says."""
    return _BODIES[kind]


@cache
def air_bytes(kind: FrameKind, *, radio_signs: bool = False) -> int:
    """What the radio transmits for one, its own header not included.

    `radio_signs` is for firmware 2.8, which adds a signature of its own.
    """
    if kind is FrameKind.NAME:
        size, said = NAME_BYTES, NAME_BYTES - _NAME_PORT
    else:
        said = _said(kind)
        size = said + carrier_bytes(said)
    return size + RADIO_SIGNATURE_BYTES if radio_signs and said <= RADIO_SIGNS_UP_TO else size


def _said(kind: FrameKind) -> int:
    if kind is FrameKind.DIGEST:
        return FRAME_OVERHEAD + len(encode_digest(_STATEMENT))
    body = _BODIES[kind]
    fixed = len(body.fixed()) + len(write_extensions(body.extensions()))
    return FRAME_OVERHEAD + HEADER_SIZE + fixed + SIGNATURE_SIZE

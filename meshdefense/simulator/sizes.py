"""Frames as packets on the air: how long they are, and what they count as.

A scenario gives the size of each finished alert and position, so that protocols can be
compared at the same size. Ours differ (a signed position has 97 bytes where a scenario says
36), so with SCENARIO an item of the scenario's traffic costs what is declared for it wherever
it travels, in a flood or in a repair, and all else costs what it has. Sizes in bytes.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from meshdefense.air import packets as air
from meshdefense.air.presets import MAX_ENCODED_BYTES
from meshdefense.simulator.record import Content
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Ruler", "Sizes", "content_of"]

_CONTENT: Final = {
    Priority.POSITION: Content.POSITION,
    Priority.DIGEST: Content.DIGEST,
    Priority.REPAIR: Content.REPAIR,
    Priority.LONG: Content.OTHER,
}


class Sizes(Enum):
    """Which sizes the air carries."""

    SCENARIO = "scenario"
    REAL = "real"


class Ruler:
    """Measures the frames of one run, and makes packets of that size of them."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self._extra: dict[ItemId, int] = {}

    def declare(self, item_id: ItemId, declared: int, real: int) -> None:
        """An item of the traffic: the size of its packet in the scenario, and the true one."""
        if self.sizes is Sizes.SCENARIO and declared != real:
            self._extra[item_id] = declared - real

    def packet_bytes(self, frame: OutgoingFrame) -> int:
        """What the radio transmits for a frame, its own header not included."""
        size = len(frame.payload) + carrier_bytes(len(frame.payload))
        size += sum(self._extra.get(item_id, 0) for item_id in frame.items)
        return min(max(size, 1), MAX_ENCODED_BYTES)

    def packet(
        self, frame: OutgoingFrame, node: int, identifier: int, hop_limit: int
    ) -> air.Packet:
        """The packet of a frame; `hop_limit` is the radio's own, where the frame names none.

        The payload is zeros: the air looks at its length only.
        """
        priority = air.Priority.RELIABLE if frame.want_ack else air.Priority.DEFAULT
        return air.Packet(
            node,
            identifier,
            bytes(self.packet_bytes(frame)),
            hop_limit=hop_limit if frame.hop_limit is None else frame.hop_limit,
            want_ack=frame.want_ack,
            priority=air.Priority.ALERT if frame.urgent else priority,
        )


def content_of(frame: OutgoingFrame) -> Content:
    """What the air time of a frame is reported under."""
    return _CONTENT.get(frame.priority, Content.ALERT)

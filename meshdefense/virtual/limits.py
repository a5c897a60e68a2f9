"""What the firmware refuses, and the numbers with which it says so.

Measured on native firmware 2.7.26 (docs/virtual-radio.md); rates from `PhoneAPI.cpp`.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.air.packets import Refusal

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "NEVER_PKI",
    "PKI_OVERHEAD_BYTES",
    "RATE_LIMIT_S",
    "REFUSALS",
    "TRANSMITTER_OFF",
    "Recent",
]

MAX_PAYLOAD_BYTES = 234  # longer ones the firmware's decoder drops without a word
PKI_OVERHEAD_BYTES = 12
TRANSMITTER_OFF = 34  # QueueStatus.res (ERRNO_DISABLED): no region, or tx_enabled is false

# Least time between two packets of the client on one port, in seconds.
RATE_LIMIT_S = {
    portnums_pb2.TEXT_MESSAGE_APP: 2.0,
    portnums_pb2.POSITION_APP: 10.0,
    portnums_pb2.WAYPOINT_APP: 10.0,
    portnums_pb2.ALERT_APP: 10.0,
    portnums_pb2.TELEMETRY_APP: 10.0,
    portnums_pb2.TRACEROUTE_APP: 30.0,
}

REMEMBERED_PACKETS: Final = 20  # recentToRadioPacketIds

# Ports whose direct messages stay readable for the whole channel (Router.cpp).
NEVER_PKI = {
    portnums_pb2.TRACEROUTE_APP,
    portnums_pb2.NODEINFO_APP,
    portnums_pb2.ROUTING_APP,
    portnums_pb2.POSITION_APP,
}

# QueueStatus.res, and the routing error if one follows, of a packet that the radio refuses.
REFUSALS = {
    Refusal.QUEUE_FULL: (32, None),
    Refusal.TOO_LARGE: (mesh_pb2.Routing.Error.TOO_LARGE, mesh_pb2.Routing.Error.TOO_LARGE),
    Refusal.DUTY_CYCLE: (
        mesh_pb2.Routing.Error.DUTY_CYCLE_LIMIT,
        mesh_pb2.Routing.Error.DUTY_CYCLE_LIMIT,
    ),
    Refusal.SWITCHED_OFF: (33, None),
}


class Recent:
    """What one connection has sent lately: each has limits of its own (`PhoneAPI.cpp`)."""

    def __init__(self) -> None:
        self._identifiers: deque[int] = deque(maxlen=REMEMBERED_PACKETS)
        self._last: dict[int, float] = {}

    def repeats(self, identifier: int) -> bool:
        """Whether a packet came a moment ago; from now on it did. 0 names none."""
        if identifier in self._identifiers:
            return True
        if identifier:
            self._identifiers.append(identifier)
        return False

    def too_fast(self, port: int, now: float) -> bool:
        """Whether a packet on `port` comes too soon after the one before."""
        last = self._last.get(port)
        return last is not None and now - last < RATE_LIMIT_S.get(port, 0.0)

    def took(self, port: int, now: float) -> None:
        """Note that a packet was not refused."""
        self._last[port] = now

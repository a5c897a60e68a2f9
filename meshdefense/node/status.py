"""The two rows that are not stored: this run of the daemon, and its radio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshdefense.api.stock_schema import StockStatus
from meshdefense.api.trust_schema import TrustStatus
from meshdefense.radio.base import LinkState, RadioStatus
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.roster import role_names

__all__ = ["RadioView", "status_row"]


class RadioView:
    """What is known of the radio; counts what passed through it."""

    def __init__(self, address: str, now: float) -> None:
        self.address = address
        self.status = RadioStatus(LinkState.NONE if address == "none" else LinkState.SEARCHING)
        self.since = now
        self.last_frame_at: float | None = None
        self.frames_in = 0
        self.frames_out = 0

    def take(self, status: RadioStatus, now: float) -> bool:
        """Note a status; says whether the link's state is another one than before."""
        changed = status.state is not self.status.state
        if changed:
            self.since = now
        self.status = status
        return changed

    def row(self, revision: int) -> dict[str, Any]:
        """The row of table `radio`."""
        health = self.status.health
        return {
            "id": "radio",
            "rev": revision,
            "state": self.status.state.value,
            "detail": self.status.detail,
            "since": self.since,
            "address": self.address,
            "node_number": health.node_number,
            "name": health.name,
            "firmware": health.firmware,
            "hardware": health.hardware,
            "preset": health.preset,
            "region": health.region,
            "channel_utilisation": health.channel_utilisation,
            "air_time": health.air_time,
            "battery": health.battery,
            "queue_free": health.queue_free,
            "queue_size": health.queue_size,
            "nodes_heard": health.nodes_heard,
            "last_frame_at": self.last_frame_at,
            "frames_in": self.frames_in,
            "frames_out": self.frames_out,
        }


def status_row(
    me: Membership,
    *,
    revision: int,
    started_at: float,
    items: int,
    outbox: int,
    rejected: Mapping[Rejection, int],
    store: str,
    restored: bool,
    trust: TrustStatus,
    stock: StockStatus | None = None,
) -> dict[str, Any]:
    """The row of table `status`."""
    member = me.roster.get(me.number)
    charter = me.charter
    return {
        "id": "status",
        "rev": revision,
        "network": charter.name,
        "network_id": charter.network_id.hex(),
        "member": me.number,
        "name": f"#{me.number}" if member is None else member.name,
        "roles": [] if member is None else role_names(member.roles),
        "origin": {
            "lat": charter.origin_lat_e5 / 1e5,
            "lon": charter.origin_lon_e5 / 1e5,
            "precision_m": charter.unit_m,
        },
        "started_at": started_at,
        "items": items,
        "outbox": outbox,
        "rejected": {reason.value: count for reason, count in rejected.items()},
        "store": store,
        "restored": restored,
        **trust,
        **({} if stock is None else {"stock": stock}),
    }

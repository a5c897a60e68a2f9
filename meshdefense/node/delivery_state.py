"""What the API says of an own item on its way out: only what a radio proved."""

from __future__ import annotations

from typing import Final

from meshdefense.api.schema import DeliveryState, DeliveryWords
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry, State

__all__ = ["delivery_words"]

_STATES: Final[dict[State, DeliveryState]] = {
    State.QUEUED: "queued",
    State.HANDED: "queued",  # written to the radio, which has not said that it took it
    State.AT_RADIO: "at_radio",
    State.ON_AIR: "on_air",
    State.HEARD: "heard",
    State.UNHEARD: "unheard",
    State.REFUSED: "refused",
    State.EXPIRED: "expired",
    State.CANCELLED: "cancelled",
}
_WAITING: Final = (State.QUEUED, State.REFUSED, State.UNHEARD)
_NO_RADIO: Final = {
    LinkState.SEARCHING: "no radio found",
    LinkState.CONNECTING: "the radio is connecting",
    LinkState.SILENT: "the radio is silent",
    LinkState.REFUSED: "the radio cannot be used",
}


def delivery_words(entry: OutboxEntry, position: int, link: LinkState) -> DeliveryWords:
    """The words for one outbox entry; `position` in our own queue, 1 is next, 0 is none."""
    if entry.state is State.QUEUED and link is LinkState.NONE:
        return {"state": "local", "reason": "this node has no radio"}
    words: DeliveryWords = {"state": _STATES[entry.state]}
    if entry.attempts:
        words["attempts"] = entry.attempts
    if entry.state is State.QUEUED:
        words["position"] = max(1, position)
    if entry.state in (State.UNHEARD, State.REFUSED) and entry.next_at is not None:
        words["retry_at"] = entry.next_at
    reason = _NO_RADIO.get(link, "") if entry.state in _WAITING else ""
    if reason or entry.detail:
        words["reason"] = reason or entry.detail
    return words

"""What the API says of an own item on its way out: only what a radio or a member proved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from meshdefense.api.parts_schema import DeliveryState, DeliveryWords, HeldBy
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.roster import Role, Roster, classes_for
from meshdefense_protocol.sealing import KeyClass

__all__ = ["Audience", "delivery_words", "held_words", "waiting_reason"]

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
    if reason := waiting_reason(entry, link):
        words["reason"] = reason
    return words


def waiting_reason(entry: OutboxEntry, link: LinkState) -> str:
    """Why an entry waits, in words; empty when nothing is known to keep it."""
    no_radio = _NO_RADIO.get(link, "") if entry.state in _WAITING else ""
    return no_radio or entry.detail


class Audience:
    """The members of a roster who can read a key class, by what they are."""

    def __init__(self, roster: Roster, key_class: KeyClass) -> None:
        readers = [member for member in roster if key_class in classes_for(member.roles)]
        self.all = frozenset(member.number for member in readers)
        self.verifiers = frozenset(m.number for m in readers if Role.VERIFIER in m.roles)
        self.bases = frozenset(m.number for m in readers if Role.DISPATCH in m.roles)


def held_words(
    words: DeliveryWords, referring: Iterable[int], audience: Audience, author: int
) -> DeliveryWords:
    """The words of an own item with who is known to hold it.

    Those are the `holders` in `words`, who said so themselves, and the `referring` members,
    who spoke of it. Only members that are in the roster and can read the class count, never
    the author; while there is none of them, nothing is said.
    """
    held = (audience.all & {*words.get("holders", ()), *referring}) - {author}
    said = words.copy()
    if not held:
        said.pop("holders", None)
        return said
    counts: HeldBy = {"all": [len(held), len(audience.all - {author})]}
    if there := len(audience.verifiers - {author}):
        counts["verifiers"] = [len(held & audience.verifiers), there]
    if there := len(audience.bases - {author}):
        counts["bases"] = [len(held & audience.bases), there]
    said["state"], said["held"], said["holders"] = "held", counts, sorted(held)
    return said

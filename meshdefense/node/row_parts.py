"""What rows of several tables have in common: names, places, times, delivery words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.api.response_schema import AnswerRow, EscalationRow, PersonRow
from meshdefense.node.delivery_state import Audience, held_words
from meshdefense.node.sight import Sight, said_at
from meshdefense_protocol.dispatching import responders
from meshdefense_protocol.distress import answers_to
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.escalation import Escalation
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, told_by
from meshdefense_protocol.packets import Acknowledge, Escalate
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import PRECISIONS_M, Place
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import RESPONSES

__all__ = ["RECEIVED", "RowParts", "Times"]

RECEIVED: Final[DeliveryWords] = {"state": "received"}
_ACKNOWLEDGED: Final = RESPONSES.code("acknowledged")


class Times:
    """When each of some items was said."""

    def __init__(self, sights: Iterable[Sight], charter_date: int) -> None:
        self._times = {sight.item.id: said_at(sight, charter_date) for sight in sights}

    def __call__(self, item: Item) -> float:
        """Seconds since the epoch; KeyError for an item that is not among them."""
        return self._times[item.id]


class RowParts:
    """Parts of rows, as things stand at one moment."""

    def __init__(
        self,
        me: Membership,
        deliveries: Mapping[ItemId, DeliveryWords],
        audiences: dict[KeyClass, Audience],
        now: float,
    ) -> None:
        """`audiences` is kept between moments: it goes with the roster."""
        self.me, self.roster, self.date, self.now = me, me.roster, me.charter.date, now
        self._deliveries, self._audiences = deliveries, audiences

    def name(self, number: int) -> str:
        """A member's handle, or the number of one who is not in the roster."""
        member = self.roster.get(number)
        return f"#{number}" if member is None else member.name

    def person(self, number: int) -> PersonRow:
        """A member."""
        return {
            "member": number, "name": self.name(number), "out": self.roster.is_out(number),
        }  # fmt: skip

    def place(self, place: Place | None) -> dict[str, Any] | None:
        """A place in degrees."""
        if place is None:
            return None
        lat, lon = self.me.charter.grid.degrees(place)
        return {"lat": lat, "lon": lon, "precision_m": PRECISIONS_M[place.precision]}

    def head(self, sight: Sight) -> dict[str, Any]:
        """What every row of an item begins with."""
        item = sight.item
        return {
            "id": str(item.id),
            "author": item.id.author,
            "author_name": self.name(item.id.author),
            "author_out": self.roster.is_out(item.id.author),
            "mine": item.id.author == self.me.number,
            "drill": item.drill,
            "received_at": sight.received_at,
        }

    def time_uncertain(self, sight: Sight) -> bool:
        """Whether its author's clock cannot be right."""
        item, at = sight.item, sight.received_at
        return item.came_late(self.date, at) or not item.time_is_believable(self.date, at)

    def delivery(
        self,
        item_id: ItemId,
        key_class: KeyClass = KeyClass.EVERYONE,
        referring: Iterable[int] = (),
    ) -> DeliveryWords:
        """Words of an own item, with who holds it; of others' items nothing is claimed."""
        words = self._deliveries.get(item_id)
        if words is None:
            return RECEIVED
        if key_class not in self._audiences:
            self._audiences[key_class] = Audience(self.roster, key_class)
        return held_words(words, referring, self._audiences[key_class], item_id.author)

    def readers(self, ref: ItemId, items: list[Item]) -> list[dict[str, Any]]:
        """People who acknowledged `ref`, which is among the items if it is here, each once."""
        readers: dict[int, dict[str, Any]] = {}
        for item, body in told_by(counting_items(ref, items, self.roster), Acknowledge):
            if ref in body.refs:
                who, at = item.id.author, item.claimed_at(self.date)
                readers.setdefault(who, {"member": who, "name": self.name(who), "at": at})
        return list(readers.values())

    def responses(self, ref: ItemId, items: list[Item], times: Times) -> list[AnswerRow]:
        """What each person says that they do about `ref`."""
        found = responders(ref, items, roster=self.roster, said_at=times)
        return [self._answer(one.item, one.state, one.at, one.eta_at) for one in found]

    def answers(self, ref: ItemId, items: list[Item], times: Times) -> list[AnswerRow]:
        """The same, with those who only acknowledged it; not its author, nor who cancelled."""
        said = {row["id"]: row for row in self.responses(ref, items, times)}
        return [
            said.get(str(item.id)) or self._answer(item, _ACKNOWLEDGED, times(item), None)
            for item in answers_to(ref, counting_items(ref, items, self.roster))
        ]

    def _answer(self, item: Item, state: int, at: float, eta_at: float | None) -> AnswerRow:
        return {
            **self.person(item.id.author),
            "id": str(item.id),
            "state": state,
            "at": at,
            "eta_at": eta_at,
            "delivery": self.delivery(item.id),
        }

    def escalation(self, found: Escalation) -> EscalationRow:
        """Who else is to look."""
        by = found.by
        return {
            "level": found.level,
            "since": found.since,
            "by_name": None if by is None else self.name(by.id.author),
            "reason": by.body.reason if by is not None and isinstance(by.body, Escalate) else None,
            "next_at": found.next_at,
        }

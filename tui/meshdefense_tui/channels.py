"""Messages sorted into channels, and which of them are unread. Pure.

Each message stands in one channel of those to whom it goes: a scope, or a person when it goes
from one member to another and this member is one of the two. Long reports and drills have a
channel of their own besides, so that they can be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.api.row_schema import MemberRow, MessageRow
from meshdefense_protocol.words import SCOPES

__all__ = [
    "DRILLS",
    "EVERYONE",
    "LONG",
    "Unread",
    "address_of",
    "channel_keys",
    "in_channels",
    "person_of",
    "sorted_out",
]

EVERYONE: Final = "scope:0"
LONG: Final = "long"
DRILLS: Final = "drills"
_PERSON: Final = "member:"
_SCOPE: Final = "scope:"


def in_channels(row: MessageRow, own: int | None) -> list[str]:
    """The channels in which a message stands; `own` is this member's number."""
    found = [f"{_SCOPE}{row['scope']}"]
    if row["recipient"] is not None:
        if row["mine"]:
            found = [f"{_PERSON}{row['recipient']}"]
        elif row["recipient"] == own:
            found = [f"{_PERSON}{row['author']}"]
    if "long" in row:
        found.append(LONG)
    if row["drill"]:
        found.append(DRILLS)
    return found


def sorted_out(rows: Iterable[MessageRow], own: int | None) -> dict[str, list[str]]:
    """Ids of the messages by channel, in the order in which they are given."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for channel in in_channels(row, own):
            found.setdefault(channel, []).append(row["id"])
    return found


def channel_keys(
    members: Mapping[str, MemberRow], by_channel: Mapping[str, Sequence[str]]
) -> list[str]:
    """Scopes, long reports, drills, then people: those with messages first, then by name.

    A scope of a newer version that messages came in has its channel as well; so has a person
    who is not in the roster any more.
    """
    scopes = [f"{_SCOPE}{word.code}" for word in SCOPES]
    scopes += sorted(key for key in by_channel if key.startswith(_SCOPE) and key not in scopes)
    people = {
        f"{_PERSON}{row['number']}": row["name"] for row in members.values() if not row["mine"]
    }
    for key in by_channel:
        if key.startswith(_PERSON):
            people.setdefault(key, key)
    ordered = sorted(people, key=lambda key: (key not in by_channel, people[key].casefold(), key))
    return [*scopes, LONG, DRILLS, *ordered]


def person_of(channel: str) -> int | None:
    """The member's number, where the channel is a person's."""
    return int(channel.removeprefix(_PERSON)) if channel.startswith(_PERSON) else None


def address_of(channel: str) -> dict[str, Any] | None:
    """Parameters of a message to this channel; None where no short message is written to it."""
    if channel == LONG:
        return None
    if channel == DRILLS:
        return {"scope": 0, "drill": True}
    number = person_of(channel)
    if number is not None:
        return {"recipient": number}
    return {"scope": int(channel.removeprefix(_SCOPE))}


@dataclass(slots=True)
class Unread:
    """What this person has not seen: not acknowledged, and never under the cursor here.

    The divider of a channel stays below its oldest unread message while one reads, until one
    acts: acknowledges, answers, or says that all is seen.
    """

    seen: set[str] = field(default_factory=set)
    dividers: dict[str, str] = field(default_factory=dict)
    """By channel: id of the oldest message that was unread when the channel was opened."""

    def is_unread(self, row: MessageRow, own: int | None) -> bool:
        """Whether the message counts."""
        if row["mine"] or row["id"] in self.seen:
            return False
        return all(reader["member"] != own for reader in row["readers"])

    def counts(
        self,
        by_channel: Mapping[str, Sequence[str]],
        rows: Mapping[str, MessageRow],
        own: int | None,
    ) -> dict[str, int]:
        """Unread messages by channel; channels without any are left out."""
        unread = {key for key, row in rows.items() if self.is_unread(row, own)}
        counted = {name: sum(key in unread for key in keys) for name, keys in by_channel.items()}
        return {name: count for name, count in counted.items() if count}

    def divide(
        self,
        channel: str,
        keys: Sequence[str],
        rows: Mapping[str, MessageRow],
        own: int | None,
    ) -> str | None:
        """Id below which the divider stands in an opened channel whose messages are `keys`.

        `keys` are the newest first. None when nothing is unread and nothing was.
        """
        if self.dividers.get(channel) not in keys:
            self.dividers.pop(channel, None)
            for key in reversed(keys):
                if self.is_unread(rows[key], own):
                    self.dividers[channel] = key
                    break
        return self.dividers.get(channel)

    def acted(self, channel: str, keys: Iterable[str]) -> None:
        """A person has dealt with the channel: all of it is seen, the divider goes."""
        self.seen.update(keys)
        self.dividers.pop(channel, None)

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self.seen.clear()
        self.dividers.clear()

"""The charter: what a network is, and who founded it.

Its id is a hash over all of it, so it can never change quietly: what changes later (members,
roles, policies) are decisions that stand beside it, see council.py.
Source: docs/protocol.md, "Charter".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense_protocol.canonical import canonical_json, read_json_object
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.limits import NETWORK_ID_SIZE
from meshdefense_protocol.members import Member, Role
from meshdefense_protocol.place import Grid
from meshdefense_protocol.policy import Policies

__all__ = ["FOUNDERS_MAX", "Charter"]

_FIELDS: Final = {
    "name", "origin_lat_e5", "origin_lon_e5", "unit_m", "date", "policies", "founders",
}  # fmt: skip
_FOUNDER_FIELDS: Final = {"number", "name", "key", "roles"}
NAME_MAX: Final = 40
FOUNDERS_MAX: Final = 4096


@dataclass(frozen=True, slots=True)
class Charter:
    """Name, area, founding members and founding policies of a network."""

    name: str
    origin_lat_e5: int
    """Area origin in units of 1e-5 degrees."""
    origin_lon_e5: int
    unit_m: int
    """Metres of one grid unit, 1 or 10."""
    date: int
    """Seconds since the Unix epoch from which items count their time."""
    founders: tuple[Member, ...]
    """Ascending by number; at least one organizer."""
    policies: Policies = field(default_factory=Policies)
    network_id: bytes = field(init=False, repr=False, compare=False)
    """16 bytes that name the network; in every signature, never on the air."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.encode(errors="replace")) <= NAME_MAX or (
            not self.name.isprintable()
        ):
            raise ValueRangeError(f"a network's name has 1 to {NAME_MAX} printable bytes")
        if abs(self.origin_lat_e5) > 9_000_000:
            raise ValueRangeError(f"latitude {self.origin_lat_e5 / 1e5} is outside -90 to 90")
        if abs(self.origin_lon_e5) > 18_000_000:
            raise ValueRangeError(f"longitude {self.origin_lon_e5 / 1e5} is outside -180 to 180")
        if self.unit_m not in (1, 10):
            raise ValueRangeError("the grid's unit is 1 or 10 metres")
        if not 0 <= self.date < 1 << 40:
            raise ValueRangeError("the charter's date is not a time")
        self._check_founders()
        name = hashlib.blake2b(
            self.encode(), digest_size=NETWORK_ID_SIZE, person=b"md1 network id"
        ).digest()
        object.__setattr__(self, "network_id", name)

    def _check_founders(self) -> None:
        numbers = [one.number for one in self.founders]
        if not 1 <= len(numbers) <= FOUNDERS_MAX or numbers != sorted(set(numbers)):
            raise ValueRangeError(
                f"a charter has 1 to {FOUNDERS_MAX} founders, ascending by number"
            )
        if len({one.key for one in self.founders}) != len(numbers):
            raise ValueRangeError("two founders have the same key")
        if len({one.name.casefold() for one in self.founders}) != len(numbers):
            raise ValueRangeError("two founders have the same handle")
        if any(one.expires or one.serial for one in self.founders):
            raise ValueRangeError("a founder's certificate has no expiry and the serial 0")
        organizers = sum(Role.ORGANIZER in one.roles for one in self.founders)
        if not 1 <= self.policies.threshold <= organizers:
            raise ValueRangeError(
                f"{self.policies.threshold} organizers cannot agree where there are {organizers}"
            )

    @property
    def organizers(self) -> tuple[Member, ...]:
        """The founders who decide together."""
        return tuple(one for one in self.founders if Role.ORGANIZER in one.roles)

    @property
    def grid(self) -> Grid:
        """The grid on which this network says places."""
        return Grid(self.origin_lat_e5 / 1e5, self.origin_lon_e5 / 1e5, self.unit_m)

    def encode(self) -> bytes:
        """Canonical bytes."""
        founders = [
            {"number": one.number, "name": one.name, "key": one.key.hex(), "roles": int(one.roles)}
            for one in self.founders
        ]
        return canonical_json(
            {
                "name": self.name,
                "origin_lat_e5": self.origin_lat_e5,
                "origin_lon_e5": self.origin_lon_e5,
                "unit_m": self.unit_m,
                "date": self.date,
                "policies": self.policies.as_json(),
                "founders": founders,
            }
        )

    @classmethod
    def decode(cls, raw: bytes) -> Charter:
        """Read canonical bytes. Raises DecodeError."""
        fields = read_json_object(raw, _FIELDS, "charter")
        try:
            charter = cls(
                str(fields["name"]),
                int(fields["origin_lat_e5"]),
                int(fields["origin_lon_e5"]),
                int(fields["unit_m"]),
                int(fields["date"]),
                tuple(_read_founder(entry) for entry in fields["founders"]),
                Policies.from_json(fields["policies"]),
            )
            canonical = charter.encode()
        except (TypeError, ValueError, OverflowError, ValueRangeError) as error:  # int(Infinity)
            raise DecodeError(f"the charter is damaged: {error}") from error
        if canonical != raw:
            raise DecodeError("the charter is not in its canonical form")
        return charter


def _read_founder(entry: Any) -> Member:
    if not isinstance(entry, dict) or entry.keys() != _FOUNDER_FIELDS:
        raise ValueError("a founder has fields missing or too many")
    return Member(
        int(entry["number"]), str(entry["name"]), bytes.fromhex(entry["key"]), Role(entry["roles"])
    )

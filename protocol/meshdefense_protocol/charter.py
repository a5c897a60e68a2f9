"""The charter: what a network is. Its id is a hash over it, so it can never change quietly."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import KEY_SIZE
from meshdefense_protocol.limits import NETWORK_ID_SIZE
from meshdefense_protocol.place import Grid

__all__ = ["Charter", "canonical_json", "read_json_object"]

_FIELDS = {"name", "origin_lat_e5", "origin_lon_e5", "unit_m", "date", "founder"}
NAME_MAX = 40


def canonical_json(value: dict[str, Any]) -> bytes:
    """The one JSON encoding of `value`: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def read_json_object(raw: bytes, fields: set[str], what: str) -> dict[str, Any]:
    """A JSON object with exactly these fields. Raises DecodeError that names what is off."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"the {what} is not JSON: it is damaged or of another kind") from error
    if not isinstance(value, dict):
        raise DecodeError(f"the {what} is not a JSON object")
    missing, unknown = fields - value.keys(), value.keys() - fields
    if missing or unknown:
        raise DecodeError(
            f"the {what} lacks {sorted(missing) or 'nothing'} "
            f"and has {sorted(unknown) or 'nothing'} that does not belong there"
        )
    return value


@dataclass(frozen=True, slots=True)
class Charter:
    """Name, area and founder of a network."""

    name: str
    origin_lat_e5: int
    """Area origin in units of 1e-5 degrees."""
    origin_lon_e5: int
    unit_m: int
    """Metres of one grid unit, 1 or 10."""
    date: int
    """Seconds since the Unix epoch from which items count their time."""
    founder: bytes
    """Ed25519 key of the organizer who made it."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name.encode()) <= NAME_MAX or not self.name.isprintable():
            raise ValueRangeError(f"a network's name has 1 to {NAME_MAX} printable bytes")
        if abs(self.origin_lat_e5) > 9_000_000:
            raise ValueRangeError(f"latitude {self.origin_lat_e5 / 1e5} is outside -90 to 90")
        if abs(self.origin_lon_e5) > 18_000_000:
            raise ValueRangeError(f"longitude {self.origin_lon_e5 / 1e5} is outside -180 to 180")
        if self.unit_m not in (1, 10):
            raise ValueRangeError("the grid's unit is 1 or 10 metres")
        if not 0 <= self.date < 1 << 40:
            raise ValueRangeError("the charter's date is not a time")
        if len(self.founder) != KEY_SIZE:
            raise ValueRangeError("the founder's key has the wrong size")

    @property
    def grid(self) -> Grid:
        """The grid on which this network says places."""
        return Grid(self.origin_lat_e5 / 1e5, self.origin_lon_e5 / 1e5, self.unit_m)

    @property
    def network_id(self) -> bytes:
        """16 bytes that name the network; in every signature, never on the air."""
        return hashlib.blake2b(
            self.encode(), digest_size=NETWORK_ID_SIZE, person=b"md1 network id"
        ).digest()

    def encode(self) -> bytes:
        """Canonical bytes."""
        return canonical_json(
            {
                "name": self.name,
                "origin_lat_e5": self.origin_lat_e5,
                "origin_lon_e5": self.origin_lon_e5,
                "unit_m": self.unit_m,
                "date": self.date,
                "founder": self.founder.hex(),
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
                bytes.fromhex(fields["founder"]),
            )
        except (TypeError, ValueError, OverflowError, ValueRangeError) as error:  # int(Infinity)
            raise DecodeError(f"the charter is damaged: {error}") from error
        if charter.encode() != raw:
            raise DecodeError("the charter is not in its canonical form")
        return charter

"""radios.sealed: which hardware is which radio, who holds it, and which radios are lost.

People are member numbers or handles, as everywhere in MeshDefense; there is no field for a name.
Reads no file and no clock.

Hardware is known by its node number, and by its own key: firmware before 2.8 takes the number from
the board's address, 2.8 makes it of the key (CRC-32), so an update changes it. Another number
counts as the same radio only when it is the one that its known key makes: a copy of the key in
another board has some other number.
"""

from __future__ import annotations

import json
import shlex
import zlib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.fleet_errors import FleetRefusedError
from meshdefense.provisioning.manifests import canonical_json

__all__ = [
    "RADIOS",
    "Binding",
    "LostRadio",
    "RadioBook",
    "number_of_key",
    "refuse_hardware",
    "refuse_lost",
]

RADIOS: Final = "radios.sealed"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Binding:
    """One radio of the network and its hardware."""

    node_number: int | None = None
    """None: no hardware yet."""
    public_key: bytes = b""
    """As it was last read; empty where it is not known."""
    member: str | None = None
    """Number or handle of who holds it."""
    drift: tuple[str, ...] = ()
    """Settings that were found to differ since it was proven, by their paths."""
    drift_at: int | None = None

    def is_this(self, node_number: int, public_key: bytes = b"") -> bool:
        """Whether a radio is that one: by its number, or by the number that its key makes."""
        if self.node_number is None:
            return False
        same_key = bool(self.public_key) and self.public_key == public_key
        return self.node_number == node_number or (
            same_key and node_number == number_of_key(public_key)
        )


@dataclass(frozen=True, slots=True)
class LostRadio:
    """Hardware that is in unknown hands."""

    radio: str
    job: str
    node_number: int | None
    public_key: bytes
    member: str | None
    lost_at: int
    """Seconds since the Unix epoch."""
    proven_at: int | None
    """Of its last manifest; None where it has none."""
    held: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Fingerprints of the keys that it may hold, by the channel's name."""
    touch: tuple[str, ...]
    """Radios that had to get new keys because of it, as they were when it was lost."""
    found_at: int | None = None
    """When it was in known hands again; its keys stay out of force."""

    def is_this(self, node_number: int, public_key: bytes = b"") -> bool:
        """Whether a radio is that one, by its number or its key."""
        same_key = bool(self.public_key) and self.public_key == public_key
        return same_key or (self.node_number is not None and self.node_number == node_number)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Node numbers under which it may be heard: its own, and the one that its key makes."""
        made = () if not self.public_key else (number_of_key(self.public_key),)
        return made if self.node_number is None else (self.node_number, *made)

    @property
    def recognizable(self) -> bool:
        """Whether anything of its hardware is known."""
        return self.node_number is not None or self.public_key != b""

    @property
    def fingerprints(self) -> frozenset[str]:
        """Of all keys that it may hold."""
        return frozenset(one for several in self.held.values() for one in several)


@dataclass(frozen=True, slots=True)
class RadioBook:
    """What is in the file."""

    bindings: Mapping[str, Binding] = field(default_factory=lambda: MappingProxyType({}))
    """By the radio's name."""
    lost: tuple[LostRadio, ...] = ()
    """Oldest first, found ones too."""

    def of(self, radio: str) -> Binding:
        """What is known of a radio; an empty binding where nothing is."""
        return self.bindings.get(radio, Binding())

    def changed(self, radio: str, **fields: Any) -> RadioBook:
        """With some fields of a radio's binding set."""
        changed = replace(self.of(radio), **fields)
        return replace(self, bindings={**self.bindings, radio: changed})

    def without(self, radio: str) -> RadioBook:
        """Without what is known of a radio; that it was lost stays."""
        rest = {name: one for name, one in self.bindings.items() if name != radio}
        return replace(self, bindings=rest)

    def radio_of(self, node_number: int, public_key: bytes = b"") -> str | None:
        """Which radio this hardware is; one that has the number goes before one with the key."""
        for key in (b"", public_key):
            for name, one in self.bindings.items():
                if one.is_this(node_number, key):
                    return name
        return None

    def lost_nodes(self) -> tuple[int, ...]:
        """Node numbers of lost radios, for the node databases of the others to forget.

        A radio answers and believes direct messages only of nodes whose key it has there
        (docs/decisions/0031).
        """
        gone = [one for one in self.lost if one.found_at is None]
        return tuple(dict.fromkeys(number for one in gone for number in one.numbers))

    def missing(self, node_number: int, public_key: bytes = b"") -> LostRadio | None:
        """The lost radio that this one is, unless it was found since."""
        for one in reversed(self.lost):
            if one.found_at is None and one.is_this(node_number, public_key):
                return one
        return None

    def suspected(self, fingerprints: Set[str]) -> LostRadio | None:
        """A lost radio of unknown hardware that may hold one of these keys."""
        for one in reversed(self.lost):
            unknown = one.found_at is None and not one.recognizable
            if unknown and one.fingerprints & fingerprints:
                return one
        return None

    def encoded(self) -> bytes:
        """As it is sealed."""
        bindings = {
            name: {"node": one.node_number, "public_key": one.public_key.hex(),
                   "member": one.member, "drift": list(one.drift), "drift_at": one.drift_at}
            for name, one in self.bindings.items()
        }  # fmt: skip
        lost = [
            {"radio": one.radio, "job": one.job, "node": one.node_number,
             "public_key": one.public_key.hex(), "member": one.member, "lost_at": one.lost_at,
             "proven_at": one.proven_at, "touch": list(one.touch), "found_at": one.found_at,
             "held": {name: list(several) for name, several in one.held.items()}}
            for one in self.lost
        ]  # fmt: skip
        return canonical_json({"version": _VERSION, "radios": bindings, "lost": lost})

    @classmethod
    def decoded(cls, content: bytes) -> RadioBook:
        """Read what `encoded` made. Raises ValueError."""
        try:
            found = json.loads(content)
            if found["version"] != _VERSION:
                raise ValueError("of another version")
            bindings = {str(name): _binding(one) for name, one in found["radios"].items()}
            return cls(bindings, tuple(_lost(one) for one in found["lost"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("that is no book of radios") from error


def number_of_key(public_key: bytes) -> int:
    """The node number that firmware 2.8 makes of a radio's own key (`NodeDB.cpp`)."""
    return zlib.crc32(public_key)


def refuse_lost(book: RadioBook, node_number: int, public_key: bytes) -> None:
    """Raise FleetRefusedError for hardware that is lost, by its number or its key."""
    lost = book.missing(node_number, public_key)
    if lost is not None:
        raise FleetRefusedError(
            tr("this is the lost {radio}: it was in unknown hands", radio=lost.radio),
            tr("look it over, set it back to factory settings with new firmware, then: "
               "meshdefense radio lost {radio} --found", radio=shlex.quote(lost.radio)),
        )  # fmt: skip


def refuse_hardware(
    book: RadioBook, radio: str, node_number: int, public_key: bytes, *, anew: bool
) -> None:
    """Raise FleetRefusedError unless this hardware may be that radio; see `Fleet.bind`."""
    refuse_lost(book, node_number, public_key)
    other = book.radio_of(node_number, public_key)
    if other not in (None, radio):
        raise FleetRefusedError(
            tr("this radio is {radio} already", radio=other),
            tr("to use it as another one: meshdefense radio fleet forget {radio}",
               radio=shlex.quote(other or "")),
        )  # fmt: skip
    known = book.of(radio)
    if known.node_number is not None and not known.is_this(node_number, public_key) and not anew:
        raise FleetRefusedError(
            tr("{radio} is another radio, with the number {number}; this one has {other}",
               radio=radio, number=f"!{known.node_number:08x}", other=f"!{node_number:08x}"),
            tr("to make this one another radio: --as NAME; if {name} is out of use: meshdefense "
               "radio fleet forget {radio}; if it is lost: meshdefense radio lost {radio}",
               name=radio, radio=shlex.quote(radio)),
        )  # fmt: skip


def _binding(found: dict[str, Any]) -> Binding:
    return Binding(
        found["node"], bytes.fromhex(found["public_key"]), found["member"],
        tuple(map(str, found["drift"])), found["drift_at"],
    )  # fmt: skip


def _lost(found: dict[str, Any]) -> LostRadio:
    held = {str(name): tuple(map(str, several)) for name, several in found["held"].items()}
    return LostRadio(
        found["radio"], found["job"], found["node"], bytes.fromhex(found["public_key"]),
        found["member"], found["lost_at"], found["proven_at"], held,
        tuple(map(str, found["touch"])), found["found_at"],
    )  # fmt: skip

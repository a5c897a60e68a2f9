"""What a radio says of itself, read whole, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from meshdefense_radio.fields import Fields

__all__ = ["RadioState"]


@dataclass(frozen=True, slots=True)
class RadioState:
    """One radio's settings at one moment. `repr` shows neither keys nor passwords."""

    node_number: int
    firmware: str
    """As the radio says it, 2.7.15.567b8ea for example."""
    hardware: str
    """Name of `HardwareModel`, HELTEC_V3 for example; the number where it is not known."""
    public_key: bytes
    """The radio's own X25519 key, 32 bytes; empty where it has none."""
    owner: Fields
    """`User`: long_name, short_name, is_licensed, is_unmessagable and the rest."""
    config: Mapping[str, Fields] = field(repr=False)
    """Sections of `LocalConfig` by name; holds the private key."""
    modules: Mapping[str, Fields] = field(repr=False)
    """Sections of `LocalModuleConfig` by name; holds passwords."""
    channels: tuple[Fields, ...] = field(repr=False)
    """Eight times `Channel`: index, role, settings; holds keys."""
    canned_messages: str | None = field(default=None, repr=False)
    """None: the radio has no such module."""
    ringtone: str | None = field(default=None, repr=False)
    """None: the radio has no such module."""
    fixed_position: Fields | None = field(default=None, repr=False)
    """`Position`; None where the radio has no fixed one."""
    nodes: int = 0
    """How many others the radio knows."""
    nodes_max: int = 0
    """How many it can know; 0 where it does not say."""

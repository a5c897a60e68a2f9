"""A network of radios as its organizers wrote it down: channels, radios, region, preset."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from meshdefense_radio.jobs import Job
from meshdefense_radio.regions import Region
from meshdefense_radio.wording import Problem

__all__ = ["SEALED", "Channel", "HandKey", "Network", "Radio", "without_keys"]

SEALED: Final = "sealed"
"""Stands in the file for a key that the fleet keeps."""


@dataclass(frozen=True, slots=True)
class HandKey:
    """A channel's key that stands in the file itself, to be sealed and replaced there."""

    channel: str
    key: bytes = field(repr=False)
    line: int
    """Line of the file, from 1."""
    start: int
    """Index in the text of the first character of the value that stands for the key."""
    end: int
    """Index after its last character; `text[:start] + "sealed" + text[end:]` takes it out."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of the network."""

    name: str
    jobs: frozenset[Job]
    """The jobs whose radios get it."""
    primary: bool
    """Its name decides the network's frequency; every radio that has it has it as channel 0."""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio of the network."""

    name: str
    short: str
    job: Job
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Network:
    """What a network file says. It holds no key but in `hand_keys`, which `repr` hides."""

    name: str
    region: Region
    preset: str
    hop_limit: int
    language: str
    """Code of the language that the network's people read: en, es."""
    channels: tuple[Channel, ...]
    radios: tuple[Radio, ...]
    slot: int
    """The frequency slot, from 1, the same for every radio (`lora.channel_num`)."""
    admin_keys: tuple[bytes, ...] = ()
    """Public keys of 32 bytes that may set these radios from afar; none by default."""
    hand_keys: tuple[HandKey, ...] = ()
    """Keys that a person wrote into the file."""
    hints: tuple[Problem, ...] = ()
    """What may be meant so."""

    def radio(self, name: str) -> Radio | None:
        """The radio of this name, None where there is none."""
        return next((radio for radio in self.radios if radio.name == name), None)

    def channel(self, name: str) -> Channel | None:
        """The channel of this name, None where there is none."""
        return next((channel for channel in self.channels if channel.name == name), None)

    def channels_of(self, job: Job) -> tuple[Channel, ...]:
        """The channels of a job's radios in their order in the radio, the primary one first."""
        mine = [channel for channel in self.channels if job in channel.jobs]
        return tuple(sorted(mine, key=lambda channel: not channel.primary))


def without_keys(text: str, network: Network) -> str:
    """The text of a network file with every key that stands in it replaced by `sealed`."""
    for key in sorted(network.hand_keys, key=lambda key: key.start, reverse=True):
        text = text[: key.start] + SEALED + text[key.end :]
    return text

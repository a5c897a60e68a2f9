"""From the messages of a handshake to what a radio is: kept as protobufs, and as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense_radio.checks import FIRMWARE_FLOOR, version_of
from meshdefense_radio.fields import (
    CONFIG,
    MODULES,
    channel_message,
    config_message,
    fields_of,
    modules_message,
    owner_message,
)
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.radio_state import RadioState

__all__ = ["Handshake", "describe", "gather", "keep_section"]

_EXCLUDED: Final = {"ringtone": 0x0004, "canned_messages": 0x0040}
"""ExcludedModules (mesh.proto): EXTNOTIF_CONFIG, CANNEDMSG_CONFIG."""

_NUMBER: Final = "node_number"
_OWNER: Final = "owner"
_FIRMWARE: Final = "firmware"
_ALWAYS: Final = frozenset(
    {_NUMBER, _OWNER, _FIRMWARE}
    | {f"channels[{index}]" for index in range(CHANNELS)}
    | {
        f"{CONFIG}.{name}"
        for name in (
            "device", "position", "power", "network", "display", "lora", "bluetooth", "security",
        )
    }
    | {
        f"{MODULES}.{name}"
        for name in (
            "mqtt", "serial", "external_notification", "store_forward", "range_test", "telemetry",
            "canned_message", "audio", "remote_hardware", "neighbor_info", "ambient_lighting",
            "detection_sensor", "paxcounter",
        )
    }
)  # fmt: skip
"""What each radio from our oldest firmware on tells in a handshake, by the paths of `Change.path`.

Also the sections of modules that it was built without (PhoneAPI.cpp, STATE_SEND_MODULECONFIG).
Newer firmware tells more.
"""
_ALWAYS_OLD: Final = frozenset({_NUMBER, _FIRMWARE, f"{CONFIG}.lora"})
"""Of firmware that is refused as too old: enough to say so."""

_NODE_PLACES: Final = (10, 80, 100, 200, 250)
"""Sizes of the node database (mesh-pb-constants.h, MAX_NUM_NODES), itself included.

The radio does not say which of them is its own; one that knows exactly so many is full.
"""


@dataclass(slots=True)
class Handshake:
    """What a radio told; the protobufs keep fields that are newer than this program."""

    node_number: int = 0
    firmware: str = ""
    hardware: str = ""
    excluded: int = 0
    """Bits of ExcludedModules: what this firmware was built without."""
    owner: Any = field(default_factory=owner_message, repr=False)
    position: Any = field(default=None, repr=False, compare=False)
    config: Any = field(default_factory=config_message, repr=False)
    modules: Any = field(default_factory=modules_message, repr=False)
    channels: list[Any] = field(default_factory=list, repr=False)
    nodes: frozenset[int] = frozenset()
    """Numbers of the other nodes that it knows."""
    parts: frozenset[str] = frozenset()
    """What it told: `node_number`, `owner`, `firmware`, `channels[0]`, `config.lora` and so on."""

    def lacks(self, seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """What it must have told and did not: a frame got lost; `seen` was told before.

        A part without a frame would read as all defaults, so as right.
        """
        version = version_of(self.firmware)
        old = version is not None and version < FIRMWARE_FLOOR
        return tuple(sorted(((_ALWAYS_OLD if old else _ALWAYS) | seen) - self.parts))

    def has(self, text: str) -> bool:
        """Whether the firmware keeps `canned_messages` or `ringtone`."""
        return not self.excluded & _EXCLUDED[text]

    def state(self, canned_messages: str | None = None, ringtone: str | None = None) -> RadioState:
        """All of it as plain data."""
        fixed = self.position if self.config.position.fixed_position else None
        return RadioState(
            node_number=self.node_number,
            firmware=self.firmware,
            hardware=self.hardware,
            public_key=bytes(self.config.security.public_key or self.owner.public_key),
            owner=fields_of(self.owner),
            config={part.name: fields_of(value) for part, value in self.config.ListFields()
                    if part.message_type is not None},
            modules={part.name: fields_of(value) for part, value in self.modules.ListFields()
                     if part.message_type is not None},
            channels=tuple(fields_of(channel) for channel in self.channels),
            canned_messages=canned_messages,
            ringtone=ringtone,
            fixed_position=None if fixed is None else fields_of(fixed),
            nodes=len(self.nodes),
            nodes_max=len(self.nodes) if len(self.nodes) + 1 in _NODE_PLACES else 0,
        )  # fmt: skip


def gather(messages: Iterable[Any]) -> Handshake:
    """Put the FromRadio messages of a handshake together; `lacks` says what is not in them."""
    told, parts = Handshake(), set()
    channels: dict[int, Any] = {}
    nodes: dict[int, Any] = {}
    for message in messages:
        kind = message.WhichOneof("payload_variant")
        if kind == "my_info":
            told.node_number = message.my_info.my_node_num
        elif kind == "node_info":
            nodes[message.node_info.num] = message.node_info
        elif kind == "metadata":
            describe(told, message.metadata)
            parts.add(_FIRMWARE)
        elif kind == "channel":
            channels[message.channel.index] = message.channel
        elif kind == "config":
            keep_section(told.config, message.config)
        elif kind == "moduleConfig":
            keep_section(told.modules, message.moduleConfig)
    if told.node_number:
        parts.add(_NUMBER)
    own = nodes.pop(told.node_number, None)
    if own is not None:
        parts.add(_OWNER)
        told.owner.CopyFrom(own.user)
        told.position = own.position if own.HasField("position") else None
    told.nodes = frozenset(nodes)
    told.channels = [channels.get(index) or _unused(index) for index in range(CHANNELS)]
    parts |= {f"channels[{index}]" for index in channels if 0 <= index < CHANNELS}
    parts |= {f"{CONFIG}.{part.name}" for part, _ in told.config.ListFields()}
    parts |= {f"{MODULES}.{part.name}" for part, _ in told.modules.ListFields()}
    told.parts = frozenset(parts)
    return told


def keep_section(kept: Any, message: Any) -> None:
    """Keep the one section that a `Config` or `ModuleConfig` holds; unknown ones are left out."""
    name = message.WhichOneof("payload_variant")
    if name is not None and name in kept.DESCRIPTOR.fields_by_name:
        getattr(kept, name).CopyFrom(getattr(message, name))
        getattr(kept, name).SetInParent()


def describe(told: Handshake, metadata: Any) -> None:
    """Keep what a DeviceMetadata says."""
    told.firmware = metadata.firmware_version
    told.excluded = metadata.excluded_modules
    models = metadata.DESCRIPTOR.fields_by_name["hw_model"].enum_type.values_by_number
    known = models.get(metadata.hw_model)
    told.hardware = known.name if known is not None else str(metadata.hw_model)


def _unused(index: int) -> Any:
    channel = channel_message()
    channel.index = index
    return channel

"""Protobufs of a radio's settings as plain data, and back.

The one module of this package that imports `meshtastic`. The plain view is total: every field
with its default, names as in the `.proto` files, enums by name (a number where this library
does not know the name), bytes as bytes, repeated fields as tuples, messages as dicts. What
protobuf calls presence is not kept: an absent field and one at its default look the same. The
one exception is a primary channel without `module_settings`, to which the firmware answers
with the exact place: its `position_precision` reads 32 (`PositionModule.cpp`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

# protobuf ships no types
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from meshtastic.protobuf import apponly_pb2, channel_pb2, localonly_pb2, mesh_pb2

from meshdefense_radio.filling import Fields, fill

__all__ = [
    "CONFIG",
    "EXACT_PLACE",
    "MODULES",
    "Fields",
    "channel_message",
    "channel_set_bytes",
    "channel_set_fields",
    "choices",
    "config_message",
    "config_sections",
    "fields_of",
    "fill",
    "leaves",
    "module_sections",
    "modules_message",
    "normal",
    "owner_message",
    "section_names",
]

CONFIG: Final = "config"
MODULES: Final = "modules"
EXACT_PLACE: Final = 32
"""`position_precision` in bits that leaves a position as it is."""

# -- which sections there are ------------------------------------------------------------------


def config_message() -> Any:
    """An empty `LocalConfig`."""
    return localonly_pb2.LocalConfig()


def modules_message() -> Any:
    """An empty `LocalModuleConfig`."""
    return localonly_pb2.LocalModuleConfig()


def channel_message() -> Any:
    """An empty `Channel`."""
    return channel_pb2.Channel()


def owner_message() -> Any:
    """An empty `User`."""
    return mesh_pb2.User()


def _sections(descriptor: Any) -> tuple[str, ...]:
    return tuple(field.name for field in descriptor.fields if field.message_type is not None)


def config_sections() -> tuple[str, ...]:
    """The sections of `LocalConfig`: device, position, ..., security."""
    return _sections(localonly_pb2.LocalConfig.DESCRIPTOR)


def module_sections() -> tuple[str, ...]:
    """The sections of `LocalModuleConfig`: mqtt, serial, ..., tak."""
    return _sections(localonly_pb2.LocalModuleConfig.DESCRIPTOR)


def section_names() -> tuple[str, ...]:
    """All sections, first those of the device, then those of its modules."""
    return config_sections() + module_sections()


def leaves() -> tuple[str, ...]:
    """The path of every single setting of a radio, as in `config.lora.hop_limit`.

    Channels and owner stand once: `channel.settings.name`, `owner.long_name`.
    """
    roots = (
        (CONFIG, localonly_pb2.LocalConfig.DESCRIPTOR),
        (MODULES, localonly_pb2.LocalModuleConfig.DESCRIPTOR),
        ("channel", channel_pb2.Channel.DESCRIPTOR),
        ("owner", mesh_pb2.User.DESCRIPTOR),
    )
    return tuple(path for root, kind in roots for path in _leaves(root, kind))


def _leaves(path: str, kind: Any) -> Iterable[str]:
    for field in kind.fields:
        below = f"{path}.{field.name}"
        if field.message_type is None or field.is_repeated:
            yield below
        else:
            yield from _leaves(below, field.message_type)


def choices(path: str) -> tuple[str, ...]:
    """The names that an enum setting may have; empty for a setting of another kind."""
    root, *rest = path.split(".")
    kind = {
        CONFIG: localonly_pb2.LocalConfig.DESCRIPTOR,
        MODULES: localonly_pb2.LocalModuleConfig.DESCRIPTOR,
        "channel": channel_pb2.Channel.DESCRIPTOR,
        "owner": mesh_pb2.User.DESCRIPTOR,
    }[root]
    for name in rest[:-1]:
        kind = kind.fields_by_name[name].message_type
    enum = kind.fields_by_name[rest[-1]].enum_type
    return () if enum is None else tuple(enum.values_by_name)


# -- from protobuf to plain data ---------------------------------------------------------------


def fields_of(message: Any) -> dict[str, Any]:
    """Everything that a message says, defaults included."""
    fields = {field.name: _plain(field, message) for field in message.DESCRIPTOR.fields}
    if message.DESCRIPTOR is channel_pb2.Channel.DESCRIPTOR and fields["role"] == "PRIMARY":
        if not message.settings.HasField("module_settings"):
            fields["settings"]["module_settings"]["position_precision"] = EXACT_PLACE
    return fields


def _plain(field: Any, message: Any) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        return tuple(_plain_one(field, one) for one in value)
    return _plain_one(field, value)


def _plain_one(field: Any, value: Any) -> Any:
    if field.message_type is not None:
        return fields_of(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return value if known is None else known.name
    return value


# -- as a radio gives it back -------------------------------------------------------------------


def normal(message: Any, fields: Fields) -> dict[str, Any]:
    """The named fields only, as a radio gives them back: floats rounded to what it can hold."""
    whole = type(message)()
    fill(whole, fields)
    return _only(fields_of(whole), fields)


def _only(whole: Fields, named: Fields) -> dict[str, Any]:
    return {
        name: _only(whole[name], value) if isinstance(value, Mapping) else whole[name]
        for name, value in named.items()
    }


# -- sets of channels, as in addresses ---------------------------------------------------------


def channel_set_bytes(settings: Iterable[Fields], lora: Fields) -> bytes:
    """A `ChannelSet` of these channels' settings. Raises ConfigError."""
    whole = apponly_pb2.ChannelSet()
    for one in settings:
        fill(whole.settings.add(), one)
    fill(whole.lora_config, lora)
    return bytes(whole.SerializeToString())


def channel_set_fields(data: bytes) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]] | None:
    """The channels' settings and the LoRa section in a `ChannelSet`; None for anything else."""
    whole = apponly_pb2.ChannelSet()
    try:
        whole.ParseFromString(data)
    except DecodeError:
        return None
    return tuple(fields_of(one) for one in whole.settings), fields_of(whole.lora_config)

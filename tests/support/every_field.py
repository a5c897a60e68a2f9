"""Settings of a radio in which every field has a value that no radio has by itself.

Made by walking the protobufs' descriptors, so that a field of a later version is not forgotten.
"""

from __future__ import annotations

import zlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]
from meshtastic.protobuf import channel_pb2, config_pb2

__all__ = ["CHOSEN", "KEPT_OUT", "eight_channels", "fill", "leaves"]

_SECRET = X25519PrivateKey.from_private_bytes(bytes(range(32)))
_LORA = config_pb2.Config.LoRaConfig

CHOSEN: dict[str, Any] = {
    # Values that the firmware accepts as they are; it would correct others.
    "device.role": config_pb2.Config.DeviceConfig.Role.TRACKER,
    "device.node_info_broadcast_secs": 7_777,
    "position.fixed_position": True,
    "power.on_battery_shutdown_after_secs": 77,
    "lora.use_preset": False,
    "lora.bandwidth": 125,
    "lora.spread_factor": 9,
    "lora.coding_rate": 7,
    "lora.region": _LORA.RegionCode.EU_868,
    "lora.hop_limit": 6,
    "lora.channel_num": 1,
    "lora.ignore_mqtt": True,  # the firmware sets it where the duty cycle is limited
    "bluetooth.fixed_pin": 654_321,
    "security.private_key": _SECRET.private_bytes_raw(),
    "security.public_key": _SECRET.public_key().public_bytes_raw(),
    "security.admin_key": [bytes([number]) * 32 for number in (1, 2, 3)],
    "mqtt.map_report_settings.position_precision": 13,
}

KEPT_OUT = {
    "version": "a number of the file format, not a setting",
    "statusmessage": "the client does not keep this module, so its export cannot hold it",
    "tak": "the same",
    "display.gps_format": "an enum that has one value left",
    "security.is_managed": "would lock the client out",
    "display.use_12h_clock": "the client writes use12hClock and then looks for use12h_clock",
    "lora.ignore_incoming": "the client writes a list of numbers that it cannot read",
    "remote_hardware.available_pins": "the same with a list of messages",
}


def fill(message: Any, factory: Any, path: str = "") -> Any:
    """Set every field of `message` to something that `factory` does not have; return it."""
    for field in message.DESCRIPTOR.fields:
        name = f"{path}{field.name}"
        if name in KEPT_OUT:
            continue
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            fill(getattr(message, field.name), getattr(factory, field.name), name + ".")
        elif isinstance(getattr(message, field.name), int | float | str | bytes):
            value = CHOSEN.get(name, _unlike(field, name, getattr(factory, field.name)))
            setattr(message, field.name, value)
        else:
            del getattr(message, field.name)[:]
            getattr(message, field.name).extend(CHOSEN[name])
    return message


def _unlike(field: Any, name: str, ordinary: Any) -> Any:
    """A value that follows from the field's name and is not `ordinary`."""
    number = zlib.crc32(name.encode()) % 50 + 3
    if field.type == FieldDescriptor.TYPE_BOOL:
        return not ordinary
    if field.type == FieldDescriptor.TYPE_ENUM:
        values = [value.number for value in field.enum_type.values if value.number]
        return next(value for value in values if value != ordinary)
    if field.type == FieldDescriptor.TYPE_STRING:
        return f"{field.name[:8]} {number}"
    if field.type == FieldDescriptor.TYPE_FLOAT:
        return number + 0.25
    return number + 1 if number == ordinary else number


def leaves(message: Any, path: str = "") -> dict[str, Any]:
    """Return every field below `message` by its path, whether it is set or not."""
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        name, value = f"{path}{field.name}", getattr(message, field.name)
        if name in KEPT_OUT:
            continue
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            found |= leaves(value, name + ".")
        elif isinstance(value, int | float | str | bytes):
            found[name] = value
        else:
            found[name] = list(value)
    return found


def eight_channels() -> list[Any]:
    """Eight channels, all in use, each unlike the others."""
    roles = channel_pb2.Channel.Role
    channels = []
    for index in range(8):
        channel = channel_pb2.Channel(index=index)
        channel.role = roles.SECONDARY if index else roles.PRIMARY
        channel.settings.name = f"channel {index}"
        channel.settings.psk = bytes([index + 1]) * 32
        channel.settings.uplink_enabled = bool(index & 1)
        channel.settings.downlink_enabled = bool(index & 2)
        channel.settings.module_settings.position_precision = 10 + index
        channels.append(channel)
    return channels

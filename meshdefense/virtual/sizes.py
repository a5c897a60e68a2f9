"""How long texts and keys may be: what is longer the firmware cannot decode and drops whole.

The numbers are those of the `.options` files beside the protocol's definitions, from which the
firmware's decoder is generated; a text's limit counts its UTF-8 bytes without the final zero.
"""

from __future__ import annotations

from typing import Any, Final

# It ships no types.
from google.protobuf.descriptor import FieldDescriptor  # type: ignore[import-untyped]

__all__ = ["fits"]

MOST_BYTES: Final = {
    "AdminMessage.session_passkey": 8,
    "AdminMessage.delete_file_request": 200,
    "AdminMessage.set_canned_message_module_messages": 200,
    "AdminMessage.set_ringtone_message": 230,
    "ChannelSettings.name": 11,
    "ChannelSettings.psk": 32,
    "Config.DeviceConfig.tzdef": 64,
    "Config.NetworkConfig.wifi_ssid": 32,
    "Config.NetworkConfig.wifi_psk": 64,
    "Config.NetworkConfig.ntp_server": 32,
    "Config.NetworkConfig.rsyslog_server": 32,
    "Config.SecurityConfig.public_key": 32,
    "Config.SecurityConfig.private_key": 32,
    "Config.SecurityConfig.admin_key": 32,
    "DeviceUIConfig.calibration_data": 16,
    "HamParameters.call_sign": 7,
    "HamParameters.short_name": 4,
    "MeshPacket.public_key": 32,
    "ModuleConfig.CannedMessageConfig.allow_input_source": 15,
    "ModuleConfig.DetectionSensorConfig.name": 19,
    "ModuleConfig.MQTTConfig.address": 63,
    "ModuleConfig.MQTTConfig.username": 63,
    "ModuleConfig.MQTTConfig.password": 31,
    "ModuleConfig.MQTTConfig.root": 31,
    "ModuleConfig.StatusMessageConfig.node_status": 79,
    "User.id": 15,
    "User.long_name": 39,
    "User.short_name": 4,
    "User.macaddr": 6,
    "User.public_key": 32,
    "Waypoint.name": 29,
    "Waypoint.description": 99,
}
MOST_ENTRIES: Final = {
    "Config.LoRaConfig.ignore_incoming": 3,
    "Config.SecurityConfig.admin_key": 3,
    "NeighborInfo.neighbors": 10,
    "ModuleConfig.RemoteHardwareConfig.available_pins": 4,
    "RouteDiscovery.route": 8,
    "RouteDiscovery.snr_towards": 8,
    "RouteDiscovery.route_back": 8,
    "RouteDiscovery.snr_back": 8,
}
PACKAGE: Final = "meshtastic.protobuf."
DEFAULT_BYTES: Final = 233  # what a packet carries; other texts are at most that long


def fits(message: Any) -> bool:
    """Whether the firmware's decoder has room for every field of `message`."""
    return all(_field_fits(field, value) for field, value in message.ListFields())


def _field_fits(field: Any, value: Any) -> bool:
    name = str(field.full_name).removeprefix(PACKAGE)
    values = value if isinstance(value, list) or hasattr(value, "extend") else [value]
    if name in MOST_ENTRIES and len(values) > MOST_ENTRIES[name]:
        return False
    if field.type == FieldDescriptor.TYPE_MESSAGE:
        return all(fits(one) for one in values)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return all(len(one) <= MOST_BYTES.get(name, DEFAULT_BYTES) for one in values)
    if field.type == FieldDescriptor.TYPE_STRING:
        return all(len(one.encode()) <= MOST_BYTES.get(name, DEFAULT_BYTES) for one in values)
    return True

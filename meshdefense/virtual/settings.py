"""What a radio keeps in flash: owner, channels, configuration. Survives a reboot, not a reset.

The messages are those of the device protocol (`localonly.proto`, `channel.proto`); defaults
are those of native firmware 2.7 after a region was chosen.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from meshtastic.protobuf import channel_pb2, config_pb2, localonly_pb2, mesh_pb2

from meshdefense.air.packets import MAX_HOPS, Role
from meshdefense.air.presets import PRESETS, Preset

__all__ = ["CHANNELS", "DEFAULT_HOP_LIMIT", "Settings", "default_settings", "node_id"]

CHANNELS = 8
DEFAULT_HOP_LIMIT = 3  # what the firmware uses for 0
HARDWARE = mesh_pb2.HardwareModel.PORTDUINO

# Share of an hour that a node may transmit; regions not named have no limit (RadioInterface.cpp).
DUTY_CYCLE = {
    "EU_433": 0.1,
    "EU_868": 0.1,
    "EU_N_868": 0.1,
    "UA_433": 0.1,
    "TH": 0.1,
    "EU_866": 0.025,
}

_ROLES = {
    "CLIENT_MUTE": Role.CLIENT_MUTE,
    "ROUTER": Role.ROUTER,
    "REPEATER": Role.ROUTER,
    "ROUTER_LATE": Role.ROUTER_LATE,
}


def node_id(number: int) -> str:
    """Return the id that people see, !4d440001 for example."""
    return f"!{number:08x}"


@dataclass(slots=True)
class Settings:
    """Everything that admin messages change; protobuf messages are changed in place."""

    owner: Any
    """`mesh.User`"""
    config: Any
    """`localonly.LocalConfig`"""
    modules: Any
    """`localonly.LocalModuleConfig`"""
    channels: list[Any]
    """`CHANNELS` times `channel.Channel`"""
    canned_messages: str = ""
    ringtone: str = ""
    fixed_position: Any = None
    """`mesh.Position`, set by a person; None when there is none."""

    @property
    def preset(self) -> Preset:
        """The modem setting, by name or by its numbers; nonsense counts as LONG_FAST."""
        lora = self.config.lora
        if not lora.use_preset and lora.bandwidth:
            hertz = {31: 31_250, 62: 62_500}.get(lora.bandwidth, lora.bandwidth * 1000)
            if 7 <= lora.spread_factor <= 12 and 5 <= lora.coding_rate <= 8:
                return Preset("CUSTOM", hertz, lora.spread_factor, lora.coding_rate)
        known = config_pb2.Config.LoRaConfig.ModemPreset
        names = {number: name for name, number in known.items()}
        return PRESETS.get(names.get(lora.modem_preset, ""), PRESETS["LONG_FAST"])

    @property
    def hop_limit(self) -> int:
        """How often the radio's own packets may be relayed."""
        return min(self.config.lora.hop_limit or DEFAULT_HOP_LIMIT, MAX_HOPS)

    @property
    def duty_cycle(self) -> float:
        """Share of an hour that the region allows to transmit."""
        lora = self.config.lora
        if lora.override_duty_cycle:
            return 1.0
        names = {number: name for name, number in config_pb2.Config.LoRaConfig.RegionCode.items()}
        return DUTY_CYCLE.get(names.get(lora.region, ""), 1.0)

    @property
    def role(self) -> Role:
        """How it relays; roles that relay as clients do count as CLIENT."""
        names = {number: name for name, number in config_pb2.Config.DeviceConfig.Role.items()}
        return _ROLES.get(names.get(self.config.device.role, ""), Role.CLIENT)

    def channel_mark(self, index: int) -> int | None:
        """Return what names channel `index` on the air: 63 bits of its name and key, never 0.

        None when the channel is off or does not exist. The firmware sends 8 bits only and then
        tries its keys; with the virtual radios equal marks mean that decryption succeeds.
        """
        if not 0 <= index < CHANNELS:
            return None
        channel = self.channels[index]
        if channel.role == channel_pb2.Channel.Role.DISABLED:
            return None
        name = channel.settings.name or self.preset.name
        digest = hashlib.sha256(name.encode() + b"\0" + bytes(channel.settings.psk)).digest()
        return int.from_bytes(digest[:8], "big") >> 1 | 1

    def channel_of(self, mark: int) -> int | None:
        """Return the index of the channel that `mark` names; None for a foreign one."""
        for index in range(CHANNELS):
            if self.channel_mark(index) == mark:
                return index
        return None


def default_settings(
    number: int, name: str, *, preset: str, region: str, hop_limit: int, seed: int
) -> Settings:
    """Return the settings of a radio that was just flashed and given a region.

    The key pair follows from `seed` and `number`: it protects nothing.
    """
    secret = X25519PrivateKey.from_private_bytes(random.Random(f"{seed}/{number}").randbytes(32))
    public = secret.public_key().public_bytes_raw()
    owner = mesh_pb2.User(
        id=node_id(number),
        long_name=name,
        short_name=f"{number & 0xFFFF:04x}",
        macaddr=b"\x02\x00" + number.to_bytes(4, "big"),
        hw_model=HARDWARE,
        public_key=public,
    )
    config = localonly_pb2.LocalConfig(version=24)
    config.device.node_info_broadcast_secs = 10_800
    config.device.rebroadcast_mode = config_pb2.Config.DeviceConfig.RebroadcastMode.ALL
    config.position.position_broadcast_secs = 3_600
    config.position.position_broadcast_smart_enabled = True
    config.position.broadcast_smart_minimum_distance = 100
    config.position.broadcast_smart_minimum_interval_secs = 300
    config.position.gps_mode = config_pb2.Config.PositionConfig.GpsMode.ENABLED
    config.power.wait_bluetooth_secs = 60
    config.power.sds_secs = 0xFFFFFFFF
    config.power.ls_secs = 300
    config.power.min_wake_secs = 10
    config.network.ntp_server = "meshtastic.pool.ntp.org"
    config.display.screen_on_secs = 600
    config.lora.use_preset = True
    config.lora.modem_preset = config_pb2.Config.LoRaConfig.ModemPreset.Value(preset)
    config.lora.region = config_pb2.Config.LoRaConfig.RegionCode.Value(region)
    config.lora.hop_limit = hop_limit
    config.lora.tx_enabled = True
    config.lora.sx126x_rx_boosted_gain = True
    config.bluetooth.fixed_pin = 123_456
    config.security.public_key = public
    config.security.private_key = secret.private_bytes_raw()
    config.security.serial_enabled = True
    modules = localonly_pb2.LocalModuleConfig(version=24)
    modules.telemetry.device_update_interval = 1_800
    modules.mqtt.address = "mqtt.meshtastic.org"
    modules.mqtt.encryption_enabled = True
    modules.neighbor_info.update_interval = 21_600
    channels = [channel_pb2.Channel(index=index) for index in range(CHANNELS)]
    channels[0].role = channel_pb2.Channel.Role.PRIMARY
    channels[0].settings.psk = b"\x01"  # stands for the public default key
    return Settings(owner, config, modules, channels)

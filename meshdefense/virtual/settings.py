"""What a radio keeps in flash: owner, channels, configuration. Survives a reboot, not a reset.

The messages are those of the device protocol (`localonly.proto`, `channel.proto`); what they
hold at first is in `defaults`, how they are stored in `flash`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from meshtastic.protobuf import channel_pb2, config_pb2, device_ui_pb2, mesh_pb2

from meshdefense.air.packets import MAX_HOPS, Role
from meshdefense.air.presets import PRESETS, Preset
from meshdefense.virtual.marks import channel_key, channel_name, mark_of

__all__ = [
    "CHANNELS",
    "DEFAULT_HOP_LIMIT",
    "FIRMWARE",
    "HARDWARE",
    "KEY_BYTES",
    "STATE_VERSION",
    "Settings",
    "node_id",
    "secret_mark",
]

FIRMWARE = "2.7.26"
STATE_VERSION = 24  # DEVICESTATE_CUR_VER
CHANNELS = 8
KEY_BYTES = 32
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


def secret_mark(one: bytes, other: bytes) -> int:
    """Return what a direct message between the owners of two public keys is marked with.

    Even and never 0, so that no channel's mark is the same. Who has other keys cannot read it.
    """
    digest = hashlib.sha256(b"direct" + b"".join(sorted((one, other)))).digest()
    return int.from_bytes(digest[:8], "big") >> 1 & ~1 | 2


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
    ui: Any = field(default_factory=device_ui_pb2.DeviceUIConfig)
    """`device_ui.DeviceUIConfig` of radios with a screen; kept for whoever stored it."""
    waypoint: Any = None
    """The `mesh.MeshPacket` with the last waypoint that was heard."""
    reboots: int = 0
    firmware: str = FIRMWARE
    """The version that it says it runs."""

    @property
    def region(self) -> int:
        """The `LoRaConfig.RegionCode`; 0 when none is set: then it does not transmit."""
        return int(self.config.lora.region)

    @property
    def transmits(self) -> bool:
        """Whether its radio may send at all."""
        return bool(self.region and self.config.lora.tx_enabled)

    def ensure_keys(self, new_secret: bytes) -> None:
        """Have a key pair, of the old private key or else of `new_secret`; the owner shows it.

        As the firmware does at its start: only with a region, and not for licensed amateurs.
        """
        if not self.region or self.owner.is_licensed:
            return
        security = self.config.security
        if len(security.private_key) != KEY_BYTES:
            security.private_key = new_secret
        secret = X25519PrivateKey.from_private_bytes(bytes(security.private_key))
        security.public_key = secret.public_key().public_bytes_raw()
        self.owner.public_key = security.public_key

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
        """Return what names channel `index` on the air, for others with its name and key.

        None when the channel is off or does not exist.
        """
        if not 0 <= index < CHANNELS:
            return None
        channel = self.channels[index]
        if channel.role == channel_pb2.Channel.Role.DISABLED:
            return None
        name = channel_name(channel, self.config.lora)
        return mark_of(name, channel_key(self.channels, index))

    def channel_of(self, mark: int) -> int | None:
        """Return the index of the channel that `mark` names; None for a foreign one."""
        for index in range(CHANNELS):
            if self.channel_mark(index) == mark:
                return index
        return None

"""What a radio's settings are at first: fresh from the box, after a reset, in a new role.

Sources: `installDefaultConfig`, `installDefaultModuleConfig`, `installRoleDefaults` in the
firmware's `NodeDB.cpp`, `Default.h`.
"""

from __future__ import annotations

import random
from typing import Any, Final

from meshtastic.protobuf import channel_pb2, config_pb2, localonly_pb2, mesh_pb2

from meshdefense.virtual.settings import (
    CHANNELS,
    DEFAULT_HOP_LIMIT,
    FIRMWARE,
    HARDWARE,
    STATE_VERSION,
    Settings,
    node_id,
)

__all__ = [
    "DEFAULT_KEY",
    "MQTT_ROOT",
    "POSITION_BITS",
    "default_settings",
    "from_the_box",
    "take_role",
]

DEFAULT_KEY: Final = b"\x01"  # stands for the public default key
MQTT_ROOT: Final = "msh"
POSITION_BITS: Final = 13  # about 3 km around; 0 only since 2.8 (initDefaultChannel)
DAY_S: Final = 86_400
NEVER_S: Final = (1 << 31) - 1  # MAX_INTERVAL
BROADCAST_S: Final = 3_600  # telemetry of roles that are watched
TELEMETRY_S: Final = 1_800
BLUETOOTH_PIN: Final = 123_456

Device = config_pb2.Config.DeviceConfig
Position = config_pb2.Config.PositionConfig

POSITION_FLAGS: Final = (
    Position.ALTITUDE
    | Position.ALTITUDE_MSL
    | Position.SPEED
    | Position.HEADING
    | Position.DOP
    | Position.SATINVIEW
)
FLAGS_OF_TAK: Final = Position.ALTITUDE | Position.SPEED | Position.HEADING | Position.DOP


def from_the_box(number: int, firmware: str = FIRMWARE) -> Settings:
    """Return the settings of a radio that was just flashed: no region, no keys, no name."""
    owner = mesh_pb2.User(
        id=node_id(number),
        long_name=f"Meshtastic {number & 0xFFFF:04x}",
        short_name=f"{number & 0xFFFF:04x}",
        macaddr=b"\x02\x00" + number.to_bytes(4, "big"),
        hw_model=HARDWARE,
        is_unmessagable=False,
    )
    config = localonly_pb2.LocalConfig(version=STATE_VERSION)
    config.device.node_info_broadcast_secs = 10_800
    config.device.rebroadcast_mode = Device.RebroadcastMode.ALL
    config.position.position_broadcast_smart_enabled = True
    config.position.broadcast_smart_minimum_distance = 100
    config.position.broadcast_smart_minimum_interval_secs = 300
    config.position.gps_mode = Position.GpsMode.ENABLED
    config.position.position_flags = POSITION_FLAGS
    config.network.ntp_server = "meshtastic.pool.ntp.org"
    config.lora.use_preset = True
    config.lora.hop_limit = DEFAULT_HOP_LIMIT
    config.lora.tx_enabled = True
    config.lora.sx126x_rx_boosted_gain = True
    config.bluetooth.enabled = True
    config.bluetooth.fixed_pin = BLUETOOTH_PIN
    config.security.serial_enabled = True
    _intervals(config)
    modules = localonly_pb2.LocalModuleConfig(version=STATE_VERSION)
    modules.telemetry.device_update_interval = TELEMETRY_S
    modules.mqtt.address = "mqtt.meshtastic.org"
    modules.mqtt.username = "meshdev"
    modules.mqtt.password = "large4cats"  # public, in every radio of the world
    modules.mqtt.root = MQTT_ROOT
    modules.mqtt.encryption_enabled = True
    modules.neighbor_info.update_interval = 21_600
    modules.detection_sensor.detection_trigger_type = 1  # LOGIC_HIGH
    modules.detection_sensor.minimum_broadcast_secs = 45
    modules.ambient_lighting.current = 10
    modules.ambient_lighting.red = number >> 16 & 0xFF
    modules.ambient_lighting.green = number >> 8 & 0xFF
    modules.ambient_lighting.blue = number & 0xFF
    channels = [channel_pb2.Channel(index=index) for index in range(CHANNELS)]
    channels[0].role = channel_pb2.Channel.Role.PRIMARY
    channels[0].settings.psk = DEFAULT_KEY
    channels[0].settings.module_settings.position_precision = POSITION_BITS
    return Settings(owner, config, modules, channels, firmware=firmware)


def default_settings(
    number: int,
    name: str,
    *,
    preset: str,
    region: str,
    hop_limit: int,
    seed: int,
    role: str = "CLIENT",
    firmware: str = FIRMWARE,
) -> Settings:
    """Return the settings of a radio that was given a region, a name and a role.

    Whatever its role it passes everything on that it hears.

    The key pair follows from `seed` and `number`: it protects nothing.
    """
    settings = from_the_box(number, firmware)
    settings.owner.long_name = name
    settings.config.device.role = settings.owner.role = Device.Role.Value(role)
    lora = settings.config.lora
    lora.modem_preset = config_pb2.Config.LoRaConfig.ModemPreset.Value(preset)
    lora.region = config_pb2.Config.LoRaConfig.RegionCode.Value(region)
    lora.hop_limit = hop_limit
    settings.modules.mqtt.root = f"{MQTT_ROOT}/{region}"
    settings.ensure_keys(random.Random(f"{seed}/{number}").randbytes(32))
    return settings


def _intervals(config: Any) -> None:
    config.position.gps_update_interval = 120
    config.position.position_broadcast_secs = 3_600
    config.power.wait_bluetooth_secs = 60
    config.power.sds_secs = 0xFFFFFFFF
    config.power.ls_secs = 300
    config.power.min_wake_secs = 10
    config.display.screen_on_secs = 600


def _module_intervals(modules: Any) -> None:
    telemetry = modules.telemetry
    telemetry.device_update_interval = NEVER_S
    telemetry.environment_update_interval = telemetry.air_quality_interval = 0
    telemetry.power_update_interval = telemetry.health_update_interval = 0
    modules.neighbor_info.update_interval = 0
    modules.paxcounter.paxcounter_update_interval = 0


def take_role(settings: Settings, role: int) -> None:
    """Set what the firmware sets by itself when a role is chosen; the role is set already."""
    device, position = settings.config.device, settings.config.position
    telemetry = settings.modules.telemetry
    if role in _UNMESSAGABLE:
        settings.owner.is_unmessagable = True
    if role == Device.ROUTER:
        _intervals(settings.config)
        _module_intervals(settings.modules)
        telemetry.device_update_interval = DAY_S // 2
        device.rebroadcast_mode = Device.RebroadcastMode.CORE_PORTNUMS_ONLY
    elif role == Device.REPEATER:
        settings.config.display.screen_on_secs = 1
        device.rebroadcast_mode = Device.RebroadcastMode.CORE_PORTNUMS_ONLY
    elif role == Device.ROUTER_LATE:
        telemetry.device_update_interval = DAY_S
    elif role in (Device.SENSOR, Device.TRACKER):
        telemetry.device_update_interval = BROADCAST_S
        if role == Device.SENSOR:
            telemetry.environment_measurement_enabled = True
            telemetry.environment_update_interval = 300
    elif role == Device.LOST_AND_FOUND:
        position.position_broadcast_smart_enabled = False
        position.position_broadcast_secs = 300
    elif role in (Device.TAK, Device.TAK_TRACKER):
        device.node_info_broadcast_secs = DAY_S
        position.position_flags = FLAGS_OF_TAK
        telemetry.device_update_interval = DAY_S
        smart = role == Device.TAK_TRACKER
        position.position_broadcast_smart_enabled = smart
        position.position_broadcast_secs = 180 if smart else DAY_S
        if smart:
            position.broadcast_smart_minimum_distance = 20
            position.broadcast_smart_minimum_interval_secs = 15
    elif role == Device.CLIENT_HIDDEN:
        _hide(settings)


def _hide(settings: Settings) -> None:
    settings.config.device.rebroadcast_mode = Device.RebroadcastMode.LOCAL_ONLY
    settings.config.device.node_info_broadcast_secs = NEVER_S
    settings.config.position.position_broadcast_smart_enabled = False
    settings.config.position.position_broadcast_secs = NEVER_S
    settings.modules.neighbor_info.update_interval = NEVER_S
    telemetry = settings.modules.telemetry
    telemetry.device_update_interval = telemetry.environment_update_interval = NEVER_S
    telemetry.air_quality_interval = telemetry.health_update_interval = NEVER_S


_UNMESSAGABLE: Final = {
    Device.ROUTER,
    Device.ROUTER_LATE,
    Device.REPEATER,
    Device.SENSOR,
    Device.TRACKER,
    Device.TAK_TRACKER,
}

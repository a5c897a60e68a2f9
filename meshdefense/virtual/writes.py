"""What admin messages change in a radio's settings and node database.

Pure but for the `Settings` and `NodeTable` given, which are changed in place. Which part is
saved and what makes the radio restart follows `AdminModule.cpp` of firmware 2.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from meshtastic.protobuf import channel_pb2, config_pb2, mesh_pb2

from meshdefense.virtual.defaults import MQTT_ROOT, take_role
from meshdefense.virtual.flash import Segment
from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.settings import CHANNELS, KEY_BYTES, Settings

__all__ = ["WRITERS", "Change", "Writer"]

ADMIN_CHANNEL: Final = "admin"
LEAST_NODE_INFO_S: Final = 3_600
LEAST_SHUTDOWN_S: Final = 30
HAM_NODE_INFO_S: Final = 600
CODING_RATES, DEFAULT_CODING_RATE = range(5, 9), 5
SPREAD_FACTORS, DEFAULT_SPREAD_FACTOR = range(7, 13), 11
LICENSED: Final = "Licensed mode activated, removing admin channel and encryption from all channels"
NO_SILENT_ROUTER: Final = "Rebroadcast mode can't be set to NONE for a router role"
NO_MANAGER: Final = "You must provide at least one admin public key to enable managed mode"

Device = config_pb2.Config.DeviceConfig
ROUTERS: Final = (Device.ROUTER, Device.ROUTER_LATE)

# Fields that can change without a restart are all but these, in these sections.
RESTARTING_FIELDS: Final = {
    "device": ("role", "rebroadcast_mode", "button_gpio", "buzzer_gpio"),
    "power": (
        "device_battery_ina_address", "is_power_saving", "ls_secs", "min_wake_secs",
        "on_battery_shutdown_after_secs", "sds_secs", "wait_bluetooth_secs",
    ),
    "display": ("screen_on_secs", "flip_screen", "oled", "displaymode"),
    "lora": (
        "use_preset", "region", "modem_preset", "bandwidth", "spread_factor", "coding_rate",
        "tx_power", "frequency_offset", "override_frequency", "channel_num",
        "sx126x_rx_boosted_gain",
    ),
    "security": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What follows from one message."""

    saves: Segment = Segment.NOTHING
    restarts: bool = False
    """The firmware restarts for it, unless a transaction is open."""
    warnings: tuple[str, ...] = ()
    """For the clients, as notifications."""
    refused: bool = False
    """BAD_REQUEST; nothing was changed."""
    renamed: bool = False
    """The owner changed: the mesh is told."""


NOTHING: Final = Change()
REFUSED: Final = Change(refused=True)
Writer = Callable[[Any, Settings, NodeTable, bytes], Change]
"""Takes the message's value, what it changes, and 32 bytes for a new private key."""


# -- owner -------------------------------------------------------------------------------------


def _set_owner(user: Any, settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    owner = settings.owner
    warnings: tuple[str, ...] = ()
    if any(name and not name.strip() for name in (user.long_name, user.short_name)):
        return REFUSED
    before = bytes(owner.SerializeToString(deterministic=True))
    owner.long_name = user.long_name or owner.long_name
    owner.short_name = user.short_name or owner.short_name
    if owner.is_licensed != user.is_licensed:
        owner.is_licensed = user.is_licensed
        warnings = _open_channels(settings)
    # Who says nothing of it says no, and that counts as a change each time, as in the firmware.
    left_out = owner.HasField("is_unmessagable") and not user.HasField("is_unmessagable")
    if left_out or user.HasField("is_unmessagable"):
        owner.is_unmessagable = user.is_unmessagable
    if bytes(owner.SerializeToString(deterministic=True)) == before and not left_out:
        return NOTHING
    nodes.own.user.CopyFrom(owner)
    saves = Segment.DEVICE | Segment.NODES
    return Change(saves | _CHANNELS_IF[bool(warnings)], True, warnings, renamed=True)


_CHANNELS_IF: Final = {True: Segment.CHANNELS, False: Segment.NOTHING}


def _open_channels(settings: Settings) -> tuple[str, ...]:
    """A licensed amateur may not encrypt; return the warning if that took something away."""
    closed = [channel for channel in settings.channels if channel.settings.psk]
    if not settings.owner.is_licensed or not closed:
        return ()
    for channel in closed:
        channel.settings.psk = b""
        if channel.settings.name.lower() == ADMIN_CHANNEL:
            channel.role = channel_pb2.Channel.Role.DISABLED
    return (LICENSED,)


def _set_ham_mode(ham: Any, settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    if any(name and not name.strip() for name in (ham.call_sign, ham.short_name)):
        return NOTHING
    owner, lora, device = settings.owner, settings.config.lora, settings.config.device
    owner.long_name, owner.short_name, owner.is_licensed = ham.call_sign, ham.short_name, True
    lora.override_duty_cycle = True
    lora.tx_power, lora.override_frequency = ham.tx_power, ham.frequency
    device.node_info_broadcast_secs = HAM_NODE_INFO_S
    device.rebroadcast_mode = Device.RebroadcastMode.LOCAL_ONLY
    nodes.own.user.CopyFrom(owner)
    saves = Segment.CONFIG | Segment.NODES | Segment.DEVICE | Segment.CHANNELS
    return Change(saves, True, _open_channels(settings), renamed=True)


# -- channels and sections ---------------------------------------------------------------------


def _set_channel(channel: Any, settings: Settings, _nodes: NodeTable, _: bytes) -> Change:
    if not 0 <= channel.index < CHANNELS:
        return REFUSED
    primary = channel_pb2.Channel.Role.PRIMARY
    if channel.role == primary:  # there is only one
        for other in settings.channels:
            if other.role == primary:
                other.role = channel_pb2.Channel.Role.SECONDARY
    kept = settings.channels[channel.index]
    kept.CopyFrom(channel)
    if not kept.HasField("settings"):  # `Channels::fixupChannel`
        kept.role = channel_pb2.Channel.Role.DISABLED
        kept.settings.SetInParent()
    return Change(Segment.CHANNELS, warnings=_open_channels(settings))


def _set_config(message: Any, settings: Settings, nodes: NodeTable, secret: bytes) -> Change:
    name = message.WhichOneof("payload_variant")
    if name is None or not hasattr(settings.config, name):
        return NOTHING  # sessionkey and device_ui among them: there is nothing to set
    now, wanted = getattr(settings.config, name), getattr(message, name)
    fields = RESTARTING_FIELDS.get(name)
    restarts = fields is None or any(getattr(now, f) != getattr(wanted, f) for f in fields)
    if name == "device":
        change = _set_device(wanted, settings)
    elif name == "lora":
        change = _set_lora(wanted, settings, secret)
    elif name == "security":
        change = _set_security(wanted, settings, secret)
    else:
        now.CopyFrom(wanted)
        if name == "power" and 0 < now.on_battery_shutdown_after_secs < LEAST_SHUTDOWN_S:
            now.on_battery_shutdown_after_secs = LEAST_SHUTDOWN_S
        change = Change(Segment.CONFIG)
    nodes.own.user.CopyFrom(settings.owner)
    return Change(change.saves, restarts, change.warnings)


def _set_device(wanted: Any, settings: Settings) -> Change:
    device, role = settings.config.device, settings.config.device.role
    saves = Segment.CONFIG
    warnings: tuple[str, ...] = ()
    device.CopyFrom(wanted)
    if device.rebroadcast_mode == Device.RebroadcastMode.NONE and device.role in ROUTERS:
        device.rebroadcast_mode = Device.RebroadcastMode.ALL
        warnings = (NO_SILENT_ROUTER,)
    if wanted.role != role:
        take_role(settings, wanted.role)
        # The firmware forgets to save the modules' part; what it has in memory it saves later.
        saves |= Segment.NODES | Segment.DEVICE | Segment.MODULES
    if device.node_info_broadcast_secs < LEAST_NODE_INFO_S:
        device.node_info_broadcast_secs = LEAST_NODE_INFO_S
    if wanted.role in (Device.ROUTER_CLIENT, Device.REPEATER):  # these are no more
        device.role = Device.CLIENT
    settings.owner.role = device.role
    return Change(saves, warnings=warnings)


def _set_lora(wanted: Any, settings: Settings, secret: bytes) -> Change:
    lora, before = settings.config.lora, settings.region
    lora.CopyFrom(wanted)
    if not lora.use_preset or lora.coding_rate:
        lora.coding_rate = _within(lora.coding_rate, CODING_RATES, DEFAULT_CODING_RATE)
    if not lora.use_preset or lora.spread_factor:
        lora.spread_factor = _within(lora.spread_factor, SPREAD_FACTORS, DEFAULT_SPREAD_FACTOR)
    names = {number: name for name, number in config_pb2.Config.LoRaConfig.RegionCode.items()}
    if lora.region not in names:
        lora.region = before
    if before or not lora.region:
        return Change(Segment.CONFIG)
    # The first region: only now it may transmit, and has keys.
    lora.tx_enabled = True
    settings.ensure_keys(secret)
    if settings.duty_cycle < 1.0:
        lora.ignore_mqtt = True
    mqtt = settings.modules.mqtt
    if mqtt.root.startswith(MQTT_ROOT):
        mqtt.root = f"{MQTT_ROOT}/{names[lora.region]}"
    return Change(Segment.CONFIG | Segment.MODULES | Segment.DEVICE | Segment.NODES)


def _within(value: int, allowed: range, default: int) -> int:
    return value if value in allowed else default


def _set_security(wanted: Any, settings: Settings, secret: bytes) -> Change:
    security = settings.config.security
    warnings: tuple[str, ...] = ()
    security.CopyFrom(wanted)
    settings.ensure_keys(secret)
    settings.owner.public_key = security.public_key
    if security.is_managed and not any(len(key) == KEY_BYTES for key in security.admin_key):
        security.is_managed = False
        warnings = (NO_MANAGER,)
    return Change(Segment.CONFIG | Segment.DEVICE | Segment.NODES, warnings=warnings)


def _set_module_config(message: Any, settings: Settings, _nodes: NodeTable, _: bytes) -> Change:
    name = message.WhichOneof("payload_variant")
    if name is not None and hasattr(settings.modules, name):
        getattr(settings.modules, name).CopyFrom(getattr(message, name))
    return Change(Segment.MODULES, name != "statusmessage")


# -- texts and places --------------------------------------------------------------------------


def _set_canned(text: str, settings: Settings, _nodes: NodeTable, _: bytes) -> Change:
    settings.canned_messages = text or settings.canned_messages  # an empty one is no change
    return Change(Segment.CANNED)


def _set_ringtone(text: str, settings: Settings, _nodes: NodeTable, _: bytes) -> Change:
    settings.ringtone = text or settings.ringtone
    return Change(Segment.RINGTONE)


def _store_ui(ui: Any, settings: Settings, _nodes: NodeTable, _: bytes) -> Change:
    settings.ui.CopyFrom(ui)
    return Change(Segment.UI)


def _set_position(position: Any, settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    settings.fixed_position = mesh_pb2.Position()
    settings.fixed_position.CopyFrom(position)
    settings.config.position.fixed_position = True
    nodes.own.position.CopyFrom(position)
    return Change(Segment.NODES | Segment.CONFIG)


def _remove_position(_value: Any, settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    settings.fixed_position = None
    settings.config.position.fixed_position = False
    nodes.own.ClearField("position")
    return Change(Segment.NODES | Segment.CONFIG)


# -- nodes -------------------------------------------------------------------------------------


def _flag(field: str, state: bool) -> Writer:
    def change(number: int, _settings: Settings, nodes: NodeTable, _: bytes) -> Change:
        node = nodes.get(number)
        if node is None:
            return NOTHING
        setattr(node, field, state)
        if node.is_ignored and field == "is_ignored":
            node.ClearField("device_metrics")
            node.ClearField("position")
            node.user.public_key = b""
        return Change(Segment.NODES)

    return change


def _toggle_muted(number: int, _settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    node = nodes.get(number)
    if node is not None:
        node.is_muted = not node.is_muted
    return Change(Segment.NODES)


def _remove_node(number: int, _settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    nodes.remove(number)
    return Change(Segment.NODES)


def _reset_nodes(keep: bool, settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    roles = (*ROUTERS, Device.CLIENT_BASE)
    favourites = bool(keep) or settings.config.device.role in roles
    position = settings.fixed_position
    nodes.reset(settings.owner, keep_favourites=favourites)
    if position is not None:
        nodes.own.position.CopyFrom(position)
    settings.waypoint = None
    return Change(Segment.NODES | Segment.DEVICE, True)


def _add_contact(contact: Any, _settings: Settings, nodes: NodeTable, _: bytes) -> Change:
    if contact.node_num in (0, nodes.number):
        return NOTHING
    node = nodes.of(contact.node_num)
    node.user.CopyFrom(contact.user)
    node.is_ignored = contact.should_ignore
    node.is_favorite = not contact.should_ignore
    node.is_key_manually_verified |= contact.manually_verified
    return Change(Segment.NODES)


WRITERS: Final[dict[str, Writer]] = {
    "set_owner": _set_owner,
    "set_ham_mode": _set_ham_mode,
    "set_channel": _set_channel,
    "set_config": _set_config,
    "set_module_config": _set_module_config,
    "set_canned_message_module_messages": _set_canned,
    "set_ringtone_message": _set_ringtone,
    "store_ui_config": _store_ui,
    "set_fixed_position": _set_position,
    "remove_fixed_position": _remove_position,
    "set_favorite_node": _flag("is_favorite", True),
    "remove_favorite_node": _flag("is_favorite", False),
    "set_ignored_node": _flag("is_ignored", True),
    "remove_ignored_node": _flag("is_ignored", False),
    "toggle_muted_node": _toggle_muted,
    "remove_by_nodenum": _remove_node,
    "nodedb_reset": _reset_nodes,
    "add_contact": _add_contact,
}

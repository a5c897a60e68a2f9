"""Radios as they are read, for tests of plans and checks: new from the factory, or as decided."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from meshdefense_radio.desired import Desired, desired, section_to_write
from meshdefense_radio.example import example_network
from meshdefense_radio.fields import (
    channel_message,
    config_message,
    config_sections,
    fields_of,
    fill,
    module_sections,
    modules_message,
    owner_message,
)
from meshdefense_radio.network import Network
from meshdefense_radio.network_file import parse_network
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.radio_state import RadioState

__all__ = [
    "channel_fields",
    "factory_state",
    "key_of",
    "keys_of",
    "small_network",
    "wanted",
    "written",
]

FIRMWARE = "2.7.26.abc1234"
FACTORY_CONFIG = {
    "device": {"node_info_broadcast_secs": 10_800},
    "position": {"gps_mode": "ENABLED", "position_broadcast_secs": 3_600, "position_flags": 811},
    "display": {"screen_on_secs": 600},
    "lora": {"use_preset": True, "hop_limit": 3, "tx_enabled": True, "tx_power": 30},
    "bluetooth": {"enabled": True, "fixed_pin": 123_456},
}
FACTORY_MODULES = {"mqtt": {"address": "mqtt.meshtastic.org", "encryption_enabled": True}}


def key_of(name: str) -> bytes:
    """A key that looks random and is the same in every run."""
    return hashlib.sha256(f"key of {name}".encode()).digest()


def small_network(language: str = "en") -> Network:
    """The network of the example."""
    return parse_network(example_network(language))


def keys_of(network: Network) -> dict[str, bytes]:
    """A key for each channel of a network."""
    return {channel.name: key_of(channel.name) for channel in network.channels}


def wanted(radio: str = "Patrol 1") -> Desired:
    """What a radio of the example shall be."""
    network = small_network()
    return desired(network, radio, keys_of(network))


def factory_state(region: str = "US", **changes: Any) -> RadioState:
    """A radio that was just flashed and given a region."""
    config, modules, owner = config_message(), modules_message(), owner_message()
    own = key_of("the radio itself")
    fill(config, {**FACTORY_CONFIG, "security": {"public_key": own, "serial_enabled": True}})
    fill(config, {"lora": {"region": region}})
    fill(modules, FACTORY_MODULES)
    fill(owner, {"long_name": "Meshtastic 0001", "short_name": "0001", "public_key": own})
    state = RadioState(
        node_number=0x4D440001,
        firmware=FIRMWARE,
        hardware="HELTEC_V3",
        public_key=own,
        owner=fields_of(owner),
        config={name: fields_of(getattr(config, name)) for name in config_sections()},
        modules={name: fields_of(getattr(modules, name)) for name in module_sections()},
        channels=tuple(channel_fields(index) for index in range(CHANNELS)),
        canned_messages="Hi|Bye|Yes|No|Ok",
    )
    return replace(state, **changes)


def channel_fields(
    index: int, name: str = "", key: bytes | None = None, role: str = ""
) -> dict[str, Any]:
    """A channel as a radio tells it; that of the factory at index 0, else an empty place."""
    channel = channel_message()
    if key is None:
        key = b"\1" if index == 0 else b""
    if not role:
        role = "PRIMARY" if index == 0 else "SECONDARY" if key else "DISABLED"
    settings = {"name": name, "psk": key, "module_settings": {"position_precision": 0}}
    fill(channel, {"index": index, "role": role, "settings": settings})
    return fields_of(channel)


def written(state: RadioState, goal: Desired) -> RadioState:
    """The state after everything that is decided was written, section by section."""
    return replace(
        state,
        owner=section_to_write(state.owner, goal.owner),
        config={
            name: section_to_write(now, goal.config.get(name, {}))
            for name, now in state.config.items()
        },
        modules={
            name: section_to_write(now, goal.modules.get(name, {}))
            for name, now in state.modules.items()
        },
        channels=tuple(
            section_to_write(now, then)
            for now, then in zip(state.channels, goal.channels, strict=True)
        ),
        canned_messages=goal.canned_messages or state.canned_messages,
        fixed_position=None,
    )

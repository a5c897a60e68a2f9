"""Admin messages of a radio's own client: read and change its settings.

`answer` changes `Settings` and `NodeTable` in place and says what else has to happen; the
device does that. Source: `AdminModule.cpp`. A message that the firmware ignores is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from meshtastic.protobuf import admin_pb2, channel_pb2, config_pb2, mesh_pb2, module_config_pb2

from meshdefense.virtual.handshake import config_section, metadata, module_section
from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.settings import CHANNELS, Settings

__all__ = ["Answer", "Effect", "answer"]


class Effect(Enum):
    """What follows from an admin message, besides changed settings."""

    NONE = "none"
    SAVED = "saved"
    """Settings changed that the firmware restarts for, unless an edit is open."""
    OWNER = "owner"
    """As SAVED; the new name is to be told to the mesh."""
    POSITION = "position"
    """The fixed position changed."""
    BEGIN = "begin"
    """Several changes follow; restart only after the commit."""
    COMMIT = "commit"
    REBOOT = "reboot"
    SHUTDOWN = "shutdown"
    FACTORY_RESET = "factory reset"
    SET_TIME = "set time"


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one admin message."""

    reply: Any | None = None
    """`admin.AdminMessage` without passkey; None when an acknowledgement is all."""
    effect: Effect = Effect.NONE
    value: int = 0
    """Seconds to wait (REBOOT, SHUTDOWN; negative cancels) or Unix time (SET_TIME)."""
    valid: bool = True
    """False for what cannot be done: BAD_REQUEST."""


REFUSED = Answer(valid=False)
DONE = Answer()
SAVED = Answer(effect=Effect.SAVED)


def answer(message: Any, settings: Settings, nodes: NodeTable) -> Answer:
    """Carry out one `admin.AdminMessage`."""
    variant = message.WhichOneof("payload_variant")
    if variant is None:
        return REFUSED
    value = getattr(message, variant)
    if variant.startswith("get_"):
        return _read(variant, value, settings)
    if variant in _NODE_FLAGS or variant in ("remove_by_nodenum", "nodedb_reset", "add_contact"):
        return _change_nodes(variant, value, settings, nodes)
    if variant.startswith("set_") or variant == "remove_fixed_position":
        return _write(variant, value, settings, nodes)
    return _act(variant, value)


# -- reading -----------------------------------------------------------------------------------


def _read(variant: str, value: Any, settings: Settings) -> Answer:
    reply = admin_pb2.AdminMessage()
    if variant == "get_owner_request":
        reply.get_owner_response.CopyFrom(settings.owner)
    elif variant == "get_channel_request":
        if not 1 <= value <= CHANNELS:  # index + 1, since 0 would look like an absent field
            return REFUSED
        reply.get_channel_response.CopyFrom(settings.channels[value - 1])
    elif variant == "get_config_request":
        section = _section(config_pb2.Config, value)
        if section is None:
            return REFUSED
        reply.get_config_response.CopyFrom(config_section(settings, section))
    elif variant == "get_module_config_request":
        section = _section(module_config_pb2.ModuleConfig, value)
        if section is None:
            return REFUSED
        reply.get_module_config_response.CopyFrom(module_section(settings, section))
    elif variant == "get_device_metadata_request":
        reply.get_device_metadata_response.CopyFrom(metadata(settings))
    elif variant == "get_canned_message_module_messages_request":
        reply.get_canned_message_module_messages_response = settings.canned_messages
    elif variant == "get_ringtone_request":
        reply.get_ringtone_response = settings.ringtone
    elif variant == "get_device_connection_status_request":
        reply.get_device_connection_status_response.SetInParent()
    elif variant == "get_ui_config_request":
        reply.get_ui_config_response.SetInParent()
    else:
        return REFUSED
    return Answer(reply)


def _section(kind: Any, value: int) -> str | None:
    """Return the section's name: the enum counts from 0, the fields of the message from 1."""
    field = kind.DESCRIPTOR.fields_by_number.get(value + 1)
    return None if field is None else str(field.name)


# -- writing -----------------------------------------------------------------------------------


def _write(variant: str, value: Any, settings: Settings, nodes: NodeTable) -> Answer:
    if variant == "set_owner":
        return _set_owner(value, settings, nodes)
    if variant == "set_channel":
        return _set_channel(value, settings)
    if variant == "set_config":
        return _set_section(value, "payload_variant", settings.config)
    if variant == "set_module_config":
        return _set_section(value, "payload_variant", settings.modules)
    if variant == "set_canned_message_module_messages":
        settings.canned_messages = value
    elif variant == "set_ringtone_message":
        settings.ringtone = value
    elif variant == "set_time_only":
        return Answer(effect=Effect.SET_TIME, value=value)
    elif variant == "set_fixed_position":
        settings.fixed_position = mesh_pb2.Position()
        settings.fixed_position.CopyFrom(value)
        settings.config.position.fixed_position = True
        return Answer(effect=Effect.POSITION)
    elif variant == "remove_fixed_position":
        settings.fixed_position = None
        settings.config.position.fixed_position = False
        return Answer(effect=Effect.POSITION)
    else:
        return REFUSED
    return DONE


def _set_owner(user: Any, settings: Settings, nodes: NodeTable) -> Answer:
    owner = settings.owner
    owner.long_name = user.long_name or owner.long_name
    owner.short_name = user.short_name or owner.short_name
    owner.is_licensed = user.is_licensed
    owner.is_unmessagable = user.is_unmessagable
    nodes.own.user.CopyFrom(owner)
    return Answer(effect=Effect.OWNER)


def _set_channel(channel: Any, settings: Settings) -> Answer:
    if not 0 <= channel.index < CHANNELS:
        return REFUSED
    settings.channels[channel.index].CopyFrom(channel)
    if channel.role == channel_pb2.Channel.Role.PRIMARY:  # there is only one
        for other in settings.channels:
            if other.index != channel.index and other.role == channel.role:
                other.role = channel_pb2.Channel.Role.SECONDARY
    return SAVED


def _set_section(message: Any, oneof: str, kept: Any) -> Answer:
    section = message.WhichOneof(oneof)
    if section is None or not hasattr(kept, section):
        return REFUSED
    getattr(kept, section).CopyFrom(getattr(message, section))
    return SAVED


# -- nodes -------------------------------------------------------------------------------------

_NODE_FLAGS = {
    "set_favorite_node": ("is_favorite", True),
    "remove_favorite_node": ("is_favorite", False),
    "set_ignored_node": ("is_ignored", True),
    "remove_ignored_node": ("is_ignored", False),
}


def _change_nodes(variant: str, value: Any, settings: Settings, nodes: NodeTable) -> Answer:
    if variant == "remove_by_nodenum":
        nodes.remove(value)
    elif variant == "nodedb_reset":
        nodes.reset(settings.owner)
        return SAVED
    elif variant == "add_contact":
        nodes.of(value.node_num).user.CopyFrom(value.user)
    else:
        node = nodes.get(value)
        if node is not None:
            flag, state = _NODE_FLAGS[variant]
            setattr(node, flag, state)
    return DONE


# -- doing -------------------------------------------------------------------------------------

_ACTIONS = {
    "begin_edit_settings": Effect.BEGIN,
    "commit_edit_settings": Effect.COMMIT,
    "reboot_seconds": Effect.REBOOT,
    "reboot_ota_seconds": Effect.REBOOT,
    "shutdown_seconds": Effect.SHUTDOWN,
    "factory_reset_config": Effect.FACTORY_RESET,
    "factory_reset_device": Effect.FACTORY_RESET,
}


def _act(variant: str, value: Any) -> Answer:
    effect = _ACTIONS.get(variant)
    if effect is None:
        return REFUSED
    return Answer(effect=effect, value=int(value))

"""The orders by which a radio is written; each returns when the radio has confirmed it.

What they do is the firmware's, AdminModule.cpp. All raise DeviceError, and DeviceRefusedError
for an order that the radio does not take.
"""

from __future__ import annotations

from typing import Any

from meshdefense.provisioning.device import Device
from meshdefense_radio.fields import Fields, fill

__all__ = [
    "begin",
    "commit",
    "forget_nodes",
    "reboot",
    "remove_fixed_position",
    "remove_node",
    "set_time",
    "write_channel",
    "write_config",
    "write_module",
    "write_owner",
    "write_text",
]


def begin(device: Device) -> None:
    """Open an edit: until `commit` nothing is kept over a restart."""
    device.order("begin_edit_settings", True)


def commit(device: Device) -> None:
    """Keep everything that was written; the radio restarts by itself 7 s later."""
    device.order("commit_edit_settings", True)


def write_owner(device: Device, fields: Fields) -> None:
    """Names and what goes with them; outside an edit it is kept at once."""
    device.order("set_owner", _changed(device.told.owner, fields, "owner"))


def write_config(device: Device, section: str, fields: Fields, *, new_keys: bool = False) -> None:
    """One section; what is not named stays as it was read, the radio's own keys too.

    `new_keys` (of `security`) lets the radio draw another key pair.
    """
    part = _changed(getattr(device.told.config, section), fields, f"config.{section}")
    if new_keys:
        part.private_key = part.public_key = b""
    device.order("set_config", {section: part})


def write_module(device: Device, section: str, fields: Fields) -> None:
    """One module's section; what is not named stays as it was read."""
    part = _changed(getattr(device.told.modules, section), fields, f"modules.{section}")
    device.order("set_module_config", {section: part})


def write_channel(device: Device, index: int, fields: Fields) -> None:
    """One of the eight channels, whole: nothing of what was there stays."""
    empty = type(device.told.channels[index])()
    device.order("set_channel", _changed(empty, {**fields, "index": index}, f"channels[{index}]"))


def write_text(device: Device, name: str, text: str) -> None:
    """`canned_messages` or `ringtone`; kept at once, edit or not."""
    if name == "canned_messages":
        device.order("set_canned_message_module_messages", text)
    else:
        device.order("set_ringtone_message", text)


def remove_fixed_position(device: Device) -> None:
    """Forget the place that somebody typed in."""
    device.order("remove_fixed_position", True)


def remove_node(device: Device, node_number: int) -> None:
    """Let the radio forget one other node."""
    device.order("remove_by_nodenum", node_number)


def forget_nodes(device: Device) -> None:
    """Let the radio forget the other nodes; it restarts."""
    device.order("nodedb_reset", True)


def set_time(device: Device, unix_time: int) -> None:
    """Give it the time of day, which it loses without power."""
    device.order("set_time_only", unix_time)


def reboot(device: Device, seconds: int) -> None:
    """Restart in so many seconds, in place of any restart that was due; below 0 calls it off.

    Source: AdminModule::reboot sets the one timer that every saved change sets as well.
    """
    device.order("reboot_seconds", seconds)


def _changed(message: Any, fields: Fields, path: str) -> Any:
    """A copy with some fields set; those that are newer than this program stay as they are."""
    copy = type(message)()
    copy.CopyFrom(message)
    fill(copy, fields, path)
    return copy

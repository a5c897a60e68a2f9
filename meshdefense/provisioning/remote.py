"""A radio that is not on the table, read over the mesh through the one that is.

By admin messages sealed for its key: it answers only a radio whose public key is among its admin
keys (`security.admin_key`), and only reading is done here. Each answer is a packet on the air,
so only what is decided is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError, DeviceRefusedError
from meshdefense.provisioning.reading import Handshake, describe, keep_section
from meshdefense_radio.desired import Desired
from meshdefense_radio.fields import config_sections, module_sections
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.radio_state import RadioState

__all__ = ["ANSWER_S", "UNREAD", "read_remote"]

_PASSING: Final = ("TIMEOUT", "MAX_RETRANSMIT", "NO_RESPONSE")
"""What a question may be repeated for."""
ANSWER_S: Final = 30.0
"""For one answer: the firmware tries three times, and each hop of LONG_FAST takes seconds."""

UNREAD: Final = ("canned_messages",)
"""What is compared on the table and not read here, by the paths of `Change.path`."""


def read_remote(
    device: Device,
    node_number: int,
    desired: Desired,
    *,
    key: bytes = b"",
    within_s: float = ANSWER_S,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> RadioState:
    """Ask for all that `desired` decides but `UNREAD`; `tell` hears what is asked, of how many.

    Every answer has to come sealed under `key`, where that is given. A question that got no
    answer is asked once more. Raises DeviceError.
    """
    config = [name for name in config_sections() if name in desired.config]
    modules = [name for name in module_sections() if name in desired.modules]
    total = 2 + len(config) + len(modules) + CHANNELS
    told, asked = Handshake(node_number=node_number), 0

    def ask(words: str, field: str, value: int | bool, answer: str) -> Any:
        nonlocal asked
        asked += 1
        tell(words, asked, total)
        try:
            reply = device.ask_remote(node_number, field, value, within_s, key=key)
        except DeviceRefusedError as refused:
            if refused.error not in _PASSING:
                raise
            reply = device.ask_remote(node_number, field, value, within_s, key=key)
        if reply.WhichOneof("payload_variant") != answer:
            raise _other()
        return getattr(reply, answer)

    def section(name: str, field: str, value: int, answer: str) -> Any:
        found = ask(name, field, value, answer)
        if found.WhichOneof("payload_variant") != name:  # it would read as all defaults
            raise _other()
        return found

    describe(told, ask(tr("firmware"), "get_device_metadata_request", True,
                       "get_device_metadata_response"))  # fmt: skip
    told.owner.CopyFrom(ask(tr("names"), "get_owner_request", True, "get_owner_response"))
    for name in config:
        number = config_sections().index(name)
        keep_section(
            told.config, section(name, "get_config_request", number, "get_config_response")
        )
    for name in modules:
        number = module_sections().index(name)
        keep_section(
            told.modules,
            section(name, "get_module_config_request", number, "get_module_config_response"),
        )
    for index in range(CHANNELS):
        words = tr("channel {name}", name=index)
        channel = ask(words, "get_channel_request", index + 1, "get_channel_response")
        if channel.index != index:
            raise _other()
        told.channels.append(channel)
    state = told.state()
    return replace(state, public_key=key) if key else state


def _other() -> DeviceError:
    return DeviceError(tr("it answered something else than it was asked"))

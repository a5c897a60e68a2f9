"""A radio that is not on the table, read over the mesh through the one that is.

By admin messages sealed for its key: it answers only a radio whose public key is among its admin
keys (`security.admin_key`), and only reading is done here. Each answer is a packet on the air,
so only what is decided is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.device_errors import DeviceError, DeviceRefusedError
from meshdefense.provisioning.reading import Handshake, describe, keep_section
from meshdefense_radio.desired import Desired
from meshdefense_radio.fields import config_sections, module_sections
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.radio_state import RadioState

__all__ = ["ANSWER_S", "read_remote"]

_PASSING: Final = ("TIMEOUT", "MAX_RETRANSMIT", "NO_RESPONSE")
"""What a question may be repeated for."""
ANSWER_S: Final = 30.0
"""For one answer: the firmware tries three times, and each hop of LONG_FAST takes seconds."""


def read_remote(
    device: Device,
    node_number: int,
    desired: Desired,
    *,
    within_s: float = ANSWER_S,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> RadioState:
    """Ask for all that `desired` decides; `tell` hears what is asked, which and of how many.

    A question that got no answer is asked once more. Raises DeviceError.
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
            reply = device.ask_remote(node_number, field, value, within_s)
        except DeviceRefusedError as refused:
            if refused.error not in _PASSING:
                raise
            reply = device.ask_remote(node_number, field, value, within_s)
        if reply.WhichOneof("payload_variant") != answer:
            raise DeviceError(tr("it answered something else than it was asked"))
        return getattr(reply, answer)

    describe(told, ask(tr("firmware"), "get_device_metadata_request", True,
                       "get_device_metadata_response"))  # fmt: skip
    told.owner.CopyFrom(ask(tr("names"), "get_owner_request", True, "get_owner_response"))
    for name in config:
        number = config_sections().index(name)
        keep_section(told.config, ask(name, "get_config_request", number, "get_config_response"))
    for name in modules:
        number = module_sections().index(name)
        keep_section(
            told.modules,
            ask(name, "get_module_config_request", number, "get_module_config_response"),
        )
    for index in range(CHANNELS):
        words = tr("channel {name}", name=index)
        told.channels.append(ask(words, "get_channel_request", index + 1, "get_channel_response"))
    return told.state()

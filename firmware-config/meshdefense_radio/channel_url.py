"""Addresses that hold channels and their keys, as QR codes of Meshtastic do.

`https://meshtastic.org/e/#` and a `ChannelSet` in URL-safe base64 without padding, as the
client's `Node.getURL` and `Node.setURL` have it. Whoever reads one has the keys.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, Final

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    Fields,
    channel_set_bytes,
    channel_set_fields,
)
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.wording import Problem, Words

__all__ = ["PREFIX", "channel_url", "parse_channel_url"]

PREFIX: Final = "https://meshtastic.org/e/#"
CHARS_MAX: Final = 4_096  # eight channels with keys of 32 bytes need under 1,000

_NOT_ONE = Words(
    "this is no address of channels; such a one begins with meshtastic.org/e/",
    "esto no es una dirección de canales; una así comienza con meshtastic.org/e/",
)
_DAMAGED = Words(
    "the address of channels is damaged; is it whole?",
    "la dirección de canales está dañada; ¿está completa?",
)
_NONE = Words("the address holds no channel", "la dirección no tiene ningún canal")
_MANY = Words("the address holds {count} channels; a radio holds 8",
              "la dirección tiene {count} canales; un radio tiene lugar para 8")  # fmt: skip


def channel_url(channels: Sequence[Fields], lora: Fields) -> str:
    """The address of the channels that are in use, the primary one first. It holds their keys.

    `channels` are whole channels (index, role, settings), `lora` the section, in full or only
    what is decided: what is not named is at its default there, also when a client reads it.
    """
    used = [channel for channel in channels if channel["role"] != "DISABLED"]
    used.sort(key=lambda channel: channel["role"] != "PRIMARY")
    data = channel_set_bytes([channel["settings"] for channel in used], lora)
    return PREFIX + base64.urlsafe_b64encode(data).decode().rstrip("=")


def parse_channel_url(url: str) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """The settings of each channel in an address, the primary one first, and its LoRa section.

    Raises ConfigError, whose text never repeats the address.
    """
    found = re.fullmatch(r"\s*https?://(?:www\.)?meshtastic\.org/e/\??(?:add=true)?#([\w=-]*)\s*",
                         url[: CHARS_MAX + 1], re.ASCII)  # fmt: skip
    if found is None or len(url) > CHARS_MAX:
        raise ConfigError(Problem(_NOT_ONE))
    digits = found[1].rstrip("=")
    try:
        data = base64.b64decode(digits + "=" * (-len(digits) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError(Problem(_DAMAGED)) from None
    read = channel_set_fields(data)
    if read is None:
        raise ConfigError(Problem(_DAMAGED))
    settings, lora = read
    if not settings:
        raise ConfigError(Problem(_NONE))
    if len(settings) > CHANNELS:
        raise ConfigError(Problem(_MANY, {"count": len(settings)}))
    return settings, lora

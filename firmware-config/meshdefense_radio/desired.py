"""What a radio shall be: network, job and keys put together. Only what is decided.

How to write it: section by section, each with what the radio has where nothing is decided,
since the firmware replaces sections whole. `device` comes first: a new role makes the firmware
change other sections (`NodeDB::installRoleDefaults`). A channel is written whole. Secrets are
in `channels` alone; `repr` does not show them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    CONFIG,
    MODULES,
    Fields,
    channel_message,
    config_message,
    modules_message,
    normal,
    owner_message,
)
from meshdefense_radio.jobs import Job
from meshdefense_radio.keys import bad_channel_key, channel_mark
from meshdefense_radio.network import Network, Radio
from meshdefense_radio.profiles import FromNetwork, Profile, profile
from meshdefense_radio.radio_limits import CHANNELS
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.wording import Problem, Words

__all__ = ["CANNED_MESSAGES_WHY", "Desired", "desired", "fitted", "section_to_write"]

PRECISION: Final = "channel.settings.module_settings.position_precision"

_NO_RADIO = Words("there is no radio {radio} in the network file",
                  "no hay ningún radio {radio} en el archivo de la red")  # fmt: skip
_NO_KEY = Words("there is no key for channel {name}", "no hay clave para el canal {name}")
_BAD_KEY = Words("channel {name}: {why}", "canal {name}: {why}")
_NO_CHANNEL = Words("radio {radio} has no channel", "el radio {radio} no tiene ningún canal")
_EMPTY = Words("the network has no such channel", "la red no tiene ese canal")
CANNED_MESSAGES_WHY: Final = Words(
    "short texts to choose on a radio without a phone",
    "textos cortos para elegir en un radio sin teléfono",
)


@dataclass(frozen=True, slots=True)
class Desired:
    """The decided settings of one radio."""

    radio: str
    job: Job
    owner: Fields
    """long_name, short_name, is_licensed, is_unmessagable."""
    config: Mapping[str, Fields]
    """Decided fields by section of `LocalConfig`."""
    modules: Mapping[str, Fields]
    """Decided fields by section of `LocalModuleConfig`."""
    channels: tuple[Fields, ...] = field(repr=False)
    """Eight, each {"index", "role", "settings"}; holds keys."""
    canned_messages: str | None
    """None: left to the radio."""
    reasons: Mapping[str, Words] = field(repr=False, compare=False)
    """Why, by path as in `Change.path`; of channels with `channel` for `channels[0]`."""

    @property
    def digest(self) -> str:
        """SHA-256 over everything here, as 64 hex digits: the same for equal settings.

        Channels go in with their marks, not their keys: the digest may stand on a label.
        """
        channels = [
            [entry["index"], entry["role"], mark]
            for entry, mark in zip(self.channels, self.channel_marks, strict=True)
        ]
        whole = {
            "job": self.job.value,
            "owner": self.owner,
            CONFIG: self.config,
            MODULES: self.modules,
            "channels": channels,
            "channel_settings": [_without_key(entry) for entry in self.channels],
            "canned_messages": self.canned_messages,
        }
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), default=_plain)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def channel_marks(self) -> tuple[str, ...]:
        """The mark of each channel, "" for an empty place."""
        return tuple(
            channel_mark(entry["settings"]["name"], entry["settings"]["psk"])
            if entry["settings"]["psk"]
            else ""
            for entry in self.channels
        )

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The names of its channels, without the empty places."""
        return tuple(
            str(entry["settings"]["name"]) for entry in self.channels if entry["role"] != "DISABLED"
        )

    def why(self, path: str) -> Words | None:
        """Why a setting is as it is; None where nothing is decided."""
        if path.startswith("channels["):
            path = "channel" + path.partition("]")[2]
        return self.reasons.get(path)


def desired(network: Network, radio: Radio | str, keys: Mapping[str, bytes]) -> Desired:
    """What `radio` shall be. `keys` are the channels' keys by name, 32 bytes each.

    Raises ConfigError when a channel of the radio has no key, or a bad one.
    """
    found = network.radio(radio) if isinstance(radio, str) else radio
    if found is None:
        raise ConfigError(Problem(_NO_RADIO, {"radio": repr(radio)}))
    _check_keys(network, found, keys)
    known = profile(found.job)
    values = {
        "name": found.name,
        "short": found.short,
        "region": network.region.name,
        "preset": network.preset,
        "hop_limit": network.hop_limit,
        "slot": network.slot,
        "power": network.region.power_dbm,
        "admin_keys": network.admin_keys,
    }
    tree = _tree(known, values)
    canned = known.canned_messages
    reasons = {path: setting.why for path, setting in known.settings.items()}
    if canned is not None:
        reasons["canned_messages"] = CANNED_MESSAGES_WHY
    return Desired(
        radio=found.name,
        job=found.job,
        owner=normal(owner_message(), tree["owner"]),
        config=normal(config_message(), tree[CONFIG]),
        modules=normal(modules_message(), tree[MODULES]),
        channels=_channels(network, found, known, keys),
        canned_messages=None if canned is None else canned.said(network.language),
        reasons=reasons,
    )


def fitted(desired: Desired, state: RadioState) -> Desired:
    """The same for a radio without a GPS receiver: that it has none is no setting."""
    if state.config.get("position", {}).get("gps_mode") != "NOT_PRESENT":
        return desired
    position = {**desired.config["position"], "gps_mode": "NOT_PRESENT"}
    return replace(desired, config={**desired.config, "position": position})


def section_to_write(now: Fields, then: Fields) -> dict[str, Any]:
    """A whole section: what the radio has, with what is decided put over it."""
    return {
        **now,
        **{
            name: section_to_write(now.get(name, {}), value)
            if isinstance(value, Mapping)
            else value
            for name, value in then.items()
        },
    }


def _check_keys(network: Network, radio: Radio, keys: Mapping[str, bytes]) -> None:
    problems = []
    channels = network.channels_of(radio.job)
    if not channels:
        problems.append(Problem(_NO_CHANNEL, {"radio": repr(radio.name)}))
    for channel in channels:
        key = keys.get(channel.name)
        if key is None:
            problems.append(Problem(_NO_KEY, {"name": repr(channel.name)}))
            continue
        bad = bad_channel_key(key)
        if bad is not None:
            words, values = bad
            why = Words(words.said("en", values), words.said("es", values))
            problems.append(Problem(_BAD_KEY, {"name": repr(channel.name), "why": why}))
    if problems:
        raise ConfigError(*problems)


def _tree(known: Profile, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The profile's settings as nested fields, below owner, config and modules."""
    tree: dict[str, dict[str, Any]] = {"owner": {}, CONFIG: {}, MODULES: {}}
    for path, setting in known.settings.items():
        root, *names = path.split(".")
        if root not in tree:
            continue
        value = setting.value
        if isinstance(value, FromNetwork):
            value = values[value.what]
        place = tree[root]
        for name in names[:-1]:
            place = place.setdefault(name, {})
        place[names[-1]] = value
    return tree


def _channels(
    network: Network, radio: Radio, known: Profile, keys: Mapping[str, bytes]
) -> tuple[Fields, ...]:
    mine = network.channels_of(radio.job)
    precision = known.settings[PRECISION].value
    used = [
        _channel(
            index,
            "SECONDARY" if index else "PRIMARY",
            channel.name,
            keys[channel.name],
            0 if index else precision,  # a place goes to the first channel only, if at all
        )
        for index, channel in enumerate(mine)
    ]
    empty = [_channel(index, "DISABLED", "", b"", 0) for index in range(len(used), CHANNELS)]
    return tuple(used + empty)


def _channel(index: int, role: str, name: str, key: bytes, precision: int) -> dict[str, Any]:
    fields = {
        "index": index,
        "role": role,
        "settings": {
            "name": name,
            "psk": key,
            "uplink_enabled": False,
            "downlink_enabled": False,
            "module_settings": {"position_precision": precision, "is_muted": False},
        },
    }
    return normal(channel_message(), fields)


def _without_key(entry: Fields) -> dict[str, Any]:
    return {name: value for name, value in entry["settings"].items() if name != "psk"}


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no canonical form")

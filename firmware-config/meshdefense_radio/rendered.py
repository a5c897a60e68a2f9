"""The same settings as a file for `meshtastic --configure`, and what an export says.

So that organizers can do without this program. What the client can not set from a file is told
in the file's first lines: it does not take channels away, skips empty texts, and knows neither
`is_licensed` nor `is_unmessagable`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from meshdefense_radio.channel_url import channel_url, parse_channel_url
from meshdefense_radio.desired import Desired
from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    CONFIG,
    MODULES,
    Fields,
    config_message,
    fields_of,
    fill,
    modules_message,
)
from meshdefense_radio.wording import Problem, Words
from meshdefense_radio.yaml_tree import Notes, read_tree

__all__ = ["configure_yaml", "exported_fields", "rendered_paths"]

_HEAD: Final = Words(
    "Settings of radio {radio}, for: meshtastic --configure FILE\n"
    "The client checks nothing: export afterwards (--export-config) and compare.\n"
    "Begin with a factory reset: channels that the radio holds beyond these stay, and texts that\n"
    "are to be empty (Wi-Fi name and password) are not emptied.",
    "Ajustes del radio {radio}, para: meshtastic --configure ARCHIVO\n"
    "El cliente no comprueba nada: exporte después (--export-config) y compare.\n"
    "Comience por restablecer de fábrica: los canales de más que tenga el radio se quedan, y los\n"
    "textos que deben quedar vacíos (nombre y contraseña del Wi-Fi) no se vacían.",
)
_WITH_KEYS: Final = Words(
    "channel_url holds the channels' keys, and the client shows it on the screen: keep this file\n"
    "like a key, and destroy it afterwards.",
    "channel_url contiene las claves de los canales, y el cliente la muestra en pantalla: guarde\n"
    "este archivo como una llave, y destrúyalo después.",
)
_NO_KEYS: Final = Words(
    "It holds no keys: the channels are to be set in another way.",
    "No contiene claves: los canales se ponen de otra manera.",
)
_NOT_EXPORT: Final = Words(
    "this is no export of a Meshtastic radio", "esto no es una exportación de un radio Meshtastic"
)
_TEXTS: Final = {
    "owner": "owner.long_name",
    "owner_short": "owner.short_name",
    "canned_messages": "canned_messages",
    "ringtone": "ringtone",
}
_NOT_EXPORTED: Final = ("statusmessage", "tak")
"""Modules that an export never names (client 2.7.11)."""


def configure_yaml(desired: Desired, *, with_keys: bool, language: str = "en") -> str:
    """A file for `meshtastic --configure`; only `with_keys` it holds the channels.

    Each setting has its reason beside it, in `language`.
    """
    lines = ["# start of Meshtastic configure yaml"]
    lines += _remarks(_HEAD.said(language, {"radio": desired.radio}))
    lines += _remarks((_WITH_KEYS if with_keys else _NO_KEYS).said(language))
    lines.append(f"owner: {_value(desired.owner['long_name'])}")
    lines.append(f"owner_short: {_value(desired.owner['short_name'])}")
    if with_keys:
        url = channel_url(desired.channels, desired.config["lora"])
        lines.append(f"channel_url: {_value(url)}")
    if desired.canned_messages is not None:
        lines.append(f"canned_messages: {_value(desired.canned_messages)}")
    for title, root, sections in (
        ("config", CONFIG, desired.config),
        ("module_config", MODULES, desired.modules),
    ):
        lines.append(f"{title}:")
        for name, fields in sections.items():
            inner = list(_lines(fields, f"{root}.{name}", 4, desired, language))
            if inner:
                lines += [f"  {_camel(name)}:", *inner]
    return "\n".join(lines) + "\n"


def rendered_paths(desired: Desired) -> frozenset[str]:
    """The paths of the settings that `configure_yaml` can give a radio, without channels."""
    roots = ((CONFIG, desired.config), (MODULES, desired.modules))
    return frozenset(
        path for root, sections in roots for path, value in _flat(root, sections) if value != ""
    )


def exported_fields(text: str) -> dict[str, Any]:
    """Every setting that an export tells, by path: config.lora.hop_limit, owner.long_name, ...

    An export leaves out what is at its default, so every setting of a section is here, save
    modules that an export never names. Raises ConfigError, which shows nothing of the text.
    """
    whole = _loaded(text)
    fields: dict[str, Any] = {}
    for name, key in _TEXTS.items():
        if name in whole:
            fields[key] = str(whole[name])
    for name, root, message in (
        ("config", CONFIG, config_message()),
        ("module_config", MODULES, modules_message()),
    ):
        sections = whole.get(name)
        if not isinstance(sections, dict):
            raise ConfigError(Problem(_NOT_EXPORT))
        fill(message, _told(message.DESCRIPTOR, sections), root)
        told = {
            section: value
            for section, value in fields_of(message).items()
            if isinstance(value, dict) and section not in _NOT_EXPORTED
        }
        fields.update(_flat(root, told))
    url = whole.get("channel_url", whole.get("channelUrl"))
    if isinstance(url, str):
        settings, _ = parse_channel_url(url)
        for index, one in enumerate(settings):
            fields.update(_flat(f"channels[{index}].settings", one))
    return fields


# -- writing -----------------------------------------------------------------------------------


def _remarks(text: str) -> list[str]:
    return [f"# {line}" for line in text.split("\n")]


def _lines(
    fields: Fields, path: str, indent: int, desired: Desired, language: str
) -> Iterator[str]:
    pad = " " * indent
    for name, value in fields.items():
        below = f"{path}.{name}"
        if isinstance(value, Mapping):
            inner = list(_lines(value, below, indent + 2, desired, language))
            if inner:
                yield from (f"{pad}{_camel(name)}:", *inner)
        elif value != "":  # the client cannot empty a text
            why = desired.why(below)
            remark = "" if why is None else f"  # {why.said(language)}"
            yield f"{pad}{_camel(name)}: {_value(value)}{remark}"


def _value(value: Any) -> str:
    """A value as YAML that every reader takes alike: texts in quotes, since NO is no text."""
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    if isinstance(value, bytes):
        return f'"base64:{base64.b64encode(value).decode()}"'
    return json.dumps(value, ensure_ascii=False)


def _camel(name: str) -> str:
    """As the client exports names: position_flags becomes positionFlags."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


# -- reading -----------------------------------------------------------------------------------


def _loaded(text: str) -> dict[str, Any]:
    notes = Notes()
    read_tree(text, notes)
    notes.raise_if_any("")
    try:
        whole = yaml.load(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise ConfigError(Problem(_NOT_EXPORT)) from None
    if not isinstance(whole, dict):
        raise ConfigError(Problem(_NOT_EXPORT))
    return whole


def _told(kind: Any, fields: Any) -> Any:
    """A JSON view of a message as `fields.fill` takes it; unknown fields of newer ones go."""
    if not isinstance(fields, dict):
        return fields
    known = {field.json_name: field for field in kind.fields} | dict(kind.fields_by_name)
    return {
        known[name].name: _told_one(known[name], value)
        for name, value in fields.items()
        if isinstance(name, str) and name in known
    }


def _told_one(field: Any, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_told_one(field, one) for one in value)
    if field.message_type is not None:
        return _told(field.message_type, value)
    if field.type == field.TYPE_BYTES and isinstance(value, str):
        try:
            return base64.b64decode(value.removeprefix("base64:"), validate=True)
        except (binascii.Error, ValueError):
            raise ConfigError(Problem(_NOT_EXPORT)) from None
    if field.cpp_type == field.CPPTYPE_UINT64 and isinstance(value, str) and value.isdecimal():
        return int(value[:20])  # JSON has no whole numbers of 64 bits
    return value


def _flat(path: str, fields: Fields) -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        below = f"{path}.{name}"
        if isinstance(value, Mapping):
            yield from _flat(below, value)
        else:
            yield below, value

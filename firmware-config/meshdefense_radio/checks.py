"""What can be wrong with a radio or a fleet, in the operator's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from meshdefense_radio.desired import Desired
from meshdefense_radio.fields import Fields
from meshdefense_radio.keys import (
    bad_channel_key,
    bad_public_key,
    channel_mark,
    is_public_channel_key,
    mark,
)
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.regions import regions
from meshdefense_radio.wording import Problem, Severity, Words

__all__ = [
    "FIRMWARE_FLOOR",
    "NODES_ROOM",
    "fleet_problems",
    "foreign_channels",
    "is_older",
    "problems_of",
    "version_of",
]

FIRMWARE_FLOOR: Final = (2, 7, 15)
"""Older firmware could make weak keys; 2.7.15 notices and replaces them (`NodeDB.cpp`)."""
NODES_ROOM: Final = 80
"""How many nodes the smallest boards remember (`mesh-pb-constants.h`); a radio does not say it."""

_OLD = Words(
    "firmware {version} is too old and can have made weak keys; install {floor} or newer, then "
    "begin again",
    "el firmware {version} es demasiado viejo y puede haber hecho claves débiles; instale {floor} "
    "o más nuevo y empiece de nuevo",
)
_NO_VERSION = Words(
    "the radio does not say which firmware it runs; install {floor} or newer",
    "el radio no dice qué firmware tiene; instale {floor} o más nuevo",
)
_OLD_FOR_REGION = Words(
    "region {region} needs firmware {floor} or newer; this radio has {version}",
    "la región {region} necesita el firmware {floor} o más nuevo; este radio tiene {version}",
)
_REGION = Words(
    "the radio is set to region {now}, the network to {then}; has it come from elsewhere, or "
    "does its hardware belong to another band?",
    "el radio está en la región {now}, la red en {then}; ¿viene de otro lugar, o su equipo es "
    "de otra banda?",
)
_FOREIGN = Words(
    "the radio holds channels of another network, which will be removed: {channels}",
    "el radio tiene canales de otra red, que se van a quitar: {channels}",
)
_WEAK_CHANNEL = Words("channel {name} of the radio: {why}", "canal {name} del radio: {why}")
_WEAK_UNNAMED = Words(
    "channel {index} of the radio, which has no name: {why}",
    "canal {index} del radio, que no tiene nombre: {why}",
)
_WEAK_OWN = Words(
    "the radio's own key: {why}; make it a new one (--new-keys) before it is used",
    "la clave propia del radio: {why}; haga una nueva (--new-keys) antes de usarlo",
)
_NO_OWN = Words(
    "the radio has no key of its own yet; it makes one when its region is set",
    "el radio aún no tiene clave propia; hace una cuando se le da la región",
)
_HAM = Words(
    "the radio is in amateur radio mode, which takes the keys off all channels; it will be "
    "switched off",
    "el radio está en modo de radioaficionado, que quita las claves de todos los canales; se va "
    "a apagar",
)
_ALMOST_FULL = Words(
    "the radio knows {nodes} other nodes; some boards have room for {low} only, then nodes push "
    "each other out",
    "el radio conoce {nodes} otros nodos; algunas placas solo tienen lugar para {low}, luego los "
    "nodos se desplazan unos a otros",
)
_FULL = Words(
    "the radio's list of nodes is full ({nodes}) and nodes push each other out; writing it with "
    "--forget-nodes empties the list",
    "la lista de nodos del radio está llena ({nodes}) y los nodos se desplazan unos a otros; "
    "escribirlo con --forget-nodes vacía la lista",
)
_MANAGED = Words(
    "the radio is managed from afar and ignores the cable; only the holder of its admin key, or "
    "a factory reset, can change it",
    "el radio se administra a distancia e ignora el cable; solo quien tiene su clave de "
    "administración, o un restablecimiento de fábrica, puede cambiarlo",
)
_ADMIN = Words(
    "keys that may set this radio from afar will be removed: {marks}",
    "se van a quitar claves que pueden configurar este radio a distancia: {marks}",
)
_POSITION = Words(
    "the radio holds a fixed position, which will be removed",
    "el radio tiene una posición fija, que se va a quitar",
)
_TWICE = Words(
    "radios {names} have the same key: whoever has one can pretend to be the other; make new keys "
    "for all but one (--new-keys)",
    "los radios {names} tienen la misma clave: quien tenga uno puede hacerse pasar por el otro; "
    "haga claves nuevas para todos menos uno (--new-keys)",
)
_WEAK_IN_FLEET = Words("the key of radio {name}: {why}", "la clave del radio {name}: {why}")


def version_of(firmware: str) -> tuple[int, int, int] | None:
    """The three numbers of a version such as 2.7.15.567b8ea; None for anything else."""
    found = re.match(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:\D|$)", firmware)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def is_older(firmware: str, floor: tuple[int, ...]) -> bool:
    """A version that is below `floor`, or none at all."""
    version = version_of(firmware)
    return version is None or version[: len(floor)] < floor


def problems_of(state: RadioState, desired: Desired) -> tuple[Problem, ...]:
    """What a person has to know of one radio before it is written, the worst first."""
    found = [
        *_firmware(state, desired),
        *_access(state, desired),
        *_own_key(state),
        *_region(state, desired),
        *_channels(state, desired),
        *_rest(state),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda problem: order.index(problem.severity)))


def foreign_channels(state: RadioState, desired: Desired) -> tuple[tuple[str, str], ...]:
    """Name and mark of each channel in the radio that this network does not give it.

    The factory's default channel is none of anybody's, and is left out.
    """
    ours = set(desired.channel_marks)
    found = []
    for channel in state.channels:
        settings = channel.get("settings", {})
        name, key = str(settings.get("name", "")), bytes(settings.get("psk", b""))
        if channel.get("role", "DISABLED") == "DISABLED" and not key:
            continue
        if is_public_channel_key(key):
            if name:
                found.append((name, ""))
        elif channel_mark(name, key) not in ours:
            found.append((name, channel_mark(name, key)))
    return tuple(found)


def fleet_problems(public_keys: Mapping[str, bytes]) -> tuple[Problem, ...]:
    """What is wrong among all radios' public keys, by name: two the same, weak ones."""
    holders: dict[bytes, list[str]] = {}
    problems = []
    for name, key in sorted(public_keys.items()):
        bad = bad_public_key(key)
        if bad is not None:
            words, values = bad
            why = Words(words.said("en", values), words.said("es", values))
            problems.append(Problem(_WEAK_IN_FLEET, {"name": repr(name), "why": why}))
        else:
            holders.setdefault(key, []).append(name)
    for names in holders.values():
        if len(names) > 1:
            problems.append(Problem(_TWICE, {"names": ", ".join(names)}))
    return tuple(problems)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _firmware(state: RadioState, desired: Desired) -> Iterator[Problem]:
    floor = _dotted(FIRMWARE_FLOOR)
    version = version_of(state.firmware)
    if version is None:
        yield Problem(_NO_VERSION, {"floor": floor})
        return
    if version < FIRMWARE_FLOOR:
        yield Problem(_OLD, {"version": _dotted(version), "floor": floor})
    region = regions().get(str(_value(desired.config, "lora", "region")))
    if region is not None and region.firmware:
        needed = tuple(int(part) for part in region.firmware.split("."))
        if is_older(state.firmware, needed):
            values = {"region": region.name, "floor": region.firmware}
            yield Problem(_OLD_FOR_REGION, {**values, "version": _dotted(version)})


def _access(state: RadioState, desired: Desired) -> Iterator[Problem]:
    if _value(state.config, "security", "is_managed"):
        yield Problem(_MANAGED)
    wanted: tuple[bytes, ...] = desired.config["security"]["admin_key"]
    keys: tuple[bytes, ...] = state.config.get("security", {}).get("admin_key", ())
    removed = [key for key in keys if key and key not in wanted]
    if removed:
        marks = ", ".join(mark(key, "radio") for key in removed)
        yield Problem(_ADMIN, {"marks": marks}, None, Severity.WARNING)


def _own_key(state: RadioState) -> Iterator[Problem]:
    if not state.public_key:
        yield Problem(_NO_OWN, {}, None, Severity.HINT)
        return
    bad = bad_public_key(state.public_key)
    if bad is not None:
        words, values = bad
        why = Words(words.said("en", values), words.said("es", values))
        yield Problem(_WEAK_OWN, {"why": why}, None, Severity.WARNING)  # a new one puts it right


def _region(state: RadioState, desired: Desired) -> Iterator[Problem]:
    now = _value(state.config, "lora", "region")
    then = _value(desired.config, "lora", "region")
    if now not in (then, "UNSET", None):
        values = {"now": now, "then": then}
        yield Problem(_REGION, values, None, Severity.WARNING)


def _channels(state: RadioState, desired: Desired) -> Iterator[Problem]:
    foreign = foreign_channels(state, desired)
    if foreign:
        named = ", ".join(f"{name or '?'} {sign}".strip() for name, sign in foreign)
        yield Problem(_FOREIGN, {"channels": named}, None, Severity.WARNING)
    for index, channel in enumerate(state.channels):
        settings = channel.get("settings", {})
        name, key = str(settings.get("name", "")), bytes(settings.get("psk", b""))
        if channel.get("role", "DISABLED") == "DISABLED":
            continue
        bad = bad_channel_key(key)
        if bad is not None:
            words, values = bad
            why = Words(words.said("en", values), words.said("es", values))
            what = {"name": repr(name), "index": index, "why": why}
            weak = _WEAK_CHANNEL if name else _WEAK_UNNAMED
            yield Problem(weak, what, None, Severity.HINT)  # it is replaced anyway


def _rest(state: RadioState) -> Iterator[Problem]:
    if state.owner.get("is_licensed"):
        yield Problem(_HAM, {}, None, Severity.WARNING)
    if state.fixed_position is not None:
        yield Problem(_POSITION, {}, None, Severity.WARNING)
    if state.nodes_max and state.nodes >= state.nodes_max:
        yield Problem(_FULL, {"nodes": state.nodes}, None, Severity.WARNING)
    elif not state.nodes_max and state.nodes >= NODES_ROOM:
        values = {"nodes": state.nodes, "low": NODES_ROOM}
        yield Problem(_ALMOST_FULL, values, None, Severity.WARNING)


def _value(sections: Mapping[str, Fields], section: str, name: str) -> object:
    return sections.get(section, {}).get(name)

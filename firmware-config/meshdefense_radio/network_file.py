"""The network file: strict YAML that organizers write by hand.

Example: `examples/network.en.yaml`. Any text gives a Network, or one ConfigError that lists
everything that is wrong with its line; what is wrong never shows a key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.given_names import looks_like_a_person
from meshdefense_radio.jobs import Job
from meshdefense_radio.network import Channel, HandKey, Network, Radio
from meshdefense_radio.network_keys import admin_keys, hand_key
from meshdefense_radio.radio_limits import (
    CHANNEL_NAME_BYTES,
    CHANNELS,
    HOP_LIMIT_DEFAULT,
    HOP_LIMIT_MAX,
    LONG_NAME_BYTES,
    SHORT_NAME_BYTES,
)
from meshdefense_radio.regions import BANDWIDTH_KHZ, Region, region_named, slot_of
from meshdefense_radio.unfinished import NAME_BYTES, mark, marked_name
from meshdefense_radio.wording import Words
from meshdefense_radio.yaml_tree import Node, Notes, line_of, read_tree

__all__ = ["normal_name", "parse_network"]

NETWORK_NAME_BYTES: Final = 40
RADIOS_MAX: Final = 250
LANGUAGES: Final = ("en", "es")
ALL_JOBS: Final = "all"
RESERVED: Final = ("default", "admin", "gpio", "serial", "mqtt")
"""Names of channels that the firmware treats in its own way (`Channels.cpp`)."""

_FILE = Words("the network file", "el archivo de la red")
_CHANNEL = Words("a channel", "un canal")
_RADIO = Words("a radio", "un radio")

_UNFIT = Words("region {name}: {why}", "región {name}: {why}")
_REMARK = Words("region {name}: {why}", "región {name}: {why}")
_NEEDS = Words(
    "region {name} needs firmware {version} or newer on every radio",
    "la región {name} necesita el firmware {version} o más nuevo en cada radio",
)
_PRESET = Words(
    "preset {preset} is not allowed in region {name}; allowed: {known}",
    "el ajuste {preset} no se permite en la región {name}; se permiten: {known}",
)
_MANY_RADIOS = Words("there are {count} radios; at most {most}",
                     "hay {count} radios; {most} como máximo")  # fmt: skip
_NO_CHANNELS = Words("there is no channel", "no hay ningún canal")
_NO_RADIOS = Words("there is no radio", "no hay ningún radio")
_RESERVED = Words(
    "the firmware uses the channel name {name} for itself; choose another",
    "el firmware usa el nombre de canal {name} para sí; elija otro",
)
_SAME_CHANNEL = Words("two channels are called {name}", "dos canales se llaman {name}")
_SAME_KEY = Words("channels {one} and {two} have the same key",
                  "los canales {one} y {two} tienen la misma clave")  # fmt: skip
_SAME_RADIO = Words("two radios are called {name} (line {line})",
                    "dos radios se llaman {name} (línea {line})")  # fmt: skip
_ALIKE = Words(
    "the names {one} and {two} (line {line}) differ only in capitals: some disks take them for "
    "one; change one of them",
    "los nombres {one} y {two} (línea {line}) difieren solo en mayúsculas: algunos discos los "
    "toman por uno; cambie uno de ellos",
)
_SAME_SHORT = Words("two radios have the short name {name} (line {line})",
                    "dos radios tienen el nombre corto {name} (línea {line})")  # fmt: skip
_SAME_MARK = Words(
    "the names {one} and {two} (line {line}) end alike: while a radio is written it has room for "
    "the last {bytes} bytes of its name only, and these two could be mistaken; change the "
    "end of one",
    "los nombres {one} y {two} (línea {line}) terminan igual: mientras se escribe un radio, en él "
    "solo caben los últimos {bytes} bytes de su nombre, y estos dos se podrían confundir; cambie "
    "el final de uno",
)
_MARKED = Words(
    "a radio cannot be called {name}: names that begin with UNFINISHED say that a radio is not "
    "written to the end",
    "un radio no se puede llamar {name}: los nombres que comienzan con UNFINISHED dicen que un "
    "radio no se terminó de escribir",
)
_PRIMARIES = Words(
    "two channels are primary, {one} and {two}; a radio has one",
    "dos canales son primarios, {one} y {two}; un radio tiene uno",
)
_FULL = Words(
    "job {job} would have {count} channels; a radio holds 8",
    "el trabajo {job} tendría {count} canales; un radio tiene lugar para 8",
)
_SILENT = Words(
    "radio {radio}: its job, {job}, has no channel",
    "radio {radio}: su trabajo, {job}, no tiene ningún canal",
)
_UNUSED = Words("no radio gets the channel {name}", "ningún radio recibe el canal {name}")
_PERSON = Words(
    "{name} looks like a person's name; names go out readable to all who have the channel",
    "{name} parece el nombre de una persona; los nombres salen legibles para quien tenga el canal",
)

T = TypeVar("T")


def parse_network(text: str, name: str = "network.yaml") -> Network:
    """Read a network file. Raises ConfigError with everything that is wrong.

    `name` is how messages call the file. Keys written by hand are in `Network.hand_keys`.
    """
    notes = Notes()
    root = read_tree(text, notes)
    network = None if root is None else _network(root, notes)
    notes.raise_if_any(name)
    if network is None:
        raise AssertionError("a file was refused without a reason")
    return network


def _network(root: Node, notes: Notes) -> Network | None:
    needed = ("network", "region", "preset", "channels", "radios")
    known = (*needed, "hop_limit", "language", "slot", "admin_keys")
    found = notes.group(root, _FILE, known, needed)
    title = notes.text(found.get("network"), _named("network"), NETWORK_NAME_BYTES)
    region = _region(found.get("region"), notes)
    preset = _preset(found.get("preset"), region, notes)
    hops = notes.whole(found.get("hop_limit"), _named("hop_limit"), 1, HOP_LIMIT_MAX)
    language = notes.choice(found.get("language"), _named("language"), LANGUAGES)
    hand: list[HandKey] = []
    channels = _channels(found.get("channels"), hand, notes)
    radios = _radios(found.get("radios"), notes)
    admins = admin_keys(found.get("admin_keys"), notes)
    _check_fit(channels, radios, notes)
    slot = _slot(found.get("slot"), region, preset, notes)
    if notes.problems or region is None or preset is None or title is None:
        return None
    first = next((channel for channel in channels if channel.primary), channels[0])
    return Network(
        name=title,
        region=region,
        preset=preset,
        hop_limit=hops or HOP_LIMIT_DEFAULT,
        language=language or LANGUAGES[0],
        channels=channels,
        radios=radios,
        slot=slot or slot_of(region, preset, first.name),
        admin_keys=admins,
        hand_keys=tuple(hand),
        hints=tuple(notes.hints),
    )


def _named(*names: str) -> Words:
    """What a message is about, as the file calls it."""
    return Words(" ".join(names), " ".join(names))


# -- region, preset, slot ----------------------------------------------------------------------


def _region(node: Node | None, notes: Notes) -> Region | None:
    value = notes.scalar(node, _named("region"))
    if value is None or node is None:
        return None
    line = line_of(node)
    try:
        region = region_named(value)
    except ConfigError as error:
        for problem in error.problems:
            notes.add(problem.words, line, **problem.values)
        return None
    if not region.fit:
        notes.add(_UNFIT, line, name=region.name, why=region.remark)
        return None
    if region.remark is not None:
        notes.hint(_REMARK, line, name=region.name, why=region.remark)
    if region.firmware:
        notes.hint(_NEEDS, line, name=region.name, version=region.firmware)
    return region


def _preset(node: Node | None, region: Region | None, notes: Notes) -> str | None:
    value = notes.choice(node, _named("preset"), tuple(BANDWIDTH_KHZ))
    if value is None or node is None or region is None or value in region.presets:
        return value
    known = ", ".join(region.presets)
    notes.add(_PRESET, line_of(node), preset=value, name=region.name, known=known)
    return None


def _slot(node: Node | None, region: Region | None, preset: str | None, notes: Notes) -> int | None:
    if region is None or preset not in region.presets:
        return None
    return notes.whole(node, _named("slot"), 1, region.slots(preset))


# -- channels ----------------------------------------------------------------------------------


def _channels(node: Node | None, hand: list[HandKey], notes: Notes) -> tuple[Channel, ...]:
    entries = notes.items(node, _named("channels"))
    if not entries and isinstance(node, Node) and not notes.problems:
        notes.add(_NO_CHANNELS, line_of(node))
    read = [_channel(entry, hand, notes) for entry in entries]
    channels = [channel for channel in read if channel is not None]
    for one, other in _pairs(channels, lambda channel: channel.name):
        notes.add(_SAME_CHANNEL, other.line, name=repr(one.name))
    primaries = [channel for channel in channels if channel.primary]
    for other in primaries[1:]:
        notes.add(_PRIMARIES, other.line, one=repr(primaries[0].name), two=repr(other.name))
    for early, late in _pairs(hand, lambda key: key.key):
        one_name, late_name = repr(early.channel), repr(late.channel)
        notes.add(_SAME_KEY, late.line, one=one_name, two=late_name)
    if channels and not primaries:
        first = channels[0]
        channels[0] = Channel(first.name, first.jobs, True, first.line)
    return tuple(channels)


def _channel(node: Node, hand: list[HandKey], notes: Notes) -> Channel | None:
    needed = ("name", "key", "jobs")
    found = notes.group(node, _CHANNEL, (*needed, "primary"), needed)
    name = notes.text(found.get("name"), _named("channels", "name"), CHANNEL_NAME_BYTES)
    jobs = _jobs(found.get("jobs"), notes)
    primary = notes.truth(found.get("primary"), _named("channels", "primary"))
    if name is None:
        return None
    if name.lower() in RESERVED:
        notes.add(_RESERVED, line_of(found["name"]), name=repr(name))
    key = hand_key(found.get("key"), name, notes)
    if key is not None:
        hand.append(key)
    return Channel(name, jobs, bool(primary), line_of(node))


def _jobs(node: Node | None, notes: Notes) -> frozenset[Job]:
    what = _named("channels", "jobs")
    names = [job.value for job in Job]
    if node is None:
        return frozenset()
    if not isinstance(node.value, list):  # one word
        word = notes.choice(node, what, (ALL_JOBS, *names))
        return frozenset(Job) if word == ALL_JOBS else frozenset({Job(word)} if word else ())
    words = [notes.choice(entry, what, names) for entry in notes.items(node, what)]
    return frozenset(Job(word) for word in words if word is not None)


# -- radios ------------------------------------------------------------------------------------


def _radios(node: Node | None, notes: Notes) -> tuple[Radio, ...]:
    entries = notes.items(node, _named("radios"))
    if not entries and isinstance(node, Node) and not notes.problems:
        notes.add(_NO_RADIOS, line_of(node))
    if len(entries) > RADIOS_MAX and node is not None:
        notes.add(_MANY_RADIOS, line_of(node), count=len(entries), most=RADIOS_MAX)
        return ()
    read = [_radio(entry, notes) for entry in entries]
    radios = tuple(radio for radio in read if radio is not None)
    for one, other in _pairs(radios, _folded_name):
        if one.name == other.name:
            notes.add(_SAME_RADIO, other.line, name=repr(other.name), line=one.line)
        else:
            values = {"one": repr(other.name), "two": repr(one.name), "line": one.line}
            notes.add(_ALIKE, other.line, **values)
    for one, other in _pairs(radios, lambda radio: radio.short):
        notes.add(_SAME_SHORT, other.line, name=repr(other.short), line=one.line)
    for one, other in _pairs(radios, lambda radio: mark(radio.name)):
        if one.name != other.name:
            both = {"one": repr(other.name), "two": repr(one.name), "line": one.line}
            notes.add(_SAME_MARK, other.line, **both, bytes=NAME_BYTES)
    return radios


def _folded_name(radio: Radio) -> str:
    """What some disks take for the same name: there one file would be that of two radios."""
    return normal_name(normal_name(radio.name).casefold())


def normal_name(name: str) -> str:
    """A name in the one form of Unicode in which it is kept, however it was typed."""
    return unicodedata.normalize("NFC", name)


def _radio(node: Node, notes: Notes) -> Radio | None:
    needed = ("name", "short", "job")
    found = notes.group(node, _RADIO, needed, needed)
    name = notes.text(found.get("name"), _named("radios", "name"), LONG_NAME_BYTES)
    short = notes.text(found.get("short"), _named("radios", "short"), SHORT_NAME_BYTES)
    job = notes.choice(found.get("job"), _named("radios", "job"), [job.value for job in Job])
    name = None if name is None else normal_name(name)
    if name is not None and marked_name(name) is not None:
        notes.add(_MARKED, line_of(found["name"]), name=repr(name))
    if name is not None and looks_like_a_person(name):
        notes.hint(_PERSON, line_of(found["name"]), name=repr(name))
    if name is None or short is None or job is None:
        return None
    return Radio(name, short, Job(job), line_of(node))


# -- all together ------------------------------------------------------------------------------


def _check_fit(channels: Iterable[Channel], radios: Iterable[Radio], notes: Notes) -> None:
    """Every radio has a channel, every channel a radio, and none too many."""
    channels, radios = tuple(channels), tuple(radios)
    for job in Job:
        mine = [channel for channel in channels if job in channel.jobs]
        if len(mine) > CHANNELS:
            notes.add(_FULL, mine[CHANNELS].line, job=job.words, count=len(mine))
    if not channels:
        return
    for radio in radios:
        if not any(radio.job in channel.jobs for channel in channels):
            notes.add(_SILENT, radio.line, radio=repr(radio.name), job=radio.job.words)
    used = {radio.job for radio in radios}
    for channel in channels:
        if not channel.jobs & used:
            notes.hint(_UNUSED, channel.line, name=repr(channel.name))


def _pairs(entries: Iterable[T], key: Any) -> Iterator[tuple[T, T]]:
    """Each entry that has the same key as an earlier one, with that one."""
    seen: dict[Any, T] = {}
    for entry in entries:
        if key(entry) in seen:
            yield seen[key(entry)], entry
        seen.setdefault(key(entry), entry)

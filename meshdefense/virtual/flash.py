"""What a radio keeps in flash, as the firmware's own files: names and bytes, no disk.

`MemoryFlash` is for radios that end with the process, a folder for those that stay
(`state_folder`). Formats: `localonly.proto`, `deviceonly.proto`; the
messages that wait for a client are `DeviceState.receive_queue`, which the firmware leaves empty.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import UserDict
from collections.abc import Callable, Iterable, MutableMapping
from enum import Flag, auto
from typing import Any, Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types
from meshtastic.protobuf import (
    cannedmessages_pb2,
    channel_pb2,
    device_ui_pb2,
    deviceonly_pb2,
    localonly_pb2,
    mesh_pb2,
    rtttl_pb2,
)

from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.settings import CHANNELS, STATE_VERSION, Settings

__all__ = [
    "BACKUP",
    "Flash",
    "MemoryFlash",
    "Segment",
    "load",
    "loaded",
    "save",
    "waiting_packets",
]

CONFIG: Final = "prefs/config.proto"
MODULES: Final = "prefs/module.proto"
CHANNEL_FILE: Final = "prefs/channels.proto"
DEVICE: Final = "prefs/device.proto"
NODES: Final = "prefs/nodes.proto"
CANNED: Final = "prefs/cannedConf.proto"
RINGTONE: Final = "prefs/ringtone.proto"
UI: Final = "prefs/uiconfig.proto"
BACKUP: Final = "backups/backup.proto"


class Flash(MutableMapping[str, bytes]):
    """Contents by name."""

    @abstractmethod
    def set_aside(self, name: str) -> None:
        """Keep what makes no sense somewhere else; the name is free then."""


class MemoryFlash(UserDict[str, bytes], Flash):
    """Flash that ends with the process."""

    def set_aside(self, name: str) -> None:
        """Forget it: nobody but the radio itself can have written it."""
        self.pop(name, None)


class Segment(Flag):
    """Parts that are saved each for itself (`NodeDB.h`)."""

    NOTHING = 0
    CONFIG = auto()
    MODULES = auto()
    CHANNELS = auto()
    DEVICE = auto()
    NODES = auto()
    CANNED = auto()
    RINGTONE = auto()
    UI = auto()
    WAITING = auto()
    """Of DEVICE only what is no setting: the messages for the next client, the last waypoint."""
    COMMITTED = CONFIG | MODULES | CHANNELS | DEVICE | NODES
    EVERYTHING = COMMITTED | CANNED | RINGTONE | UI


def save(
    flash: Flash,
    what: Segment,
    settings: Settings,
    nodes: NodeTable,
    waiting: Iterable[Any] = (),
) -> None:
    """Write segments. `waiting` are `mesh.MeshPacket` for the next client."""
    if Segment.DEVICE in what:
        state = deviceonly_pb2.DeviceState(version=STATE_VERSION, owner=settings.owner)
        state.my_node.my_node_num = nodes.number
        state.my_node.reboot_count = settings.reboots
        _save_state(flash, state, settings, waiting)
    elif Segment.WAITING in what:
        state = loaded(deviceonly_pb2.DeviceState, flash.get(DEVICE, b""))
        if state is not None:  # else there is no owner that it could be saved with
            _save_state(flash, state, settings, waiting)
    for segment, (name, made) in _WRITERS.items():
        if segment in what:
            flash[name] = bytes(made(settings, nodes).SerializeToString())


def _save_state(flash: Flash, state: Any, settings: Settings, waiting: Iterable[Any]) -> None:
    """Write a `deviceonly.DeviceState` with what has come in."""
    del state.receive_queue[:]
    state.receive_queue.extend(waiting)
    state.ClearField("rx_waypoint")
    if settings.waypoint is not None:
        state.rx_waypoint.CopyFrom(settings.waypoint)
    flash[DEVICE] = bytes(state.SerializeToString())


def _channel_file(settings: Settings, _: NodeTable) -> Any:
    return deviceonly_pb2.ChannelFile(channels=settings.channels, version=STATE_VERSION)


def _canned(settings: Settings, _: NodeTable) -> Any:
    return cannedmessages_pb2.CannedMessageModuleConfig(messages=settings.canned_messages)


def _ringtone(settings: Settings, _: NodeTable) -> Any:
    return rtttl_pb2.RTTTLConfig(ringtone=settings.ringtone)


_WRITERS: Final[dict[Segment, tuple[str, Callable[[Settings, NodeTable], Any]]]] = {
    Segment.CONFIG: (CONFIG, lambda settings, _: settings.config),
    Segment.MODULES: (MODULES, lambda settings, _: settings.modules),
    Segment.CHANNELS: (CHANNEL_FILE, _channel_file),
    Segment.NODES: (NODES, lambda _, nodes: nodes.database()),
    Segment.CANNED: (CANNED, _canned),
    Segment.RINGTONE: (RINGTONE, _ringtone),
    Segment.UI: (UI, lambda settings, _: settings.ui),
}


def load(flash: Flash, settings: Settings, nodes: NodeTable) -> list[str]:
    """Take what is in flash into `settings` and `nodes`; return the files that make no sense.

    What is missing or makes no sense stays as it was.
    """
    return [
        name for name, take in _READERS.items() if name in flash and not take(flash[name], settings)
    ] + ([] if NODES not in flash or nodes.load(flash[NODES]) else [NODES])


def loaded(kind: Any, content: bytes) -> Any | None:
    """Return `content` as a message of class `kind`; None for what the radio never wrote."""
    try:
        message = kind.FromString(content)
    except DecodeError:
        return None
    versioned = "version" in kind.DESCRIPTOR.fields_by_name
    return None if versioned and message.version != STATE_VERSION else message


def waiting_packets(flash: Flash) -> list[Any]:
    """Return the `mesh.MeshPacket` that waited for a client when the process ended."""
    state = loaded(deviceonly_pb2.DeviceState, flash.get(DEVICE, b""))
    return [] if state is None else list(state.receive_queue)


def _take_config(content: bytes, settings: Settings) -> bool:
    config = loaded(localonly_pb2.LocalConfig, content)
    if config is not None:
        settings.config = config
    return config is not None


def _take_modules(content: bytes, settings: Settings) -> bool:
    modules = loaded(localonly_pb2.LocalModuleConfig, content)
    if modules is not None:
        settings.modules = modules
    return modules is not None


def _take_channels(content: bytes, settings: Settings) -> bool:
    file = loaded(deviceonly_pb2.ChannelFile, content)
    if file is None or len(file.channels) > CHANNELS:
        return False
    settings.channels = [channel_pb2.Channel(index=index) for index in range(CHANNELS)]
    for index, channel in enumerate(file.channels):
        settings.channels[index].CopyFrom(channel)
        settings.channels[index].index = index
    return True


def _take_device(content: bytes, settings: Settings) -> bool:
    state = loaded(deviceonly_pb2.DeviceState, content)
    if state is None:
        return False
    settings.owner = mesh_pb2.User()
    settings.owner.CopyFrom(state.owner)
    settings.reboots = state.my_node.reboot_count
    settings.waypoint = state.rx_waypoint if state.HasField("rx_waypoint") else None
    return True


def _take_canned(content: bytes, settings: Settings) -> bool:
    canned = loaded(cannedmessages_pb2.CannedMessageModuleConfig, content)
    if canned is not None:
        settings.canned_messages = canned.messages
    return canned is not None


def _take_ringtone(content: bytes, settings: Settings) -> bool:
    ringtone = loaded(rtttl_pb2.RTTTLConfig, content)
    if ringtone is not None:
        settings.ringtone = ringtone.ringtone
    return ringtone is not None


def _take_ui(content: bytes, settings: Settings) -> bool:
    try:
        settings.ui = device_ui_pb2.DeviceUIConfig.FromString(content)
    except DecodeError:
        return False
    return True


_READERS: Final[dict[str, Callable[[bytes, Settings], bool]]] = {
    CONFIG: _take_config,
    MODULES: _take_modules,
    CHANNEL_FILE: _take_channels,
    DEVICE: _take_device,
    CANNED: _take_canned,
    RINGTONE: _take_ringtone,
    UI: _take_ui,
}

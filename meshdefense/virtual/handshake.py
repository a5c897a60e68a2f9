"""What a radio answers to `want_config_id`: everything that a client needs to know of it.

The order is that of native firmware 2.7.26, seen on the wire. The end is `config_complete_id`
with the client's own nonce; two nonces are special (`PhoneAPI.h`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshtastic.protobuf import config_pb2, mesh_pb2, module_config_pb2

from meshdefense.virtual.settings import HARDWARE, STATE_VERSION, Settings

__all__ = [
    "NODELESS_NONCE",
    "NODES_ONLY_NONCE",
    "config_section",
    "handshake",
    "metadata",
    "module_section",
]

MIN_APP_VERSION = 30_200

NODELESS_NONCE = 69_420  # configuration without the other nodes
NODES_ONLY_NONCE = 69_421

CONFIG_SECTIONS = (
    "device",
    "position",
    "power",
    "network",
    "display",
    "lora",
    "bluetooth",
    "security",
)
MODULE_SECTIONS = (
    "mqtt",
    "serial",
    "external_notification",
    "store_forward",
    "range_test",
    "telemetry",
    "canned_message",
    "audio",
    "remote_hardware",
    "neighbor_info",
    "ambient_lighting",
    "detection_sensor",
    "paxcounter",
    "statusmessage",
    "traffic_management",
    "tak",
)


def metadata(settings: Settings) -> Any:
    """Return the radio's `mesh.DeviceMetadata`."""
    return mesh_pb2.DeviceMetadata(
        firmware_version=settings.firmware,
        device_state_version=STATE_VERSION,
        canShutdown=True,
        role=settings.config.device.role,
        position_flags=settings.config.position.position_flags,
        hw_model=HARDWARE,
        hasPKC=True,
    )


def config_section(settings: Settings, name: str) -> Any:
    """Return one section as a `config.Config`; empty sections are present, too."""
    message = config_pb2.Config()
    part = getattr(message, name)
    part.SetInParent()
    if name in CONFIG_SECTIONS:
        part.CopyFrom(getattr(settings.config, name))
    return message


def module_section(settings: Settings, name: str) -> Any:
    """Return one section as a `module_config.ModuleConfig`."""
    message = module_config_pb2.ModuleConfig()
    part = getattr(message, name)
    part.SetInParent()
    if hasattr(settings.modules, name):
        part.CopyFrom(getattr(settings.modules, name))
    return message


def handshake(
    nonce: int,
    settings: Settings,
    own: Any,
    others: Iterable[Any],
    files: Mapping[str, bytes],
) -> Iterator[Any]:
    """Yield the `mesh.FromRadio` messages that answer `nonce`, in order.

    `own` and `others` are `mesh.NodeInfo`; `files` is what lies in flash. Nodes and files that
    come or go while the client reads change nothing.
    """
    others = list(others)
    sizes = {name: len(content) for name, content in sorted(files.items())}
    if nonce != NODES_ONLY_NONCE:
        yield mesh_pb2.FromRadio(
            my_info=mesh_pb2.MyNodeInfo(
                my_node_num=own.num,
                reboot_count=settings.reboots,
                min_app_version=MIN_APP_VERSION,
                device_id=own.num.to_bytes(16, "big"),
                pio_env="native",
                nodedb_count=len(others) + 1,
            )
        )
        yield mesh_pb2.FromRadio(deviceuiConfig=settings.ui)
    itself = mesh_pb2.FromRadio(node_info=own)
    itself.node_info.is_favorite = True
    yield itself
    if nonce != NODES_ONLY_NONCE:
        yield mesh_pb2.FromRadio(metadata=metadata(settings))
        for channel in settings.channels:
            yield mesh_pb2.FromRadio(channel=channel)
        for name in (*CONFIG_SECTIONS, "sessionkey", "device_ui"):
            yield mesh_pb2.FromRadio(config=config_section(settings, name))
        for name in MODULE_SECTIONS:
            yield mesh_pb2.FromRadio(moduleConfig=module_section(settings, name))
    if nonce != NODELESS_NONCE:
        for node in others:
            yield mesh_pb2.FromRadio(node_info=node)
    if nonce != NODES_ONLY_NONCE:
        for name, size in sizes.items():
            info = mesh_pb2.FileInfo(file_name=f"/{name}", size_bytes=size)
            yield mesh_pb2.FromRadio(fileInfo=info)
    yield mesh_pb2.FromRadio(config_complete_id=nonce)

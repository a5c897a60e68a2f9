"""What admin messages make a radio do, besides answering and changing its settings.

Each takes the device, the message's value and the time, and returns whether it could be done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from meshtastic.protobuf import admin_pb2, deviceonly_pb2

from meshdefense.virtual.flash import BACKUP, Segment, loaded
from meshdefense.virtual.messages import copied
from meshdefense.virtual.settings import STATE_VERSION

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["ACTIONS"]

FLASH: Final = admin_pb2.AdminMessage.BackupLocation.FLASH
RESET_S: Final = 7.0
RESTORED_S: Final = 1_000.0  # as the firmware does: its author may have thought of milliseconds
OTA_S: Final = 1.0


def _begin(device: Device, _value: Any, _now: float) -> bool:
    device.administration.editing = True
    return True


def _commit(device: Device, _value: Any, now: float) -> bool:
    device.administration.editing = False
    device.administration.save(Segment.COMMITTED, now, restarts=True)
    return True


def _set_time(device: Device, value: int, now: float) -> bool:
    device.set_clock(value, now)
    return True


def _reboot(device: Device, value: int, now: float) -> bool:
    device.reboot_at = None if value < 0 else now + value
    return True


def _shut_down(device: Device, value: int, now: float) -> bool:
    device.off_at = None if value < 0 else now + value
    return True


def _update(device: Device, _value: Any, now: float) -> bool:
    return _reboot(device, int(OTA_S), now)


def _reset_config(device: Device, _value: Any, now: float) -> bool:
    device.reset(keep_key=True)
    device.reboot_at = now + RESET_S
    return True


def _reset_device(device: Device, _value: Any, now: float) -> bool:
    device.reset(keep_key=False)
    device.reboot_at = now + RESET_S
    return True


def _exit(device: Device, _value: Any, now: float) -> bool:
    device.off_at = now
    return True


def _delete_file(device: Device, name: str, _now: float) -> bool:
    device.flash.pop(name.lstrip("/"), None)
    return True


def _back_up(device: Device, where: int, now: float) -> bool:
    if where != FLASH:
        return False
    settings = device.settings
    backup = deviceonly_pb2.BackupPreferences(
        version=STATE_VERSION,
        timestamp=device.unix_time(now),
        config=settings.config,
        module_config=settings.modules,
        owner=settings.owner,
    )
    backup.channels.version = STATE_VERSION
    backup.channels.channels.extend(settings.channels)
    device.flash[BACKUP] = bytes(backup.SerializeToString())
    return True


def _restore(device: Device, where: int, now: float) -> bool:
    backup = loaded(deviceonly_pb2.BackupPreferences, device.flash.get(BACKUP, b""))
    if (
        where != FLASH
        or backup is None
        or len(backup.channels.channels) != len(device.settings.channels)
    ):
        return False
    settings = device.settings
    settings.config, settings.modules = copied(backup.config), copied(backup.module_config)
    settings.owner = copied(backup.owner)
    settings.channels = [copied(channel) for channel in backup.channels.channels]
    device.apply_settings()
    device.save(Segment.COMMITTED)
    device.reboot_at = now + RESTORED_S
    return True


def _remove_backup(device: Device, where: int, _now: float) -> bool:
    if where == FLASH:
        device.flash.pop(BACKUP, None)
    return True


ACTIONS: Final[dict[str, Callable[[Device, Any, float], bool]]] = {
    "begin_edit_settings": _begin,
    "commit_edit_settings": _commit,
    "set_time_only": _set_time,
    "reboot_seconds": _reboot,
    "shutdown_seconds": _shut_down,
    "reboot_ota_seconds": _reboot,
    "ota_request": _update,
    "factory_reset_config": _reset_config,
    "factory_reset_device": _reset_device,
    "exit_simulator": _exit,
    "delete_file_request": _delete_file,
    "backup_preferences": _back_up,
    "restore_preferences": _restore,
    "remove_backup_preferences": _remove_backup,
}

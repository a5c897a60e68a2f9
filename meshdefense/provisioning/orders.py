"""Which orders turn what a radio is into what it shall be: one for each section that differs.

Pure. Order matters: the firmware changes other sections when role or region change
(`installRoleDefaults`, `initRegion`), so these come first and everything decided follows anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from meshdefense.catalogue import N_, tr
from meshdefense.provisioning import writing
from meshdefense.provisioning.device import Device
from meshdefense_radio.desired import Desired
from meshdefense_radio.fields import Fields
from meshdefense_radio.plan import Change

__all__ = ["Order", "orders_for"]

_FIRST: Final = ("device", "lora", "security")
_UPSETTING: Final = ("config.device.role", "config.lora.region")
"""Settings by which the firmware changes others."""
_KINDS: Final = {
    "owner": N_("names"),
    "config": N_("settings: {name}"),
    "modules": N_("module: {name}"),
    "channel": N_("channel {name}"),
    "text": N_("texts: {name}"),
    "position": N_("typed position: removed"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """One message to the radio."""

    kind: str
    name: str
    fields: Any = None
    new_keys: bool = False
    upsets: bool = False
    """The firmware changes other settings with it, or the radio's own number (2.8, by its key)."""

    @property
    def words(self) -> str:
        """What it writes, for people."""
        return tr(_KINDS[self.kind], name=self.name)

    def covers(self, path: str) -> bool:
        """Whether a setting, by `Change.path`, is written by it."""
        part = _part(path)
        return part == (self.kind, self.name)

    def give(self, device: Device) -> None:
        """Send it and wait for the answer. Raises DeviceError."""
        match self.kind:
            case "owner":
                writing.write_owner(device, self.fields)
            case "config":
                writing.write_config(device, self.name, self.fields, new_keys=self.new_keys)
            case "modules":
                writing.write_module(device, self.name, self.fields)
            case "channel":
                writing.write_channel(device, int(self.name), self.fields)
            case "text":
                writing.write_text(device, self.name, self.fields)
            case "position":
                writing.remove_fixed_position(device)


def orders_for(
    changes: Iterable[Change], desired: Desired, *, new_keys: bool = False
) -> tuple[Order, ...]:
    """The orders for these changes, in the order in which they are given."""
    paths = [change.path for change in changes]
    parts = {_part(path) for path in paths}
    if new_keys:
        parts.add(("config", "security"))
    upsets = new_keys or any(path in _UPSETTING for path in paths)
    if upsets:
        parts |= {("config", name) for name in desired.config}
        parts |= {("modules", name) for name in desired.modules}
    orders = sorted((_order(kind, name, desired, new_keys) for kind, name in parts), key=_rank)
    return tuple(replace(one, upsets=upsets and one.name in _FIRST) for one in orders)


def _part(path: str) -> tuple[str, str]:
    """What is written together with a setting: ("config", "lora") for config.lora.hop_limit."""
    root, *rest = path.split(".")
    if root == "fixed_position":
        return "position", ""
    if root in ("canned_messages", "ringtone"):
        return "text", root
    if root.startswith("channels["):
        return "channel", root.removeprefix("channels[").rstrip("]")
    return root, "" if root == "owner" else rest[0]


def _order(kind: str, name: str, desired: Desired, new_keys: bool) -> Order:
    match kind:
        case "owner":
            return Order(kind, name, desired.owner)
        case "config":
            fields: Mapping[str, Fields] = desired.config
            security = new_keys and name == "security"
            return Order(kind, name, fields.get(name, {}), new_keys=security)
        case "modules":
            return Order(kind, name, desired.modules[name])
        case "channel":
            return Order(kind, name, desired.channels[int(name)])
        case "text":
            return Order(kind, name, getattr(desired, name))
    return Order(kind, name)


def _rank(order: Order) -> tuple[int, int, str]:
    kinds = list(_KINDS)
    first = _FIRST.index(order.name) if order.name in _FIRST else len(_FIRST)
    return kinds.index(order.kind), first, order.name

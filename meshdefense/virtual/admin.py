"""Admin messages: who may send them, what is answered, what happens. Source: `AdminModule.cpp`.

The radio's own clients may do everything unless it is managed. From the mesh they are taken when
they came encrypted for this radio by the owner of one of `security.admin_key`, or on a channel
called admin if that is allowed; those that change something need the session key, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from meshtastic.protobuf import admin_pb2, config_pb2, mesh_pb2, module_config_pb2

from meshdefense.virtual.admin_actions import ACTIONS
from meshdefense.virtual.decode import parse
from meshdefense.virtual.faults import Misbehaviour
from meshdefense.virtual.flash import Segment
from meshdefense.virtual.handshake import config_section, metadata, module_section
from meshdefense.virtual.settings import CHANNELS, KEY_BYTES
from meshdefense.virtual.sizes import fits
from meshdefense.virtual.writes import ADMIN_CHANNEL, WRITERS, Change

if TYPE_CHECKING:
    from meshdefense.virtual.device import Device

__all__ = ["Administration", "Answer"]

Error = mesh_pb2.Routing.Error
SESSION_KEY_BYTES: Final = 8
SESSION_S, ROTATED_AFTER_S = 300.0, 150.0
RESTART_AFTER_S: Final = 7.0  # DEFAULT_REBOOT_SECONDS: after a change of settings


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to whoever asked."""

    reply: Any | None = None
    """An `admin.AdminMessage`, or else an error code that says what became of it."""
    error: int | None = Error.NONE
    """None: the radio keeps silent."""


DONE: Final = Answer()
REFUSED: Final = Answer(error=Error.BAD_REQUEST)
NOT_UNDERSTOOD: Final = Answer(error=Error.NO_RESPONSE)
SILENCE: Final = Answer(error=None)


class Administration:
    """The admin module of one device."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._session_key = b""
        self._session_began = 0.0
        self.editing = False
        """Whether a transaction is open: nothing is saved and nothing restarts."""

    def take(self, packet: Any, now: float, *, local: bool) -> Answer:
        """Carry out the admin message in a decoded `mesh.MeshPacket`."""
        message = parse(admin_pb2.AdminMessage, packet.decoded.payload)
        if message is None or not fits(message):
            return NOT_UNDERSTOOD
        variant = message.WhichOneof("payload_variant") or ""
        if variant.endswith("_response"):
            return DONE
        if local and self._device.settings.config.security.is_managed:
            return NOT_UNDERSTOOD  # it is ignored, and then nobody has answered
        if not local:
            error = self._why_not(packet, message, variant, now)
            if error is not None:
                return Answer(error=error)
        answer = self._carry_out(variant, message, now)
        if answer.reply is not None and variant != "get_ui_config_request":
            answer.reply.session_passkey = self._key(now)
        return answer

    # -- who may -----------------------------------------------------------------------------

    def _why_not(self, packet: Any, message: Any, variant: str, now: float) -> int | None:
        security = self._device.settings.config.security
        channel = self._device.settings.channels[packet.channel]
        if packet.pki_encrypted:
            allowed = [bytes(key) for key in security.admin_key if len(key) == KEY_BYTES]
            if bytes(packet.public_key) not in allowed:
                return int(Error.ADMIN_PUBLIC_KEY_UNAUTHORIZED)
            self._favour(getattr(packet, "from"))
        elif channel.settings.name.lower() != ADMIN_CHANNEL or not security.admin_channel_enabled:
            return int(Error.NOT_AUTHORIZED)
        asks = variant.startswith("get_") and variant.endswith("_request")
        if not asks and not self._fits_session(message, now):
            return int(Error.ADMIN_BAD_SESSION_KEY)
        return None

    def _favour(self, number: int) -> None:
        node = self._device.nodes.get(number)
        base = config_pb2.Config.DeviceConfig.Role.CLIENT_BASE
        if node is not None and self._device.settings.config.device.role != base:
            node.is_favorite = True

    def _key(self, now: float) -> bytes:
        """Return the session key, a new one when the old has served half its time."""
        if not self._session_key or now > self._session_began + ROTATED_AFTER_S:
            self._session_key = self._device.rng.randbytes(SESSION_KEY_BYTES)
            self._session_began = now
        return self._session_key

    def _fits_session(self, message: Any, now: float) -> bool:
        valid = self._session_key and now < self._session_began + SESSION_S
        return bool(valid) and bytes(message.session_passkey) == self._session_key

    # -- what --------------------------------------------------------------------------------

    def _carry_out(self, variant: str, message: Any, now: float) -> Answer:
        value = getattr(message, variant) if variant else None
        if variant in _READERS:
            reply = admin_pb2.AdminMessage()
            return Answer(reply) if _READERS[variant](self._device, value, reply) else REFUSED
        if variant in WRITERS:
            return self._write(variant, value, now)
        if variant in ACTIONS:
            return DONE if ACTIONS[variant](self._device, value, now) else REFUSED
        return DONE  # the firmware confirms what none of its modules knows

    def _write(self, variant: str, value: Any, now: float) -> Answer:
        device = self._device
        if device.fault.reached(Misbehaviour.REBOOT_MID_WRITE):
            device.lose_power()
            return SILENCE
        if device.fault.strikes(Misbehaviour.FORGET_WRITE):
            return DONE
        change = WRITERS[variant](value, device.settings, device.nodes, device.new_secret())
        if change.refused:
            return REFUSED
        if device.retunes_live and variant == "set_config" and value.HasField("lora"):
            change = replace(change, restarts=False)
        self._follow(variant, change, now)
        return DONE

    def _follow(self, variant: str, change: Change, now: float) -> None:
        device = self._device
        for warning in change.warnings:
            device.warn(warning, now)
        device.apply_settings()
        if variant == "remove_fixed_position":
            device.modules.positions.told = None
        device.modules.refresh_own(now)
        self.save(change.saves, now, restarts=change.restarts)
        if change.renamed:
            device.modules.announce(now)
        if variant == "set_fixed_position":
            device.modules.tell_position(now)

    def save(self, what: Segment, now: float, *, restarts: bool) -> None:
        """Save segments now, or at the commit; texts and the screen's settings always now."""
        always = Segment.CANNED | Segment.RINGTONE | Segment.UI
        self._device.save(what & always if self.editing else what)
        if restarts and not self.editing:
            self.restart_soon(now)

    def restart_soon(self, now: float) -> None:
        """Restart as after a change of settings, if this radio does that."""
        if self._device.restart_after_changes:
            self._device.reboot_at = now + RESTART_AFTER_S


# -- reading -----------------------------------------------------------------------------------


def _owner(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_owner_response.CopyFrom(device.settings.owner)
    return True


def _channel(device: Device, value: int, reply: Any) -> bool:
    if not 1 <= value <= CHANNELS:  # index + 1, since 0 would look like an absent field
        return False
    reply.get_channel_response.CopyFrom(device.settings.channels[value - 1])
    return True


def _config(device: Device, value: int, reply: Any) -> bool:
    reply.get_config_response.SetInParent()
    section = _section(config_pb2.Config, value)
    if section is not None:
        reply.get_config_response.CopyFrom(config_section(device.settings, section))
    return True


def _module_config(device: Device, value: int, reply: Any) -> bool:
    reply.get_module_config_response.SetInParent()
    section = _section(module_config_pb2.ModuleConfig, value)
    if section is not None:
        reply.get_module_config_response.CopyFrom(module_section(device.settings, section))
    return True


def _section(kind: Any, value: int) -> str | None:
    """Return the section's name: the enum counts from 0, the fields of the message from 1."""
    field = kind.DESCRIPTOR.fields_by_number.get(value + 1)
    return None if field is None else str(field.name)


def _metadata(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_device_metadata_response.CopyFrom(metadata(device.settings))
    return True


def _canned(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_canned_message_module_messages_response = device.settings.canned_messages
    return True


def _ringtone(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_ringtone_response = device.settings.ringtone
    return True


def _connection(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_device_connection_status_response.wifi.status.is_connected = True
    reply.get_device_connection_status_response.serial.baud = 115_200
    return True


def _ui(device: Device, _value: Any, reply: Any) -> bool:
    reply.get_ui_config_response.CopyFrom(device.settings.ui)
    return True


def _pins(device: Device, _value: Any, reply: Any) -> bool:
    response = reply.get_node_remote_hardware_pins_response
    response.SetInParent()
    for pin in device.settings.modules.remote_hardware.available_pins:
        response.node_remote_hardware_pins.add(node_num=device.number).pin.CopyFrom(pin)
    return True


_READERS: Final[dict[str, Callable[[Device, Any, Any], bool]]] = {
    "get_owner_request": _owner,
    "get_channel_request": _channel,
    "get_config_request": _config,
    "get_module_config_request": _module_config,
    "get_device_metadata_request": _metadata,
    "get_canned_message_module_messages_request": _canned,
    "get_ringtone_request": _ringtone,
    "get_device_connection_status_request": _connection,
    "get_ui_config_request": _ui,
    "get_node_remote_hardware_pins_request": _pins,
}

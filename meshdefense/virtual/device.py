"""One radio in software: what its clients say to it, and what the air brings it.

Sans-IO: frames and times in; answers wait in `phone`. Times are seconds of the mesh's clock.
Limits and error codes are those measured on native firmware 2.7.26 (docs/virtual-radio.md).
"""

from __future__ import annotations

import random
from typing import Any

from meshtastic.protobuf import mesh_pb2

from meshdefense.air.packets import (
    Acknowledged,
    Event,
    Failed,
    Heard,
    PowerChanged,
    QueueFreed,
    Received,
)
from meshdefense.air.txqueue import QUEUE_PLACES
from meshdefense.air.world import World
from meshdefense.virtual import flash as files
from meshdefense.virtual.admin import Administration
from meshdefense.virtual.decode import parse
from meshdefense.virtual.defaults import from_the_box
from meshdefense.virtual.faults import Fault, Misbehaviour
from meshdefense.virtual.flash import Flash, MemoryFlash, Segment
from meshdefense.virtual.handshake import handshake
from meshdefense.virtual.marks import sealed
from meshdefense.virtual.messages import copied, fill_routing, local_packet
from meshdefense.virtual.modules import Modules
from meshdefense.virtual.nodes import NodeTable
from meshdefense.virtual.phone import Phone, PhoneQueue
from meshdefense.virtual.receiving import Receiving
from meshdefense.virtual.relaying import Relaying
from meshdefense.virtual.sending import Sending
from meshdefense.virtual.settings import KEY_BYTES, Settings

__all__ = ["Device"]

Error = mesh_pb2.Routing.Error
NODES_SAVED_EVERY_S = 60.0  # lastNodeDbSave: who was heard of just before a reboot may be lost


class Device:
    """A radio's memory and behaviour; it is given the air it is on, and its flash."""

    uses_pki = True
    """It sends direct messages encrypted for their destination alone, if it has a key."""
    ignores_repeats = True
    """A packet that a client says twice is taken once."""
    retunes_live = False
    """Other radio settings hold at once, without a restart."""
    sealed = staticmethod(sealed)
    """Channel hash and ciphertext of a packet that it cannot read; None: nothing to show."""
    introduces_after_s: float | None = None
    """How long after its start it first tells its name; None: at some time, as chance has it."""

    def __init__(
        self,
        number: int,
        settings: Settings,
        world: World,
        rng: random.Random,
        *,
        flash: Flash | None = None,
        restart_after_changes: bool = False,
    ) -> None:
        """`settings` are those of its first start; later ones are in `flash`."""
        self.number = number
        self.settings = settings
        self.world = world
        self.rng = rng
        self.flash = MemoryFlash() if flash is None else flash
        self.restart_after_changes = restart_after_changes
        """Reboot 7 s after a change of settings, as the firmware does."""
        self.nodes = NodeTable(number, settings.owner)
        self.phone = Phone()
        self.fault = Fault()
        self.gps: Any = None
        """`mesh.Position` that its receiver gives; None without one."""
        self.modules = Modules(self)
        self.administration = Administration(self)
        self.sending = Sending(self)
        self.receiving = Receiving(self)
        self.relaying = Relaying(self)
        self.reboot_at: float | None = None
        """When the device wants to be restarted."""
        self.off_at: float | None = None
        """When it wants to be shut down."""
        self.is_new = not self.flash
        """Whether it starts for the first time."""
        self._dead = False
        self._clock: tuple[int, float] | None = None
        self._nodes_saved_at = 0.0
        self._waiting_saved: list[tuple[int, int]] = []
        self._told_full = False
        world.guard(number, self.relaying)
        world.number_answers_from(number, self.new_identifier())
        self.phone.restore(files.waiting_packets(self.flash))
        self._load()
        self.save(Segment.EVERYTHING)

    @property
    def transmits(self) -> bool:
        """Whether its radio may send at all."""
        return self.settings.transmits

    def channel_mark(self, index: int) -> int | None:
        """Return what marks this radio's packets on channel `index`; None when there is none."""
        return self.settings.channel_mark(index)

    def channel_of(self, mark: int) -> int | None:
        """Return the index of the channel that `mark` names; None for a foreign one."""
        return self.settings.channel_of(mark)

    # -- flash -------------------------------------------------------------------------------

    def _load(self) -> None:
        """Take everything from flash; what makes no sense there is set aside."""
        for name in files.load(self.flash, self.settings, self.nodes):
            self.flash.set_aside(name)
        self.settings.ensure_keys(self.new_secret())
        own = self.nodes.own
        own.user.CopyFrom(self.settings.owner)
        fixed = self.settings.config.position.fixed_position and own.HasField("position")
        self.settings.fixed_position = copied(own.position) if fixed else None
        self.apply_settings()

    def save(self, what: Segment) -> None:
        """Write parts of the settings to flash."""
        if what:
            files.save(self.flash, what, self.settings, self.nodes, self.phone.unclaimed)

    def save_all(self) -> None:
        """Write everything that may have changed, before the process ends."""
        editing = self.administration.editing
        self.save(Segment.NODES | Segment.WAITING if editing else Segment.COMMITTED)

    def apply_settings(self) -> None:
        """Let the air know of role, preset, hop limit and duty cycle."""
        settings = self.settings
        self.world.configure(
            self.number,
            preset=settings.preset,
            role=settings.role,
            hop_limit=settings.hop_limit,
            duty_cycle=settings.duty_cycle,
        )

    def reset(self, *, keep_key: bool) -> None:
        """Be as fresh from the box; the private key may stay, and a backup does.

        `NodeDB::factoryReset` removes what lies under `prefs`, nothing else.
        """
        old, settings = self.settings, from_the_box(self.number, self.settings.firmware)
        settings.reboots = old.reboots
        if keep_key and len(old.config.security.private_key) == KEY_BYTES:
            settings.config.security.private_key = old.config.security.private_key
        self.settings = settings
        self.nodes.reset(settings.owner)
        for name in [name for name in self.flash if name != files.BACKUP]:
            del self.flash[name]
        self.apply_settings()
        self.save(Segment.EVERYTHING)

    def erase(self) -> None:
        """Be new: nothing of an earlier process is left."""
        self.phone.clear()
        self.settings.reboots = 0
        self.flash.clear()
        self.reset(keep_key=False)

    def boot(self, now: float) -> None:
        """Start again: what was not saved is lost."""
        self.phone.clear()
        self.reboot_at = self.off_at = None
        self._dead = self._told_full = False
        self.administration = Administration(self)
        self.sending = Sending(self)
        self._clock = None
        fresh = from_the_box(self.number, self.settings.firmware)
        self.settings, self.nodes = fresh, NodeTable(self.number, fresh.owner)
        self._load()
        self.settings.reboots += 1
        self.save(Segment.DEVICE)
        self.modules.start(now)
        self.modules.refresh_own(now)

    def lose_power(self) -> None:
        """Stop at once, for `reboot_mid_write`: nothing more is heard, answered or saved."""
        self.fault.begin(Misbehaviour.NONE)
        self._dead = True
        self.reboot_at = float("-inf")

    # -- time --------------------------------------------------------------------------------

    def timer_at(self) -> float:
        """Return when `run` has something to do."""
        ends = [at for at in (self.reboot_at, self.off_at) if at is not None]
        return min(self.modules.timer_at(), self.sending.timer_at(), *ends)

    def due_end(self, now: float) -> bool | None:
        """Take the restart or the shutdown that is due: True for a restart; None without one.

        What else was planned goes with the memory.
        """
        planned = ((self.reboot_at, True), (self.off_at, False))
        due = [(at, back) for at, back in planned if at is not None and at <= now]
        if not due:
            return None
        self.reboot_at = self.off_at = None
        return min(due)[1]

    def run(self, now: float) -> None:
        """Do what is due; a reboot is the caller's business."""
        if self._dead:
            return
        self.modules.run(now)
        for identifier in self.sending.expired(now):
            self.tell_result(identifier, Error.MAX_RETRANSMIT)
        if self._told_full and self.world.queue_free(self.number):
            self.tell_status(0, 0)
        if now - self._nodes_saved_at >= NODES_SAVED_EVERY_S:
            self._nodes_saved_at = now
            self.modules.forget_expired(now)
            self.save(Segment.NODES if self.nodes.changed else Segment.NOTHING)
            waiting = [(getattr(packet, "from"), packet.id) for packet in self.phone.unclaimed]
            self.save(Segment.WAITING if waiting != self._waiting_saved else Segment.NOTHING)
            self._waiting_saved = waiting

    # -- the clients -------------------------------------------------------------------------

    def from_client(self, payload: bytes, now: float, client: PhoneQueue) -> bool:
        """Take one `ToRadio` message; return False when the client says goodbye."""
        message = None if self._dead else parse(mesh_pb2.ToRadio, payload)
        if message is None:
            return True
        variant = message.WhichOneof("payload_variant")
        if variant == "want_config_id":
            self._introduce(message.want_config_id, now, client)
        elif variant == "heartbeat":
            self.tell_status(0, 0, client)
        elif variant == "packet":
            self.sending.take(message.packet, now, client)
        return bool(variant != "disconnect")

    def _introduce(self, nonce: int, now: float, client: PhoneQueue) -> None:
        self.modules.refresh_own(now)
        answers = handshake(nonce, self.settings, self.nodes.own, self.nodes.others, self.flash)
        self.phone.introduce(client, answers)

    # -- the air -----------------------------------------------------------------------------

    def from_air(self, event: Event) -> None:
        """Take an event of the world that concerns this node."""
        match event:
            case Received(at, _, packet, snr, rssi):
                self.receiving.receive(packet, snr, rssi, at)
            case Heard(_, _, packet) if packet.want_ack:
                self.tell_result(packet.identifier, Error.NONE)
            case Failed(_, _, packet):
                self.tell_result(packet.identifier, Error.MAX_RETRANSMIT)
            case Acknowledged(at, _, packet, snr, rssi):
                self.receiving.confirmed(packet, snr, rssi, at)
            case QueueFreed(_, _, packet, free) if packet.origin == self.number or free == 1:
                self.tell_status(0, 0)
            case PowerChanged(at, _, True):
                self.boot(at)
            case _:
                pass

    # -- small things ------------------------------------------------------------------------

    def set_clock(self, unix_time: int, now: float) -> None:
        """Know what time it is."""
        self._clock = (unix_time, now)

    def unix_time(self, now: float) -> int:
        """Return the radio's clock; 0 until a client has set it."""
        if self._clock is None:
            return 0
        return min(self._clock[0] + int(now - self._clock[1]), 0xFFFFFFFF)

    def new_identifier(self) -> int:
        """Draw a packet id."""
        return self.rng.randrange(1, 1 << 32)

    def new_secret(self) -> bytes:
        """Draw a private key."""
        return self.rng.randbytes(KEY_BYTES)

    def warn(self, text: str, now: float, packet: int | None = None) -> None:
        """Tell the clients something in words, perhaps of one `packet`."""
        level, at = mesh_pb2.LogRecord.Level.WARNING, self.unix_time(now)
        notification = mesh_pb2.ClientNotification(level=level, message=text, time=at)
        if packet is not None:
            notification.reply_id = packet
        self.phone.notify(notification)

    def tell_result(self, request: int, error: int) -> None:
        """Tell the clients what became of the packet `request`."""
        if self.fault.strikes(Misbehaviour.LOSE_ACKS):
            return
        packet = local_packet(self.number, self.new_identifier(), 0, b"", request)
        self.phone.packet(fill_routing(packet, request, error))

    def answer_client(self, port: int, payload: bytes, request: int) -> None:
        """Tell the clients what the radio itself answers to the packet `request`."""
        self.phone.packet(local_packet(self.number, self.new_identifier(), port, payload, request))

    def tell_status(self, result: int, identifier: int, client: PhoneQueue | None = None) -> None:
        """Tell one client, or all, how much room the transmit queue has.

        Who was told that there is none is told soon when there is some: clients wait for that
        and a disconnect meanwhile hangs them for good.
        """
        free = self.world.queue_free(self.number)
        self._told_full = free == 0
        status = mesh_pb2.QueueStatus(
            res=result, free=free, maxlen=QUEUE_PLACES, mesh_packet_id=identifier
        )
        if client is None:
            self.phone.status(status)
        else:
            client.status(status)

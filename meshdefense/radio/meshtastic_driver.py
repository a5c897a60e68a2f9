"""One connection to a Meshtastic radio, through the `meshtastic` library.

A wall: the library's threads, dicts, exits and exceptions stop here. Nothing of it is imported
before a radio is opened (half a second), and then by `meshtastic_library`. The library is kept
from doing what would wedge us:

- it reconnects by itself without telling anybody, and can deadlock in that
  (tcp_interface._reconnect): here a lost connection is lost;
- it waits without limit for room in the radio's queue (mesh_interface._sendToRadio), so packets
  are written one level below, and its own copy of the queue's state stays empty;
- its heartbeat is a thread that keeps the process alive: not started;
- it gathers log text without limit between two line ends (_handleLogByte): thrown away;
- opening, writing and closing may block for ever: they run on a Lane, with a time limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
import time
from collections.abc import AsyncIterator, Callable

from meshdefense.radio.addresses import Address, BleAddress
from meshdefense.radio.base import FrameFate, RadioError, RadioEvent, RadioHealth
from meshdefense.radio.checks import explain, require_usable
from meshdefense.radio.facts import FactQueue
from meshdefense.radio.lanes import Lane, run_abandonable
from meshdefense.radio.meshtastic_library import meshtastic_library
from meshdefense.radio.stock import TEXT_MAX, StockChannel, StockPacket
from meshdefense.radio.translator import Translator
from meshdefense.radio.wall import Wall
from meshdefense_protocol.transport import Fate, OutgoingFrame

__all__ = ["MTU", "MeshtasticDriver"]

MTU = 200  # 231 B is the most that a broadcast delivered; past 200 delivery suffers on the air

OPEN_TIMEOUT_S = 10.0
BLE_OPEN_TIMEOUT_S = 60.0  # the library scans for 10 s first, then Bluetooth takes its time
WRITE_TIMEOUT_S = 5.0
QUEUE_POLL_S = 2.0  # while a fresh QueueStatus would tell the fate of a frame
DISCONNECT_GRACE_S = 0.5  # the firmware's TCP server misses an end that comes with the socket's
CLOSE_TIMEOUT_S = 1.0


class MeshtasticDriver:
    """A `RadioDriver` for serial, TCP and BLE; used once.

    `locate` is asked for the address just before opening, on the opening thread: a USB
    device may have another name by then.
    """

    mtu = MTU

    def __init__(
        self,
        address: Address,
        *,
        locate: Callable[[], Address] | None = None,
        open_timeout: float | None = None,
        queue_poll: float = QUEUE_POLL_S,
        stock_channel: str = "",
    ) -> None:
        """`stock_channel` names the channel of the radio's table that stock radios are on."""
        self.address = address
        self._locate = locate or (lambda: address)
        slow = isinstance(address, BleAddress)
        self._open_timeout = open_timeout or (BLE_OPEN_TIMEOUT_S if slow else OPEN_TIMEOUT_S)
        self._queue_poll = queue_poll
        self._stock = stock_channel
        self._lane = Lane(f"radio {address}")
        self._translator = Translator()
        self._facts: FactQueue | None = None
        self._wall: Wall | None = None
        self._closed = False

    @property
    def health(self) -> RadioHealth:
        """The last known."""
        return self._translator.health

    @property
    def last_heard(self) -> float:
        """When the last valid frame came, in `time.monotonic` seconds."""
        return self._wall.last_heard if self._wall is not None else time.monotonic()

    @property
    def dropped(self) -> int:
        """Facts lost because nobody read `events` fast enough."""
        return self._facts.dropped if self._facts is not None else 0

    @property
    def sealed(self) -> int:
        """Packets that the radio has no key for; it hands them over all the same."""
        return self._wall.sealed if self._wall is not None else 0

    async def open(self) -> None:
        """Connect, shake hands, check firmware and region.

        Raises RadioError, or RadioRefusedError for old firmware and an unset region.
        """
        self._facts = FactQueue(asyncio.get_running_loop())
        self._wall = Wall(self._facts, self._stock)
        try:
            await self._open(self._wall)
        except BaseException:  # cancelled as well: nothing may stay open
            await self.close()
            raise

    async def _open(self, wall: Wall) -> None:
        try:
            health = await self._lane.run(
                functools.partial(self._connect, wall), patience=self._open_timeout
            )
        except RadioError:
            raise
        except TimeoutError as error:
            raise RadioError(f"{self.address}: no whole handshake came in time") from error
        except Exception as error:  # the library's kinds, and three transports'
            raise RadioError(f"{self.address}: {explain(error)}") from error
        self._translator.begin(health)
        require_usable(health)
        await self.heartbeat()  # its answer tells how large the radio's queue is

    def _connect(self, wall: Wall) -> RadioHealth:
        meshtastic_library().connect(self._locate(), wall, self._open_timeout)
        return wall.health()

    async def send(self, frame: OutgoingFrame) -> None:
        """Broadcast one frame on PRIVATE_APP of the primary channel.

        Returns when it is written. Raises RadioError when the link is gone; then no fate follows.
        """
        wall, facts = self._require_open()
        now = time.monotonic()
        if len(frame.payload) > MTU:
            facts.put(FrameFate(frame.token, Fate.REFUSED, f"larger than {MTU} bytes"))
            return
        if not self._translator.ledger.has_room(now):
            facts.put(FrameFate(frame.token, Fate.REFUSED, "the radio's transmit queue is full"))
            return
        packet_id = secrets.randbits(32) or 1  # 0 would let the radio choose
        hop_limit = frame.hop_limit if frame.hop_limit is not None else self.health.hop_limit or 0
        self._translator.ledger.add(packet_id, frame, now)
        try:
            await self._write(
                functools.partial(
                    meshtastic_library().write_frame, wall, frame, packet_id, hop_limit
                )
            )
        except BaseException:
            self._translator.ledger.forget(packet_id)
            raise

    @property
    def stock_channel(self) -> StockChannel:
        """Where stock radios are."""
        found = self._wall.stock if self._wall is not None else None
        return found or StockChannel(self._stock)

    async def send_stock(self, packet: StockPacket) -> None:
        """Say a line or pin to stock radios. Returns when it is written; a fate follows.

        Raises RadioError when the link is gone; then no fate follows.
        """
        wall, facts = self._require_open()
        now, index = time.monotonic(), self.stock_channel.index
        why = ""
        if len(packet.text.encode()) > TEXT_MAX:
            why = f"larger than {TEXT_MAX} bytes"
        elif index is None and packet.to is None:
            why = self.stock_channel.problem or "the radio has no channel for stock radios"
        elif not self._translator.ledger.has_room(now):
            why = "the radio's transmit queue is full"
        if why:
            facts.put(FrameFate(packet.token, Fate.REFUSED, why))
            return
        packet_id = secrets.randbits(32) or 1
        place = index or 0  # of a direct text where the radio has no key of its recipient
        self._translator.ledger.add(packet_id, packet, now, packet.to)
        try:
            await self._write(
                functools.partial(
                    meshtastic_library().write_stock, wall, packet, packet_id, place, self.health
                )
            )
        except BaseException:
            self._translator.ledger.forget(packet_id)
            raise

    async def heartbeat(self) -> None:
        """Ask the radio for its QueueStatus, its sign of life. Raises RadioError when gone."""
        wall, _ = self._require_open()
        await self._write(functools.partial(meshtastic_library().write_heartbeat, wall))

    async def reset(self) -> None:
        """Order a full factory reset: channels, keys, positions and names go, then it restarts.

        Returns when the order is written, which is all that can be known: the radio does not
        answer it. Raises RadioError.
        """
        wall, _ = self._require_open()
        await self._write(
            functools.partial(
                meshtastic_library().write_factory_reset, wall, self.health.node_number or 0
            )
        )

    async def events(self) -> AsyncIterator[RadioEvent]:
        """Frames, fates and changes of health; ends with LOST for every frame still open."""
        facts = self._facts
        if facts is None:
            return
        poll_at = time.monotonic() + self._queue_poll
        while not facts.ended:
            fact = await facts.get(max(0.0, poll_at - time.monotonic()))
            now = time.monotonic()
            if fact is not None:
                for event in self._translator.translate(fact, self._nodes_heard()):
                    yield event
            if now >= poll_at:
                poll_at = now + self._queue_poll
                for fate in self._translator.ledger.expire(now):
                    yield fate
                if self._translator.ledger.curious and facts.closed is None:
                    await self._poll()
        for fate in self._translator.ledger.lose_all(facts.closed or "the radio is gone"):
            yield fate

    async def close(self) -> None:
        """End the connection within two seconds; what does not end by then is left behind."""
        wall, facts = self._wall, self._facts
        if wall is None or facts is None or self._closed:
            return
        self._closed = True
        alive = facts.closed is None and not wall.lost.is_set()
        facts.close("the link was closed")
        try:
            if alive and wall.interface is not None:
                await self._say_goodbye(wall)
        finally:  # cancelled meanwhile, too: the library's object must not stay open
            wall.abandoned.set()
            self._lane.stop()
            if wall.interface is not None:
                with contextlib.suppress(Exception):  # closing a dead device may raise anything
                    await run_abandonable(
                        wall.interface.close, name=f"close {self.address}", patience=CLOSE_TIMEOUT_S
                    )

    async def _say_goodbye(self, wall: Wall) -> None:
        with contextlib.suppress(Exception):  # a courtesy: if it fails, the link is gone anyway
            goodbye = functools.partial(meshtastic_library().write_disconnect, wall)
            await self._lane.run(goodbye, patience=DISCONNECT_GRACE_S / 2)
            await asyncio.sleep(DISCONNECT_GRACE_S)

    def _require_open(self) -> tuple[Wall, FactQueue]:
        if self._wall is None or self._facts is None:
            raise RadioError("the radio was never opened")
        if self._facts.closed is not None:
            raise RadioError(self._facts.closed)
        return self._wall, self._facts

    async def _write(self, work: Callable[[], None]) -> None:
        try:
            await self._lane.run(work, patience=WRITE_TIMEOUT_S)
        except TimeoutError as error:
            self._end("the radio takes no more bytes")
            raise RadioError("the radio takes no more bytes") from error
        except Exception as error:  # the library's kinds, and three transports'
            self._end(explain(error))
            raise RadioError(explain(error)) from error

    async def _poll(self) -> None:
        with contextlib.suppress(RadioError):  # the queue of facts is closed by it: events end
            await self.heartbeat()

    def _end(self, reason: str) -> None:
        if self._facts is not None:
            self._facts.close(reason)

    def _nodes_heard(self) -> int:
        return self._wall.nodes_heard() if self._wall is not None else 0

"""A radio on the table: read whole, written message by message, through the `meshtastic` library.

It stands behind the same wall as the daemon's driver: nothing reconnects in secret, no thread
keeps the process alive, opening, writing and closing have a limit. Orders go as admin packets
of our own, each with an id, and each waits for the radio's answer to that id: the library's own
functions for these wait without limit, or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.device_errors import (
    DeviceAbsentError,
    DeviceError,
    DeviceLostError,
    DeviceRefusedError,
)
from meshdefense.provisioning.exchange import Exchange
from meshdefense.provisioning.library import Order, loaded
from meshdefense.provisioning.limited import limited
from meshdefense.provisioning.patience import Patience
from meshdefense.provisioning.reading import Handshake, gather
from meshdefense.radio.addresses import Address, BleAddress
from meshdefense.radio.checks import explain
from meshdefense_radio.radio_state import RadioState

__all__ = ["Device"]

_GOODBYE_S: Final = 0.5  # the firmware's TCP server misses an end that comes with the socket's
_CLOSE_S: Final = 2.0
_READINGS: Final = 4
"""Handshakes until a radio is given up whose frames get lost; serial has no checksum."""
_NAMED: Final = 5  # of the parts that did not come
_ABSENT: Final = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ECONNREFUSED)


class Device:
    """One connection to one radio; a context manager, used once.

    Every method raises DeviceLostError when the radio is gone or silent, DeviceError otherwise.
    """

    def __init__(
        self,
        address: Address,
        *,
        patience: Patience | None = None,
        locate: Callable[[], Address] | None = None,
    ) -> None:
        """`locate` is asked where the radio is now, just before it is opened."""
        self.address = address
        self._patience = patience or Patience()
        self._locate = locate or (lambda: address)
        self._exchange = Exchange()
        self._told: Handshake | None = None
        self._seen: frozenset[str] = frozenset()
        """What this radio has told at least once: `Handshake.parts`."""

    def __enter__(self) -> Device:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- one connection ------------------------------------------------------------------------

    def open(self) -> None:
        """Connect and shake hands; leaves nothing behind when it fails.

        Raises DeviceAbsentError where nothing is.
        """
        slow = 6.0 if isinstance(self.address, BleAddress) else 1.0
        patience = self._patience.open_s * slow
        library = loaded()
        try:
            limited(
                lambda: library.connect(self._locate(), self._exchange, patience),
                name=f"open {self.address}",
                patience=patience,
            )
            nonce = self._exchange.interface.configId
            self._learn(gather(self._exchange.handshake(nonce) or ()))
            if self._told is None:
                self.refresh()
        except BaseException as error:
            self.close()
            if isinstance(error, DeviceError) or not isinstance(error, Exception):
                raise
            absent = isinstance(error, OSError) and error.errno in _ABSENT
            kind = DeviceAbsentError if absent else DeviceLostError
            raise kind(f"{self.address}: {explain(error)}") from None
        self._exchange.ready = True

    def close(self) -> None:
        """End the connection; what does not end in time is left behind. Safe twice."""
        exchange = self._exchange
        exchange.ready = False
        if exchange.interface is None:
            exchange.abandoned.set()
            return
        if self._told is not None and not exchange.lost.is_set():
            with contextlib.suppress(DeviceError):  # a courtesy: it may be gone
                self._send(loaded().disconnect())
                exchange.wait(lambda: None, _GOODBYE_S)
        exchange.abandoned.set()
        with contextlib.suppress(Exception):  # closing a dead device may raise anything
            limited(exchange.interface.close, name=f"close {self.address}", patience=_CLOSE_S)
        exchange.interface = None

    # -- reading -------------------------------------------------------------------------------

    @property
    def told(self) -> Handshake:
        """What the radio said when it was read last."""
        if self._told is None:
            raise DeviceError(tr("the radio was not read yet"))
        return self._told

    def read(self) -> RadioState:
        """Ask for everything anew, canned messages and ringtone included."""
        self.refresh()
        texts = {
            name: self._text(name) if self.told.has(name) else None
            for name in ("canned_messages", "ringtone")
        }
        return self.told.state(**texts)

    def refresh(self) -> None:
        """Ask for everything anew but these two: `told` is then as the radio is now.

        A frame that got lost must not count as a setting at its default: every part has to be
        told, and where frames were garbled two readings have to be the same.
        """
        before: Handshake | None = None
        for _ in range(_READINGS):
            noise = self._exchange.garbage
            now = gather(self._handshake())
            lacking = self._learn(now)
            if not lacking and (self._exchange.garbage == noise or now == before):
                return
            before = None if lacking else now
        if lacking:
            raise DeviceError(
                tr("the radio does not tell everything: {parts} did not come in {count} readings; "
                   "try another cable or port",
                   parts=", ".join(lacking[:_NAMED]), count=_READINGS)
            )  # fmt: skip
        raise DeviceError(
            tr("what the radio tells comes garbled, no two readings are the same; "
               "try another cable or port")
        )  # fmt: skip

    def _handshake(self) -> list[Any]:
        nonce = 1 + secrets.randbelow(60_000)  # below the firmware's special ones
        self._send(loaded().want_config(nonce))
        messages = self._exchange.wait(
            lambda: self._exchange.handshake(nonce), self._patience.open_s
        )
        if messages is None:
            raise DeviceLostError(tr("the radio does not finish telling its settings"))
        return messages

    def _learn(self, now: Handshake) -> tuple[str, ...]:
        """Keep a reading if it is whole; what it lacks."""
        lacking = now.lacks(self._seen)
        self._seen |= now.parts
        if not lacking:
            self._told = now
        return lacking

    def owner(self) -> Any | None:
        """Its `User` now, which it gives its names from; None when no answer came."""
        answers = self._ask("get_owner_request", grace_s=self._patience.answer_s)
        answer = loaded().reply(answers)
        return None if answer is None else answer.get_owner_response

    def _text(self, name: str) -> str | None:
        """A text that a module keeps; None for a radio without that module.

        The firmware confirms a request that no module answers; a managed radio answers none.
        """
        request, reply = _TEXTS[name]
        for _ in range(2):  # an answer can be lost, and nothing may count as proven by silence
            try:
                answers = self._ask(request, grace_s=self._patience.text_s)
            except DeviceRefusedError as refused:
                if refused.error == "NO_RESPONSE":
                    return None
                raise
            if answers:
                answer = loaded().reply(answers)
                return None if answer is None else str(getattr(answer, reply))
        raise DeviceError(tr("the radio did not tell its texts; try again"))

    def alive(self) -> bool:
        """Whether the radio answers a heartbeat."""
        before = self._exchange.statuses
        try:
            self._send(loaded().heartbeat())
            heard = self._exchange.wait(
                lambda: self._exchange.statuses > before or None, self._patience.answer_s
            )
        except DeviceLostError:
            return False
        return heard is not None

    def wait_gone(self) -> bool:
        """Wait for a restart to begin; False when the radio still answers in the end."""
        rest = self._patience.gone_s
        while rest > 0:
            try:
                self._exchange.wait(lambda: None, min(1.0, rest))
            except DeviceLostError:
                return True
            rest -= 1.0
            if not self.alive():
                return True
        return False

    # -- orders and questions ------------------------------------------------------------------

    def order(self, field: str, value: Any = True) -> None:
        """Give the radio an order, one field of AdminMessage, and wait until it confirms it.

        An order that is not confirmed by a radio that lives counts as done: confirmations can
        be lost, and everything is read back. Raises DeviceRefusedError.
        """
        self._ask(field, value, grace_s=0.0)

    def ask_remote(
        self, node_number: int, field: str, value: Any, within_s: float, *, key: bytes = b""
    ) -> Any:
        """Ask another radio over the mesh, sealed for its key; its AdminMessage.

        Only an answer of that node counts that is sealed, under `key` if it is given. Raises
        DeviceRefusedError when it does not answer, or not to this radio.
        """
        library, own = loaded(), self.told.node_number
        order = Order(library.admin(**{field: value}), node_number, sealed=True)
        answers = self._transact(
            order,
            within_s,
            grace_s=within_s,
            counts=lambda packet: library.from_asked(packet, node_number, own),
        )
        error = library.error(answers)
        reply = library.reply(answers)
        if reply is None:
            raise DeviceRefusedError(error or "TIMEOUT")
        if key and any(bytes(one.public_key) != key for one in answers if one.pki_encrypted):
            raise DeviceError(
                tr("it answered under another key than it was proven with: it has a new one, or "
                   "somebody answers in its place")
            )  # fmt: skip
        return reply

    def _ask(self, field: str, value: Any = True, *, grace_s: float) -> list[Any]:
        """What answered one field of AdminMessage; nothing for a silent radio that lives."""
        library = loaded()
        order = Order(library.admin(**{field: value}), self.told.node_number)
        answers = self._transact(order, self._patience.answer_s, grace_s=grace_s)
        if not answers and not self.alive():
            raise DeviceLostError(tr("the radio does not answer any more"))
        error = library.error(answers)
        if error is not None:
            raise DeviceRefusedError(error)
        return answers

    def _transact(
        self,
        order: Order,
        patience: float,
        *,
        grace_s: float,
        counts: Callable[[Any], bool] = lambda _: True,
    ) -> list[Any]:
        """The packets that answer an order; `grace_s` more for one that is only confirmed."""
        library, identifier = loaded(), secrets.randbits(32) or 1

        def answers() -> list[Any]:
            return list(filter(counts, self._exchange.answers(identifier)))

        def settled() -> list[Any] | None:
            found = answers()
            return found if library.reply(found) or library.error(found) else None

        self._exchange.expect(identifier)
        try:
            self._send(library.packet(order, identifier))
            found = self._exchange.wait(lambda: answers() or None, patience) or []
            if found and grace_s and settled() is None:
                found = self._exchange.wait(settled, grace_s) or found
        finally:
            self._exchange.forget(identifier)
        return found

    def _send(self, message: Any) -> None:
        exchange = self._exchange
        if exchange.lost.is_set() or exchange.interface is None:  # the library would ignore it
            raise DeviceLostError(tr("the radio is gone: cable, power, or it restarts"))
        try:
            limited(
                lambda: exchange.interface._sendToRadioImpl(message),
                name=f"write {self.address}",
                patience=self._patience.answer_s,
            )
        except TimeoutError:
            exchange.ended()
            raise DeviceLostError(tr("the radio takes no more bytes")) from None
        except Exception as error:  # noqa: BLE001 - the library's kinds, three transports'
            exchange.ended()
            raise DeviceLostError(explain(error)) from None


_TEXTS: Final = {
    "canned_messages": (
        "get_canned_message_module_messages_request",
        "get_canned_message_module_messages_response",
    ),
    "ringtone": ("get_ringtone_request", "get_ringtone_response"),
}

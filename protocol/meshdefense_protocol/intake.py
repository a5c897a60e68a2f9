"""What comes in by radio: frames opened, sorted and handed to whoever understands them.

Total: any bytes are taken or counted in `rejected`, nothing else happens. Frames that said
nothing new are remembered by their bytes, so that copies cost next to nothing.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from meshdefense_protocol.admission import Admission, key_class_of
from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.digest import decode_digest
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import (
    Equivocated,
    Event,
    HeldChanged,
    ItemAccepted,
    TextCompleted,
    TransferChanged,
)
from meshdefense_protocol.fragments import decode_fragment, decode_request
from meshdefense_protocol.frames import FrameType, open_frame, split_items
from meshdefense_protocol.governance import Governance
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.membership import Membership
from meshdefense_protocol.packets import Manifest, UnknownBody
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import priority_of
from meshdefense_protocol.sealing import EpochSecret, KeyClass
from meshdefense_protocol.sending import Sending
from meshdefense_protocol.sync import Sync
from meshdefense_protocol.transfers import Transfers
from meshdefense_protocol.transport import Reception

__all__ = ["Intake"]

FRAMES_REMEMBERED: Final = 1024
WAITING_MAX, WAITING_EACH = 32, 4
"""Items of authors whose certificate is not here yet, in all and of each."""
WAITING_S: Final = 600.0


class Intake:
    """The way in. `tell` gets every event, `own_item` own items of a life that was lost."""

    def __init__(
        self,
        membership: Membership,
        admission: Admission,
        sync: Sync,
        transfers: Transfers,
        sending: Sending,
        governance: Governance,
        *,
        tell: Callable[[Event], None],
        own_item: Callable[[Item], None],
        noted: Callable[[Item, float, float], None],
    ) -> None:
        self._me = membership
        self._admission, self._sync = admission, sync
        self._transfers, self._sending = transfers, sending
        self._governance = governance
        self._tell, self._own_item, self._noted = tell, own_item, noted
        self._frames: OrderedDict[bytes, tuple[ItemId, ...]] = OrderedDict()
        self._waiting: OrderedDict[bytes, tuple[Item, KeyClass, float, Reception | None]] = (
            OrderedDict()
        )
        self.rejected: Tally[Rejection] = Tally()

    def membership_changed(self, membership: Membership, now: float) -> None:
        """A newer roster or new keys; what was refused before may now be accepted."""
        self._me = membership
        self._frames.clear()
        for raw, (item, key_class, at, reception) in list(self._waiting.items()):
            if not 0 <= now - at < WAITING_S:
                del self._waiting[raw]
            elif membership.roster.get(item.id.author) is not None:
                del self._waiting[raw]
                rejection = self._admit(item, key_class, now, reception)
                if rejection is not None:
                    self.rejected[rejection] += 1

    def _let_wait(
        self, item: Item, key_class: KeyClass, now: float, reception: Reception | None
    ) -> None:
        """Its author's certificate may be on its way: only members can seal a frame."""
        for raw, (_, _, at, _) in list(self._waiting.items()):
            if now - at >= WAITING_S:
                del self._waiting[raw]
        of_author = sum(one.id.author == item.id.author for one, *_ in self._waiting.values())
        if len(self._waiting) < WAITING_MAX and of_author < WAITING_EACH:
            self._waiting.setdefault(item.raw, (item, key_class, now, reception))

    def receive(self, frame: bytes, now: float, reception: Reception | None = None) -> None:
        """Take one radio payload. Total: bad ones are counted in `rejected`, nothing else."""
        ids = self._frames.get(frame)
        if ids is not None:
            self.rejected[Rejection.DUPLICATE] += 1
            flood = _is_flood(reception)
            for item_id in ids:
                self._sync.answers.heard_copy(item_id, now, flood=flood)
            return
        opened = open_frame(self._me.keys, frame)
        if isinstance(opened, Rejection):
            self.rejected[opened] += 1
            return
        secret, kind, content = opened
        rejection: Rejection | None
        if kind in (FrameType.ITEM, FrameType.ITEMS):
            rejection = self._receive_items(frame, kind, content, secret.key_class, now, reception)
        elif kind is FrameType.REKEY:  # flooded by whoever decided, so that all have it soon
            rejection = self._governance.part(content, now)
        elif reception is not None and reception.hops:
            rejection = Rejection.FRAME_TYPE  # control frames speak of direct neighbours only
        elif kind is FrameType.DIGEST:
            rejection = self._receive_digest(content, secret, now, reception)
        elif kind is FrameType.REQUEST:
            rejection = self._receive_request(content, secret.key_class, now, reception)
        else:
            rejection = self._receive_fragment(content, secret.key_class, now)
        if rejection is not None:
            self.rejected[rejection] += 1

    def _receive_items(
        self,
        frame: bytes,
        kind: FrameType,
        content: bytes,
        key_class: KeyClass,
        now: float,
        reception: Reception | None,
    ) -> Rejection | None:
        items = split_items(kind, content)
        if isinstance(items, Rejection):
            return items
        known, ids = True, []
        for raw in items:
            item = decode_item(raw, grid_unit_m=self._me.charter.unit_m)
            if isinstance(item, Rejection):
                self.rejected[item] += 1
                known = False
                continue
            ids.append(item.id)
            rejection = self._admit(item, key_class, now, reception)
            if rejection is Rejection.UNKNOWN_AUTHOR:
                self._let_wait(item, key_class, now, reception)
            if rejection is not None:
                self.rejected[rejection] += 1
                known = known and rejection is Rejection.DUPLICATE
            if rejection in (None, Rejection.DUPLICATE):
                self._sync.answers.heard_copy(item.id, now, flood=_is_flood(reception))
            elif rejection is Rejection.EQUIVOCATION:
                self._sync.answers.heard_copy(item_hash(raw), now, flood=_is_flood(reception))
        if known:  # others may be accepted later, with another roster
            self._frames[frame] = tuple(ids)
            if len(self._frames) > FRAMES_REMEMBERED:
                self._frames.popitem(last=False)
        return None

    def admit(self, raw: bytes, now: float) -> Rejection | None:
        """An item that came without a frame, by hand: what it costs in airtime was not spent."""
        item = decode_item(raw, grid_unit_m=self._me.charter.unit_m)
        if isinstance(item, Rejection):
            return item
        return self._admit(item, key_class_of(item.body), now, None, by_hand=True)

    def _admit(
        self,
        item: Item,
        frame_class: KeyClass,
        now: float,
        reception: Reception | None,
        *,
        by_hand: bool = False,
    ) -> Rejection | None:
        rejection, evidence = self._admission.check(item, now, by_hand=by_hand)
        if evidence:
            self._tell(Equivocated(item.id, item.raw, now))
            if item.id.stream is Stream.ROSTER:
                self._governance.decided(item, now)
        if rejection is Rejection.EQUIVOCATION:
            self.take_second(item, now)
        if rejection is not None:
            return rejection
        own = item.id.author == self._me.number
        if own:
            self._own_item(item)
        self.accept(item, frame_class, now, reception, own=own, by_hand=by_hand)
        return None

    def take_second(self, item: Item, now: float) -> None:
        """A decision under an id that another one has, and that is evidence already."""
        if item.id.stream is Stream.ROSTER and self._admission.is_evidence(item):
            if not self._me.roster.beyond_mark(item.id):
                expires_at = item.expires_at(self._me.charter.date, now)
                self._sync.second(item, priority_of(item.body), now, expires_at)

    def _receive_digest(
        self, content: bytes, secret: EpochSecret, now: float, reception: Reception | None
    ) -> Rejection | None:
        digest = decode_digest(content)
        if isinstance(digest, Rejection):
            return digest
        if (why := self._not_spoken_to(digest.sender)) is not None:
            return why
        self._governance.rekeying.digest_heard(digest.sender, secret.epoch, now)
        if secret.epoch < self._me.keys.epoch:
            return None  # with older keys it cannot read what is said with the newer ones
        key_class = secret.key_class
        snr = None if reception is None else reception.snr
        size = FRAME_OVERHEAD + len(content)
        if digest.sender not in [one.member for one in self._sync.neighbours.fresh(now)]:
            self._transfers.ask_soon(now)
        events = self._sync.digest(digest, key_class, size, now, snr)
        if self._sync.complete_at == now:
            self._admission.nothing_is_missing()
        for event in events:
            self._tell(event)
            if isinstance(event, HeldChanged):
                self._sending.is_held(event.item_id)
        return None

    def _receive_request(
        self, content: bytes, key_class: KeyClass, now: float, reception: Reception | None
    ) -> Rejection | None:
        request = decode_request(content)
        if isinstance(request, Rejection):
            return request
        if (why := self._not_spoken_to(request.sender)) is not None:
            return why
        if self._of_another_class(request.ref, key_class):
            return Rejection.ROLE
        snr = None if reception is None else reception.snr
        self._transfers.request_received(request.ref, request.sender, request.held, now, snr)
        return None

    def _not_spoken_to(self, number: int) -> Rejection | None:
        """Why a member gets no answer, if anything."""
        roster = self._me.roster
        if roster.get(number) is None:
            return Rejection.UNKNOWN_AUTHOR
        # who is suspended is still answered: they may be the bridge, or have to learn of the lift
        return Rejection.REVOKED if roster.is_out(number) else None

    def _of_another_class(self, ref: ItemId, key_class: KeyClass) -> bool:
        """Whether a text is for others than those who share this key."""
        known = self._transfers.class_of(ref)
        return known is not None and known is not key_class

    def _receive_fragment(
        self, content: bytes, key_class: KeyClass, now: float
    ) -> Rejection | None:
        fragment = decode_fragment(content)
        if isinstance(fragment, Rejection):
            return fragment
        if self._of_another_class(fragment.ref, key_class):
            return Rejection.ROLE
        self._take_fragment(fragment.ref, fragment.index, fragment.data, now)
        return None

    def _take_fragment(self, ref: ItemId, index: int, data: bytes, now: float) -> None:
        text = self._transfers.fragment_received(ref, index, data, now)
        self._tell_transfers()
        if text is not None:
            self._tell(TextCompleted(ref, text, now))

    def _tell_transfers(self) -> None:
        for saved in self._transfers.take_changed():
            self._tell(TransferChanged(saved))

    def accept(
        self,
        item: Item,
        frame_class: KeyClass,
        now: float,
        reception: Reception | None,
        *,
        own: bool,
        content: bytes | None = None,
        by_hand: bool = False,
    ) -> float:
        """Note the item as known and tell the shell; returns when it expires."""
        claimed = item.claimed_at(self._me.charter.date)
        expires_at = item.expires_at(self._me.charter.date, now)
        window = self._admission.note(item, now, by_hand=by_hand)
        self._tell(ItemAccepted(item, own, now, claimed, expires_at, window, reception))
        self._noted(item, expires_at, now)
        body = item.body
        key_class = frame_class if isinstance(body, UnknownBody) else key_class_of(body)
        repaired = not _is_flood(reception)
        self._sync.accepted(
            item, key_class, priority_of(body), now, claimed, expires_at, repaired=repaired
        )
        if isinstance(body, Manifest):
            ref, size, digest = item.id, body.size, body.content_hash
            self._transfers.manifest_accepted(
                ref, size, digest, key_class, expires_at, now, content
            )
            self._tell_transfers()
        if item.id.stream is Stream.ROSTER:
            self._governance.decided(item, now)
        return expires_at


def _is_flood(reception: Reception | None) -> bool:
    """Whether a frame was meant to be relayed; a repair is not."""
    return reception is None or bool(reception.hops) or reception.hops_left != 0

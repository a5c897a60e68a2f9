"""A member's keys in wrong hands, in a network whose organizers decide together.

Beside what `Captured` does: decides what only k may decide, or what it may not at all, judges
what others reported, makes up wraps, and tries every key it has on those of new keys.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from random import Random
from typing import Final

from meshdefense.simulator.faults import Attack
from meshdefense.simulator.hostile import FLOOD_HOPS, KEPT, Captured, Frames
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame, seal_control, split_items
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, decode_item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets import (
    Broadcast,
    Close,
    Dispatch,
    Endorse,
    Grant,
    KnownBody,
    Lift,
    Policy,
    Rekey,
    Report,
    Revoke,
    Suspend,
    Verdict,
    Warn,
)
from meshdefense_protocol.packets.decisions import action_digest
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.rekey import commitment_of, open_content, open_tree
from meshdefense_protocol.rekey_parts import content_hash, decode_part, parts
from meshdefense_protocol.roster import Role
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.state import Membership
from meshdefense_protocol.subtree import path_keys

__all__ = ["Usurper"]

SECOND_SHARE: Final = 0.3
"""Of its decisions: said twice under one id, with different contents."""


class Usurper(Captured):
    """Whoever has them. `epoch` is the newest whose seed it got at."""

    def __init__(self, membership: Membership, attacks: Collection[Attack], rng: Random) -> None:
        super().__init__(membership, attacks, rng)
        self.epoch = 1
        self._decided = 0
        self._reports: deque[ItemId] = deque(maxlen=KEPT)
        self._wanted: deque[bytes] = deque(maxlen=KEPT)
        """Digests of what others decided."""
        self._alone: deque[ItemId] = deque(maxlen=KEPT)
        """What others decided alone."""
        self._rekeys: dict[bytes, Rekey] = {}
        self._pieces: dict[tuple[int, int, bytes], dict[int, bytes]] = {}

    # -- listening ---------------------------------------------------------------------------

    def heard(self, payload: bytes) -> None:
        """A frame came in."""
        super().heard(payload)
        opened = open_frame(self._me.keys, payload)
        if isinstance(opened, Rejection):
            return
        _, kind, content = opened
        if kind is FrameType.REKEY:
            part = decode_part(content)
            if not isinstance(part, Rejection):
                self._pieces.setdefault(part.belongs_to, {})[part.index] = part.data
                self._try()
            return
        items = split_items(kind, content)
        for raw in [] if isinstance(items, Rejection) else items:
            item = decode_item(raw)
            if not isinstance(item, Rejection) and item.id.author != self._me.number:
                self._note(item)

    def _note(self, item: Item) -> None:
        body = item.body
        if isinstance(body, Report):
            self._reports.append(item.id)
        elif isinstance(body, (Suspend, Warn)):
            self._alone.append(item.id)
        elif isinstance(body, (Grant, Revoke, Policy, Rekey, Lift)):
            self._wanted.append(action_digest(self._me.charter.network_id, body))
        if isinstance(body, Rekey):
            self._rekeys[body.content_hash] = body
            self._try()

    def _try(self) -> None:
        """Every key on every content that is whole."""
        network_id, vault = self._me.charter.network_id, self._me.vault
        for (epoch, count, _), data in self._pieces.items():
            content = b"".join(data[index] for index in sorted(data))
            body = self._rekeys.get(content_hash(network_id, epoch, content))
            if len(data) < count or body is None:
                continue
            found = open_content(
                content, self._me.number, vault.path, self._me.identity.seed,
                network_id, epoch, body.commitment,
            )  # fmt: skip
            numbers = range(1, len(self._me.roster) + 1) if vault.master is not None else ()
            for number in numbers:
                assert vault.master is not None
                tree = path_keys(vault.master.secret, network_id, vault.generation, number)
                found = found or open_tree(
                    content, number, tree, network_id, epoch, body.commitment
                )
            if found is not None:
                self.epoch = max(self.epoch, epoch)

    # -- acting ------------------------------------------------------------------------------

    def act(self, attack: Attack, now: float) -> Frames:
        """The frames of one attack."""
        match attack:
            case Attack.DECIDE:
                return self._decide(now)
            case Attack.JUDGE:
                return self._items([self._said(self._judgement(), now)]) if self._reports else []
            case Attack.WRAPS:
                return self._made_up()
            case _:
                return super().act(attack, now)

    def _said(self, body: KnownBody, now: float, item_id: ItemId | None = None) -> Item:
        if item_id is None and stream_of(body.KIND) is Stream.ROSTER:
            item_id = ItemId(self._me.number, ROSTER_INCARNATION, self._decided, Stream.ROSTER)
            self._decided += 1
        elif item_id is None:
            item_id = ItemId(self._me.number, 0, self._sequence, Stream.LOG)
            self._sequence += 1
        return encode_item(
            body,
            item_id=item_id,
            units=time_units(now, self._me.charter.date),
            identity=self._me.identity,
            network_id=self._me.charter.network_id,
        )

    def _decide(self, now: float) -> Frames:
        body = self._decision()
        said = [self._said(body, now)]
        if isinstance(body, (Grant, Revoke, Lift, Policy, Rekey)):
            digest = action_digest(self._me.charter.network_id, body)
            said.append(self._said(Endorse((digest,)), now))  # its own second voice
        if Attack.EQUIVOCATE in self._attacks and self._rng.random() < SECOND_SHARE:
            said.append(self._said(Warn(2), now, said[-1].id))
        return self._items(said)

    def _decision(self) -> KnownBody:
        roster, rng = self._me.roster, self._rng
        other = rng.choice([one for one in roster if one.number != self._me.number])
        match rng.randrange(9):
            case 0:
                key = Identity(rng.randbytes(32)).key
                number = roster.next_number + rng.randrange(3)
                return Grant(number, 0, int(Role.ORGANIZER), key, f"shill{rng.randrange(99)}")
            case 1:
                return Revoke(other.number, 1, 0, 0)
            case 2:
                return Policy(PolicyName.THRESHOLD, rng.randint(1, 255), 1)
            case 3:
                seed, content = rng.randbytes(16), rng.randbytes(60)
                network_id = self._me.charter.network_id
                announced = content_hash(network_id, 2, content)
                return Rekey(2, commitment_of(network_id, 2, seed), announced, len(content))
            case 4:
                return Suspend(other.number, 24, 1)
            case 5:
                return Warn(1)
            case 6 if self._alone:
                return Lift(rng.choice(self._alone))
            case 7:
                return Grant(other.number, 200, int(Role.RECIPIENT), other.key, other.name)
            case _:
                digests = {rng.randbytes(16), *rng.sample(self._wanted, min(1, len(self._wanted)))}
                return Endorse(tuple(sorted(digests)))

    def _judgement(self) -> KnownBody:
        ref = self._rng.choice(self._reports)
        match self._rng.randrange(4):
            case 0:
                return Verdict(ref, self._rng.choice((1, 2, 3)))
            case 1:
                return Close(ref)
            case 2:
                return Broadcast(ref, Report(None, 1))
            case _:
                return Dispatch(ref, self._rng.randint(1, len(self._me.roster)), 30)

    def _made_up(self) -> Frames:
        """Parts that nobody decided on, or of what was decided and with other bytes."""
        network_id, rng = self._me.charter.network_id, self._rng
        made = parts(network_id, rng.choice((2, 2, 3)), rng.randbytes(rng.choice((60, 200))))
        if self._pieces and rng.random() < 0.7:
            (epoch, count, prefix), data = rng.choice(list(self._pieces.items()))
            index = rng.choice(list(data))
            head = epoch.to_bytes(2, "big") + bytes((index, count)) + prefix
            made = [head + rng.randbytes(len(data[index]))]
        everyone = KeyClass.EVERYONE
        return [
            (seal_control(self._me.keys, everyone, FrameType.REKEY, part), FLOOD_HOPS)
            for part in made
        ]

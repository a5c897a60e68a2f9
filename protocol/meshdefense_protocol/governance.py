"""One node's view of its organizers' decisions, and what follows for its own membership.

Takes in decisions and the wraps of new keys; whenever roster or keys are others than before,
the membership is made anew. Times are seconds since the epoch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import LocalError, Rejection
from meshdefense_protocol.events import Event, RosterChanged, SeedOpened, WrapsKept
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.membership import Membership, SavedWraps
from meshdefense_protocol.packets import Rekey
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.rekey import open_content
from meshdefense_protocol.rekey_parts import content_hash, decode_part
from meshdefense_protocol.rekeying import Rekeying
from meshdefense_protocol.roster import Epoch, Roster
from meshdefense_protocol.sealing import KeyRing
from meshdefense_protocol.state import SavedState
from meshdefense_protocol.vault import Vault

__all__ = ["Governance", "folded"]


def folded(membership: Membership, saved: SavedState) -> tuple[Council, Membership]:
    """The decisions of an earlier life, and the membership that follows from them."""
    charter = membership.charter
    council = Council(charter)
    raws = [kept.raw for kept in saved.decisions] + list(saved.second_decisions)
    for raw in raws:
        item = decode_item(raw, grid_unit_m=charter.unit_m)
        if not isinstance(item, Rejection):
            council.add(item)
    if not len(council) and len(membership.roster):
        return council, membership
    return council, _with(membership, council.roster, membership.vault)


def _with(membership: Membership, roster: Roster, vault: Vault) -> Membership:
    keys = membership.keys
    if vault:
        network_id = membership.charter.network_id
        keys = KeyRing(network_id, vault.secrets(roster, network_id))
    return replace(membership, roster=roster, vault=vault, keys=keys)


class Governance:
    """Decides what the membership is. `changed` is called with every new one."""

    def __init__(
        self,
        membership: Membership,
        council: Council,
        saved: SavedState,
        now: float,
        *,
        entropy: Callable[[], float],
        unit_s: float,
        tell: Callable[[Event], None],
        changed: Callable[[Membership, float], None],
    ) -> None:
        self._me, self._council = membership, council
        self._tell, self._changed = tell, changed
        self._network_id = membership.charter.network_id
        self.rekeying = Rekeying(
            self._network_id, entropy=entropy, unit_s=unit_s, wraps=saved.wraps
        )
        self.rekeying.update(membership.roster, self._me.keys.epochs, now)
        self._together = False
        found = self._next_seed()
        self.left_out = found is not None and found[1] is None
        """The wraps of the keys in force hold none for this member."""

    @property
    def _newest(self) -> int:
        return self._me.keys.epoch

    # -- decisions ---------------------------------------------------------------------------

    def decided(self, item: Item, now: float) -> None:
        """An accepted decision, or second evidence of one."""
        self._council.add(item)
        if not self._together:
            self._refresh(now)

    @contextlib.contextmanager
    def together(self, now: float) -> Iterator[None]:
        """Take the decisions of the block as one: a fold over all for each would be slow."""
        self._together = True
        try:
            yield
        finally:
            self._together = False
            self._refresh(now)

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """An own item that could not be stored; does nothing unless it is a decision."""
        if item_id.stream is Stream.ROSTER:
            self._council.withdraw(item_id)
            self.rekeying.withdraw(item_id)
            self._refresh(now)

    def check_wraps(self, body: Rekey, content: bytes | None) -> None:
        """LocalError unless `content` is what an own decision commits to."""
        announced = content_hash(self._network_id, body.epoch, content or b"")
        if content is None or len(content) != body.size or announced != body.content_hash:
            raise LocalError("new keys need the wraps that the decision commits to")

    def own_wraps(self, item: Item, body: Rekey, content: bytes, now: float) -> None:
        """Those of an own decision, which was accepted."""
        self._tell(WrapsKept(self.rekeying.decided(item.id, body, content, now)))
        self._refresh(now)

    def _refresh(self, now: float) -> None:
        """Fold again; open what can be opened; tell when anything is another."""
        before = self._me
        roster = self._council.roster if len(self._council) else before.roster
        if roster is not before.roster:
            self._adopt(roster, before.vault)
        self._look_at(self.rekeying.update(self._me.roster, self._me.keys.epochs, now))
        self._open(now)
        if self._me is not before:
            self._tell(RosterChanged(self._me))
            self._changed(self._me, now)

    def _adopt(self, roster: Roster, vault: Vault) -> None:
        self._me = _with(self._me, roster, vault)

    def _look_at(self, wraps: SavedWraps | None) -> None:
        if wraps is not None:
            self._tell(WrapsKept(wraps))

    # -- keys --------------------------------------------------------------------------------

    def part(self, content: bytes, now: float) -> Rejection | None:
        """The content of a frame of type 6."""
        part = decode_part(content)
        if isinstance(part, Rejection):
            return part
        wraps = self.rekeying.part_heard(part, now)
        if wraps is not None:
            self._look_at(wraps)
            self._refresh(now)
        return None

    def take_vault(self, vault: Vault, now: float) -> None:
        """Other secrets, from an organizer in person."""
        self._adopt(self._me.roster, vault)
        self._tell(RosterChanged(self._me))
        self._changed(self._me, now)
        self._refresh(now)

    def _open(self, now: float) -> None:
        """Go to the newest epoch that the wraps here lead to."""
        while (found := self._next_seed()) is not None:
            epoch, seed = found
            self.left_out = seed is None
            if seed is None:
                break
            self._tell(SeedOpened(epoch.number, seed))
            before = self._newest
            self._adopt(self._me.roster, self._me.vault.with_seed(epoch.number, seed))
            if self._newest <= before:
                break  # another decision took the epoch meanwhile: nothing is gained by it
            self._look_at(self.rekeying.update(self._me.roster, self._me.keys.epochs, now))

    def _next_seed(self) -> tuple[Epoch, bytes | None] | None:
        """The newest epoch whose wraps are here, with its seed; that is None where it is not for
        this member. None while there are no wraps.
        """
        if not (self._me.vault and 0 < self._newest < self._me.roster.epoch):
            return None
        ahead = reversed(self._me.roster.epochs[self._newest - 1 :])
        here = ((one, wraps) for one in ahead if (wraps := self.rekeying.wraps(one)) is not None)
        newest = next(here, None)
        if newest is None:
            return None
        epoch, content = newest
        seed = open_content(
            content,
            self._me.number,
            self._me.vault.path,
            self._me.identity.seed,
            self._network_id,
            epoch.number,
            epoch.commitment,
        )
        return epoch, seed

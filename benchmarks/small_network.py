"""A network with keys of its own, for benchmarks: members who all may say everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from meshdefense import clock
from meshdefense.enrolment import draw_vault, founding, handed
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Engine, Membership, SavedState
from meshdefense_protocol.frames import seal_items
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, ItemId, encode_item, stream_of, time_units
from meshdefense_protocol.packets import Beacon, CheckIn, KnownBody, Report, Verdict
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.roster import Member, Role
from meshdefense_protocol.sealing import KeyClass, KeyRing

__all__ = ["PASSPHRASE", "Network"]

PASSPHRASE: Final = b"for benchmarks only"
DAY_S: Final = 86_400
SPREAD_S: Final = 5400.0
"""What was said then is still alive, and 10,000 items of 39 members fit their quotas."""
ROLES: Final = Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.PATROL | Role.REPORTER


class Network:
    """Member 1 is the one who is measured; the others speak."""

    def __init__(self, members: int = 40, *, tag: int = 0) -> None:
        """`tag` makes another network: its frames are a stranger's to this one."""
        self.now = clock.now()
        self._seeds = [bytes((tag,)) * 30 + n.to_bytes(2, "big") for n in range(1, members + 1)]
        self.identities = [Identity(seed) for seed in self._seeds]
        date = int(self.now) // DAY_S * DAY_S - DAY_S
        founders = tuple(
            Member(number, f"m{number}", identity.key, ROLES)
            for number, identity in enumerate(self.identities, 1)
        )
        self.charter = Charter("Benchmark", 4_076_080, -11_189_100, 1, date, founders)
        self.roster = Council(self.charter).roster
        whole = draw_vault(random.Random(tag).randbytes)
        network_id = self.charter.network_id
        self.vaults = [handed(whole, one, self.roster, network_id) for one in founders]
        self.keys = KeyRing(network_id, self.vaults[0].secrets(self.roster, network_id))
        self._next: dict[tuple[int, Stream], int] = {}

    def membership(self, number: int = 1) -> Membership:
        """What an engine needs to be this member, with the keys of every class."""
        identity = self.identities[number - 1]
        vault = self.vaults[number - 1]
        return Membership(self.charter, self.roster, identity, number, self.keys, vault)

    def engine(self, number: int = 1) -> Engine:
        """A member's engine with an empty past."""
        return Engine(
            self.membership(number), SavedState(), self.now, entropy=random.Random(number).random
        )

    def store(self, folder: DataFolder, number: int = 1) -> Store:
        """A new encrypted store of a member."""
        store = Store.create(folder, PASSPHRASE, profile=INTERACTIVE)
        seed, vault = self._seeds[number - 1], self.vaults[number - 1]
        store.commit(founding(self.charter, seed, vault, number))
        return store

    def item(self, number: int, body: KnownBody, *, ago_s: float = 0.0) -> Item:
        """A signed item of a member, said `ago_s` seconds ago, with the next sequence."""
        stream = stream_of(body.KIND)
        sequence = self._next.get((number, stream), 0)
        self._next[number, stream] = sequence + 1
        return encode_item(
            body,
            item_id=ItemId(number, 0, sequence, stream),
            units=time_units(self.now - ago_s, self.charter.date),
            identity=self.identities[number - 1],
            network_id=self.charter.network_id,
        )

    def frame(self, item: Item) -> bytes:
        """The sealed frame of one item, for everyone."""
        return seal_items(self.keys, KeyClass.EVERYONE, [item.raw])

    def traffic(self, count: int) -> Iterator[Item]:
        """`count` items by members 2 and up in turn, spread evenly over the last SPREAD_S.

        Of ten: four reports (one with a note), two verdicts on the newest report, two
        check-ins, two positions. No member may say so much at once (see quotas).
        """
        grid = self.charter.grid
        members = len(self.identities)
        last: ItemId | None = None
        for n in range(count):
            author = 2 + n % (members - 1)
            place = grid.place(40.7608 + n % 97 * 1e-4, -111.8910 + n % 89 * 1e-4, 3)
            turn = n % 10
            body: KnownBody
            if turn in (0, 2, 4, 6) or last is None:
                note = "two lanes closed" if turn == 0 else ""
                body = Report(place, 1 + n % 6, 2, 3, 2, 1, 1, note=note)
            elif turn in (1, 5):
                body = Verdict(last, 1)
            elif turn in (3, 7):
                body = CheckIn(1, 6, place)
            else:
                body = Beacon(place, heading=n % 8, motion=1, battery=12)
            item = self.item(author, body, ago_s=SPREAD_S * (1 - n / count))
            if isinstance(body, Report):
                last = item.id
            yield item

"""A network of three organizers, two of whom decide together, whose keys can be made anew.

Ada, Bea and Cyd are organizers; everybody has a vault, from one master. `KeyedAir` are its
engines in memory. Times are seconds since the epoch; nothing here reads a clock.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Engine, Membership, SavedState
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets import Endorse, Grant, KnownBody, Rekey
from meshdefense_protocol.packets.decisions import Action, action_digest
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.rekey import commitment_of, seal_boxes, seal_tree
from meshdefense_protocol.rekey_parts import content_hash
from meshdefense_protocol.roster import Member, Role, Roster, classes_for
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.subtree import path_keys
from meshdefense_protocol.vault import Master, Vault
from support.network import DATE, NOW, Store
from support.small_air import SmallAir

__all__ = ["CAST", "KeyedAir", "KeyedNetwork", "epoch_seed", "identity_of"]

CAST = {
    "ada": Role.ORGANIZER,
    "bea": Role.ORGANIZER,
    "cyd": Role.ORGANIZER,
    "dan": Role.PATROL,
    "eve": Role.VERIFIER,
    "fay": Role.REPORTER,
    "gus": Role.DISPATCH,
    "hal": Role.RESPONDER,
}
"""Handle and role of members 1 to 8."""


def identity_of(number: int) -> Identity:
    """The signing key of a member: two bytes of the number, 16 times, so never another's."""
    return Identity(number.to_bytes(2, "big") * 16)


def epoch_seed(epoch: int, rival: int = 0) -> bytes:
    """The seed of an epoch; another one for each rival."""
    return bytes((0xE0 + rival,)) * 14 + epoch.to_bytes(2, "big")


class KeyedNetwork:
    """Charter, vaults and signed items of the first `size` members, three to eight."""

    def __init__(self, size: int = 5, *, threshold: int = 2, policies: Policies | None = None):
        self.handles = list(CAST)[:size]
        self.identities = {name: identity_of(self.number(name)) for name in self.handles}
        members = tuple(
            Member(self.number(name), name, self.identities[name].key, CAST[name])
            for name in self.handles
        )
        rules = policies or Policies(threshold=threshold)
        self.charter = Charter("Oak Street", 3_405_000, -11_825_000, 1, DATE, members, rules)
        self.network_id = self.charter.network_id
        self.roster = Council(self.charter).roster
        self.master = Master(1, bytes(range(32)))
        self.statics = {one: bytes((0x50 + one,)) * 32 for one in KeyClass}
        self.joined: dict[str, Vault] = {}
        """Vaults of members who were not founders, or who got another one in person."""
        self._sequences: dict[tuple[int, Stream], int] = {}

    @staticmethod
    def number(name: str) -> int:
        """The member number behind a handle."""
        return list(CAST).index(name) + 1

    # -- what they hold ----------------------------------------------------------------------

    def vault(
        self,
        name: str,
        seeds: Mapping[int, bytes] | None = None,
        *,
        master: Master | None = None,
    ) -> Vault:
        """What a member took home: statics of their classes, seeds, path, organizers the master.

        `seeds` by epoch; that of the first epoch alone when there are none.
        """
        held = master or self.master
        number, roles = self.number(name), CAST[name]
        return Vault(
            {one: self.statics[one] for one in classes_for(roles)},
            tuple(sorted((seeds or {1: epoch_seed(1)}).items())),
            held.generation,
            path_keys(held.secret, self.network_id, held.generation, number),
            held if Role.ORGANIZER in roles else None,
        )

    def membership(
        self, name: str, vault: Vault | None = None, roster: Roster | None = None
    ) -> Membership:
        """What an engine needs to be this member."""
        number, roster = self.number(name), roster or self.roster
        held = vault or self.joined.get(name) or self.vault(name)
        keys = KeyRing(self.network_id, held.secrets(roster, self.network_id))
        return Membership(self.charter, roster, identity_of(number), number, keys, held)

    def engine(
        self,
        name: str,
        saved: SavedState | None = None,
        now: float = NOW,
        *,
        vault: Vault | None = None,
        roster: Roster | None = None,
        seed: str = "",
    ) -> Engine:
        """A member's engine with a radio that can be used."""
        entropy = random.Random(name + seed).random
        me = self.membership(name, vault, roster)
        engine = Engine(me, saved or SavedState(), now, entropy=entropy)
        engine.bearer_ready(True, now)
        return engine

    # -- what they say -----------------------------------------------------------------------

    def item(
        self,
        name: str,
        body: KnownBody,
        *,
        now: float = NOW,
        sequence: int | None = None,
        incarnation: int = 0,
        signer: str | None = None,
    ) -> Item:
        """A signed item outside any engine; `signer` forges, a sequence counts up by itself."""
        number, stream = self.number(name), stream_of(body.KIND)
        if sequence is None:
            sequence = self._sequences.get((number, stream), 0)
            self._sequences[number, stream] = sequence + 1
        life = incarnation + ROSTER_INCARNATION * (stream is Stream.ROSTER)
        return encode_item(
            body,
            item_id=ItemId(number, life, sequence, stream),
            units=time_units(now, DATE),
            identity=identity_of(self.number(signer or name)),
            network_id=self.network_id,
        )

    def endorsed(self, *bodies: Action) -> Endorse:
        """An endorsement of decisions."""
        return Endorse(tuple(sorted(action_digest(self.network_id, body) for body in bodies)))

    def decided(self, body: Action, *, now: float = NOW, by: str = "ada bea") -> list[Item]:
        """A decision said by the first and endorsed by the others."""
        first, *others = by.split()
        said = self.item(first, body, now=now)
        return [said, *(self.item(name, self.endorsed(body), now=now + 60) for name in others)]

    def certificate(self, name: str, *, serial: int = 0, roles: Role | None = None) -> Grant:
        """A member's certificate, as organizers would write it."""
        number = self.number(name)
        key = identity_of(number).key
        return Grant(number, serial, int(CAST[name] if roles is None else roles), key, name)

    def rekey(
        self,
        epoch: int,
        excluded: Collection[int],
        *,
        rival: int = 0,
        highest: int | None = None,
    ) -> tuple[Rekey, bytes]:
        """A decision on new keys for all but `excluded`, and its wraps."""
        seed = epoch_seed(epoch, rival)
        most = highest or len(self.handles)
        content = seal_tree(
            self.master.secret, self.network_id, epoch, self.master.generation, seed, excluded, most
        )
        return self._committed(epoch, seed, content), content

    def boxes(self, epoch: int, members: Collection[str]) -> tuple[Rekey, bytes]:
        """The same after the loss of the master: a box for each of these members."""
        seed = epoch_seed(epoch)
        keys = {self.number(name): self.identities[name].key for name in members}
        generation = self.master.generation + 1
        content = seal_boxes(self.network_id, epoch, generation, seed, keys, bytes(range(64, 96)))
        return self._committed(epoch, seed, content), content

    def _committed(self, epoch: int, seed: bytes, content: bytes) -> Rekey:
        return Rekey(
            epoch,
            commitment_of(self.network_id, epoch, seed),
            content_hash(self.network_id, epoch, content),
            len(content),
        )


class KeyedAir(SmallAir):
    """Engines of such a network that hear each other; a restart finds the seeds it stored."""

    def __init__(
        self,
        names: Collection[str],
        *,
        chain: bool = False,
        seed: int = 1,
        loss: float = 0.0,
        network: KeyedNetwork | None = None,
    ) -> None:
        self.keyed = network or KeyedNetwork()
        super().__init__(names, chain=chain, seed=seed, loss=loss)

    def _engine(self, name: str, store: Store, now: float) -> Engine:
        vault = self.keyed.joined.get(name) or self.keyed.vault(name)
        for epoch, seed in sorted(store.seeds.items()):
            vault = vault.with_seed(epoch, seed)
        return self.keyed.engine(name, store.saved(), now, vault=vault, seed=f"{self.seed} {now}")

    def propose(self, name: str, body: Rekey, content: bytes) -> Item:
        """An organizer says a decision on new keys, with its wraps."""
        station = self[name]
        item = station.engine.submit(body, self.now + station.ahead, content=content)
        self.wake(name)
        return item

    def wake(self, name: str) -> None:
        """Take what an engine has to say now."""
        self._wake(self[name])

    def epochs(self) -> dict[str, int]:
        """The newest keys of each station that is on."""
        return {
            name: station.engine.membership.keys.epoch
            for name, station in self.stations.items()
            if station.on
        }

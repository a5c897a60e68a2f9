"""A network whose three organizers decide by two, with keys that can be renewed.

Same people as support.network; `ada`, `base` and `lea` are organizers, and
`base` is a second verifier beside `vic`.
"""

from __future__ import annotations

import dataclasses

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.frames import FrameType, seal_control, seal_items
from meshdefense_protocol.items import Item
from meshdefense_protocol.members import Role, classes_for
from meshdefense_protocol.packets import Endorse, Rekey, Revoke
from meshdefense_protocol.packets.decisions import Action, action_digest
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.rekey import commitment_of, seal_tree
from meshdefense_protocol.rekey_parts import content_hash, parts
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.subtree import path_keys
from meshdefense_protocol.vault import Master, Vault
from support.network import DATE, NOW, Network, drain, epoch_secret

__all__ = ["MASTER", "NEW_SEED", "OLD_SEED", "ORGANIZERS", "ThreeOrganizers"]

MASTER, OLD_SEED, NEW_SEED = b"m" * 32, b"s" * 16, b"t" * 16
ORGANIZERS = ("ada", "base", "lea")


class ThreeOrganizers(Network):
    """Two of three organizers decide; the other four are as ever."""

    def __init__(self) -> None:
        super().__init__()
        more = {name: Role.ORGANIZER for name in ORGANIZERS}
        more["base"] |= Role.VERIFIER
        founders = tuple(
            dataclasses.replace(one, roles=one.roles | more.get(one.name, Role(0)))
            for one in self.charter.founders
        )
        policies = Policies(threshold=2)
        self.charter = Charter("Elm Street", 3_405_000, -11_825_000, 1, DATE, founders, policies)
        self.network_id = self.charter.network_id
        self.roster = Council(self.charter).roster

    def membership(self, name: str) -> Membership:
        """With a vault in place of fixed keys."""
        number = self.number(name)
        vault = Vault(
            {held: epoch_secret(held).secret for held in classes_for(self.roster[number].roles)},
            ((1, OLD_SEED),),
            1,
            path_keys(MASTER, self.network_id, 1, number),
            Master(1, MASTER) if name in ORGANIZERS else None,
        )
        keys = KeyRing(self.network_id, vault.secrets(self.roster, self.network_id))
        return Membership(self.charter, self.roster, self.identities[name], number, keys, vault)

    def sealed(self, *items: Item) -> bytes:
        """A frame under the first epoch's key of everybody."""
        keys = self.membership("ada").keys
        return seal_items(keys, KeyClass.EVERYONE, [one.raw for one in items], limit=200)

    def agreed(self, body: Action, *voices: str, now: float = NOW) -> list[Item]:
        """A decision by the first, endorsed by the others."""
        digest = action_digest(self.network_id, body)
        said = [self.item(voices[0], body, now=now)]
        return said + [self.item(name, Endorse((digest,)), now=now) for name in voices[1:]]

    def after(self, *items: Item) -> Roster:
        """The roster that follows from decisions."""
        return Council(self.charter, items).roster

    def renewed(self, *lost: str) -> tuple[list[Item], bytes]:
        """Two organizers put the lost out and new keys in force: what they say, and the wraps."""
        numbers = [self.number(name) for name in lost]
        wraps = seal_tree(MASTER, self.network_id, 2, 1, NEW_SEED, numbers, 7)
        commitment = commitment_of(self.network_id, 2, NEW_SEED)
        keys = Rekey(2, commitment, content_hash(self.network_id, 2, wraps), len(wraps))
        out = [one for n in numbers for one in self.agreed(Revoke(n, 1, 0), "ada", "base")]
        return out + self.agreed(keys, "ada", "base", now=NOW + 1), wraps

    def tell(self, engine: Engine, decided: list[Item], wraps: bytes) -> None:
        """All that is sent of it under the old keys."""
        for item in decided:
            engine.receive(self.sealed(item), NOW + 2)
        old = self.membership("ada").keys
        for part in parts(self.network_id, 2, wraps):
            engine.receive(seal_control(old, KeyClass.EVERYONE, FrameType.REKEY, part), NOW + 3)
        drain(engine)

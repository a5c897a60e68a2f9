"""Who this node is: read from its store."""

from __future__ import annotations

from meshdefense.enrolment.errors import NotAMemberError
from meshdefense.storage.repository import Store
from meshdefense.vault_store import held_vault, secrets_of
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.membership import Membership
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyRing

__all__ = ["load_membership", "membership_of", "stored_decisions"]


def stored_decisions(store: Store, unit_m: int) -> list[Item]:
    """Every decision that is stored, with those that share an id with another one."""
    raws = [raw for _, raw, _ in store.decisions()]
    raws += [
        record.raw
        for record in store.equivocations()
        if ItemId.parse(record.id).stream is Stream.ROSTER
    ]
    items = [decode_item(raw, grid_unit_m=unit_m) for raw in raws]
    return [item for item in items if not isinstance(item, Rejection)]


def load_membership(store: Store) -> Membership:
    """Charter, roster, number and keys of this node. Raises NotAMemberError, DecodeError."""
    raw, seed = store.document("charter"), store.secret("identity")
    if raw is None or seed is None:
        raise NotAMemberError(
            "this data folder belongs to no network yet: make one (meshdefense network create), "
            "or ask to be let in (meshdefense member request)"
        )
    charter = Charter.decode(raw)
    roster = Council(charter, stored_decisions(store, charter.unit_m)).roster
    member = roster.with_key(Identity(seed).key)
    if member is None:
        raise NotAMemberError(
            "the roster here does not hold this node's key: join with your grant once more"
        )
    return membership_of(store, charter, roster, member.number, seed)


def membership_of(
    store: Store, charter: Charter, roster: Roster, number: int, seed: bytes
) -> Membership:
    """The membership under a number, with the keys that are stored for it."""
    vault = held_vault(secrets_of(store), number)
    keys = KeyRing(charter.network_id, vault.secrets(roster, charter.network_id))
    return Membership(charter, roster, Identity(seed), number, keys, vault)

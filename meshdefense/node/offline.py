"""Organizers' work on an open store, without the daemon: the same engine, the same writer.

What is said here goes out when the daemon runs the next time. Nothing is held back: when a
call returns, all that followed from it is on the disk.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from meshdefense.clock import Clock
from meshdefense.enrolment.belonging import load_membership, membership_of, stored_decisions
from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.grants import GrantFile, open_secrets, read_grant
from meshdefense.enrolment.roster_files import trial
from meshdefense.node.desk import Desk, admit_all
from meshdefense.node.long_text import fragment_frames
from meshdefense.node.node import Accepted
from meshdefense.node.saving import load_state
from meshdefense.node.shown import Shown
from meshdefense.node.writer import Writer
from meshdefense.radio.base import LinkState
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense.vault_store import vault_secrets
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.events import Event
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.packets import Body
from meshdefense_protocol.roster import Roster, classes_for
from meshdefense_protocol.vault import Vault

__all__ = ["Offline", "first_join", "perform"]

T = TypeVar("T")
Method = Callable[[Desk, dict[str, Any]], Awaitable[dict[str, Any]]]


class Offline:
    """A `Desk` on a store that nobody else uses."""

    def __init__(
        self, store: Store, membership: Membership | None = None, clock: Clock | None = None
    ) -> None:
        """Raises NotAMemberError, StorageError."""
        self._store, self._clock = store, clock or Clock()
        me = membership or load_membership(store)
        saved, own = load_state(store, unit_m=me.charter.unit_m)
        now = self._clock.now()
        self._engine = Engine(me, saved, now, entropy=random.SystemRandom().random)
        self._writer = Writer(store, self._engine.membership)
        self._shown = Shown()
        self._shown.load_own(own, self._engine.waiting(), LinkState.SEARCHING, saved.held)

    @property
    def store(self) -> Store:
        """The store that it works on."""
        return self._store

    @property
    def membership(self) -> Membership:
        """Roster and keys as they stand."""
        return self._engine.membership

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Run something on the store; here nobody waits for anything else meanwhile."""
        return call(*args)

    async def say(self, body: Body, content: bytes | None = None) -> Accepted:
        """Sign, store and queue a body. Raises LocalError, StorageError."""
        now = self._clock.now()
        item = self._engine.submit(body, now, content=content)
        revision = self._commit(now)
        frames = (FRAME_OVERHEAD + len(item.raw), *fragment_frames(content))
        return Accepted(item, revision, frames)

    async def ask(self, call: Callable[[Engine, float], T]) -> T:
        """What `call(engine, now)` gives, once all that follows from it is stored."""
        now = self._clock.now()
        result = call(self._engine, now)
        self._commit(now)
        return result

    def _commit(self, now: float) -> int:
        events: list[Event] = []
        while (event := self._engine.next_event()) is not None:
            self._shown.learn(event)
            events.append(event)
        if not events:
            return self._store.revision
        return self._writer.commit(events, [], self._shown.words(), now).revision


def perform(
    store: Store, method: Method, params: Mapping[str, Any], *, clock: Clock | None = None
) -> dict[str, Any]:
    """One method of the API without a daemon. Raises what it raises."""
    given = {name: value for name, value in params.items() if value is not None}

    async def done() -> dict[str, Any]:
        return await method(Offline(store, clock=clock), given)

    return asyncio.run(done())


def first_join(store: Store, text: str, *, clock: Clock | None = None) -> Membership:
    """Become a member by a grant. Raises DecodeError, EnrolmentError; nothing is changed then.

    What was cut off by a crash is finished by the same grant.
    """
    clock = clock or Clock()
    grant = read_grant(text)
    seed, held = store.secret("identity"), store.document("charter")
    if seed is None:
        raise EnrolmentError("this node has no key yet; begin with: meshdefense member request")
    if held is not None and held != grant.charter.encode():
        raise EnrolmentError("this node belongs to another network; use another data folder")
    charter, identity = grant.charter, Identity(seed)
    stored = [] if held is None else stored_decisions(store, charter.unit_m)
    found = trial(charter, stored, grant.decisions, clock.now())
    vault = _checked(grant, found.roster, identity)
    batch = Batch(documents={"charter": charter.encode()})
    batch.secrets |= vault_secrets(vault, grant.number)
    store.commit(batch)
    beginning = membership_of(store, charter, Council(charter, stored).roster, grant.number, seed)

    async def take() -> None:
        await admit_all(Offline(store, beginning, clock), found.accepted)

    asyncio.run(take())
    return load_membership(store)


def _checked(grant: GrantFile, roster: Roster, identity: Identity) -> Vault:
    """The secrets in a grant that is in order and for this key. Raises DecodeError and others."""
    grant.check_issuer(roster)
    member = roster.with_key(identity.key)
    if member is None:
        raise EnrolmentError("the grant's roster does not hold this node's key: ask for your own")
    if member.number != grant.number:
        raise EnrolmentError(
            f"that grant is for member {grant.number}; yours has number {member.number}"
        )
    if roster.is_out(member.number):
        raise EnrolmentError("the organizers revoked this key; ask again with a new folder")
    vault = open_secrets(identity, grant.number, grant.sealed)
    complete = classes_for(member.roles) <= vault.statics.keys() and vault.path
    if not complete or not vault.newest(roster, grant.charter.network_id):
        raise DecodeError("the grant lacks keys that this member's roles need")
    return vault

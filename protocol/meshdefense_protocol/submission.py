"""What this member says: a body that is checked, numbered, signed and queued.

Own items pass the rules that others will judge them by, and what stands against one is told to
the person who wants to say it; only then is its number used. Times are seconds since the epoch.
"""

from __future__ import annotations

from meshdefense_protocol.admission import Admission, key_class_of
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.errors import ForbiddenError, LocalError
from meshdefense_protocol.fragments import content_hash
from meshdefense_protocol.governance import Governance
from meshdefense_protocol.intake import Intake
from meshdefense_protocol.items import Item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.membership import Membership
from meshdefense_protocol.numbering import Numbering
from meshdefense_protocol.outbox import Outbox
from meshdefense_protocol.packets import Body, Manifest, Rekey, UnknownBody
from meshdefense_protocol.priority import priority_of
from meshdefense_protocol.roster import check_speaker

__all__ = ["Submission"]


class Submission:
    """The way of an own item from its body into the outbox."""

    def __init__(
        self,
        membership: Membership,
        numbering: Numbering,
        admission: Admission,
        intake: Intake,
        governance: Governance,
        outbox: Outbox,
    ) -> None:
        self._me = membership
        self._numbering, self._admission = numbering, admission
        self._intake, self._governance, self._outbox = intake, governance, outbox

    def membership_changed(self, membership: Membership) -> None:
        """A newer roster or new keys: they decide what may be said next."""
        self._me = membership

    def submit(
        self,
        body: Body,
        now: float,
        *,
        drill: bool = False,
        content: bytes | None = None,
        not_before: float | None = None,
    ) -> Item:
        """Sign `body` and queue it, to go out at `not_before` or now, whichever is later.

        A manifest, and a decision on new keys, come with their `content`. Raises LocalError
        with a text for people; what is refused uses no number and leaves no event.
        """
        if isinstance(body, UnknownBody):
            raise LocalError(f"kind {body.kind} cannot be sent by this version")
        check_speaker(self._me.roster, self._me.number, body, now)
        key_class = key_class_of(body)
        if key_class not in self._me.keys.classes:
            raise ForbiddenError("you do not hold the key of that scope")
        if isinstance(body, Manifest):
            self._check_text(body, content)
        if isinstance(body, Rekey):
            self._governance.check_wraps(body, content)
        stream = stream_of(body.KIND)
        item = encode_item(
            body,
            item_id=self._numbering.next_id(stream),
            units=time_units(now, self._me.charter.date),
            identity=self._me.identity,
            network_id=self._me.charter.network_id,
            drill=drill,
            grid_unit_m=self._me.charter.unit_m,
        )
        self._admission.check_own(item, now)
        self._numbering.use(stream)
        expires_at = self._intake.accept(item, key_class, now, None, own=True, content=content)
        if isinstance(body, Rekey) and content is not None:
            self._governance.own_wraps(item, body, content, now)
        next_at = now if not_before is None else max(now, not_before)
        ends_at = min(expires_at, now + LIFETIME_MAX_S)  # decisions: afterwards by sync alone
        self._outbox.add(
            OutboxEntry(item.id, priority_of(body), now, ends_at, next_at=next_at), item
        )
        return item

    def _check_text(self, body: Manifest, content: bytes | None) -> None:
        """Raises LocalError unless `content` is what a manifest announces."""
        announced = content_hash(self._me.charter.network_id, content or b"")
        if content is None or len(content) != body.size or announced != body.content_hash:
            raise LocalError("a long report needs the text that it announces")

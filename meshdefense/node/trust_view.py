"""What the status row says of membership, keys and organizers' decisions."""

from __future__ import annotations

from meshdefense.api.trust_schema import TrustStatus
from meshdefense_protocol.engine import Engine

__all__ = ["trust_status"]


def trust_status(engine: Engine, now: float) -> TrustStatus:
    """The fields as they stand at `now`, seconds since the epoch."""
    me = engine.membership
    roster = me.roster
    suspension = roster.suspension(me.number, now)

    def name(number: int) -> str:
        member = roster.get(number)
        return f"#{number}" if member is None else member.name

    return {
        "epoch": me.keys.epoch,
        "epoch_in_force": roster.epoch,
        "left_out": engine.left_out,
        "epoch_behind": [
            {
                "member": one.member,
                "name": name(one.member),
                "epoch": one.epoch,
                "heard_at": one.heard_at,
            }
            for one in engine.behind()
            if not roster.is_out(one.member)
        ],
        "warnings": [
            {
                "id": str(one.id),
                "by": one.by,
                "by_name": name(one.by),
                "reason": one.reason,
                "at": one.at,
            }
            for one in roster.warnings
        ],
        "revoked": roster.is_out(me.number),
        "suspended_until": None if suspension is None else suspension.end,
        "pending_decisions": len(roster.pending),
        "threshold": roster.policies.threshold,
        "organizers": len(roster.organizers),
    }

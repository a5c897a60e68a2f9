"""What an item says: one frozen dataclass for each kind.

A body knows its fixed bytes and its extensions, nothing of headers, signatures or frames.
Each class has `KIND` (6 bits on the wire), `SIZE` (bytes of the fixed part), `FINEST` (the
finest precision code it may carry), `fixed()` and `extensions()` to write and `read()` to read.
"""

from __future__ import annotations

from meshdefense_protocol.packets.acknowledge import Acknowledge
from meshdefense_protocol.packets.beacon import Beacon
from meshdefense_protocol.packets.broadcast import Broadcast
from meshdefense_protocol.packets.checkin import CheckIn
from meshdefense_protocol.packets.close import Close
from meshdefense_protocol.packets.decisions import (
    Endorse,
    Grant,
    Lift,
    Policy,
    Rekey,
    Revoke,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.dispatch import Dispatch
from meshdefense_protocol.packets.escalate import Escalate
from meshdefense_protocol.packets.longreport import Manifest
from meshdefense_protocol.packets.notice import Notice
from meshdefense_protocol.packets.report import Report
from meshdefense_protocol.packets.response import Response
from meshdefense_protocol.packets.retract import Retract
from meshdefense_protocol.packets.rollcall import RollAnswer, RollCall
from meshdefense_protocol.packets.sos import Sos, SosEnd
from meshdefense_protocol.packets.standdown import StandDown
from meshdefense_protocol.packets.unknown import UnknownBody
from meshdefense_protocol.packets.verdict import Verdict

__all__ = [
    "BODIES",
    "Acknowledge",
    "Beacon",
    "Body",
    "Broadcast",
    "CheckIn",
    "Close",
    "Dispatch",
    "Endorse",
    "Escalate",
    "Grant",
    "KnownBody",
    "Lift",
    "Manifest",
    "Notice",
    "Policy",
    "Rekey",
    "Report",
    "Response",
    "Retract",
    "Revoke",
    "RollAnswer",
    "RollCall",
    "Sos",
    "SosEnd",
    "StandDown",
    "Suspend",
    "UnknownBody",
    "Verdict",
    "Warn",
]

KnownBody = (
    Report
    | Verdict
    | CheckIn
    | Notice
    | Retract
    | Acknowledge
    | Manifest
    | Dispatch
    | Response
    | Broadcast
    | Escalate
    | Close
    | Sos
    | SosEnd
    | RollCall
    | RollAnswer
    | StandDown
    | Grant
    | Revoke
    | Suspend
    | Lift
    | Policy
    | Rekey
    | Warn
    | Endorse
    | Beacon
)
Body = KnownBody | UnknownBody

BODIES: dict[int, type[KnownBody]] = {
    body.KIND: body
    for body in (
        Report,
        Verdict,
        CheckIn,
        Notice,
        Retract,
        Acknowledge,
        Manifest,
        Dispatch,
        Response,
        Broadcast,
        Escalate,
        Close,
        Sos,
        SosEnd,
        RollCall,
        RollAnswer,
        StandDown,
        Grant,
        Revoke,
        Suspend,
        Lift,
        Policy,
        Rekey,
        Warn,
        Endorse,
        Beacon,
    )
}
"""Every kind that this version understands. Others become `UnknownBody`."""

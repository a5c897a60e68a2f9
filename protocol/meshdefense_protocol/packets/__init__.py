"""What an item says: one frozen dataclass for each kind.

A body knows its fixed bytes and its extensions, nothing of headers, signatures or frames.
Each class has `KIND` (6 bits on the wire), `SIZE` (bytes of the fixed part), `FINEST` (the
finest precision code it may carry), `fixed()` and `extensions()` to write and `read()` to read.
"""

from __future__ import annotations

from meshdefense_protocol.packets.acknowledge import Acknowledge
from meshdefense_protocol.packets.beacon import Beacon
from meshdefense_protocol.packets.checkin import CheckIn
from meshdefense_protocol.packets.longreport import Manifest
from meshdefense_protocol.packets.notice import Notice
from meshdefense_protocol.packets.report import Report
from meshdefense_protocol.packets.retract import Retract
from meshdefense_protocol.packets.unknown import UnknownBody
from meshdefense_protocol.packets.verdict import Verdict

__all__ = [
    "BODIES",
    "Acknowledge",
    "Beacon",
    "Body",
    "CheckIn",
    "KnownBody",
    "Manifest",
    "Notice",
    "Report",
    "Retract",
    "UnknownBody",
    "Verdict",
]

KnownBody = Report | Verdict | Beacon | CheckIn | Notice | Retract | Acknowledge | Manifest
Body = KnownBody | UnknownBody

BODIES: dict[int, type[KnownBody]] = {
    body.KIND: body
    for body in (Report, Verdict, CheckIn, Notice, Retract, Acknowledge, Manifest, Beacon)
}
"""Every kind that this version understands. Others become `UnknownBody`."""

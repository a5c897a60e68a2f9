"""Making a network, and letting people in: in person, by files.

    request   made by the newcomer: their public key and the handle they would like
    grant     made by an organizer once enough of them agree: charter, decisions, and the
              newcomer's keys sealed to them
    join      the newcomer opens the grant; a member who is in takes the newer decisions

Private keys are made on their owner's machine and never leave its store. Works on an open
store; who holds it (daemon or command line) is the caller's business, see `node.enrolling`.
File formats are in docs/protocol.md, "Files".
"""

from __future__ import annotations

from meshdefense.enrolment.belonging import load_membership, stored_decisions
from meshdefense.enrolment.errors import EnrolmentError, NotAMemberError
from meshdefense.enrolment.founding import (
    Founded,
    Plan,
    check_area,
    create_network,
    founding,
    usual_threshold,
)
from meshdefense.enrolment.grants import GrantFile, grant_text, open_secrets, read_grant
from meshdefense.enrolment.requests import own_identity, read_request, request
from meshdefense.enrolment.roster_files import (
    RosterFile,
    Trial,
    read_roster_file,
    roster_text,
    trial,
)
from meshdefense.enrolment.vaults import draw_vault, handed, handed_document, merged

__all__ = [
    "EnrolmentError",
    "Founded",
    "GrantFile",
    "NotAMemberError",
    "Plan",
    "RosterFile",
    "Trial",
    "check_area",
    "create_network",
    "draw_vault",
    "founding",
    "grant_text",
    "handed",
    "handed_document",
    "load_membership",
    "merged",
    "open_secrets",
    "own_identity",
    "read_grant",
    "read_request",
    "read_roster_file",
    "request",
    "roster_text",
    "stored_decisions",
    "trial",
    "usual_threshold",
]

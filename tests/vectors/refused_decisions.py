"""Refused decisions for the golden vectors, and what is refused because of a decision."""

from __future__ import annotations

from collections.abc import Callable

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    BODIES,
    Beacon,
    Endorse,
    Grant,
    KnownBody,
    Policy,
    Report,
    Revoke,
    Suspend,
)
from meshdefense_protocol.policy import PolicyName
from support.network import Network

__all__ = ["malformed_decisions", "refuse_by_decision"]

LAPSED_DAYS = 20
"""Members say these things on day 30 of the network."""


def malformed_decisions(malformed: Callable[[str, int, bytes], None]) -> None:
    """`malformed` takes the reason, the kind, and a body that must not be read."""
    key, digests = bytes(range(32)), [bytes((n,)) * 16 for n in range(1, 6)]
    handle = b"\x01\x03zoe"
    grant = b"\x00\x08\x00\x04\x00\x00" + key
    for why, kind, body in (
        ("a certificate without a handle", 32, grant),
        ("a certificate with an empty handle", 32, grant + b"\x01\x00"),
        ("a certificate with a handle of 17 bytes", 32, grant + b"\x01\x11" + b"z" * 17),
        ("a certificate for member 0", 32, b"\0\0" + grant[2:] + handle),
        ("a certificate without roles", 32, grant[:3] + b"\0" + grant[4:] + handle),
        ("a certificate with an empty key", 32, grant[:6] + bytes(32) + handle),
        ("a revocation of member 0", 33, b"\0\0\x10" + bytes(6)),
        ("a revocation with spare bits set", 33, b"\0\x03\x11" + bytes(6)),
        ("a suspension of member 0", 34, b"\0\0\x01\x10"),
        ("a suspension for no hour", 34, b"\0\x03\x00\x10"),
        ("a suspension for 25 hours", 34, b"\0\x03\x19\x10"),
        ("a suspension with spare bits set", 34, b"\0\x03\x01\x11"),
        ("new keys for the first epoch", 37, b"\0\x01" + bytes(24) + b"\0\x20"),
        ("new keys without wraps", 37, b"\0\x02" + bytes(26)),
        ("a warning with spare bits set", 38, b"\x71"),
        ("half of a further digest", 39, digests[0] + b"\x08\x08" + digests[1][:8]),
        ("no further digest", 39, digests[0] + b"\x08\x00"),
        ("five digests", 39, digests[0] + b"\x08\x40" + b"".join(digests[1:])),
        ("digests out of order", 39, digests[1] + b"\x08\x10" + digests[0]),
        ("a digest twice", 39, digests[0] + b"\x08\x10" + digests[0]),
    ):
        if kind in (33, 34, 36, 37, 38):
            assert len(body) == BODIES[kind].SIZE, why
        malformed(why, kind, body)


def refuse_by_decision(refuse: Callable[..., None]) -> None:
    """What follows the specification, and what k organizers, one of one here, decided against."""

    def case(
        why: str, reason: Rejection, author: str, body: KnownBody, *decided: KnownBody
    ) -> None:
        network = Network()
        said: Item = network.item(author, body, sequence=18)
        before = [network.frame([network.item("ada", one)]) for one in decided]
        refuse(why, reason, network.frame([said]), *before)

    network = Network()
    report = Report(None, 1)
    revoked = Revoke(3, 1, 17)
    case("a report beyond the mark of a revoked patrol", Rejection.REVOKED, "pia", report, revoked)
    case("any position of theirs", Rejection.REVOKED, "pia", Beacon(None), revoked)
    case("a report of a suspended reporter", Rejection.SUSPENDED, "ned", report, Suspend(5, 1, 5))
    pia = Grant(3, 1, 4, network.identities["pia"].key, "pia", LAPSED_DAYS)
    case("said after the certificate was over", Rejection.LAPSED, "pia", report, pia)
    narrow = Policy(PolicyName.UNVERIFIED_SCOPE, 1, 1)
    case("a report to everyone where policy says patrols and verifiers first",
         Rejection.SCOPE, "ned", report, narrow)  # fmt: skip
    case("a suspension by a patrol", Rejection.ROLE, "pia", Suspend(4, 1, 5))
    case("an endorsement by dispatch", Rejection.ROLE, "base", Endorse((bytes(16),)))
    demoted = Grant(3, 1, 1, network.identities["pia"].key, "pia")
    case("a report of a patrol who is a recipient now", Rejection.ROLE, "pia", report, demoted)

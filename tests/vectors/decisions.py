"""Decisions for the golden vectors: bodies of the kinds 32 to 39, and rosters that follow."""

from __future__ import annotations

from typing import Any

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Endorse,
    Grant,
    KnownBody,
    Lift,
    Policy,
    Rekey,
    Revoke,
    Suspend,
    Warn,
)
from meshdefense_protocol.packets.decisions import MARK_MAX, Action, action_digest
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.roster import Role, Roster
from support.keyed_network import KeyedNetwork, identity_of
from support.network import NOW, Network

__all__ = ["DECISIONS", "roster_fields", "rosters"]

NETWORK = Network()
FIRST = ItemId(1, 32, 0, Stream.ROSTER)
NEW_KEY = Identity(bytes((8,)) * 32).key
DIGESTS = tuple(
    sorted(action_digest(NETWORK.network_id, Revoke(n, 1, n << 4)) for n in (3, 4, 5, 6))
)
DECISIONS: dict[str, list[tuple[str, str, KnownBody]]] = {
    "grant": [
        ("a new member", "ada", Grant(8, 0, int(Role.PATROL), NEW_KEY, "zoë")),
        (
            "another role until day 400, the longest handle",
            "ada",
            Grant(
                3, 1, int(Role.PATROL | Role.VERIFIER), NETWORK.identities["pia"].key, "p" * 16, 400
            ),
        ),
        (
            "an extension of a later version",
            "ada",
            Grant(9, 255, 255, NEW_KEY, "z", extra={200: b"\x01"}),
        ),
    ],
    "revoke": [
        ("lost, what was said before counts", "ada", Revoke(3, 1, 17)),
        ("taken, nothing counts any more", "ada", Revoke(4, 2, 0, 0)),
        ("left, everything counts", "ada", Revoke(7, 3, MARK_MAX)),
        ("a reason of a later version", "ada", Revoke(5, 15, 1 << 18 | 5, 33 << 18 | 2)),
    ],
    "suspend": [
        ("for a day", "ada", Suspend(3, 24, 5)),
        ("for an hour", "ada", Suspend(0xFFFF, 1, 0)),
    ],
    "lift": [("the first decision of member 1", "ada", Lift(FIRST))],
    "policy": [
        ("two verdicts for a high alert", "ada", Policy(3, 1, 2)),
        ("a policy of a later version", "ada", Policy(200, 255, 255)),
        ("stock radios are told of high alerts", "ada", Policy(9, 1, 3)),
    ],
    "newkeys": [
        ("epoch 2", "ada", Rekey(2, bytes(range(16)), bytes(range(0x80, 0x88)), 54)),
        ("the last epoch", "ada", Rekey(0xFFFF, bytes(16), bytes(8), 0xFFFF)),
    ],
    "warn": [
        ("a key leaked", "ada", Warn(7)),
        ("a drill", "ada", Warn(8)),
    ],
    "endorse": [
        ("one decision", "ada", Endorse(DIGESTS[:1])),
        ("four decisions", "ada", Endorse(DIGESTS)),
    ],
}


def rosters() -> dict[str, Any]:
    """The file rosters.json: a charter, and what follows from lists of decisions in any order."""
    network = KeyedNetwork()
    return {
        "charter": network.charter.encode().decode(),
        "network_id": network.network_id.hex(),
        "seeds": {
            str(network.number(name)): (network.number(name).to_bytes(2, "big") * 16).hex()
            for name in network.handles
        },
        "cases": [
            {
                "name": name,
                "items": [item.raw.hex() for item in items],
                "roster": roster_fields(Council(network.charter, items).roster),
            }
            for name, items in _folds()
        ],
        "refused_charters": _refused_charters(network.charter),
    }


def roster_fields(roster: Roster) -> dict[str, Any]:
    """What there is to compare of a roster, as JSON."""
    return {
        "version": roster.version,
        "members": [
            {
                "number": one.number,
                "name": one.name,
                "key": one.key.hex(),
                "roles": int(one.roles),
                "expires": one.expires,
                "serial": one.serial,
            }
            for one in sorted(roster.everybody(), key=lambda one: one.number)
        ],
        "policies": roster.policies.as_json(),
        "revocations": [
            {
                "number": one.number,
                "reason": one.reason,
                "log_mark": one.log_mark,
                "roster_mark": one.roster_mark,
                "at": one.at,
            }
            for _, one in sorted(roster.revocations.items())
        ],
        "suspensions": [
            {
                "id": str(one.id),
                "number": one.number,
                "by": one.by,
                "reason": one.reason,
                "start": one.start,
                "end": one.end,
            }
            for one in roster.suspensions
        ],
        "warnings": [
            {"id": str(one.id), "by": one.by, "reason": one.reason, "at": one.at}
            for one in roster.warnings
        ],
        "epochs": [
            {"epoch": one.number, "commitment": one.commitment.hex(),
             "content_hash": one.content_hash.hex(), "size": one.size,
             "said": [str(item_id) for item_id in one.said]}
            for one in roster.epochs
        ],
        "pending": [
            {"digest": one.digest.hex(), "id": str(one.id), "voices": list(one.voices),
             "lacking": one.lacking}
            for one in roster.pending
        ],
        "refused": sorted(
            ({"digest": one.digest.hex(), "why": one.why} for one in roster.refused),
            key=lambda one: (one["digest"], one["why"]),
        ),
        "deciders": sorted(roster.deciders),
    }  # fmt: skip


def _folds() -> list[tuple[str, list[Item]]]:
    def network() -> KeyedNetwork:
        return KeyedNetwork()  # each case counts its sequences from 0

    def decided(body: Action, by: str = "ada bea") -> list[Item]:
        return network().decided(body, by=by)

    new = KeyedNetwork(6).certificate("fay")
    lost = Revoke(4, 1, 17)
    folds = [
        ("the charter alone", []),
        ("one organizer wants a new member: pending", decided(new, "ada")),
        ("two organizers want a new member", decided(new)),
        ("three do", decided(new, "cyd ada bea")),
        ("a patrol agrees, which counts for nothing", decided(new, "ada dan")),
        ("a member is revoked", decided(lost)),
        ("two keys for one number", decided(Grant(4, 1, 8, identity_of(40).key, "dan"))),
        ("one key for two numbers", decided(Grant(6, 0, 8, identity_of(4).key, "fay"))),
        ("a handle that is taken", decided(Grant(6, 0, 8, identity_of(6).key, "DAN"))),
        ("two verdicts for a high alert", decided(Policy(3, 1, 2))),
        ("a threshold that nobody can reach", decided(Policy(8, 1, 4))),
        ("stock radios are told of high alerts", decided(Policy(9, 1, 3))),
        ("texts of stock radios are taken, and not any more",
         [*decided(Policy(14, 1, 1)), *decided(Policy(14, 2, 0))]),
        ("new keys", decided(network().rekey(2, (4,))[0])),
        ("one organizer alone warns and suspends",
         [network().item("ada", Warn(7)), network().item("bea", Suspend(4, 24, 5))]),
    ]  # fmt: skip
    one = network()
    again = [
        one.item("ada", Suspend(4, 24, 5)),
        one.item("ada", Suspend(4, 24, 5), now=NOW + 6 * 86_400),
        one.item("ada", Suspend(4, 24, 5), now=NOW + 7 * 86_400),
    ]
    folds.append(("suspended again after six days, and after seven", again))
    one = network()
    said = one.item("ada", Suspend(4, 24, 5))
    folds.append(("its author lifts a suspension",
                  [said, one.item("ada", Lift(said.id))]))  # fmt: skip
    one = network()
    said = one.item("ada", Suspend(4, 24, 5))
    folds.append(("another one alone does not", [said, one.item("bea", Lift(said.id))]))
    one = network()
    out = one.decided(Revoke(1, 2, MARK_MAX, 32 << 18), by="bea cyd")
    early = [one.item("ada", new), one.item("ada", Policy(3, 1, 2), now=NOW + 1)]
    late = [one.item("cyd", one.endorsed(new, Policy(3, 1, 2)), now=NOW + 7200)]
    folds.append(("of a revoked organizer the decisions up to the mark count",
                  [*out, *early, *late]))  # fmt: skip
    one = network()
    first, second = one.rekey(2, (4,))[0], one.rekey(2, (5,), rival=1)[0]
    rivals = [
        one.item("ada", first),
        one.item("bea", second, now=NOW + 4),
        one.item("cyd", one.endorsed(first), now=NOW + 40),
        one.item("cyd", one.endorsed(second), now=NOW + 20),
    ]
    folds.append(("two decisions on the same epoch: the earlier one stands", rivals))
    one = network()
    back = [*one.decided(lost), *one.decided(one.certificate("dan", serial=1), now=NOW + 3600)]
    folds.append(("a revoked number does not come back", back))
    return folds


def _refused_charters(charter: Charter) -> list[dict[str, str]]:
    raw = charter.encode().decode()
    key = identity_of(1).key.hex()
    return [
        {"why": "threshold above the number of organizers",
         "charter": raw.replace('"threshold":2', '"threshold":4')},
        {"why": "two founders with one key", "charter": raw.replace(identity_of(2).key.hex(), key)},
        {"why": "two founders with one handle", "charter": raw.replace('"bea"', '"ADA"')},
        {"why": "founders out of order", "charter": raw.replace('"number":1,', '"number":9,')},
        {"why": "an all-clear by one", "charter": raw.replace('"all_clear":2', '"all_clear":1')},
        {"why": "a key in upper case", "charter": raw.replace(key, key.upper())},
        {"why": "a policy for stock radios that says what is so without it",
         "charter": raw.replace('"threshold":2', '"stock_hear":0,"threshold":2')},
        {"why": "a policy is missing", "charter": raw.replace('"all_clear":2,', "")},
        {"why": "a field twice", "charter": raw.replace('"unit_m":1', '"unit_m":1,"unit_m":1')},
        {"why": "a blank", "charter": raw + " "},
    ]  # fmt: skip

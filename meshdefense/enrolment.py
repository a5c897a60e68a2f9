"""Making a network, and letting people in: in person, by files.

    request   made by the newcomer: their public key and the handle they would like
    grant     made by the founder: charter, roster, and the newcomer's keys sealed to them
    join      the newcomer opens the grant; a member who is in already takes the newer roster

Private keys are made on their owner's machine and never leave its store. Works on an open
store; who holds it (daemon or command line) is the caller's business. File formats are in
docs/protocol.md, "Files".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.charter import NAME_MAX, Charter, canonical_json, read_json_object
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import DecodeError, ForbiddenError, ProtocolError, ValueRangeError
from meshdefense_protocol.identity import (
    PURPOSE_GRANT,
    PURPOSE_REQUEST,
    SEED_SIZE,
    Identity,
    fingerprint,
    verify,
)
from meshdefense_protocol.roster import Role, Roster, check_member_name, classes_for
from meshdefense_protocol.sealing import SECRET_SIZE, EpochSecret, KeyClass, KeyRing

__all__ = [
    "EnrolmentError",
    "Granted",
    "NotAMemberError",
    "check_area",
    "create_network",
    "founding",
    "grant",
    "held_secrets",
    "join",
    "load_membership",
    "request",
]

FOUNDER_ROLES: Final = Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.REPORTER
_REQUEST_FIELDS = {"type", "handle", "key", "signature"}
_GRANT_FIELDS = {"type", "charter", "roster", "number", "sealed", "signature"}
_REQUEST_TYPE: Final = "meshdefense request 1"
_GRANT_TYPE: Final = "meshdefense grant 1"


class EnrolmentError(ProtocolError):
    """The file or the state of this node does not allow that; nothing was changed."""


class NotAMemberError(EnrolmentError):
    """This data folder belongs to no network yet."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant, and what to tell people about it."""

    text: str
    number: int
    handle: str
    fingerprint: str


def check_area(name: str, lat: float, lon: float) -> None:
    """ValueRangeError for a name or origin that no charter can have."""
    if not -90 <= lat <= 90:
        raise ValueRangeError(f"latitude {lat:g} is outside -90 to 90")
    if not -180 <= lon <= 180:
        raise ValueRangeError(f"longitude {lon:g} is outside -180 to 180")
    if not 1 <= len(name.encode()) <= NAME_MAX or not name.isprintable():
        raise ValueRangeError(f"a network's name has 1 to {NAME_MAX} printable bytes")


def create_network(store: Store, charter_fields: dict[str, Any], handle: str, rng: Any) -> Charter:
    """Make this node the founder of a new network.

    `charter_fields` are those of Charter without the founder's key; `rng(n)` gives n bytes.
    Raises EnrolmentError, or ValueRangeError for a value out of range.
    """
    if store.document("charter") is not None:
        raise EnrolmentError("this data folder belongs to a network already; use another folder")
    identity = _own_identity(store, rng)
    charter = Charter(founder=identity.key, **charter_fields)
    roster = Roster(0, []).added(handle, identity.key, FOUNDER_ROLES)
    batch = Batch()
    batch.documents["charter"] = charter.encode()
    batch.documents["roster"] = roster.sign(charter.network_id, identity)
    for key_class in KeyClass:
        batch.secrets[_secret_name(key_class, 1)] = rng(SECRET_SIZE)
    store.commit(batch)
    return charter


def founding(charter: Charter, roster: bytes, seed: bytes, secrets: list[EpochSecret]) -> Batch:
    """Everything that makes a store that of a member: for tests and for the demo."""
    batch = Batch(documents={"charter": charter.encode(), "roster": roster})
    batch.secrets["identity"] = seed
    for secret in secrets:
        batch.secrets[_secret_name(secret.key_class, secret.epoch)] = secret.secret
    return batch


def request(store: Store, handle: str, rng: Any) -> str:
    """The text of a request to be let in; makes this node's key when there is none."""
    check_member_name(handle)
    identity = _own_identity(store, rng)
    content = {"type": _REQUEST_TYPE, "handle": handle, "key": identity.key.hex()}
    signature = identity.sign(PURPOSE_REQUEST, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"


def read_request(text: str) -> tuple[str, bytes]:
    """Handle and key of a request. Raises DecodeError."""
    fields = read_json_object(text.encode(), _REQUEST_FIELDS, "request")
    if fields["type"] != _REQUEST_TYPE:
        raise DecodeError(f"this is not a request but {fields['type']!r}")
    content = {name: fields[name] for name in _REQUEST_FIELDS - {"signature"}}
    try:
        key, signature = bytes.fromhex(fields["key"]), bytes.fromhex(fields["signature"])
    except (TypeError, ValueError) as error:
        raise DecodeError("the request is damaged") from error
    if not verify(key, PURPOSE_REQUEST, canonical_json(content), signature):
        raise DecodeError("the request is damaged: its signature does not fit")
    return str(fields["handle"]), key


def grant(store: Store, text: str, roles: Role, handle: str | None = None) -> Granted:
    """Let the person of a request in; only the founder's node can (k of n comes later).

    The same request again gives its grant again. Raises EnrolmentError, DecodeError,
    ValueRangeError.
    """
    me = load_membership(store)
    if me.identity.key != me.charter.founder:
        raise ForbiddenError("only the node that made the network can let people in")
    if not roles:
        raise EnrolmentError("name at least one role, for example --role patrol")
    wished, key = read_request(text)
    member = me.roster.with_key(key)
    if member is not None and (member.roles != roles or handle not in (None, member.name)):
        raise EnrolmentError(
            f"that person is member {member.number} ({member.name}) already, with other roles or "
            "another handle; grant the same again to make the file anew"
        )
    roster = me.roster if member else me.roster.added(handle or wished, key, roles)
    member = roster.with_key(key)
    assert member is not None  # it was there or has just been added
    signed = roster.sign(me.charter.network_id, me.identity)
    secrets = {
        f"{int(k)}/{epoch}": value.hex()
        for k, epoch, value in held_secrets(store)
        if k in classes_for(member.roles)
    }
    box = SealedBox(VerifyKey(key).to_curve25519_public_key())
    content = {
        "type": _GRANT_TYPE,
        "charter": me.charter.encode().decode(),
        "roster": signed.decode(),
        "number": member.number,
        "sealed": box.encrypt(canonical_json(secrets)).hex(),
    }
    signature = me.identity.sign(PURPOSE_GRANT, canonical_json(content))
    store.commit(Batch(documents={"roster": signed}))
    whole = json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"
    return Granted(whole, member.number, member.name, fingerprint(key))


def join(store: Store, text: str) -> Membership:
    """Take a grant: the keys in it when it is for this node, and a newer roster in any case.

    Raises DecodeError, EnrolmentError; nothing is changed then.
    """
    fields = read_json_object(text.encode(), _GRANT_FIELDS, "grant")
    if fields["type"] != _GRANT_TYPE:
        raise DecodeError(f"this is not a grant but {fields['type']!r}")
    content = {name: fields[name] for name in _GRANT_FIELDS - {"signature"}}
    try:
        charter = Charter.decode(str(fields["charter"]).encode())
        signature, sealed = bytes.fromhex(fields["signature"]), bytes.fromhex(fields["sealed"])
    except (TypeError, ValueError) as error:
        raise DecodeError("the grant is damaged") from error
    if not verify(charter.founder, PURPOSE_GRANT, canonical_json(content), signature):
        raise DecodeError("the grant is damaged or forged: its signature does not fit")
    raw = str(fields["roster"]).encode()
    roster = Roster.decode(raw, network_id=charter.network_id, founder=charter.founder)
    seed = store.secret("identity")
    if seed is None:
        raise EnrolmentError("this node has no key yet; begin with: meshdefense member request")
    batch = Batch()
    held = store.document("charter")
    if held is not None and held != charter.encode():
        raise EnrolmentError("this node belongs to another network; use another data folder")
    if held is not None:
        _held_roster(store, charter).check_successor(roster)
    own = roster.with_key(Identity(seed).key)
    if own is None:
        raise EnrolmentError("the grant's roster does not hold this node's key: ask for your own")
    if own.number == fields["number"]:
        batch.secrets |= _open_secrets(seed, sealed)
    elif held is None:
        raise EnrolmentError(
            f"that grant is for member {fields['number']}; yours has number {own.number}"
        )
    batch.documents |= {"charter": charter.encode(), "roster": raw}
    store.commit(batch)
    return load_membership(store)


def load_membership(store: Store) -> Membership:
    """Who this node is. Raises NotAMemberError, DecodeError."""
    raw = store.document("charter")
    seed = store.secret("identity")
    if raw is None or seed is None:
        raise NotAMemberError(
            "this data folder belongs to no network yet: make one (meshdefense network create), "
            "or ask to be let in (meshdefense member request)"
        )
    charter = Charter.decode(raw)
    roster = _held_roster(store, charter)
    identity = Identity(seed)
    member = roster.with_key(identity.key)
    if member is None:
        raise NotAMemberError("the roster here does not hold this node's key")
    secrets = [EpochSecret(k, epoch, value) for k, epoch, value in held_secrets(store)]
    keys = KeyRing(charter.network_id, secrets)
    return Membership(charter, roster, identity, member.number, keys)


def _held_roster(store: Store, charter: Charter) -> Roster:
    raw = store.document("roster")
    if raw is None:
        raise NotAMemberError("the roster is missing")
    return Roster.decode(raw, network_id=charter.network_id, founder=charter.founder)


def _own_identity(store: Store, rng: Any) -> Identity:
    seed = store.secret("identity")
    if seed is None:
        seed = rng(SEED_SIZE)
        store.commit(Batch(secrets={"identity": seed}))
    return Identity(seed)


def _secret_name(key_class: KeyClass, epoch: int) -> str:
    return f"class/{int(key_class)}/{epoch}"


def held_secrets(store: Store) -> list[tuple[KeyClass, int, bytes]]:
    """The class secrets of this node. Epoch 1 is the only one until keys can be changed."""
    found = []
    for key_class in KeyClass:
        value = store.secret(_secret_name(key_class, 1))
        if value is not None:
            found.append((key_class, 1, value))
    return found


def _open_secrets(seed: bytes, sealed: bytes) -> dict[str, bytes | None]:
    try:
        opened = SealedBox(SigningKey(seed).to_curve25519_private_key()).decrypt(sealed)
        entries = json.loads(opened)
        secrets: dict[str, bytes | None] = {}
        for name, value in entries.items():
            number, epoch = name.split("/")
            secrets[_secret_name(KeyClass(int(number)), int(epoch))] = bytes.fromhex(value)
    except (CryptoError, ValueError, AttributeError, TypeError) as error:
        raise DecodeError("the keys in the grant cannot be opened with this node's key") from error
    if any(value is None or len(value) != SECRET_SIZE for value in secrets.values()):
        raise DecodeError("a key in the grant has the wrong size")
    return secrets

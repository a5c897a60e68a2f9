"""The grant: a file for one newcomer, made and handed over by an organizer in person.

    type       "meshdefense grant 2"
    charter    canonical text
    decisions  items of the organizers as hex, in the order in which this node took them
    number     of the member it is for
    sealed     their secrets by name, in a box that only their key opens
    issuer     number of the organizer who made it
    signature  the issuer's, over all the rest

Source: docs/protocol.md, "Files".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.vault_store import held_vault, vault_secrets
from meshdefense_protocol.canonical import canonical_json, distinct_fields, read_json_object
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import PURPOSE_GRANT, Identity, verify
from meshdefense_protocol.members import Member
from meshdefense_protocol.rekey_content import SEED_SIZE
from meshdefense_protocol.roster import Role, Roster
from meshdefense_protocol.sealing import SECRET_SIZE, KeyClass
from meshdefense_protocol.subtree import DEPTH, MASTER_SIZE
from meshdefense_protocol.vault import Vault

__all__ = ["GrantFile", "grant_text", "hex_items", "open_secrets", "read_grant"]

GRANT_TYPE: Final = "meshdefense grant 2"
_FIELDS: Final = {"type", "charter", "decisions", "number", "sealed", "issuer", "signature"}
_SIZES: Final = {
    "static": SECRET_SIZE,
    "seed": SEED_SIZE,
    "tree": 32 * (DEPTH + 1),
    "master": MASTER_SIZE,
}
"""Bytes of each kind of secret; see `vault_store` for their names."""
_CLASSES: Final = {str(int(one)) for one in KeyClass}
_EPOCH_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class GrantFile:
    """What a grant says; nothing of it is believed before `check_issuer`."""

    charter: Charter
    decisions: tuple[bytes, ...]
    number: int
    sealed: bytes = field(repr=False)
    issuer: int
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def check_issuer(self, roster: Roster) -> Member:
        """The organizer who made it, by the roster that follows from its decisions.

        Raises DecodeError for a signature that does not fit, EnrolmentError for a member who
        may not let people in.
        """
        member = roster.get(self.issuer)
        if member is None or not verify(member.key, PURPOSE_GRANT, self.signed, self.signature):
            raise DecodeError("the grant is damaged or forged: its signature does not fit")
        if Role.ORGANIZER not in member.roles or roster.is_out(member.number):
            raise EnrolmentError(
                f"that grant was made by member {member.number} ({member.name}), "
                "who is no organizer of this network"
            )
        return member


def grant_text(
    charter: Charter,
    decisions: Iterable[bytes],
    member: Member,
    vault: Vault,
    issuer: Identity,
    issuer_number: int,
) -> str:
    """The file for `member`, with the secrets of `vault` sealed to them.

    Raises ValueRangeError for a key that nothing can be sealed to.
    """
    secrets = {name: value.hex() for name, value in vault_secrets(vault, member.number).items()}
    try:
        box = SealedBox(VerifyKey(member.key).to_curve25519_public_key())
        sealed = box.encrypt(canonical_json(secrets))
    except (CryptoError, ValueError, RuntimeError) as error:
        raise ValueRangeError("that key is not one that secrets can be sealed to") from error
    content = {
        "type": GRANT_TYPE,
        "charter": charter.encode().decode(),
        "decisions": [raw.hex() for raw in decisions],
        "number": member.number,
        "sealed": sealed.hex(),
        "issuer": issuer_number,
    }
    signature = issuer.sign(PURPOSE_GRANT, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"


def read_grant(text: str) -> GrantFile:
    """Read a grant. Raises DecodeError; the signature is for `GrantFile.check_issuer`."""
    fields = read_json_object(text.encode(errors="replace"), _FIELDS, "grant")
    if fields["type"] != GRANT_TYPE:
        raise DecodeError(f"this is not a grant but {fields['type']!a}")
    content = {name: fields[name] for name in _FIELDS - {"signature"}}
    number, issuer, raw = fields["number"], fields["issuer"], fields["charter"]
    if type(number) is not int or type(issuer) is not int or not isinstance(raw, str):
        raise DecodeError("the grant is damaged: a field has the wrong type")
    try:
        charter = Charter.decode(raw.encode())
        signature, sealed = bytes.fromhex(fields["signature"]), bytes.fromhex(fields["sealed"])
        signed = canonical_json(content)
    except (TypeError, ValueError) as error:
        raise DecodeError("the grant is damaged") from error
    decisions = hex_items(fields["decisions"], "grant")
    return GrantFile(charter, decisions, number, sealed, issuer, signed, signature)


def hex_items(value: Any, what: str) -> tuple[bytes, ...]:
    """A list of items as hex in lower case. Raises DecodeError."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise DecodeError(f"the {what} is damaged: its decisions are not a list of texts")
    try:
        raws = tuple(bytes.fromhex(one) for one in value)
    except ValueError as error:
        raise DecodeError(f"the {what} is damaged: a decision in it is not hex") from error
    if any(raw.hex() != one for raw, one in zip(raws, value, strict=True)):
        raise DecodeError(f"the {what} is damaged: its hex is not written in lower case")
    return raws


def open_secrets(identity: Identity, number: int, sealed: bytes) -> Vault:
    """The secrets in a grant for this node. Raises DecodeError."""
    try:
        opened = SealedBox(SigningKey(identity.seed).to_curve25519_private_key()).decrypt(sealed)
        entries = json.loads(opened, object_pairs_hook=distinct_fields)
        secrets = {str(name): bytes.fromhex(value) for name, value in entries.items()}
    except (CryptoError, ValueError, AttributeError, TypeError, RecursionError) as error:
        raise DecodeError("the keys in the grant cannot be opened with this node's key") from error
    for name, value in secrets.items():
        _check_secret(name, value)
    return held_vault(secrets, number)


def _check_secret(name: str, value: bytes) -> None:
    kind, _, rest = name.partition("/")
    which, _, tail = rest.partition("/")
    digits = which.isascii() and which.isdecimal() and which == which.lstrip("0")
    numbered = digits and 1 <= int(which[:6]) <= _EPOCH_MAX
    known = which in _CLASSES if kind == "static" else numbered
    if kind not in _SIZES or not known or bool(tail) is not (kind == "seed"):
        raise DecodeError("the grant holds a key of a kind that this version does not know")
    if len(value) != _SIZES[kind]:
        raise DecodeError("a key in the grant has the wrong size")

"""Kinds 32 to 39, what organizers decide about their network. They never expire.

    32 grant      number 2 | serial 1 | roles 1 | expires 2 | key 32        TEXT: handle
    33 revoke     number 2 | reason 4 bits, zero 4 | last log item 3 | last roster item 3
    34 suspend    number 2 | hours 1 | reason 4 bits, zero 4
    35 lift       reference 5
    36 policy     name 1 | serial 1 | value 1
    37 re-key     epoch 2 | commitment 16 | content hash 8 | size 2
    38 warning    reason 4 bits, zero 4
    39 endorse    digest 16                                                 MORE_DIGESTS

32, 33, 36, 37 need k organizers: one says it, others endorse its digest or say the same.
34 and 38 stand by themselves for a while; 35 takes back what its own author said alone, or
with k organizers what anybody did. Source: docs/protocol.md, "Decisions".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import KEY_SIZE, LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import (
    Extension,
    Extensions,
    read_text,
    write_extensions,
)
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader

__all__ = [
    "COMMITMENT_SIZE",
    "CONTENT_HASH_SIZE",
    "DIGESTS_MAX",
    "DIGEST_SIZE",
    "MARK_MAX",
    "MARK_NONE",
    "SUSPENSION_HOURS_MAX",
    "Action",
    "Endorse",
    "Grant",
    "Lift",
    "Policy",
    "Rekey",
    "Revoke",
    "Suspend",
    "Warn",
    "action_digest",
    "mark_of",
]

DIGEST_SIZE: Final = 16
DIGESTS_MAX: Final = 4
"""Decisions that one endorsement can be about: it stays within 165 bytes."""
SUSPENSION_HOURS_MAX: Final = 24
HANDLE_MAX: Final = 16
MARK_MAX: Final = (1 << 24) - 1
"""All of the member's items count."""
MARK_NONE: Final = MARK_MAX - 1
"""None of them does: for somebody who had said nothing."""
COMMITMENT_SIZE: Final = 16
CONTENT_HASH_SIZE: Final = 8


def mark_of(item_id: ItemId) -> int:
    """Incarnation and sequence as one number: higher is later in the same stream."""
    return item_id.incarnation << 18 | item_id.sequence


@dataclass(frozen=True, slots=True)
class _Decision:
    """What these kinds have in common."""

    @property
    def default_lifetime_s(self) -> int:
        """Without meaning: they never expire."""
        return LIFETIME_MAX_S


def _reason(raw: int) -> int:
    if raw & 15:
        raise DecodeError("bits that must be zero")
    return raw >> 4


@dataclass(frozen=True, slots=True)
class Grant(_Decision):
    """A member's certificate: the first one adds them, a later serial changes it."""

    KIND: ClassVar[int] = 32
    SIZE: ClassVar[int] = 38

    number: int
    serial: int
    roles: int
    """Bits of members.Role."""
    key: bytes
    handle: str
    expires: int = 0
    """Days after the charter's date; 0 is never."""
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        head = self.number.to_bytes(2, "big") + bytes((self.serial, self.roles))
        return head + self.expires.to_bytes(2, "big") + self.key

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        return {**self.extra, Extension.TEXT: self.handle.encode()}

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Grant:
        """Read the fixed part and take the known extensions out of `extensions`."""
        number, serial, roles, expires = (reader.uint(n) for n in (2, 1, 1, 2))
        key = reader.take(KEY_SIZE)
        handle = read_text(extensions.pop(Extension.TEXT, None), HANDLE_MAX)
        if not number or not roles or not any(key):
            raise DecodeError("a certificate without number, roles or key")
        if not handle:
            raise DecodeError("a certificate without a handle")
        return cls(number, serial, roles, key, handle, expires, extensions)


@dataclass(frozen=True, slots=True)
class Revoke(_Decision):
    """A member is out for ever. Of what they said, only items up to the marks count."""

    KIND: ClassVar[int] = 33
    SIZE: ClassVar[int] = 9

    number: int
    reason: int
    """Code of words.DECISION_REASONS."""
    log_mark: int
    """`mark_of` their last log item that counts; MARK_MAX for all, MARK_NONE for none."""
    roster_mark: int = MARK_MAX
    """The same for their decisions and endorsements."""
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        marks = self.log_mark.to_bytes(3, "big") + self.roster_mark.to_bytes(3, "big")
        return self.number.to_bytes(2, "big") + bytes((self.reason << 4,)) + marks

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Revoke:
        """Read the fixed part."""
        number = reader.uint(2)
        if not number:
            raise DecodeError("a revocation of nobody")
        return cls(number, _reason(reader.uint(1)), reader.uint(3), reader.uint(3), extensions)


@dataclass(frozen=True, slots=True)
class Suspend(_Decision):
    """One organizer alone: a member's words do not count for some hours from now."""

    KIND: ClassVar[int] = 34
    SIZE: ClassVar[int] = 4

    number: int
    hours: int
    reason: int
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.number.to_bytes(2, "big") + bytes((self.hours, self.reason << 4))

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Suspend:
        """Read the fixed part."""
        number, hours = reader.uint(2), reader.uint(1)
        if not number or not 1 <= hours <= SUSPENSION_HOURS_MAX:
            raise DecodeError("a suspension of nobody, or not of 1 to 24 hours")
        return cls(number, hours, _reason(reader.uint(1)), extensions)


@dataclass(frozen=True, slots=True)
class Lift(_Decision):
    """A suspension or warning ends now."""

    KIND: ClassVar[int] = 35
    SIZE: ClassVar[int] = REF_SIZE

    ref: ItemId
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes()

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Lift:
        """Read the fixed part."""
        return cls(read_ref(reader), extensions)


@dataclass(frozen=True, slots=True)
class Policy(_Decision):
    """Another value of a policy."""

    KIND: ClassVar[int] = 36
    SIZE: ClassVar[int] = 3

    name: int
    """Number of policy.PolicyName."""
    serial: int
    """Higher than that of the value in force; the first change has 1."""
    value: int
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        return bytes((self.name, self.serial, self.value))

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Policy:
        """Read the fixed part."""
        return cls(reader.uint(1), reader.uint(1), reader.uint(1), extensions)


@dataclass(frozen=True, slots=True)
class Rekey(_Decision):
    """New keys: what their seed must be, and what the wraps of it must be."""

    KIND: ClassVar[int] = 37
    SIZE: ClassVar[int] = 28

    epoch: int
    """The new one: one more than the one in force."""
    commitment: bytes
    """16 bytes over the new seed, see rekey.py."""
    content_hash: bytes
    """8 bytes over the wraps."""
    size: int
    """Bytes of the wraps."""
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        hashes = self.commitment + self.content_hash
        return self.epoch.to_bytes(2, "big") + hashes + self.size.to_bytes(2, "big")

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Rekey:
        """Read the fixed part."""
        epoch = reader.uint(2)
        commitment, content_hash = reader.take(COMMITMENT_SIZE), reader.take(CONTENT_HASH_SIZE)
        size = reader.uint(2)
        if epoch < 2 or not size:
            raise DecodeError("a re-key to the first epoch, or without wraps")
        return cls(epoch, commitment, content_hash, size, extensions)


@dataclass(frozen=True, slots=True)
class Warn(_Decision):
    """One organizer alone: this network may be compromised; every screen says so."""

    KIND: ClassVar[int] = 38
    SIZE: ClassVar[int] = 1

    reason: int
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        return bytes((self.reason << 4,))

    def extensions(self) -> Extensions:
        """Only those of later versions."""
        return self.extra

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Warn:
        """Read the fixed part."""
        return cls(_reason(reader.uint(1)), extensions)


@dataclass(frozen=True, slots=True)
class Endorse(_Decision):
    """This organizer agrees with decisions that others said."""

    KIND: ClassVar[int] = 39
    SIZE: ClassVar[int] = DIGEST_SIZE

    digests: tuple[bytes, ...]
    """1 to DIGESTS_MAX, ascending: see `action_digest`."""
    extra: Extensions = field(default_factory=dict)

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.digests[0]

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        more = b"".join(self.digests[1:])
        return {**self.extra, Extension.MORE_DIGESTS: more} if more else dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Endorse:
        """Read the fixed part and take the known extensions out of `extensions`."""
        raw = reader.take(DIGEST_SIZE)
        more = extensions.pop(Extension.MORE_DIGESTS, None)
        if more is not None and (not more or len(more) % DIGEST_SIZE):
            raise DecodeError("further digests that are none")
        raw += more or b""
        digests = tuple(raw[at : at + DIGEST_SIZE] for at in range(0, len(raw), DIGEST_SIZE))
        if len(digests) > DIGESTS_MAX or list(digests) != sorted(set(digests)):
            raise DecodeError("digests that are too many, out of order or repeated")
        return cls(digests, extensions)


Action = Grant | Revoke | Lift | Policy | Rekey
"""What k organizers decide together."""


def action_digest(network_id: bytes, body: Action) -> bytes:
    """16 bytes that name a decision: the same whoever says it, and whenever."""
    content = bytes((body.KIND,)) + body.fixed() + write_extensions(body.extensions())
    return hashlib.blake2b(
        network_id + content, digest_size=DIGEST_SIZE, person=b"md1 action"
    ).digest()

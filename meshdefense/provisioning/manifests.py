"""Manifests: what was read back from a radio, signed by its fleet.

A manifest is JSON with one canonical form: sorted keys, no blanks, ASCII, integers, bytes as hex.
The signature is Ed25519 over the purpose and that form. Reads no file and no clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import nacl.exceptions
from nacl.signing import SigningKey, VerifyKey

__all__ = [
    "HISTORY_MAX",
    "Manifest",
    "ManifestError",
    "SignedManifest",
    "fingerprint",
    "read_history",
    "sign",
    "write_history",
]

HISTORY_MAX: Final = 20
"""Manifests of one radio that are kept, the newest included."""
_PURPOSE: Final = b"meshdefense radio manifest 1\0"
_FINGERPRINT: Final = b"meshdefense channel key fingerprint 1"
_VERSION: Final = 1


class ManifestError(ValueError):
    """That is no manifest, or not one that this fleet signed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a radio was proven to be, read back field by field."""

    radio: str
    """Its name in network.yaml."""
    job: str
    node_number: int
    public_key: bytes
    """Of the radio's own key pair; empty where it has none."""
    firmware: str
    hardware: str
    config_digest: str
    """Hex digest of what was desired, and read back equal."""
    channel_fingerprints: Mapping[str, str] = field(hash=False)
    """`fingerprint` of the key of each channel that it holds, by the channel's name."""
    member: str | None
    """Number or handle of the member who held it then."""
    proven_at: int
    """Seconds since the Unix epoch."""
    by: str
    """Number or handle of whoever proved it; may be empty."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "channel_fingerprints", MappingProxyType(dict(self.channel_fingerprints))
        )

    def as_json(self) -> dict[str, Any]:
        """The fields, ready for JSON; no secret is among them."""
        return {
            "version": _VERSION,
            "radio": self.radio,
            "job": self.job,
            "node_number": self.node_number,
            "public_key": self.public_key.hex(),
            "firmware": self.firmware,
            "hardware": self.hardware,
            "config_digest": self.config_digest,
            "channel_fingerprints": dict(self.channel_fingerprints),
            "member": self.member,
            "proven_at": self.proven_at,
            "by": self.by,
        }

    def canonical(self) -> bytes:
        """The one way to write it."""
        return canonical_json(self.as_json())

    @classmethod
    def parse(cls, content: bytes) -> Manifest:
        """Read what `canonical` wrote, and nothing else. Raises ManifestError."""
        try:
            return cls._read(json.loads(content), content)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            if isinstance(error, ManifestError):
                raise
            raise ManifestError("that is no manifest") from None

    @classmethod
    def _read(cls, found: dict[str, Any], content: bytes) -> Manifest:
        if found["version"] != _VERSION:
            raise ManifestError("that manifest is of a newer MeshDefense")
        manifest = cls(
            radio=_text(found["radio"]),
            job=_text(found["job"]),
            node_number=_number(found["node_number"]),
            public_key=bytes.fromhex(_text(found["public_key"])),
            firmware=_text(found["firmware"]),
            hardware=_text(found["hardware"]),
            config_digest=_text(found["config_digest"]),
            channel_fingerprints={
                _text(name): _text(value) for name, value in found["channel_fingerprints"].items()
            },
            member=None if found["member"] is None else _text(found["member"]),
            proven_at=_number(found["proven_at"]),
            by=_text(found["by"]),
        )
        if manifest.canonical() != content:
            raise ManifestError("that manifest is not in its canonical form")
        return manifest


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest with the signature of the fleet that it belongs to."""

    manifest: Manifest
    signature: bytes

    def verify(self, key: VerifyKey) -> None:
        """Raise ManifestError unless that fleet signed it."""
        try:
            key.verify(_PURPOSE + self.manifest.canonical(), self.signature)
        except (nacl.exceptions.BadSignatureError, nacl.exceptions.ValueError):
            raise ManifestError("this fleet did not sign that manifest") from None


def sign(manifest: Manifest, key: SigningKey) -> SignedManifest:
    """Sign a manifest by the fleet's key."""
    return SignedManifest(manifest, key.sign(_PURPOSE + manifest.canonical()).signature)


def fingerprint(key: bytes) -> str:
    """Tells channel keys apart without giving one away: 16 hex digits of BLAKE2b."""
    return hashlib.blake2b(key, digest_size=8, key=_FINGERPRINT).hexdigest()


def canonical_json(value: object) -> bytes:
    """Sorted keys, no blanks, ASCII. Raises ValueError for numbers that JSON does not have."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def write_history(history: tuple[SignedManifest, ...]) -> bytes:
    """The manifests of one radio as bytes, oldest first, the last `HISTORY_MAX` of them."""
    rows = [
        {"manifest": one.manifest.canonical().decode(), "signature": one.signature.hex()}
        for one in history[-HISTORY_MAX:]
    ]
    return canonical_json({"version": _VERSION, "history": rows})


def read_history(content: bytes, key: VerifyKey) -> tuple[SignedManifest, ...]:
    """Read what `write_history` made, and check each signature. Raises ManifestError."""
    try:
        rows = json.loads(content)["history"]
        history = tuple(
            SignedManifest(
                Manifest.parse(row["manifest"].encode()), bytes.fromhex(row["signature"])
            )
            for row in rows
        )
    except ManifestError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ManifestError("those are no manifests") from None
    for one in history:
        one.verify(key)
    return history


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ManifestError("that is no manifest")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ManifestError("that is no manifest")
    return value

"""Frames sealed with a group key: AES-SIV (RFC 5297), deterministic and misuse-resistant.

A frame key comes from the epoch secret of a key class by BLAKE2b with a purpose string.
The associated data are byte 0 of the frame and the network id, which is never sent.
Source: docs/protocol.md, "Frame".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

__all__ = ["SECRET_SIZE", "EpochSecret", "KeyClass", "KeyRing"]

SECRET_SIZE: Final = 32
_PERSON: Final = b"md1 frame key"


class KeyClass(IntEnum):
    """Who shares a key. The first four have the codes of words.SCOPES."""

    EVERYONE = 0
    FIELD = 1
    """Patrols, verifiers, dispatch and organizers."""
    DISPATCH = 2
    ORGANIZERS = 3


@dataclass(frozen=True, slots=True)
class EpochSecret:
    """The secret of one class in one epoch. Its repr does not show it."""

    key_class: KeyClass
    epoch: int
    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_SIZE:
            raise ValueError(f"an epoch secret has {SECRET_SIZE} bytes, not {len(self.secret)}")
        if not 0 <= self.epoch <= 0xFFFF:
            raise ValueError(f"epoch {self.epoch} is outside 0 to 65535")

    def __repr__(self) -> str:
        return f"EpochSecret({self.key_class.name}, epoch {self.epoch})"

    def frame_key(self) -> bytes:
        """64 bytes for AES-SIV with 256-bit AES."""
        return hashlib.blake2b(
            bytes((self.key_class,)) + self.epoch.to_bytes(2, "big"),
            key=self.secret,
            person=_PERSON,
            digest_size=64,
        ).digest()


class KeyRing:
    """The keys that this node holds: seals for a class, opens with whichever key fits."""

    def __init__(self, network_id: bytes, secrets: list[EpochSecret]) -> None:
        self.network_id = network_id
        newest: dict[KeyClass, EpochSecret] = {}
        for secret in secrets:
            held = newest.get(secret.key_class)
            if held is None or secret.epoch > held.epoch:
                newest[secret.key_class] = secret
        # newest epochs first, and the class that most frames use before the others
        self._order = sorted(secrets, key=lambda secret: (-secret.epoch, secret.key_class))
        self._keys = [(secret, AESSIV(secret.frame_key())) for secret in self._order]
        self._sealing = {(one.key_class, one.epoch): cipher for one, cipher in self._keys}
        self._newest = {key_class: one.epoch for key_class, one in newest.items()}

    @property
    def classes(self) -> frozenset[KeyClass]:
        """The classes that this node can seal for."""
        return frozenset(self._newest)

    @property
    def epoch(self) -> int:
        """The newest epoch that everybody's key is here of; 0 for none."""
        return self._newest.get(KeyClass.EVERYONE, 0)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Epochs that everybody's key is here of, ascending."""
        found = [epoch for key_class, epoch in self._sealing if key_class is KeyClass.EVERYONE]
        return tuple(sorted(found))

    def seal(
        self, key_class: KeyClass, type_byte: int, content: bytes, epoch: int | None = None
    ) -> bytes:
        """The whole frame, with the newest key unless `epoch` says another.

        KeyError for a class or epoch that this node has no key of.
        """
        head = bytes((type_byte,))
        cipher = self._sealing[key_class, epoch or self._newest[key_class]]
        return head + cipher.encrypt(content, [head, self.network_id])

    def open(self, frame: bytes) -> tuple[EpochSecret, bytes] | None:
        """The key that fits and the content; None for a stranger's frame."""
        associated = [frame[:1], self.network_id]
        sealed = frame[1:]
        for secret, cipher in self._keys:
            try:
                return secret, cipher.decrypt(sealed, associated)
            except InvalidTag:
                continue
        return None

"""Keys of people: Ed25519, made on their own machine from entropy that the caller brings.

The only module that signs and verifies (with sealing.py, the only ones that touch keys).
Every signature is made over a purpose string, so that none can be used for another purpose.
"""

from __future__ import annotations

import hashlib
from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError

from meshdefense_protocol.limits import KEY_SIZE, SIGNATURE_SIZE

__all__ = [
    "KEY_SIZE",
    "PURPOSE_GRANT",
    "PURPOSE_ITEM",
    "PURPOSE_REQUEST",
    "SEED_SIZE",
    "Identity",
    "fingerprint",
    "verify",
]

SEED_SIZE: Final = 32
PURPOSE_ITEM: Final = b"meshdefense/1 item"
PURPOSE_REQUEST: Final = b"meshdefense/1 request"
PURPOSE_GRANT: Final = b"meshdefense/1 grant"


class Identity:
    """A signing key. Its repr shows the public half only."""

    __slots__ = ("_secret", "key")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise ValueError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
        self.key, self._secret = crypto_sign_seed_keypair(seed)

    def __repr__(self) -> str:
        return f"Identity({fingerprint(self.key)})"

    @property
    def seed(self) -> bytes:
        """The 32 secret bytes that it was made from."""
        return self._secret[:SEED_SIZE]

    def sign(self, purpose: bytes, message: bytes) -> bytes:
        """64 bytes over `purpose` and `message`."""
        return crypto_sign(purpose + message, self._secret)[:SIGNATURE_SIZE]


def verify(key: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `key` over `purpose` and `message`.

    The lengths matter: libsodium takes signature and message as one string, so that a longer
    signature could bring the beginning of another purpose's message along.
    """
    if len(key) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        crypto_sign_open(signature + purpose + message, key)
    except (CryptoError, ValueError):
        return False
    return True


def fingerprint(key: bytes) -> str:
    """Five groups of four hex digits (80 bits), for comparing aloud."""
    digits = hashlib.blake2b(key, digest_size=10, person=b"md1 fingerprint").hexdigest()
    return " ".join(digits[i : i + 4] for i in range(0, 20, 4))

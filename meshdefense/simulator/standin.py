"""Cheap substitutes for signatures and sealed frames, for long runs without attackers.

Same sizes, same calls, same decisions for honest traffic; no secrecy and no proof. What one
node verified, opened or decoded is remembered for the others of the run, as the bytes are the
same. How often each real operation would have been done is counted. Runs with forged frames
take the real ones: here anybody can compute any signature.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from meshdefense_protocol import digest, identity, items
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing

__all__ = ["StandInIdentity", "StandInKeys", "standing_in"]

TAG_SIZE: Final = 16
REMEMBERED: Final = 1 << 14
"""Frames, and items, whose meaning is kept; twenty times what is in the air in an hour."""


class StandInIdentity(Identity):
    """Signs with a hash over the public key: as long as a signature, and as worthless."""

    __slots__ = ("_counts",)

    def __init__(self, seed: bytes, counts: Counter[str]) -> None:
        self.key = hashlib.blake2b(seed, digest_size=32).digest()
        self._counts = counts

    def sign(self, purpose: bytes, message: bytes) -> bytes:
        """64 bytes that `standing_in`'s verification accepts."""
        self._counts["sign"] += 1
        return _signature(self.key, purpose, message)


class StandInKeys(KeyRing):
    """Frames with a keyed tag in place of the synthetic IV, and the content in clear."""

    def __init__(
        self,
        network_id: bytes,
        secrets: list[EpochSecret],
        counts: Counter[str],
        opened: dict[bytes, tuple[EpochSecret, bytes]],
    ) -> None:
        """`opened` is shared by all nodes of a run: what each frame was sealed with."""
        self.network_id = network_id
        self._secrets = {secret.key_class: secret for secret in secrets}
        """By class: a run with new keys takes the real ones, see trials.py."""
        self._counts = counts
        self._opened = opened

    @property
    def classes(self) -> frozenset[KeyClass]:
        """The classes that this node can seal for."""
        return frozenset(self._secrets)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Epochs that everybody's key is here of."""
        return (self.epoch,)

    @property
    def epoch(self) -> int:
        """The one epoch that there is."""
        return self._secrets[KeyClass.EVERYONE].epoch

    def seal(
        self, key_class: KeyClass, type_byte: int, content: bytes, epoch: int | None = None
    ) -> bytes:
        """As long as a sealed frame; KeyError for a class or epoch that there is no key of."""
        self._counts["seal"] += 1
        secret = self._secrets[key_class]
        if epoch not in (None, secret.epoch):
            raise KeyError(epoch)
        frame = bytes((type_byte,)) + self._tag(secret, type_byte, content) + content
        self._opened[frame] = (secret, content)
        if len(self._opened) > REMEMBERED:
            del self._opened[next(iter(self._opened))]
        return frame

    def open(self, frame: bytes) -> tuple[EpochSecret, bytes] | None:
        """The key that fits and the content; None for what was sealed for others."""
        self._counts["open"] += 1
        known = self._opened.get(frame)
        if known is not None:
            return known if known[0].key_class in self._secrets else None
        tag, content = frame[1 : 1 + TAG_SIZE], frame[1 + TAG_SIZE :]
        for secret in self._secrets.values():
            if self._tag(secret, frame[0], content) == tag:
                return secret, content
        return None

    def _tag(self, secret: EpochSecret, type_byte: int, content: bytes) -> bytes:
        head = bytes((type_byte, secret.key_class)) + self.network_id
        return hashlib.blake2b(head + content, key=secret.secret, digest_size=TAG_SIZE).digest()


def _signature(key: bytes, purpose: bytes, message: bytes) -> bytes:
    return hashlib.blake2b(purpose + message, key=key, digest_size=64).digest()


@contextlib.contextmanager
def standing_in(counts: Counter[str]) -> Iterator[None]:
    """While it is open, items are verified by the stand-in; they and digests are decoded once.

    The protocol verifies through one function and decodes through another; both are replaced
    in the modules that call them, for this process, and put back at the end.
    """
    real_decode = items.decode_item

    @functools.lru_cache(maxsize=REMEMBERED)
    def decode(raw: bytes, *, grid_unit_m: int = 1) -> object:
        return real_decode(raw, grid_unit_m=grid_unit_m)

    def verify(key: bytes, purpose: bytes, message: bytes, signature: bytes) -> bool:
        counts["verify"] += 1
        return _signature(key, purpose, message) == signature

    read = functools.lru_cache(maxsize=REMEMBERED)(digest.decode_digest)
    with (
        _everywhere(items.decode_item, decode),
        _everywhere(identity.verify, verify),
        _everywhere(digest.decode_digest, read),
    ):
        yield


@contextlib.contextmanager
def _everywhere(real: Callable[..., object], substitute: Callable[..., object]) -> Iterator[None]:
    """Replace what the protocol's modules call by this name, whoever imported it."""
    name = real.__name__
    users = [
        module
        for path, module in sorted(sys.modules.items())
        if path.startswith("meshdefense_protocol.") and vars(module).get(name) is real
    ]
    for module in users:
        setattr(module, name, substitute)
    try:
        yield
    finally:
        for module in users:
            setattr(module, name, real)

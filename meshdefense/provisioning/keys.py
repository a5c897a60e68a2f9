"""keys.sealed: the keys of a fleet's channels, the old ones still in use, the signing key.

Pure: randomness and time come in as parameters.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from nacl.signing import SigningKey

from meshdefense.provisioning.manifests import canonical_json, fingerprint

__all__ = ["KEYS", "KEY_BYTES", "ChannelKey", "KeyRing", "OldKey"]

KEYS: Final = "keys.sealed"
KEY_BYTES: Final = 32
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """A channel's key in force."""

    key: bytes = field(repr=False)
    since: int
    """Seconds since the Unix epoch."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell it apart."""
        return fingerprint(self.key)


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key that is out of force while some radio may still hold it."""

    channel: str
    key: bytes = field(repr=False)
    since: int
    until: int
    """When another one came into force, seconds since the Unix epoch."""
    because: str
    """Name of the radio that was lost; empty where another key was chosen by hand."""

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell it apart."""
        return fingerprint(self.key)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of a fleet. Its repr shows none."""

    seed: bytes = field(repr=False)
    """Of the Ed25519 key by which manifests are signed."""
    channels: Mapping[str, ChannelKey] = field(default_factory=lambda: MappingProxyType({}))
    """By the channel's name."""
    old: tuple[OldKey, ...] = ()

    @property
    def signing(self) -> SigningKey:
        """Signs manifests."""
        return SigningKey(self.seed)

    def fingerprints(self) -> dict[str, str]:
        """Those in force, by the channel's name."""
        return {name: one.fingerprint for name, one in self.channels.items()}

    def given(self, channel: str, key: bytes, now: int, *, because: str = "") -> KeyRing:
        """With this key in force; one that was in force before is kept as old."""
        if len(key) != KEY_BYTES:
            raise ValueError(f"a channel key has {KEY_BYTES} bytes")
        before = self.channels.get(channel)
        if before is not None and before.key == key:
            return self
        old = self.old
        if before is not None:
            old += (OldKey(channel, before.key, before.since, now, because),)
        return replace(self, channels={**self.channels, channel: ChannelKey(key, now)}, old=old)

    def drawn(
        self, names: list[str], draw: Callable[[int], bytes], now: int, *, because: str = ""
    ) -> KeyRing:
        """With new random keys for these channels; `draw(n)` gives n random bytes."""
        ring = self
        for name in names:
            ring = ring.given(name, draw(KEY_BYTES), now, because=because)
        return ring

    def without_old(self, held: set[str]) -> KeyRing:
        """Only those old keys whose fingerprint some radio may still hold."""
        return replace(self, old=tuple(one for one in self.old if one.fingerprint in held))

    def encoded(self) -> bytes:
        """As it is sealed."""
        return canonical_json({
            "version": _VERSION,
            "seed": _text(self.seed),
            "channels": {
                name: {"key": _text(one.key), "since": one.since}
                for name, one in self.channels.items()
            },
            "old": [
                {"channel": one.channel, "key": _text(one.key), "since": one.since,
                 "until": one.until, "because": one.because}
                for one in self.old
            ],
        })  # fmt: skip

    @classmethod
    def decoded(cls, content: bytes) -> KeyRing:
        """Read what `encoded` made. Raises ValueError."""
        try:
            found = json.loads(content)
            if found["version"] != _VERSION:
                raise ValueError("of another version")
            channels = {
                str(name): ChannelKey(_key(one["key"]), int(one["since"]))
                for name, one in found["channels"].items()
            }
            old = tuple(
                OldKey(str(one["channel"]), _key(one["key"]), int(one["since"]),
                       int(one["until"]), str(one["because"]))
                for one in found["old"]
            )  # fmt: skip
            return cls(_key(found["seed"]), channels, old)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("those are no keys") from error


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key of another size")
    return key

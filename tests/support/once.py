"""Work that nearly every test repeats with the same result, done once in each process.

Both are functions without an effect: what they give is what they gave before. Half of the time of
tests that open a store, and a sixth of that of tests with a screen, went there.
"""

from __future__ import annotations

import hashlib
from typing import Any

from nacl.pwhash import argon2id
from textual.css.stylesheet import Stylesheet

__all__ = ["derive_once", "parse_once"]


def derive_once() -> None:
    """argon2id for the same passphrase and salt; neither is kept, only a digest of both."""
    derive, known = argon2id.kdf, dict[bytes, bytes]()

    def kdf(size: int, password: bytes, salt: bytes, *, opslimit: int, memlimit: int) -> bytes:
        parts = [bytes(password), bytes(salt), b"%d %d %d" % (size, opslimit, memlimit)]
        name = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
        if name not in known:
            known[name] = derive(size, password, salt, opslimit=opslimit, memlimit=memlimit)
        return known[name]

    argon2id.kdf = kdf  # type: ignore[assignment]  # our callers name the last two and give no encoder


def parse_once() -> None:
    """Style sheets of Textual, with the same variables, as they are kept within one app anyway."""
    parse, known = Stylesheet._parse_rules, dict[Any, Any]()

    def parse_rules(self: Stylesheet, *args: Any, **named: Any) -> Any:
        name = (args, tuple(named.items()), frozenset(self._variables.items()))
        if name not in known:
            known[name] = parse(self, *args, **named)
        return known[name]

    Stylesheet._parse_rules = parse_rules  # type: ignore[method-assign]  # on purpose

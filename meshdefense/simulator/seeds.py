"""Where chance comes from: independent streams that follow from a seed, a run and a purpose.

A stream depends on nothing but these three, so that a node more or another protocol on top
leaves the other streams as they were. SHA-256 is the same on every machine and version.
"""

from __future__ import annotations

import hashlib
import random

__all__ = ["derived", "stream"]


def derived(seed: int, run: int, purpose: str) -> int:
    """64 bits for `random.Random`."""
    text = f"meshdefense simulator/{seed}/{run}/{purpose}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def stream(seed: int, run: int, purpose: str) -> random.Random:
    """A generator of its own for one purpose."""
    return random.Random(derived(seed, run, purpose))

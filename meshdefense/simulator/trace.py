"""A fingerprint of a run: equal traces mean that the same things happened at the same times.

SHA-256 over one line of text for each transmission, reception and acceptance. Times are
rounded to microseconds, so that it does not hang on the last bit of a float.
"""

from __future__ import annotations

import hashlib

__all__ = ["Trace"]


class Trace:
    """Collects lines; `digest` may be asked at any time."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def note(self, what: str, at: float, node: int, name: str, detail: str = "") -> None:
        """One thing that happened: `name` says to which packet or item."""
        self._hash.update(f"{what} {round(at * 1e6)} {node} {name} {detail}\n".encode())

    def digest(self) -> str:
        """The hash so far, in hex."""
        return self._hash.hexdigest()

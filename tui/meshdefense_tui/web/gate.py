"""Who may see the screens in a browser. Pure: time and random values are parameters.

The printed address holds a token that works once and gives the browser a session. The session
shows nothing until the operator's PIN was given. A wrong PIN makes every session wait: 1, 2, 4
... 60 s, so that opening more tabs gains nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

__all__ = ["LONGEST_WAIT_S", "PIN_MAX", "PIN_MIN", "Gate"]

PIN_MIN: Final = 6
"""Characters of a PIN."""
PIN_MAX: Final = 128
LONGEST_WAIT_S: Final = 60.0
_SCRYPT: Final = {"n": 2**14, "r": 8, "p": 1}
"""16 MiB and some 50 ms a try: the parameters for logins in RFC 7914's references."""


class Gate:
    """Token, sessions and PIN of one run of the server."""

    def __init__(self, pin: str, *, token: str, salt: bytes) -> None:
        """Keeps a hash of the PIN only. ValueError when the PIN is too short or too long."""
        if not PIN_MIN <= len(pin) <= PIN_MAX:
            raise ValueError(f"a PIN has {PIN_MIN} to {PIN_MAX} characters")
        self._salt, self._hash = salt, _hashed(pin, salt)
        self._token: str | None = token
        self._sessions: dict[str, bool] = {}
        self._failures, self._failed_at = 0, 0.0

    def enter(self, token: str, session: str) -> bool:
        """Use the token up; `session` is the new session's secret. False: wrong, or used."""
        if self._token is None or not _same(token, self._token):
            return False
        self._token = None
        self._sessions[session] = False
        return True

    def knows(self, session: str) -> bool:
        """Whether the browser came by the printed address."""
        return session in self._sessions

    def is_open(self, session: str) -> bool:
        """Whether the PIN was given, too."""
        return self._sessions.get(session, False)

    def wait_s(self, now: float) -> float:
        """Seconds until a PIN is looked at; `now` is monotonic."""
        if not self._failures:
            return 0.0
        pause = min(LONGEST_WAIT_S, 2.0 ** min(self._failures - 1, 10))
        return max(0.0, self._failed_at + pause - now)

    def begin(self, now: float) -> bool:
        """A try begins and counts as failed until `settle`; False: it comes too soon.

        Tries that are sent at once must not all be looked at.
        """
        if self.wait_s(now) > 0:
            return False
        self._failures, self._failed_at = self._failures + 1, now
        return True

    def fits(self, pin: str) -> bool:
        """Whether it is the PIN; slow on purpose, and safe to run in a thread."""
        return len(pin) <= PIN_MAX and hmac.compare_digest(_hashed(pin, self._salt), self._hash)

    def settle(self, session: str, new_session: str) -> None:
        """The PIN was right: `session` is replaced, so that one seen before it is worth nothing."""
        self._failures = 0
        del self._sessions[session]
        self._sessions[new_session] = True


def _hashed(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8", "surrogatepass"), salt=salt, **_SCRYPT)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())

"""What one fuzz target is: seeds, and a check that says of any bytes what must hold of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

__all__ = ["JSON_WORDS", "Check", "FindingError", "Target", "demand", "pieces", "refusing"]

JSON_WORDS: Final = (
    b"null", b"true", b"[]", b"{}", b"0", b"-1", b"-0.0", b"1.5", b"1e999", b"NaN", b"-Infinity",
    b"1" + b"0" * 400, b"9" * 60, b'""', b'"\\ud800"', b'"\\u0000"', b'"\\u001b[2J"', b'"\\u202e"',
    b'{"a":', b"[[[[[[[[", b"]]]]]]]]", b',"id":',
)  # fmt: skip
"""Values that JSON readers stumble over."""

Check = Callable[[bytes], object]
"""Raises for bytes that show a fault; what it returns is of no account."""
_Given = TypeVar("_Given")
_Read = TypeVar("_Read")


class FindingError(AssertionError):
    """Something that must never happen did."""


@dataclass(frozen=True)
class Target:
    """One decoder, or a few that read the same bytes."""

    name: str
    make: Callable[[], Check]
    """Gives the check; called once in a process, since a network takes time to make.

    What has a `close` is closed at the end.
    """
    seeds: Callable[[], Iterable[bytes]]
    """Good inputs, and some that are nearly good."""
    size_max: int = 512
    """Bytes of the longest input that is tried."""
    words: tuple[bytes, ...] = ()
    """What a mutation may put in as a whole."""

    @contextlib.contextmanager
    def ready(self) -> Iterator[Check]:
        """The check, for as long as the block lasts."""
        check = self.make()
        try:
            yield check
        finally:
            close = getattr(check, "close", None)
            if close is not None:
                close()


def demand(holds: object, what: str) -> None:
    """FindingError with `what` went wrong, unless it holds."""
    if not holds:
        raise FindingError(what)


def refusing(
    read: Callable[[_Given], _Read], given: _Given, *refusals: type[Exception]
) -> _Read | None:
    """What `read` gives; None when it refused with one of these errors, in printable words."""
    try:
        return read(given)
    except refusals as error:
        demand(str(error), f"refused without a word: {error!r}")
        demand(str(error).isprintable(), f"words that steer a terminal: {error!r}")
        return None


def pieces(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Several short contents out of one input: a kind 1 | length 1 | bytes, again and again."""
    at = 0
    while at + 2 <= len(raw):
        size = raw[at + 1]
        yield raw[at], raw[at + 2 : at + 2 + size]
        at += 2 + size

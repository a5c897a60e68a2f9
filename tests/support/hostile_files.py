"""Damaged and hostile versions of a good JSON file, for readers that must be total.

Every function gives (what was done, bytes). None of them says what a reader should answer:
`Reader.check` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["DAMAGES", "Reader"]

Damaged = Iterator[tuple[str, bytes]]
_WRONG = (
    "null", "true", "0", "-1", "1.5", '""', '"x"', "[]", "{}", '[["x"]]', '{"a":1}', "1e999",
    "-1e999", "NaN", "Infinity", "-Infinity", "1" + "0" * 400, "9" * 5000, '"\\ud800"',
    '"\\u0000"', '"\\u001b[2J"', '"' + "a" * 100_000 + '"', "[" * 900 + "]" * 900,
)  # fmt: skip
_DEPTHS = (100, 900, 950, 970, 980, 990, 1000, 5000, 100_000)
MEGABYTES_10 = 10_000_000


@dataclass(frozen=True)
class Reader:
    """How one kind of file is read, and a good file of that kind."""

    name: str
    good: bytes
    read: Callable[[bytes], Any]
    """Gives something comparable."""
    refusals: tuple[type[Exception], ...]
    """The errors that people are shown; any other is a fault of ours."""
    signed: bool
    """Whether every file but the good one's content has to be refused."""

    def check(self, damage: str, raw: bytes) -> None:
        """AssertionError where the reader fails otherwise than by refusing, or is taken in."""
        try:
            found = self.read(raw)
        except self.refusals as error:
            said = str(error)
            assert said, f"{damage}: refused without a word"
            assert len(said) < 2_000_000, f"{damage}: an endless error"
            return
        except RecursionError as error:
            raise AssertionError(f"{self.name}, {damage}: RecursionError") from error
        if self.signed:
            assert found == self.read(self.good), f"{self.name}, {damage}: read as something else"

    def refuses(self, raw: bytes) -> bool:
        """Whether this is refused in the right way."""
        try:
            self.read(raw)
        except self.refusals:
            return True
        return False


def truncated(good: bytes) -> Damaged:
    for size in range(len(good)):
        yield f"cut to {size} bytes", good[:size]


def flipped(good: bytes) -> Damaged:
    for bit in (0x01, 0x20, 0x80):
        for at in range(len(good)):
            yield (
                f"bit {bit:#x} of byte {at} flipped",
                (good[:at] + bytes((good[at] ^ bit,)) + good[at + 1 :]),
            )


def wrong_types(good: bytes) -> Damaged:
    """Every field, also inside others, replaced by every kind of thing; or left out; or more."""
    value = json.loads(good)
    for path in _paths(value):
        for text in _WRONG:
            marked = json.dumps(_replaced(value, path, "\0mark"))
            yield f"{path} is {text[:20]}", marked.replace('"\\u0000mark"', text, 1).encode()
        yield f"{path} left out", json.dumps(_replaced(value, path, _GONE)).encode()
    yield "one more field", json.dumps({**value, "more": 1}).encode()
    for text in _WRONG:
        yield f"the whole is {text[:20]}", text.encode()


def nested(good: bytes) -> Damaged:
    first = next(iter(json.loads(good)))
    for depth in _DEPTHS:
        yield f"{depth} lists", b"[" * depth
        yield f"{depth} closed lists", b"[" * depth + b"]" * depth
        yield f"{depth} objects", b'{"a":' * depth + b"1" + b"}" * depth
        for inner in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            fields = json.loads(good) | {first: "\0mark"}
            marked = json.dumps(fields).encode()
            yield f"{first} is {depth} deep", marked.replace(b'"\\u0000mark"', inner, 1)


def large(good: bytes) -> Damaged:
    for name, filler in (("blanks", b" "), ("nulls", b"\0"), ("digits", b"7"), ("quotes", b'"')):
        yield f"10 MB of {name}", filler * MEGABYTES_10
        yield f"10 MB of {name} after it", good + filler * MEGABYTES_10
    yield "a text of 10 MB", b'{"a":"' + b"a" * MEGABYTES_10 + b'"}'
    yield "a list of 10 MB", b"[" + b"1," * (MEGABYTES_10 // 2) + b"1]"


def encoded(good: bytes) -> Damaged:
    """The same text in other clothes: it may be refused or read, but as the same only."""
    text = good.decode()
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le",
                     "utf-7", "cp037"):  # fmt: skip
        yield encoding, text.encode(encoding)
    yield "CRLF", text.replace("\n", "\r\n").encode()
    yield "CR", text.replace("\n", "\r").encode()
    yield "spread out", json.dumps(json.loads(good), indent=7).encode()
    yield "two BOMs", b"\xef\xbb\xbf" * 2 + good
    yield "latin-1 inside", good.replace(b'": "', b'": "\xe9', 1)
    yield "surrogates in UTF-8", good.replace(b'": "', b'": "\xed\xa0\x80', 1)
    yield "over-long UTF-8", good.replace(b'": "', b'": "\xc0\xaf', 1)
    yield "a null at the end", good + b"\0"
    yield "twice", good + good
    yield "a comment", good + b"// read me"
    yield "empty", b""


DAMAGES: dict[str, Callable[[bytes], Damaged]] = {
    "truncated": truncated,
    "flipped": flipped,
    "wrong types": wrong_types,
    "nested": nested,
    "large": large,
    "encoded": encoded,
}

_GONE: Any = object()


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field; of a list only its first entry is looked into."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*before, key)
            yield from _paths(inner, (*before, key))
    elif isinstance(value, list) and value:
        yield (*before, 0)
        yield from _paths(value[0], (*before, 0))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    key, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    if new is _GONE and not rest:
        del copy[key]
    else:
        copy[key] = _replaced(copy[key], tuple(rest), new)
    return copy

"""What a closed list is: words with codes, found again from what a person typed.

The lists themselves are in `words`. Source: docs/protocol.md, section "Lists".
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["UnknownWordError", "Word", "WordList"]


_DIGITS_MAX = 9
"""Digits of a code that are read: Python refuses numbers of thousands of them."""


class UnknownWordError(ValueError):
    """That word is in no list; the message names the nearest ones."""

    def __init__(self, text: str, list_name: str, nearest: list[str]) -> None:
        near = ", ".join(nearest)
        super().__init__(f"{text!r} is not a {list_name}; did you mean: {near}?")
        self.text, self.list_name, self.nearest = text, list_name, nearest


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a list."""

    code: int
    key: str
    """Stable name for programs and the command line."""
    en: str
    es: str
    letter: str = ""
    """Key in forms and mark on a map; unique within its list where it is set."""
    minutes: int = 0
    """Default lifetime of an alert of this kind."""

    def text(self, language: str = "en") -> str:
        """The word in `language` ("en" or "es"); English for any other."""
        return self.es if language == "es" else self.en


class WordList:
    """A closed list with room to grow: `bits` wide on the wire."""

    def __init__(self, name: str, bits: int, words: tuple[Word, ...]) -> None:
        self.name, self.bits = name, bits
        self._by_code = {word.code: word for word in words}
        self._by_key = {word.key: word for word in words}
        if len(self._by_code) != len(words) or max(self._by_code) >= 1 << bits:
            raise ValueError(f"list {name} repeats a code or needs more than {bits} bits")

    def __iter__(self) -> Iterator[Word]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: int) -> bool:
        return code in self._by_code

    def get(self, code: int) -> Word:
        """The word of `code`; for an unknown code, words that say so."""
        known = self._by_code.get(code)
        if known is not None:
            return known
        return Word(
            code, f"newer-{code}", f"newer {self.name} ({code})", f"más nuevo ({code})", "?"
        )

    def code(self, key: str) -> int:
        """The code of a stable key; KeyError when there is none. For the program's own use."""
        return self._by_key[key].code

    def find(self, text: str) -> Word:
        """What a person typed: a code, a key, or any unambiguous beginning in either language.

        Raises UnknownWordError, which names the nearest entries.
        """
        if text in self._by_key:  # as the program itself says it, many times a frame
            return self._by_key[text]
        wanted = _plain(text)
        if len(wanted) <= _DIGITS_MAX and wanted.isdecimal() and int(wanted) in self._by_code:
            return self._by_code[int(wanted)]
        names = {word.code: {_plain(word.key), _plain(word.en), _plain(word.es)} for word in self}
        for code, forms in names.items():
            if wanted in forms:
                return self._by_code[code]
        starts = [
            c for c, forms in names.items() if wanted and any(f.startswith(wanted) for f in forms)
        ]
        if len(starts) == 1:
            return self._by_code[starts[0]]
        if starts:
            raise UnknownWordError(text, self.name, [self._by_code[c].key for c in starts])
        flat = {form: code for code, forms in names.items() for form in forms}
        close = difflib.get_close_matches(wanted, flat, n=6, cutoff=0.4)
        nearest = list(dict.fromkeys(self._by_code[flat[form]].key for form in close))[:3]
        raise UnknownWordError(text, self.name, nearest or [word.key for word in self][:8])


def _plain(text: str) -> str:
    """Lower case, without accents, words joined by single hyphens."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return "-".join(bare.split())

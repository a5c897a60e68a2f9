"""Words for comparing keys aloud, face to face: one byte of a hash a word.

Six words say 48 bits. Whoever wants a key with the words of one chosen person has to try
about 2^48 (2.8e14) keys beforehand, offline and only once: no prank, but no wall either against
an organization with patience. The words find mistakes, and a file that was swapped on the way.
Whoever needs more compares the fingerprint of identity.py, 80 bits of another hash of the key.
The two languages say the same bytes. Source: docs/protocol.md, "Spoken words".
"""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Final

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.spoken_english import WORDS as ENGLISH
from meshdefense_protocol.spoken_spanish import WORDS as SPANISH
from meshdefense_protocol.words import UnknownWordError

__all__ = ["COUNT", "COUNT_MAX", "COUNT_MIN", "LANGUAGES", "heard", "spoken_words"]

COUNT: Final = 6
"""Words compared unless told otherwise: 48 bits."""
COUNT_MIN: Final = 4
COUNT_MAX: Final = 16
LANGUAGES: Final = {"en": ENGLISH, "es": SPANISH}
PREFIX: Final = 4
"""So many letters name a word: no two of a list begin with the same."""
_TYPED_MAX: Final = 24
"""Characters of one typed word that are looked at; the longest has 9 letters."""
_PERSON: Final = b"md1 spoken"


def spoken_words(key: bytes, language: str, count: int = COUNT) -> tuple[str, ...]:
    """The words of a key, most significant byte first; fewer words are the first of more.

    `language` is "en" or "es". Raises ValueRangeError for another one or for a count outside
    4 to 16.
    """
    if not COUNT_MIN <= count <= COUNT_MAX:
        raise ValueRangeError(f"{count} words are outside {COUNT_MIN} to {COUNT_MAX}")
    words = _words(language)
    said = hashlib.blake2b(key, digest_size=COUNT_MAX, person=_PERSON).digest()
    return tuple(words[byte] for byte in said[:count])


def heard(words: Iterable[str], language: str) -> bytes:
    """The bytes that somebody's words say, as typed: any case, without accents, or cut short.

    The first four letters are enough. Raises UnknownWordError, which names the nearest words,
    or ValueRangeError for a language that is neither "en" nor "es".
    """
    known = _words(language)
    plain = [_plain(word) for word in known]
    return bytes(_place(text, known, plain) for text in words)


def _words(language: str) -> tuple[str, ...]:
    words = LANGUAGES.get(language)
    if words is None:
        raise ValueRangeError(f"there are no spoken words in {language!r}, only in en and es")
    return words


def _place(text: str, known: tuple[str, ...], plain: list[str]) -> int:
    text = text[:_TYPED_MAX]
    wanted = _plain(text)
    enough = len(wanted) >= PREFIX
    found = [place for place, word in enumerate(plain) if enough and word.startswith(wanted)]
    if found:
        return found[0]  # four letters name one word only
    near = difflib.get_close_matches(wanted, plain, n=3, cutoff=0.0)
    raise UnknownWordError(text, "spoken word", [known[plain.index(word)] for word in near])


def _plain(text: str) -> str:
    """Letters only, lower case, without accents."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalpha())

"""A language that nobody speaks: every text 40 % longer, with accents, between brackets.

It shows what a longer language would lose. The gaps for values stay as they are.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from meshdefense import catalogue
from meshdefense_protocol.wordlist import Word

LANGUAGE = "pseudo"
LONGER = 0.4
STRUCTURED = {"compass", None}
"""Keys whose text is taken apart: eight words, one for each wind. And texts without a key."""
_ACCENTS = str.maketrans("aeiounAEIOUN", "áéîöûñÁÉÎÖÛÑ")
_GAP = re.compile(r"(\{[^{}]*\}|%\(\w+\)[srd]|%[srd])")
_FILL = "ẍẏ ẑẇẍ "


def pseudo(text: str) -> str:
    """The text with accents, brackets and a tail; at least 40 % longer without its gaps."""
    parts = _GAP.split(text)
    plain = [part for part in parts[::2]]
    letters = sum(map(len, plain))
    inner = "".join(part if at % 2 else part.translate(_ACCENTS) for at, part in enumerate(parts))
    body = inner.strip(" ")
    before, after = inner[: len(inner) - len(inner.lstrip(" "))], inner[len(inner.rstrip(" ")) :]
    tail = (_FILL * letters)[: max(-(-letters * 4 // 10) - 2, 0)].rstrip()
    return f"{before}[{body}{tail and ' ' + tail}]{after}" if body else inner


class Pseudo(gettext.NullTranslations):
    """Answers every question with the pseudo text, and remembers which were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        """Pseudo texts by key."""
        self.english: dict[str, str] = {}
        """Their English."""

    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        if context in STRUCTURED:
            return message
        self.said[context], self.english[context] = pseudo(message), message
        return self.said[context]

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.pgettext(context, msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_language(patch: pytest.MonkeyPatch) -> Iterator[Pseudo]:
    """Look("pseudo", ...) and phrases in "pseudo" speak it; the words of codes do as well."""
    language, real, word = Pseudo(), catalogue.translations, Word.text
    with patch.context() as within:
        within.setattr(
            catalogue, "translations", lambda name: language if name == LANGUAGE else real(name)
        )
        within.setattr(
            Word,
            "text",
            lambda self, name="en": pseudo(self.en) if name == LANGUAGE else word(self, name),
        )
        yield language

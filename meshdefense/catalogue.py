"""The texts of the program in the reader's language, by gettext.

English stands in the code; other languages stand in locale/*/LC_MESSAGES/meshdefense.mo beside
this module. The screens' phrases have keys (`keyed`), the lines of the command line are found by
their English (`tr`, `trn`). A text that a catalogue lacks is said in English. Values are put in
after the text was found: `{name}` with str.format. docs/translating.md tells how to translate.
"""

from __future__ import annotations

import functools
import gettext
import os
from typing import Final, NamedTuple

from meshdefense import language as languages

__all__ = ["DOMAIN", "LOCALE", "N_", "Plural", "Text", "keyed", "tr", "translations", "trn"]

DOMAIN: Final = "meshdefense"
LOCALE: Final = os.path.join(os.path.dirname(__file__), "locale")  # pathlib takes 5 ms to load


class Plural(NamedTuple):
    """A text with its forms; the value named `count` chooses."""

    one: str
    many: str


Text = str | Plural


@functools.cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; an empty one for English and for what is not here."""
    if language not in languages.LANGUAGES or language == languages.ENGLISH:
        return gettext.NullTranslations()
    # opened by its path: gettext.find() would import locale and look in places that are not ours
    with open(os.path.join(LOCALE, language, "LC_MESSAGES", f"{DOMAIN}.mo"), "rb") as file:
        return gettext.GNUTranslations(file)


def keyed(key: str, text: Text, language: str, /, **values: object) -> str:
    """The English `text` of `key` in `language`, with its values."""
    found = translations(language)
    if isinstance(text, Plural):
        said = found.npgettext(key, text.one, text.many, _number(values["count"]))
    else:
        said = _keyed_template(found, key, text)
    return said.format(**values) if values else said


@functools.lru_cache(maxsize=4096)  # a screen asks for a hundred at each paint
def _keyed_template(found: gettext.NullTranslations, key: str, text: str) -> str:
    return found.pgettext(key, text)


def tr(message: str, /, **values: object) -> str:
    """An English text in the language in use, with its values."""
    said = translations(languages.current()).gettext(message)
    return said.format(**values) if values else said


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """One of two forms by `count`, in the language in use; `{count}` is the number."""
    said = translations(languages.current()).ngettext(one, many, count)
    return said.format(count=count, **values)


def N_(message: str) -> str:
    """Marks a text that `tr` gets later, by a variable."""
    return message


def _number(count: object) -> int:
    """The number that chooses a form. Raises TypeError for what is no number."""
    if not isinstance(count, int | float):
        raise TypeError(f"a count is a number, not {count!r}")
    return count if isinstance(count, int) else 1 if count == 1 else 2

"""Which language the program speaks: --language, the environment, else English.

The command line and the screens ask here. `meshdefense.catalogue` holds the texts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

__all__ = ["ENGLISH", "LANGUAGES", "VARIABLES", "current", "known", "of_environment", "speaking",
           "use"]  # fmt: skip

ENGLISH: Final = "en"
LANGUAGES: Final = {"en": "English", "es": "español"}
"""Code (ISO 639-1) and own name of every language that is complete."""
VARIABLES: Final = ("MESHDEFENSE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as POSIX has it for the last three."""

_chosen: str | None = None


def known(name: str) -> str:
    """The language of a locale's name, "es" for "es_MX.UTF-8"; English for one that is not here."""
    code = name.lower().partition(".")[0].partition("@")[0].replace("-", "_").partition("_")[0]
    return code if code in LANGUAGES else ENGLISH


def of_environment(environment: Mapping[str, str]) -> str:
    """The language that these variables ask for."""
    return known(next(filter(None, map(environment.get, VARIABLES)), ENGLISH))


def use(name: str) -> None:
    """Speak this language from now on, whatever the environment says; "" asks it again."""
    global _chosen
    _chosen = known(name) if name else None


def current() -> str:
    """The language in use."""
    return _chosen or of_environment(os.environ)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak this language for a while."""
    global _chosen
    before = _chosen
    use(name)
    try:
        yield
    finally:
        _chosen = before

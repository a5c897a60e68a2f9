"""Keys as a person calls them. Pure."""

from __future__ import annotations

from typing import Final

from meshdefense_tui.look import Look

__all__ = ["key_name"]

_LETTERS: Final = {"↑↓": "k j", "←→": "h l"}


def key_name(key: str, look: Look) -> str:
    """What is printed on a key stays; the long one has nothing printed on it.

    Where the signs are ASCII alone, arrows are called by the letters that do the same.
    """
    if key == "space":
        return look.say("key_space")
    if look.glyphs.ellipsis.isascii() and key in _LETTERS:
        return _LETTERS[key]
    return key

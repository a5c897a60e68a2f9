"""What of a radio can differ from its proof and is no setting: its name among paths, its words."""

from __future__ import annotations

from typing import Final

from meshdefense.catalogue import N_, tr

__all__ = ["NODE_NUMBER", "OWN_KEY", "UNFINISHED", "drift_words"]

OWN_KEY: Final = "own_key"
"""Its own key is another one than was proven, or one that it may not keep."""
NODE_NUMBER: Final = "node_number"
UNFINISHED: Final = "unfinished"
"""Its own name says that somebody began to write it, on whichever computer."""

_WORDS: Final = {
    OWN_KEY: N_("its own key"),
    NODE_NUMBER: N_("its number"),
    UNFINISHED: N_("marked as unfinished"),
}


def drift_words(path: str) -> str:
    """For people; a setting is called by its path."""
    words = _WORDS.get(path)
    return path if words is None else tr(words)

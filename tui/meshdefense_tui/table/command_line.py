"""What starts the commands of the table: the words that a person would type."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from meshdefense_tui.table.state import Target

__all__ = ["PROGRAM", "words_of"]

PROGRAM: Final = (sys.executable, "-P", "-m", "meshdefense")
"""-P: a folder in which somebody starts the screens adds no modules."""
_NOUNS: Final = {
    "show": ["fleet", "show"],
    "probe": ["fleet", "show"],
    "refresh": ["fleet", "show"],
    "look": ["list"],
    "drill": ["lost"],
    "lose": ["lost"],
    "hand": ["fleet", "hand"],
}
_OWN: Final = {"lost": ["--status"], "drill": ["--drill"], "lose": ["--yes"], "apply": ["--yes"]}
"""Options that make the verb what it is."""
_NAMES: Final = frozenset({"drill", "lose", "hand"})
"""About a radio of the network, wherever it is."""
_BOTH: Final = frozenset({"plan", "apply"})
"""About a radio on the table, and which one it shall be."""


def words_of(
    verb: str,
    targets: Sequence[Target],
    *,
    language: str,
    data: Sequence[str] = (),
    secret: bool = True,
    leave: str = "",
    by: str = "",
    program: Sequence[str] = PROGRAM,
) -> list[str]:
    """What starts a command; `{fd}` in it becomes the number of the passphrase's pipe.

    `leave` is the address of the daemon's own radio. `by` is who proves, for the manifest.
    """
    nouns = _NOUNS.get(verb, [verb])
    options = ["--json", *data]
    if secret or verb == "probe":
        options += ["--passphrase-fd", "{fd}"]
    elif nouns == ["list"]:
        options.append("--plain")
    options += _OWN.get(verb, [])
    if verb == "list":
        options.append("--plugged")
        options += ["--leave", leave] if leave else []
    if verb == "apply":
        options += ["--by", by] if by else []
    if verb == "hand":
        options += [f"--member={one.holder}" if one.holder else "--nobody" for one in targets]
    said = [str(one) if verb in _BOTH else one.address for one in targets]
    if verb in _NAMES:
        said = [one.radio for one in targets]
    said = said and ["--", *said]  # what begins with a dash is no option
    return [*program, "--language", language, "radio", *nouns, *options, *said]

"""What an alert has become: a fold over the items that speak of it, in any order.

unconfirmed -> verified (a verifier who is not the reporter confirms) | disputed (verifiers
disagree, or found something else); retracted by its author and expired end it.
Source: docs/protocol.md, "Ladder".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Retract, Verdict
from meshdefense_protocol.words import LADDER, VERDICTS

__all__ = ["Standing", "stand"]

_CONFIRMED = VERDICTS.code("confirmed")
_AGAINST = {VERDICTS.code("nothing-there"), VERDICTS.code("something-else")}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands."""

    state: str
    """Key of words.LADDER."""
    verdicts: tuple[Item, ...]
    """The newest verdict of each verifier that counts, in order of id."""
    retraction: Item | None


def stand(author: int, items: Iterable[Item], *, expired: bool) -> Standing:
    """Fold verdicts and retractions of one report by `author`.

    Items by those who may not say so must have been refused before (roles); a verdict by the
    report's own author, and a retraction by anybody else, do not count here.
    """
    newest: dict[int, Item] = {}
    retraction: Item | None = None
    for item in items:
        who = item.id.author
        if isinstance(item.body, Verdict) and who != author:
            held = newest.get(who)
            if held is None or item.id > held.id:
                newest[who] = item
        elif (
            isinstance(item.body, Retract)
            and who == author
            and (retraction is None or item.id < retraction.id)
        ):
            retraction = item
    verdicts = tuple(sorted(newest.values(), key=lambda item: item.id))
    results = {item.body.result for item in verdicts if isinstance(item.body, Verdict)}
    if retraction is not None:
        state = "retracted"
    elif expired:
        state = "expired"
    elif results & _AGAINST:
        state = "disputed"
    elif _CONFIRMED in results:
        state = "verified"
    else:
        state = "unconfirmed"
    LADDER.code(state)  # a state that the list does not know is a mistake of ours
    return Standing(state, verdicts, retraction)

"""The ladder as somebody would tell it who never saw the code: plain tuples, no items.

A `Said` is one thing that one person said about one report. `state_of` reads the rules of
docs/protocol.md, "Ladder", one after the other, each over the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Said", "state_of"]


@dataclass(frozen=True)
class Said:
    """`what`: report, addition, confirmed, against, uncertain, broadcast, close, retract,
    retract-addition (`of` is then the place of that addition among its author's words).
    """

    who: int
    place: int
    """Which of its author's words it is: their sequence."""
    at: int
    """Claimed time, in units."""
    what: str
    of: int = -1
    drill: bool = False


VERDICTS = ("confirmed", "against", "uncertain")


def state_of(
    said: list[Said],
    *,
    reporter: int,
    marks: dict[int, int],
    pauses: dict[int, tuple[int, int]],
    needed: int,
    all_clear: int,
    end: int,
    over: bool,
) -> tuple[str, int, int]:
    """State, verifiers who confirm, and people who say that it is over.

    `marks`: by revoked member, the place of their last word that counts. `pauses`: after and
    before which unit somebody is suspended. `over`: the alert's end has come.
    """
    words = [
        word
        for word in set(said)
        if word.place <= marks.get(word.who, word.place)
        and not (word.who in pauses and pauses[word.who][0] < word.at < pauses[word.who][1])
    ]
    about = [w for w in said if w.what == "report"] or [
        w for w in words if w.what == "broadcast" and w.who != reporter
    ]
    if any(not word.drill for word in about):
        words = [word for word in words if not word.drill]
    last: dict[int, Said] = {}
    for word in sorted(words, key=lambda one: one.place):
        if word.what in VERDICTS and word.who != reporter:
            last[word.who] = word
    yes = {who: word for who, word in last.items() if word.what == "confirmed"}
    here = any(word.what == "report" for word in words)
    saw = {reporter} if here else set()
    for word in words:
        gone = any(
            other.what == "retract-addition" and other.who == word.who and other.of == word.place
            for other in words
        )
        if word.what == "addition" and not gone:
            saw.add(word.who)
    told = {word.who for word in words if word.what == "broadcast" and word.who != reporter}

    closers: dict[int, Said] = {}
    for word in sorted(words, key=lambda one: one.place):
        if word.what == "close":
            closers[word.who] = word
    for who, word in list(closers.items()):
        for other, verdict in yes.items():
            later = verdict.place > word.place if other == who else word.at < verdict.at <= end
            if later:
                closers.pop(who, None)

    counts = len(yes), len(closers)
    if any(word.what == "retract" and word.who == reporter for word in words):
        return ("retracted", *counts)
    if not (here or saw or told or last):
        return ("retracted", *counts)
    if len(closers) >= all_clear:
        return ("closed", *counts)
    if over:
        return ("expired", *counts)
    if any(word.what == "against" for word in last.values()):
        return ("disputed", *counts)
    if len(yes) >= needed and len(saw | told | set(yes)) >= 2:
        return ("verified", *counts)
    if len(saw) >= 2:
        return ("corroborated", *counts)
    return ("unconfirmed", *counts)

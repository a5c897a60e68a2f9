"""What cards say, by the radio's job, in the language in use. Short: people read it in the dark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.drawing.layout import Block
from meshdefense_radio.jobs import Job

__all__ = ["back_blocks", "front_block", "job_block", "key_warning"]

_NUMBERS: Final = ("1", "2", "3", "4")
_CARRIED: Final = frozenset({Job.PATROL, Job.VERIFIER, Job.BASE, Job.NEIGHBOUR})


def front_block(job: Job, short: str, code: str) -> Block:
    """How somebody sees that the radio is right, before going out with it."""
    name = tr('Switch it on. The screen, or the app, says "{short}".', short=short)
    same = tr("The label on the radio has this code: {code}.", code=code)
    ask = {
        Job.NEIGHBOUR: tr('Send "OK" to the channel. One line comes back.'),
        Job.RELAY: tr("Before you leave it: somebody far away is heard through it."),
        Job.TRACKER: tr("Before you leave it: the base sees where it is."),
        Job.BASE: tr("Ask for a check-in from outside; it comes in."),
    }.get(job, tr("Send a check-in. The base confirms it before you go."))
    items = [name, same, ask]
    return Block(tr("Is this radio right?"), items, _NUMBERS[: len(items)])


def key_warning() -> str:
    """Beside a code that holds a channel's key."""
    return tr("This code holds the key. Who photographs it can listen and write.")


def back_blocks(job: Job) -> list[Block]:
    """The other side: what to do when it is gone, and when nobody answers."""
    return [_lost(job), _no_answer(job)] if job in _CARRIED else [_lost(job)]


def job_block(job: Job) -> Block:
    """What matters for this job: what can be sent, what not to tell, what to leave alone."""
    return _TELL[job]()


def _lost(job: Job) -> Block:
    found = tr("It is back? Leave it off. Bring it in, it is set up anew.")
    if job is Job.NEIGHBOUR:
        first = tr("Tell somebody of the network soon, by any way, which radio it was.")
        return Block(tr("Lost or taken"), [first, found])
    return Block(
        tr("Lost or taken"),
        [
            tr("Tell the base at once, by any way: the name of this radio, where, when."),
            tr("The others get new keys. Do not go back for it."),
            found,
        ],
    )


def _no_answer(job: Job) -> Block:
    if job is Job.NEIGHBOUR:
        meaning = tr("Nobody may have heard you. A tick in the app is not a person.")
        return Block(
            tr("No answer?"),
            [
                meaning,
                tr("Go higher or into the open, wait two minutes, send it once more."),
                tr("In danger do not wait for the radio: call for help in every other way."),
            ],
        )
    return Block(
        tr("No answer?"),
        [
            tr("No answer says nothing: not that nobody heard, not that help is coming."),
            tr('"Heard" is a radio. "Held by" is a member. Only an acknowledgement is a person.'),
            tr("Go higher or into the open, wait two minutes. It is sent again by itself."),
        ],
    )


def _neighbour() -> Block:
    return Block(
        tr("What you can send, as a text"),
        [
            tr("R 3 vans 5th/Main"),
            tr("NEED water Main/3rd"),
            tr("SOS: danger. OK: all well. ?: help"),
        ],
        bold=True,
    )


def _field() -> Block:
    return Block(
        tr("Out there"),
        [tr("Describe what is there, never who. No names, no faces, no plates.")],
    )


def _unattended() -> Block:
    return Block(
        tr("Leave it alone"),
        [tr("Change nothing on it. A light that is off, or a box that is open: tell the base.")],
    )


_TELL: Final[Mapping[Job, Callable[[], Block]]] = {
    Job.PATROL: _field,
    Job.VERIFIER: _field,
    Job.BASE: _field,
    Job.RELAY: _unattended,
    Job.TRACKER: _unattended,
    Job.NEIGHBOUR: _neighbour,
}

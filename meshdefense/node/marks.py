"""Up to which item a member's words count when they are revoked, by what this node holds."""

from __future__ import annotations

from collections.abc import Iterable

from meshdefense.storage.repository import Store
from meshdefense_protocol.limits import SEQUENCE_MAX
from meshdefense_protocol.packets.decisions import MARK_NONE, mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream

__all__ = ["marks_of"]


def marks_of(store: Store, number: int, since: float | None) -> tuple[int, int]:
    """The last items of a member that count, in the log and among decisions.

    All that came in so far, or what came in before `since` (seconds since the epoch, by this
    node's clock). Where nothing from before is kept any more, the last item before the first
    one that came after; MARK_NONE where nothing of theirs is known.
    """
    return _mark(store, number, Stream.LOG, since), _mark(store, number, Stream.ROSTER, since)


def _mark(store: Store, number: int, stream: Stream, since: float | None) -> int:
    newest = max(
        (
            mark_of(ItemId(number, one.incarnation, one.high, stream))
            for one in store.replay()
            if (one.author, one.stream) == (number, int(stream))
        ),
        default=MARK_NONE,
    )
    if since is None:
        return newest
    before, after = _split(store, number, stream, since)
    if before:
        return max(before)
    if not after:
        return newest
    first = min(after)
    # a life's first item: what came in the lives before is no longer here to be told apart
    return MARK_NONE if not first & SEQUENCE_MAX else first - 1


def _split(store: Store, number: int, stream: Stream, since: float) -> tuple[list[int], list[int]]:
    """Marks of the stored items that came before and after a time."""
    before: list[int] = []
    after: list[int] = []
    for key in _of_stream(store.items_of(number), stream):
        stored = store.item(key)
        if stored is None:
            continue
        mark = mark_of(ItemId(number, stored.incarnation, stored.sequence, stream))
        (before if stored.received_at < since else after).append(mark)
    return before, after


def _of_stream(
    keys: Iterable[tuple[int, int, int, int]], stream: Stream
) -> list[tuple[int, int, int, int]]:
    return [key for key in keys if key[3] == int(stream)]

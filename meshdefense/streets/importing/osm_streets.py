"""Streets, points and house numbers of OSM blocks, on whole arrays.

Two passes over the same blocks: `note` keeps the streets and which nodes they need, `tell` learns
where those are and hands everything to the draft. So memory is taken for nodes of streets only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import SegmentColumns
from meshdefense.streets.importing.draft import Draft, micro
from meshdefense.streets.importing.primitive_block import Block, Nodes, Ways
from meshdefense.streets.importing.tags import flags_of, point_kind, road_class

__all__ = ["OsmStreets"]

Numbers = NDArray[np.int64]
_UNITS: Final = 10_000_000
"""Of a degree in a block's places."""
_EARTH: Final = np.array([180, 90], np.int64) * _UNITS
_NOWHERE: Final = np.iinfo(np.int32).max
_CLASS: Final = (b"highway", b"railway")
_FLAGS: Final = (b"oneway", b"bridge", b"tunnel")
_NAMES: Final = (b"name", b"ref")
_STREET_KEYS: Final = (*_CLASS, *_FLAGS, *_NAMES, b"area")
_AREA: Final = 7
_KINDS: Final = (
    b"amenity", b"railway", b"public_transport", b"tourism", b"leisure", b"shop", b"place",
)  # fmt: skip
_POINT_KEYS: Final = (*_KINDS, b"name", b"addr:street", b"addr:housenumber")
_NAME, _STREET, _HOUSE = 7, 8, 9


@dataclass(slots=True)
class _Streets:
    """Those of one block."""

    classes: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    names: list[str | None]
    lengths: Numbers
    nodes: Numbers
    """The streets' nodes in a row: ids; after `note` was called for all, places in the table."""


class OsmStreets:
    """What the blocks of one file hold, for `draft`."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._waiting: dict[int, _Streets] = {}
        self._segments = 0
        self._ids = np.zeros(0, np.int64)
        self._places: NDArray[np.int32] | None = None

    def note(self, number: int, block: Block) -> None:
        """Keep the streets of the block `number`.

        Raises BlockError, ImportFailedError, UnicodeDecodeError.
        """
        ways = block.ways(_CLASS)
        rows = ways.tags.table(block.strings, _STREET_KEYS)
        kinds = _each(rows[:, :2], _CLASS, block.strings, road_class)
        begins = np.cumsum(ways.lengths) - ways.lengths
        ground = _closed(ways, begins) & (rows[:, _AREA] >= 0)
        kept = [
            way
            for way, kind in enumerate(kinds)
            if kind is not None and not (ground[way] and block.strings[rows[way, _AREA]] == b"yes")
        ]
        if not kept:
            return
        of = np.array(kept, np.int64)
        lengths = ways.lengths[of]
        self._segments += int(np.maximum(lengths - 1, 0).sum())
        self._draft.expect(self._segments)
        steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        self._waiting[number] = _Streets(
            np.array([kinds[way] for way in kept], np.uint8),
            np.array(_each(rows[of, 2:5], _FLAGS, block.strings, flags_of), np.uint8),
            _each(rows[of, 5:7], _NAMES, block.strings, _name),
            lengths,
            ways.refs[np.repeat(begins[of], lengths) + steps],
        )

    def tell(self, number: int, block: Block | None) -> None:
        """Hand over what the block `number` has; None for one without nodes.

        Raises ImportFailedError, BlockError, UnicodeDecodeError.
        """
        if self._places is None:
            self._places = self._table()
        if block is not None:
            nodes = block.nodes()
            self._locate(nodes, self._places)
            self._points(nodes, block.strings)
        if (streets := self._waiting.pop(number, None)) is not None:
            self._lines(streets, self._places)

    def _table(self) -> NDArray[np.int32]:
        """Room for the places of all nodes of streets."""
        parts = [streets.nodes for streets in self._waiting.values()]
        self._ids, at = np.unique(
            np.concatenate([np.zeros(0, np.int64), *parts]), return_inverse=True
        )
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        for streets, end in zip(self._waiting.values(), ends.tolist(), strict=True):
            streets.nodes = at[end - len(streets.nodes) : end].astype(np.int32)
        return np.full((len(self._ids), 2), _NOWHERE, np.int32)

    def _locate(self, nodes: Nodes, places: NDArray[np.int32]) -> None:
        if len(self._ids):
            at = np.minimum(np.searchsorted(self._ids, nodes.ids), len(self._ids) - 1)
            known = (self._ids[at] == nodes.ids) & (np.abs(nodes.places) <= _EARTH).all(axis=1)
            places[at[known]] = nodes.places[known]

    def _lines(self, streets: _Streets, places: NDArray[np.int32]) -> None:
        names = np.array([self._draft.name(name) for name in streets.names], np.int32)
        of = np.repeat(np.arange(len(streets.lengths)), streets.lengths)
        ends = places[streets.nodes]
        there = ends[:, 0] != _NOWHERE  # an extract ends in the middle of streets
        begin = np.flatnonzero((of[1:] == of[:-1]) & there[1:] & there[:-1])
        degrees = np.hstack([ends[begin], ends[begin + 1]]) / _UNITS
        one = of[begin]
        self._draft.bulk(
            SegmentColumns(micro(degrees), streets.classes[one], names[one], streets.flags[one])
        )

    def _points(self, nodes: Nodes, strings: Sequence[bytes]) -> None:
        draft = self._draft
        rows = nodes.tags.table(strings, _POINT_KEYS)
        numbered = np.flatnonzero(rows[:, _HOUSE] >= 0)
        places = (nodes.places[numbered] / _UNITS).tolist()
        for (street, number), (lon, lat) in zip(
            rows[numbered, _STREET:].tolist(), places, strict=True
        ):
            text = strings[street].decode() if street >= 0 else None
            draft.address(text, strings[number].decode(), lon, lat)
        tagged = np.flatnonzero((rows[:, :_NAME] >= 0).any(axis=1))
        kinds = _each(rows[tagged, :_NAME], _KINDS, strings, point_kind)
        for at, kind in zip(tagged.tolist(), kinds, strict=True):
            if kind is not None:
                name = int(rows[at, _NAME])
                lon, lat = (nodes.places[at] / _UNITS).tolist()
                draft.point(kind, draft.name(strings[name].decode() if name >= 0 else ""), lon, lat)


def _closed(ways: Ways, begins: Numbers) -> NDArray[np.bool_]:
    ends = begins + ways.lengths - 1
    refs = np.append(ways.refs, 0)  # a way without nodes may begin behind all of them
    closed: NDArray[np.bool_] = (ways.lengths > 0) & (refs[begins] == refs[ends])
    return closed


def _name(tags: dict[str, str]) -> str | None:
    return tags.get("name") or tags.get("ref")


def _each(
    rows: Numbers, keys: Sequence[bytes], strings: Sequence[bytes], judge: Callable[[Any], Any]
) -> list[Any]:
    """What `judge` makes of the tags in each row; it is asked once for equal rows."""
    names = [key.decode() for key in keys]
    found: dict[tuple[int, ...], Any] = {}
    answers = []
    for row in _tuples(rows):
        if row not in found:
            pairs = zip(names, row, strict=True)
            found[row] = judge({key: strings[at].decode() for key, at in pairs if at >= 0})
        answers.append(found[row])
    return answers


def _tuples(rows: Numbers) -> Iterable[tuple[int, ...]]:
    return zip(*rows.T.tolist(), strict=True)

"""The rows that tell of the mesh itself: airtime, gaps, neighbours, and what waits.

They are made of what the engine says and compared with those before, at most every few
seconds, so that a mesh where nothing happens wakes no screen. Row shapes are in
`meshdefense.api.mesh_schema`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from meshdefense.api.mesh_schema import (
    AirtimeRow,
    GapRow,
    MeshRow,
    NeighbourRow,
    WaitingRow,
)
from meshdefense.node.delivery_state import waiting_reason
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.engine import Engine, Gap
from meshdefense_protocol.governor import AirtimeUse
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.roster import Roster

__all__ = ["MESH_S", "MeshHealth", "mesh_row", "neighbour_rows"]

MESH_S: Final = 10.0
"""Changes are looked for this often."""
RECENT_S: Final = 2400.0
"""Two and a half of the longest pauses between digests: who was silent for longer is away."""
SOON_S: Final = 2 * MESH_S
"""A digest that is older when it is first looked at cannot be compared with what was held then."""
WAITING_MAX: Final = 20
"""So many waiting items are named; a queue may hold hundreds."""


def mesh_row(
    use: AirtimeUse,
    gaps: Iterable[Gap],
    waiting: list[OutboxEntry],
    roster: Roster,
    link: LinkState,
) -> MeshRow:
    """The row of table `mesh`; `rev` is set when it is given out.

    Values are rounded, seconds to tenths, so that noise is no change.
    """
    missing = sorted((gap for gap in gaps if gap.missing), key=lambda g: (-g.missing, g.author))
    return {
        "id": "mesh",
        "rev": 0,
        "airtime": [_airtime(use, priority) for priority in Priority],
        "ceiling_s": round(use.ceiling_s, 1),
        "utilisation": None if use.utilisation is None else float(round(use.utilisation)),
        "gaps": [_gap(gap, roster) for gap in missing],
        "missing": sum(gap.missing for gap in missing),
        "waiting": [
            _waiting(entry, place, link) for place, entry in enumerate(waiting[:WAITING_MAX], 1)
        ],
        "waiting_count": len(waiting),
    }


def _airtime(use: AirtimeUse, priority: Priority) -> AirtimeRow:
    return {
        "name": priority.name.lower(),
        "used_s": round(use.used_s.get(priority, 0.0), 1),
        "allowed_s": round(use.allowed_s.get(priority, 0.0), 1),
        "held_back": use.held_back.get(priority, ""),
    }


def _gap(gap: Gap, roster: Roster) -> GapRow:
    return {
        "member": gap.author,
        "name": _name(gap.author, roster),
        "missing": gap.missing,
        "newest": gap.newest,
    }


def _waiting(entry: OutboxEntry, place: int, link: LinkState) -> WaitingRow:
    return {
        "id": str(entry.id),
        "airtime_class": entry.priority.name.lower(),
        "position": place,
        "reason": waiting_reason(entry, link),
    }


def neighbour_rows(
    neighbours: Iterable[Neighbour],
    in_step: Callable[[Neighbour], bool | None],
    roster: Roster,
    now: float,
) -> list[NeighbourRow]:
    """The rows of table `neighbours`, the last heard first; strangers to the roster are none.

    `in_step` compares what a neighbour said that it holds with what is held here, None where
    that is not known; what it said long ago tells nothing.
    """
    rows: list[NeighbourRow] = []
    for neighbour in sorted(neighbours, key=lambda one: (-one.heard_at, one.member)):
        member = roster.get(neighbour.member)
        if member is None:
            continue
        recent = now - neighbour.heard_at < RECENT_S
        rows.append(
            {
                "id": str(member.number),
                "rev": 0,
                "member": member.number,
                "name": member.name,
                "heard_at": float(round(neighbour.heard_at)),
                "snr": None if neighbour.snr is None else round(neighbour.snr, 1),
                "in_step": in_step(neighbour) if recent else None,
            }
        )
    return rows


def _name(number: int, roster: Roster) -> str:
    member = roster.get(number)
    return f"#{number}" if member is None else member.name


class MeshHealth:
    """The two tables as they were told last."""

    def __init__(self) -> None:
        self._mesh: MeshRow | None = None
        self._neighbours: list[NeighbourRow] = []
        self._compared: dict[int, tuple[float, bool | None]] = {}
        """By member: when its last digest came, and whether it was of what was held then."""
        self.next_at = 0.0
        """When to look again, in seconds since the epoch."""
        self._link: LinkState | None = None

    def due(self, link: LinkState, now: float) -> bool:
        """Whether to look: it is time, or what waits does so for another reason than was told."""
        return now >= self.next_at or link is not self._link

    def look(self, engine: Engine, link: LinkState, now: float) -> frozenset[str]:
        """Make both tables anew; returns the names of those that are different now."""
        roster, self._link = engine.membership.roster, link
        mesh = mesh_row(engine.airtime(now), engine.gaps(), engine.waiting(), roster, link)
        known = list(engine.neighbours())
        compared = self.compare(known, engine.in_step, now)
        neighbours = neighbour_rows(known, lambda one: compared[one.member], roster, now)
        return self.take(mesh, neighbours, now)

    def compare(
        self, neighbours: Iterable[Neighbour], in_step: Callable[[Neighbour], bool], now: float
    ) -> dict[int, bool | None]:
        """By member, whether its last digest was of what is held here; None when not known.

        An old digest says nothing of what came here after it: whether it differed is said once,
        soon after it came. What was fetched since makes it the same after all.
        """
        compared: dict[int, tuple[float, bool | None]] = {}
        for one in neighbours:
            at, same = self._compared.get(one.member, (-1.0, None))
            if in_step(one):
                same = True
            elif at != one.heard_at:
                same = False if 0 <= now - one.heard_at <= SOON_S else None
            compared[one.member] = (one.heard_at, same)
        self._compared = compared
        return {member: same for member, (_, same) in compared.items()}

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds, and with it when digests came."""
        self.next_at += by
        self._compared = {member: (at + by, same) for member, (at, same) in self._compared.items()}

    def take(self, mesh: MeshRow, neighbours: list[NeighbourRow], now: float) -> frozenset[str]:
        """Keep newer rows; returns the names of the tables that are different now."""
        self.next_at = now + MESH_S
        changed = set()
        if mesh != self._mesh:
            changed.add("mesh")
        if neighbours != self._neighbours:
            changed.add("neighbours")
        self._mesh, self._neighbours = mesh, neighbours
        return frozenset(changed)

    def tables(self, revision: int) -> dict[str, list[dict[str, Any]]]:
        """Both tables for a client."""
        mesh = [] if self._mesh is None else [{**self._mesh, "rev": revision}]
        return {"mesh": mesh, "neighbours": [{**row, "rev": revision} for row in self._neighbours]}

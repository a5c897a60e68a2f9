"""What the table knows: the network's radios, those that are plugged in, and the work on them.

No clock, and no I/O but to follow the links of device files. It holds neither keys nor the
passphrase.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from meshdefense_tui.table.losses import Exposure, Loss
from meshdefense_tui.table.shapes import End, Fleet, FleetRadio, Plan, Plugged, Step

__all__ = ["CUT", "RIGHT", "Access", "Doing", "TableState", "Target", "same_radio"]

_TCP_PORT: Final = ":4403"
_MARK_STEP: Final = 3
"""The step of `apply` that marks the radio as unfinished, in the radio itself."""
CUT: Final = frozenset({"cut-before", "cut-marking", "cut-written"})
"""Ends that no command says: it went away before."""
RIGHT: Final = frozenset({"done", "already"})
"""Ends after which a radio is as it shall be."""
_STANDING: Final = {"done": "right", "already": "right", "refused": "refused"}
"""How a radio stands, by how the work on it ended, where that alone says it."""


class Access(Enum):
    """How the table stands to its fleet."""

    UNKNOWN = "unknown"
    """Nobody has looked yet."""
    MISSING = "missing"
    """There is no fleet in that folder."""
    SHUT = "shut"
    """It needs its passphrase."""
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Target:
    """A radio that an order is about.

    Its address on the table, "" where it need not lie there; its name in the network, or the one
    that it shall have, "" where that is not said.
    """

    address: str
    radio: str = ""
    holder: str = ""
    """Number or handle of who is to be noted as holding it; "" for nobody."""

    def __str__(self) -> str:
        return f"{self.address}={self.radio}" if self.radio else self.address


@dataclass(slots=True)
class Doing:
    """The command that runs now."""

    verb: str
    targets: tuple[Target, ...]
    since: float
    """Monotonic seconds."""
    stopping: bool = False


@dataclass(slots=True)
class TableState:
    """One for the app."""

    access: Access = Access.UNKNOWN
    fleet: Fleet | None = None
    plugged: dict[str, Plugged] = field(default_factory=dict)
    """By address, as they were last read."""
    typed: list[str] = field(default_factory=list)
    """Addresses that a person typed."""
    marked: set[str] = field(default_factory=set)
    """Addresses that the next order is about."""
    steps: dict[str, Step] = field(default_factory=dict)
    """By address: where the work is."""
    farthest: dict[str, int] = field(default_factory=dict)
    """By address: the highest step that the work has begun with; it may go back."""
    since: dict[str, float] = field(default_factory=dict)
    """By address: monotonic seconds at which its step began."""
    ends: dict[str, End] = field(default_factory=dict)
    """By address: how the last work ended, until the radio is read again."""
    fresh: dict[str, End] = field(default_factory=dict)
    """By address: ends of the work that runs, or ran last; of no earlier one."""
    left: dict[str, str] = field(default_factory=dict)
    """By address: how the last work left the radio."""
    plans: tuple[Plan, ...] = ()
    losses: tuple[Loss, ...] | None = None
    exposure: Exposure | None = None
    """Of the radio whose loss was last asked about."""
    doing: Doing | None = None
    said: tuple[str, str] = ("", "")
    """What became of the last command, and its role."""

    # What is known

    def addresses(self, own: str) -> list[str]:
        """All radios on the table, the daemon's `own` first where it has one."""
        found = [own] if own else []
        for address in (*self.typed, *self.plugged, *self.steps, *self.ends):
            if not any(same_radio(address, other) for other in found):
                found.append(address)
        return found

    def radio(self, name: str) -> FleetRadio | None:
        """A radio of the network."""
        radios = self.fleet.radios if self.fleet is not None else ()
        return next((one for one in radios if one.name == name), None)

    def name_at(self, address: str) -> str:
        """Which radio of the network is plugged there; "" where nobody knows."""
        if (step := self.steps.get(address)) is not None:
            return step.radio
        if (end := self.ends.get(address)) is not None:
            return end.radio
        found = self.plugged.get(address)
        if found is None or (self.fleet is not None and self.radio(found.radio) is None):
            return ""
        return found.radio

    @property
    def writing(self) -> bool:
        """Whether radios are being written now."""
        return self.doing is not None and self.doing.verb == "apply"

    @property
    def touched(self) -> list[str]:
        """Radios that the running work has begun to write and not ended with."""
        return [
            step.radio
            for address, step in self.steps.items()
            if _MARK_STEP <= self.farthest.get(address, 0) < step.of
        ]

    def fresh_ends(self, targets: Iterable[Target]) -> list[End]:
        """How the work that ran last ended with these, as far as it was said."""
        return [end for one in targets if (end := self.fresh.get(one.address)) is not None]

    @property
    def changing(self) -> bool:
        """Whether a command runs that is not to be cut short: what it changes is the fleet."""
        return self.doing is not None and self.doing.verb in ("apply", "lose", "hand")

    @property
    def unfinished(self) -> list[str]:
        """Radios that the work which runs, or ran last, has begun to write and left unfinished."""
        ended = [
            end.radio
            for address, end in self.fresh.items()
            if self.left[address] == "unfinished" or end.end == "cut-marking"
        ]
        return [*self.touched, *ended]

    def free_names(self) -> list[str]:
        """Radios that still have to be written, in the order of the file."""
        if self.fleet is None:
            return []
        here = {self.name_at(address) for address in (*self.plugged, *self.ends)}
        waits = [one for one in self.fleet.radios if one.state in ("not-yet", "lost")]
        return [one.name for one in waits if one.name not in here]

    def proposed(self, addresses: Iterable[str], first: str | None) -> list[Target]:
        """Names for these radios: their own, else `first`, else the next free ones."""
        free = self.free_names()
        if first is not None and first in free:
            at = free.index(first)
            free = free[at:] + free[:at]
        given = [(address, self.name_at(address)) for address in addresses]
        return [Target(address, name or (free.pop(0) if free else "")) for address, name in given]

    # What the commands say

    def found(self, rows: Iterable[Plugged]) -> None:
        """Radios were read."""
        for row in rows:
            address = self._known_as(row.address)
            self.plugged[address] = row
            self.ends.pop(address, None)

    def only(self, rows: tuple[Plugged, ...]) -> None:
        """All radios were read: what is not among them is not plugged in any more."""
        keep = {self._known_as(row.address) for row in rows}
        self.plugged = {key: row for key, row in self.plugged.items() if key in keep}
        self.ends = {key: row for key, row in self.ends.items() if key in keep}
        self.marked &= keep

    def doubt(self, names: Iterable[str]) -> None:
        """The network changed for these radios: what was read of them before proves nothing."""
        changed = frozenset(names)
        for address in {*self.plugged, *self.ends}:
            if self.name_at(address) not in changed:
                continue
            if address in self.ends:
                self.left[address] = "unknown"
            else:
                self.plugged[address] = replace(self.plugged[address], state="unknown", words="")

    def went_on(self, event: Step | End, at: float = 0.0) -> None:
        """The work on one radio went on, or ended; `at` is monotonic."""
        address = self._known_as(event.address)
        if isinstance(event, Step):
            before = self.steps.get(address)
            if before is None or before.step != event.step:
                self.since[address] = at
            self.steps[address] = event
            self.farthest[address] = max(event.number, self.farthest.get(address, 0))
            return
        self.steps.pop(address, None)
        self.since.pop(address, None)
        begun = self.farthest.pop(address, 0) > _MARK_STEP
        self.ends[address] = self.fresh[address] = event
        self.left[address] = _STANDING.get(event.end, "unfinished" if begun else "unknown")
        self.marked.discard(address)

    def broke_off(self) -> None:
        """The work ended without a word about these radios: say what its steps prove."""
        for address, step in list(self.steps.items()):
            farthest = self.farthest.get(address, 0)
            end = "cut-written"
            if farthest >= step.of:
                end = "done"
            elif farthest < _MARK_STEP:
                end = "cut-before"
            elif farthest == _MARK_STEP:
                end = "cut-marking"
            self.went_on(End(step.radio, address, end, ""))

    def standing(self, address: str) -> str:
        """How a radio stands: as it was read, or as the work on it ended since."""
        if address in self.ends:
            return self.left[address]
        found = self.plugged.get(address)
        return found.state if found is not None else "unread"

    def without(self, address: str) -> None:
        """A person takes an address off the table."""
        self.typed = [one for one in self.typed if one != address]
        self.marked.discard(address)
        self.plugged.pop(address, None)
        self.ends.pop(address, None)

    def forget(self) -> None:
        """The screen is locked: what is left is the work that goes on, and how it ended."""
        working = set(self.steps) | set(self.ends)
        self.access, self.fleet = Access.UNKNOWN, None
        self.losses = self.exposure = None
        self.plugged.clear()
        self.marked.clear()
        self.plans, self.said = (), ("", "")
        self.typed = [one for one in self.typed if one in working]

    def _known_as(self, address: str) -> str:
        """The address as it stands on the table: two spellings are one radio."""
        known = (*self.typed, *self.plugged, *self.steps)
        return next((one for one in known if same_radio(one, address)), address)


def same_radio(one: str, other: str, real: Callable[[str], str] = os.path.realpath) -> bool:
    """Whether two addresses lead to the same radio, as far as their texts and links tell."""
    return _plain(one, real) == _plain(other, real)


def _plain(address: str, real: Callable[[str], str]) -> str:
    scheme, _, rest = address.partition(":")
    if scheme == "serial":
        return f"serial:{real(rest)}"
    if scheme == "tcp":
        host = rest.lower().replace("localhost", "127.0.0.1")
        return f"tcp:{host.removesuffix(_TCP_PORT)}"
    return address

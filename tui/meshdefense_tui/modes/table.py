"""The organizers' table: the network's radios, those that are plugged in, and what is done to them.

The second page of the radios mode. Orders become commands in a child process, see `table.work`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.timer import Timer
from textual.widget import Widget

from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line
from meshdefense_tui.modes.table_access import FleetAccess
from meshdefense_tui.modes.table_network import NetworkOrders
from meshdefense_tui.screens.table_stop import StopScreen
from meshdefense_tui.screens.table_windows import (
    AddressScreen,
    NamesScreen,
    TextScreen,
)
from meshdefense_tui.table.state import Access, Target, same_radio
from meshdefense_tui.table.work import TableWork
from meshdefense_tui.views.table_rows import head_lines, plugged_standing
from meshdefense_tui.views.table_texts import fleet_radio_lines, plan_lines, plugged_radio_lines
from meshdefense_tui.widgets.row import Lines
from meshdefense_tui.widgets.row_list import RowList
from meshdefense_tui.widgets.table_lists import FleetPainter, PluggedPainter, TableList

__all__ = ["BEAT_S", "TablePage"]

BEAT_S: Final = 1.0
"""Between two looks at the clock while a command runs."""
_WITHOUT_FLEET: Final = frozenset({"list", "look"})
"""What can be done before there is a fleet."""
_WAITING: Final = ("not-yet", "lost", "unfinished")
"""Radios whose names can be given to hardware."""


class TablePage(Container):
    """Asks for the passphrase when an order needs it; shows what the state holds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "order('list')", show=False),
        Binding("p", "order('plan')", show=False),
        Binding("A", "order('apply')", show=False),
        Binding("P", "order('prove')", show=False),
        Binding("d", "order('drift')", show=False),
        Binding("L", "order('lost')", show=False),
        Binding("X", "order('lose')", show=False),
        Binding("h", "order('hand')", show=False),
        Binding("plus", "order('address')", show=False),
        Binding("minus", "order('away')", show=False),
        Binding("s", "order('stop')", show=False),
    ]

    def __init__(self, desk: Desk, work: TableWork) -> None:
        super().__init__(id="table")
        self.desk, self.work = desk, work
        self.access = FleetAccess(desk, work, self)
        self._beat: Timer | None = None
        data = f" {desk.data_option}" if desk.data_option else ""
        self._data = data
        self.head = Lines(desk, self._head_lines, id="table-head")
        self.plugged = TableList(
            desk, PluggedPainter(desk, work, data), id="table-plugged", keeps_cursor=True
        )
        self.fleet = TableList(desk, FleetPainter(desk, work), id="table-fleet")
        self.network = NetworkOrders(desk, work, self, data)

    def compose(self) -> ComposeResult:
        """See app.tcss for the places."""
        yield self.head
        with Container(id="table-lists"):
            yield self.plugged
            yield self.fleet

    @property
    def main(self) -> Widget:
        """The list that had the keys last."""
        return self.fleet if self.fleet.has_focus else self.plugged

    # Showing

    def show(self) -> None:
        """Everything may be another one."""
        if not self.is_attached:
            return
        state, work = self.work.state, self.work
        work.own, work.by, work.look = self._own(), self._by(), self.desk.look
        self.plugged.show(state.addresses(work.own))
        radios = state.fleet.radios if state.fleet is not None else ()
        self.fleet.show([one.name for one in radios])
        self.tick()
        self._follow()
        if isinstance(self.app.screen, StopScreen):
            self.app.screen.tick()

    def _follow(self) -> None:
        """While a command runs its seconds are counted; else the page moves with the others."""
        if self.work.state.doing is None and self._beat is not None:
            self._beat.stop()
            self._beat = None
        elif self.work.state.doing is not None and self._beat is None:
            self._beat = self.set_interval(BEAT_S, self._second)

    def _second(self) -> None:
        self._follow()
        if self.shown:
            self.tick()

    def tick(self) -> None:
        """Time has passed."""
        width = self.head.size.width
        rows = len(self._head_lines(width)) if width else 1
        if self.head.styles.height is None or self.head.size.height != rows:
            self.head.styles.height = rows
        for widget in (self.head, self.plugged, self.fleet):
            widget.repaint()

    def _head_lines(self, width: int) -> list[Line]:
        look = self.desk.look
        now = look.clock.monotonic()
        return head_lines(self.work.state, look, data=self._data, now=now, width=width)

    def _own(self) -> str:
        """Address of the radio that the daemon works with; it keeps that also while silent."""
        radio = self.desk.model.radio
        address = str(radio.get("address") or "") if radio is not None else ""
        return "" if address == "none" else address

    def _by(self) -> str:
        status = self.desk.model.status
        member = status.get("member") if status is not None else None
        return str(member) if isinstance(member, int) and member > 0 else ""

    # Opening

    def opened(self) -> None:
        """The page is shown: find out whether there is a fleet, and ask for its passphrase."""
        if self.work.state.doing is None and not self.work.secret.held:
            self.access.when_open(lambda: None)
        self.show()

    @property
    def shown(self) -> bool:
        """Whether a person sees it."""
        return self.is_attached and self.display and not self.desk.model.locked

    # Orders

    def action_order(self, name: str) -> None:
        """What a key asks for."""
        orders: dict[str, Callable[[], None]] = {
            "address": self._type_address, "away": self._take_away, "stop": self._stop,
            "mark": self._mark, "list": self._list, "plan": self._plan, "apply": self._apply,
            "lost": self.network.lost, "lose": self.network.lose, "hand": self.network.hand,
        }  # fmt: skip
        if name in ("prove", "drift"):
            self._compare(name)
        else:
            orders[name]()

    def begin(
        self, verb: str, targets: Sequence[Target] = (), then: Callable[[bool], None] | None = None
    ) -> None:
        """With the passphrase where the command needs it."""
        work, access = self.work, self.access
        missing = work.state.access is Access.MISSING and not access.probing
        if work.secret.held or (missing and verb in _WITHOUT_FLEET):
            work.begin(verb, targets, then)
        elif not missing or not self.no_fleet():

            def again() -> None:
                self.begin(verb, targets, then)

            access.when_open(again, again)

    def no_fleet(self) -> bool:
        """Whether there is none; then with a word about it."""
        if self.work.state.access is not Access.MISSING:
            return False
        self.desk.tell(self.desk.look.say("radio_t_no_fleet_yet", data=self._data), "warn")
        return True

    def _list(self) -> None:
        typed = [Target(one) for one in self.work.state.typed if not self._is_own(one)]
        self.begin("list", typed)

    def _is_own(self, address: str) -> bool:
        return bool(self.work.own) and same_radio(address, self.work.own)

    def _chosen(self) -> list[str]:
        """The marked radios, else the one under the cursor; none with a word about it."""
        state, look = self.work.state, self.desk.look
        marked = [one for one in self.plugged.keys if one in state.marked]
        chosen = marked or ([self.plugged.key] if self.plugged.key is not None else [])
        if any(map(self._is_own, chosen)):
            self.desk.tell(look.say("radio_t_own_words", data=self._data), "warn")
            return []
        if not chosen:
            self.desk.tell(look.say("radio_t_select"), "warn")
        return chosen

    def _compare(self, verb: str) -> None:
        if chosen := self._chosen():
            self.begin(verb, [Target(one) for one in chosen])

    # Planning and writing

    def _plan(self) -> None:
        if chosen := self._chosen():
            targets = [Target(one, self.work.state.name_at(one)) for one in chosen]
            if self.work.secret.held and all(one.radio for one in targets):
                self._go_on("plan", targets)
            else:
                self._choose_names(chosen)

    def _apply(self) -> None:
        if chosen := self._chosen():
            self._choose_names(chosen)

    def _choose_names(self, chosen: list[str]) -> None:
        """Ask which radio each shall be; that needs the fleet open."""
        state = self.work.state
        if self.work.busy() or (not self.access.probing and self.no_fleet()):
            return

        def ask() -> None:
            first = self.fleet.key if self.fleet.has_focus else None
            targets = state.proposed(chosen, first)
            radios = state.fleet.radios if state.fleet is not None else ()
            own = {one.radio for one in targets}
            names = [one.name for one in radios if one.state in _WAITING or one.name in own]
            self.app.push_screen(NamesScreen(self.desk, targets, names, self._go_on))

        self.access.when_open(ask, lambda: self._choose_names(chosen))

    def _go_on(self, verb: str, targets: list[Target]) -> None:
        if verb == "apply":
            self.begin("apply", targets)
            return

        def planned(well: bool) -> None:
            plans = self.work.state.plans
            if well and self.shown:
                blocked = any(plan.blocked for plan in plans)
                write = None if blocked else lambda: self.begin("apply", targets)
                look = self.desk.look
                self.app.push_screen(
                    TextScreen(self.desk, lambda width: plan_lines(plans, look, width), write)
                )

        self.begin("plan", targets, planned)

    def _stop(self) -> None:
        state = self.work.state
        if state.doing is None:
            self.desk.tell(self.desk.look.say("radio_t_nothing_runs"), "plain")
        elif state.writing and not state.doing.stopping:
            self.app.push_screen(StopScreen(self.desk, self.work))
        else:
            self.work.stop()

    # Addresses and rows

    def _type_address(self) -> None:
        def take(address: str) -> str:
            state = self.work.state
            if any(same_radio(address, other) for other in state.addresses(self.work.own)):
                return "radio_t_address_there"
            state.typed.append(address)
            self.show()
            self.plugged.stand_on(address)
            self.call_later(self.begin, "look", [Target(address)])
            return ""

        self.app.push_screen(AddressScreen(self.desk, take))

    def _take_away(self) -> None:
        key, state = self.plugged.key, self.work.state
        if key is not None and key not in state.steps:
            state.without(key)
            self.show()

    def on_table_list_marked(self, event: TableList.Marked) -> None:
        """Mark the radio, or no more, and go on to the next one."""
        event.stop()
        if self.plugged.has_focus:
            self._mark()

    def _mark(self) -> None:
        key, state = self.plugged.key, self.work.state
        if key is not None and not self._is_own(key):
            state.marked ^= {key}
            self.plugged.action_move(1)
            self.plugged.repaint()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """All about one radio; where there is none, the passphrase."""
        event.stop()
        state, look = self.work.state, self.desk.look
        if not event.key:
            self.opened()
        elif event.rows is self.fleet:
            if (row := state.radio(event.key)) is not None:
                self._read(lambda width: fleet_radio_lines(row, look, width))
        else:
            key = event.key
            self._read(
                lambda width: plugged_radio_lines(
                    key, state, plugged_standing(key, state, self.work.own), look, width
                )
            )

    def _read(self, draw: Callable[[int], list[Line]]) -> None:
        self.app.push_screen(TextScreen(self.desk, draw))

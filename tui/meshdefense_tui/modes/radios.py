"""Radios: what this node's one says of itself, who is heard directly, and how well.

The second page, `t`, is the organizers' table; it is made when somebody first asks for it.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget

from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, beside
from meshdefense_tui.model import Changes
from meshdefense_tui.modes.mode import Hint
from meshdefense_tui.modes.scrolled import ScrolledMode
from meshdefense_tui.views.radios import (
    radio_facts,
    radio_members,
    radio_neighbours,
    span_line,
)
from meshdefense_tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from meshdefense_tui.modes.table import TablePage
    from meshdefense_tui.table.child import Limits
    from meshdefense_tui.table.work import TableWork

__all__ = ["COLUMNS_FROM", "RadiosMode", "leaving_words"]

COLUMNS_FROM: Final = 150
"""From this width on there are two columns."""
_TABLE_HINTS: Final[tuple[Hint, ...]] = (
    ("u", "key_read_radios", "order('list')"),
    ("A", "key_apply", "order('apply')"),
    ("p", "key_plan", "order('plan')"),
    ("P", "key_prove", "order('prove')"),
    ("d", "key_drift", "order('drift')"),
    ("L", "key_lost", "order('lost')"),
    ("t", "key_own_radio", "table"),
    ("?", "key_help", "app.help"),
)
_NETWORK_HINTS: Final[tuple[Hint, ...]] = (
    ("u", "key_read_radios", "order('list')"),
    ("A", "key_apply", "order('apply')"),
    ("h", "key_hand", "order('hand')"),
    ("X", "key_lose", "order('lose')"),
    ("L", "key_lost", "order('lost')"),
    ("t", "key_own_radio", "table"),
    ("?", "key_help", "app.help"),
)
"""With the cursor in the list of the network's radios."""


class RadiosMode(ScrolledMode):
    """Shows the newest values and, as lines, what was measured since these screens began."""

    NAME = "radios"
    HINTS: ClassVar[tuple[Hint, ...]] = (
        ("↑↓", "key_scroll", "scroll(1)"),
        ("t", "key_table", "table"),
        *ScrolledMode.HINTS[1:],
    )
    COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("t", "table", "long_table", also="find_table"),
        Command("u", "order('list')", "long_read_radios"),
        Command("space", "order('mark')", "long_mark_radio"),
        Command("A", "order('apply')", "long_apply_radio"),
        Command("p", "order('plan')", "long_plan_radio"),
        Command("P", "order('prove')", "long_prove_radio"),
        Command("d", "order('drift')", "long_drift_radio"),
        Command("L", "order('lost')", "long_lost_radios"),
        Command("X", "order('lose')", "long_lose_radio"),
        Command("h", "order('hand')", "long_hand_radio"),
        Command("+", "order('address')", "long_type_address"),
        Command("-", "order('away')", "long_take_away"),
        Command("s", "order('stop')", "long_stop_work"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("t", "table", show=False)]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.table: TablePage | None = None
        self.program: Sequence[str] = ()
        """What starts the commands of the table, where it is not this program."""
        self.limits: Limits | None = None
        """What is borne of them, where it is not the usual."""

    # The table

    @property
    def main(self) -> Widget:
        """What gets the keys."""
        return self._open.main if self._open is not None else self.lines

    def hints(self) -> tuple[Hint, ...]:
        """Those of the page that is shown."""
        if (table := self._open) is None:
            return self.HINTS
        return _NETWORK_HINTS if table.fleet.has_focus else _TABLE_HINTS

    def on_descendant_focus(self) -> None:
        """At the table the keys follow the list under the cursor."""
        if self._open is not None:
            self.screen.query_one(KeyBar).show(self.hints())

    @property
    def _open(self) -> TablePage | None:
        """The table while it is shown."""
        return self.table if self.table is not None and self.table.display else None

    async def action_table(self) -> None:
        """To the table, and back."""
        if self.desk.model.locked:
            return
        await self._turn(to_table=self._open is None)

    async def action_order(self, name: str) -> None:
        """For palette and mouse: an order at the table, which is shown for it."""
        if self._open is None:
            await self.action_table()
        if self.table is not None:
            self.table.action_order(name)

    async def _turn(self, *, to_table: bool) -> None:
        table = self.table
        if table is None:
            table = self.table = self._made_table()
            await self.mount(table)
        elif not to_table:
            table.work.forget_secret()
        table.display, self.lines.display = to_table, not to_table
        self.main.focus()
        self.screen.query_one(KeyBar).show(self.hints())
        if to_table:
            table.opened()

    def _made_table(self) -> TablePage:
        from meshdefense_tui.modes.table import TablePage
        from meshdefense_tui.table.state import TableState
        from meshdefense_tui.table.work import TableWork

        work = TableWork(
            TableState(),
            self.desk.look,
            run=lambda work: self.run_worker(work, group="table"),
            later=self.set_timer,
            changed=self._table_changed,
            limits=self.limits,
        )
        work.program = self.program or work.program
        work.data = shlex.split(self.desk.data_option)
        self.desk.panic = work.panic
        self.desk.leaving, self.desk.parting = lambda: leaving_words(work), lambda: work.parting
        return TablePage(self.desk, work)

    def _table_changed(self) -> None:
        table = self._open
        if table is not None and self.display and not self.desk.model.locked:
            table.show()

    def left(self) -> None:
        """Another mode is shown: nobody works at the table. A terminal that is small is no end."""
        if self.table is not None:
            self.table.work.forget_secret()

    async def on_unmount(self) -> None:
        """The screen ends, and what it started with it."""
        if self.table is not None:
            await self.table.work.leave()

    # As every mode

    def model_changed(self, changes: Changes | None) -> None:
        """Show what the model holds."""
        if (table := self._open) is not None:
            table.show()
        else:
            self.tick()

    def tick(self) -> None:
        """Time has passed."""
        if (table := self._open) is not None:
            table.tick()
        else:
            self.lines.repaint()

    def forget(self) -> None:
        """The screen is locked, or unlocked: nothing of what was is left."""
        if self.table is not None:
            self.table.work.forget()
        super().forget()

    def back(self) -> bool:
        """From the table to this node's radio."""
        if self._open is None:
            return False
        self.run_worker(self._turn(to_table=False), group="pages")
        return True

    def mode_lines(self, width: int) -> list[Line]:
        """This node's radio; beside or below it who is heard, and everybody's."""
        desk, model = self.desk, self.desk.model
        look, series = desk.look, desk.series
        now = look.clock.now()  # in a replay as well: of a radio no past is kept
        half = width if width < COLUMNS_FROM else width // 2 - 2
        radio, neighbours = model.radio, model.neighbours
        preset = radio["preset"] if radio is not None else None
        left = [
            *radio_facts(radio, model.status, series, look, now=now, width=half),
            *span_line(series, look, half),
        ]
        right = [
            *radio_neighbours(neighbours, preset, series, look, now=now, width=half),
            (),
            *radio_members(
                model.members,
                model.patrols,
                neighbours,
                model.status,
                look,
                now=desk.now,  # rows of patrols are of the moment that a replay shows
                width=half,
            ),
        ]
        if half < width:
            return beside(left, right, width // 2)
        return [*left, (), *right]


def leaving_words(work: TableWork) -> str:
    """Key of the phrase for who is about to leave; "" where that breaks nothing off."""
    if not work.state.writing:
        return ""
    return "radio_t_leaving" if work.state.touched else "radio_t_leaving_untouched"

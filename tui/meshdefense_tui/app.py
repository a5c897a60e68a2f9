"""The app: one session with the daemon, one operations screen, and the windows over it.

It wires: the session changes the model, the model's changes reach the screens, the screens'
orders reach the session. What is drawn is decided in `views`, how in `palette`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType

from meshdefense.api.schema import SILENT_AFTER_S
from meshdefense_protocol.words import REASONS, VERDICTS
from meshdefense_tui.alarms import alarms
from meshdefense_tui.answer_row import AnswerRow
from meshdefense_tui.clock import Clock
from meshdefense_tui.commands import MODES, Command
from meshdefense_tui.desk import Desk, Then
from meshdefense_tui.emergency import LOCK_KEY, Emergency
from meshdefense_tui.gestures import SOS_KEY
from meshdefense_tui.lines import Line
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.messages import LinkChanged, LockChanged, ModelChanged
from meshdefense_tui.model import Changes, Model, Pending
from meshdefense_tui.modes.alerts import AlertsMode
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.modes.mesh import MeshMode
from meshdefense_tui.modes.mode import Mode
from meshdefense_tui.modes.verify import VerifyMode
from meshdefense_tui.palette import ColourDepth, Palette
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from meshdefense_tui.screens.checkin import CheckinScreen
from meshdefense_tui.screens.help import HelpScreen
from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.message_detail import MessageDetailScreen
from meshdefense_tui.screens.message_form import MessageForm
from meshdefense_tui.screens.modal import ChoiceScreen
from meshdefense_tui.screens.operations import OperationsScreen
from meshdefense_tui.screens.palette import PaletteScreen
from meshdefense_tui.screens.report_form import ReportForm
from meshdefense_tui.session import Answer, Session, SessionTimes
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.watch import Watch
from meshdefense_tui.widgets.banner import Banner
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["MeshDefenseApp"]

_TICK_S: Final = 1.0
_AGES_EVERY: Final = 5  # ticks: ages in steps of five seconds are calm, and few bytes over SSH
_LEAVE_S: Final = 3.0
_COUNTDOWN_S: Final = 0.2


@runtime_checkable
class _Live(Protocol):
    def model_changed(self, changes: Changes | None) -> None: ...

    def tick(self) -> None: ...


class MeshDefenseApp(App[None]):
    """The terminal screens of one node."""

    CSS_PATH = "app.tcss"
    TITLE = "MeshDefense"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False, system=True),
    ]

    def __init__(
        self,
        socket_path: Path,
        *,
        ascii_only: bool = False,
        language: str = "en",
        start_hint: str = "",
        depth: ColourDepth | None = None,
        clock: Clock | None = None,
        times: SessionTimes | None = None,
    ) -> None:
        """`start_hint` tells how to start a daemon; it is shown while none was ever heard.

        `depth` overrides what the terminal says of its colours.
        """
        super().__init__()
        self._clock = clock or Clock()
        look = Look(language, ASCII if ascii_only else UNICODE, self._clock)
        self.model = Model()
        depth = depth or self._colour_depth()
        self.desk = Desk(
            self.model, look, Palette(depth), self._order, self._tell, start_hint=start_hint
        )
        self.answer = AnswerRow(self.model, look)
        self.session = Session(
            socket_path,
            self.model,
            self._clock,
            on_changes=lambda changes: self.post_message(ModelChanged(changes)),
            on_link=lambda connected, detail: self.post_message(LinkChanged(connected, detail)),
            on_lock=lambda locked, detail: self.post_message(LockChanged(locked, detail)),
            times=times,
        )
        self.dashboard = DashboardMode(self.desk, dots=_dots(ascii_only))
        self.operations = OperationsScreen(
            self.desk,
            answer=self._answer_line,
            dashboard=self.dashboard,
            modes=self._mode_makers(),
        )
        self.emergency = Emergency(
            self, self.operations, self.desk, self.session, self.repaint_banners
        )
        self.guard = Watch(self.desk, self.session, self.emergency.panic)
        self.desk.banners, self.desk.answer_sos = self._banner_lines, self.guard.answer_sos
        self._tried = self._restored_told = False
        self._ticks = 0
        self._leave_until: float | None = None
        if ascii_only:
            self.add_class("-ascii")
        if depth is not ColourDepth.TRUE:
            self.theme = "ansi-dark"
            self.add_class("-own-colours")

    def on_mount(self) -> None:
        """Attach to the daemon and keep the time."""
        self.push_screen(self.operations)
        self.run_worker(self.session.run(), name="session", group="session")
        self.set_interval(_TICK_S, self._tick)
        self.set_interval(_COUNTDOWN_S, self.emergency.tick)

    def _mode_makers(self) -> dict[str, Callable[[], Mode]]:
        """The modes beside the dashboard, each made when it is first shown."""
        return {
            MeshMode.NAME: lambda: MeshMode(self.desk),
            AlertsMode.NAME: lambda: AlertsMode(self.desk, self.session.command),
            VerifyMode.NAME: lambda: VerifyMode(self.desk, dots=self.dashboard.map.dots),
        }

    def _colour_depth(self) -> ColourDepth:
        if self.no_color:
            return ColourDepth.MONO
        few = self.console.color_system in {None, "standard", "windows"}
        return ColourDepth.ANSI if few else ColourDepth.TRUE

    # From the daemon

    def on_model_changed(self, message: ModelChanged) -> None:
        """Rows came: show them, and ring for what is grave."""
        changes = message.changes
        if self.emergency.wiping:
            return
        self._tell_restored()
        self.desk.trails.note(self.model.patrols.values(), self.desk.now)
        for alarm in alarms(changes, self.model, self.desk.look, self.desk.now):
            if alarm.text:
                self.answer.tell(alarm.text, alarm.role)
            if alarm.rings:
                self._ring()
        self.guard.look()
        self._watch_silence()
        for screen in self._live_screens():
            screen.model_changed(changes)

    def on_lock_changed(self, message: LockChanged) -> None:
        """Nothing of what was may stay in view; or everything is here again."""
        self.answer.clear()
        if message.locked:
            self.emergency.locked()
        else:
            self.emergency.unlocked()
            if message.detail:
                text = self.desk.look.say("lock_refused", reason=message.detail)
                self.answer.tell(text, "bad")
        self.operations.forget()

    def on_link_changed(self, message: LinkChanged) -> None:
        """The daemon came or went."""
        self._tried = True
        self._watch_silence()

    def _tell_restored(self) -> None:
        status = self.model.status
        if status is not None and status.get("restored") and not self._restored_told:
            self._restored_told = True
            self.answer.tell(self.desk.look.say("restored"), "warn")

    def _ring(self) -> None:
        self.guard.rang()
        self.bell()

    # Time

    def _tick(self) -> None:
        self._ticks += 1
        self._watch_silence()
        if self.guard.rings_again():
            self._ring()
        self.repaint_banners()
        if isinstance(self.screen, LockScreen):
            self.screen.tick()
        if self._ticks % _AGES_EVERY == 0:
            for screen in self._live_screens():
                screen.tick()
        else:
            self._repaint_answer()

    def _watch_silence(self) -> None:
        silent = self._tried and not self.session.connected
        silent = silent or self.session.silent_for() > SILENT_AFTER_S
        changed = silent != self.desk.stale
        self.desk.stale = silent
        if changed:
            for screen in self._live_screens():
                screen.tick()

    def _banner_lines(self, width: int, here: bool) -> list[Line]:
        return [] if self.emergency.wiping else self.guard.lines(width, here)

    def repaint_banners(self) -> None:
        """Draw the rows on top of every screen again."""
        for screen in self.screen_stack:
            for banner in screen.query(Banner):
                banner.repaint()

    def _answer_line(self, width: int) -> Line:
        return self.answer.line(width, self.desk.now)

    def _live_screens(self) -> list[_Live]:
        return [screen for screen in self.screen_stack if isinstance(screen, _Live)]

    # Orders

    def _order(self, method: str, params: dict[str, Any], target: str, then: Then | None) -> None:
        pending = self.model.start(method, target, method)
        self.run_worker(self._ordered(pending, params, then), group="orders", name=method)
        self._all_different()

    async def _ordered(
        self, pending: Pending, params: dict[str, Any], then: Callable[[Answer], None] | None
    ) -> None:
        answer = await self.session.command(pending.method, params)
        if answer.accepted:
            self.model.accepted(pending.token, int(answer.result.get("rev", 0)))
        else:
            self.model.dropped(pending.token)
        self.answer.answered(pending.method, answer)
        if then is not None:
            then(answer)
        self._all_different()

    def _all_different(self) -> None:
        for screen in self._live_screens():
            screen.model_changed(None)

    def _tell(self, text: str, role: str) -> None:
        self.answer.tell(text, role)
        self._repaint_answer()

    def _repaint_answer(self) -> None:
        if self.operations.is_attached:
            self.operations.answer.repaint()

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Keys of emergencies come before every screen, entry and binding."""
        if isinstance(event, events.Key | events.MouseDown | events.Paste):
            if not event.is_forwarded:
                self.emergency.touched()
                if isinstance(event, events.Key) and self.emergency.key(event.key):
                    event.stop()
                    return
        await super().on_event(event)

    def action_report(self) -> None:
        """Open the report form."""
        self.push_screen(ReportForm(self.desk))

    def action_verdict(self) -> None:
        """Ask for the verdict on the selected alert."""
        look, row = self.desk.look, self.desk.alert
        if row is None:
            self._tell(look.say("select_first"), "warn")
            return
        if row["mine"]:
            self._tell(look.say("yours"), "warn")
            return
        alert = row["id"]
        options = [(w.letter, w.text(look.language), w.code) for w in VERDICTS]
        options.append(options.pop(0))  # "uncertain" last: it is the least said

        def chosen(result: int) -> None:
            self._order("verdict", {"alert": alert, "result": result}, alert, None)

        what = f"{kind_words(row, look)}, {self.desk.where(row['place'])}"
        title = look.say("choose_verdict", what=what)
        self.push_screen(ChoiceScreen(self.desk, title, options, chosen))

    def action_retract(self) -> None:
        """Ask why the selected alert is to be retracted."""
        look, row = self.desk.look, self.desk.alert
        if row is None or not row["mine"]:
            self._tell(look.say("select_first" if row is None else "not_yours"), "warn")
            return
        alert = row["id"]
        options = [(str(w.code + 1), w.text(look.language), w.code) for w in REASONS]

        def chosen(reason: int) -> None:
            self._order("retract", {"alert": alert, "reason": reason}, alert, None)

        title = look.say("choose_retract", what=kind_words(row, look))
        self.push_screen(ChoiceScreen(self.desk, title, options, chosen))

    def action_checkin(self) -> None:
        """Ask how it is."""
        self.push_screen(CheckinScreen(self.desk))

    def action_write(self) -> None:
        """Open the message form."""
        self.push_screen(MessageForm(self.desk))

    async def action_mode(self, name: str) -> None:
        """Show a mode; windows that lie over the one before are closed, drafts stay."""
        if self.desk.model.locked or self.emergency.wiping or self.emergency.call is not None:
            return
        while self.screen is not self.operations:
            self.pop_screen()
        if name == "report":
            self.action_report()
        elif self.operations.has_mode(name):
            await self.operations.show_mode(name)

    def action_go(self) -> None:
        """Ask where to."""
        options = [
            (one.letter, self.desk.look.say(one.words), one.number)
            for one in MODES
            if one.name == "report" or self.operations.has_mode(one.name)
        ]
        names = {one.number: one.name for one in MODES}

        def chosen(number: int) -> None:
            self.run_worker(self.action_mode(names[number]), group="modes")

        self.push_screen(ChoiceScreen(self.desk, self.desk.look.say("go_title"), options, chosen))

    def action_palette(self) -> None:
        """Everything that can be done, by name."""

        def run(command: Command) -> None:
            self.run_worker(self.operations.mode.run_action(command.action), group="modes")

        self.push_screen(PaletteScreen(self.desk, self.operations.mode.commands(), run))

    def action_sos(self) -> None:
        """As if its key were pressed."""
        self.emergency.key(SOS_KEY)

    def action_lock(self) -> None:
        """As if its key were pressed."""
        self.emergency.key(LOCK_KEY)

    def action_help(self) -> None:
        """Every key."""
        self.push_screen(HelpScreen(self.desk, self.operations.mode.commands()))

    def action_leave(self) -> None:
        """Leave at the second press: the first one may be a slip."""
        now = self._clock.monotonic()
        if self._leave_until is not None and now < self._leave_until:
            self.exit()
            return
        self._leave_until = now + _LEAVE_S
        self.answer.tell(self.desk.look.say("leave_again"), "warn", self.desk.now + _LEAVE_S)
        self._repaint_answer()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Show all about one alert or message; once, however often somebody clicks."""
        if isinstance(self.screen, AlertDetailScreen | MessageDetailScreen):
            return
        if event.rows.opens == "alert":
            self.push_screen(AlertDetailScreen(self.desk, event.key))
        elif event.rows.opens == "message":
            self.push_screen(MessageDetailScreen(self.desk, event.key))


def _dots(ascii_only: bool) -> DotStyle:
    if ascii_only:
        return DotStyle.ASCII
    # the console of the Linux kernel has half blocks in its font, but no braille
    return DotStyle.BLOCKS if os.environ.get("TERM") == "linux" else DotStyle.BRAILLE

"""The app: one session with the daemon, one operations screen, and the windows over it.

It wires: the session changes the model, the model's changes reach the screens, the screens'
orders reach the session. What is drawn is decided in `views`, how in `palette`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from textual import events
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Size
from textual.keys import key_to_character

from meshdefense.api.schema import SILENT_AFTER_S
from meshdefense_tui.actions import Actions
from meshdefense_tui.alarms import Alarm, Level, alarms
from meshdefense_tui.answer_row import AnswerRow
from meshdefense_tui.appearance import Appearance
from meshdefense_tui.clock import Clock
from meshdefense_tui.desk import Desk, Then
from meshdefense_tui.emergency import Emergency
from meshdefense_tui.ending import end_at_signals
from meshdefense_tui.jump import JumpScreen
from meshdefense_tui.lines import Line
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.messages import LinkChanged, LockChanged, ModelChanged
from meshdefense_tui.model import Changes, Model, Pending
from meshdefense_tui.modes.alerts import AlertsMode
from meshdefense_tui.modes.big import BigMode, Ticker
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.modes.log import LogMode
from meshdefense_tui.modes.mesh import MeshMode
from meshdefense_tui.modes.messages import MessagesMode
from meshdefense_tui.modes.mode import Mode
from meshdefense_tui.modes.patrols import PatrolsMode
from meshdefense_tui.modes.radios import RadiosMode
from meshdefense_tui.modes.verify import VerifyMode
from meshdefense_tui.notify import Notifier
from meshdefense_tui.palette import DARK, ColourDepth, Palette
from meshdefense_tui.replay import LiveDesk, Replay
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.message_detail import MessageDetailScreen
from meshdefense_tui.screens.operations import OperationsScreen
from meshdefense_tui.screens.setup import SetupScreen
from meshdefense_tui.session import Answer, Session, SessionTimes
from meshdefense_tui.settings import SettingsFile
from meshdefense_tui.themes import css_variables
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


class MeshDefenseApp(Actions):
    """The terminal screens of one node."""

    CSS_PATH = "app.tcss"
    TITLE = "MeshDefense"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+c", "leave", show=False, system=True),
        Binding("N", "theme", show=False),
        Binding("Z", "snooze", show=False),
        Binding("G", "big", show=False),
        Binding("apostrophe,semicolon", "jump", show=False),
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
        settings: SettingsFile | None = None,
        environment: Mapping[str, str] | None = None,
        theme: str | None = None,
        big: bool = False,
        calm: bool = False,
        setup: bool = False,
    ) -> None:
        """`start_hint` tells how to start a daemon; it is shown while none was ever heard.

        `depth` overrides what the terminal says of its colours. `environment` says which terminal
        and desktop there is; without it nothing is said outside the screens. `calm`: no flashing.
        `setup` begins with the first run.
        """
        super().__init__()
        self._clock = clock or Clock()
        look = Look(language, ASCII if ascii_only else UNICODE, self._clock)
        self.model = Model()
        depth = depth or self._colour_depth()
        self.desk = Desk(
            self.model, look, Palette(depth), self._order, self._tell, start_hint=start_hint
        )
        self.live = LiveDesk(self.desk)
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
        self.file = settings or SettingsFile(None)
        self.notifier = Notifier(self._to_terminal, environment or {})
        self.guard = Watch(
            self.live,
            self.session,
            self.emergency.panic,
            settings=lambda: self.file.settings,
            bell=lambda: self.bell(),
            notify=self._notify_outside,
            title=self.notifier.title,
            calm=calm,
        )
        self.desk.banners, self.desk.answer_sos = self._banner_lines, self.guard.answer_sos
        self.replay = Replay(
            self.desk,
            self.session.command,
            changed=self.all_different,
            run=lambda work: self.run_worker(work, group="replay"),
            later=self.call_later,
        )
        self.exports = socket_path.parent / "exports"
        self._tried = self._restored_told = False
        self._ticks = 0
        self._leave_until: float | None = None
        self._setup, self._big = setup, big or self.file.settings.big
        self.set_class(ascii_only, "-ascii")
        self.appearance = Appearance(self, self.file, depth)
        if not self.appearance.use_theme(theme or self.file.settings.theme):
            self.appearance.use_theme(self.appearance.theme)

    def on_mount(self) -> None:
        """Attach to the daemon and keep the time."""
        end_at_signals(self)
        self.push_screen(self.operations)
        self.operations.mount(Ticker(self.desk))
        self.fit_ticker()
        if self.file.settings.dots:
            self.appearance.use_dots(self.file.settings.dots)
        if self._big:
            self.run_worker(self.action_mode(BigMode.NAME), group="modes")
        if self._setup:
            self.action_setup()
        self.run_worker(self.session.run(), name="session", group="session")
        self.set_interval(_TICK_S, self._tick)
        self.set_interval(_COUNTDOWN_S, self._beat)
        self.appearance.tell_problems()

    def _mode_makers(self) -> dict[str, Callable[[], Mode]]:
        """The modes beside the dashboard, each made when it is first shown."""
        return {
            MeshMode.NAME: lambda: MeshMode(self.desk),
            BigMode.NAME: lambda: BigMode(self.desk),
            LogMode.NAME: lambda: LogMode(
                self.desk, self.replay, self.session.command, self.exports
            ),
            MessagesMode.NAME: lambda: MessagesMode(self.desk),
            RadiosMode.NAME: lambda: RadiosMode(self.desk),
            PatrolsMode.NAME: lambda: PatrolsMode(self.desk, dots=self.dashboard.map.dots),
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
        if changes.left_out:
            said = self.desk.look.say("rows_left_out", count=changes.left_out)
            self.answer.tell(said, "warn")
        self._tell_restored()
        self.live.trails.note(self.model.patrols.values(), self.live.now)
        for alarm in alarms(changes, self.model, self.desk.look, self.live.now):
            if alarm.text:
                self.answer.tell(alarm.text, alarm.role)
            self._take(alarm)
        self._take_late()
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

    def _take_late(self) -> None:
        for alarm in self.guard.look():
            if alarm.text:
                self.answer.tell(alarm.text, alarm.role)
            self._take(alarm)

    def _take(self, alarm: Alarm) -> None:
        self.guard.take(alarm)
        if alarm.level is Level.CRITICAL and isinstance(self.screen, SetupScreen):
            self.screen.step_aside()

    # Outside the screens

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The grounds and frames of app.tcss in themes that are not ours."""
        return css_variables(DARK)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is drawn goes through these; night-red lets red through alone."""
        return [*super().get_line_filters(), *self.appearance.filters]

    def _to_terminal(self, escape: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(escape)

    def _notify_outside(self, words: str, details: str) -> None:
        self.run_worker(self.notifier.notify(words, details), group="notify")

    # Time

    def _tick(self) -> None:
        self._ticks += 1
        self._watch_silence()
        self._take_late()
        self.guard.second()
        self.repaint_banners()
        if isinstance(self.screen, LockScreen):
            self.screen.tick()
        if self._ticks % _AGES_EVERY == 0:
            for screen in self._live_screens():
                screen.tick()
        else:
            self._repaint_answer()

    def _beat(self) -> None:
        self.emergency.tick()
        if self.guard.beat():
            self.repaint_banners()

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
        return self.answer.line(width, self.live.now)

    def _live_screens(self) -> list[_Live]:
        return [screen for screen in self.screen_stack if isinstance(screen, _Live)]

    # Orders

    def _order(self, method: str, params: dict[str, Any], target: str, then: Then | None) -> None:
        pending = self.model.start(method, target, method)
        self.run_worker(self._ordered(pending, params, then), group="orders", name=method)
        self.all_different()

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
        self.all_different()

    def all_different(self) -> None:
        """Anything may be another one."""
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
                if isinstance(event, events.Key) and self._before_all(event):
                    event.stop()
                    return
                if isinstance(event, events.Key):
                    event = self._own_key(event)
        await super().on_event(event)

    def _before_all(self, event: events.Key) -> bool:
        """Emergencies, then an alarm that a first key silences and does nothing else."""
        if self.emergency.key(event.key):
            self.guard.hush(says=False)
            return True
        if isinstance(self.screen, LockScreen):
            self.guard.hush(says=False)
            return False  # a passphrase that lost a letter would be a wrong one
        return self.guard.hush()

    def _own_key(self, event: events.Key) -> events.Key:
        key = self.file.settings.translation().get(event.key)
        if key is None or self.screen is not self.operations:
            return event
        character = key_to_character(key)
        return events.Key(key, character)

    def on_resize(self, event: events.Resize) -> None:
        """Below 60 x 20 there is one line."""
        self.fit_ticker(event.size)
        if isinstance(self.screen, JumpScreen):
            self.screen.dismiss()

    def fit_ticker(self, size: Size | None = None) -> None:
        """One line where there is room for no more."""
        size = size or self.size
        big = self.operations.mode.NAME == BigMode.NAME
        columns, rows = (20, 10) if big else (60, 20)
        small = size.width < columns or size.height < rows
        if small is self.has_class("-ticker"):
            return
        self.set_class(small, "-ticker")
        if not small and self.operations.is_attached:
            self.operations.mode.main.focus()

    def action_leave(self) -> None:
        """Leave at the second press: the first one may be a slip."""
        now = self._clock.monotonic()
        if self._leave_until is not None and now < self._leave_until:
            self.exit()
            return
        self._leave_until = now + _LEAVE_S
        self.answer.tell(self.desk.look.say("leave_again"), "warn", self.live.now + _LEAVE_S)
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

"""The app: one session with the daemon, one operations screen, and the windows over it.

It wires: the session changes the model, the model's changes reach the screens, the screens'
orders reach the session. What is drawn is decided in `views`, how in `palette`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from meshdefense.api.schema import SILENT_AFTER_S
from meshdefense_tui.actions import Actions
from meshdefense_tui.after_start import AfterStart
from meshdefense_tui.alarms import Alarm, Level, alarms
from meshdefense_tui.answer_row import AnswerRow
from meshdefense_tui.appearance import Appearance, colour_depth, first_dots
from meshdefense_tui.clock import Clock
from meshdefense_tui.commands import BIG
from meshdefense_tui.desk import Desk
from meshdefense_tui.emergency import Emergency
from meshdefense_tui.ending import end_at_signals
from meshdefense_tui.heap import give_back
from meshdefense_tui.lines import Line
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.messages import LinkChanged, LockChanged, ModelChanged
from meshdefense_tui.mode_makers import mode_makers
from meshdefense_tui.model import Changes, Model
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.notify import Notifier
from meshdefense_tui.orders import Orders
from meshdefense_tui.palette import DARK, ColourDepth, Palette
from meshdefense_tui.replay import LiveDesk, Replay
from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.operations import OperationsScreen
from meshdefense_tui.session import Session, SessionTimes
from meshdefense_tui.settings import SettingsFile
from meshdefense_tui.themes import css_variables
from meshdefense_tui.watch import Watch
from meshdefense_tui.widgets.banner import Banner

__all__ = ["MeshDefenseApp"]

_TICK_S: Final = 1.0
_AGES_EVERY: Final = 5  # ticks: ages in steps of five seconds are calm, and few bytes over SSH
_GIVE_BACK_EVERY: Final = 15
_REST_AT: Final = 3
"""Ticks after which what can wait is loaded even if no daemon has answered."""
_COUNTDOWN_S: Final = 0.2


@runtime_checkable
class _Live(Protocol):
    def model_changed(self, changes: Changes | None) -> None: ...

    def tick(self) -> None: ...


@runtime_checkable
class _StepsAside(Protocol):
    def step_aside(self) -> None: ...


class MeshDefenseApp(Actions):
    """The terminal screens of one node."""

    CSS_PATH = "app.tcss"
    TITLE = "MeshDefense"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave_at_once", show=False, priority=True),
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
        expected: bool = True,
    ) -> None:
        """`start_hint` tells how to start a daemon; it is shown while none was ever heard.

        `depth` overrides what the terminal says of its colours. `environment` says which terminal
        and desktop there is; without it nothing is said outside the screens. `calm`: no flashing.
        `setup` begins with the first run. `expected` is False where no daemon can run yet.
        """
        super().__init__()
        self._clock = clock or Clock()
        look = Look(language, ASCII if ascii_only else UNICODE, self._clock)
        self.model = Model()
        depth = depth or colour_depth(self)
        self.session = Session(
            socket_path,
            self.model,
            self._clock,
            on_changes=lambda changes: self.post_message(ModelChanged(changes)),
            on_link=lambda connected, detail: self.post_message(LinkChanged(connected, detail)),
            on_lock=lambda locked, detail: self.post_message(LockChanged(locked, detail)),
            times=times,
        )
        orders = Orders(
            self.model,
            self.session,
            run=lambda work: self.run_worker(work, group="orders"),
            answered=lambda method, answer: self.answer.answered(method, answer),
            changed=self.all_different,
        )
        self.desk = Desk(
            self.model, look, Palette(depth), orders.give, self._tell, start_hint=start_hint
        )
        self.live = LiveDesk(self.desk)
        self.answer = AnswerRow(self.model, look)
        self.dashboard = DashboardMode(self.desk, dots=first_dots(ascii_only))
        self.operations = OperationsScreen(
            self.desk,
            answer=self._answer_line,
            dashboard=self.dashboard,
            modes=mode_makers(self),
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
            expected=expected,
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
        self.after_start = AfterStart(self.desk, self.all_different)
        self._tried = self._restored_told = False
        self._ticks = 0
        self._setup, self._big = setup, big or self.file.settings.big
        self.set_class(ascii_only, "-ascii")
        self.appearance = Appearance(self, self.file, depth)
        if not self.appearance.use_theme(theme or self.file.settings.theme):
            self.appearance.use_theme(self.appearance.theme)

    def get_default_screen(self) -> Screen[None]:
        """The first screen: none of Textual's own has to be laid out behind it."""
        return self.operations

    def on_load(self) -> None:
        """Ask the daemon before the screen stands: it answers while that is laid out."""
        self.run_worker(self.session.run(), name="session", group="session")

    def on_mount(self) -> None:
        """Keep the time."""
        end_at_signals(self)
        self.fit_ticker()
        if self.file.settings.dots:
            self.appearance.use_dots(self.file.settings.dots)
        if self._big:
            self.run_worker(self.action_mode(BIG), group="modes")
        if self._setup:
            self.action_setup()
        self.set_interval(_TICK_S, self._tick)
        self.set_interval(_COUNTDOWN_S, self._beat)
        self.appearance.tell_problems()

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
        self.desk.series.measure(self.model, self._clock.now())
        for alarm in alarms(changes, self.model, self.desk.look, self.live.now):
            if alarm.text:
                self.answer.tell(alarm.text, alarm.role)
            self._take(alarm)
        self._take_late()
        self._watch_silence()
        for screen in self._live_screens():
            screen.model_changed(changes)
        if self.model.ready:
            self._load_the_rest()

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
        if alarm.level is Level.CRITICAL and isinstance(self.screen, _StepsAside):
            self.screen.step_aside()

    # Outside the screens

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The grounds and frames of app.tcss in themes that are not ours."""
        return css_variables(DARK)

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual does; before there is a screen only with other variables.

        The theme is set before the start. All of app.tcss would be read twice for it.
        """
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

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
        if not self.screen_stack:
            return  # the end has begun
        self._ticks += 1
        self._watch_silence()
        self._take_late()
        self.guard.second()
        self.repaint_banners()
        if isinstance(self.screen, LockScreen):
            self.screen.tick()
        if self._ticks % _AGES_EVERY == 0:
            if not self.desk.stale:  # a gap in a line means that nothing was heard
                self.desk.series.measure(self.model, self._clock.now())
            for screen in self._live_screens():
                screen.tick()
        else:
            self._repaint_answer()
        if self._ticks % _GIVE_BACK_EVERY == 0:
            give_back()
        if self._ticks == _REST_AT:
            self._load_the_rest()

    def _load_the_rest(self) -> None:
        if self.after_start.due:
            self.call_after_refresh(self.run_worker, self.after_start.run, group="after start")

    def _beat(self) -> None:
        self.emergency.tick()
        if self.guard.beat():
            self.repaint_banners()

    def _watch_silence(self) -> None:
        silent = self._tried and not self.session.connected
        silent = silent or self.session.silent_for() > SILENT_AFTER_S
        changed = (silent, self.session.foreign) != (self.desk.stale, self.desk.foreign)
        self.desk.stale, self.desk.foreign = silent, self.session.foreign
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

    def all_different(self) -> None:
        """Anything may be another one."""
        for screen in self._live_screens():
            screen.model_changed(None)

    def _tell(self, text: str, role: str) -> None:
        self.answer.tell(text, role)
        self._repaint_answer()

"""What the keys of every screen do, and the palette: each opens a window or changes the mode.

The app inherits it; what the app is made of is there. A window is imported when it is first
opened, see `mode_makers`.
"""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.keys import key_to_character

from meshdefense_protocol.words import REASONS, VERDICTS
from meshdefense_tui.answer_row import AnswerRow
from meshdefense_tui.appearance import Appearance
from meshdefense_tui.commands import BIG, MODES, Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.emergency import LOCK_KEY, Emergency
from meshdefense_tui.gestures import SOS_KEY
from meshdefense_tui.jump import JumpScreen
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.modal import ChoiceScreen, DetailWindow
from meshdefense_tui.screens.operations import OperationsScreen
from meshdefense_tui.session import Session
from meshdefense_tui.settings import SettingsFile
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.watch import Watch
from meshdefense_tui.widgets.row_list import RowList

__all__ = ["Actions"]

_LEAVE_S: Final = 3.0


class Actions(App[None]):
    """Whatever a key does that works on every screen."""

    desk: Desk
    session: Session
    operations: OperationsScreen
    dashboard: DashboardMode
    emergency: Emergency
    guard: Watch
    appearance: Appearance
    answer: AnswerRow
    file: SettingsFile
    _leave_until: float | None = None

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
        big = self.operations.mode.NAME == BIG
        columns, rows = (20, 10) if big else (60, 20)
        small = size.width < columns or size.height < rows
        if small is self.has_class("-ticker"):
            return
        if small:
            self._mount_ticker()
        self.set_class(small, "-ticker")
        if not small and self.operations.is_attached:
            self.operations.mode.main.focus()

    def _mount_ticker(self) -> None:
        from meshdefense_tui.modes.big import Ticker

        if not self.operations.query(Ticker):
            self.operations.mount(Ticker(self.desk))

    def action_leave(self) -> None:
        """Leave at the second press: the first one may be a slip."""
        clock = self.desk.look.clock
        now = clock.monotonic()
        if self._leave_until is not None and now < self._leave_until:
            self.exit()
            return
        self._leave_until = now + _LEAVE_S
        words = self.desk.look.say(self.desk.leaving() or "leave_again")
        self.answer.tell(words, "warn", clock.now() + _LEAVE_S)
        self._repaint_answer()

    def action_leave_at_once(self) -> None:
        """Leave at the first press, unless that would break something off."""
        if self.desk.leaving():
            self.action_leave()
        else:
            self.exit()

    def _repaint_answer(self) -> None:
        if self.operations.is_attached:
            self.operations.answer.repaint()

    # What keys and palette call

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Show all about one alert or message; once, however often somebody clicks."""
        if isinstance(self.screen, DetailWindow):
            return
        if event.rows.opens == "alert":
            from meshdefense_tui.screens.alert_detail import AlertDetailScreen

            self.push_screen(AlertDetailScreen(self.desk, event.key))
        elif event.rows.opens == "message":
            from meshdefense_tui.screens.message_detail import MessageDetailScreen

            self.push_screen(MessageDetailScreen(self.desk, event.key))

    def action_theme(self) -> None:
        """The next theme."""
        self.appearance.next_theme()

    async def action_big(self) -> None:
        """Big mode, and back."""
        big = self.operations.mode.NAME == BIG
        await self.action_mode(self.dashboard.NAME if big else BIG)

    def action_jump(self) -> None:
        """A letter on every panel in view."""
        if self.screen is self.operations:
            chain = self.operations.focus_chain
            self.push_screen(JumpScreen(self.desk, [one for one in chain if one.region.area]))

    def action_setup(self) -> None:
        """The first run, again."""
        from meshdefense_tui.screens.setup import SetupScreen

        screen = SetupScreen(
            self.desk,
            language=self.appearance.use_language,
            dots=self.appearance.use_dots,
            bell=self.guard.test_bell,
            done=self.appearance.write_down,
        )
        self.push_screen(screen)

    def action_snooze(self) -> None:
        """No alarm sound for a while."""
        self.guard.snooze()

    def action_report(self) -> None:
        """Open the report form."""
        from meshdefense_tui.screens.report_form import ReportForm

        self.push_screen(ReportForm(self.desk))

    def action_verdict(self) -> None:
        """Ask for the verdict on the selected alert."""
        look, row = self.desk.look, self.desk.alert
        if row is None:
            self.desk.tell(look.say("select_first"), "warn")
            return
        if row["mine"]:
            self.desk.tell(look.say("yours"), "warn")
            return
        alert = row["id"]
        options = [(w.letter, w.text(look.language), w.code) for w in VERDICTS]
        options.append(options.pop(0))  # "uncertain" last: it is the least said

        def chosen(result: int) -> None:
            self.desk.order("verdict", {"alert": alert, "result": result}, alert, None)

        what = f"{kind_words(row, look)}, {self.desk.where(row['place'])}"
        title = look.say("choose_verdict", what=what)
        self.push_screen(ChoiceScreen(self.desk, title, options, chosen))

    def action_retract(self) -> None:
        """Ask why the selected alert is to be retracted."""
        look, row = self.desk.look, self.desk.alert
        if row is None or not row["mine"]:
            self.desk.tell(look.say("select_first" if row is None else "not_yours"), "warn")
            return
        alert = row["id"]
        options = [(str(w.code + 1), w.text(look.language), w.code) for w in REASONS]

        def chosen(reason: int) -> None:
            self.desk.order("retract", {"alert": alert, "reason": reason}, alert, None)

        title = look.say("choose_retract", what=kind_words(row, look))
        self.push_screen(ChoiceScreen(self.desk, title, options, chosen))

    def action_checkin(self) -> None:
        """Ask how it is."""
        from meshdefense_tui.screens.checkin import CheckinScreen

        self.push_screen(CheckinScreen(self.desk))

    def action_write(self) -> None:
        """Open the message form."""
        from meshdefense_tui.screens.message_form import MessageForm

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
            self.fit_ticker()

    def action_library(self) -> None:
        """The documents that every node carries."""
        from meshdefense_tui.screens.library import LibraryScreen

        self.push_screen(LibraryScreen(self.desk, self.session.command))

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
        from meshdefense_tui.screens.palette import PaletteScreen

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
        from meshdefense_tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.desk, self.operations.mode.commands()))

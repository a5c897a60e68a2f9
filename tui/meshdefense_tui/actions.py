"""What the keys of every screen do, and the palette: each opens a window or changes the mode.

The app inherits it; what the app is made of is there.
"""

from __future__ import annotations

from textual.app import App

from meshdefense_protocol.words import REASONS, VERDICTS
from meshdefense_tui.appearance import Appearance
from meshdefense_tui.commands import MODES, Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.emergency import LOCK_KEY, Emergency
from meshdefense_tui.gestures import SOS_KEY
from meshdefense_tui.jump import JumpScreen
from meshdefense_tui.modes.big import BigMode
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.screens.checkin import CheckinScreen
from meshdefense_tui.screens.help import HelpScreen
from meshdefense_tui.screens.library import LibraryScreen
from meshdefense_tui.screens.message_form import MessageForm
from meshdefense_tui.screens.modal import ChoiceScreen
from meshdefense_tui.screens.operations import OperationsScreen
from meshdefense_tui.screens.palette import PaletteScreen
from meshdefense_tui.screens.report_form import ReportForm
from meshdefense_tui.screens.setup import SetupScreen
from meshdefense_tui.session import Session
from meshdefense_tui.views.alert_row import kind_words
from meshdefense_tui.watch import Watch

__all__ = ["Actions"]


class Actions(App[None]):
    """Whatever a key does that works on every screen."""

    desk: Desk
    session: Session
    operations: OperationsScreen
    dashboard: DashboardMode
    emergency: Emergency
    guard: Watch
    appearance: Appearance

    def fit_ticker(self) -> None:
        """One line where there is room for no more; see the app."""
        raise NotImplementedError

    def action_theme(self) -> None:
        """The next theme."""
        self.appearance.next_theme()

    async def action_big(self) -> None:
        """Big mode, and back."""
        big = self.operations.mode.NAME == BigMode.NAME
        await self.action_mode(self.dashboard.NAME if big else BigMode.NAME)

    def action_jump(self) -> None:
        """A letter on every panel in view."""
        if self.screen is self.operations:
            chain = self.operations.focus_chain
            self.push_screen(JumpScreen(self.desk, [one for one in chain if one.region.area]))

    def action_setup(self) -> None:
        """The first run, again."""
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
            self.fit_ticker()

    def action_library(self) -> None:
        """The documents that every node carries."""
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

"""The windows of the organizers' table: the fleet's passphrase, an address, names, and texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from meshdefense.safe_text import clean
from meshdefense_tui.desk import Desk
from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, fill, hint_lines
from meshdefense_tui.screens.modal import EntryWindow, Window
from meshdefense_tui.table.secret import Secret
from meshdefense_tui.table.state import Target
from meshdefense_tui.table.work import HELD_S
from meshdefense_tui.text_fit import fit, pad, wrap
from meshdefense_tui.views.lock_rows import entry_line
from meshdefense_tui.widgets.more_lines import MoreLines

__all__ = ["AddressScreen", "NamesScreen", "SecretScreen", "TextScreen"]

_SCHEMES: Final = ("tcp:", "serial:", "ble:")
_IDLE_S: Final = 60.0
"""After this a passphrase that was begun is thrown away."""


def _said(text: str, role: str, width: int) -> list[Line]:
    return [((part, role),) for part in wrap(text, width) if part]


class SecretScreen(Window):
    """Takes the keys itself: an entry widget would keep, copy and complete what is typed."""

    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, unlock: Callable[[Secret], None]) -> None:
        """`unlock` takes what was typed; `opened` or `refused` is called afterwards."""
        super().__init__(desk)
        self._unlock, self._typed = unlock, Secret()
        self._checking, self._remark = False, ""
        self.add_class("-secret")

    def on_mount(self) -> None:
        """What is typed is not left there by somebody who goes away."""
        super().on_mount()
        self._idle = self.set_timer(_IDLE_S, self._left_alone)

    def on_unmount(self) -> None:
        """However it closes."""
        self._typed.forget()

    def window_lines(self, width: int) -> list[Line]:
        """What it is for, how long it is kept, stars."""
        look = self.desk.look
        words = look.say("radio_t_secret_words", minutes=round(HELD_S / 60))
        hint = "radio_t_secret_opening" if self._checking else "radio_t_secret_hint"
        return [
            ((look.say("radio_t_secret_title"), "title_focus"),), (),
            *_said(words, "quiet", width), (),
            entry_line(self._typed.characters, look, width, checking=self._checking), (),
            *_said(self._remark, "bad", width),
            *hint_lines(look.say(hint), width),
        ]  # fmt: skip

    def on_key(self, event: events.Key) -> None:
        """Letters of the passphrase, and what mends it."""
        event.stop()
        self._idle.reset()
        if event.key == "escape":
            self.dismiss()
            return
        if self._checking:
            return
        if event.key == "enter" and self._typed.held:
            self._checking, self._remark = True, ""
            self._unlock(self._typed)
        elif event.key == "backspace":
            self._typed.backspace()
        elif event.key in {"ctrl+u", "delete"}:
            self._typed.forget()
        elif event.is_printable and event.character is not None:
            self._remark = ""
            self._typed.add(event.character)
        self.lines.repaint()

    def on_paste(self, event: events.Paste) -> None:
        """A passphrase from elsewhere."""
        event.stop()
        self._idle.reset()
        if not self._checking:
            self._typed.add(event.text.partition("\n")[0].rstrip("\r"))
            self.lines.repaint()

    def refused(self, words: str) -> None:
        """Say why, and ask again."""
        self._checking, self._remark = False, words
        if self.is_attached:
            self.lines.repaint()

    def _left_alone(self) -> None:
        if self._checking:
            self._idle.reset()
        elif self.is_current:
            self.dismiss()


class AddressScreen(EntryWindow):
    """The address of a radio that is not on USB."""

    text: Input
    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, take: Callable[[str], str]) -> None:
        """`take` gets the address; it returns the phrase that says why not, or ""."""
        super().__init__(desk)
        self._take, self._remark = take, ""
        self.text = Input(value=_SCHEMES[0], id="text", compact=True, classes="entry",
                          select_on_focus=False)  # fmt: skip
        self.add_class("-message")

    def on_mount(self) -> None:
        """Type at once."""
        super().on_mount()
        self.text.focus()
        self.text.cursor_position = len(self.text.value)

    def window_lines(self, width: int) -> list[Line]:
        """The forms that an address has."""
        look = self.desk.look
        return [
            ((look.say("radio_t_address_title"), "title_focus"),),
            *_said(look.say("radio_t_address_words"), "quiet", width),
            *_said(look.say(self._remark) if self._remark else "", "bad", width),
            *hint_lines(look.say("radio_t_address_hint"), width),
        ]

    def on_input_changed(self) -> None:
        """Another try."""
        self._remark = ""
        self.lines.repaint()

    def on_input_submitted(self) -> None:
        """Put it on the table."""
        address = clean(self.text.value, 200).strip()
        if not address.startswith(_SCHEMES) or address in _SCHEMES:
            self._remark = "radio_t_address_wrong"
        elif "=" in address:
            self._remark = "radio_t_address_equals"
        else:
            self._remark = self._take(address)
            if not self._remark:
                self.dismiss()
                return
        self.lines.repaint()


class NamesScreen(Window):
    """Which radio of the network each of these shall be."""

    ACKNOWLEDGES = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("left,h", "name(-1)", show=False),
        Binding("right,l", "name(1)", show=False),
        Binding("enter", "go('plan')", show=False),
        Binding("A", "go('apply')", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        targets: Sequence[Target],
        names: Sequence[str],
        go: Callable[[str, list[Target]], None],
    ) -> None:
        """`names` are those that may be given; `go` gets "plan" or "apply", and the choice."""
        super().__init__(desk)
        self._targets, self._names, self._go = list(targets), list(names), go
        self._at, self._remark = 0, ""
        self.add_class("-names")

    def window_lines(self, width: int) -> list[Line]:
        """What will happen, then a row for each radio, those around the chosen one."""
        look = self.desk.look
        head: list[Line] = [((look.say("radio_t_names_title"), "title_focus"),), ()]
        foot: list[Line] = [(), *_said(look.say("radio_t_names_words"), "warn", width)]
        foot += _said(self._remark, "bad", width)
        foot += hint_lines(look.say("radio_t_names_hint", keys=key_name("←→", look)), width)
        room = max((self.lines.size.height or 16) - len(head) - len(foot), 1)
        first = max(0, min(self._at - room // 2, len(self._targets) - room))
        shown = self._targets[first : first + room]
        rows = [self._row(index, one, width) for index, one in enumerate(shown, start=first)]
        return [*head, *rows, *foot]

    def _row(self, index: int, target: Target, width: int) -> Line:
        look = self.desk.look
        here = index == self._at
        cells = max(width * 2 // 5, 10)
        address = fit(target.address, cells - 1, look.glyphs.ellipsis)
        name = target.radio or look.say("radio_t_names_none")
        role = "strong" if target.radio else "bad"
        sign = look.glyphs.cursor if here else " "
        spans = ((f"{sign} ", "key"), (pad(address, cells), "plain"), (name, role))
        return fill(spans, width, look.glyphs.ellipsis)

    def action_move(self, by: int) -> None:
        """The next radio."""
        self._at = (self._at + by) % len(self._targets)
        self.lines.repaint()

    def action_name(self, by: int) -> None:
        """The next name that no other row has."""
        target = self._targets[self._at]
        taken = {one.radio for one in self._targets} - {target.radio}
        names = [name for name in self._names if name not in taken]
        if names:
            at = names.index(target.radio) if target.radio in names else -1 if by > 0 else 0
            self._targets[self._at] = Target(target.address, names[(at + by) % len(names)])
        self._remark = ""
        self.lines.repaint()

    def action_go(self, verb: str) -> None:
        """Close, then do it; each radio needs a name of its own."""
        names = [one.radio for one in self._targets]
        look = self.desk.look
        twice = next((name for name in names if name and names.count(name) > 1), "")
        if not all(names):
            self._remark = look.say("radio_t_names_choose")
        elif twice:
            self._remark = look.say("radio_t_names_twice", name=twice)
        else:
            self.dismiss()
            self._go(verb, self._targets)
            return
        self.lines.repaint()


class TextScreen(Window):
    """Reads: scrolls, and one key may do what was read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("home", "scroll(-100000)", show=False),
        Binding("end", "scroll(100000)", show=False),
        Binding("A", "write", show=False),
    ]

    def __init__(
        self,
        desk: Desk,
        draw: Callable[[int], list[Line]],
        write: Callable[[], None] | None = None,
    ) -> None:
        """`write` is done at `A`, after this has closed."""
        super().__init__(desk)
        self.lines = MoreLines(desk, draw, id="window-lines")
        self._write = write
        self.add_class("-detail")

    def compose(self) -> ComposeResult:
        """The box."""
        yield self.banner
        with Container(id="window"):
            yield self.lines

    def action_scroll(self, by: int) -> None:
        """For what is longer than the screen."""
        self.lines.scroll_rows(by)

    def action_write(self) -> None:
        """Do what was read, where it may be done."""
        if self._write is not None:
            self.dismiss()
            self._write()

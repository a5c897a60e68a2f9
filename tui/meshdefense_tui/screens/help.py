"""Every key, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events

from meshdefense_protocol.words import LADDER, SEVERITIES
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.lines import Line, Span, beside
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import pad

__all__ = ["HELP", "HelpScreen"]

HELP: Final[tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = (
    (
        "help_act",
        (
            ("r", "long_report"),
            ("v", "long_verdict"),
            ("a", "long_ack"),
            ("x", "long_retract"),
            ("c", "long_checkin"),
            ("w", "long_write"),
        ),
    ),
    (
        "help_move",
        (
            ("Enter", "long_detail"),
            (".", "long_newest"),
            ("e", "long_ended"),
            ("↑ ↓ k j", "long_lines"),
            ("PgUp PgDn Home End", "long_pages"),
            ("Tab", "long_panels"),
            ("m Esc", "long_map"),
            ("g F1-F9", "long_modes"),
            (": Ctrl+P", "long_palette"),
            ("[ ]", "long_replay"),
            ("B", "long_library"),
            ("i F7", "long_mesh"),
            ("N", "long_theme"),
            ("G", "long_big"),
            ("' ;", "long_jump"),
            ("?", "long_help"),
            ("q q", "long_leave"),
        ),
    ),
    (
        "help_alarm",
        (
            ("Ctrl+G", "long_sos"),
            ("Ctrl+O", "long_sos_end"),
            ("Z", "long_snooze"),
            ("Ctrl+L", "long_lock"),
            ("Ctrl+X x3", "long_panic"),
            ("Ctrl+X r", "long_rehearse"),
        ),
    ),
    (
        "help_map",
        (
            ("← ↓ ↑ → h j k l", "long_pan"),
            ("Shift + ←↓↑→", "long_far"),
            ("+ -", "long_zoom"),
            ("f O", "long_fit"),
            ("o", "long_origin"),
            ("C", "long_centre"),
            ("t", "long_next_alert"),
            ("W", "long_follow"),
            ("p", "long_pin"),
            ("/", "long_search"),
            ("L", "long_layers"),
            ("b", "long_glyphs"),
        ),
    ),
)
_KEYS: Final = 19


class HelpScreen(Window):
    """Closes with any key but the ones that scroll."""

    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, here: Sequence[Command] = ()) -> None:
        """`here` are the keys of the mode that is shown; they come first."""
        super().__init__(desk)
        self._here = tuple((one.key, one.words) for one in here)

    def window_lines(self, width: int) -> list[Line]:
        """Two columns where there is room."""
        look = self.desk.look
        groups = [self._group(title, keys) for title, keys in HELP]
        act, move, alarm, on_map = groups
        if self._here:
            act = [*self._group("help_here", self._here), (), *act]
        if width >= 116:
            left, right = [*act, (), *alarm, (), *on_map], [*move, (), *self._signs()]
            lines = beside(left, right, width // 2)
        else:
            lines = [*act, *alarm, *move, *on_map, *self._signs()]
        title: list[Span] = [(f"{look.say('help_title')}   ", "title_focus")]
        return [(*title, (look.say("help_close"), "quiet")), (), *lines]

    def _group(self, title: str, keys: tuple[tuple[str, str], ...]) -> list[Line]:
        look = self.desk.look
        lines: list[Line] = [((look.say(title), "title"),)]
        for key, words in keys:
            shown = key
            if look.glyphs.ellipsis != "…":
                for arrow, name in zip("↑↓←→", ("up", "down", "left", "right"), strict=True):
                    shown = shown.replace(arrow, f"{name} ")
                shown = "arrows hjkl" if "h j k l" in key else " ".join(shown.split())
                shown = "Shift + arrows" if "Shift" in key else shown
            lines.append(((f"  {pad(shown, _KEYS)}", "key"), (look.say(words), "plain")))
        return lines

    def _signs(self) -> list[Line]:
        look = self.desk.look
        severities: list[Span] = [("  ", "plain")]
        for word in reversed(list(SEVERITIES)):
            text = f"{look.severity_mark(word.code)} {word.text(look.language)}  "
            severities.append((text, ("low", "medium", "high", "critical")[word.code]))
        states: list[Span] = [("  ", "plain")]
        for word in LADDER:
            mark = look.glyphs.marks.get(word.key, "?")
            states.append((f"{mark} {word.text(look.language)}  ", "plain"))
        return [((look.say("help_signs"), "title"),), tuple(severities), tuple(states)]

    def on_key(self, event: events.Key) -> None:
        """Scroll, or close."""
        step = {"down": 1, "j": 1, "up": -1, "k": -1, "pagedown": 10, "pageup": -10}
        event.stop()
        if event.key in step:
            self.lines.scroll_rows(step[event.key])
        else:
            self.dismiss()

    def on_click(self) -> None:
        """A click closes too."""
        self.dismiss()

"""Every key, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from textual import events

from meshdefense_protocol.words import LADDER, SEVERITIES
from meshdefense_tui.commands import Command
from meshdefense_tui.desk import Desk
from meshdefense_tui.key_names import key_name
from meshdefense_tui.lines import Line, Span, beside
from meshdefense_tui.screens.modal import Window
from meshdefense_tui.text_fit import pad, wrap
from meshdefense_tui.widgets.more_lines import MoreLines

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
_COLUMNS_FROM: Final = 116


def _in_lines(parts: Sequence[Span], width: int) -> list[Line]:
    """Two cells before each part; as many lines as they need."""
    lines: list[list[Span]] = [[]]
    used = 0
    for text, role in parts:
        size = cell_len(text) + 2
        if lines[-1] and used + size > width - 1:
            lines.append([])
            used = 0
        lines[-1].append((f"  {text}", role))
        used += size
    return [tuple(line) for line in lines]


class HelpScreen(Window):
    """Closes with any key but the ones that scroll."""

    ACKNOWLEDGES = False

    def __init__(self, desk: Desk, here: Sequence[Command] = ()) -> None:
        """`here` are the keys of the mode that is shown; they come first."""
        super().__init__(desk)
        self.lines = MoreLines(desk, self.window_lines, id="window-lines")
        self._here = tuple((one.key, one.words) for one in here)

    def window_lines(self, width: int) -> list[Line]:
        """Two columns where there is room."""
        look = self.desk.look
        column = width // 2 if width >= _COLUMNS_FROM else width
        groups = [self._group(title, keys, column) for title, keys in HELP]
        act, move, alarm, on_map = groups
        if self._here:
            act = [*self._group("help_here", self._here, column), (), *act]
        signs = self._signs(column)
        if column < width:
            left, right = [*act, (), *alarm, (), *on_map], [*move, (), *signs]
            lines = beside(left, right, width // 2)
        else:
            lines = [*act, (), *alarm, (), *move, (), *on_map, (), *signs]
        title: list[Span] = [(f"{look.say('help_title')}   ", "title_focus")]
        return [(*title, (look.say("help_close"), "quiet")), (), *lines]

    def _group(self, title: str, keys: tuple[tuple[str, str], ...], width: int) -> list[Line]:
        look = self.desk.look
        lines: list[Line] = [((look.say(title), "title"),)]
        for key, words in keys:
            shown = key_name(key, look)
            if look.glyphs.ellipsis != "…":
                for arrow, name in zip("↑↓←→", ("up", "down", "left", "right"), strict=True):
                    shown = shown.replace(arrow, f"{name} ")
                shown = "arrows hjkl" if "h j k l" in key else " ".join(shown.split())
                shown = "Shift + arrows" if "Shift" in key else shown
            first, *more = wrap(look.say(words), width - _KEYS - 3)
            lines.append(((f"  {pad(shown, _KEYS)}", "key"), (first, "plain")))
            lines += [((" " * (_KEYS + 2), "plain"), (part, "plain")) for part in more]
        return lines

    def _signs(self, width: int) -> list[Line]:
        look = self.desk.look
        severities: list[Span] = []
        for word in reversed(list(SEVERITIES)):
            text = f"{look.severity_mark(word.code)} {word.text(look.language)}"
            severities.append((text, ("low", "medium", "high", "critical")[word.code]))
        states: list[Span] = []
        for word in LADDER:
            mark = look.glyphs.marks.get(word.key, "?")
            states.append((f"{mark} {word.text(look.language)}", "plain"))
        title: Line = ((look.say("help_signs"), "title"),)
        return [title, *_in_lines(severities, width), *_in_lines(states, width)]

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

"""Bell, title and notifications outside the screens: what each terminal understands.

| terminal                          | sequence                     |
| iTerm2, WezTerm, Ghostty, others  | OSC 9 ; text                 |
| kitty                             | OSC 99 ; options ; text      |
| foot, urxvt, VTE (GNOME)          | OSC 777 ; notify ; title ; text |
| Linux console, GNU screen         | none: they print or drop it  |

tmux hands them on in its passthrough only where `allow-passthrough` is on, so it is asked. In a
desktop session of this machine `notify-send` is used instead. Its words go through the list of
processes, which every user of the machine can read: they never name anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from meshdefense.safe_text import clean

__all__ = ["Notifier", "Osc", "osc_of", "sequence", "title_sequence", "wrapped"]

_TOOL_S: Final = 2.0
"""What other programs get before they are given up."""
_TEXT_MAX: Final = 120
SAVE_TITLE: Final = "\x1b[22;2t"
RESTORE_TITLE: Final = "\x1b[23;2t"
"""XTWINOPS: the title that was there before."""


class Osc(Enum):
    """The notification that a terminal understands."""

    NONE = ""
    NINE = "9"
    KITTY = "99"
    NOTIFY = "777"


def osc_of(environment: Mapping[str, str]) -> Osc:
    """What the terminal understands, as far as it says who it is; over SSH only TERM is left."""
    term = environment.get("TERM", "")
    program = environment.get("TERM_PROGRAM", "")
    if term in {"", "dumb", "linux"} or term.startswith("vt") or "STY" in environment:
        return Osc.NONE
    if "KITTY_WINDOW_ID" in environment or term == "xterm-kitty":
        return Osc.KITTY
    if program in {"iTerm.app", "WezTerm", "ghostty"}:
        return Osc.NINE
    if term.startswith(("foot", "rxvt")) or "VTE_VERSION" in environment:
        return Osc.NOTIFY
    return Osc.NINE  # terminals that do not know it drop it: it has the form of a title


def sequence(osc: Osc, text: str) -> str:
    """The bytes for one notification; `text` is cleaned once more and cut."""
    words = clean(text)[:_TEXT_MAX].replace(";", ",")
    if osc is Osc.NINE:
        return f"\x1b]9;{words}\x07"
    if osc is Osc.KITTY:
        return f"\x1b]99;i=meshdefense:u=2;{words}\x1b\\"
    if osc is Osc.NOTIFY:
        return f"\x1b]777;notify;MeshDefense;{words}\x07"
    return ""


def title_sequence(text: str) -> str:
    """The bytes that set the title of the terminal's window."""
    return f"\x1b]2;{clean(text)[:_TEXT_MAX]}\x07"


def wrapped(escape: str) -> str:
    """The same through tmux to the terminal around it."""
    return f"\x1bPtmux;{escape.replace(chr(27), chr(27) * 2)}\x1b\\" if escape else ""


async def _ran(*words: str) -> str | None:
    """What a program said, or None where it is not there, fails or hangs. No shell, no input."""
    if shutil.which(words[0]) is None:
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(_TOOL_S):
            said, _ = await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        return None
    return said.decode(errors="replace").strip() if process.returncode == 0 else None


class Notifier:
    """Says it outside the screens. One for the app."""

    def __init__(self, write: Callable[[str], None], environment: Mapping[str, str]) -> None:
        """`write` takes bytes for the terminal, in order with what is drawn."""
        self._write, self._environment = write, environment
        self._osc = osc_of(environment)
        self._titled = False
        self._title = ""
        term = environment.get("TERM", "")
        self._has_title = bool(term) and term not in {"linux", "dumb"}
        here = "SSH_CONNECTION" not in environment
        self._desktop = here and bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(environment))

    async def notify(self, words: str, details: str = "") -> None:
        """Say `words`, which name nobody; on the terminal `details` instead, where allowed."""
        if self._desktop and not details:
            send = ("notify-send", "--app-name=MeshDefense", "--urgency=critical", clean(words))
            if await _ran(*send) is not None:
                return
        escape = sequence(self._osc, details or words)
        if "TMUX" in self._environment and escape:
            allowed = await _ran("tmux", "show-options", "-A", "-p", "-v", "allow-passthrough")
            escape = wrapped(escape) if allowed in {"on", "all"} else ""
        if escape:
            self._write(escape)

    def title(self, words: str) -> None:
        """Set the window's title; the one before is kept by the terminal."""
        if not self._has_title or words == self._title:
            return
        before = "" if self._titled else SAVE_TITLE
        self._titled, self._title = True, words
        self._write(before + title_sequence(words))

    @property
    def ending(self) -> str:
        """The bytes that give the title back when the screens end."""
        return RESTORE_TITLE if self._titled else ""

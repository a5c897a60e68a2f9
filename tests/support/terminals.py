"""Terminals with a shell, as people have them: typed into, read, asked for passphrases."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

__all__ = ["Terminal"]

_DONE: Final = re.compile(r"\x1e(\d+) (\d+)\x1e")
"""What the shell writes instead of a prompt: how many commands it had, and the last one's code."""
_MORE: Final = "\x1emore\x1e"
_ASKS: Final = re.compile(r"(passphrase[^\n]*|Again): $", re.I)
_MOVES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """One shell on a terminal of its own. Every passphrase that is asked for is answered."""

    def __init__(self, folder: Path, environ: Mapping[str, str], passphrase: str) -> None:
        self._passphrase = passphrase
        self._text = ""
        self._from = 0
        self._answered = 0
        self._typed_at = 0
        self._before = 0
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._parent, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 240, 0, 0))
        modes = termios.tcgetattr(inside)
        modes[3] &= ~termios.ECHO  # a promise may not be kept by what was typed
        termios.tcsetattr(inside, termios.TCSANOW, modes)
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting", "-i"], cwd=folder,
            stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
            env={**environ, "PS1": "\x1e\\# $?\x1e", "PS2": _MORE, "TERM": "xterm"},
            preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(inside)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._closed.is_set():
            if not select.select([self._parent], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self._parent, 65_536)
            except OSError:  # Linux says so when the last program of the terminal has ended
                return
            if not piece:
                return
            with self._changed:
                self._text += piece.decode("utf-8", "replace")
                if _ASKS.search(self._text, self._answered):
                    self._answered = len(self._text)
                    self.keys(f"{self._passphrase}\n")
                self._changed.notify_all()

    @property
    def shown(self) -> str:
        """What came since the newest `block` began, without what moves the cursor."""
        plain = _MOVES.sub("", self._text[self._from :]).replace(_MORE, "")
        return _DONE.sub("\n", plain)

    @property
    def code(self) -> int | None:
        """Exit code of the last command; None while it runs."""
        prompts = _DONE.findall(self._text, self._typed_at)
        ended = [int(code) for number, code in prompts if int(number) > self._before]
        return ended[0] if ended else None

    def keys(self, characters: str) -> None:
        """Press keys."""
        os.write(self._parent, characters.encode())

    def block(self) -> None:
        """What is shown from here on belongs to a new block."""
        self._from = len(self._text)

    def line(self, text: str) -> None:
        """Type a line of shell; the one before has ended."""
        prompts = _DONE.findall(self._text)
        self._before = int(prompts[-1][0])  # a prompt that was interrupted is written again
        self._typed_at = len(self._text)
        self.keys(f"{text}\n")

    def continues(self) -> bool:
        """Whether the shell wants more lines of the same command."""
        return _MORE in self._text[self._typed_at :]

    def until(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Wait until it is so; False when it is not in time."""
        end = time.monotonic() + within_s
        with self._changed:
            while not condition():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.2))
        return True

    def ready(self, within_s: float) -> bool:
        """Wait for the shell's first prompt."""
        return self.until(lambda: self.code is not None, within_s)

    def close(self) -> None:
        """End the shell and what runs in it, and nothing else."""
        if self.code is None:
            self.keys("\x03")
            self.until(lambda: self.code is not None, 10)
        self.keys("exit\n")
        try:
            self._shell.wait(10)
        except subprocess.TimeoutExpired:  # what runs in it does not end when it is asked to
            with contextlib.suppress(ProcessLookupError):
                os.killpg(os.tcgetpgrp(self._parent), signal.SIGKILL)
            self._shell.kill()
            self._shell.wait()
        self._closed.set()
        self._reader.join()
        os.close(self._parent)  # not before: the reader would read what next has this number


def _own_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # passphrases are asked at /dev/tty
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs this may ignore it; a terminal does not

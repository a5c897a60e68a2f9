"""Follows docs/organizer-guide.md: real commands in real shells, virtual radios on a table."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from meshdefense.cli.exit_codes import ExitCode
from support.guide_steps import Action, Step
from support.terminals import Terminal

__all__ = ["HOME", "PASSPHRASE", "TABLE", "StepError", "Table"]

TABLE: Final = "table"
"""The terminal in which things are typed where a step names none."""
HOME: Final = "practice"
"""The folder below the home that the guide makes."""
PASSPHRASE: Final = "five plain words for practice"
"""The one that the guide tells people to type while they practise."""
PATIENCE_S: Final = 60.0
"""Two busy cores may take a part of it; nothing else here does."""
LOOK_AGAIN_S: Final = 0.7
_LOOKS: Final = re.compile(
    r"^meshdefense (status|alerts|roster (show|pending)|stock list|radio list|lost --status|mesh)\b"
)
"""Commands that change nothing: where the air is slow the guide has them repeated."""
_KEYS: Final = {"enter": "\n", "ctrl+c": "\x03"}


class StepError(AssertionError):
    """A step of the guide is not so; the text names it and shows what was there."""


class Table:
    """The terminals of the guide, and what was typed in each."""

    def __init__(self, home: Path, instead: Mapping[str, str]) -> None:
        """`instead` says which words of the guide are said otherwise: ports and times."""
        self._home, self._instead = home, instead
        self._terminals: dict[str, Terminal] = {}
        self._typed: dict[str, tuple[Step, tuple[str, ...]]] = {}
        shadow = home / "bin"
        shadow.mkdir()
        for name in ("meshdefense", "meshtastic"):
            program = shadow / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
            program.chmod(0o700)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "XDG_"))}
        self._environ = {
            **kept, "LC_ALL": "C.UTF-8", "HOME": str(home),
            "PATH": f"{shadow}:{os.environ['PATH']}",
        }  # fmt: skip

    def follow(self, step: Step) -> None:
        """Do what a step says and see what it promises. Raises StepError."""
        where = TABLE
        for action in step.actions:
            if action.what == "in":
                where = action.words[0]
            elif action.what == "shell":
                self._shell(step, where, action.words)
            elif action.what in {"type", "press"}:
                typed = f"{action.words[0]}\n"
                pressed = "".join(_KEYS.get(word, "") for word in action.words)
                self._answer(step, where, typed if action.what == "type" else pressed)
            elif action.what == "refused":
                self._ended(where, step, refused=True)
            elif action.what == "wait":
                time.sleep(float(self._spoken(action.words[0]).removesuffix(" s")))
            elif action.what in {"seen", "gone"}:
                self._look(step, where, action)
            else:
                raise StepError(f"{step.name}: {action.what} is nothing that is done at a table")

    def finish(self) -> None:
        """Whatever was typed last at the table has ended well."""
        if TABLE in self._typed:
            self._ended(TABLE, self._typed[TABLE][0])

    def _terminal(self, name: str) -> Terminal:
        if name not in self._terminals:
            made = Terminal(self._home, self._environ, PASSPHRASE)
            self._terminals[name] = made
            if not made.ready(PATIENCE_S):
                raise StepError(f"no shell in {name}: {made.shown}")
        return self._terminals[name]

    def _shell(self, step: Step, where: str, lines: tuple[str, ...]) -> None:
        terminal = self._terminal(where)
        self._ended(where, step)
        terminal.block()
        lines = tuple(self._spoken(line) for line in lines)
        for number, line in enumerate(lines):
            terminal.line(line)
            self._typed[where] = (step, lines)
            if number < len(lines) - 1 and not terminal.until(
                lambda: terminal.continues() or terminal.code is not None, PATIENCE_S
            ):
                raise self._error(step, where, f"{line!r} does not end")
            if number < len(lines) - 1 and terminal.code:
                raise self._error(step, where, f"{line!r} ended with {terminal.code}")

    def _answer(self, step: Step, where: str, characters: str) -> None:
        terminal = self._terminal(where)
        if terminal.code is not None:
            raise self._error(step, where, f"nothing runs that {characters!r} could be for")
        terminal.keys(characters)

    def _ended(self, where: str, step: Step, *, refused: bool = False) -> None:
        """The command before has ended, with an error only where the guide says so."""
        terminal = self._terminal(where)
        before, lines = self._typed.pop(where, (step, ()))
        if not lines:
            return
        if not terminal.until(lambda: terminal.code is not None, PATIENCE_S):
            raise self._error(before, where, f"{lines[-1]!r} does not end")
        fine = (ExitCode.OK, ExitCode.WAITING, ExitCode.INTERRUPTED)
        if (terminal.code not in fine) is not refused:
            raise self._error(before, where, f"{lines[-1]!r} ended with {terminal.code}")

    def _look(self, step: Step, where: str, action: Action) -> None:
        terminal = self._terminal(where)
        words = self._spoken(action.words[0])
        wanted = action.what == "seen"
        until = time.monotonic() + PATIENCE_S

        def so() -> bool:
            return (words in " ".join(terminal.shown.split())) is wanted

        while not so():
            _, lines = self._typed.get(where, (step, ()))
            ended = terminal.code is not None
            looks = reversed([*itertools.takewhile(_LOOKS.match, reversed(lines))])
            again = tuple(looks) if ended else ()
            if time.monotonic() > until or (ended and not again and not so()):
                which = "is not" if wanted else "is still"
                raise self._error(step, where, f"{words!r} {which} there")
            if again:
                time.sleep(LOOK_AGAIN_S)
                self._shell(step, where, again)
            terminal.until(lambda: so() or terminal.code is not None, PATIENCE_S)

    def _spoken(self, text: str) -> str:
        for said, other in self._instead.items():
            text = text.replace(said, other)
        return text

    def _error(self, step: Step, where: str, what: str) -> StepError:
        shown = self._terminal(where).shown.strip()
        return StepError(f"{step.name}\n{step.text}\n\n{what}, in terminal {where}:\n{shown}")

    def close(self) -> None:
        """End all that runs in the terminals."""
        for terminal in reversed(self._terminals.values()):
            terminal.close()


@contextlib.contextmanager
def laid(home: Path, instead: Mapping[str, str]) -> Iterator[Table]:
    """A table for the length of the block."""
    table = Table(home, instead)
    try:
        yield table
    finally:
        table.close()

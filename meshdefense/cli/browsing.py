"""What `meshdefense tui --web` needs: the PIN, and the words that start the screens of one tab."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from meshdefense import hardening
from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["add_web", "browsing", "in_a_tab"]

PORT: Final = 8421
PORT_MAX: Final = 65535
PIN_MIN: Final = 6
PIN_MAX: Final = 128
_INSTALL: Final = "pip install 'meshdefense[web]'"
_DRIVER: Final = "meshdefense_tui.web.driver:TabDriver"
Serve = Callable[[Sequence[str], str, int, str], int]
"""Words that start one tab, PIN, port, language; returns the exit code."""


def add_web(parser: argparse.ArgumentParser) -> None:
    """The options for a browser."""
    parser.add_argument(
        "--web",
        action="store_true",
        help=tr("show the screens in a browser of this computer; asks for a PIN to protect them"),
    )
    parser.add_argument(
        "--port",
        type=int,
        metavar="N",
        help=tr("port of --web on 127.0.0.1 (default {port}; 0 is a free one)", port=PORT),
    )


def in_a_tab() -> bool:
    """Whether this process draws for a tab: then its pipe stands for the terminal."""
    return os.environ.get("TEXTUAL_DRIVER") == _DRIVER


def browsing(args: argparse.Namespace, root: Path, serve: Serve) -> int:
    """Ask for a PIN and serve until Ctrl+C."""
    port = PORT if args.port is None else args.port
    if not 0 <= port <= PORT_MAX:
        complain(tr("a port is a number from 0 to {highest}", highest=PORT_MAX))
        return ExitCode.USAGE
    if find_spec("textual_serve") is None:
        complain(tr("the browser needs a part that is not installed"), _INSTALL)
        return ExitCode.UNAVAILABLE
    hardening.forbid_core_dumps()
    pin = _pin()
    if pin is None:
        return ExitCode.USAGE
    words = [sys.executable, "-P", "-m", "meshdefense", "tui", "--data", str(root.resolve())]
    words += ["--language", args.language, *(["--ascii"] if args.ascii else [])]
    return serve(words, pin, port, args.language)


def _pin() -> str | None:
    """Typed twice, or the first line of a pipe; None after a complaint."""
    if not sys.stdin.isatty():
        pin = sys.stdin.readline(PIN_MAX + 2).rstrip("\r\n")
        again = pin
    else:
        pin = getpass.getpass(tr("PIN for this run, asked in the browser: "))
        again = getpass.getpass(tr("Again: "))
    if not PIN_MIN <= len(pin) <= PIN_MAX:
        complain(tr("a PIN has {least} to {most} characters", least=PIN_MIN, most=PIN_MAX))
        return None
    if pin != again:
        complain(tr("the two PINs differ; nothing was started"))
        return None
    return pin

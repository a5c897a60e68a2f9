"""The terminal screens: an attached client of the daemon, and the only package with Textual.

Importing this package is cheap; `run` imports Textual.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from meshdefense_tui.settings import SettingsFile

__all__ = ["browse", "run", "settings_of"]

_CLEAR: Final = "\x1b[2J\x1b[3J\x1b[H"
"""Screen and what was scrolled off it (ECMA-48 ED; 3 is xterm's, and tmux's)."""


def run(
    socket_path: Path,
    *,
    ascii_only: bool = False,
    language: str = "en",
    start_hint: Callable[[str], str] = lambda language: "",
    maps: Path | None = None,
    destroy: Callable[[bool], bool] | None = None,
    settings: SettingsFile | None = None,
    theme: str | None = None,
    big: bool = False,
    setup: bool = False,
    calm: bool = False,
    expected: bool = True,
    data_option: str = "",
) -> int:
    """Show the screens until the person leaves; returns the exit code.

    `settings` is where changes are written down; `theme` and `big` count before them, for this
    run only. `setup` begins with the first run; `calm` lets nothing flash. `expected` is
    False where no daemon can run yet. `data_option` is written into commands to copy.

    `start_hint` tells in a language how to start a daemon, for when none runs. `maps` is the
    folder of street packs; where none of them fits, those that come with the program are tried.
    After a panic `destroy` removes what the daemon could not: it is told whether the daemon
    answered, and returns whether all is gone. Without it, and without a daemon, a panic fails and
    says so, with exit code 1.
    """
    # keys are written to these, a passphrase with them
    for name in ("TEXTUAL", "TEXTUAL_LOG"):
        os.environ.pop(name, None)
    # a client of a local socket has no use for TLS, which asyncio loads wherever it is: 3 MB
    sys.modules.setdefault("ssl", cast("ModuleType", None))
    from meshdefense_tui import heap

    heap.share_one()
    # the collector would look at every module while they are imported, and find nothing
    gc.disable()
    from meshdefense_tui.app import MeshDefenseApp  # Textual takes 120 ms to import
    from meshdefense_tui.street_source import StreetSource, shipped_packs

    app = MeshDefenseApp(
        socket_path,
        ascii_only=ascii_only,
        language=language,
        start_hint=start_hint(language),
        settings=settings,
        theme=theme,
        big=big,
        environment=dict(os.environ),
        setup=setup,
        calm=calm,
        expected=expected,
    )
    app.after_start.streets = StreetSource(maps, shipped=shipped_packs())
    app.after_start.settled = _collect_again
    app.appearance.hint_of = start_hint
    app.desk.data_option = data_option
    try:
        app.run()
    finally:
        gc.enable()
    sys.stdout.write(app.notifier.ending)  # the terminal's own title again
    if not app.emergency.wiping:
        if words := app.desk.parting():
            sys.stderr.write(f"{words}\n")
        return app.return_code or 0
    gone = app.emergency.wiped
    if destroy is not None:
        gone = destroy(gone)
    words = app.desk.look.say("panic_after" if gone else "panic_failed")
    sys.stdout.write(f"{_CLEAR}{words}\n")
    sys.stdout.flush()
    return 0 if gone else 1


def _collect_again() -> None:
    gc.collect()  # what the imports left behind, 1 MB, would be kept with them
    gc.freeze()  # modules live as long as the program: nothing of them is ever looked at again
    gc.enable()


def settings_of(folder: Path) -> SettingsFile:
    """The settings of the screens in a data folder, read; see their `problems`."""
    from meshdefense_tui.settings import FILE_NAME, SettingsFile

    file = SettingsFile(folder / FILE_NAME)
    file.read()
    return file


def browse(words: Sequence[str], pin: str, port: int, language: str) -> int:
    """Serve the screens to a browser until Ctrl+C; `words` start one tab. Needs the extra `web`."""
    from meshdefense_tui.web.server import serve  # aiohttp takes a fifth of a second to import

    return serve(words, pin, port=port, language=language)

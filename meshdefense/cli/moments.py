"""A moment of the past as people type it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from meshdefense import clock
from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.passphrases import CliError

__all__ = ["moment", "when"]

_UNITS: Final = {"m": 60.0, "h": 3600.0, "d": 86_400.0}
_AGO: Final = re.compile(r"(\d{1,5})([mhd])")


def moment(text: str, now: float | None = None) -> float:
    """Seconds since the epoch of "2026-05-01T14:30" (local time) or of "90m", "6h", "2d" ago.

    Raises CliError for anything else, and for what is still to come.
    """
    now = clock.now() if now is None else now
    found = _AGO.fullmatch(text.strip())
    if found is not None:
        return now - int(found[1]) * _UNITS[found[2]]
    try:
        at = datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise CliError(
            tr(
                "{text!a} is no time; write 2026-05-01T14:30, or 90m, 6h, 2d for so long ago",
                text=text,
            ),
            ExitCode.USAGE,
        ) from None
    if at > now:
        raise CliError(tr("{text} is still to come", text=text), ExitCode.USAGE)
    return at


def when(at: float) -> str:
    """A moment in local time, to the minute."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")

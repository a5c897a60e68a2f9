"""What the program's exit code says; scripts may rely on it."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """Stable: a number never changes its meaning."""

    OK = 0
    FAILED = 1
    """It went wrong in a way that no other code names; the text on stderr says how."""
    USAGE = 2
    """The arguments are wrong; nothing was done."""
    NO_DAEMON = 3
    """No daemon runs for that data folder."""
    REFUSED = 4
    """The value or the roles do not allow it; nothing was changed."""
    NOT_FOUND = 5
    """No such alert, member or file."""
    UNAVAILABLE = 6
    """Disk or radio cannot take it now; nothing was accepted, try again."""
    LOCKED = 7
    """Wrong passphrase, the folder is in use, or the daemon is locked."""
    DAMAGED = 8
    """The store or a file is damaged, foreign, or of a newer version."""
    INCOMPLETE = 9
    """The demo ended and a report had not reached everybody."""
    WAITING = 10
    """What was decided waits until other organizers endorse it; nothing else was done."""
    INTERRUPTED = 130

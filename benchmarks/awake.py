"""Keep the processor awake while something short is measured.

A key costs a few milliseconds and comes from a sleeping core. On a virtual machine that core is
given back to its host meanwhile, and wakes slow and with empty caches: the same key then takes
1.4 to 1.6 times the CPU time. That is the machine's part, and it comes and goes with the host's
other guests; so both are measured, and the bars are for the program's.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

__all__ = ["awake"]

_LOOP: Final = (
    "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)); parent = os.getppid()\n"
    "while os.getppid() == parent: pass"
)
"""At the scheduler's idle policy: whatever else wants the core has it at once."""


@contextlib.contextmanager
def awake() -> Iterator[None]:
    """One loop for each core while this lasts; nothing where the system has no idle policy."""
    count = (os.cpu_count() or 1) if hasattr(os, "SCHED_IDLE") else 0
    loops = [subprocess.Popen([sys.executable, "-c", _LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()

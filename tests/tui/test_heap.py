"""Memory that is free goes back to the system, where the C library has a word for it."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from typing import Any

import pytest

from meshdefense_tui import heap

_USED = """
import sys
from meshdefense_tui import heap
heap.share_one()
def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
kept = []
held = [bytearray(4000) for _ in range(20000)]
kept.append(bytearray(4000))  # above them: without a word from us they stay where they are
before = rss()
held.clear()
freed = rss()
heap.give_back()
print(before, freed, rss())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_is_free_goes_back_although_something_above_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", _USED], capture_output=True, text=True, check=True)
    before, freed, after = map(int, done.stdout.split())
    assert freed > before - 8e6
    assert after < before - 60e6


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Other())
    heap.share_one()
    heap.give_back()

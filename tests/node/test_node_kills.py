"""`kill -9` of a whole node, at any moment: engine, store and a radio that hears and says.

MESHDEFENSE_NIGHTLY=1 kills 2,000 times; MESHDEFENSE_SEED repeats the moments of a failed run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.storage_deaths import deaths

LIVES = 2_000 if os.environ.get("MESHDEFENSE_NIGHTLY") == "1" else 80


@pytest.mark.slow
def test_no_alarm_comes_twice_and_nothing_said_is_lost_by_whichever_kill(tmp_path: Path) -> None:
    counted = deaths("node", tmp_path, LIVES)
    assert counted["lives"] == LIVES
    assert counted["alarm"] > LIVES
    assert counted["acknowledged"] > LIVES / 2
    assert counted["on air"] > LIVES / 2
    assert 0 < counted["died starting"] < LIVES / 2

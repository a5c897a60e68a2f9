"""`kill -9` of a store that writes, at any moment, its start among them.

MESHDEFENSE_NIGHTLY=1 kills 8,000 times; MESHDEFENSE_SEED repeats the moments of a failed run.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.storage_deaths import deaths

LIVES = 8_000 if os.environ.get("MESHDEFENSE_NIGHTLY") == "1" else 220


@pytest.mark.slow
def test_what_was_acknowledged_survives_every_kill_and_no_own_number_is_used_twice(
    tmp_path: Path,
) -> None:
    counted = deaths("store", tmp_path, LIVES)
    assert counted["lives"] == LIVES
    assert counted["stored"] > LIVES
    assert 0 < counted["died starting"] < LIVES / 2
    assert counted["incarnation"] > 0, "no kill came between the mark and the commit"

"""Two million mutated inputs, in two processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("fuzz.py")
SEEDS = (20_260, 20_261)


@pytest.mark.slow
def test_two_million_mutated_inputs_raise_nothing_and_bring_nothing_in() -> None:
    command = [sys.executable, str(SCRIPT), "--seed"]
    runs = [
        subprocess.Popen(
            [*command, str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for seed in SEEDS
    ]
    total = 0
    for seed, process in zip(SEEDS, runs, strict=True):
        out, err = process.communicate()
        assert process.returncode == 0, f"seed {seed}: {err}"
        results = json.loads(out)
        total += sum(sum(stage.values()) for stage in results.values())
        # mutations that are all refused at the first check would test nothing behind it
        assert results["items"]["read"] > 20_000
        assert results["contents"]["split"] > 5_000
        assert results["frames"]["stranger"] > 400_000
        assert results["engine"]["dropped"] > 40_000
        assert results["control"]["read"] > 10_000
        assert results["control"]["malformed"] > 10_000
        assert results["neighbours"]["answered"] > 1_000
    assert total >= 2_000_000


def test_a_surprise_is_told_with_its_seed() -> None:
    """A generator that finds nothing is only worth something if it could."""
    code = (
        "import fuzz\n"
        "fuzz.NETWORK.keys = lambda name: None\n"
        "fuzz.open_frame = lambda keys, frame: (None, [])\n"
        "import sys; sys.argv = ['fuzz', '--seed', '5', '--scale', '0.001']\n"
        "sys.exit(fuzz.main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SCRIPT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "seed 5, frames 0" in done.stderr

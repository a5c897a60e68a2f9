"""Every fuzz target's seeds and old findings; and, where atheris is, a slice of fuzzing.

MESHDEFENSE_NIGHTLY=1 fuzzes each target for an hour.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fuzz.run import NO_ATHERIS
from fuzz.target import FindingError
from fuzz.targets import FINDINGS, PLANTED, TARGETS, finding_name, inputs

SCRIPT = Path(__file__).with_name("run.py")
NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
SECONDS = 3600 if NIGHTLY else 1
"""Of each target; libFuzzer looks at the clock once in a second and so takes two."""
JOBS = 2 if NIGHTLY else 1
WITHOUT = "atheris is not here: the group `fuzz` brings it, on x86-64 Linux only"

needs_atheris = pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason=WITHOUT)


def run(*arguments: str | Path, path: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets that need files make them there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.parametrize("name", TARGETS)
def test_what_must_hold_of_any_bytes_holds_of_seeds_and_of_what_was_a_finding(name: str) -> None:
    target = TARGETS[name]
    tried = inputs(target)
    assert tried
    assert max(map(len, tried)) <= target.size_max, "a seed that fuzzing would cut"
    with target.ready() as check:
        for raw in tried:
            try:
                check(raw)
            except Exception as error:
                raise AssertionError(f"{name}, {raw.hex()}: {error!r}") from error


def test_every_kept_finding_is_of_a_target_that_there_is() -> None:
    for path in FINDINGS.glob("*"):
        assert path.suffix == ".hex"
        assert path.stem.rpartition("-")[0] in TARGETS, path.name
        assert bytes.fromhex(path.read_text()), path.name


def test_the_planted_fault_is_one() -> None:
    with PLANTED.ready() as check:
        check(b"\x93Me")
        with pytest.raises(FindingError):
            check(b"\x93Md")


def test_without_atheris_a_run_says_so_and_that_nothing_was_fuzzed(tmp_path: Path) -> None:
    (tmp_path / "atheris.py").write_text("raise ImportError('not on this machine')\n")
    done = run("digests", "--seconds", "1", path=str(tmp_path))
    assert done.returncode == NO_ATHERIS
    assert "Nothing was fuzzed" in done.stdout


@needs_atheris
def test_a_fault_three_branches_deep_is_found_told_and_kept(tmp_path: Path) -> None:
    done = run("planted", "--seconds", "60", "--findings", tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    (kept,) = tmp_path.glob(finding_name("planted", "*"))
    raw = kept.read_text().strip()
    assert bytes.fromhex(raw)[:3] == b"\x93Md"
    assert f"hex: {raw}" in done.stdout
    assert "FindingError: the planted fault" in done.stdout


@needs_atheris
@pytest.mark.slow
def test_a_slice_of_coverage_guided_fuzzing_finds_nothing(tmp_path: Path) -> None:
    """Fails with the seed, the input as hex and what it did; the input stays in tmp_path too."""
    done = run("--seconds", str(SECONDS), "--jobs", str(JOBS), "--findings", tmp_path / "findings")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    for name in TARGETS:
        assert int(rows[name][1]) >= len(inputs(TARGETS[name])), rows[name]

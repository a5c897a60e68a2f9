"""Benchmarks keep working, and a broken bar is noticed. How fast they are is not tested here."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks import harness

ROOT = Path(__file__).parents[1]
SCRIPTS = ("frame_bytes", "receive_path", "startup", "demo_latency")


def test_every_frame_is_within_its_bar(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/frame_bytes.py", "--json", str(tmp_path / "out.json")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads((tmp_path / "out.json").read_text())
    assert all(bar["held"] for bar in written["bars"])
    assert written["figures"]["report, no note"]["bytes"]["ours"] <= 98
    assert "report, no note" in done.stdout


@pytest.mark.parametrize(
    ("value", "limit", "at_least", "held"),
    [(98, 98, False, True), (99, 98, False, False), (5, 6, True, False), (6, 6, True, True)],
)
def test_a_bar_is_held_up_to_its_limit(
    value: float, limit: float, at_least: bool, held: bool
) -> None:
    assert harness.Bar("something", value, limit, "B", at_least=at_least).held is held


@pytest.mark.parametrize(("value", "code"), [(1.0, 0), (2.0, 1)])
def test_a_broken_bar_is_the_exit_code(
    value: float, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = harness.Outcome(
        "made_up", "Made up", ["what", "B"], [["a", "1"]], [harness.Bar("a", value, 1, "B")], {}
    )
    args = Namespace(json=tmp_path / "out.json", quick=True)
    assert harness.finish(outcome, args) == code
    assert ("BROKEN" in capsys.readouterr().out) is bool(code)


def test_every_benchmark_has_its_command_in_the_document_and_its_figures_in_the_repository() -> (
    None
):
    document = (ROOT / "docs" / "benchmarks.md").read_text()
    for name in SCRIPTS:
        assert (ROOT / "benchmarks" / f"{name}.py").exists()
        assert f"uv run python benchmarks/{name}.py" in document
        held = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())
        assert held["name"] == name
        assert not held["quick"]

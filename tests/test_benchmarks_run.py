"""Benchmarks keep working, and a broken bar is noticed. How fast they are is not tested here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import delivery, delivery_bars, delivery_page, harness

ROOT = Path(__file__).parents[1]
SCRIPTS = (
    "frame_bytes", "receive_path", "startup", "demo_latency", "fragments", "engine", "simulator",
    "at_rest", "rekey", "attacks", "streets", "delivery",
    "map_frame", "provisioning",
)  # fmt: skip
PAGE = ROOT / "docs" / "benchmarks" / "delivery.md"


def quick(name: str, folder: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and what was written."""
    target = folder / "out.json"
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", "--quick", "--json", str(target)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert target.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(target.read_text())


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


@pytest.mark.slow
def test_alerts_of_two_scenarios_arrive_everywhere_once_and_within_the_bars(
    tmp_path: Path,
) -> None:
    code, written = quick("delivery", tmp_path)
    broken = [bar["what"] for bar in written["bars"] if not bar["held"]]
    assert not broken
    assert code == 0
    for ways in written["figures"]["scenarios"].values():
        assert ways["engine"]["delivery_worst"] == 1.0
        assert ways["engine"]["shown_twice"] == 0
        assert ways["engine"]["reach"][-1] == 1.0
        assert ways["flooding"]["reach"][-1] == pytest.approx(
            ways["flooding"]["delivery"], abs=1e-4
        )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["engine", "simulator", "at_rest", "streets", "map_frame"])
def test_costs_are_measured_and_a_broken_bar_is_the_exit_code(name: str, tmp_path: Path) -> None:
    code, written = quick(name, tmp_path)
    assert code == (0 if all(bar["held"] for bar in written["bars"]) else 1)
    assert all(bar["value"] > 0 for bar in written["bars"])
    assert written["quick"]


def test_just_bench_runs_every_script_of_the_page_and_says_how_long_they_take() -> None:
    page = (ROOT / "docs/benchmarks.md").read_text()
    recipes = (ROOT / "justfile").read_text()
    bench = re.search(r"^# (.*)\nbench:\n((?:    .*\n)+)", recipes, re.M)
    assert bench is not None
    listed = re.findall(r"^uv run (.*?benchmarks/\w+\.py) +# (\d+) (s|min)\b", page, re.M)
    assert sorted(line for line, *_ in listed) == sorted(re.findall(r"-uv run (.*)", bench[2]))
    minutes = sum(int(number) / (60 if unit == "s" else 1) for _, number, unit in listed)
    for said in (bench[1], *re.findall(r"^just bench .*", page, re.M)):
        told = re.search(r"(\d+) min", said)
        assert told is not None
        assert abs(int(told[1]) - minutes) <= 3, f"{minutes:.0f} minutes, not {told[1]}"


def test_every_commit_that_results_and_their_pages_name_is_one_of_this_repository() -> None:
    shallow = ["git", "rev-parse", "--is-shallow-repository"]
    asked = subprocess.run(shallow, cwd=ROOT, capture_output=True, text=True)
    if asked.stdout.strip() != "false":
        pytest.skip("needs the whole history")
    named = {
        path.name: json.loads(path.read_text())["machine"]["commit"].rstrip("+")
        for path in (ROOT / "benchmarks/results").glob("*.json")
    }
    for path in [ROOT / "docs/benchmarks.md", *(ROOT / "docs/benchmarks").glob("*.md")]:
        for commit in re.findall(r"\bcommit `?([0-9a-f]{7})", path.read_text()):
            named[f"{path.name}: {commit}"] = commit
    listed = subprocess.run(
        ["git", "rev-list", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    history = {commit[:7] for commit in listed.stdout.split()}
    assert {one[:7] for one in named.values() if one != "unknown"} <= history, named


def test_the_page_of_delivery_shows_the_results_that_are_in_the_repository() -> None:
    page = PAGE.read_text()
    assert delivery_page.with_figures(page, delivery.results()) == page
    for picture in re.findall(r"\]\(([^)]+\.(?:png|svg))\)", page):
        assert (PAGE.parent / picture).exists()


def test_a_page_without_marks_is_not_written_to() -> None:
    with pytest.raises(delivery_page.UnmarkedPageError):
        delivery_page.with_figures("# Delivery\n", delivery.results())


def test_never_breaks_a_bar_of_time_unless_flooding_never_gets_there_either() -> None:
    ways: dict[str, dict[str, Any]] = {
        way: {
            "delivery": 1.0, "delivery_worst": 1.0, "full": 1.0, "shown_twice": 0, "air_s": 280.0,
            "t50_s": t50, "t90_s": 2.0, "freshness": None, "catch_up": None, "crossings": [],
        }
        for way, t50 in (("engine", None), ("flooding", 1.0))
    }  # fmt: skip
    bars = {bar.what: bar for bar in delivery_bars.bars_of({"dense-block": ways})}
    assert not bars["dense-block: t50 to flooding's"].held
    ways["flooding"]["t50_s"] = None
    bars = {bar.what: bar for bar in delivery_bars.bars_of({"dense-block": ways})}
    assert bars["dense-block: t50 to flooding's"].held


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
        assert f"python benchmarks/{name}.py" in document
        held = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())
        assert held["name"] == name
        assert not held["quick"]

"""The comparison of the airtime plan with simulated hours: it runs, and its page is its results."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import airtime_plan
from benchmarks.airtime_runs import HOUR_S, scenario_of
from meshdefense.air.plan_frames import CASE, FrameKind, air_bytes
from meshdefense.air.planning import BUSY, Wish
from meshdefense.air.presets import preset_named
from meshdefense.provisioning.airtime.words import CALM_HOPS, JOINED

ROOT = Path(__file__).parents[1]
WISH = Wish(10, preset_named("MEDIUM_FAST"), 12.0, area_hops=2.0, positions_minutes=10.0)


def test_a_quick_run_compares_one_group(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    done = subprocess.run(
        [sys.executable, "benchmarks/airtime_plan.py", "--quick", "--json", str(target)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (cell,) = json.loads(target.read_text())["figures"]["cells"]
    assert cell["told"]
    assert all(run["delivery"] > 0.99 for run in cell["simulated"])


def test_the_page_is_written_from_the_results_in_the_repository() -> None:
    results = json.loads((ROOT / "benchmarks/results/airtime_plan.json").read_text())
    page = airtime_plan.PAGE.read_text()
    for cell in results["figures"]["cells"]:
        assert f"| {' | '.join(cell['row'])} |" in page
    assert all(bar["held"] for bar in results["bars"])


def test_what_is_said_of_the_slowest_tenth_is_what_the_results_show() -> None:
    results = json.loads((ROOT / "benchmarks/results/airtime_plan.json").read_text())
    seen = 0
    for cell in results["figures"]["cells"]:
        wish = Wish(
            cell["members"], preset_named(cell["preset"]), cell["reports_per_hour"],
            area_hops=cell["area_hops"], relays=cell["relays"],
        )  # fmt: skip
        calm = cell["planned"]["utilisation"] <= BUSY and cell["area_hops"] <= CALM_HOPS
        if cell["told"] and calm and wish.neighbours >= JOINED:
            seen += 1
            slow = sum(run["reach_slow_s"] for run in cell["simulated"]) / 2
            assert slow <= 60.0, cell["row"]
    assert seen > 10


@pytest.mark.parametrize("seed", [1, 2])
def test_a_simulated_hour_says_what_the_plan_counts(seed: int) -> None:
    scenario = scenario_of(WISH, seed)
    assert scenario == scenario_of(WISH, seed)
    assert scenario.duration_s == HOUR_S
    check_ins = [one for one in scenario.traffic if one.name.startswith("check-in")]
    assert len(check_ins) == 2 * WISH.members
    assert {one.size for one in check_ins} == {air_bytes(FrameKind.CHECK_IN)}
    positions = [one for one in scenario.traffic if one.kind == "position"]
    assert {one.period_s for one in positions} == {600.0}
    rest = [one for one in scenario.traffic if one.kind == "alert" and one not in check_ins]
    expected = WISH.reports_per_hour * sum(CASE.values())
    assert 0.6 * expected < len(rest) < 1.4 * expected

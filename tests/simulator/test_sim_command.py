"""`meshdefense sim`: scenarios by name and by path, and words for whatever is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from meshdefense.air.scenario import ScenarioError
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.simulator import shipped
from meshdefense.simulator.explain import UnknownAlertError, explain
from support.small_scenario import document, small


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "small.json"
    path.write_text(json.dumps(document(**changes)), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", shipped.names())
def test_a_shipped_scenario_is_read_by_its_name(name: str) -> None:
    scenario = shipped.load(name)
    assert scenario.name == name
    assert any(traffic.kind == "alert" for traffic in scenario.traffic)


def test_seven_scenarios_are_shipped_with_their_guide() -> None:
    folder = Path(shipped.__file__).parent / "scenarios"
    guide = (folder / "README.md").read_text(encoding="utf-8")
    assert len(shipped.names()) == 7
    assert all(f"| {name} |" in guide for name in shipped.names())


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sim", "run", "dense-blok"]) == ExitCode.NOT_FOUND
    assert "did you mean 'dense-block'?" in capsys.readouterr().err


def test_a_malformed_file_is_named_with_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, duration_s=0)
    assert main(["sim", "run", str(path)]) == ExitCode.DAMAGED
    said = capsys.readouterr().err
    assert "small.json: the scenario: duration_s is 0; it must be more than 0" in said


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[" * 100_000, b"[]", b'"x"', b""])
def test_a_file_that_is_no_scenario_raises_no_other_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=r"broken\.json"):
        shipped.load(str(path))


def test_a_run_prints_both_ways_and_writes_them_to_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    arguments = ["--runs", "2", "--seed", "9", "--baseline", "flood", "--json", str(out)]
    assert main(["sim", "run", str(written(tmp_path)), *arguments]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["small", "engine"], ["small", "flooding"]]
    series = json.loads(out.read_text(encoding="utf-8"))["series"]
    assert [one["with"] for one in series] == ["engine", "flooding"]
    assert all(len(one["runs"]) == 2 for one in series)
    assert series[0]["mean"]["delivery"] == 1.0


@pytest.mark.parametrize("arguments", [["--runs", "0"], ["--processes", "0"]])
def test_numbers_outside_their_range_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sim", "run", "dense-block", *arguments]) == ExitCode.USAGE
    assert "is outside 1 to 1000" in capsys.readouterr().err


def test_the_life_of_an_alert_is_told_from_its_issue_to_the_last_node(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path)
    assert main(["sim", "explain", str(path), "--alert", "a1"]) == ExitCode.OK
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert lines[0] == "a1 is item 1.0.0, issued at 30.0 s"
    assert lines[1] == "t+0.0 s  base issued it"
    assert re.search(r"base put it on the air \(hop limit 3, 130 B, 1.34 s\); heard by p1", told)
    assert re.search(r"p1 relayed it \(hop limit 2, 130 B", told)
    assert "p4 is on again" in told
    assert re.search(r"p4 said in a digest what it holds, without this .*heard by p3", told)
    assert "p3 sent it again for a neighbour who lacks it" in told
    assert re.fullmatch(r"complete at t\+\d+\.\d s", lines[-1])


def test_an_alert_that_did_not_reach_all_names_who_lacks_it() -> None:
    told = explain(small(power=[{"node": "p4", "off_s": 20, "on_s": 599}]), "a1")
    assert told[-1] == "not complete after 570 s: p4 lack it"


def test_an_alert_of_a_node_that_is_off_was_never_issued() -> None:
    told = explain(small(power=[{"node": "base", "off_s": 20, "on_s": 599}]), "a1")
    assert told == ["a1 was never issued: its node was off, or its engine refused it"]


def test_an_unknown_alert_is_answered_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnknownAlertError, match="small has no alert 'a9'; did you mean"):
        explain(small(), "a9")
    assert main(["sim", "explain", str(written(tmp_path)), "--alert", "zz"]) == ExitCode.NOT_FOUND
    assert "known: a0, a1, a2" in capsys.readouterr().err

"""`meshdefense radio airtime`: sentences, JSON, a picture, and clear words for nonsense."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
WORDS = ["radio", "airtime", "--members", "30"]


def test_it_says_what_the_channel_carries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, "--preset", "medium-fast", "--reports-per-hour", "12"]) == ExitCode.OK
    said = capsys.readouterr().out
    assert "At MEDIUM_FAST with 30 people: 12 reports an hour" in said
    assert "An SOS does not wait" in said
    assert "Recommended" in said


def test_the_page_of_documentation_shows_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / "airtime-planning.md").read_text()
    command, shown = re.findall(r"```\n(.*?)```", page, re.DOTALL)[:2]
    assert main(command.split()[1:]) == ExitCode.OK
    assert capsys.readouterr().out.split() == shown.split()
    target = tmp_path / "plan.svg"
    assert main([*WORDS, "--svg", str(target)]) == ExitCode.OK
    assert target.read_text() == (DOCS / "pictures" / "airtime-plan.svg").read_text()


def test_the_hop_limit_follows_from_the_area(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    assert main([*WORDS, "--area-hops", "4", "--json"]) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert found["wished"]["hop_limit"] == 5
    assert not found["wished"]["too_few_hops"]
    assert main([*WORDS, "--area-hops", "4", "--hop-limit", "3", "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["wished"]["too_few_hops"]


def test_an_area_in_kilometres_is_the_same_ground_on_every_preset(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import json

    found = {}
    for preset in ("LONG_FAST", "MEDIUM_SLOW"):
        assert main([*WORDS, "--preset", preset, "--area-km", "3", "--json"]) == ExitCode.OK
        found[preset] = json.loads(capsys.readouterr().out)
        assert found[preset]["wished"]["area_km"] == 3.0
    assert found["LONG_FAST"]["wished"]["area_hops"] == 2.42  # 4.24 km by 1.75 km
    assert found["LONG_FAST"]["other_preset"]["preset"] == "MEDIUM_SLOW"
    hops = found["LONG_FAST"]["other_preset"]["area_hops"]
    assert hops == found["MEDIUM_SLOW"]["wished"]["area_hops"] == 2.83
    assert main([*WORDS, "--area-hops", "2.42"]) == ExitCode.OK
    ground = capsys.readouterr().out.splitlines()[0]
    assert ground.startswith("The area is a square with sides of 3.0 km: from corner to corner 2.4")


def test_an_area_has_one_size(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*WORDS, "--area-km", "3", "--area-hops", "2"])
    assert ended.value.code == ExitCode.USAGE
    assert "--area-km" in capsys.readouterr().err


def test_json_has_the_figures_of_the_wish_and_of_the_recommendation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import json

    words = ["--region", "EU_868", "--positions-minutes", "10", "--check-in-minutes", "0"]
    assert main([*WORDS, *words, "--json"]) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    wished = found["wished"]
    assert wished["check_in_minutes"] is None
    assert wished["duty_cycle"] == 0.1
    assert wished["utilisation"] == pytest.approx(sum(wished["channel"].values()), abs=0.001)
    assert found["other_preset"]["utilisation"] <= 0.25
    assert found["within_factor"] == {"channel": 1.5, "time": 2.5}


def test_the_picture_is_one_file_of_valid_xml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "plan.svg"
    assert main([*WORDS, "--svg", str(target)]) == ExitCode.OK
    assert ET.parse(target).getroot().tag.endswith("svg")
    first = target.read_bytes()
    assert main([*WORDS, "--relays", "2", "--svg", str(target)]) == ExitCode.REFUSED
    assert target.read_bytes() == first
    assert "--replace" in capsys.readouterr().err
    assert main([*WORDS, "--relays", "2", "--svg", str(target), "--replace"]) == ExitCode.OK
    assert target.read_bytes() != first
    assert main([*WORDS, "--svg", str(tmp_path / "none" / "plan.svg")]) == ExitCode.UNAVAILABLE
    assert "cannot write" in capsys.readouterr().err
    assert main([*WORDS, "--svg", str(tmp_path), "--replace"]) == ExitCode.REFUSED
    assert "is a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--members", "0"], "--members is 0; it must be 2 to 200"),
        (["--members", "10000"], "--members is 10000; it must be 2 to 200"),
        (["--preset", "LONGFAST"], "did you mean LONG_FAST?"),
        (["--preset", "qqqq"], "known: LONG_FAST"),
        (["--preset", "SHORT_TURBO", "--region", "EU_868"], "radios in EU_868 do not take"),
        (["--region", "EU868"], "EU_868"),
        (["--reports-per-hour", "-3"], "--reports-per-hour is -3"),
        (["--reports-per-hour", "nan"], "--reports-per-hour is nan"),
        (["--reports-per-hour", "1e9"], "it must be 0 to 1000"),
        (["--area-hops", "0"], "--area-hops is 0; it must be 1 to 8"),
        (["--area-km", "0"], "--area-km is 0; it must be 0.1 to 9.9"),
        (["--area-km", "nan"], "--area-km is nan"),
        (["--area-km", "9", "--preset", "SHORT_FAST"], "--area-km is 9; it must be 0.1 to 5.3"),
        (["--hop-limit", "9"], "--hop-limit is 9; it must be 0 to 7"),
        (["--check-in-minutes", "-1"], "--check-in-minutes is -1; it must be 5 to 1440, or 0 for"),
        (["--positions-minutes", "inf"], "--positions-minutes is inf; it must be 1 to 1440, or 0"),
        (["--relays", "1000"], "--relays is 1000"),
        (["--shift-hours", "0"], "--shift-hours is 0; it must be more than 0 and at most 72"),
    ],
)
def test_nonsense_is_refused_with_the_option_and_its_bounds(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*WORDS, *words]) == ExitCode.USAGE
    printed = capsys.readouterr()
    assert told in printed.err
    assert not printed.out

"""`meshdefense stock`: what it prints of unsigned reports, in both languages and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshdefense import language
from meshdefense.cli import stock
from meshdefense.cli.main import main
from support.screen_rows import NOW, status
from support.stock_rows import stock_report, stock_status

LINE: dict[str, Any] = {
    "id": "2.0.5/1", "about": "2.0.5", "said": "verified", "tag": "CNK45N", "text": "HIGH ALERT",
    "port": "alert", "severity": 2, "drill": False, "state": "queued", "attempts": 0,
    "reason": "the channel is busy (42 %)", "created_at": NOW - 60, "due_at": NOW, "told_at": None,
    "ends_at": NOW + 600, "pin": {"state": "queued", "reason": ""},
}  # fmt: skip
ROWS = [
    stock_report(),
    stock_report("S0S1", intent="sos", kind=None, count=None, place=None, place_words="",
                 missing=["where"], keyed=False, times=1, ok_at=NOW),
    stock_report("DONE", state="adopted", done_by="ana", adopted_as="2.0.77"),
]  # fmt: skip


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answers `changes` with rows; its status can be changed."""
    told: dict[str, Any] = {"stock": stock_status()}

    def request(args: Any, method: str, **params: Any) -> tuple[int, Any]:
        if method != "changes":
            return 0, {"stock": params["stock"], "id": "2.0.9", "rev": 4, "bytes": 99}
        row = status() | ({} if told["stock"] is None else told)
        tables = {"status": [row], "stock_reports": told.get("rows", ROWS), "stock_lines": [LINE]}
        return 0, {"tables": tables}

    monkeypatch.setattr(stock, "request", request)
    monkeypatch.setattr("meshdefense.clock.now", lambda: NOW)
    return told


def test_the_list_names_every_report_as_unsigned(
    daemon: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stock", "list"]) == 0
    out = capsys.readouterr().out
    assert "K7Q2  UNSIGNED  enforcement activity  3  medium  5th / Main" in out
    assert "S0S1  UNSIGNED SOS  missing: where" in out
    assert "radio ...4f2a (with that radio's key), no proof of who" in out
    assert "the same radio has sent OK since" in out
    assert "DONE" not in out
    assert "waits: the channel is busy (42 %)" in out
    assert "speaks on channel 'Neighbours'" in out


def test_all_tells_who_adopted_it(
    daemon: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stock", "list", "--all"]) == 0
    assert "adopted by ana as 2.0.77" in capsys.readouterr().out


def test_json_has_the_rows_as_they_are(
    daemon: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stock", "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in told["reports"]] == ["K7Q2", "S0S1"]
    assert told["lines"] == [LINE]
    assert told["status"] == stock_status()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"problem": "the radio has no channel 'X' for stock radios; it has: none"},
         "NOT SPEAKING: the radio has no channel 'X'"),
        ({"hears": 0}, "policy stock-hear lets nothing out"),
        ({"reports": 0}, "policy stock-reports takes no texts"),
        ({"queued": 2, "waits_for": "the channel is busy (42 %)"},
         "2 lines wait: the channel is busy"),
        ({"dropped": 1}, "1 line of the last day was NOT said in time\n"),
        ({"dropped": 2, "dropped_why": "this node has no radio"},
         "2 lines of the last day were NOT said in time: this node has no radio"),
        ({"held_back": 7}, "7 texts were not looked at"),
    ],
)  # fmt: skip
def test_whatever_keeps_it_from_speaking_or_hearing_is_said(
    daemon: dict[str, Any], changes: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon["stock"] = stock_status(**changes)
    assert main(["stock", "list"]) == 0
    assert words in capsys.readouterr().out


def test_a_node_without_any_of_it_says_how_to_begin(
    daemon: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon["stock"], daemon["rows"] = None, []
    monkeypatch.setitem(LINE, "state", "heard")
    assert main(["stock", "list"]) == 5
    assert "--stock-channel" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("adopt", "Report 2.0.9: signed by you"),
        ("dismiss", "K7Q2 is off the list"),
        ("read", "K7Q2 is marked as read"),
    ],
)
def test_what_was_done_is_said(
    daemon: dict[str, Any], verb: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stock", verb, "K7Q2"]) == 0
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(("option", "ago_s"), [([], None), (["--ago", "600"], 600.0)])
def test_adopting_says_when_it_was_seen_only_where_the_member_knows(
    monkeypatch: pytest.MonkeyPatch, option: list[str], ago_s: float | None
) -> None:
    asked: list[dict[str, Any]] = []

    def request(args: Any, method: str, **params: Any) -> tuple[int, Any]:
        asked.append(params)
        return 0, {"id": "2.0.9", "stock": "K7Q2"}

    monkeypatch.setattr(stock, "request", request)
    assert main(["stock", "adopt", "K7Q2", *option]) == 0
    assert asked[0]["observed_ago_s"] == ago_s


def test_the_help_of_adopt_says_what_severity_is_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["stock", "adopt", "--help"])
    assert "default: as it was understood" in " ".join(capsys.readouterr().out.split())


def test_kinds_and_needs_are_in_the_readers_language(
    daemon: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    daemon["rows"] = [stock_report(), stock_report("N33D", intent="need", kind=17, need="water")]
    with language.speaking("es"):
        assert main(["stock", "list"]) == 0
    out = capsys.readouterr().out
    assert "actividad de agentes" in out
    assert "agua" in out

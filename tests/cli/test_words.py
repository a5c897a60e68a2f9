"""Rows of the API in the words of the command line."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from meshdefense.cli import alerts, mesh
from meshdefense.cli.mesh import gap_words, neighbour_words, waiting_words
from meshdefense.cli.output import delivery, held_by, ordinal
from support.screen_rows import NOW, alert, held, member, neighbour, radio
from support.screen_rows import mesh as mesh_of


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (
            {"verifiers": [6, 7], "bases": [2, 3], "all": [12, 14]},
            "held by 6 of 7 verifiers and 2 of 3 bases",
        ),
        ({"bases": [1, 1], "all": [1, 5]}, "held by 1 of 1 base"),
        ({"all": [3, 5]}, "held by 3 of 5 members"),
        (
            {"verifiers": [0, 7], "bases": [0, 3], "all": [1, 14]},
            "held by 1 of 14 members, 0 of 7 verifiers and 0 of 3 bases",
        ),
    ],
)
def test_holders_are_counted_in_words(held: dict[str, Any], words: str) -> None:
    assert held_by(held) == words
    assert delivery({"state": "held", "held": held}) == words


def test_what_waits_is_told_with_its_place_and_why() -> None:
    busy = {"state": "queued", "position": 3, "reason": "the channel is busy (31 %)"}
    assert delivery(busy) == "queued 3rd: the channel is busy (31 %)"
    assert delivery({"state": "queued", "position": 1}) == "queued 1st"
    assert [ordinal(n) for n in (1, 2, 11, 13, 22, 101, 111)] == [
        "1st", "2nd", "11th", "13th", "22nd", "101st", "111th",
    ]  # fmt: skip


def test_gaps_name_the_largest_and_the_sum_of_all() -> None:
    gaps = [{"member": n, "name": f"m{n}", "missing": 9 - n, "newest": 1} for n in range(1, 6)]
    assert gap_words({"gaps": [], "missing": 0}) == "nothing known to be missing"
    assert gap_words({"gaps": gaps[:2], "missing": 15}) == "8 missing from m1, 7 from m2"
    assert gap_words({"gaps": gaps, "missing": 30}) == (
        "8 missing from m1, 7 from m2, 6 from m3 and others: 30 in all"
    )
    assert "others" not in gap_words({"gaps": gaps, "missing": 30}, every=True)


def test_neighbours_and_the_queue_are_summed_up() -> None:
    assert neighbour_words([]) == "nobody was heard directly"
    heard = [neighbour(2, "ana"), neighbour(3, "leo", in_step=None)]
    assert neighbour_words(heard) == "2 heard directly, 1 held the same"
    row = mesh_of()
    assert waiting_words(row) == "2 own items"
    one = {**row, "waiting": row["waiting"][1:], "waiting_count": 1}
    assert waiting_words(one) == "1 own item: the channel is busy (31 %)"
    assert waiting_words({**row, "waiting": [], "waiting_count": 0}) == "nothing"


def test_the_mesh_is_told_as_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = {
        "radio": [radio()],
        "mesh": [mesh_of(waiting_count=30)],
        "neighbours": [neighbour(4, "kit"), neighbour(2, "ana", in_step=False, snr=None)],
    }
    monkeypatch.setattr(mesh, "ask_health", lambda args: (0, tables))
    monkeypatch.setattr("meshdefense.clock.now", lambda: NOW)
    assert mesh.run(argparse.Namespace(json=False)) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == (
        "radio    ready, LONG_FAST, US, channel 14 % busy, on air 1.3 %"
    )
    lines = {line.split("  ")[1].strip(): line for line in shown.splitlines() if "  " in line}
    assert lines["alert"].split() == ["alert", "171.0", "s", "180.0", "s", "95", "%"]
    assert lines["position"].endswith("100 %  held back: airtime of positions is used up")
    assert lines["kit"].split() == "kit compared 2 min ago -7.5 dB held the same then".split()
    assert lines["ana"].endswith("differed then")
    assert "missing  3 missing from birch, 1 from ana" in shown
    assert "2nd  1.0.40    message: the channel is busy (31 %)" in shown
    assert "and 28 more" in shown


def test_those_who_hold_one_alert_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = held(2, 3, 99, verifiers=[1, 1], all=[3, 9])
    row = alert(1, id="1.0.31", mine=True, delivery=words)
    tables = {
        "alerts": [row, alert(2)],
        "members": [member(2, "ana"), member(3, "leo")],
        "status": [{"origin": None}],
    }
    monkeypatch.setattr(alerts, "request", lambda *_, **__: (0, {"tables": tables}))
    args = argparse.Namespace(id="1.0.31", follow=False, bell=False, all=False, json=False)
    assert alerts.run(args) == 0
    shown = capsys.readouterr().out
    assert "held by 1 of 1 verifier\n" in shown
    assert "with ana, leo, #99\n" in shown
    assert "2.0.2" not in shown

"""Whom the command line waits for in roll calls and stand-downs."""

from __future__ import annotations

from typing import Any

from meshdefense.cli.progress_lines import attended, roll_lines
from support.muster_rows import entry, order, roll_call
from support.screen_rows import NOW, member

TABLES: dict[str, Any] = {
    "members": [
        member(6, "birch", roles=("relay", "patrol")),
        member(8, "roof", roles=("relay",)),
    ]
}
BIRCH, ROOF = entry(6, "birch"), entry(8, "roof")


def test_nobody_waits_for_the_answer_of_a_relay_without_a_person() -> None:
    told = attended(roll_call(asked=[BIRCH, ROOF], others=[], heard=0), TABLES)
    text = "\n".join(roll_lines(told, None, NOW))
    assert "heard from 0 of 1" in text
    assert "birch" in text
    assert "roof" not in text


def test_a_relay_that_answered_is_told() -> None:
    told = attended(roll_call(asked=[entry(8, "roof", "ok")]), TABLES)
    assert [one["name"] for one in told["asked"]] == ["roof"]


def test_a_stand_down_does_not_wait_for_a_relay_and_the_row_itself_stays() -> None:
    row = order(waiting=[BIRCH, ROOF])
    assert [one["name"] for one in attended(row, TABLES)["waiting"]] == ["birch"]
    assert len(row["waiting"]) == 2

"""A long report from one person's file to another one's terminal, over radios and a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.commands import PATIENCE_S, until
from support.daemons import ASH, BASE, Daemon, Members, Radios, two_nodes

pytestmark = pytest.mark.slow

TEXT = "\n".join(
    f"{number}. The north gate is open, the street behind the school is not: {'word ' * 30}".strip()
    for number in range(1, 7)
)
CONTENT = TEXT + "." * (1500 - len(TEXT))


def long_of(daemon: Daemon, item: str) -> dict[str, Any]:
    found: dict[str, Any] = daemon.rows("messages").get(item, {}).get("long", {})
    return found


def test_a_long_report_arrives_whole_though_its_receiver_is_killed_in_the_middle(
    members: Members, tmp_path: Path
) -> None:
    file = tmp_path / "report.txt"
    file.write_text(CONTENT + "\n", encoding="utf-8")
    with Radios(2) as radios, two_nodes(members, radios) as (base, ash):
        alert = base.call("report", kind="fire")["id"]
        until(lambda: alert in ash.rows("alerts"))
        sent = members.say(ASH, "report", "--long", file, "--about", alert, "--json").json
        item = sent["id"]
        assert sent["frames"] == 12

        until(lambda: long_of(base, item).get("have", 0) > 0)
        base.kill()
        with members.daemon(BASE, radios.addresses[0], wait=False) as again:
            until(again._answers)
            before = long_of(again, item)
            assert 0 < before["have"] < before["of"] == 11
            assert before["lines"] == []
            listed = members.say(BASE, "message").out
            assert f"long report from ash about {alert}, " in listed
            assert " of 11 parts" in listed
            again.wait_radio("ready")

            until(lambda: long_of(again, item)["lines"] != [], within_s=2 * PATIENCE_S)
            assert "\n".join(long_of(again, item)["lines"]) == CONTENT
            shown = members.say(BASE, "alerts", alert)
            for line in CONTENT.split("\n"):
                assert line in shown.out
            (row,) = members.say(BASE, "message", "--json").json
            assert "\n".join(row["long"]["lines"]) == CONTENT
            (of_alert,) = members.say(BASE, "alerts", "--json").json
            assert [text["id"] for text in of_alert["long_reports"]] == [item]

"""Two daemons, two virtual radios, the real client library between: the whole path by hand."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense_protocol.words import KINDS, SEVERITIES, VERDICTS
from support.commands import PATIENCE_S, command, environment, until
from support.daemons import ASH, BASE, Daemon, Members, Radios, two_nodes


class Pair:
    """base and ash, running, and what a person types at each."""

    def __init__(self, members: Members, base: Daemon, ash: Daemon) -> None:
        self.members, self.base, self.ash = members, base, ash

    def json(self, handle: str, *words: object) -> Any:
        return self.members.say(handle, *words, "--json").json

    def alert(self, handle: str, item: str) -> dict[str, Any] | None:
        """A row of `alerts --all --json`, as soon as it is there."""
        rows = [row for row in self.json(handle, "alerts", "--all") if row["id"] == item]
        assert len(rows) <= 1
        return rows[0] if rows else None


@pytest.fixture(scope="module")
def pair(enrolled: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    members = enrolled.copied(tmp_path_factory.mktemp("pair"))
    with Radios() as radios, two_nodes(members, radios) as (base, ash):
        yield Pair(members, base, ash)


def test_a_report_on_one_node_appears_on_the_other_with_everything_that_was_said(
    pair: Pair,
) -> None:
    sent = pair.json(
        ASH, "report", "checkpoint", "--severity", "high", "--count", 3, "--at", 40.7631, -111.8934,
        "--activity", "stopping", "--note", "two lanes closed",
    )  # fmt: skip
    row = until(lambda: pair.alert(BASE, sent["id"]))
    assert row is not None
    assert row["kind"] == KINDS.code("checkpoint")
    assert row["severity"] == SEVERITIES.code("high")
    assert (row["count"], row["count_label"]) == (3, "3")
    assert row["note"] == "two lanes closed"
    assert (row["author_name"], row["mine"], row["state"]) == (ASH, False, "unconfirmed")
    assert row["place"]["precision_m"] == 10
    assert row["place"]["lat"] == pytest.approx(40.7631, abs=1e-4)
    assert row["place"]["lon"] == pytest.approx(-111.8934, abs=1e-4)
    assert row["delivery"] == {"state": "received"}
    assert not row["time_uncertain"]
    assert row["received_at"] >= row["reported_at"] - 4


def test_a_verdict_comes_back_to_the_one_who_reported(pair: Pair) -> None:
    item = pair.json(ASH, "report", "fire", "--severity", "high")["id"]
    until(lambda: pair.alert(BASE, item))
    pair.json(BASE, "verify", item, "confirmed", "--count", 2, "--note", "seen by me")
    row = until(lambda: pair.alert(ASH, item), lambda row: bool(row and row["verdicts"]))
    assert row is not None
    assert row["state"] == "verified"
    (verdict,) = row["verdicts"]
    assert (verdict["name"], verdict["note"], verdict["count"]) == (BASE, "seen by me", 2)
    assert verdict["result"] == VERDICTS.code("confirmed")


def test_delivery_says_heard_once_the_other_radio_relayed_it_and_held_once_its_node_said_so(
    pair: Pair,
) -> None:
    item = pair.json(ASH, "report", "flood")["id"]

    def delivery_in(*states: str) -> dict[str, Any]:
        row = until(
            lambda: pair.alert(ASH, item),
            lambda row: bool(row and row["delivery"]["state"] in states),
        )
        assert row is not None
        words: dict[str, Any] = row["delivery"]
        return words

    assert delivery_in("heard", "held")["attempts"] == 1
    assert pair.alert(BASE, item), "a radio relays what it gives to its node"
    words = delivery_in("held")
    assert words["attempts"] == 1
    assert words["holders"] == [1]
    assert words["held"] == {"all": [1, 2], "verifiers": [1, 2], "bases": [1, 1]}
    assert "held by 1 of 2 verifiers and 1 of 1 base" in pair.members.say(ASH, "alerts").out


def test_a_radio_whose_node_does_not_run_is_proof_of_hearing_only(
    members: Members,
) -> None:
    with Radios() as radios, members.daemon(ASH, radios.addresses[1]) as ash:
        item = ash.call("report", kind="flood")["id"]
        words = until(
            lambda: ash.rows("alerts")[item]["delivery"], lambda words: words["state"] == "heard"
        )
        assert "held" not in words
        assert "heard by another radio" in members.say(ASH, "alerts").out


def test_a_message_names_its_recipient_and_an_acknowledgement_its_reader(pair: Pair) -> None:
    item = pair.json(BASE, "message", "please look at the bridge", "--to", "ash", "--urgent")["id"]

    def at(handle: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = pair.json(handle, "message")
        return {row["id"]: row for row in rows}.get(item, {})

    row = until(lambda: at(ASH))
    assert (row["text"], row["recipient_name"]) == ("please look at the bridge", ASH)
    assert row["urgent"]
    assert row["author_name"] == BASE
    assert row["readers"] == []
    pair.json(ASH, "acknowledge", item)
    row = until(lambda: at(BASE), lambda row: bool(row["readers"]))
    assert [reader["name"] for reader in row["readers"]] == [ASH]


def test_a_check_in_and_a_position_are_in_the_other_nodes_patrols(pair: Pair) -> None:
    pair.json(ASH, "checkin", "need-help", "--due", 30, "--at", 40.761, -111.891)

    def patrol() -> dict[str, Any]:
        rows: list[dict[str, Any]] = pair.json(BASE, "patrols")
        return {row["name"]: row for row in rows}.get(ASH, {})

    row = until(patrol, lambda row: bool(row.get("due_at")))
    assert row["due_at"] - row["checked_in_at"] == 1800
    assert row["place"]["precision_m"] == 100
    assert "need help" in pair.members.say(BASE, "patrols").out
    pair.json(ASH, "position", 40.77, -111.9, "--heading", 90, "--motion", "walking")
    row = until(patrol, lambda row: row["heading"] == 90)
    assert row["place"]["lat"] == pytest.approx(40.77, abs=2e-3)


def test_follow_prints_a_change_as_it_comes_and_a_retraction_ends_the_alert(pair: Pair) -> None:
    lines: queue.Queue[dict[str, Any]] = queue.Queue()
    process = subprocess.Popen(
        command("alerts", "--follow", "--json", "--data", pair.members.data(BASE)),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    output = process.stdout

    def read() -> None:
        for line in output:
            lines.put(json.loads(line))

    def follow(item: str, state: str) -> dict[str, Any]:
        while True:
            row = lines.get(timeout=PATIENCE_S)
            if row["id"] == item and row["state"] == state:
                return row

    reader = threading.Thread(target=read)
    reader.start()
    try:
        item = pair.json(ASH, "report", "road-blocked", "--note", "tree")["id"]
        assert follow(item, "unconfirmed")["note"] == "tree"
        pair.json(ASH, "retract", item, "--reason", "over")
        assert follow(item, "retracted")["retracted_at"] is not None
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        reader.join(PATIENCE_S)
        output.close()
    assert item not in [row["id"] for row in pair.json(BASE, "alerts")]
    assert item in [row["id"] for row in pair.json(BASE, "alerts", "--all")]


def test_status_shows_the_radio_and_counts_frames(pair: Pair) -> None:
    pair.json(BASE, "report", "offer")
    until(lambda: pair.ash.status()["radio"]["frames_in"])
    shown = pair.json(ASH, "status")
    assert shown["radio"]["state"] == "ready"
    assert shown["radio"]["preset"] == "SHORT_TURBO"
    assert shown["radio"]["frames_in"] >= 1
    assert shown["radio"]["last_frame_at"] is not None
    assert shown["radio"]["nodes_heard"] >= 1
    assert shown["status"]["network"] == "Test Valley"
    assert (shown["status"]["name"], shown["status"]["store"]) == (ASH, "ok")
    text = pair.members.say(ASH, "status").out
    assert "ready for" in text
    assert "Test Valley" in text


def test_a_node_without_a_radio_works_alone_and_says_so(members: Members, tmp_path: Path) -> None:
    with members.daemon(BASE):
        item = members.say(BASE, "report", "hazard", "--json").json["id"]
        (row,) = members.say(BASE, "alerts", "--json").json
        assert row["id"] == item
        assert row["delivery"] == {"state": "local", "reason": "this node has no radio"}
        assert "this node has no radio" in members.say(BASE, "alerts").out
        assert members.say(BASE, "status", "--json").json["radio"]["state"] == "none"
    with members.daemon(BASE):  # and it is still there after a restart
        assert [row["id"] for row in members.say(BASE, "alerts", "--json").json] == [item]

"""From a report to the all-clear, typed at several nodes; every screen tells the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from meshdefense.cli.exit_codes import ExitCode
from support.served import Served, served

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """pia patrols, vic verifies, base dispatches, lea responds, ada organizes."""
    with served(tmp_path_factory.mktemp("loop"), "ada", "base", "pia", "vic", "lea") as running:
        yield running


@pytest.fixture
def alert(world: Served, capsys: Said) -> str:
    """A fire that pia reported to everybody, as everybody has it."""
    sent = typed(world, capsys, "pia", "report fire --severity high --count 3")
    for name in world.running:
        world.row(name, "alerts", sent["id"])
    ident: str = sent["id"]
    return ident


@pytest.fixture(scope="module")
def unanswered(world: Served) -> str:
    """One that nobody says anything about: there is only so much that a member may report."""
    ident = world.submit("pia", "report", kind="flood")
    for name in world.running:
        world.row(name, "alerts", ident)
    return ident


def typed(world: Served, capsys: Said, name: str, line: str, *more: str) -> dict[str, Any]:
    """What a command with --json says."""
    capsys.readouterr()
    code = world.type(name, f"{line} --json", *more)
    said = capsys.readouterr()
    assert code == ExitCode.OK, said.err
    told: dict[str, Any] = json.loads(said.out.splitlines()[0])
    return told


def shown(world: Served, capsys: Said, name: str, line: str) -> str:
    """What a command shows to people."""
    capsys.readouterr()
    assert world.type(name, line) == ExitCode.OK
    return capsys.readouterr().out


def test_from_a_report_to_the_all_clear(world: Served, capsys: Said, alert: str) -> None:
    typed(world, capsys, "base", f"dispatch {alert} vic --back 10", "--look", "smoke or steam?")
    for name in ("vic", "lea"):
        row = world.row(name, "alerts", alert, lambda row: row["dispatches"])
        (order,) = row["dispatches"]
        assert (order["state"], order["look"]) == ("open", "smoke or steam?")
        assert order["mine"] is (name == "vic")
    assert "vic sent by base: no answer yet" in shown(world, capsys, "lea", f"alerts {alert}")

    typed(world, capsys, "vic", f"respond {alert} on-the-way --eta 4")
    row = world.row("base", "alerts", alert, lambda row: row["responses"])
    assert row["dispatches"][0]["state"] == "accepted"
    typed(world, capsys, "vic", f"verify {alert} confirmed --count 3")
    row = world.row("base", "alerts", alert, lambda row: row["state"] == "verified")
    assert (row["confirmed"], row["needed"]) == (1, 1)
    assert row["dispatches"][0]["state"] == "answered"

    typed(world, capsys, "base", f"broadcast {alert}")
    typed(world, capsys, "lea", f"respond {alert} on-the-way --eta 10")
    world.row("pia", "alerts", alert, lambda row: len(row["responses"]) == 2 and row["broadcasts"])
    text = shown(world, capsys, "pia", f"alerts {alert}")
    assert "vic sent by base: has given a verdict, to look for: smoke or steam?" in text
    assert "lea: on the way, there in" in text
    assert "broadcast by base" in text

    typed(world, capsys, "vic", f"close {alert}")
    row = world.row("lea", "alerts", alert, lambda row: row["closes"])
    assert row["state"] == "verified"
    assert "all clear: 1 of 2 (vic)" in shown(world, capsys, "lea", f"alerts {alert}")
    typed(world, capsys, "base", f"close {alert}")
    for name in world.running:
        world.row(name, "alerts", alert, lambda row: row["state"] == "closed")
    assert alert not in shown(world, capsys, "ada", "alerts")
    text = shown(world, capsys, "ada", f"alerts {alert}")
    assert "closed" in text
    assert "all clear: 2 of 2" in text


def test_a_second_report_corroborates_the_first(world: Served, capsys: Said, alert: str) -> None:
    more = typed(world, capsys, "lea", f"report fire --severity high --about {alert}")
    row = world.row("base", "alerts", alert, lambda row: row["state"] == "corroborated")
    assert [one["name"] for one in row["reporters"]] == ["pia", "lea"]
    assert row["additions"] == [more["id"]]
    assert world.row("base", "alerts", more["id"])["about"] == alert
    typed(world, capsys, "lea", f"retract {more['id']} --reason mistake")
    world.row("base", "alerts", alert, lambda row: row["state"] == "unconfirmed")


def test_who_may_not_read_the_report_learns_of_it_by_the_broadcast(
    world: Served, capsys: Said
) -> None:
    sent = typed(world, capsys, "pia", "report flood --severity high --scope field")["id"]
    for name in ("vic", "base"):
        world.row(name, "alerts", sent)
    typed(world, capsys, "vic", f"verify {sent} confirmed")
    world.row("base", "alerts", sent, lambda row: row["state"] == "verified")
    assert sent not in world.rows("lea", "alerts")
    typed(world, capsys, "base", f"broadcast {sent}")
    row = world.row("lea", "alerts", sent, lambda row: row["state"] == "verified")
    assert (row["here"], row["author_name"], row["scope"]) == (False, "pia", 0)
    assert "known from a broadcast" in shown(world, capsys, "lea", f"alerts {sent}")
    assert world.type("lea", f"report flood --about {sent}") == ExitCode.OK
    world.row("base", "alerts", sent, lambda row: len(row["reporters"]) == 2)


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("base", "dispatch {} vik", "the nearest is vic"),
        ("base", "dispatch {} pia", "pia reported it: somebody else has to look"),
        ("base", "dispatch {} lea", "those who can are vic"),
        ("base", "dispatch {} vic --back 0", "1 to 255"),
        ("base", "dispatch {} vic --back 5 --off", "called off"),
        ("vic", "dispatch {} base", "no verifier"),
        ("lea", "dispatch {} vic", "it takes verifier or dispatch"),
        ("lea", "respond {} flying", "did you mean"),
        ("lea", "respond {} pending", "nobody has responded"),
        ("lea", "respond {} on-scene --eta 5", "on-the-way only"),
        ("lea", "respond {} on-the-way --eta 90", "0 to 62"),
        ("vic", "broadcast {}", "it is unconfirmed: 0 of 1 verifiers confirm it"),
        ("pia", "broadcast {}", "your own report"),
        ("pia", "close {}", "it takes verifier or dispatch"),
        ("base", "close {} --reason bored", "is not a closing reason"),
        ("base", "escalate {} --level higher", "next-ring or coordinators"),
        ("base", "close {} --drill", "is no drill"),
        ("vic", "verify {} confirmed --count 70000", "65535"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_would_be_right(
    world: Served, capsys: Said, unanswered: str, name: str, line: str, why: str
) -> None:
    before = world.running[name].status(0)["items"]
    assert world.type(name, line.format(unanswered)) == ExitCode.REFUSED
    said = capsys.readouterr()
    assert why in said.err
    assert said.out == ""
    assert world.running[name].status(0)["items"] == before, "nothing was stored"


def test_who_confirmed_alone_cannot_raise_the_wide_alarm_alone(
    world: Served, capsys: Said, alert: str
) -> None:
    typed(world, capsys, "vic", f"verify {alert} confirmed")
    assert world.type("vic", f"broadcast {alert}") == ExitCode.REFUSED
    assert "nobody but you confirms it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("dispatch 9.0.9 vic", "base"), ("respond 9.0.9 done", "lea"), ("broadcast 9.0.9", "vic"),
        ("escalate 9.0.9", "pia"), ("close 9.0.9", "vic"), ("sos clear 9.0.9", "vic"),
        ("rollcall answer --id 9.0.9", "pia"), ("report fire --about 9.0.9", "pia"),
    ],
)  # fmt: skip
def test_what_is_not_here_is_named(world: Served, capsys: Said, verb: str, name: str) -> None:
    assert world.type(name, verb) == ExitCode.NOT_FOUND
    assert "9.0.9 is not here" in capsys.readouterr().err


def test_a_verifier_takes_an_alert_on_and_is_called_off(
    world: Served, capsys: Said, alert: str
) -> None:
    typed(world, capsys, "vic", f"dispatch {alert} vic --back 5")
    world.row("base", "alerts", alert, lambda row: row["dispatches"])
    assert "vic took it on" in shown(world, capsys, "base", f"alerts {alert}")
    typed(world, capsys, "base", f"dispatch {alert} vic --off")
    row = world.row(
        "vic", "alerts", alert, lambda row: row["dispatches"][0]["state"] == "called-off"
    )
    assert row["dispatches"][0]["due_at"] is None


def test_somebody_escalates_and_then_once_more(world: Served, capsys: Said, alert: str) -> None:
    typed(world, capsys, "pia", f"escalate {alert} --reason worse")
    world.row("base", "alerts", alert, lambda row: row["escalation"]["level"] == 1)
    text = shown(world, capsys, "base", f"alerts {alert}")
    assert "ESCALATED to everybody in the field by pia: getting worse" in text
    typed(world, capsys, "pia", f"escalate {alert}")
    world.row("base", "alerts", alert, lambda row: row["escalation"]["level"] == 2)


def test_what_is_said_about_an_exercise_is_a_part_of_it(world: Served, capsys: Said) -> None:
    item = typed(world, capsys, "pia", "report fire --drill")["id"]
    world.row("vic", "alerts", item)
    said = typed(world, capsys, "vic", f"verify {item} confirmed")["id"]
    row = world.row("pia", "alerts", item, lambda row: row["state"] == "verified")
    assert row["drill"]
    assert [verdict["id"] for verdict in row["verdicts"]] == [said]
    told = typed(world, capsys, "base", f"broadcast {item}")["id"]
    row = world.row("pia", "alerts", item, lambda row: row["broadcasts"])
    assert row["broadcasts"][0]["id"] == told, "what is no drill would not count"

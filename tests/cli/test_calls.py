"""Calls for help, roll calls and stand-downs, typed at several nodes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from meshdefense.cli import sos
from meshdefense.cli.exit_codes import ExitCode
from support.commands import until
from support.served import Served, served

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """pia patrols, vic verifies, base dispatches, lea responds."""
    with served(tmp_path_factory.mktemp("calls"), "base", "pia", "vic", "lea") as running:
        yield running


def typed(world: Served, capsys: Said, name: str, line: str) -> dict[str, Any]:
    """What a command with --json says."""
    capsys.readouterr()
    code = world.type(name, f"{line} --json")
    said = capsys.readouterr()
    assert code == ExitCode.OK, said.err
    told: dict[str, Any] = json.loads(said.out.splitlines()[0])
    return told


def shown(world: Served, capsys: Said, name: str, line: str) -> str:
    """What a command shows to people."""
    capsys.readouterr()
    assert world.type(name, line) == ExitCode.OK
    return capsys.readouterr().out


# -- SOS -------------------------------------------------------------------------------------------


def test_a_call_waits_until_a_person_has_it_and_says_who(world: Served, capsys: Said) -> None:
    def answer() -> None:
        (call,) = until(lambda: world.rows("vic", "sos"))
        world.submit("vic", "acknowledge", item=call)

    helper = threading.Thread(target=answer)
    helper.start()
    text = shown(world, capsys, "pia", "sos --now --kind medical --at 34.051 -118.249")
    helper.join(30)
    first, *rest = text.splitlines()
    call = first.split()[1].rstrip(":")
    assert first.startswith(f"SOS {call}: signed and stored here")
    assert any("vic: acknowledged" in line for line in rest)
    row = world.row("base", "sos", call, lambda row: row["state"] == "acknowledged")
    assert row["scope"] == 1, "patrols, verifiers, dispatch and organizers"
    assert row["place"]["precision_m"] == 1
    assert call not in world.rows("lea", "sos"), "a responder does not learn the exact place"
    assert "medical emergency" in shown(world, capsys, "base", "sos show")
    typed(world, capsys, "vic", f"sos clear {call}")
    row = world.row("pia", "sos", call, lambda row: row["state"] == "ended")
    assert row["ended_by_name"] == "vic"
    assert "all clear, said vic" in shown(world, capsys, "pia", f"sos show {call}")


def test_who_does_not_hold_the_key_of_the_field_calls_everybody_to_a_block(
    world: Served, capsys: Said
) -> None:
    call = typed(world, capsys, "lea", "sos --now --no-wait --at 34.051 -118.249")["id"]
    row = world.row("pia", "sos", call)
    assert (row["scope"], row["place"]["precision_m"]) == (0, 100)
    assert "NOBODY HAS ANSWERED" in shown(world, capsys, "pia", f"sos show {call}")
    assert world.type("pia", f"sos cancel {call}") == ExitCode.REFUSED
    assert "only its author cancels" in capsys.readouterr().err
    typed(world, capsys, "lea", f"sos cancel {call}")
    world.row("pia", "sos", call, lambda row: row["state"] == "ended")


def test_the_countdown_is_seconds_and_ctrl_c_leaves_nothing(
    world: Served, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def nap(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("meshdefense.cli.sos.time.sleep", nap)
    before = world.rows("vic", "sos").keys()
    assert world.type("vic", "sos --no-wait") == ExitCode.INTERRUPTED
    said = capsys.readouterr()
    assert [f"SOS in {left} s" in said.err for left in (5, 4, 3, 2)] == [True, True, True, False]
    assert "Nothing was sent" in said.err
    assert world.rows("vic", "sos").keys() == before


def test_ctrl_c_while_waiting_leaves_the_call_and_says_how_to_end_it(
    world: Served, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sos, "_watch", interrupted)
    assert world.type("base", "sos --now") == ExitCode.INTERRUPTED
    said = capsys.readouterr()
    call = said.out.split()[1].rstrip(":")
    assert f"meshdefense sos cancel {call}" in said.err
    assert world.row("base", "sos", call)["state"] == "raised"
    world.submit("base", "sos_end", sos=call)


@pytest.mark.parametrize("line", ["sos cancel", "sos clear", "sos call 3.0.0", "sos away"])
def test_a_call_that_is_not_understood_sends_nothing(
    world: Served, capsys: Said, line: str
) -> None:
    before = world.rows("pia", "sos").keys()
    try:
        code = world.type("pia", line)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == ExitCode.USAGE
    assert world.rows("pia", "sos").keys() == before


# -- roll call -------------------------------------------------------------------------------------


def test_everybody_answers_a_roll_call_in_a_slot_of_their_own(world: Served, capsys: Said) -> None:
    call = typed(world, capsys, "base", "rollcall start --slot 20")["id"]
    for name in ("pia", "vic", "lea"):
        world.row(name, "rollcalls", call)
    text = shown(world, capsys, "base", "rollcall show")
    assert "heard from 0 of 6" in text
    assert "not heard from: ada, pia, vic, ned, lea, rob" in text
    answer = typed(world, capsys, "vic", "rollcall answer need-help")["id"]
    assert answer not in [str(one) for one in _sent_by(world, "vic")], "its slot has not come"
    row = world.row("vic", "rollcalls", call)
    assert row["slot_at"] == row["called_at"] + 2 + 2 * 20
    world.nodes.time.pass_(45)
    row = world.row("base", "rollcalls", call, lambda row: row["heard"] == 1)
    assert [one["name"] for one in row["asked"] if one["state"]] == ["vic"]
    lines = shown(world, capsys, "base", f"rollcall show {call}").splitlines()
    assert lines[1].strip() == "need help: vic", "who needs something comes first"


def _sent_by(world: Served, name: str) -> list[Any]:
    return [item for who, frame in world.nodes.sent if who == name for item in frame.items]


def test_only_some_roles_can_be_asked_and_only_some_can_ask(world: Served, capsys: Said) -> None:
    call = typed(world, capsys, "base", "rollcall start --whom verifier --whom patrol")["id"]
    row = world.row("lea", "rollcalls", call)
    assert [one["name"] for one in row["asked"]] == ["pia", "vic"]
    assert (row["slot_at"], row["whom"]) == (None, ["patrol", "verifier"])
    for line, why in (
        ("rollcall start --whom cook", "roles are"),
        ("rollcall start --slot 60 --window 1", "the last of 6 people answers after"),
        (f"rollcall answer --id {call}", "your own roll call"),
        ("rollcall answer unknown --id 1.0.0", "say how you are"),
    ):
        assert world.type("base", line) == ExitCode.REFUSED
        assert why in capsys.readouterr().err
    assert world.type("vic", "rollcall start") == ExitCode.REFUSED
    assert "it takes dispatch or organizer" in capsys.readouterr().err


# -- stand-down ------------------------------------------------------------------------------------


def test_a_stand_down_names_who_has_acknowledged_it_and_who_has_not(
    world: Served, capsys: Said
) -> None:
    order = typed(
        world, capsys, "base",
        "standdown order --at 34.051 -118.249 --precision 500 --hours 1 --reason weather",
    )["id"]  # fmt: skip
    row = world.row("pia", "orders", order)
    assert (row["place"]["precision_m"], row["until"] - row["ordered_at"]) == (500, 3600)
    typed(world, capsys, "pia", f"acknowledge {order}")
    row = world.row("base", "orders", order, lambda row: row["acknowledged"])
    assert [one["name"] for one in row["waiting"]] == ["ada", "vic", "ned", "lea", "rob"]
    text = shown(world, capsys, "base", "standdown show")
    assert "STAND DOWN in-force" in text
    assert "acknowledged by 1 of 6: pia" in text
    assert "waiting for ada, vic, ned, lea, rob" in text
    assert world.type("pia", "standdown order") == ExitCode.REFUSED
    typed(world, capsys, "base", f"retract {order}")
    world.row("vic", "orders", order, lambda row: row["state"] == "retracted")

"""What people type at a running daemon: values that are wrong, lists, and hostile text."""

from __future__ import annotations

import json
import subprocess
import unicodedata
from collections.abc import Iterator

import pytest

from meshdefense.api.mesh_schema import MeshRow
from meshdefense.api.row_schema import AlertRow, MessageRow, PatrolRow
from meshdefense.api.status_schema import NodeStatus, RadioRow
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense_protocol.priority import Priority
from support.commands import PATIENCE_S, command, environment
from support.daemons import BASE, Daemon, Members, ask

HOSTILE = "\x1b[2Jred\x1b[31m \x9b0m \u202eevil\u202c \u200bx\x07\x08\u2066y"
Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def daemon(enrolled: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """base's, without a radio."""
    with enrolled.copied(tmp_path_factory.mktemp("requests")).daemon(BASE) as running:
        yield running


@pytest.fixture
def item(daemon: Daemon) -> str:
    """An alert of base's own."""
    sent: str = daemon.call("report", kind="hazard", note="ice")["id"]
    return sent


def say(daemon: Daemon, *words: str) -> int:
    return main([*words, "--data", str(daemon.data)])


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ("report fore", ExitCode.REFUSED, "fire"),
        ("report fire --severity hihg", ExitCode.REFUSED, "high"),
        ("report fire --at 91 0", ExitCode.REFUSED, "91"),
        ("report fire --at 40.76 -181", ExitCode.REFUSED, "181"),
        ("report fire --at nan 0", ExitCode.REFUSED, "nan"),
        ("report fire --count -1", ExitCode.REFUSED, "1 to 65535"),
        ("report fire --count 99999", ExitCode.REFUSED, "1 to 65535"),
        ("report fire --precision 0", ExitCode.REFUSED, "1 to 10000"),
        ("report fire --ago -5", ExitCode.REFUSED, "0 to 86400"),
        ("report fire --scope evrybody", ExitCode.REFUSED, "everyone"),
        ("report fire --equipment truk", ExitCode.REFUSED, "truk"),
        (f"report fire --note {'x' * 61}", ExitCode.REFUSED, "shorten it by 1"),
        (f"message {'x' * 71}", ExitCode.REFUSED, "shorten it by 1"),
        ("message hello --to bas", ExitCode.REFUSED, "the nearest is base"),
        ("position 91 0", ExitCode.REFUSED, "91"),
        ("position 40.76 -111.89 --battery 150", ExitCode.REFUSED, "0 to 101"),
        ("position 40.76 -111.89 --motion flying", ExitCode.REFUSED, "flying"),
        ("checkin okay", ExitCode.REFUSED, "ok"),
        ("checkin --due 9999", ExitCode.REFUSED, "due_in_s"),
        ("verify 9.0.9 confirmed", ExitCode.NOT_FOUND, "9.0.9"),
        ("verify nonsense confirmed", ExitCode.REFUSED, "nonsense"),
        ("retract 9.0.9", ExitCode.NOT_FOUND, "9.0.9"),
        ("acknowledge 9.0.9", ExitCode.NOT_FOUND, "meshdefense alerts"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(
    words: str, code: ExitCode, why: str, daemon: Daemon, capsys: Said
) -> None:
    before = daemon.status()["status"]["items"]
    assert say(daemon, *words.split()) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert why in said.err
    assert "Traceback" not in said.err
    assert daemon.status()["status"]["items"] == before, "something was stored all the same"


def test_an_own_report_and_words_that_are_none_are_refused(
    daemon: Daemon, item: str, capsys: Said
) -> None:
    assert say(daemon, "verify", item, "confirmed") == ExitCode.REFUSED
    assert "somebody else has to verify it" in capsys.readouterr().err
    assert say(daemon, "verify", item, "confirmd") == ExitCode.REFUSED
    assert "confirmed" in capsys.readouterr().err
    assert say(daemon, "retract", item, "--reason", "overr") == ExitCode.REFUSED
    assert "over" in capsys.readouterr().err


def test_what_is_sent_is_told_with_its_id_and_its_size_on_the_air(
    daemon: Daemon, capsys: Said
) -> None:
    assert say(daemon, "report", "fire", "--at", "40.76", "-111.89") == 0
    said = capsys.readouterr()
    assert said.err == ""
    newest = max(daemon.rows("alerts").values(), key=lambda row: row["received_at"])
    assert said.out.startswith(f"Report {newest['id']}: signed and stored here (")
    assert say(daemon, "message", "hello", "--json") == 0
    sent = json.loads(capsys.readouterr().out)
    assert sent.keys() == {"id", "rev", "bytes"}
    assert "; stored here only: this node has no radio" in said.out
    assert 0 < sent["bytes"] <= 233


def test_json_of_each_list_has_the_keys_that_the_schema_promises(
    daemon: Daemon, item: str, capsys: Said
) -> None:
    daemon.call("message", text="hello")
    daemon.call("checkin", due_in_s=600)
    for noun, row_type in (("alerts", AlertRow), ("message", MessageRow), ("patrols", PatrolRow)):
        assert say(daemon, noun, "--json") == 0
        rows = json.loads(capsys.readouterr().out)
        assert rows
        for row in rows:
            assert row.keys() >= row_type.__annotations__.keys() - {"gone", "long"}
    assert say(daemon, "status", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown.keys() == {"status", "radio"}
    elsewhere = {"locked", "counts", "unlock_wait_s", "stock"}  # while locked; where it speaks
    assert shown["status"].keys() == NodeStatus.__annotations__.keys() - elsewhere
    assert shown["radio"].keys() == RadioRow.__annotations__.keys()
    assert say(daemon, "mesh", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown.keys() == {"radio", "mesh", "neighbours"}
    assert shown["mesh"].keys() == MeshRow.__annotations__.keys()
    assert [row["name"] for row in shown["mesh"]["airtime"]] == [p.name.lower() for p in Priority]


def test_one_alert_is_shown_alone_and_one_that_is_not_there_is_named(
    daemon: Daemon, item: str, capsys: Said
) -> None:
    daemon.call("report", kind="fire")
    assert say(daemon, "alerts", item) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(item)
    assert "fire" not in shown
    assert say(daemon, "alerts", "9.0.9") == ExitCode.NOT_FOUND
    said = capsys.readouterr()
    assert said.out == ""
    assert "9.0.9" in said.err


def test_the_mesh_of_a_node_without_a_radio_is_told_in_words(
    daemon: Daemon, item: str, capsys: Said
) -> None:
    assert say(daemon, "mesh") == 0
    shown = capsys.readouterr().out
    assert "nobody was heard directly" in shown
    assert "nothing known to be missing" in shown
    assert "check-in" in shown
    assert say(daemon, "status") == 0
    assert "nothing known to be missing" in capsys.readouterr().out


def test_received_text_cannot_steer_the_terminal(daemon: Daemon, capsys: Said) -> None:
    daemon.call("report", kind="hazard", note=HOSTILE)
    daemon.call("message", text=HOSTILE)
    for words in (["alerts"], ["message"], ["patrols"], ["status"], ["mesh"]):
        for form in ([], ["--json"]):
            assert say(daemon, *words, *form) == 0
            text = capsys.readouterr().out
            bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"}
            assert not bad, f"{words} {form} prints {bad!r}"
            if words[0] in ("alerts", "message"):
                assert "evil" in text


def test_hostile_arguments_cannot_steer_the_terminal_either(daemon: Daemon, capsys: Said) -> None:
    assert say(daemon, "report", "fire\x1b[31m") == ExitCode.REFUSED
    assert say(daemon, "message", "x", "--to", "\x1b[31m\u202e") == ExitCode.REFUSED
    assert say(daemon, "stat\x1b[31m") == ExitCode.USAGE
    text = capsys.readouterr().err
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize("words", [["alerts"], ["status", "--json"], ["alerts", "--follow"]])
def test_a_reader_that_left_is_no_error(words: list[str], daemon: Daemon, item: str) -> None:
    """As in `meshdefense alerts | head -1`."""
    process = subprocess.Popen(
        command(*words, "--data", daemon.data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED=""),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (0, b"")


def test_stop_ends_the_daemon_and_leaves_no_socket(members: Members, capsys: Said) -> None:
    with members.daemon(BASE) as daemon:
        assert say(daemon, "stop") == 0
        assert "on disk" in capsys.readouterr().out
        assert daemon.process.wait(PATIENCE_S) == 0
        assert not (daemon.data / "daemon.sock").exists()
        assert say(daemon, "status") == ExitCode.NO_DAEMON


def test_roles_decide_what_may_be_sent(members: Members, capsys: Said) -> None:
    """ash is a patrol and a reporter: no verdicts, no scope that it holds no key for."""
    with members.daemon("ash") as daemon:
        before = ask(daemon.data, "status")["status"]["items"]  # who was let in
        assert say(daemon, "report", "fire", "--scope", "organizers") == ExitCode.REFUSED
        assert "key" in capsys.readouterr().err
        assert ask(daemon.data, "status")["status"]["items"] == before

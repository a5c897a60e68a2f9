"""`meshdefense panic`: with the daemon, locked or not or wedged, and without it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from support.commands import PATIENCE_S, Done, meshdefense
from support.daemons import ASH, BASE, Members, Radios, ask

NOTE = "canary-note-Tq5"


def panic(members: Members, *words: str) -> Done:
    return meshdefense("panic", *words, data=members.data(BASE))


def everything_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def gone(members: Members) -> bool:
    return not members.data(BASE).exists()


def test_without_a_terminal_nothing_is_destroyed_unless_it_was_said(members: Members) -> None:
    before = everything_below(members.data(BASE))
    done = panic(members)
    assert done.code == ExitCode.USAGE
    assert "panic --yes" in done.err
    assert everything_below(members.data(BASE)) == before


@pytest.mark.parametrize("locked", [False, True])
def test_with_a_daemon_everything_is_gone_and_the_daemon_ends(
    locked: bool, members: Members
) -> None:
    with members.daemon(BASE) as base:
        base.call("report", kind="fire", note=NOTE)
        if locked:
            members.say(BASE, "lock")
        begun = time.monotonic()
        done = panic(members, "--yes")
        seconds = time.monotonic() - begun
        assert (done.code, done.out, done.err) == (0, "Done.\n", "")
        assert base.process.wait(PATIENCE_S) == 0
    assert gone(members), seconds
    log = base.log.read_text()
    assert "panic" not in log.lower()
    assert NOTE not in log


def test_without_a_daemon_no_passphrase_is_asked_and_it_may_be_said_twice(
    members: Members,
) -> None:
    for _ in range(2):
        assert panic(members, "--yes").out == "Done.\n"
        assert gone(members)


def test_a_daemon_that_does_not_answer_is_ended_first(members: Members) -> None:
    with members.daemon(BASE) as base:
        base.process.send_signal(signal.SIGSTOP)
        done = panic(members, "--yes")
        assert (done.code, done.out) == (0, "Done.\n")
        assert base.process.wait(PATIENCE_S) == -signal.SIGKILL
    assert gone(members)


def test_a_radio_that_is_connected_is_told_to_forget_everything(members: Members) -> None:
    with Radios() as radios, members.daemon(BASE, radios.addresses[0]) as base:
        told = ask(base.data, "panic")
        assert told["failed"] == []
        assert told["radio_reset"] is True
        assert told["seconds"] < 2.0 or base.log.read_text()
        assert base.process.wait(PATIENCE_S) == 0
    assert gone(members)


def test_a_rehearsal_changes_no_byte_and_no_time_with_or_without_a_daemon(
    members: Members,
) -> None:
    def seen() -> dict[str, tuple[bytes, int]]:
        folder = members.data(BASE)
        return {
            path.name: (b"" if path.is_socket() else path.read_bytes(), path.stat().st_mtime_ns)
            for path in folder.iterdir()
        }

    before = seen()
    done = panic(members, "--rehearse")
    assert seen() == before
    for name in ("keyslot.bin", "store.db", "sequence.mark", ".lock"):
        assert name in done.out
    assert "nothing was changed" in done.out
    with members.daemon(BASE) as base:
        base.call("report", kind="fire", note=NOTE)
        items = base.call("status")["status"]["items"]
        before = seen()
        told = panic(members, "--rehearse", "--json").json
        assert told["radio"] == "none"
        assert {"daemon.sock", "store.db-wal"} <= {file["name"] for file in told["files"]}
        assert seen() == before
        assert base.call("status")["status"]["items"] == items


def test_others_folders_are_left_alone(members: Members) -> None:
    before = everything_below(members.data(ASH))
    panic(members, "--yes")
    assert everything_below(members.data(ASH)) == before

"""`meshdefense radio apply`: nothing unasked, and its end is told whatever cuts it short."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense.cli import radio_apply
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.cli.radio_desk import Target
from meshdefense.cli.radio_progress import Lines
from meshdefense.provisioning import applying, patience
from meshdefense.provisioning.endings import Left
from meshdefense.provisioning.outcome import End, Options, Outcome
from meshdefense.radio.addresses import TcpAddress
from support.fleets import PASSPHRASE, made_fleet, opened
from support.table_radios import table
from support.virtual_radio import MeshThread

Apply = Callable[..., int]


@pytest.fixture
def mesh(monkeypatch: pytest.MonkeyPatch) -> Iterator[MeshThread]:
    """A radio on the table."""
    monkeypatch.setattr(patience, "FIRST_S", 0.0)
    with table(1) as mesh:
        yield mesh


@pytest.fixture
def apply(tmp_path: Path, mesh: MeshThread) -> Apply:
    """The command, on that radio."""
    made_fleet(tmp_path / "fleet").close()
    secret = tmp_path / "passphrase"
    secret.write_bytes(PASSPHRASE + b"\n")
    secret.chmod(0o600)

    def asked(*words: str) -> int:
        return main(["radio", "apply", mesh.mesh.addresses[0], "--fleet", str(tmp_path / "fleet"),
                     "--passphrase-file", str(secret), *words])  # fmt: skip

    return asked


def test_a_right_radio_is_not_written_unasked_whatever_is_to_be_done_to_it(
    apply: Apply, mesh: MeshThread, capsys: pytest.CaptureFixture[str]
) -> None:
    assert apply("--as", "Patrol 1", "--yes") == ExitCode.OK
    mesh.do(lambda m: m.misbehave(0, "full_node_db"))
    settings = mesh.mesh.devices[0].settings
    key = bytes(settings.owner.public_key)
    capsys.readouterr()
    for option, told in (("--new-keys", "draws a new key pair"), ("--forget-nodes", "it forgets")):
        assert apply(option) == ExitCode.USAGE
        said = capsys.readouterr()
        assert "Patrol 1: no setting changes" in said.out
        assert told in said.out
        assert "right already" not in said.out
        assert "this has to be confirmed" in said.err
    assert bytes(settings.owner.public_key) == key
    assert settings.owner.long_name == "Patrol 1"


@pytest.mark.parametrize("gone", ["stdout", "stderr"])
def test_the_work_ends_well_and_not_with_0_where_nobody_reads_it(
    gone: str, apply: Apply, mesh: MeshThread, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as closed:
        monkeypatch.setattr(sys, gone, closed)
        more = ("--json",) if gone == "stdout" else ()
        assert apply("--as", "Patrol 1", "--yes", *more) == ExitCode.FAILED
    with opened(tmp_path / "fleet", changing=False) as fleet:
        assert fleet.manifest("Patrol 1") is not None
        assert not fleet.journal("Patrol 1").unfinished
    assert mesh.mesh.devices[0].settings.owner.long_name == "Patrol 1"


class Endless:
    """Work that does not end by itself, on a radio that is marked."""

    began = threading.Semaphore(0)
    over = threading.Event()
    left = Left.MARKED

    def __init__(self, goal: Any, *_: Any, **__: Any) -> None:
        self.name = goal.name

    def run(self) -> Outcome:
        if self.name == "Base 1":
            return Outcome(self.name, "tcp:a:1", End.REFUSED, "refused before")
        self.began.release()
        self.over.wait(60)
        return Outcome(self.name, "tcp:b:1", End.STOPPED, "too late")


def test_a_second_ctrl_c_says_how_each_radio_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(applying, "Applying", Endless)
    said: list[str] = []

    def interrupts() -> None:
        if not Endless.began.acquire(timeout=10):
            return
        os.kill(os.getpid(), signal.SIGINT)
        while not said:
            Endless.over.wait(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(radio_apply, "complain", lambda words, *_: said.append(words))
    targets = [Target(TcpAddress("a", 1), "Base 1"), Target(TcpAddress("b", 1), "Patrol 1")]
    ended: list[Outcome] = []
    with made_fleet(tmp_path / "fleet") as fleet:
        threading.Thread(target=interrupts, daemon=True).start()
        found = radio_apply.apply_all(
            targets, fleet, Options(), Lines(sys.stderr), ended=ended.append
        )
    Endless.over.set()
    assert said == ["stopping at a good place; Ctrl+C again: leave the radios as they are now"]
    assert [(one.radio, one.end) for one in found] == [
        ("Base 1", End.REFUSED), ("Patrol 1", End.STOPPED),
    ]  # fmt: skip
    assert found[1].words == (
        "stopped at once. The radio is marked as unfinished; apply again to go on."
    )
    assert found == ended

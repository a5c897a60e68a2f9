"""The table with the real commands on virtual radios, and the recording held against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from meshdefense_radio.example import example_network
from meshdefense_tui.modes.radios import RadiosMode
from meshdefense_tui.screens.table_radio import LoseScreen
from meshdefense_tui.screens.table_windows import NamesScreen, SecretScreen, TextScreen
from meshdefense_tui.table.command_line import words_of
from meshdefense_tui.table.state import Target
from support.fake_radio_command import RECORDED
from support.fleets import PASSPHRASE, Ticking, made_fleet
from support.screens import Desktop, on_desktop
from support.virtual_radio import MeshThread

pytestmark = pytest.mark.slow

RENEW = bool(os.environ.get("MESHDEFENSE_RENEW_RECORDING"))
RESTARTS: dict[str, Any] = {"restart_after_changes": True, "down_s": 0.3}


def ran(folder: Path, verb: str, *targets: Target) -> dict[str, Any]:
    """What a command says, started as the table starts it."""
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE + b"\n")
    os.close(writing)
    words = words_of(verb, targets, language="en", data=["--data", str(folder)])
    done = subprocess.run(
        [word.replace("{fd}", str(reading)) for word in words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, pass_fds=(reading,), timeout=120,
        check=False,
    )  # fmt: skip
    os.close(reading)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines, done.stderr
    for line in lines:  # of a fixture nobody should have to ask whether a key in it matters
        if verb == "apply" and line["event"] == "end":
            line["manifest"]["public_key"] = "00" * 32
    return {"code": done.returncode, "lines": lines, "stderr": done.stderr}


def of_process(pid: int | None, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def cli(folder: Path, *words: str) -> None:
    """A command that the table does not have."""
    secret = folder / "passphrase"
    secret.write_bytes(PASSPHRASE)
    secret.chmod(0o600)
    subprocess.run(
        [sys.executable, "-m", "meshdefense", "radio", *words, "--data", str(folder),
         "--passphrase-file", str(secret)],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip


def one_evening(folder: Path, ports: list[int]) -> dict[str, Any]:
    """Everything that the commands say while radios are written, lost, and written anew."""
    made_fleet(folder / "fleet", example_network(), now=Ticking()).close()
    base, patrol, other, verifier, roof, house = (f"tcp:127.0.0.1:{port}" for port in ports)
    names = ("Base 1", "Patrol 1", "Patrol 2", "Verifier 1")
    written = (base, patrol, other, verifier)
    ran(folder, "apply", *map(Target, written, names))
    cli(folder, "fleet", "hand", "Patrol 2", "--member", "heron")
    cli(folder, "fleet", "hand", "Verifier 1", "--member", "17")
    cli(folder, "lost", "Patrol 1", "--yes")
    child = subprocess.Popen(  # begins with a radio and does not end
        [sys.executable, "-m", "meshdefense", "radio", "apply", "--yes", "--json",
         "--data", str(folder), "--passphrase-file", str(folder / "passphrase"),
         "--", f"{house}=House 1"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line)["step"] == "commit":
            break
    child.kill()
    child.wait()
    child.stdout.close()
    time.sleep(1.0)  # a restart that it had ordered begins within a second, and takes 0.3 s
    nobody = "tcp:127.0.0.1:45290"
    everybody = [Target(one) for one in (*written, roof, house, nobody)]
    return {
        "show": ran(folder, "show"),
        "list": ran(folder, "look", *everybody),
        "plan": ran(folder, "plan", Target(other, "Patrol 2"), Target(roof, "Roof 1")),
        "prove": ran(folder, "prove", Target(verifier), Target(other)),
        "drift": ran(folder, "drift", Target(other)),
        "apply": ran(folder, "apply", Target(base, "Base 1"), Target(roof, "Roof 1")),
        "lost": ran(folder, "lost"),
        "hand": ran(folder, "hand", Target("", "Base 1", "17")),
        "drill": ran(folder, "drill", Target("", "Base 1")),
        "lose": ran(folder, "lose", Target("", "Base 1")),
    }


def shape(value: Any) -> Any:
    """Names and types, whatever the values are; of a list what all its members have."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        joined: Any = None
        for one in value:
            joined = shape(one) if joined is None else both(joined, shape(one))
        return [joined]
    return None if value is None else type(value).__name__


def both(one: Any, other: Any) -> Any:
    """The shape that two values share; None says nothing about the other one's type."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), one.keys() ^ other.keys()
        return {key: both(one[key], other[key]) for key in one}
    if isinstance(one, list) and isinstance(other, list):
        return [both(one[0], other[0])]
    if one is None or other is None:
        return one if other is None else other
    if {type(one), type(other)} == {str} and one != other:
        return "one of several"  # a setting's value
    return one


def by_kind(lines: list[Any]) -> list[Any]:
    """Events by their kind, other answers as they are; fields that come and go filled up."""
    found: dict[str, Any] = {}
    for line in lines:
        kind = line.get("event", "") if isinstance(line, dict) else ""
        if kind == "step":
            line = {"part": 0, "parts": 0} | line  # only while it writes
        found[kind] = shape(line) if kind not in found else both(found[kind], shape(line))
    return [found[kind] for kind in sorted(found)]


def test_the_recording_has_the_shape_of_what_the_commands_say(tmp_path: Path) -> None:
    with MeshThread(nodes=6, base_port=45_200 if RENEW else 0, **RESTARTS) as running:
        said = one_evening(tmp_path, list(running.mesh.ports))
    if RENEW:
        text = json.dumps(said, ensure_ascii=False, indent=1)
        RECORDED.write_text(text + "\n", encoding="utf-8")
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert recorded.keys() == said.keys()
    for name, answer in said.items():
        assert answer["code"] == recorded[name]["code"], name
        for one, other in zip(
            by_kind(answer["lines"]), by_kind(recorded[name]["lines"]), strict=True
        ):
            both(one, other)
    states = {one["name"]: one["state"] for one in said["show"]["lines"][0]["radios"]}
    assert states["House 1"] == "unfinished"
    assert states["Patrol 1"] == "lost"
    assert [one["done"] for one in said["lost"]["lines"][0]["lost"][0]["touch"]] == [
        True, False, False,
    ]  # fmt: skip


def test_two_radios_are_written_and_proven_from_the_screen(tmp_path: Path) -> None:
    made_fleet(tmp_path / "fleet", now=Ticking()).close()

    async def claim(desk: Desktop) -> None:
        async def press(*keys: str) -> None:
            await desk.pilot.press(*keys)
            await desk.pilot.pause()

        async def patiently(condition: Any, *, tries: int = 20) -> None:
            for left in reversed(range(tries)):
                try:
                    await desk.until(condition)
                except AssertionError:
                    if not left:
                        raise
                else:
                    return

        await press("f8")
        mode = desk.app.operations.mode
        assert isinstance(mode, RadiosMode)
        desk.app.desk.data_option = f"--data {tmp_path}"
        await press("t")
        await patiently(lambda: isinstance(desk.app.screen, SecretScreen))
        for letter in PASSPHRASE.decode():
            await press("space" if letter == " " else letter)
        await press("enter")
        assert mode.table is not None
        work, state = mode.table.work, mode.table.work.state
        await patiently(lambda: state.fleet is not None and state.doing is None)
        state.typed = [f"tcp:127.0.0.1:{port}" for port in running.mesh.ports]
        await press("u")
        await patiently(lambda: len(state.plugged) == 2 and state.doing is None)
        await press("down", "space", "space", "A")
        assert isinstance(desk.app.screen, NamesScreen)
        await press("A")
        await patiently(lambda: len(state.steps) == 2)
        assert work.child is not None
        assert b"horse" not in of_process(work.child.pid, "cmdline")
        assert b"horse" not in of_process(work.child.pid, "environ")
        await patiently(lambda: state.doing is None and state.said[0] != "")
        await desk.shows("Right and proven: 2 of 2")
        await patiently(lambda: state.radio("Base 1").state == "proven")  # type: ignore[union-attr]
        await desk.shows("2 of 5 proven")
        await press("P")
        await patiently(lambda: state.said[0].startswith("Right: "))
        await desk.shows("Right: 1 of 1")
        await press("tab")
        mode.table.fleet.stand_on("Base 1")
        await press("h")
        desk.app.screen.text.value = "heron"  # type: ignore[attr-defined]
        await press("enter")
        await patiently(lambda: state.radio("Base 1").member == "heron")  # type: ignore[union-attr]
        await patiently(lambda: state.doing is None)
        await press("X")
        await patiently(lambda: isinstance(desk.app.screen, LoseScreen))
        desk.app.screen.text.value = "Base 1"  # type: ignore[attr-defined]
        await press("enter")
        await patiently(lambda: isinstance(desk.app.screen, TextScreen))
        await patiently(lambda: state.radio("Base 1").state == "lost")  # type: ignore[union-attr]
        assert state.losses is not None
        assert [one.radio for one in state.losses[0].touch] == ["Patrol 1"]
        assert "horse" not in desk.text()

    with MeshThread(nodes=2, **RESTARTS) as running:
        on_desktop(claim, size=(100, 30))

"""`meshdefense radio flash-station`: one bad radio does not end the work at the table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from meshdefense.cli import radio_flash_station
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.radio_desk import Target
from meshdefense.provisioning import station
from meshdefense.provisioning.finding import Facts, Finding, Standing
from meshdefense.provisioning.fleet import Fleet
from meshdefense.provisioning.fleet_errors import FleetDamagedError
from meshdefense.provisioning.outcome import End, Outcome
from meshdefense.radio.addresses import SerialAddress
from support.fleet_table import Table, laid_table, proven_table
from support.fleets import prove

FIRST, SECOND = "127.0.0.1:4501", "127.0.0.1:4502"


@pytest.fixture
def table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Table:
    """A fleet of which Base 1 and Patrol 1 have no hardware; radios that are only found."""
    table = proven_table(laid_table(tmp_path, capsys))
    with table.fleet() as fleet:
        for name in ("Base 1", "Patrol 1"):
            fleet.forget(name)
    monkeypatch.setattr(station, "_answers", lambda _: True)
    return table


def station_of(table: Table, *, code: ExitCode = ExitCode.OK) -> str:
    return table.say("flash-station", "--no-usb", "--yes", "--tcp", FIRST, "--tcp", SECOND,
                     code=code)  # fmt: skip


def finds(patch: pytest.MonkeyPatch, look: Callable[[str], Finding]) -> None:
    patch.setattr(radio_flash_station, "look_at", lambda found, _: [look(str(found[0]))])


def works(patch: pytest.MonkeyPatch, work: Callable[[Fleet, str], None]) -> list[str]:
    """What comes to be written, by name."""
    names: list[str] = []

    def apply_all(targets: list[Target], fleet: Fleet, *_: object, **__: object) -> list[Outcome]:
        name = targets[0].name or ""
        names.append(name)
        work(fleet, name)
        manifest = prove(fleet, name)
        return [Outcome(name, str(targets[0]), End.DONE, "written", (), manifest)]

    patch.setattr(radio_flash_station, "apply_all", apply_all)
    return names


def test_a_half_written_radio_of_another_network_is_offered_a_name_of_this_one(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, lambda at: Finding(
        at, Standing.UNFINISHED, radio="Other 9" if at.endswith("4501") else "Patrol 1"
    ))  # fmt: skip
    names = works(monkeypatch, lambda *_: None)
    said = station_of(table)
    assert names == ["Base 1", "Patrol 1"]
    assert "right: Base 1, Patrol 1" in said


def test_a_radio_that_the_fleet_refuses_is_not_right_and_the_next_one_is_taken(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(_: Fleet, name: str) -> None:
        if name == "Base 1":
            raise FleetDamagedError("manifests/Base%201.sealed is damaged", "take the backup")

    finds(monkeypatch, lambda at: Finding(
        at, Standing.NEW, radio="Base 1" if at.endswith("4501") else "Patrol 1"
    ))  # fmt: skip
    names = works(monkeypatch, work)
    said = station_of(table, code=ExitCode.FAILED)
    assert names == ["Base 1", "Patrol 1"]
    assert "*** NOT RIGHT: Base 1 ***\nmanifests/Base%201.sealed is damaged; take the" in said
    assert said.endswith("right: Patrol 1\nNOT RIGHT: Base 1\n")


def test_a_radio_that_cannot_be_compared_is_skipped_in_words(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(at: str) -> Finding:
        if at.endswith("4501"):
            raise FleetDamagedError("manifests/Base%201.sealed is damaged", "take the backup")
        return Finding(at, Standing.NEW)

    finds(monkeypatch, look)
    names = works(monkeypatch, lambda *_: None)
    said = station_of(table, code=ExitCode.FAILED)
    why = f"tcp:{FIRST}: manifests/Base%201.sealed is damaged; take the backup"
    assert said.count(why) == 2
    assert said.endswith(f"not taken: {why}\n")
    assert names == ["Base 1"]
    assert "1 right, 0 not right, 1 skipped" in said


def test_a_radio_that_must_not_be_used_is_named_in_the_end_and_in_the_exit_code(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(at: str) -> Finding:
        if at.endswith("4501"):
            return Finding(at, Standing.REFUSED, "this is the lost Patrol 9")
        return Finding(at, Standing.NEW)

    finds(monkeypatch, look)
    names = works(monkeypatch, lambda *_: None)
    said = station_of(table, code=ExitCode.FAILED)
    assert names == ["Base 1"]
    assert said.endswith(f"right: Base 1\nnot taken: tcp:{FIRST}: this is the lost Patrol 9\n")


def test_ctrl_c_while_waiting_for_a_radio_is_told_by_the_exit_code(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(at: str) -> Finding:
        raise KeyboardInterrupt

    finds(monkeypatch, look)
    assert station_of(table, code=ExitCode.INTERRUPTED).endswith("right: -\n")


def test_a_radio_that_was_begun_is_not_right_until_it_is(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(fleet: Fleet, name: str) -> None:
        raise KeyboardInterrupt

    finds(monkeypatch, lambda at: Finding(at, Standing.NEW))
    works(monkeypatch, interrupted)
    assert station_of(table, code=ExitCode.INTERRUPTED).endswith("right: -\nNOT RIGHT: Base 1\n")


def test_a_radio_that_another_copy_of_the_fleet_prepared_is_not_made_another_one(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(at: str) -> Finding:
        name = "Roof 1" if at.endswith("4501") else "Patrol 1"
        facts = Facts(int(at[-1]), name, "2.7.26", "HELTEC_V3", "US", "LONG_FAST")
        words = "it has the keys of South"
        return Finding(at, Standing.NEW, words, facts, elsewhere=True)

    finds(monkeypatch, look)
    names = works(monkeypatch, lambda *_: None)
    said = station_of(table, code=ExitCode.FAILED)
    assert names == ["Patrol 1"], "Roof 1 has other hardware here, Patrol 1 has none"
    assert "prepared elsewhere: it has the keys of South" in said
    assert f"not taken: tcp:{FIRST}: it has the keys of South" in said


def test_a_board_that_is_exchanged_while_another_one_is_written_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(station, "_LOOK_S", 0.01)
    first, second = SerialAddress("/dev/ttyACM0"), SerialAddress("/dev/ttyACM1")
    plugged, looks = [first, second], threading.Semaphore(0)

    def usb() -> list[SerialAddress]:
        looks.release()
        return list(plugged)

    watch = station.Watch(usb=usb)
    assert [watch.look(), watch.look()] == [first, second]
    with watch.busy_with(first):
        plugged.clear()  # the second is taken out while the first restarts
        for _ in range(4):
            assert looks.acquire(timeout=10)
        plugged.extend([first, second])
    assert [watch.look(), watch.look()] == [second, None]


def test_radios_that_come_to_the_same_port_one_after_the_other_are_told_apart() -> None:
    batch = station.Batch()
    batch.left("serial:/dev/ttyACM0", "A says nothing")
    batch.left("serial:/dev/ttyACM0", "B is lost", 0xB)
    batch.left("serial:/dev/ttyACM0", "D is old", 0xD)
    batch.taken_after_all("serial:/dev/ttyACM0", 0xC)
    assert [one.why for one in batch.untaken] == ["B is lost", "D is old"]
    batch.taken_after_all("serial:/dev/ttyACM1", 0xD)
    assert [one.why for one in batch.untaken] == ["B is lost"]

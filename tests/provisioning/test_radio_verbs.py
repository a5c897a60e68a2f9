"""`meshdefense radio list | plan | apply | prove | drift | render`: a fleet, virtual radios."""

from __future__ import annotations

import base64
import json
import logging
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense import language
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.provisioning import listing, patience, station
from meshdefense.provisioning.lost import assess, declare
from support.fleets import NETWORK, PASSPHRASE, made_fleet, opened, prove
from support.table_radios import table
from support.virtual_radio import MeshThread

Run = Callable[..., tuple[int, str, str]]


class Room:
    """A fleet on the disk, radios on the table, and the command line."""

    def __init__(self, folder: Path, mesh: MeshThread, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.mesh, self._capsys = folder, mesh, capsys
        self.passphrase = folder.parent / "passphrase"
        self.passphrase.write_bytes(PASSPHRASE + b"\n")
        self.passphrase.chmod(0o600)
        self.said = ""
        """Everything that was printed so far."""

    def radio(self, *arguments: str) -> tuple[int, str, str]:
        """Run a verb; its exit code, stdout and stderr."""
        verb, *rest = arguments
        options = ["--fleet", str(self.folder), "--passphrase-file", str(self.passphrase)]
        code = main(["radio", verb, *options, *rest])
        out, err = self._capsys.readouterr()
        self.said += out + err
        return code, out, err

    def at(self, node: int) -> str:
        return self.mesh.mesh.addresses[node]

    def settings(self, node: int) -> Any:
        return self.mesh.mesh.devices[node].settings

    def keys(self) -> list[bytes]:
        """Every secret: channel keys, signing key, the radios' own keys."""
        with opened(self.folder, changing=False) as fleet:
            found = [*fleet.channel_keys().values(), fleet.ring.seed]
        return found + [
            bytes(one.settings.config.security.private_key) for one in self.mesh.mesh.devices
        ]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A radio that is not there is not waited for."""
    monkeypatch.setattr(patience, "FIRST_S", 0.0)


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Room]:
    made_fleet(tmp_path / "fleet").close()
    with table(3) as mesh:
        yield Room(tmp_path / "fleet", mesh, capsys)


def test_new_radios_are_listed_planned_written_proven_and_listed_as_right(room: Room) -> None:
    code, out, _ = room.radio("list", room.at(0), room.at(1), "--json")
    assert (code, [one["state"] for one in json.loads(out)]) == (0, ["new", "new"])

    code, out, _ = room.radio("plan", room.at(0), "--as", "Patrol 1")
    assert code == ExitCode.OK
    assert "owner.long_name: Virtual 1 -> Patrol 1" in out
    assert "channels[0].settings.psk: 1 byte (public) -> 32 bytes" in out
    assert room.settings(0).owner.long_name == "Virtual 1"

    targets = f"{room.at(0)}=Patrol 1", f"{room.at(1)}=Base 1"
    code, out, err = room.radio("apply", *targets, "--yes", "--by", "heron")
    assert code == ExitCode.OK, err
    assert out.count("written, restarted, read back and right") == 2
    assert "Patrol 1: reading back and comparing field by field" in err

    code, out, _ = room.radio("list", room.at(0), room.at(1), room.at(2), "--json")
    rows = json.loads(out)
    assert [one["state"] for one in rows] == ["right", "right", "new"]
    assert [one["job"] for one in rows] == ["patrol", "base", None]
    assert rows[0]["name"] == "Patrol 1"
    assert room.radio("prove", room.at(0), room.at(1))[0] == ExitCode.OK
    with opened(room.folder, changing=False) as fleet:
        manifest = fleet.manifest("Patrol 1")
        assert manifest is not None
        assert manifest.by == "heron"
        assert manifest.public_key == room.settings(0).owner.public_key
        assert set(manifest.channel_fingerprints) == {"South"}
        assert not fleet.journal("Patrol 1").unfinished


def test_a_dry_run_writes_neither_the_radio_nor_the_fleet(room: Room) -> None:
    before = {one: one.read_bytes() for one in room.folder.rglob("*.sealed")}
    code, out, _ = room.radio("apply", room.at(0), "--as", "Patrol 1", "--dry-run")
    assert (code, "config.lora" in out) == (ExitCode.OK, True)
    assert room.settings(0).owner.long_name == "Virtual 1"
    assert {one: one.read_bytes() for one in room.folder.rglob("*.sealed")} == before


def test_events_are_one_object_a_line_and_end_with_the_manifest(room: Room) -> None:
    code, out, _ = room.radio("apply", f"{room.at(0)}=Patrol 1", "--json", "--yes")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == ExitCode.OK
    steps = [one for one in events if one["event"] == "step"]
    assert {(one["radio"], one["address"]) for one in steps} == {("Patrol 1", room.at(0))}
    assert [one["n"] for one in steps] == sorted(one["n"] for one in steps)
    assert any(one.get("part") == one.get("parts") != 0 for one in steps if "part" in one)
    assert events[-1]["event"] == "end"
    assert events[-1]["end"] == "done"
    assert events[-1]["manifest"]["radio"] == "Patrol 1"


def test_a_changed_setting_is_drift_named_and_noted_and_applying_again_mends_it(
    room: Room,
) -> None:
    room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")
    room.mesh.do(lambda _: setattr(room.settings(0).config.lora, "hop_limit", 6))
    code, out, _ = room.radio("prove", room.at(0))
    assert (code, "config.lora.hop_limit: 6 -> 3" in out) == (ExitCode.REFUSED, True)
    code, out, _ = room.radio("drift", room.at(0), "--json")
    assert code == ExitCode.REFUSED
    assert json.loads(out)[0]["differs"] == ["config.lora.hop_limit"]
    with opened(room.folder, changing=False) as fleet:
        assert fleet.binding("Patrol 1").drift == ("config.lora.hop_limit",)
    assert room.radio("apply", room.at(0), "--yes")[0] == ExitCode.OK  # it knows its name
    assert room.radio("drift", room.at(0))[0] == ExitCode.OK
    with opened(room.folder, changing=False) as fleet:
        assert fleet.binding("Patrol 1").drift == ()


def test_a_radio_in_the_field_is_compared_through_the_plugged_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with table(2) as mesh:
        key = base64.b64encode(mesh.mesh.devices[0].settings.owner.public_key).decode()
        network = NETWORK.replace("language: en\n", f"language: en\nadmin_keys: ['base64:{key}']\n")
        made_fleet(tmp_path / "fleet", network).close()
        room = Room(tmp_path / "fleet", mesh, capsys)
        code, _, err = room.radio(
            "apply", f"{room.at(0)}=Base 1", f"{room.at(1)}=Patrol 1", "--yes"
        )
        assert code == ExitCode.OK, err
        code, out, err = room.radio("drift", room.at(0), "--remote", "Patrol 1")
        assert code == ExitCode.OK, out + err
        room.mesh.do(lambda _: setattr(room.settings(1).config.lora, "tx_power", 7))
        code, out, _ = room.radio("drift", room.at(0), "--remote", "Patrol 1", "--json")
        assert (code, json.loads(out)[0]["differs"]) == (
            ExitCode.REFUSED, ["config.lora.tx_power"],
        )  # fmt: skip


def test_a_marked_radio_is_listed_as_unfinished_on_any_computer(room: Room, tmp_path: Path) -> None:
    room.mesh.do(lambda _: setattr(room.settings(0).owner, "long_name", "UNFINISHED Patrol 1"))
    room.mesh.do(lambda m: m.devices[0].nodes.own.user.CopyFrom(room.settings(0).owner))
    _, out, _ = room.radio("list", room.at(0), "--json")
    row = json.loads(out)[0]
    assert (row["state"], row["radio"]) == ("unfinished", "Patrol 1")
    code = main(["radio", "list", "--plain", "--fleet", str(tmp_path / "none"), room.at(0)])
    assert code == ExitCode.OK


def test_a_radio_that_this_computer_did_not_end_is_listed_as_unfinished(room: Room) -> None:
    room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")
    with opened(room.folder) as fleet:
        fleet.journal("Patrol 1").begin("00", room.mesh.mesh.numbers[0])
    _, out, _ = room.radio("list", room.at(0), "--json")
    assert json.loads(out)[0]["state"] == "unfinished"
    assert room.radio("apply", room.at(0), "--yes")[0] == ExitCode.OK
    _, out, _ = room.radio("list", room.at(0), "--json")
    assert json.loads(out)[0]["state"] == "right"


# -- bad input ---------------------------------------------------------------------------------


def test_old_firmware_is_refused_before_anything_is_written(room: Room) -> None:
    room.mesh.do(lambda _: setattr(room.settings(0), "firmware", "2.7.9"))
    code, out, _ = room.radio("list", room.at(0), "--json")
    row = json.loads(out)[0]
    assert row["state"] == "refused"
    assert "2.7.15" in row["words"]
    code, _, err = room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")
    assert code == ExitCode.REFUSED
    assert "2.7.15" in err
    assert room.settings(0).owner.long_name == "Virtual 1"


def test_a_foreign_networks_channels_are_told_before_and_gone_after(room: Room) -> None:
    def give(_: Any) -> None:
        channel = room.settings(0).channels[3]
        channel.role, channel.settings.name, channel.settings.psk = 2, "theirs", b"\x07" * 32

    room.mesh.do(give)
    code, out, _ = room.radio("plan", room.at(0), "--as", "Patrol 1")
    assert (code, "channels of another network" in out, "theirs" in out) == (0, True, True)
    assert "channels[3].role: SECONDARY -> DISABLED" in out
    assert room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")[0] == ExitCode.OK
    gone = room.settings(0).channels[3]
    assert (gone.role, gone.settings.psk, gone.settings.name) == (0, b"", "")


def test_a_radio_of_another_region_is_told_before(room: Room) -> None:
    room.mesh.do(lambda _: setattr(room.settings(0).config.lora, "region", 3))
    _, out, _ = room.radio("plan", room.at(0), "--as", "Patrol 1")
    assert "the radio is set to region EU_868, the network to US" in out


def test_a_full_list_of_nodes_is_told_and_emptied_when_asked(room: Room) -> None:
    room.mesh.do(lambda m: m.misbehave(0, "full_node_db"))
    _, out, _ = room.radio("plan", room.at(0), "--as", "Patrol 1")
    assert "list of nodes is full" in out
    code, _, err = room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes", "--forget-nodes")
    assert code == ExitCode.OK, err
    _, out, _ = room.radio("plan", room.at(0))
    assert "list of nodes is full" not in out


def test_two_radios_with_one_key_get_two(room: Room) -> None:
    def clone(_: Any) -> None:
        first, second = room.settings(0), room.settings(1)
        second.config.security.CopyFrom(first.config.security)
        second.owner.public_key = first.owner.public_key

    room.mesh.do(clone)
    targets = f"{room.at(0)}=Patrol 1", f"{room.at(1)}=Patrol 2"
    code, out, err = room.radio("apply", *targets, "--yes")
    assert code == ExitCode.OK, out + err
    assert room.settings(0).owner.public_key != room.settings(1).owner.public_key
    with opened(room.folder, changing=False) as fleet:
        keys = {one.public_key for one in fleet.manifests().values()}
    assert len(keys) == 2


def test_a_managed_radio_is_refused_in_words(room: Room) -> None:
    def manage(_: Any) -> None:
        room.settings(0).config.security.is_managed = True
        room.settings(0).config.security.admin_key.append(b"\x09" * 32)

    room.mesh.do(manage)
    code, _, err = room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")
    assert (code, "managed from afar" in err) == (ExitCode.REFUSED, True)


def test_one_radio_is_not_two_and_one_name_not_two_radios(room: Room) -> None:
    room.radio("apply", f"{room.at(0)}=Patrol 1", "--yes")
    code, _, err = room.radio("apply", f"{room.at(0)}=Patrol 2", "--yes")
    assert (code, "this radio is Patrol 1 already" in err) == (ExitCode.REFUSED, True)
    code, _, err = room.radio("apply", f"{room.at(1)}=Patrol 1", "--yes")
    assert (code, "Patrol 1 is another radio" in err) == (ExitCode.REFUSED, True)
    assert room.settings(1).owner.long_name == "Virtual 2"


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["apply", "tcp:127.0.0.1:1=Patrol 9", "--yes"], ExitCode.NOT_FOUND, "no radio of this"),
        (["apply", "--yes"], ExitCode.USAGE, "name a radio"),
        (["apply", "/dev/ttyACM0", "--yes"], ExitCode.USAGE, "serial:/dev/ttyACM0"),
        (["apply", "tcp:a=Patrol 1", "tcp:a=Patrol 2"], ExitCode.USAGE, "given twice"),
        (["apply", "tcp:a=Patrol 1", "tcp:b=Patrol 1"], ExitCode.USAGE, "given twice"),
        (["apply", "tcp:127.0.0.1:1=Patrol 1", "--yes"], ExitCode.UNAVAILABLE, "nothing listens"),
        (["prove", "tcp:127.0.0.1:1"], ExitCode.UNAVAILABLE, ""),
        (["render", "Nobody"], ExitCode.NOT_FOUND, "no radio of this network"),
        (["drift", "tcp:a", "tcp:b", "--remote", "Patrol 1"], ExitCode.USAGE, "exactly one"),
        (["list", "none"], ExitCode.USAGE, "names no radio"),
    ],
)
def test_what_cannot_be_is_told_in_words(
    room: Room, given: list[str], code: ExitCode, words: str
) -> None:
    got, _, err = room.radio(*given)
    assert (got, words in err) == (code, True), err
    assert "Traceback" not in err


def test_verbs_that_follow_a_restart_wait_for_the_radio_and_say_so(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, waiting = "tcp:127.0.0.1:1", "nothing answers at tcp:127.0.0.1:1 yet"
    _, out, err = room.radio("list", where)
    assert ("nothing listens" in out, waiting in err) == (True, False)
    monkeypatch.setattr(patience, "FIRST_S", 0.2)  # longer than one refused connection takes
    for verb in (["plan", where, "--as", "Patrol 1"], ["prove", where], ["drift", where],
                 ["apply", f"{where}=Patrol 1", "--yes"]):  # fmt: skip
        code, _, err = room.radio(*verb)
        assert (code, waiting in err) == (ExitCode.UNAVAILABLE, True), verb


def test_a_radio_that_is_none_of_ours_needs_a_name(room: Room) -> None:
    code, _, err = room.radio("plan", room.at(0))
    assert (code, "--as NAME" in err) == (ExitCode.USAGE, True)


SILENT = "tcp:127.0.0.1:1"


def test_one_silent_radio_does_not_stop_the_others(room: Room) -> None:
    code, out, err = room.radio("apply", SILENT, f"{room.at(0)}=Patrol 1", "--yes")
    assert code == ExitCode.UNAVAILABLE
    assert f"meshdefense: {SILENT}: nothing listens there. Nothing was written.\n" in err
    assert f"Patrol 1 ({room.at(0)}): written, restarted, read back and right" in out
    assert room.settings(0).owner.long_name == "Patrol 1"
    code, out, _ = room.radio("apply", SILENT, room.at(0), "--yes", "--json")
    ends = [one for one in map(json.loads, out.splitlines()) if one["event"] == "end"]
    assert [(one["radio"], one["end"]) for one in ends] == [(None, "lost"), ("Patrol 1", "already")]
    assert code == ExitCode.UNAVAILABLE


def test_a_plan_of_several_names_the_silent_one(room: Room) -> None:
    targets = f"{room.at(0)}=Patrol 1", f"{SILENT}=Base 1"
    code, out, err = room.radio("plan", *targets)
    assert code == ExitCode.UNAVAILABLE
    assert "owner.long_name: Virtual 1 -> Patrol 1" in out
    assert f"meshdefense: {SILENT}: nothing listens there\n" in err
    code, out, _ = room.radio("plan", *targets, "--json")
    assert [(one["radio"], one["blocked"]) for one in json.loads(out)] == [
        ("Patrol 1", False), ("Base 1", True),
    ]  # fmt: skip
    assert json.loads(out)[1]["problems"][0]["words"] == f"{SILENT}: nothing listens there"
    assert room.radio("apply", *targets, "--dry-run")[0] == ExitCode.UNAVAILABLE


def test_nothing_is_written_that_nobody_confirmed(room: Room) -> None:
    for words in ((), ("--json",)):
        code, out, err = room.radio("apply", f"{room.at(0)}=Patrol 1", *words)
        assert (code, "this has to be confirmed" in err) == (ExitCode.USAGE, True)
        assert ("owner.long_name" in out) is not bool(words)  # stdout is for events
    assert room.settings(0).owner.long_name == "Virtual 1"


def test_a_lost_radio_is_known_without_a_name(room: Room) -> None:
    with opened(room.folder) as fleet:
        prove(fleet, "Patrol 1", node=room.mesh.mesh.numbers[0])
        declare(fleet, assess(fleet, "Patrol 1"))
    for verb in (["plan", room.at(0)], ["apply", room.at(0), "--yes"]):
        code, _, err = room.radio(*verb)
        assert code == ExitCode.REFUSED
        assert "this is the lost Patrol 1: it was in unknown hands" in err
        assert "meshdefense radio lost 'Patrol 1' --found" in err
        assert "--as NAME" not in err
    assert "Nothing was written." in err
    assert room.settings(0).owner.long_name == "Virtual 1"


def test_a_fleet_that_is_not_there_is_said_before_any_radio_is_called_new(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["radio", "list", "--fleet", str(tmp_path / "flet"), room.at(0)]) == (
        ExitCode.NOT_FOUND
    )
    assert "there is no fleet in" in capsys.readouterr().err


def test_a_radio_that_is_only_read_is_not_called_new(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["--plain", "--fleet", str(room.folder)], ["--data", str(tmp_path / "none")]):
        assert main(["radio", "list", *words, room.at(0)]) == ExitCode.OK
        out = capsys.readouterr().out
        assert f"{room.at(0):<28} read; no fleet to compare with\n    Virtual 1 (!" in out
        assert "none of this network" not in out
        main(["radio", "list", *words, room.at(0), SILENT, "--json"])
        found = json.loads(capsys.readouterr().out)
        assert [one["state"] for one in found] == ["read", "silent"]


def test_nobody_is_asked_for_a_passphrase_where_there_is_no_radio(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listing, "plugged_radios", list)
    assert main(["radio", "list", "--fleet", str(room.folder)]) == ExitCode.OK
    assert "No radio is plugged in" in capsys.readouterr().out


def test_radios_are_spoken_of_in_one_language(room: Room) -> None:
    with opened(room.folder) as fleet:
        prove(fleet, "Roof 1", node=room.mesh.mesh.numbers[0])
    with language.speaking("es"):
        _, out, _ = room.radio("list", room.at(0), SILENT)
        _, _, err = room.radio("apply", f"{SILENT}=House 1", "--yes")
    assert "Roof 1, repetidor; Virtual 1 (!" in out
    assert f"{SILENT:<28} sin respuesta: nadie escucha ahí\n" in out
    assert f"House 1 ({SILENT}): nadie escucha ahí. " in err


@pytest.mark.parametrize("given", ["-5", "nan", "inf", "soon"])
def test_a_wait_that_is_no_time_is_wrong_usage(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["radio", "apply", f"{SILENT}=House 1", "--yes", f"--wait={given}"])
    assert ended.value.code == ExitCode.USAGE
    assert "is no number of seconds from 0 on" in capsys.readouterr().err


# -- secrets -----------------------------------------------------------------------------------


def spellings(key: bytes) -> list[bytes]:
    encoded = [base64.b64encode(key), base64.urlsafe_b64encode(key), key.hex().encode()]
    return [key, *encoded, key.hex().upper().encode(), repr(key)[2:-1].encode()]


def test_no_key_is_on_the_screen_in_a_log_or_in_an_unsealed_file(
    room: Room, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        where = room.at(0)
        room.radio("plan", where, "--as", "Patrol 1")
        room.radio("plan", where, "--as", "Patrol 1", "--json")
        room.radio("apply", f"{where}=Patrol 1", "--json", "--yes", "--new-keys")
        room.radio("apply", f"{room.at(1)}=Base 1", "--yes")
        room.mesh.do(lambda _: setattr(room.settings(0).channels[0].settings, "psk", b"\x05" * 32))
        for verb in ("list", "prove", "drift"):
            room.radio(verb, where)
            room.radio(verb, where, "--json")
        room.radio("render", "Base 1")
    keys = [*room.keys(), b"\x05" * 32]
    assert len(keys) == 7
    haystacks = [room.said.encode(), caplog.text.encode()]
    haystacks += [one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()]
    for key in keys:
        for spelling in spellings(key):
            assert not any(spelling in one for one in haystacks)


def test_a_rendered_file_with_keys_is_for_its_owner_only(room: Room, tmp_path: Path) -> None:
    file = tmp_path / "patrol.yaml"
    code, _, err = room.radio("render", "Patrol 1", "--with-keys", str(file))
    assert code == ExitCode.OK, err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert "channel_url" in text
    assert "channel_url" not in room.radio("render", "Patrol 1")[1]
    assert room.radio("render", "Patrol 1", "--with-keys", str(file))[0] == ExitCode.REFUSED
    assert file.read_text() == text


# -- the station -------------------------------------------------------------------------------


def test_the_station_takes_one_radio_after_the_other(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["\n", "Patrol 2\n", "s\n"])
    monkeypatch.setattr("sys.stdin.readline", lambda: next(answers))
    hosts = [part for node in range(3) for part in ("--tcp", room.at(node).removeprefix("tcp:"))]
    labels = tmp_path / "labels"
    code, out, err = room.radio("flash-station", "--no-usb", *hosts, "--label", str(labels))
    assert code == ExitCode.OK, out + err
    assert "*** RIGHT: Base 1 ***" in out  # the first name without hardware was offered
    assert "*** RIGHT: Patrol 2 ***" in out
    assert "2 right, 0 not right, 1 skipped; 3 without a radio yet" in out
    assert sorted(one.name for one in labels.iterdir()) == ["Base 1.svg", "Patrol 2.svg"]
    assert room.settings(2).owner.long_name == "Virtual 3"


def test_the_station_speaks_spanish_and_ends_when_nobody_types(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: "")
    host = room.at(0).removeprefix("tcp:")
    with language.speaking("es"):
        code, _, _ = room.radio("flash-station", "--no-usb", "--tcp", host)
    assert code == ExitCode.OK
    assert room.settings(0).owner.long_name == "Virtual 1"


def test_a_board_comes_once_and_again_after_it_was_gone() -> None:
    from meshdefense.radio.addresses import SerialAddress

    first, second = SerialAddress("/dev/ttyACM0"), SerialAddress("/dev/ttyACM1")
    plugged = [first]
    watch = station.Watch(usb=lambda: plugged)
    assert [watch.look(), watch.look()] == [first, None]
    plugged.append(second)
    assert [watch.look(), watch.look()] == [second, None]
    plugged.remove(first)
    assert watch.look() is None
    plugged.append(first)
    assert watch.look() == first


def test_a_batch_counts_each_radio_as_it_is_now() -> None:
    batch = station.Batch()
    batch.took("P1", right=False)
    batch.took("P2", right=True)
    batch.took("P1", right=True)
    assert (batch.done, batch.wrong) == (["P2", "P1"], [])

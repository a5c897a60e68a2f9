"""`meshdefense radio fleet | backup | restore | lost`: texts, codes, and never a key."""

from __future__ import annotations

import argparse
import base64
import os
import re
from pathlib import Path

import pytest

from meshdefense.cli import radio_fleet, recovery
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.lost_radio_lines import radio_channels, radio_lines
from meshdefense.provisioning import sealed
from meshdefense.provisioning.fleet_errors import FleetUnavailableError
from meshdefense.storage.attempts import Attempts, attempts_path
from support.commands import meshdefense
from support.fleet_table import BACKUP_PASSPHRASE, Table, laid_table, proven_table
from support.fleets import NETWORK, PASSPHRASE, prove


@pytest.fixture
def table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Table:
    return laid_table(tmp_path, capsys)


@pytest.fixture
def provisioned(table: Table) -> Table:
    """All radios are proven."""
    return proven_table(table)


def test_a_fleet_is_made_from_the_example_where_there_is_no_node(table: Table) -> None:
    said = table.say("fleet", "new")
    assert "South Side" in said
    assert "radio backup FILE" in said
    assert "New keys were drawn" in table.err
    assert "Base 1" in table.say("fleet", "show")
    text = (table.root / "data" / "fleet" / "network.yaml").read_text()
    assert "key: sealed" in text
    table.say("fleet", "new", code=ExitCode.REFUSED)
    assert "already" in table.err
    assert (table.root / "data").stat().st_mode & 0o077 == 0


def test_a_network_file_with_a_key_is_sealed_and_the_original_is_named(table: Table) -> None:
    key = base64.b64encode(os.urandom(32)).decode()
    mine = table.root / "mine.yaml"
    mine.write_text(NETWORK.replace("key: sealed", f"key: base64:{key}", 1))
    table.say("fleet", "new", "--network", mine)
    assert key not in table.out + table.err
    assert f"Keys still stand in {mine}" in table.err
    with table.fleet() as fleet:
        assert base64.b64encode(fleet.channel_keys()["South"]).decode() == key
    mine.write_text(NETWORK.replace("LONG_FAST", "LONG_FOST"))
    table.say("fleet", "new", "--network", mine, "--fleet", table.root / "b", code=ExitCode.REFUSED)
    assert "line 4" in table.err
    assert not (table.root / "b").exists()


def test_show_tells_job_state_and_holder(provisioned: Table) -> None:
    provisioned.say("fleet", "hand", "Patrol 1", "--member", "17")
    with provisioned.fleet() as fleet:
        fleet.journal("Roof 1").begin("digest", 1)
        fleet.note_drift("Base 1", ("config.lora.hop_limit",))
    lines = {line.split("  ")[1]: line for line in provisioned.say("fleet", "show").splitlines()
             if line.startswith("  ")}  # fmt: skip
    assert lines["Patrol 1"].endswith("  17")
    assert "proven 2026-" in lines["Patrol 1"]
    assert "UNFINISHED" in lines["Roof 1"]
    assert "config.lora.hop_limit" in lines["Base 1"]
    rows = {row["name"]: row for row in provisioned.json("fleet", "show")["radios"]}
    assert {name: row["state"] for name, row in rows.items()} == {
        "Base 1": "drift", "Patrol 1": "proven", "Patrol 2": "proven", "Roof 1": "unfinished",
        "House 1": "proven",
    }  # fmt: skip
    assert rows["Patrol 1"]["member"] == "17"


def test_people_are_noted_by_number_or_handle_only(provisioned: Table) -> None:
    provisioned.say("fleet", "hand", "Patrol 1", "--member", "Maria Lopez", code=ExitCode.USAGE)
    assert "number or handle" in provisioned.err
    provisioned.say("fleet", "hand", "Patrol 9", "--member", "17", code=ExitCode.NOT_FOUND)
    provisioned.say("fleet", "hand", "Patrol 1", "--member", "heron")
    provisioned.say("fleet", "hand", "Patrol 1", "--nobody")
    with provisioned.fleet() as fleet:
        assert fleet.binding("Patrol 1").member is None


def test_no_command_shows_a_key(provisioned: Table) -> None:
    with provisioned.fleet() as fleet:
        secrets = [*fleet.channel_keys().values(), fleet.ring.seed, PASSPHRASE, BACKUP_PASSPHRASE]
    for words in (["fleet", "show"], ["fleet", "keys"], ["lost", "Base 1", "--drill"],
                  ["lost", "Base 1", "--yes"], ["lost", "--status"]):  # fmt: skip
        for form in ([], ["--json"]):
            if form and "--yes" in words:
                continue
            provisioned.say(*words, *form)
            for secret in secrets:
                for text in (secret.hex(), base64.b64encode(secret).decode(), repr(secret)[2:-1]):
                    assert text not in provisioned.out + provisioned.err


def test_codes_tell_what_is_wrong(provisioned: Table) -> None:
    provisioned.say("fleet", "show", passphrase="wrong-pw", code=ExitCode.LOCKED)
    assert provisioned.err == "meshdefense: Wrong passphrase.\n"
    elsewhere = ("--fleet", provisioned.root / "none")
    provisioned.say("fleet", "show", *elsewhere, code=ExitCode.NOT_FOUND)
    assert "radio fleet new" in provisioned.err
    with provisioned.fleet():
        provisioned.say("fleet", "hand", "Base 1", "--nobody", code=ExitCode.LOCKED)
        assert "another program changes the fleet" in provisioned.err
        provisioned.say("fleet", "show")
    (provisioned.root / "data" / "fleet" / "keys.sealed").write_bytes(b"\x89MDFLT\r\n\x01")
    provisioned.say("fleet", "show", code=ExitCode.DAMAGED)
    assert "radio restore" in provisioned.err


def test_a_passphrase_by_descriptor_opens_and_none_is_asked_without_a_terminal(
    provisioned: Table,
) -> None:
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE + b"\n")
    os.close(writing)
    try:
        provisioned.say("fleet", "show", "--passphrase-fd", reading, passphrase="")
    finally:
        os.close(reading)
    done = meshdefense("radio", "fleet", "show", data=provisioned.root / "data")
    assert done.code == ExitCode.USAGE
    assert "--passphrase-file" in done.err


def test_another_passphrase_opens_and_the_old_one_does_not(provisioned: Table) -> None:
    provisioned.say("fleet", "passphrase", "--new-passphrase-file", provisioned.root / "backup-pw")
    provisioned.say("fleet", "show", code=ExitCode.LOCKED)
    provisioned.say("fleet", "show", passphrase="backup-pw")


@pytest.mark.parametrize("verb", ["sheet", "passphrase"])
def test_a_wrong_passphrase_counts_wherever_it_is_given(verb: str, provisioned: Table) -> None:
    attempts = Attempts(attempts_path(provisioned.root / "data" / "fleet"))
    more = () if verb == "sheet" else ("--new-passphrase-file", provisioned.root / "backup-pw")
    provisioned.say("fleet", verb, *more, passphrase="wrong-pw", code=ExitCode.LOCKED)
    assert provisioned.err == "meshdefense: Wrong passphrase.\n"
    assert provisioned.out == ""
    assert attempts.failures == 1


def test_the_code_of_a_sheet_sets_a_new_passphrase(provisioned: Table) -> None:
    sheet = provisioned.root / "sheet"
    provisioned.say("fleet", "sheet", "--out", sheet)
    assert sheet.stat().st_mode & 0o077 == 0
    assert len(max(sheet.read_text().splitlines(), key=len)) <= 80
    code = " ".join(re.findall(r"\d: (\w{5})", sheet.read_text()))
    (provisioned.root / "code").write_text(code)
    change = ("fleet", "passphrase", "--recovery", "--code-file", provisioned.root / "code",
              "--new-passphrase-file", provisioned.root / "backup-pw")  # fmt: skip
    provisioned.say(*change, passphrase="")
    provisioned.say("fleet", "show", passphrase="backup-pw")
    (provisioned.root / "code").write_text(code[::-1])
    provisioned.say(*change, passphrase="", code=ExitCode.LOCKED)
    assert "not the code of a recovery sheet" in provisioned.err


def code_of(table: Table, sheet: Path) -> Path:
    path = table.root / f"{sheet.name}-code"
    path.write_text(" ".join(re.findall(r"\d: (\w{5})", sheet.read_text())))
    return path


def recover(table: Table, sheet: Path, **options: ExitCode) -> None:
    table.say("fleet", "passphrase", "--recovery", "--code-file", sheet, "--new-passphrase-file",
              table.root / "backup-pw", passphrase="", **options)  # fmt: skip


@pytest.mark.parametrize("way", ["no folder", "nobody reads"])
def test_a_sheet_that_cannot_be_given_leaves_the_one_before_it_valid(
    way: str, provisioned: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = provisioned.root / "sheet"
    provisioned.say("fleet", "sheet", "--out", sheet)
    assert "This sheet counts from now on" in provisioned.err
    if way == "no folder":
        provisioned.say("fleet", "sheet", "--out", provisioned.root / "none" / "x",
                        code=ExitCode.FAILED)  # fmt: skip
        assert "cannot be written" in provisioned.err
    else:
        monkeypatch.setattr(recovery, "told", lambda *_: False)
        provisioned.say("fleet", "sheet", code=ExitCode.UNAVAILABLE)
        assert "one printed before is valid as it was" in provisioned.err
    assert "counts" not in provisioned.err
    recover(provisioned, code_of(provisioned, sheet))


def test_a_sheet_that_was_printed_and_not_taken_is_told(
    provisioned: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FleetUnavailableError("the disk is full")

    monkeypatch.setattr(sealed, "add_recovery", full)
    provisioned.say("fleet", "sheet", code=ExitCode.UNAVAILABLE)
    assert "Whether this new sheet opens anything is not known" in provisioned.err


def test_the_code_of_an_older_sheet_is_called_a_code_and_asks_for_no_passphrase(
    provisioned: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = provisioned.root / "old"
    provisioned.say("fleet", "sheet", "--out", old)
    provisioned.say("fleet", "sheet", "--out", provisioned.root / "new")
    monkeypatch.setattr(radio_fleet, "new_passphrase", lambda *_, **__: pytest.fail("asked"))
    recover(provisioned, code_of(provisioned, old), code=ExitCode.LOCKED)
    assert "not the code of a recovery sheet" in provisioned.err
    assert "of before a restore, or a newer sheet was printed" in provisioned.err


def test_forgetting_a_radio_is_asked_first(provisioned: Table) -> None:
    provisioned.say("fleet", "forget", "Patrol 1", code=ExitCode.USAGE)
    provisioned.say("fleet", "forget", "Patrol 1", "--yes")
    assert "Patrol 1  patrol     not yet" in provisioned.say("fleet", "show")


def test_a_lost_radio_is_told_and_followed_to_the_end(provisioned: Table) -> None:
    provisioned.say("fleet", "hand", "Patrol 1", "--member", "17")
    drill = provisioned.say("lost", "Patrol 1", "--drill")
    for text in ("held by 17", "cannot read reports", "speaks on them under the name of any radio",
                 "New keys will be drawn for: South", "A drill: nothing was changed",
                 "meshdefense lost 17"):  # fmt: skip
        assert text in drill
    provisioned.say("lost", "Patrol 1", code=ExitCode.USAGE)  # it has to be confirmed
    assert provisioned.json("fleet", "keys")["old"] == []
    answer = provisioned.json("lost", "Patrol 1", "--yes")
    assert answer["rotate"] == ["South"]
    assert list(answer["fingerprints"]) == ["South"]
    assert "kept until no radio has it" in provisioned.say("fleet", "keys")
    for count, name in ((3, "Roof 1"), (2, "Base 1"), (1, "Patrol 2")):
        (lost,) = provisioned.json("lost", "--status")["lost"]
        assert lost["left"] == count
        with provisioned.fleet() as fleet:
            prove(fleet, name)
    assert "no radio holds a key that it has" in provisioned.say("lost", "--status")
    provisioned.say("lost", "Patrol 1", "--yes", code=ExitCode.REFUSED)
    provisioned.say("lost", "Patrol 1", "--found", "--yes")
    assert "in known hands again" in provisioned.say("lost", "--status")


def test_the_loss_of_a_member_names_the_radio_channels_and_what_follows(
    provisioned: Table,
) -> None:
    found = radio_channels(argparse.Namespace(data=provisioned.root / "data"))
    assert found == ["South", "Neighbours"]
    assert "South, Neighbours" in "\n".join(radio_lines(found))
    none = radio_channels(argparse.Namespace(data=provisioned.root / "elsewhere"))
    assert none == []
    for channels in (found, none):
        assert "meshdefense radio lost NAME" in "\n".join(radio_lines(channels))


def test_bases_and_relays_are_touched_first(provisioned: Table) -> None:
    said = provisioned.say("lost", "Patrol 1", "--drill")
    order = [line.split()[2] for line in said.splitlines() if line.startswith("  TO DO")]
    assert order == ["Base", "Roof", "Patrol"]

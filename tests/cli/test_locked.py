"""Folders, passphrases and stores that cannot be used: each has its sentence and its code."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.paths import DataFolder
from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import open_keyslots
from support.commands import PATIENCE_S, command, environment
from support.daemons import ASH, BASE, PASSPHRASE, Members, private_file

Said = pytest.CaptureFixture[str]


def open_it(data: Path, passphrase: Path) -> int:
    """The shortest command that opens a store: `network create` in a folder that has one."""
    return main(["network", "create", "--name", "N", "--handle", "x", "--origin", "0", "0",
                 "--data", str(data), "--passphrase-file", str(passphrase)])  # fmt: skip


def start(data: Path, passphrase: Path) -> int:
    """`run`, which must fail."""
    return main(["run", "--radio", "none", "--data", str(data),
                 "--passphrase-file", str(passphrase)])  # fmt: skip


def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(
    members: Members, capsys: Said
) -> None:
    wrong = private_file(members.folder / "wrong", "not-the-canary\n")
    assert start(members.data(BASE), wrong) == ExitCode.LOCKED
    said = capsys.readouterr()
    assert "Wrong passphrase" in said.err
    assert "not-the-canary" not in said.err + said.out


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (PASSPHRASE, 0o644, "chmod 600"),
        (PASSPHRASE, 0o640, "chmod 600"),
        ("", 0o600, "is empty"),
        ("x" * 2000, 0o600, "longer than"),
    ],
)
def test_a_passphrase_file_that_is_not_safe_is_refused(
    content: str, mode: int, why: str, members: Members, capsys: Said
) -> None:
    file = private_file(members.folder / "other", content)
    file.chmod(mode)
    assert start(members.data(BASE), file) == ExitCode.LOCKED
    said = capsys.readouterr()
    assert why in said.err
    assert PASSPHRASE not in said.err


def test_without_a_terminal_and_a_file_nobody_is_asked(members: Members) -> None:
    done = members.say(BASE, "run", "--radio", "none")
    assert done.code == ExitCode.USAGE
    assert "use --passphrase-file" in done.err


def test_a_folder_without_a_node_says_how_to_make_one(tmp_path: Path, capsys: Said) -> None:
    passphrase = private_file(tmp_path / "passphrase", PASSPHRASE)
    assert start(tmp_path / "none", passphrase) == ExitCode.NOT_FOUND
    assert "meshdefense network create" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_folder_that_others_may_enter_and_that_is_not_ours_is_refused(
    members: Members, capsys: Said
) -> None:
    folder = members.folder / "public"
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").write_text("somebody's")
    assert open_it(folder, members.passphrase) == ExitCode.REFUSED
    assert "Other users can look into" in capsys.readouterr().err
    assert [file.name for file in folder.iterdir()] == ["letter.txt"]


def test_a_second_daemon_of_a_folder_is_kept_out(members: Members, capsys: Said) -> None:
    with members.daemon(BASE) as first:
        assert start(members.data(BASE), members.passphrase) == ExitCode.LOCKED
        said = capsys.readouterr()
        assert f"in use by process {first.process.pid}" in said.err
        assert first.status()["status"]["name"] == BASE
    with members.daemon(BASE):
        pass  # the lock went with its holder


def test_another_program_that_holds_the_folder_is_told_from_a_daemon(
    members: Members, capsys: Said
) -> None:
    code = (
        "import sys; from meshdefense.paths import DataFolder, FolderLock;"
        f"FolderLock(DataFolder({str(members.data(ASH))!r})).acquire();"
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [command()[0], "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        words = ["member", "join", str(members.folder / "ash.grant")]
        ended = main([*words, "--data", str(members.data(ASH)),
                      "--passphrase-file", str(members.passphrase)])  # fmt: skip
        assert ended == ExitCode.LOCKED
        assert "another program uses" in capsys.readouterr().err
    finally:
        holder.communicate(timeout=PATIENCE_S)


def _noise_in_the_middle(data: Path, members: Members) -> None:
    with (data / "store.db").open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xa5" * 4096 * 4)


def _cut_short(data: Path, members: Members) -> None:
    (data / "store.db").write_bytes((data / "store.db").read_bytes()[:10])


def _somebody_elses(data: Path, members: Members) -> None:
    shutil.copy(members.data(ASH) / "store.db", data / "store.db")


def _not_encrypted(data: Path, members: Members) -> None:
    (data / "store.db").write_bytes(b"SQLite format 3\0" + bytes(4080))


def _from_the_future(data: Path, members: Members) -> None:
    folder = DataFolder(data)
    key = open_keyslots(folder.keyslot, PASSPHRASE.encode())
    database = Database.open(folder.store, key)
    with database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 999")
    database.close()


def _keyslot_cut(data: Path, members: Members) -> None:
    (data / "keyslot.bin").write_bytes((data / "keyslot.bin").read_bytes()[:60])


def _keyslot_foreign(data: Path, members: Members) -> None:
    (data / "keyslot.bin").write_bytes(b"something else entirely" * 5)


def _keyslot_flipped(data: Path, members: Members) -> None:
    content = bytearray((data / "keyslot.bin").read_bytes())
    for copy in (0, 4096):
        for slot in range(4):
            content[copy + 121 + 98 * slot + 50] ^= 1
    (data / "keyslot.bin").write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (_noise_in_the_middle, "damaged"),
        (_cut_short, "cut short"),
        (_somebody_elses, "do not belong together"),
        (_not_encrypted, "not encrypted"),
        (_from_the_future, "newer MeshDefense"),
        (_keyslot_cut, "keyslot file is damaged"),
        (_keyslot_foreign, "not written by MeshDefense"),
        (_keyslot_flipped, "keyslot file is damaged"),
    ],
)
def test_a_damaged_foreign_or_newer_store_is_named_and_left_as_it_is(
    damage: Callable[[Path, Members], None], why: str, members: Members, capsys: Said
) -> None:
    data = members.data(BASE)
    damage(data, members)
    files = {name: (data / name).read_bytes() for name in ("store.db", "keyslot.bin")}
    assert start(data, members.passphrase) == ExitCode.DAMAGED
    said = capsys.readouterr()
    assert why in said.err
    assert "Traceback" not in said.err
    assert files == {name: (data / name).read_bytes() for name in files}


def test_a_store_without_its_keyslot_is_no_new_node(members: Members, capsys: Said) -> None:
    (members.data(BASE) / "keyslot.bin").unlink()
    before = (members.data(BASE) / "store.db").read_bytes()
    assert start(members.data(BASE), members.passphrase) != ExitCode.OK
    assert open_it(members.data(BASE), members.passphrase) == ExitCode.REFUSED
    said = capsys.readouterr().err
    assert said.count("no keyslot file, so that it cannot be opened. Put back a copy") == 2
    assert (members.data(BASE) / "store.db").read_bytes() == before

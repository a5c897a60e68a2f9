"""Lock, unlock, passphrases and recovery sheets, as a person at a terminal has them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import time

import pytest

from meshdefense import clock
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.cli.recovery import sheet
from meshdefense.decoy import HANDLES, NAMES
from meshdefense.enrolment import load_membership
from meshdefense.paths import DataFolder
from meshdefense.storage.attempts import Attempts, attempts_path
from meshdefense.storage.keyslots import SlotKind, open_slot, slots_in_use
from meshdefense.storage.recovery_code import draw_code, spelled
from meshdefense.storage.repository import Store
from support.commands import PATIENCE_S, command, environment, meshdefense, until
from support.daemons import BASE, PASSPHRASE, Members, private_file

FORCED, NEW = "forced-to-it-canary", "another-passphrase"


def at_a_terminal(*words: object, answers: list[str]) -> tuple[int, str]:
    """Run a command on a terminal of its own; answer its questions in turn."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        command(*words), stdin=child, stdout=child, stderr=child, env=environment(),
        start_new_session=True, preexec_fn=_own_terminal,
    )  # fmt: skip
    os.close(child)
    said = b""
    try:
        for answer in answers:
            while not re.search(rb": $", said):
                said += os.read(parent, 4096)
            os.write(parent, answer.encode() + b"\n")
            said += b"\n"
            time.sleep(0.1)
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not piece:
                break
            said += piece
        return process.wait(PATIENCE_S), said.decode()
    finally:
        process.kill()
        process.wait()
        os.close(parent)


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # getpass asks /dev/tty


def test_a_locked_daemon_refuses_commands_and_goes_on_with_a_passphrase(
    members: Members,
) -> None:
    with members.daemon(BASE) as base:
        base.call("report", kind="fire", note="seen-before")
        locked = members.say(BASE, "lock")
        assert (locked.code, locked.out.split(".")[0]) == (0, "Locked")
        for words in (("alerts",), ("mesh",), ("report", "fire"), ("alerts", "--json")):
            done = members.say(BASE, *words)
            assert done.code == ExitCode.LOCKED
            assert "meshdefense unlock" in done.err
            assert "seen-before" not in done.out + done.err
        data = members.data(BASE)
        code, said = at_a_terminal("alerts", "--data", data, answers=[PASSPHRASE])
        assert code == 0
        assert "seen-before" in said
        assert PASSPHRASE not in said
        members.say(BASE, "lock")
        assert "seen-before" in members.run(BASE, "alerts").out
        assert members.run(BASE, "unlock").out == "It is not locked.\n"
        members.say(BASE, "lock")
        wrong = private_file(members.folder / "wrong", "not-the-canary")
        done = meshdefense("unlock", "--passphrase-file", wrong, data=data)
        assert done.code == ExitCode.LOCKED
        assert "Wrong passphrase." in done.err
        assert "canary" not in done.err
        time.sleep(1)
        assert members.run(BASE, "unlock").out == "Unlocked.\n"
        members.say(BASE, "lock")
        assert members.say(BASE, "stop").code == 0, "whoever may not read may still end it"
        base.process.wait(PATIENCE_S)


WORDS = {
    "en_US.UTF-8": ("locked: counts only", "not verified 1", "next passphrase is looked at in",
                    "This passphrase was not looked at", "the next try counts in"),
    "es_MX.UTF-8": ("bloqueado: solo cifras", "sin verificar 1", "próxima contraseña se mira en",
                    "Esta contraseña no se miró", "el próximo intento"),
}  # fmt: skip


@pytest.mark.parametrize("locale", WORDS)
def test_the_status_of_a_locked_daemon_tells_counts_and_asks_for_nothing(
    members: Members,
    locale: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    data = ["--data", str(members.data(BASE))]
    wrong = private_file(members.folder / "wrong", "not-the-canary")
    title, counts, later, early, next_try = WORDS[locale]
    with members.daemon(BASE) as base:
        base.call("report", kind="fire", note="seen-before")
        private = {"seen-before", base.status()["status"]["network"], "40.76"}
        members.say(BASE, "lock")
        assert main(["status", "--json", *data]) == 0
        plain = capsys.readouterr().out
        shown = json.loads(plain)
        assert shown.keys() == {"status", "radio"}
        assert shown["status"]["locked"] is True
        assert shown["status"]["counts"]["unconfirmed"] == 1
        attempts = Attempts(attempts_path(members.data(BASE)))
        for _ in range(6):  # then the next one has to wait for half a minute
            attempts.begin(clock.now())
        assert main(["unlock", "--passphrase-file", str(wrong), *data]) == ExitCode.LOCKED
        refused = capsys.readouterr().err
        assert early in refused
        assert next_try in refused
        assert main(["status", *data]) == 0
        said = capsys.readouterr()
        text = " ".join(said.out.split())
        assert all(words in text for words in (title, counts, later))
        assert said.err == ""
        assert not [word for word in private if word in plain + said.out]
        attempts.succeeded()
        assert main(["status", "--passphrase-file", str(members.passphrase), *data]) == 0
        assert "Test Valley" in capsys.readouterr().out


def test_the_daemon_locks_itself_when_nobody_does_anything(members: Members) -> None:
    log = members.folder / "log"
    with log.open("w") as out:
        daemon = subprocess.Popen(
            command("run", "--radio", "none", "--idle-lock", "0.02", "--data", members.data(BASE),
                    "--passphrase-file", members.passphrase),
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment(),
        )  # fmt: skip
    try:
        until(lambda: "this node is locked" in members.say(BASE, "alerts").err)
        assert members.run(BASE, "alerts").code == 0
    finally:
        daemon.terminate()
        assert daemon.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_that_is_none_is_a_usage_error(wrong: str) -> None:
    done = meshdefense("run", "--radio", "none", "--idle-lock", wrong)
    assert done.code == ExitCode.USAGE
    assert "number of minutes" in done.err


def test_wrong_passphrases_slow_the_next_start_down(members: Members) -> None:
    wrong = private_file(members.folder / "wrong", "not-the-canary")
    data = members.data(BASE)
    words = ("recovery", "print", "--passphrase-file", wrong)
    for _ in range(8):  # a slow machine may take longer for a start than the first waits are
        done = meshdefense(*words, data=data)
        assert done.code == ExitCode.LOCKED
        if "wrong passphrases came before; this one is tried in " in done.err:
            break
    else:
        pytest.fail("no wait was told")
    assert members.run(BASE, "recovery", "print").code == 0
    assert "is tried in" not in members.run(BASE, "recovery", "print").err
    assert not (data / "attempts.bin").exists()


def test_a_recovery_sheet_opens_when_the_passphrase_is_lost(members: Members) -> None:
    data, out = members.data(BASE), members.folder / "sheet.txt"
    done = members.run(BASE, "recovery", "print", "--out", out)
    assert done.code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    page = out.read_text()
    assert all(len(line) <= 80 for line in page.splitlines())
    assert "recovery sheet" in page
    assert "Hoja de recuperación" in page
    code = "\n".join(re.findall(r"^ +[15]: .*$", page, re.M))
    new = private_file(members.folder / "new", NEW)
    mistyped = private_file(members.folder / "code", code.replace("3:", "3: X", 1)[:-1])
    done = meshdefense("recovery", "open", "--code-file", mistyped, "--new-passphrase-file", new,
                       data=data)  # fmt: skip
    assert done.code == ExitCode.LOCKED
    assert "group" in done.err
    foreign = private_file(members.folder / "foreign", " ".join(spelled(draw_code())))
    done = meshdefense("recovery", "open", "--code-file", foreign, "--new-passphrase-file", new,
                       data=data)  # fmt: skip
    assert done.code == ExitCode.LOCKED
    assert "another node" in done.err
    assert not (data / "attempts.bin").exists(), "a sheet that is misread slows nobody down"
    right = private_file(members.folder / "right", code)
    for words in (("recovery", "open"), ("passphrase", "change", "--recovery")):
        done = meshdefense(*words, "--code-file", right, "--new-passphrase-file", new, data=data)
        assert done.code == 0, done.err
        assert open_slot(data / "keyslot.bin", NEW.encode()).kind is SlotKind.PASSPHRASE
        assert members.run(BASE, "recovery", "print").code == ExitCode.LOCKED
    assert code.split()[1] not in done.out + done.err


def test_a_sheet_that_cannot_be_written_leaves_the_one_before_it_valid(members: Members) -> None:
    slots = members.data(BASE) / "keyslot.bin"
    assert members.run(BASE, "recovery", "print").code == 0
    before = slots.read_bytes()
    done = members.run(BASE, "recovery", "print", "--out", members.folder / "none" / "x")
    assert done.code == ExitCode.FAILED
    assert "counts" not in done.err
    assert slots.read_bytes() == before


def test_a_sheet_shows_the_code_in_both_languages_and_fits_a_page() -> None:
    groups = spelled(draw_code())
    page = sheet(groups, "2026-05-01")
    assert all(page.count(group) == 1 for group in groups)
    assert page.count("2026-05-01") == 2
    assert len(page.splitlines()) < 30


def test_another_passphrase_while_the_daemon_runs(members: Members) -> None:
    data = members.data(BASE)
    new = private_file(members.folder / "new", NEW)
    with members.daemon(BASE):
        done = members.run(BASE, "passphrase", "change", "--new-passphrase-file", new)
        assert done.code == 0, done.err
        members.say(BASE, "lock")
        assert members.run(BASE, "unlock").code == ExitCode.LOCKED
        time.sleep(1)
        assert meshdefense("unlock", "--passphrase-file", new, data=data).code == 0


def test_with_a_device_share_the_node_starts_only_with_both(members: Members) -> None:
    data, stick = members.data(BASE), members.folder / "stick"
    same = members.passphrase
    done = members.run(BASE, "passphrase", "change", "--new-passphrase-file", same,
                       "--new-device-share", stick)  # fmt: skip
    assert done.code == 0, done.err
    assert members.run(BASE, "run", "--radio", "none").code == ExitCode.LOCKED
    time.sleep(1)
    done = members.run(BASE, "recovery", "print", "--device-share", stick)
    assert done.code == 0, done.err
    done = members.run(BASE, "passphrase", "change", "--device-share", stick,
                       "--new-passphrase-file", same, "--drop-device-share")  # fmt: skip
    assert done.code == 0, done.err
    assert open_slot(data / "keyslot.bin", PASSPHRASE.encode()).kind is SlotKind.PASSPHRASE


def test_a_duress_passphrase_destroys_everything_and_opens_a_network_of_its_own(
    members: Members,
) -> None:
    data = members.data(BASE)
    forced = private_file(members.folder / "forced", FORCED)
    with members.daemon(BASE) as base:  # it is set beside a daemon that runs, too
        base.call("report", kind="fire", note="gone-soon")
        real = base.status()["status"]
        set_it = ("passphrase", "duress", "set", "--duress-passphrase-file", forced)
        done = members.run(BASE, *set_it)
        assert done.code == 0, done.err
        assert "can be a crime" in done.out
        assert "cannot help" in done.out
        assert FORCED not in done.out + done.err
        base.call("report", kind="fire", note="gone-soon, too")
    before = (data / "keyslot.bin").read_bytes()
    members.passphrase = forced  # what `run` is given from now on
    with members.daemon(BASE) as decoy:
        found = decoy.status()["status"]
        assert found["network_id"] != real["network_id"]
        assert found["network"] in NAMES
        assert found["name"] in HANDLES
        assert (found["member"], found["items"]) == (1, 0)
        tables = decoy.call("changes", since=0)["tables"]
        assert [row["name"] for row in tables["members"]] == [found["name"]]
        assert not tables.get("alerts")
        assert "gone-soon" not in json.dumps(tables)
    for word in (b"duress", b"decoy", b"gone-soon"):
        assert word not in decoy.log.read_bytes().lower()
    after = (data / "keyslot.bin").read_bytes()
    assert not set(blocks(before)) & set(blocks(after))
    opened = open_slot(data / "keyslot.bin", FORCED.encode())
    assert opened.kind is SlotKind.PASSPHRASE
    assert slots_in_use(data / "keyslot.bin", opened) == {SlotKind.PASSPHRASE}
    members.passphrase = members.folder / "passphrase"
    assert members.run(BASE, "run", "--radio", "none").code == ExitCode.LOCKED


def blocks(content: bytes) -> list[bytes]:
    return [content[at : at + 16] for at in (*range(17, 513, 16), *range(4113, 4609, 16))]


def test_a_locked_daemon_given_the_duress_passphrase_ends_and_leaves_a_decoy(
    members: Members,
) -> None:
    forced = private_file(members.folder / "forced", FORCED)
    members.run(BASE, "passphrase", "duress", "set", "--duress-passphrase-file", forced)
    with members.daemon(BASE) as base:
        members.say(BASE, "lock")
        done = meshdefense("unlock", "--passphrase-file", forced, data=members.data(BASE))
        assert (done.code, done.out) == (0, "Unlocked.\n")
        assert base.process.wait(PATIENCE_S) == 0
    assert open_slot(members.data(BASE) / "keyslot.bin", FORCED.encode()).key
    with Store.open(DataFolder(members.data(BASE)), FORCED.encode()) as store:
        assert load_membership(store).charter.name in NAMES
    assert b"duress" not in base.log.read_bytes().lower()


def test_a_duress_passphrase_can_be_removed_and_is_never_the_real_one(members: Members) -> None:
    data = members.data(BASE)
    forced = private_file(members.folder / "forced", FORCED)
    same = members.passphrase
    done = members.run(BASE, "passphrase", "duress", "set", "--duress-passphrase-file", same)
    assert done.code == ExitCode.REFUSED
    assert "Choose another" in done.err
    members.run(BASE, "passphrase", "duress", "set", "--duress-passphrase-file", forced)
    assert "removed" in members.run(BASE, "passphrase", "duress", "remove").out
    assert "There was none" in members.run(BASE, "passphrase", "duress", "remove").out
    assert meshdefense("recovery", "print", "--passphrase-file", forced, data=data).code == 7

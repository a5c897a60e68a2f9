"""Passphrases, codes, keys and words stay out of logs, arguments, files and tracebacks."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import open_keyslots, open_slot
from meshdefense.storage.recovery_code import parse_code
from support.commands import command, environment, meshdefense
from support.daemons import BASE, PASSPHRASE, Members, ask, private_file

NOTE, NEW, FORCED, WRONG = (
    "canary-note-Rb6", "canary-new-passphrase-Lx2", "canary-duress-Gd4", "canary-wrong-Hm8",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_locking_recovering_and_panicking_leave_no_canary_anywhere(members: Members) -> None:
    data, folder = members.data(BASE), members.folder
    files = {name: private_file(folder / f"{name}.secret", text)
             for name, text in (("new", NEW), ("duress", FORCED), ("wrong", WRONG))}  # fmt: skip
    said = dict[str, bytes]()

    def note(name: str, *words: object) -> None:
        done = meshdefense(*words, data=data)
        said[name] = (done.out + done.err).encode()

    page = folder / "page.secret"
    note("print", "recovery", "print", "--passphrase-file", members.passphrase, "--out", page)
    typed = "\n".join(re.findall(r"^ +[15]: .*$", page.read_text(), re.M))
    files["code"] = private_file(folder / "code.secret", typed)
    note("duress", "passphrase", "duress", "set", "--passphrase-file", members.passphrase,
         "--duress-passphrase-file", files["duress"])  # fmt: skip
    key = open_keyslots(DataFolder(data).keyslot, PASSPHRASE.encode())
    with members.daemon(BASE) as base:
        base.call("report", kind="fire", note=NOTE, lat=40.7612, lon=-111.8934)
        note("change", "passphrase", "change", "--recovery", "--code-file", files["code"],
             "--new-passphrase-file", files["new"])  # fmt: skip
        note("lock", "lock")
        note("locked", "alerts")
        note("wrong", "unlock", "--passphrase-file", files["wrong"])
        for passphrase in ("x" * 2000, "\udcff", WRONG):
            with pytest.raises(Exception, match=r"[Ww]ait|Wrong"):
                ask(data, "unlock", passphrase=passphrase)
        proc = Path(f"/proc/{base.process.pid}")
        for name in ("cmdline", "environ"):
            said[name] = (proc / name).read_bytes()
        limits = (proc / "limits").read_text()
        assert re.search(r"Max core file size +[01] +[01] ", limits), "core dumps are not off"
        said["rehearsal"] = meshdefense("panic", "--rehearse", data=data).out.encode()
        held = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
        note("panic", "panic", "--yes")
        base.process.wait(60)
    said["log"] = base.log.read_bytes()
    code = parse_code(typed)
    canaries = {
        "passphrase": PASSPHRASE.encode(), "new one": NEW.encode(), "duress": FORCED.encode(),
        "wrong one": WRONG.encode(), "note": NOTE.encode(), "code": code, "key": key.key,
        "hex key": key.key.hex().encode(), "group": typed.split()[1].encode(),
    }  # fmt: skip
    assert b"ready" in said["log"]
    for where, text in {**said, **held}.items():
        for what, canary in canaries.items():
            assert canary not in text, f"{what} is in {where}"
    assert not data.exists()
    left = [path for path in folder.rglob("*") if path.is_file() and data in path.parents]
    assert left == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_command_that_asks_for_a_passphrase_dumps_no_core(members: Members) -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] in (0, 1):
        pytest.skip("forbidden here already")
    program = (
        "import sys, resource; from meshdefense.cli.main import main; "
        "code = main(sys.argv[1:]); print(code, *resource.getrlimit(resource.RLIMIT_CORE))"
    )
    done = subprocess.run(
        [command()[0], "-c", program, "recovery", "print", "--out", os.devnull + "/none",
         "--passphrase-file", members.passphrase, "--data", members.data(BASE)],
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    assert done.stdout.split()[-2:] == ["1", "1"], done.stderr


def test_a_traceback_of_a_failed_unlock_holds_no_passphrase(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from meshdefense.storage import keyslot_boxes\n"
        "def broken(*_):\n"
        "    raise RuntimeError('a fault of ours')\n"
        "keyslot_boxes.stretched = broken\n"
        "from meshdefense.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run(
        [command()[0], "-c", program, "recovery", "print",
         "--passphrase-file", members.passphrase, "--data", members.data(BASE)],
        capture_output=True, text=True, env=environment(), check=False,
    )  # fmt: skip
    assert "a fault of ours" in done.stderr
    assert PASSPHRASE not in done.stderr + done.stdout
    assert open_slot(members.data(BASE) / "keyslot.bin", PASSPHRASE.encode()).key

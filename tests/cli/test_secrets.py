"""Passphrase, keys and words of people are nowhere but where they belong."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

from meshdefense.paths import DataFolder
from meshdefense.storage.repository import Store
from support.daemons import ASH, BASE, PASSPHRASE, Members, Radios, make_members, two_nodes

NOTE = "canary-note-Kp3"
MESSAGE = "canary-message-Vw8"


def forms(name: str, value: bytes) -> dict[str, bytes]:
    """How a secret could be written down."""
    return {
        f"{name}": value,
        f"{name} in hex": value.hex().encode(),
        f"{name} in HEX": value.hex().upper().encode(),
        f"{name} in base64": base64.b64encode(value),
        f"{name} as Python shows it": repr(value)[2:-1].encode(),
    }


def canaries(members: Members) -> dict[str, bytes]:
    """Everything that must not be seen: the passphrase, and all keys of all members."""
    wanted = forms("passphrase", PASSPHRASE.encode())
    for handle in (BASE, ASH):
        with Store.open(DataFolder(members.data(handle)), PASSPHRASE.encode()) as store:
            secrets = store.secrets()
        kinds = {name.partition("/")[0] for name in secrets}
        assert {"identity", "static", "seed", "tree"} <= kinds
        for name, value in secrets.items():
            wanted |= forms(f"{handle}'s {name}", value)
    return wanted


@pytest.mark.slow
def test_no_output_log_argument_or_environment_holds_a_secret(tmp_path: Path) -> None:
    members = make_members(tmp_path)
    said: dict[str, bytes] = {}
    with Radios() as radios, two_nodes(members, radios) as (base, ash):
        for daemon, other in ((base, ASH), (ash, BASE)):
            daemon.call("report", kind="fire", note=NOTE, lat=40.7612, lon=-111.8934)
            daemon.call("message", text=MESSAGE, recipient=other)
            daemon.call("checkin", due_in_s=600)
        ash.wait_radio("ready")
        radios.do("drop_client", node=0)  # trouble is when logs become talkative
        base.wait_ready()
        for handle in (BASE, ASH):
            said[f"status of {handle}"] = members.say(handle, "status", "--json").out.encode()
            said[f"alerts of {handle}"] = members.say(handle, "alerts").out.encode()
        wrong = members.run(ASH, "member", "join", members.folder / "base")
        said["an error"] = (wrong.out + wrong.err).encode()
        if sys.platform == "linux":
            for name, process in (("base", base), ("ash", ash), ("radios", radios)):
                for file in ("cmdline", "environ"):
                    path = Path(f"/proc/{process.process.pid}/{file}")
                    said[f"{file} of {name}"] = path.read_bytes()
    logs = {f"log of {handle}": (tmp_path / f"{handle}.log").read_bytes() for handle in (BASE, ASH)}
    files = {str(f.relative_to(tmp_path)): f.read_bytes()
             for f in tmp_path.rglob("*") if f.is_file() and f != members.passphrase}  # fmt: skip
    assert b"ready" in logs["log of base"]
    assert NOTE.encode() in said["alerts of base"], "the canary does not sing at all"
    words = {"note": NOTE.encode(), "message": MESSAGE.encode(), "place": b"40.76",
             "other place": b"111.89"}  # fmt: skip
    secrets = canaries(members)
    for where, text in {**said, **logs, **files}.items():
        for what, canary in secrets.items():
            assert canary not in text, f"{what} is in {where}"
    for where, text in {**logs, **files}.items():
        if where.endswith((".grant", ".request")):
            continue  # the charter in a grant says where the area is
        for what, canary in words.items():
            assert canary not in text, f"{what} is in {where}"

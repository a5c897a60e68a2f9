"""A node on a file system that is really full, and has room again later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, errno, sys
from pathlib import Path
from meshdefense.node.node import UnavailableError
from support.storage_disk_play import Play
from support.storage_faults import FailingDisk
from support.nodes import eventually

folder = Path(sys.argv[1])
play = Play(folder, FailingDisk(0, errno.ENOSPC))
filler = folder / "of somebody else"

async def main():
    async with play.running():
        await play.hear(play.alert)
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(65536)):
                    pass
            except OSError:
                pass
        kept, refused = [], ""
        for _ in range(400):  # as long as the log has room
            try:
                given = await play.node.submit("checkin", {"state": "ok"})
            except UnavailableError as error:
                refused = str(error)
                break
            kept.append(str(given.item.id))
            play.time.pass_(120)
        print(refused)
        print(play.status())
        await play.hear(play.quiet)
        print(play.store.item_count() == len(kept) + 1, play.on_air.keys() <= {*kept})
        filler.unlink()

        async def well():
            play.time.pass_(1)
            await play.turn()
            return not play.status().startswith("The disk is full")  # it is still a small one

        await eventually(well)
        stored = {".".join(map(str, one.key[:3])) for one in play.store.items() if one.own}
        print(stored == {*kept}, play.store.item_count() == len(kept) + 2, play.store.check())

asyncio.run(main())
"""


def test_on_a_full_file_system_a_node_refuses_says_why_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    command = f'mount -t tmpfs -o size=3m none {tmp_path} && exec "$@"'
    wrapped = ["unshare", "-rm", "sh", "-c", command, "sh"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*wrapped, "true"], capture_output=True).returncode
    ):
        pytest.skip("needs a Linux that lets us mount a small file system")
    path = os.pathsep.join([*filter(None, sys.path), str(ROOT / "tests")])
    done = subprocess.run(
        [*wrapped, sys.executable, "-c", PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    refused, status, held, after = done.stdout.splitlines()
    assert refused.startswith("The disk is full"), refused
    assert status.startswith("The disk is full"), status
    assert held == "True True"
    assert after == "True True []"

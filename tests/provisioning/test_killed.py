"""`radio apply` killed with SIGKILL at each step: told on every computer, finished later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense.provisioning.progress import Step
from meshdefense_radio.plan import differences
from meshdefense_radio.unfinished import mark
from support.fleets import PASSPHRASE, made_fleet, opened
from support.table_radios import address, read_by_others, table
from support.virtual_radio import MeshThread

KILLED_AT = [step.value for step in Step if step is not Step.DONE] + ["write 3", "write 7"]
NAMES = [f"Patrol {number}" for number in range(1, len(KILLED_AT) + 1)]
NETWORK = """\
network: South Side
region: US
preset: LONG_FAST
hop_limit: 3
language: en
channels:
  - name: South
    key: sealed
    jobs: [patrol]
radios:
""" + "".join(f"  - {{name: {name}, short: P{at}, job: patrol}}\n" for at, name in enumerate(NAMES))


def killed(fleet: Path, where: str, name: str, moment: str) -> None:
    """Run the program and kill it as soon as it says that it begins with that step."""
    step, _, part = moment.partition(" ")
    command = [sys.executable, "-m", "meshdefense", "radio", "apply", f"{where}={name}", "--json",
               "--yes", "--fleet", str(fleet),
               "--passphrase-file", str(fleet.parent / "passphrase")]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event.get("step") == step and event.get("part", 0) == int(part or 0):
                process.kill()
                break
        else:
            pytest.fail(f"never came to {moment}")


def look(mesh: MeshThread, fleet_folder: Path, node: int, name: str) -> None:
    """What another computer reads, and what this one knows."""
    state = read_by_others(address(mesh, node))
    long_name = state.owner["long_name"]
    with opened(fleet_folder, changing=False) as fleet:
        unfinished = fleet.journal(name).unfinished
        right = not differences(state, fleet.desired_for(name))
    if long_name == name:
        assert right
    elif long_name == mark(name):
        assert unfinished
    else:
        assert long_name == f"Virtual {node + 1}"
        assert state.channels[0]["settings"]["name"] == ""


@pytest.mark.slow
def test_killed_at_each_step_it_is_told_and_one_more_run_ends_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, passphrase = tmp_path / "fleet", tmp_path / "passphrase"
    passphrase.write_bytes(PASSPHRASE)
    passphrase.chmod(0o600)
    made_fleet(folder, NETWORK).close()
    with table(len(NAMES)) as mesh:
        for node, (name, moment) in enumerate(zip(NAMES, KILLED_AT, strict=True)):
            killed(folder, mesh.mesh.addresses[node], name, moment)
            look(mesh, folder, node, name)
        targets = [f"{mesh.mesh.addresses[node]}={name}" for node, name in enumerate(NAMES)]
        code = main(["radio", "apply", *targets, "--yes", "--fleet", str(folder),
                     "--passphrase-file", str(passphrase)])  # fmt: skip
        assert code == ExitCode.OK, capsys.readouterr().err
        with opened(folder, changing=False) as fleet:
            for node, name in enumerate(NAMES):
                state = read_by_others(address(mesh, node))
                assert differences(state, fleet.desired_for(name)) == ()
                assert fleet.manifest(name) is not None
                assert not fleet.journal(name).unfinished

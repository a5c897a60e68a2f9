"""What `apply` made of a radio, as the unmodified client exports it: exactly the profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import main
from meshdefense_radio.rendered import exported_fields, rendered_paths
from support.fleets import PASSPHRASE, made_fleet, opened
from support.table_radios import table
from support.virtual_radio import meshtastic_cli

NAMES = ["Base 1", "Patrol 1", "Roof 1", "House 1"]


def test_an_export_shows_exactly_the_profile_of_each_job(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, passphrase, export = (tmp_path / name for name in ("fleet", "passphrase", "export"))
    passphrase.write_bytes(PASSPHRASE)
    passphrase.chmod(0o600)
    made_fleet(folder).close()
    with table(len(NAMES), from_the_box=True) as mesh:
        targets = [f"{mesh.mesh.addresses[node]}={name}" for node, name in enumerate(NAMES)]
        code = main(["radio", "apply", *targets, "--yes", "--fleet", str(folder),
                     "--passphrase-file", str(passphrase)])  # fmt: skip
        assert code == ExitCode.OK, capsys.readouterr().err
        for node, name in enumerate(NAMES):
            meshtastic_cli(mesh.mesh.ports[node], "--export-config", str(export))
            told = exported_fields(export.read_text(encoding="utf-8"))
            with opened(folder, changing=False) as fleet:
                desired = fleet.desired_for(name)
            roots = {"config": desired.config, "modules": desired.modules}
            checked = 0
            for path in rendered_paths(desired) & told.keys():
                wanted: object = roots
                for part in path.split("."):
                    wanted = wanted[part]  # type: ignore[index]
                assert told[path] == wanted, path
                checked += 1
            assert checked > 60
            assert told["owner.long_name"] == name
            for index, channel in enumerate(desired.channels):
                if channel["role"] != "DISABLED":
                    told_key = told[f"channels[{index}].settings.psk"]
                    assert told_key == channel["settings"]["psk"]
                    assert told[f"channels[{index}].settings.name"] == channel["settings"]["name"]
                else:
                    assert f"channels[{index}].settings.psk" not in told

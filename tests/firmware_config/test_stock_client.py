"""The stock command line gives a virtual radio a profile, and its export shows exactly that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshdefense_radio.desired import Desired, desired
from meshdefense_radio.profiles import left_to_the_radio
from meshdefense_radio.rendered import configure_yaml, exported_fields, rendered_paths
from support.radio_states import keys_of, small_network
from support.virtual_radio import MeshThread, meshtastic_cli


def flat(path: str, fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in fields.items():
        below = f"{path}.{name}"
        found.update(flat(below, value) if isinstance(value, dict) else {below: value})
    return found


def decided(goal: Desired) -> dict[str, Any]:
    """What the file can say of a radio, as an export calls it."""
    given = flat("config", goal.config) | flat("modules", goal.modules)
    found = {path: given[path] for path in rendered_paths(goal)}
    for index, channel in enumerate(goal.channels):
        if channel["role"] != "DISABLED":
            found |= flat(f"channels[{index}].settings", channel["settings"])
    found["owner.long_name"] = goal.owner["long_name"]
    found["owner.short_name"] = goal.owner["short_name"]
    return found


@pytest.mark.slow
def test_a_radio_configured_from_the_file_exports_exactly_the_profile(tmp_path: Path) -> None:
    network = small_network()
    goal = desired(network, "Roof 1", keys_of(network))
    file, export = tmp_path / "radio.yaml", tmp_path / "export.yaml"
    file.write_text(configure_yaml(goal, with_keys=True), encoding="utf-8")
    with MeshThread(nodes=1, speed=4.0) as running:
        (port,) = running.mesh.ports
        meshtastic_cli(port, "--configure", str(file))
        meshtastic_cli(port, "--export-config", str(export))
        told = exported_fields(export.read_text(encoding="utf-8"))
        meshtastic_cli(port, "--configure", str(export))
        again = tmp_path / "again.yaml"
        meshtastic_cli(port, "--export-config", str(again))
    wanted = decided(goal)
    assert {path: told.get(path) for path in wanted} == wanted
    kept = set(told) - set(wanted) - set(left_to_the_radio())
    assert {path for path in kept if not path.startswith("channels[")} <= {
        "config.network.wifi_ssid",  # empty texts, which a file cannot give
        "config.network.wifi_psk",
        "config.network.rsyslog_server",
        "canned_messages",  # left to this job's radio
        "ringtone",
    }
    assert again.read_text(encoding="utf-8") == export.read_text(encoding="utf-8")

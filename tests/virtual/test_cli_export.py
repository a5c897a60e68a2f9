"""`meshtastic --export-config` and `--configure` between virtual radios: nothing is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf.json_format import (  # type: ignore[import-untyped]  # it ships no types
    MessageToDict,
)
from meshtastic.protobuf import localonly_pb2

from support.command_line import Held, Radio, until
from support.every_field import KEPT_OUT, eight_channels, fill, leaves
from support.virtual_radio import MeshThread, client


@pytest.fixture(scope="module")
def radios() -> Iterator[list[Radio]]:
    with MeshThread(nodes=3, preset="SHORT_FAST", speed=4.0) as running:
        yield [Radio(running, index) for index in range(3)]


def changed(radio: Radio) -> Held:
    """Give a radio a value of its own in every field that exists; return what it holds then."""
    with client(radio.port) as connected:
        node = connected.interface.localNode
        factory, factory_modules = node.localConfig, node.moduleConfig
        node.localConfig = fill(localonly_pb2.LocalConfig(), factory)
        node.moduleConfig = fill(localonly_pb2.LocalModuleConfig(), factory_modules)
        node.channels = eight_channels()
        for index in range(8):
            node.writeChannel(index)
        node.setOwner("Everything Else", "EE")
        for kept in (node.localConfig, node.moduleConfig):
            for section in kept.DESCRIPTOR.fields_by_name:
                if section not in KEPT_OUT:
                    node.writeConfig(section)
        node.set_canned_message("On my way|Yes|No")
        node.set_ringtone("24:d=32,o=5,b=565:f6,p,f6")
        node.setFixedPosition(32.5, -96.25, 137)
        connected.interface.sendHeartbeat()
        wanted = node.localConfig, node.moduleConfig
    until(lambda: (held := radio.held()).config == wanted[0] and held.modules == wanted[1], "saved")
    return radio.held()


def exported(radio: Radio, path: Path) -> dict[str, Any]:
    """Return what the command line exports of a radio."""
    radio.cli("--export-config", str(path))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_every_field_survives_export_configure_export(radios: list[Radio], tmp_path: Path) -> None:
    full, fresh = radios[0], radios[1]
    factory = fresh.held()
    held = changed(full)
    same = {
        name
        for before, after in ((factory.config, held.config), (factory.modules, held.modules))
        for name, value in leaves(after).items()
        if leaves(before)[name] == value
    }
    assert not same, "these fields have their ordinary values, so that their loss would not show"

    first = exported(full, tmp_path / "first.yaml")
    fresh.cli("--configure", str(tmp_path / "first.yaml"))
    second = exported(fresh, tmp_path / "second.yaml")
    assert second == first
    assert (tmp_path / "second.yaml").read_text() == (tmp_path / "first.yaml").read_text()

    copy = fresh.held()
    assert leaves(copy.config) == leaves(held.config)
    assert leaves(copy.modules) == leaves(held.modules)
    assert copy.channels == held.channels
    assert copy.owner["longName"] == "Everything Else"
    assert copy.position["latitude"] == pytest.approx(held.position["latitude"], abs=1e-6)


def test_export_holds_every_field_that_differs_from_zero(
    radios: list[Radio], tmp_path: Path
) -> None:
    held = radios[2].held()
    content = exported(radios[2], tmp_path / "third.yaml")
    for name, kept in (("config", held.config), ("module_config", held.modules)):
        for section, fields in MessageToDict(kept).items():
            if not isinstance(fields, dict):
                continue
            for field, value in fields.items():
                written = content[name][section][field]
                if isinstance(written, str):
                    written = written.removeprefix("base64:")
                assert written == value, f"{section}.{field}"
    assert content["owner"] == held.owner["longName"]
    assert content["owner_short"] == held.owner["shortName"]
    assert content["channel_url"] == held.url


def test_binary_profile_says_the_same_as_the_text(radios: list[Radio], tmp_path: Path) -> None:
    radio = radios[2]
    radio.cli("--export-config", str(tmp_path / "kept.cfg"))
    before = exported(radio, tmp_path / "before.yaml")
    radio.cli("--set-owner", "Somebody Else", "--set", "lora.hop_limit", "7")
    radio.cli("--configure", str(tmp_path / "kept.cfg"))
    assert exported(radio, tmp_path / "after.yaml") == before


def test_part_of_a_configuration_leaves_the_rest_as_it_was(
    radios: list[Radio], tmp_path: Path
) -> None:
    radio = radios[2]
    before = radio.held()
    part = tmp_path / "part.yaml"
    part.write_text("owner: Roof\nconfig:\n  position:\n    positionBroadcastSecs: 901\n")
    radio.cli("--configure", str(part))
    after = radio.held()
    assert after.owner["longName"] == "Roof"
    assert after.config.position.position_broadcast_secs == 901
    before.config.position.position_broadcast_secs = 901
    assert (after.config, after.modules) == (before.config, before.modules)
    assert after.channels == before.channels


def test_file_with_an_unknown_section_changes_nothing(radios: list[Radio], tmp_path: Path) -> None:
    before = radios[2].held()
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("owner: Wrong\nconfig:\n  nonsense:\n    field: 1\n")
    radios[2].cli("--configure", str(wrong), code=1)
    after = radios[2].held()
    assert (after.owner, after.config) == (before.owner, before.config)

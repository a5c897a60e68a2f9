"""What the unmodified `meshtastic` command line changes on a virtual radio.

Every change is checked over a fresh connection, and in what the next command sees.
"""

import base64
from collections.abc import Iterator

import pytest
from meshtastic.protobuf import apponly_pb2, channel_pb2, config_pb2

from support.command_line import Held, Radio, until
from support.virtual_radio import MeshThread

Role = channel_pb2.Channel.Role
PositionFlags = config_pb2.Config.PositionConfig.PositionFlags


@pytest.fixture(scope="module")
def mesh() -> Iterator[MeshThread]:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=4.0) as running:
        yield running


@pytest.fixture(scope="module")
def radio(mesh: MeshThread) -> Radio:
    return Radio(mesh, 0)


def channel_url(held: Held, *names: str) -> str:
    """A URL with channels of these names, and the LoRa settings that the radio has."""
    told = apponly_pb2.ChannelSet(lora_config=held.config.lora)
    for name in names:
        told.settings.add(name=name, psk=name.encode().ljust(32, b"\1"))
    encoded = base64.urlsafe_b64encode(told.SerializeToString()).decode().rstrip("=")
    return f"https://meshtastic.org/e/#{encoded}"


def test_set_changes_named_fields_and_leaves_all_others(radio: Radio) -> None:
    before = radio.held()
    radio.cli("--set", "position.position_broadcast_secs", "900", "--set", "mqtt.root", "msh/here")
    after = radio.held()
    assert after.config.position.position_broadcast_secs == 900
    assert after.modules.mqtt.root == "msh/here"
    before.config.position.position_broadcast_secs = 900
    before.modules.mqtt.root = "msh/here"
    assert (after.config, after.modules) == (before.config, before.modules)


def test_set_owner_changes_both_names_and_the_others_learn_them(
    mesh: MeshThread, radio: Radio
) -> None:
    radio.cli("--set-owner", "Corner of Oak", "--set-owner-short", "OAK")
    owner = radio.held().owner
    assert (owner["longName"], owner["shortName"]) == ("Corner of Oak", "OAK")
    others = Radio(mesh, 1)
    until(
        lambda: others.held().nodes[radio.identity]["user"]["longName"] == "Corner of Oak",
        "the other radio learns the new name",
    )
    radio.cli("--set-owner-short", "ELM")  # alone it leaves the long name
    owner = radio.held().owner
    assert (owner["longName"], owner["shortName"]) == ("Corner of Oak", "ELM")


def test_fixed_position_is_set_kept_and_removed(radio: Radio) -> None:
    before = radio.held()
    radio.cli("--setlat", "32.7767", "--setlon", "-96.797", "--setalt", "137")
    held = radio.held()
    assert held.position["latitude"] == pytest.approx(32.7767, abs=1e-6)
    assert held.position["longitude"] == pytest.approx(-96.797, abs=1e-6)
    assert held.position["altitude"] == 137
    assert held.config.position.fixed_position
    radio.cli("--remove-position")
    held = radio.held()
    assert not held.config.position.fixed_position
    assert held.position.get("latitude") != pytest.approx(32.7767, abs=1e-6)
    assert held.config == before.config


def test_pos_fields_are_written_as_flags_and_read_back_by_name(radio: Radio) -> None:
    names = ["ALTITUDE", "TIMESTAMP", "SPEED"]
    assert "Setting position fields to" in radio.cli("--pos-fields", *names)
    flags = sum(PositionFlags.Value(name) for name in names)
    assert radio.held().config.position.position_flags == flags
    assert " ".join(names) in radio.cli("--pos-fields").splitlines()


def test_channel_is_added_changed_switched_off_and_on_and_deleted(radio: Radio) -> None:
    radio.cli("--ch-add", "patrol")
    added = radio.held().channels[1]
    assert (added.role, added.settings.name) == (Role.SECONDARY, "patrol")
    assert len(added.settings.psk) == 32

    radio.cli(
        *("--ch-index", "1", "--ch-set", "name", "base", "--ch-set", "psk", "0x" + "5a" * 32),
        *("--ch-set", "uplink_enabled", "true", "--ch-set", "module_settings.position_precision"),
        "13",
    )
    changed = radio.held().channels[1].settings
    assert (changed.name, changed.psk) == ("base", b"\x5a" * 32)
    assert changed.uplink_enabled
    assert not changed.downlink_enabled
    assert changed.module_settings.position_precision == 13

    radio.cli("--ch-index", "1", "--ch-disable")
    off = radio.held().channels[1]
    assert (off.role, off.settings) == (Role.DISABLED, changed)
    radio.cli("--ch-index", "1", "--ch-enable")
    on = radio.held().channels[1]
    assert (on.role, on.settings) == (Role.SECONDARY, changed)

    radio.cli("--ch-index", "1", "--ch-del")
    assert [channel.role for channel in radio.held().channels[1:]] == [Role.DISABLED] * 7


def test_deleting_a_channel_in_the_middle_moves_the_later_ones_up(radio: Radio) -> None:
    for name in ("one", "two", "three"):
        radio.cli("--ch-add", name)
    radio.cli("--ch-index", "2", "--ch-del")
    held = radio.held()
    kept = [(channel.settings.name, channel.role) for channel in held.channels[1:4]]
    assert kept == [("one", Role.SECONDARY), ("three", Role.SECONDARY), ("", Role.DISABLED)]
    for _ in range(2):
        radio.cli("--ch-index", "1", "--ch-del")


def test_primary_channel_can_be_neither_deleted_nor_switched_off(radio: Radio) -> None:
    before = radio.held().channels
    for option in ("--ch-del", "--ch-disable", "--ch-enable"):
        assert "annot" in radio.cli("--ch-index", "0", option, code=1)
    assert radio.held().channels == before


def test_seturl_replaces_channels_and_lora_settings(radio: Radio) -> None:
    held = radio.held()
    held.config.lora.hop_limit = 5
    url = channel_url(held, "street", "medics")
    radio.cli("--seturl", url)
    after = radio.held()
    assert [channel.role for channel in after.channels[:3]] == [1, 2, 0]
    assert [channel.settings.name for channel in after.channels[:2]] == ["street", "medics"]
    assert after.channels[0].settings.psk == b"street".ljust(32, b"\1")
    assert after.config.lora == held.config.lora
    assert radio.cli("--qr-all").partition("(includes all channels): ")[2].split()[0] == url


def test_url_that_cannot_be_read_changes_nothing(radio: Radio) -> None:
    before = radio.held()
    radio.cli("--seturl", "https://meshtastic.org/e/#GAMiENTxuzogKQdZ8Lz_q89Oab8qB0Rl", code=1)
    after = radio.held()
    assert (after.channels, after.config) == (before.channels, before.config)


def test_set_ham_names_the_owner_and_switches_encryption_off(mesh: MeshThread) -> None:
    radio = Radio(mesh, 1)
    assert radio.held().channels[0].settings.psk
    radio.cli("--set-ham", "KI1234")
    held = radio.held()
    assert held.owner["longName"] == "KI1234"
    assert held.owner["isLicensed"]
    assert held.channels[0].settings.psk in (b"", b"\0")

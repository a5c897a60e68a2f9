"""What the unmodified `meshtastic` command line reads from a virtual radio."""

import base64
from collections.abc import Iterator

import pytest
from meshtastic.protobuf import apponly_pb2

from support.command_line import Radio
from support.virtual_radio import MeshThread


@pytest.fixture(scope="module")
def radios() -> Iterator[list[Radio]]:
    with MeshThread(nodes=3, speed=4.0) as running:
        yield [Radio(running, index) for index in range(3)]


def test_info_shows_owner_nodes_preferences_and_channels(radios: list[Radio]) -> None:
    shown = radios[0].cli("--info")
    assert shown.startswith("Connected to radio")
    assert "Owner: Virtual 1 (0001)" in shown
    assert f'"myNodeNum": {radios[0].number}' in shown
    assert '"firmwareVersion"' in shown
    for radio in radios:
        assert f'"{radio.identity}"' in shown
    assert '"region": "US"' in shown
    assert "PRIMARY psk=default" in shown
    assert radios[0].held().url in shown


def test_nodes_lists_every_radio_with_its_name_and_place(radios: list[Radio]) -> None:
    listed = radios[0].cli("--nodes")
    for number, radio in enumerate(radios, start=1):
        assert radio.identity in listed
        assert f"Virtual {number}" in listed
        place = radios[0].held().nodes[radio.identity]["position"]
        assert f"{place['latitude']:.4f}°" in listed


def test_get_reads_single_fields_and_whole_sections(radios: list[Radio]) -> None:
    held = radios[0].held()
    shown = radios[0].cli("--get", "lora.hop_limit", "--get", "mqtt")
    assert f"lora.hop_limit: {held.config.lora.hop_limit}" in shown
    assert f"mqtt.address: {held.modules.mqtt.address}" in shown
    assert "Completed getting preferences" in shown


def test_unknown_preference_lists_the_known_ones_and_changes_nothing(radios: list[Radio]) -> None:
    before = radios[0].held()
    assert "Choices are" in radios[0].cli("--get", "lora.hop_limt")
    assert "Choices are" in radios[0].cli("--set", "lora.hop_limt", "5")
    after = radios[0].held()
    assert (after.config, after.modules) == (before.config, before.modules)


def test_qr_is_made_of_the_primary_channel_and_its_lora_settings(radios: list[Radio]) -> None:
    shown = radios[0].cli("--qr")
    url = shown.partition("Primary channel URL: ")[2].split()[0]
    held = radios[0].held()
    assert url == held.url
    encoded = url.rpartition("#")[2]
    told = apponly_pb2.ChannelSet.FromString(base64.urlsafe_b64decode(encoded + "=="))
    assert list(told.settings) == [held.channels[0].settings]
    assert told.lora_config == held.config.lora

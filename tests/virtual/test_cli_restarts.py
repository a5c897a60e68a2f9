"""`meshtastic --reboot` and `--factory-reset` on virtual radios."""

from collections.abc import Iterator

import pytest

from support.command_line import Radio, until
from support.virtual_radio import MeshThread

SPEED = 20.0  # the client asks for a reboot in ten seconds


@pytest.fixture(scope="module")
def radios() -> Iterator[list[Radio]]:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=SPEED, down_s=0.2) as running:
        yield [Radio(running, index) for index in range(2)]


def switched_off_and_on(radio: Radio) -> None:
    """Wait until a radio was away, and is back."""
    mesh, number = radio.running.mesh, radio.number
    until(lambda: not mesh.world.is_on(number), "the radio goes down")
    until(lambda: mesh.world.is_on(number), "the radio comes back")


def test_reboot_ends_connections_and_keeps_what_was_set(radios: list[Radio]) -> None:
    radio = radios[0]
    radio.cli("--set-owner", "Stays", "--ch-add", "stays")
    before = radio.held()
    radio.cli("--reboot")
    switched_off_and_on(radio)
    after = radio.held()
    assert after.owner == before.owner
    assert (after.config, after.modules) == (before.config, before.modules)
    assert after.channels == before.channels
    assert after.nodes.keys() == before.nodes.keys()


def test_factory_reset_leaves_a_radio_as_it_came_from_the_box(radios: list[Radio]) -> None:
    radio = radios[1]
    radio.cli(
        *("--set-owner", "Goes", "--ch-add", "goes", "--setlat", "10.5", "--setlon", "20.5"),
        *("--set", "lora.hop_limit", "6", "--set", "mqtt.root", "msh/goes"),
    )
    changed = radio.held()
    assert changed.owner["longName"] == "Goes"
    assert len(changed.nodes) == 2
    radio.cli("--factory-reset")
    switched_off_and_on(radio)
    after = radio.held()
    assert after.owner["longName"] == f"Meshtastic {radio.number & 0xFFFF:04x}"
    lora = after.config.lora
    assert (lora.region, lora.modem_preset, lora.hop_limit) == (0, 0, 3)
    assert not after.config.position.fixed_position
    assert after.modules.mqtt.root == "msh"
    assert [channel.role for channel in after.channels] == [1] + [0] * 7
    assert (after.channels[0].settings.name, after.channels[0].settings.psk) == ("", b"\1")
    assert list(after.nodes) == [radio.identity]

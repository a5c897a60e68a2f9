"""Protobufs as plain data and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    EXACT_PLACE,
    channel_message,
    choices,
    config_message,
    config_sections,
    fields_of,
    fill,
    leaves,
    module_sections,
    modules_message,
    normal,
    owner_message,
    section_names,
)
from support.radio_fields import fields_for

MESSAGES = {
    "LocalConfig": config_message,
    "LocalModuleConfig": modules_message,
    "Channel": channel_message,
    "User": owner_message,
}


@pytest.mark.parametrize("name", MESSAGES)
def test_what_is_filled_in_is_what_is_read_back(name: str) -> None:
    make = MESSAGES[name]

    @given(fields_for(make().DESCRIPTOR))
    def holds(fields: dict[str, Any]) -> None:
        message = make()
        fill(message, fields)
        told = fields_of(message)
        assert contains(told, fields)
        again = make()
        fill(again, told)
        assert fields_of(again) == told
        assert type(message).FromString(message.SerializeToString()) == message

    holds()


def contains(whole: Any, part: Any) -> bool:
    """Every named field is in the whole, with the same value."""
    if isinstance(part, dict):
        return all(contains(whole[name], value) for name, value in part.items())
    if isinstance(part, tuple):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


@pytest.mark.parametrize("name", MESSAGES)
def test_the_plain_view_names_every_field(name: str) -> None:
    message = MESSAGES[name]()
    assert list(fields_of(message)) == [field.name for field in message.DESCRIPTOR.fields]


def test_sections_are_those_of_the_protobufs() -> None:
    assert config_sections() == (
        "device", "position", "power", "network", "display", "lora", "bluetooth", "security",
    )  # fmt: skip
    assert section_names() == config_sections() + module_sections()
    assert {"mqtt", "telemetry", "traffic_management"} <= set(module_sections())
    assert "config.lora.hop_limit" in leaves()
    assert "modules.mqtt.map_report_settings.position_precision" in leaves()
    assert len(set(leaves())) == len(leaves()) > 200


def test_enums_are_told_by_name_and_new_numbers_as_they_came() -> None:
    message = config_message()
    message.device.role = 11
    assert fields_of(message)["device"]["role"] == "ROUTER_LATE"
    message.device.role = 4711
    assert fields_of(message)["device"]["role"] == 4711
    assert "ROUTER_LATE" in choices("config.device.role")
    assert choices("config.lora.hop_limit") == ()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lora": {"hop_limt": 3}}, "LocalConfig.lora.hop_limt; did you mean hop_limit?"),
        ({"lora": {"region": "USA"}}, "LocalConfig.lora.region cannot be 'USA'"),
        ({"lora": {"region": True}}, "LocalConfig.lora.region has to be one of the choices"),
        ({"lora": {"hop_limit": "3"}}, "has to be a whole number from 0 to 4294967295"),
        ({"lora": {"hop_limit": -1}}, "has to be a whole number from 0 to 4294967295"),
        ({"lora": {"hop_limit": True}}, "has to be a whole number from 0 to 4294967295"),
        ({"lora": {"tx_enabled": 1}}, "LocalConfig.lora.tx_enabled has to be true or false"),
        ({"lora": {"override_frequency": "915"}}, "has to be a number"),
        ({"lora": {"override_frequency": 1e300}}, "has to be a number"),
        ({"lora": {"ignore_incoming": 5}}, "LocalConfig.lora.ignore_incoming has to be a list"),
        ({"lora": {"ignore_incoming": [0, "x"]}}, "LocalConfig.lora.ignore_incoming[1] has to be"),
        ({"lora": 3}, "LocalConfig.lora has to be a group of settings"),
        ({"security": {"private_key": "text"}}, "LocalConfig.security.private_key has to be bytes"),
        ({"network": {"wifi_ssid": b"x"}}, "LocalConfig.network.wifi_ssid has to be a text"),
        ({"network": {"wifi_ssid": "\ud800"}}, "LocalConfig.network.wifi_ssid has to be a text"),
        ({5: 1}, "there is no setting LocalConfig.5"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_has_to_be(fields: Any, said: str) -> None:
    message = config_message()
    message.lora.hop_limit = 5
    before = message.SerializeToString()
    with pytest.raises(ConfigError) as caught:
        fill(message, {"device": {"role": "ROUTER"}, **fields})
    assert said in str(caught.value)
    assert caught.value.text("es") != str(caught.value)
    assert message.SerializeToString() == before  # nothing was filled in half


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        fill(config_message(), {"lora": {"hop_limit": "x", "region": "U", "foo": 1}})
    assert len(caught.value.problems) == 3


def test_fields_that_are_not_named_keep_what_they_have() -> None:
    message = config_message()
    message.lora.hop_limit = 5
    message.lora.ignore_incoming.extend([1, 2])
    fill(message, {"lora": {"region": "US", "ignore_incoming": (3,)}})
    assert message.lora.hop_limit == 5
    assert list(message.lora.ignore_incoming) == [3]


def test_a_frequency_is_compared_as_the_radio_can_hold_it() -> None:
    assert normal(config_message(), {"lora": {"override_frequency": 915.1}}) == {
        "lora": {"override_frequency": 915.0999755859375}
    }


def test_a_primary_channel_without_module_settings_tells_the_exact_place() -> None:
    channel = channel_message()
    channel.role = 1
    channel.settings.psk = b"\1"
    assert fields_of(channel)["settings"]["module_settings"]["position_precision"] == EXACT_PLACE
    channel.settings.module_settings.SetInParent()
    assert fields_of(channel)["settings"]["module_settings"]["position_precision"] == 0
    secondary = channel_message()
    secondary.role = 2
    assert fields_of(secondary)["settings"]["module_settings"]["position_precision"] == 0


def test_a_filled_channel_says_its_precision_even_if_it_is_0() -> None:
    channel = channel_message()
    fill(channel, {"role": "PRIMARY", "settings": {"module_settings": {"position_precision": 0}}})
    assert channel.settings.HasField("module_settings")
    empty = channel_message()
    fill(empty, {"settings": {"module_settings": {}}})
    assert empty.settings.HasField("module_settings")

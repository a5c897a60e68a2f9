"""Addresses with channels, both ways, and as the client has them."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from meshtastic.node import Node

from meshdefense_radio.channel_url import PREFIX, channel_url, parse_channel_url
from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    channel_message,
    config_message,
    fields_of,
    fill,
)
from support.radio_states import channel_fields, key_of, wanted


def clients_node(channels: Any, lora: Any) -> Any:
    """As much of the client's node as its address functions need."""
    node = Node(SimpleNamespace(localNode=None), 1, noProto=True)
    node.localConfig = config_message()
    fill(node.localConfig, {"lora": lora})
    node.channels = []
    for fields in channels:
        channel = channel_message()
        fill(channel, fields)
        node.channels.append(channel)
    return node


def test_the_address_is_the_one_that_the_client_makes() -> None:
    goal = wanted("Base 1")
    node = clients_node(goal.channels, goal.config["lora"])
    assert channel_url(goal.channels, goal.config["lora"]) == node.getURL()


def test_the_client_takes_the_address() -> None:
    goal = wanted("Base 1")
    node = clients_node([channel_fields(n) for n in range(8)], {})
    sent: list[Any] = []
    node.ensureSessionKey = lambda *_: None
    node._sendAdmin = lambda message, *_, **__: sent.append(message)
    node.writeChannel = lambda index: None
    node.setURL(channel_url(goal.channels, goal.config["lora"]))
    for index in (0, 1):
        told = fields_of(node.channels[index])
        assert told["settings"]["psk"] == goal.channels[index]["settings"]["psk"]
        assert told["settings"]["module_settings"]["position_precision"] == 0
        assert node.channels[index].settings.HasField("module_settings")
        assert told["role"] == goal.channels[index]["role"]
    assert fields_of(sent[-1].set_config.lora)["channel_num"] == goal.config["lora"]["channel_num"]


def test_what_was_put_in_comes_out() -> None:
    goal = wanted("Base 1")
    settings, lora = parse_channel_url(channel_url(goal.channels, goal.config["lora"]))
    assert [one["name"] for one in settings] == ["South", "Neighbours"]
    assert [one["psk"] for one in settings] == [
        channel["settings"]["psk"] for channel in goal.channels[:2]
    ]
    assert {name: lora[name] for name in goal.config["lora"]} == goal.config["lora"]


def test_the_primary_channel_comes_first_wherever_it_stands() -> None:
    channels = [
        channel_fields(0, "B", key_of("B"), "SECONDARY"),
        channel_fields(1, "A", key_of("A"), "PRIMARY"),
    ]
    settings, _ = parse_channel_url(channel_url(channels, {}))
    assert [one["name"] for one in settings] == ["A", "B"]


@pytest.mark.parametrize("name", ["", "Sur", "ñandú🦉"])
@pytest.mark.parametrize("count", range(1, 9))
def test_addresses_of_one_to_eight_channels_are_read(name: str, count: int) -> None:
    channels = [channel_fields(n, f"{name}{n}", key_of(str(n))) for n in range(count)]
    settings, _ = parse_channel_url(channel_url(channels, {"region": "US"}))
    assert len(settings) == count


@pytest.mark.parametrize("form", ["{}", "  {}\n", "{}=="])
def test_blanks_and_padding_around_an_address_do_not_matter(form: str) -> None:
    url = channel_url(wanted().channels, {})
    assert parse_channel_url(form.format(url))[0][0]["name"] == "South"
    assert parse_channel_url(url.replace("/e/#", "/e/?add=true#"))[0]
    assert parse_channel_url(url.replace("https://", "https://www."))[0]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "this is no address of channels"),
        ("https://example.org/e/#AAAA", "this is no address of channels"),
        ("https://meshtastic.org/v/#AAAA", "this is no address of channels"),
        (PREFIX + "a" * 5000, "this is no address of channels"),
        (PREFIX + "A", "damaged"),
        (PREFIX + "____", "damaged"),
        (PREFIX, "holds no channel"),
        (PREFIX + base64.urlsafe_b64encode(b"\x0a\x00" * 9).decode(), "holds 9 channels"),
    ],
)
def test_a_bad_address_is_refused_in_words(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_channel_url(url)
    assert said in str(caught.value)
    assert caught.value.text("es") != str(caught.value)


def test_a_damaged_address_is_not_repeated() -> None:
    url = channel_url(wanted().channels, {})[:-9]
    with pytest.raises(ConfigError) as caught:
        parse_channel_url(url)
    assert url[30:50] not in str(caught.value) + repr(caught.value)


@given(st.text(max_size=100))
@example("%")
@example("\u0661")  # a digit that is none of base64's
def test_any_text_gives_channels_or_one_error(text: str) -> None:
    for url in (text, PREFIX + text):
        try:
            settings, _ = parse_channel_url(url)
        except ConfigError:
            continue
        assert 1 <= len(settings) <= 8

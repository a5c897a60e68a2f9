"""What a radio shall be, and what differs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from meshdefense_radio.desired import Desired, desired, fitted, section_to_write
from meshdefense_radio.errors import ConfigError
from meshdefense_radio.fields import (
    channel_message,
    config_message,
    config_sections,
    fields_of,
    fill,
    leaves,
    module_sections,
    modules_message,
    owner_message,
)
from meshdefense_radio.jobs import Job
from meshdefense_radio.keys import mark
from meshdefense_radio.network_file import parse_network
from meshdefense_radio.plan import SECRETS, differences, plan
from support.radio_fields import fields_for
from support.radio_states import (
    channel_fields,
    factory_state,
    key_of,
    keys_of,
    small_network,
    wanted,
    written,
)

RADIOS = ["Base 1", "Patrol 1", "Verifier 1", "Roof 1", "House 1"]


@pytest.mark.parametrize("radio", RADIOS)
def test_a_radio_that_was_written_has_no_differences(radio: str) -> None:
    goal = wanted(radio)
    state = factory_state()
    assert differences(state, goal)
    assert differences(written(state, goal), goal) == ()
    assert plan(written(state, goal), goal).problems == ()


@pytest.mark.parametrize("radio", RADIOS)
def test_every_difference_says_why_in_both_languages(radio: str) -> None:
    for change in differences(factory_state(region="EU_433"), wanted(radio)):
        assert change.reason is not None, change.path
        assert change.reason.en != change.reason.es


def settings() -> list[tuple[str, str, str]]:
    """Every decided setting, as (kind, section, name)."""
    goal = wanted()
    found = [("owner", "", name) for name in goal.owner]
    found += [("config", part, name) for part, then in goal.config.items() for name in then]
    found += [("modules", part, name) for part, then in goal.modules.items() for name in then]
    return found


@pytest.mark.parametrize("where", settings(), ids=".".join)
def test_each_decided_setting_that_is_otherwise_is_found_by_itself(
    where: tuple[str, str, str],
) -> None:
    kind, part, name = where
    goal = wanted()
    right = written(factory_state(), goal)
    whole: Any = getattr(right, kind)
    fields = whole if kind == "owner" else whole[part]
    wrong = {**fields, name: other(fields[name])}
    changed: Any = {kind: wrong if kind == "owner" else {**whole, part: wrong}}
    (change,) = differences(replace(right, **changed), goal)
    expected = ".".join(step for step in where if step)
    assert change.path == expected or change.path.startswith(expected + ".")


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return {name: other(one) for name, one in value.items()}
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return (*value, 1)
    return value + ("x" if isinstance(value, str) else 1)


@pytest.mark.parametrize("index", range(8))
@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("role",), "DISABLED"),
        (("settings", "psk"), b"\1"),
        (("settings", "name"), "Other"),
        (("settings", "uplink_enabled"), True),
        (("settings", "module_settings", "position_precision"), 32),
    ],
)
def test_each_field_of_a_channel_that_is_otherwise_is_found(
    index: int, path: tuple[str, ...], value: object
) -> None:
    goal = wanted("Base 1")
    right = written(factory_state(), goal)
    if path == ("role",) and index > 1:
        value = "SECONDARY"
    fields: dict[str, Any] = {path[-1]: value}
    for name in reversed(path[:-1]):
        fields = {name: fields}
    channels = list(right.channels)
    channels[index] = section_to_write(channels[index], fields)
    (change,) = differences(replace(right, channels=tuple(channels)), goal)
    assert change.path == f"channels[{index}]." + ".".join(path)
    assert change.secret == (path[-1] == "psk")


def test_secrets_are_told_by_length_and_mark_only() -> None:
    goal = wanted("Base 1")
    state = factory_state(channels=tuple(channel_fields(n, f"C{n}", key_of(f"C{n}"))
                                         for n in range(8)))  # fmt: skip
    network = {**state.config["network"], "wifi_psk": "my home password", "wifi_ssid": "home"}
    state = replace(state, config={**state.config, "network": network})
    changes = {change.path: change for change in differences(state, goal)}
    key = changes["channels[0].settings.psk"]
    assert key.secret
    assert str(key.now).startswith("32 bytes ")
    assert key.now != key.then
    assert changes["channels[2].settings.psk"].then == "0 bytes"
    assert changes["config.network.wifi_psk"].secret
    assert "my home" not in repr(changes)
    assert not changes["config.network.wifi_ssid"].secret


def every_secret() -> list[bytes]:
    network = small_network()
    return [*keys_of(network).values(), *(key_of(f"C{n}") for n in range(8))]


@pytest.mark.parametrize("radio", RADIOS)
def test_no_key_appears_in_what_can_be_printed(radio: str) -> None:
    network = small_network()
    goal = desired(network, radio, keys_of(network))
    state = factory_state(channels=tuple(channel_fields(n, f"C{n}", key_of(f"C{n}"))
                                         for n in range(8)))  # fmt: skip
    seen = plan(state, goal)
    printed = [goal, network, state, seen, seen.changes, seen.problems]
    texts = [text(one) for one in printed for text in (repr, str)]
    texts += [problem.text("es") for problem in seen.problems]
    for key in every_secret():
        for text in texts:
            assert repr(key)[2:-1] not in text
            assert key.hex() not in text


def test_all_secret_fields_of_the_protobufs_are_known() -> None:
    names = {path.split(".")[-1] for path in leaves()}
    suspect = {name for name in names if any(sign in name for sign in ("psk", "key", "password"))}
    assert suspect - SECRETS == {"admin_key", "public_key"}


def test_the_digest_is_the_same_for_the_same_and_another_for_anything_else() -> None:
    goal = wanted()
    assert goal.digest == wanted().digest
    assert len(goal.digest) == 64
    network = small_network()
    louder = section_to_write(goal.channels[0], {"settings": {"uplink_enabled": True}})
    others = [
        wanted("Patrol 2"),
        desired(network, "Patrol 1", {**keys_of(network), "South": key_of("new")}),
        replace(goal, canned_messages="Hi"),
        replace(goal, config={**goal.config, "lora": {**goal.config["lora"], "hop_limit": 4}}),
        replace(goal, modules={**goal.modules, "mqtt": {"enabled": True}}),
        replace(goal, owner={**goal.owner, "is_licensed": True}),
        replace(goal, job=Job.VERIFIER),
        replace(goal, channels=(louder, *goal.channels[1:])),
    ]
    digests = {one.digest for one in others}
    assert len(digests) == len(others)
    assert goal.digest not in digests


def test_the_network_decides_what_is_not_in_the_profile() -> None:
    goal = wanted("Base 1")
    lora = goal.config["lora"]
    network = small_network()
    assert (lora["region"], lora["modem_preset"]) == ("US", "LONG_FAST")
    assert (lora["hop_limit"], lora["tx_power"]) == (3, 30)
    assert lora["channel_num"] == network.slot
    assert (goal.owner["long_name"], goal.owner["short_name"]) == ("Base 1", "B1")
    assert goal.channel_names == ("South", "Neighbours")
    assert [channel["role"] for channel in goal.channels] == [
        "PRIMARY", "SECONDARY", *["DISABLED"] * 6,
    ]  # fmt: skip
    assert [len(channel["settings"]["psk"]) for channel in goal.channels] == [32, 32, *[0] * 6]


def test_a_radio_without_the_primary_channel_has_its_own_first_on_the_same_frequency() -> None:
    house, base = wanted("House 1"), wanted("Base 1")
    assert house.channels[0]["settings"]["name"] == "Neighbours"
    assert house.channels[0]["role"] == "PRIMARY"
    assert house.config["lora"]["channel_num"] == base.config["lora"]["channel_num"]


def test_short_texts_come_in_the_networks_language() -> None:
    network = small_network("es")
    goal = desired(network, "Casa 1", keys_of(network))
    assert goal.canned_messages is not None
    assert "Sí" in goal.canned_messages
    assert wanted().canned_messages is None


def test_a_radio_without_the_module_of_short_texts_is_right_without_them() -> None:
    goal = wanted("House 1")
    state = written(factory_state(), goal)
    assert differences(replace(state, canned_messages=None), goal) == ()
    (change,) = differences(replace(state, canned_messages="Hi"), goal)
    assert change.path == "canned_messages"


def test_only_a_trackers_first_channel_tells_a_place() -> None:
    network = parse_network(
        "network: N\nregion: US\npreset: LONG_FAST\n"
        "channels: [{name: A, key: sealed, jobs: all}, {name: B, key: sealed, jobs: all}]\n"
        "radios: [{name: T, short: T, job: tracker}, {name: P, short: P, job: patrol}]\n"
    )
    for radio, bits in (("T", [16, 0]), ("P", [0, 0])):
        goal = desired(network, radio, keys_of(network))
        told = [channel["settings"]["module_settings"] for channel in goal.channels[:2]]
        assert [entry["position_precision"] for entry in told] == bits


def test_a_radio_without_gps_is_not_asked_to_have_one() -> None:
    goal = wanted()
    state = written(factory_state(), goal)
    position = {**state.config["position"], "gps_mode": "NOT_PRESENT"}
    state = replace(state, config={**state.config, "position": position})
    assert differences(state, goal) == ()
    assert fitted(goal, state).config["position"]["gps_mode"] == "NOT_PRESENT"
    assert fitted(goal, factory_state()) is goal


def test_a_fixed_position_is_to_be_taken_out() -> None:
    goal = wanted()
    state = replace(written(factory_state(), goal), fixed_position={"latitude_i": 1})
    (change,) = differences(state, goal)
    assert (change.path, change.now, change.then) == ("fixed_position", True, False)


def test_sections_that_old_firmware_does_not_tell_are_at_their_defaults() -> None:
    goal = wanted()
    state = written(factory_state(), goal)
    newer = ("statusmessage", "traffic_management", "tak")
    modules = {name: value for name, value in state.modules.items() if name not in newer}
    assert differences(replace(state, modules=modules), goal) == ()
    without_lora = {name: value for name, value in state.config.items() if name != "lora"}
    paths = [change.path for change in differences(replace(state, config=without_lora), goal)]
    assert "config.lora.region" in paths


def test_every_section_is_decided_in_part_but_tak() -> None:
    goal = wanted()
    assert set(goal.config) == set(config_sections())
    assert set(module_sections()) - set(goal.modules) == {"tak"}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "there is no key for channel 'South'"),
        ({"South": b"\1"}, "channel 'South': the key is a public one of Meshtastic"),
        ({"South": key_of("x")[:31]}, "channel 'South': the key has 31 bytes; it needs 32"),
    ],
)
def test_a_missing_or_bad_key_is_an_error_in_words(keys: dict[str, bytes], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        desired(small_network(), "Patrol 1", keys)
    assert said in str(caught.value)
    assert caught.value.text("es") != str(caught.value)


def test_a_radio_that_is_not_in_the_network_is_an_error_in_words() -> None:
    network = small_network()
    with pytest.raises(ConfigError, match="there is no radio 'Patrol 9' in the network file"):
        desired(network, "Patrol 9", keys_of(network))


@given(st.dictionaries(st.sampled_from("abc"), st.integers()),
       st.dictionaries(st.sampled_from("abc"), st.integers()))  # fmt: skip
def test_a_section_to_write_keeps_what_is_not_decided(now: Any, then: Any) -> None:
    whole = section_to_write(now, then)
    assert set(whole) == set(now) | set(then)
    assert all(whole[name] == then.get(name, now.get(name)) for name in whole)


def test_what_is_left_to_the_radio_is_never_touched() -> None:
    goal = wanted()
    state = factory_state()
    after = written(state, goal)
    assert after.config["security"]["private_key"] == state.config["security"]["private_key"]
    assert after.config["bluetooth"]["fixed_pin"] == 123_456
    assert after.modules["mqtt"]["address"] == "mqtt.meshtastic.org"
    assert isinstance(goal, Desired)


def test_a_change_can_be_told_as_json_and_names_public_keys_by_mark() -> None:
    state = factory_state()
    security = {**state.config["security"], "admin_key": (key_of("admin"),)}
    state = replace(state, config={**state.config, "security": security})
    changes = {change.path: change for change in differences(state, wanted())}
    assert changes["config.security.admin_key"].now == (mark(key_of("admin"), "radio"),)
    for change in changes.values():
        json.dumps([change.path, change.now, change.then])


STATES = st.builds(
    lambda config, modules, owner, channels, number: (config, modules, owner, channels, number),
    fields_for(config_message().DESCRIPTOR),
    fields_for(modules_message().DESCRIPTOR),
    fields_for(owner_message().DESCRIPTOR),
    st.lists(fields_for(channel_message().DESCRIPTOR), min_size=8, max_size=8),
    st.binary(max_size=33),
)


@settings_of(max_examples=50)
@given(STATES)
def test_any_radio_gets_a_plan_and_is_right_once_it_was_written(parts: Any) -> None:
    config, modules, owner, channels, public_key = parts
    goal = wanted("Base 1")
    state = factory_state(public_key=public_key)
    state = replace(
        state,
        config=whole(config_message(), config),
        modules=whole(modules_message(), modules),
        owner=whole(owner_message(), owner),
        channels=tuple(whole(channel_message(), channel) for channel in channels),
    )
    seen = plan(state, goal)
    json.dumps([[change.path, change.now, change.then] for change in seen.changes])
    assert all(problem.text("es") for problem in seen.problems)
    if state.config["position"]["gps_mode"] != "NOT_PRESENT":
        assert differences(written(state, goal), goal) == ()


def whole(message: Any, fields: Any) -> dict[str, Any]:
    fill(message, fields)
    told = fields_of(message)
    return {name: value for name, value in told.items() if name != "version"}

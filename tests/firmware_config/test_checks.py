"""Problems of a radio and of a fleet, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from meshdefense_radio.checks import (
    FIRMWARE_FLOOR,
    fleet_problems,
    foreign_channels,
    is_older,
    problems_of,
    version_of,
)
from meshdefense_radio.desired import desired
from meshdefense_radio.keys import channel_mark, mark, spoken
from meshdefense_radio.network_file import parse_network
from meshdefense_radio.plan import plan
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.wording import Problem, Severity
from support.radio_states import (
    channel_fields,
    factory_state,
    key_of,
    keys_of,
    small_network,
    wanted,
    written,
)


def with_section(state: RadioState, name: str, **fields: Any) -> RadioState:
    return replace(state, config={**state.config, name: {**state.config[name], **fields}})


def found(state: RadioState, said: str) -> Problem:
    """The one problem that says it; it says so in Spanish, too."""
    problems = problems_of(state, wanted("Base 1"))
    (one,) = [problem for problem in problems if said in problem.text()]
    assert one.text("es") != one.text()
    return one


@pytest.mark.parametrize("firmware", ["2.7.14.abcdef0", "2.6.99", "2.5.0.1", "1.3.40"])
def test_old_firmware_stops_a_plan(firmware: str) -> None:
    state = factory_state(firmware=firmware)
    problem = found(state, "is too old and can have made weak keys; install 2.7.15 or newer")
    assert problem.severity is Severity.STOP
    assert plan(state, wanted()).blocked


@pytest.mark.parametrize("firmware", ["2.7.15.567b8ea", "2.7.15", "2.7.26.x", "2.8.0", "3.0.0"])
def test_new_enough_firmware_is_no_problem(firmware: str) -> None:
    goal = wanted()
    assert not plan(factory_state(firmware=firmware), goal).blocked


@pytest.mark.parametrize("firmware", ["", "unset", "2.7", "v2.7.15", "2.7.x"])
def test_firmware_that_does_not_say_its_version_stops_a_plan(firmware: str) -> None:
    problem = found(factory_state(firmware=firmware), "does not say which firmware it runs")
    assert problem.severity is Severity.STOP


def test_versions_are_compared_as_numbers() -> None:
    assert version_of("2.10.3.ab") == (2, 10, 3)
    assert not is_older("2.10.0", FIRMWARE_FLOOR)
    assert is_older("2.7.9", FIRMWARE_FLOOR)
    assert is_older("nonsense", FIRMWARE_FLOOR)
    assert not is_older("2.8.0", (2, 8))


def test_a_region_of_newer_firmware_stops_an_older_radio() -> None:
    network = parse_network(
        "network: N\nregion: EU_866\npreset: LITE_FAST\n"
        "channels: [{name: A, key: sealed, jobs: all}]\n"
        "radios: [{name: B, short: B, job: base}]\n"
    )
    goal = desired(network, "B", keys_of(network))
    problems = [problem.text() for problem in problems_of(factory_state(), goal)]
    assert any("region EU_866 needs firmware 2.8 or newer" in text for text in problems)


def test_another_region_is_a_warning() -> None:
    problem = found(factory_state(region="EU_868"), "set to region EU_868, the network to US")
    assert problem.severity is Severity.WARNING
    fresh = factory_state(region="UNSET")
    assert not [p for p in problems_of(fresh, wanted()) if "set to region" in p.text()]


def test_foreign_channels_are_named_with_their_marks_and_will_be_removed() -> None:
    other = key_of("somebody else's")
    state = factory_state(
        channels=(
            channel_fields(0, "Theirs", other, "PRIMARY"),
            channel_fields(1, "South", keys_of(small_network())["South"]),
            channel_fields(2, "South", other),
            channel_fields(3, "Public", b"\1"),
            *(channel_fields(n) for n in range(4, 8)),
        )
    )
    assert foreign_channels(state, wanted("Base 1")) == (
        ("Theirs", channel_mark("Theirs", other)),
        ("South", channel_mark("South", other)),
        ("Public", ""),
    )
    problem = found(state, "holds channels of another network, which will be removed: Theirs ")
    assert channel_mark("Theirs", other) in problem.text()
    assert problem.severity is Severity.WARNING


def test_a_key_left_in_an_empty_place_is_foreign_too() -> None:
    left = channel_fields(5, "Old", key_of("old"), "DISABLED")
    state = factory_state()
    channels = (*state.channels[:5], left, *state.channels[6:])
    assert foreign_channels(replace(state, channels=channels), wanted())[0][0] == "Old"


def test_the_factorys_channel_and_our_own_are_not_foreign() -> None:
    goal = wanted("Base 1")
    assert foreign_channels(factory_state(), goal) == ()
    assert foreign_channels(written(factory_state(), goal), goal) == ()


def test_a_public_channel_key_is_a_hint_since_it_is_replaced() -> None:
    problem = found(factory_state(), "the key is a public one of Meshtastic")
    assert problem.severity is Severity.HINT


def test_amateur_radio_mode_is_a_warning() -> None:
    owner = {**factory_state().owner, "is_licensed": True}
    assert found(factory_state(owner=owner), "amateur radio mode").severity is Severity.WARNING


def test_a_managed_radio_stops_a_plan() -> None:
    state = with_section(factory_state(), "security", is_managed=True)
    assert found(state, "managed from afar and ignores the cable").severity is Severity.STOP


def test_keys_that_set_a_radio_from_afar_are_named_by_mark() -> None:
    state = with_section(factory_state(), "security", admin_key=(key_of("admin"), b""))
    problem = found(state, "keys that may set this radio from afar will be removed")
    assert mark(key_of("admin"), "radio") in problem.text()


def test_a_full_list_of_nodes_is_a_warning() -> None:
    found(factory_state(nodes=100, nodes_max=100), "list of nodes is full (100)")
    found(factory_state(nodes=80), "knows 80 other nodes; some boards have room for 80 only")
    assert not [p for p in problems_of(factory_state(nodes=79), wanted()) if "nodes" in p.text()]
    quiet = factory_state(nodes=99, nodes_max=100)
    assert not [p for p in problems_of(quiet, wanted()) if "full" in p.text()]


def test_a_fixed_position_is_told() -> None:
    found(factory_state(fixed_position={"latitude_i": 5}), "a fixed position")


def test_a_weak_key_of_its_own_is_a_warning_since_a_new_one_puts_it_right() -> None:
    problem = found(factory_state(public_key=bytes(32)), "the radio's own key: the key is not")
    assert problem.severity is Severity.WARNING
    assert found(factory_state(public_key=b""), "no key of its own yet").severity is Severity.HINT


def test_the_worst_problem_comes_first() -> None:
    owner = {**factory_state().owner, "is_licensed": True}
    state = factory_state(firmware="2.5.0", owner=owner, nodes=9, nodes_max=9)
    order = list(Severity)
    ranks = [order.index(problem.severity) for problem in problems_of(state, wanted())]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_two_radios_with_one_key_are_named() -> None:
    keys = {"A": key_of("1"), "B": key_of("2"), "C": key_of("1"), "D": bytes(32), "E": b""}
    texts = [problem.text() for problem in fleet_problems(keys)]
    assert any("radios A, C have the same key" in text for text in texts)
    assert any("the key of radio 'D': the key is not random" in text for text in texts)
    assert any("the key of radio 'E': there is no key" in text for text in texts)
    assert len(texts) == 3
    assert fleet_problems({"A": key_of("1"), "B": key_of("2")}) == ()


def test_marks_are_short_and_differ_by_name_key_and_purpose() -> None:
    marks = {
        channel_mark("South", key_of("1")),
        channel_mark("North", key_of("1")),
        channel_mark("South", key_of("2")),
        mark(key_of("1"), "radio"),
        mark(key_of("1"), "other"),
    }
    assert len(marks) == 5
    assert all(len(one) == 9 and one[4] == "-" for one in marks)


def test_a_mark_stays_the_same_for_ever() -> None:
    # labels that are printed already have to go on being true
    assert channel_mark("South", bytes(range(1, 33))) == "UB3B-6T8V"


def test_of_a_short_secret_only_its_length_is_said() -> None:
    assert spoken(b"") == "0 bytes"
    assert spoken(b"\1") == "1 byte"
    assert spoken(b"password") == "8 bytes"
    assert spoken(key_of("x")) == f"32 bytes {mark(key_of('x'), 'key')}"


def test_a_channel_without_a_name_is_told_by_its_index() -> None:
    problem = found(factory_state(), "no name")
    assert problem.text().startswith("channel 0 of the radio, which has no name: the key is a ")

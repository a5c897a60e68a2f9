"""Policies: values in their ranges, by number, name and JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.policy import POLICY_RANGES, Policies, PolicyName, policy_named


def test_numbers_of_policies_never_change() -> None:
    """They are in signed decisions."""
    assert {name.name: int(name) for name in PolicyName} == {
        "VERDICTS_LOW": 1, "VERDICTS_MEDIUM": 2, "VERDICTS_HIGH": 3, "VERDICTS_CRITICAL": 4,
        "ALL_CLEAR": 5, "UNVERIFIED_SCOPE": 6, "ESCALATE_MINUTES": 7, "THRESHOLD": 8,
        "STOCK_HEAR": 9, "STOCK_PLACE": 10, "STOCK_LANGUAGE": 11, "STOCK_DRILLS": 12,
        "STOCK_NOTES": 13, "STOCK_REPORTS": 14,
    }  # fmt: skip


@pytest.mark.parametrize("name", PolicyName)
@given(value=st.integers(-5, 300))
def test_a_value_is_taken_exactly_within_its_range(name: PolicyName, value: int) -> None:
    low, high = POLICY_RANGES[name]
    if low <= value <= high:
        changed = Policies().with_value(name, value)
        assert changed.value(name) == value
        same = [one for one in PolicyName if one is not name]
        assert [changed.value(one) for one in same] == [Policies().value(one) for one in same]
        assert Policies.from_json(changed.as_json()) == changed
    else:
        with pytest.raises(ValueRangeError, match=f"{low} to {high}"):
            Policies().with_value(name, value)


def test_an_all_clear_never_needs_fewer_than_two() -> None:
    assert POLICY_RANGES[PolicyName.ALL_CLEAR][0] == 2
    assert Policies().all_clear == 2


def test_a_critical_alert_needs_two_verdicts_and_others_one() -> None:
    assert [Policies().verdicts_needed(severity) for severity in range(4)] == [1, 1, 1, 2]
    assert Policies(verdicts_high=3).verdicts_needed(2) == 3
    assert Policies().verdicts_needed(9) == 2  # a severity of a later version: the strictest


@pytest.mark.parametrize("name", PolicyName)
def test_a_policy_is_found_by_its_name(name: PolicyName) -> None:
    assert policy_named(name.name) is name
    assert policy_named(f" {name.name.lower().replace('_', '-')} ") is name


def test_an_unknown_name_lists_the_right_ones() -> None:
    with pytest.raises(ValueRangeError, match="verdicts-high"):
        policy_named("verdicts")


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {**Policies().as_json(), "later": 1},
        {name: value for name, value in Policies().as_json().items() if name != "threshold"},
        {**Policies().as_json(), "threshold": True},
        {**Policies().as_json(), "threshold": 1.0},
        {**Policies().as_json(), "threshold": "1"},
        {**Policies().as_json(), "threshold": 16},
        {**Policies().as_json(), "stock_hear": 5},
        {**Policies().as_json(), "stock_hear": True},
        {**Policies().as_json(), "stock_place": 12},
    ],
    ids=str,
)
def test_json_that_is_no_set_of_policies_is_refused(values: Any) -> None:
    with pytest.raises((ValueError, TypeError, ValueRangeError)):
        Policies.from_json(values)


def test_what_people_with_stock_radios_are_told_is_off_in_the_beginning() -> None:
    policies = Policies()
    assert (policies.stock_hear, policies.stock_reports) == (0, 0)
    assert (policies.stock_drills, policies.stock_notes) == (0, 0)
    assert policies.stock_place == 7  # a cell of 500 m


def test_policies_of_before_stock_radios_read_as_off_and_keep_their_bytes() -> None:
    before = {
        "verdicts_low": 1, "verdicts_medium": 1, "verdicts_high": 1, "verdicts_critical": 2,
        "all_clear": 2, "unverified_scope": 0, "escalate_minutes": 5, "threshold": 1,
    }  # fmt: skip
    read = Policies.from_json(before)
    assert read == Policies()
    assert list(read.as_json().items()) == list(before.items()), "a network's id hangs on them"


@given(st.sampled_from([n for n in PolicyName if n > PolicyName.THRESHOLD]), st.integers(0, 11))
def test_a_later_policy_is_stated_only_where_it_was_chosen(name: PolicyName, value: int) -> None:
    value = min(value, POLICY_RANGES[name][1])
    told = Policies().with_value(name, value).as_json()
    key = name.name.lower()
    assert (key in told) == (value != Policies().value(name))
    assert Policies.from_json(told).value(name) == value

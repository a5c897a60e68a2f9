"""Requests: every value out of range is refused with what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.node.requests import SUBMISSIONS, BadRequestError, body_of
from meshdefense_protocol.errors import LocalError, ValueRangeError
from meshdefense_protocol.packets import Beacon, CheckIn, Notice, Report, Verdict
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.words import KINDS
from support.network import Network

NETWORK = Network()


def body(method: str, **values: Any) -> Any:
    return body_of(method, values, NETWORK.charter, NETWORK.roster)[0]


@pytest.mark.parametrize(
    ("method", "values", "says"),
    [
        ("report", {"kind": "fyre"}, "did you mean: fire"),
        ("report", {"kind": "fire", "lat": 91, "lon": 0}, "latitude 91 is outside -90 to 90"),
        ("report", {"kind": "fire", "lat": 0, "lon": 181}, "longitude 181 is outside"),
        ("report", {"kind": "fire", "count": 0}, "count 0 is outside 1 to 65535"),
        ("report", {"kind": "fire", "count": 1.5}, "not a whole number"),
        ("report", {"kind": "fire", "note": "x" * 61}, "shorten it by 1"),
        ("report", {"kind": "fire", "lat": 1, "lon": 1, "precision_m": 20_000}, "1 to 10000"),
        ("report", {"kind": "fire", "equipment": ["tanks"]}, "is not a equipment"),
        ("verdict", {"alert": "x", "result": "confirmed"}, "they look like 3.0.17"),
        ("verdict", {"alert": "3.0.1p", "result": "confirmed"}, "is a position"),
        ("verdict", {"alert": "3.0.1", "result": "maybe"}, "is not a verdict"),
        ("checkin", {"due_in_s": 100_000}, "due_in_s 100000 is outside"),
        ("message", {"text": "  "}, "needs a text"),
        ("message", {"text": "hi", "recipient": "vik"}, "the nearest is vic"),
        ("beacon", {"lat": 1, "lon": 1, "battery": 300}, "battery 300 is outside"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_would_be_right(
    method: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueRangeError, match=says):
        body(method, **values)


@pytest.mark.parametrize(
    ("method", "values", "says"),
    [
        ("report", {}, "report needs kind"),
        ("report", {"kind": "fire", "sevrity": 2}, "the nearest is 'severity'"),
        ("report", {"kind": "fire", "lat": 1.0}, "lat and lon come together"),
        ("report", {"kind": ["fire"]}, "kind has the wrong type"),
        ("report", {"kind": "fire", "count": True}, "count has the wrong type"),
        ("retract", {"alert": 7}, "alert has the wrong type"),
    ],
)
def test_a_request_that_is_not_understood_names_the_parameter(
    method: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadRequestError, match=says):
        body(method, **values)


def test_words_are_taken_in_english_in_spanish_by_their_beginning_and_as_codes() -> None:
    code = KINDS.code("flood")
    assert [body("report", kind=kind).kind for kind in ("flood", "inundación", "floo", code)] == [
        code
    ] * 4


def test_a_count_becomes_a_range_and_keeps_its_exact_number() -> None:
    few, many = body("report", kind=1, count=7), body("report", kind=1, count=25)
    assert (few.size, few.count, few.exact_count) == (7, None, 7)
    assert (many.size, many.count, many.exact_count) == (17, 25, 25)


def test_a_patrol_shares_a_block_and_never_less_than_ten_metres() -> None:
    here = {"lat": 34.05, "lon": -118.25}
    usual, fine = body("beacon", **here), body("beacon", **here, precision_m=1)
    assert isinstance(usual, Beacon)
    assert isinstance(usual.place, GridPlace)
    assert usual.place.precision == 5  # 100 m
    assert fine.place.precision == 2  # 10 m


def test_bodies_say_what_was_asked_for() -> None:
    assert body("checkin", state="need-help", due_in_s=1800) == CheckIn(2, 6)
    assert body("message", text="a  b\nc", recipient="vic") == Notice("a b c", 0, 4)
    assert body("verdict", alert="3.0.1", result="confirmed").result == 1
    assert isinstance(body("verdict", alert="3.0.1", result=1), Verdict)


@given(
    st.sampled_from(sorted(SUBMISSIONS)),
    st.dictionaries(
        st.sampled_from(
            "kind severity lat lon count note alert result text item state due_in_s precision_m"
            " equipment recipient scope drill heading battery".split()
        ),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
            st.lists(st.one_of(st.integers(), st.text())),
        ),
    ),
)  # fmt: skip
def test_any_parameters_give_a_body_or_a_text_for_people(
    method: str, values: dict[str, Any]
) -> None:
    try:
        found = body(method, **values)
    except (BadRequestError, LocalError) as error:
        text = str(error)
    else:
        text = str(found.KIND)
    assert text


def test_a_report_without_anything_else_is_a_report() -> None:
    assert body("report", kind="fire") == Report(None, KINDS.code("fire"))

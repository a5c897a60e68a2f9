"""Requests: every value out of range is refused with what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.node.params import Known
from meshdefense.node.requests import SUBMISSIONS, BadRequestError, body_of
from meshdefense.node.sight import Sight
from meshdefense_protocol.errors import LocalError, ValueRangeError
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Beacon,
    Broadcast,
    CheckIn,
    Notice,
    Report,
    RollCall,
    Sos,
    SosEnd,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.words import KINDS, SOS_ENDINGS
from support.network import NOW, Network

NETWORK = Network()


def body(method: str, **values: Any) -> Any:
    return body_of(method, values, NETWORK.charter, NETWORK.roster)[0]


@pytest.mark.parametrize(
    ("method", "values", "says"),
    [
        ("report", {"kind": "fyre"}, "did you mean: fire"),
        ("report", {"kind": "fire", "lat": 91, "lon": 0}, "latitude 91 is outside -90 to 90"),
        ("report", {"kind": "fire", "lat": 0, "lon": 181}, "longitude 181 is outside"),
        ("report", {"kind": "fire", "observed_ago_s": 90_000}, "outside 0 to 86400"),
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
        ("report", {"kind": "fire", "about": "3.0"}, "they look like 3.0.17"),
        ("dispatch", {"alert": "3.0.1", "member": "vik"}, "the nearest is vic"),
        ("dispatch", {"alert": "3.0.1", "member": "vic", "back_min": 256}, "1 to 255"),
        ("dispatch", {"alert": "3.0.1", "member": "pia"}, "somebody else has to look"),
        ("dispatch", {"alert": "3.0.1", "member": "rob"}, "those who can are vic"),
        ("dispatch", {"alert": "3.0.1", "member": "vic", "look": "x" * 61}, "shorten it by 1"),
        ("respond", {"alert": "3.0.1", "state": "on-the-way", "eta_min": 63}, "0 to 62"),
        ("respond", {"alert": "3.0.1", "state": "done", "eta_min": 3}, "on-the-way only"),
        ("escalate", {"alert": "3.0.1", "level": "2"}, "next-ring or coordinators"),
        ("sos", {"kind": "tired"}, "is not a SOS kind"),
        ("sos_end", {"sos": "3.0.1", "how": "maybe"}, "is not a SOS ending"),
        ("rollcall", {"whom": ["cook"]}, "roles are"),
        ("rollcall", {"slot_s": 255, "window_min": 10}, "the last of 7 people answers after 30"),
        ("rollanswer", {"rollcall": "2.0.1", "state": "unknown"}, "say how you are"),
        ("stand_down", {"until_s": 90_000}, "until_s 90000 is outside"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_would_be_right(
    method: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueRangeError, match=says):
        body(method, **values)


@pytest.mark.parametrize(
    ("said", "code"),
    [({}, 0), ({"observed_ago_s": 0}, 0), ({"observed_ago_s": 500}, 3),
     ({"observed_ago_s": 86_400}, 6), ({"observed_ago_s": "unknown"}, 7)],
)  # fmt: skip
def test_a_report_says_when_it_was_seen_as_near_as_it_can_or_that_nobody_knows(
    said: dict[str, Any], code: int
) -> None:
    assert body("report", kind="fire", **said).observed == code


def test_any_other_word_for_when_it_was_seen_is_refused() -> None:
    with pytest.raises(BadRequestError):
        body("report", kind="fire", observed_ago_s="long ago")


@pytest.mark.parametrize(
    ("method", "values", "says"),
    [
        ("report", {}, "report needs kind"),
        ("report", {"kind": "fire", "sevrity": 2}, "the nearest is 'severity'"),
        ("report", {"kind": "fire", "lat": 1.0}, "lat and lon come together"),
        ("report", {"kind": ["fire"]}, "kind has the wrong type"),
        ("report", {"kind": "fire", "count": True}, "count has the wrong type"),
        ("retract", {"alert": 7}, "alert has the wrong type"),
        ("dispatch", {"alert": "3.0.1"}, "dispatch needs member"),
        ("dispatch", {"alert": "3.0.1", "member": "vic", "bak": 3}, "the nearest is 'back_min'"),
        ("close", {}, "close needs alert"),
        ("rollcall", {"whom": "patrol"}, "whom has the wrong type"),
        ("sos", {"lat": 1.0}, "lat and lon come together"),
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


def test_a_call_for_help_goes_to_the_field_where_that_key_is_held_and_else_is_coarse() -> None:
    here = {"lat": 34.05, "lon": -118.25}
    with_key = Known(3, True, NOW, lambda _: None, lambda *_: None)
    charter, roster = NETWORK.charter, NETWORK.roster
    narrow = body_of("sos", here, charter, roster, with_key).body
    assert isinstance(narrow, Sos)
    assert isinstance(narrow.place, GridPlace)
    assert (narrow.scope, narrow.place.precision) == (1, 1)
    wide = body("sos", **here)
    assert (wide.scope, wide.place.precision) == (0, 5)
    chosen = body_of("sos", {**here, "scope": "everyone"}, charter, roster, with_key).body
    assert chosen == wide


def test_an_sos_is_cancelled_by_its_author_and_cleared_by_others() -> None:
    assert body("sos_end", sos="3.0.1").how == SOS_ENDINGS.code("all-clear")
    own = Known(3, True, NOW, lambda _: None, lambda *_: None)
    ended = body_of("sos_end", {"sos": "3.0.1"}, NETWORK.charter, NETWORK.roster, own).body
    assert isinstance(ended, SosEnd)
    assert ended.how == SOS_ENDINGS.code("cancelled")


def test_a_roll_call_lasts_until_the_last_person_has_answered() -> None:
    assert body("rollcall") == RollCall(6, 5)
    assert body("rollcall", slot_s=120).window == 15  # seven people, two minutes each
    assert body("rollcall", whom=["verifier", "patrol"]) == RollCall(6, 5, 12)


def test_an_answer_to_a_roll_call_waits_for_its_slot() -> None:
    call = NETWORK.item("base", RollCall(6, 5), now=NOW)
    known = Known(4, True, NOW + 9, lambda _: Sight(call, NOW + 8, own=False), lambda *_: None)
    asked = {"rollcall": str(call.id), "state": "ok"}
    said = body_of("rollanswer", asked, NETWORK.charter, NETWORK.roster, known)
    assert said.not_before == NOW + 2 + 2 * 6  # ada, pia, vic
    assert body_of("checkin", {}, NETWORK.charter, NETWORK.roster, known).not_before is None


def test_what_is_said_about_an_exercise_is_one_and_about_anything_else_is_none() -> None:
    for drill in (False, True):
        item = NETWORK.item("pia", Report(None, 7), now=NOW, drill=drill)

        def find(_: ItemId, item: Item = item) -> Sight:
            return Sight(item, NOW, own=False)

        known = Known(4, True, NOW, find, lambda *_: None)
        asked: dict[str, Any] = {"alert": str(item.id), "result": "confirmed"}
        for more in ({}, {"drill": drill}):
            said = body_of("verdict", asked | more, NETWORK.charter, NETWORK.roster, known)
            assert said.drill is drill
        if not drill:
            asked["drill"] = True
            with pytest.raises(ValueRangeError, match="is no drill"):
                body_of("verdict", asked, NETWORK.charter, NETWORK.roster, known)


def test_what_adds_to_a_report_is_for_the_same_people_and_adds_to_the_first_of_them() -> None:
    first = NETWORK.item("pia", Report(None, 7, scope=1), now=NOW)
    second = NETWORK.item("ned", Report(None, 7, scope=1, about=first.id), now=NOW)
    log = {item.id: Sight(item, NOW, own=False) for item in (first, second)}
    known = Known(4, True, NOW, log.get, lambda *_: None)
    for item in (first, second):
        asked = {"kind": "fire", "about": str(item.id)}
        said = body_of("report", asked, NETWORK.charter, NETWORK.roster, known).body
        assert isinstance(said, Report)
        assert (said.about, said.scope) == (first.id, 1)
    wide = {"kind": "fire", "about": str(first.id), "scope": "everyone"}
    assert body_of("report", wide, NETWORK.charter, NETWORK.roster, known).body == Report(
        None, KINDS.code("fire"), about=first.id
    )


def test_a_broadcast_repeats_the_report_without_what_is_not_for_everybody() -> None:
    place = GridPlace(1205, -345, 2)
    seen = Report(place, 7, 2, 17, 3, 1, 1, 1, "by the gate", 25, frozenset({2}), 6000)
    item = NETWORK.item("pia", seen, now=NOW)
    row = {"state": "verified", "verdicts": [{"result": 1, "member": 4}], "confirmed": 1}
    known = Known(2, True, NOW + 480, lambda _: Sight(item, NOW, own=False), lambda *_: row)
    asked = {"alert": str(item.id)}
    told = body_of("broadcast", asked, NETWORK.charter, NETWORK.roster, known).body
    assert told == Broadcast(item.id, Report(place, 7, 2, 17, 3, 1, 3, 0, "", 25))
    coarse = {**asked, "precision_m": 500}
    told = body_of("broadcast", coarse, NETWORK.charter, NETWORK.roster, known).body
    assert isinstance(told, Broadcast)
    assert told.place is not None
    assert told.place.precision == 7


@given(
    st.sampled_from(sorted(SUBMISSIONS)),
    st.dictionaries(
        st.sampled_from(
            "kind severity lat lon count note alert result text item state due_in_s precision_m"
            " equipment recipient scope drill heading battery about member back_min look off"
            " eta_min level reason sos how whom slot_s window_min rollcall until_s".split()
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

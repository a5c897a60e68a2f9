"""The promises of docs/threat-model.md about what is on the air, each shown on whole engines.

Deeper tests of the same things stand with the parts; tests/mutations/promises.toml names all.
"""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.canonical import read_json_object
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.digest import Digest, encode_digest
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.events import ItemAccepted, NeighbourChanged
from meshdefense_protocol.frames import FrameType, seal_control, seal_items
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, encode_item, read_item, stream_of, time_units
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets import (
    KnownBody,
    Report,
    Sos,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from support.bodies import bodies
from support.network import DATE, NOW, Network, Store, drain
from support.three_organizers import ThreeOrganizers

ALERT = Report(GridPlace(1205, -345, 2), 1, severity=3)


def shown(engine: Engine) -> list[Item]:
    """What an engine let in since it was asked last."""
    return [event.item for event in drain(engine) if isinstance(event, ItemAccepted)]


# -- 1, 2, 11: strangers, forgers, changed bytes ----------------------------------------------


def forged(network: Network, author: str, identity: Identity, *, net: bytes | None = None) -> Item:
    """An alert in a member's name, signed by somebody else or for another network."""
    return encode_item(
        ALERT, item_id=ItemId(network.number(author), 0, 7), units=time_units(NOW, DATE),
        identity=identity, network_id=network.network_id if net is None else net,
    )  # fmt: skip


def test_without_a_members_key_nothing_is_shown() -> None:
    network, stranger = Network(), Identity(b"x" * 32)
    engine = network.engine("rob")
    for item in (
        forged(network, "pia", stranger),
        forged(network, "pia", network.identities["vic"]),
        forged(network, "pia", network.identities["pia"], net=b"\0" * 16),
    ):
        engine.receive(network.frame([item]), NOW)
    other_keys = KeyRing(network.network_id, [EpochSecret(KeyClass.EVERYONE, 1, b"k" * 32)])
    honest = network.item("pia", ALERT)
    engine.receive(seal_items(other_keys, KeyClass.EVERYONE, [honest.raw]), NOW)
    assert engine.rejected == {Rejection.SIGNATURE: 3, Rejection.STRANGER: 1}
    assert shown(engine) == []
    engine.receive(network.frame([honest]), NOW)
    assert shown(engine) == [honest], "the same from the member is let in"


def test_no_bit_of_an_alert_can_be_changed() -> None:
    network = Network()
    engine, item = network.engine("rob"), network.item("pia", ALERT)
    for place in range(len(item.raw) * 8):
        raw = bytearray(item.raw)
        raw[place // 8] ^= 1 << place % 8
        engine.receive(network.frame([bytes(raw)]), NOW)
        assert shown(engine) == [], f"bit {place}"
    frame = network.frame([item])
    for place in range(len(frame) * 8):
        raw = bytearray(frame)
        raw[place // 8] ^= 1 << place % 8
        engine.receive(bytes(raw), NOW)
        assert shown(engine) == [], f"bit {place} of the frame"
    engine.receive(frame, NOW)
    assert shown(engine) == [item]


def test_strangers_get_no_row_no_answer_and_no_relay() -> None:
    network, stranger = Network(), Identity(b"x" * 32)
    engine, twin, chance = network.engine("rob"), network.engine("rob"), random.Random(7)
    alert = network.frame([network.item("pia", ALERT)])
    for one in (engine, twin):
        one.receive(alert, NOW)
        drain(one)
    item = encode_item(
        ALERT, item_id=ItemId(99, 0, 0), units=time_units(NOW, DATE), identity=stranger,
        network_id=network.network_id,
    )  # fmt: skip
    engine.receive(network.frame([item]), NOW)
    digest = Digest(99, 1, ((KeyClass.EVERYONE, 7),))
    keys = network.all_keys()
    frame = seal_control(keys, KeyClass.EVERYONE, FrameType.DIGEST, encode_digest(digest))
    engine.receive(frame, NOW)
    for size in range(17, 200):
        engine.receive(chance.randbytes(size), NOW)
    assert engine.rejected[Rejection.UNKNOWN_AUTHOR] == 2
    events = drain(engine)
    assert not [e for e in events if isinstance(e, (ItemAccepted, NeighbourChanged))]
    assert engine.neighbours() == []
    for minute in range(1, 60):
        now, sent = NOW + 60 * minute, []
        for one in (engine, twin):
            one.handle_timer(now)
            sent.append([frame.payload for frame in one.frames_to_send(now)])
        assert sent[0] == sent[1], "what goes out is what went out without them"


# -- 3, 16: replays and clocks ----------------------------------------------------------------


@pytest.mark.parametrize("clock", [0.0, 10 * 365 * 86_400.0, -40 * 86_400.0])
def test_a_replay_never_alarms_again_also_after_a_restart_and_under_any_clock(
    clock: float,
) -> None:
    network, store = Network(), Store()
    engine = network.engine("rob")
    frames = [network.frame([network.item("pia", ALERT)]) for _ in range(3)]
    for frame in frames:
        engine.receive(frame, NOW)
    assert sum(isinstance(event, ItemAccepted) for event in store.take(engine)) == 3
    for frame in frames:
        engine.receive(frame, NOW + 1)
    assert shown(engine) == []
    saved = store.saved()
    for kept in (saved, dataclasses.replace(saved, items=())):  # also when it was deleted
        later = network.engine("rob", kept, NOW + clock)
        drain(later)
        for frame in frames:
            later.receive(frame, NOW + clock)
        assert shown(later) == [], "the windows in the store have to remember"


def test_what_is_older_than_the_window_of_memory_is_a_replay() -> None:
    network = Network()
    engine = network.engine("rob")
    old = network.item("pia", ALERT, sequence=0)
    engine.receive(network.frame([network.item("pia", ALERT, sequence=5000)]), NOW)
    assert len(shown(engine)) == 1
    engine.receive(network.frame([old]), NOW)
    assert shown(engine) == []
    assert engine.rejected[Rejection.REPLAYED] == 1


OFF_BY_S = (-1e8, -90_000, -86_000, -3700, -60, 0, 60, 3500, 3700, 90_000, 1e8)
"""How far a receiver's clock may be from the time that an author claims."""


@given(
    bodies().filter(lambda body: stream_of(body.KIND) is not Stream.ROSTER),
    st.integers(0, (1 << 24) - 1),
)
def test_nothing_that_people_say_lives_longer_than_a_day(body: KnownBody, units: int) -> None:
    """Whatever clocks its author and its receiver have; and it is always shown for a while."""
    item = Item(ItemId(3, 0, 0, stream_of(body.KIND)), body.KIND, False, units, body, b"")
    for off_by in OFF_BY_S:
        received_at = item.claimed_at(DATE) + off_by
        ends = item.expires_at(DATE, received_at)
        assert received_at < ends <= received_at + min(LIFETIME_MAX_S, item.lifetime_s), off_by


def test_no_lifetime_of_more_than_a_day_can_be_said() -> None:
    network = Network()
    item = network.item("pia", dataclasses.replace(ALERT, lifetime_s=LIFETIME_MAX_S))
    at = item.raw.index(bytes((LIFETIME_MAX_S // 600,)), 17)
    for units in (LIFETIME_MAX_S // 600 + 1, 255, 0):
        raw = bytearray(item.raw)
        raw[at] = units
        with pytest.raises(DecodeError, match="lifetime"):
            read_item(bytes(raw), grid_unit_m=1)


@pytest.mark.parametrize("years", [-30, -1, 1, 10])
def test_a_clock_that_is_wrong_by_years_loses_no_alert_and_makes_none_immortal(years: int) -> None:
    network = Network()
    engine, wrong = network.engine("rob"), NOW + years * 365 * 86_400.0
    for number, (said, heard) in enumerate([(wrong, NOW), (NOW, wrong), (wrong, wrong)]):
        item = network.item("pia", ALERT, now=said)
        engine.receive(network.frame([item]), heard)
        (event,) = [e for e in drain(engine) if isinstance(e, ItemAccepted)]
        whole = heard + ALERT.default_lifetime_s
        assert whole - 4 <= event.expires_at <= whole, f"{number}: it lives from its reception on"


@pytest.mark.parametrize("off_by", [-86_000, -7200, -60, 60, 3500])
def test_a_clock_that_is_wrong_by_hours_neither_lengthens_a_life_nor_loses_an_alert(
    off_by: int,
) -> None:
    network = Network()
    engine = network.engine("rob")
    engine.receive(network.frame([network.item("pia", ALERT, now=NOW + off_by)]), NOW)
    (event,) = [e for e in drain(engine) if isinstance(e, ItemAccepted)]
    assert NOW + 1800 <= event.expires_at <= NOW + ALERT.default_lifetime_s


# -- 6: quotas --------------------------------------------------------------------------------


def test_one_member_who_floods_is_held_back_and_the_others_are_heard() -> None:
    network = Network()
    engine = network.engine("rob")
    for _ in range(100):
        engine.receive(network.frame([network.item("ned", ALERT)]), NOW)
    flooded = len(shown(engine))
    assert 5 <= flooded <= 20, "a quarter above twelve seconds of airtime in ten minutes"
    assert engine.rejected[Rejection.QUOTA] == 100 - flooded
    honest = [network.item("pia", ALERT), network.item("ned", Sos(None, 0))]
    for item in honest:
        engine.receive(network.frame([item]), NOW)
    assert shown(engine) == honest, "another member, and a call for help even of the flooder"


def test_times_that_cannot_be_are_no_way_around_the_quota() -> None:
    network = Network()
    engine = network.engine("rob")
    for days in range(100):
        said = NOW - (days + 2) * 86_400.0
        engine.receive(network.frame([network.item("ned", ALERT, now=said)]), NOW)
    assert len(shown(engine)) <= 20


def test_one_who_floods_for_a_day_is_held_to_the_allowance_of_a_day() -> None:
    network = Network()
    engine, taken = network.engine("rob"), 0
    for minute in range(0, 24 * 60, 2):
        now = NOW + minute * 60.0
        engine.receive(network.frame([network.item("ned", ALERT, now=now)]), now)
        taken += len(shown(engine))
    assert 317 <= taken <= 317 * 5 // 4 + 1


# -- 20: files ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"b":2,"a":3}', b'{"a":1}', b'{"a":1,"b":2,"c":3}', b"[1,2]", b"", b"\xff\xfe",
        b'{"a":1,"b":' + b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_file_whose_fields_are_not_each_there_once_is_refused_in_words(raw: bytes) -> None:
    assert read_json_object(b'{"a":1,"b":2}', {"a", "b"}, "charter") == {"a": 1, "b": 2}
    with pytest.raises(DecodeError, match="the charter"):
        read_json_object(raw, {"a", "b"}, "charter")


def test_a_charter_has_one_form_only() -> None:
    charter = ThreeOrganizers().charter
    raw = charter.encode()
    assert Charter.decode(raw) == charter
    for other in (raw + b" ", raw.replace(b",", b", ", 1), raw.replace(b"Elm", b"\\u0045lm", 1)):
        with pytest.raises(DecodeError):
            Charter.decode(other)

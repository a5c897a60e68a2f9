"""One node of a run: what survives a power cut, and what its engine is told."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.air.presets import PRESETS
from meshdefense.air.scenario import Traffic
from meshdefense.simulator.cast import EPOCH, engage
from meshdefense.simulator.disk import KEPT_S, Disk
from meshdefense.simulator.standin import standing_in
from meshdefense.simulator.station import Station
from meshdefense.simulator.traffic import Saying, alert_body, packet_bytes, schedule
from meshdefense_protocol import identity, items
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.frames import seal_items
from meshdefense_protocol.packets import Report
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Fate, Reception
from support.small_scenario import small

REPORT = Report(None, 3, 1, note="tree across the road")


def stations() -> list[Station]:
    """The nodes of the small scenario, switched on."""
    scenario = small()
    cast = engage(scenario, real=True)
    made = [
        Station(index, member, 1, 0, PRESETS["LONG_FAST"], 0.1)
        for index, member in enumerate(cast.members)
    ]
    for one in made:
        one.start(0.0)
        one.radio_ready(0.0)
        list(one.drain())
    return made


def test_a_power_cut_keeps_what_was_stored_and_nothing_else() -> None:
    teller, hearer, *_ = stations()
    teller.say(REPORT, 1.0)
    list(teller.drain())
    frame = teller.frames(1.0)[0]
    hints = Reception("radio", 0, 5.0, -90, 0, 3)
    hearer.hear(frame.payload, 2.0, hints)
    assert [type(event) for event in hearer.drain()].count(ItemAccepted) == 1
    hearer.stop(3.0)
    assert hearer.wants() == hearer.due == float("inf")
    hearer.start(60.0)
    hearer.hear(frame.payload, 61.0, hints)
    assert not [event for event in hearer.drain() if isinstance(event, ItemAccepted)]


def test_an_own_item_that_no_radio_took_goes_out_in_the_next_life() -> None:
    teller = stations()[0]
    item = teller.say(REPORT, 1.0)
    assert item is not None
    list(teller.drain())
    teller.stop(2.0)
    teller.start(60.0)
    teller.radio_ready(61.0)
    list(teller.drain())
    assert [frame.items for frame in teller.frames(61.0)] == [(item.id,)]


def test_sequences_go_on_after_a_power_cut() -> None:
    teller = stations()[0]
    first = teller.say(REPORT, 1.0)
    list(teller.drain())
    teller.stop(2.0)
    teller.start(60.0)
    second = teller.say(REPORT, 61.0)
    assert first is not None
    assert second is not None
    assert second.id.sequence == first.id.sequence + 1


def test_a_node_that_is_off_does_nothing() -> None:
    node = stations()[0]
    node.stop(1.0)
    node.hear(b"anything", 2.0, Reception("radio"))
    node.fate(1, Fate.HEARD, 2.0)
    node.pass_time(2.0)
    node.utilisation(40.0, 2.0)
    assert node.say(REPORT, 2.0) is None
    assert node.frames(2.0) == []
    assert list(node.drain()) == []


def test_the_disk_drops_what_ended_a_day_ago() -> None:
    teller = stations()[0]
    item = teller.say(REPORT, 1.0)
    assert item is not None
    list(teller.drain())
    ends = teller.disk.items[item.id].expires_at
    teller.disk.tidy(ends + KEPT_S - 1)
    assert item.id in teller.disk.items
    teller.disk.tidy(ends + KEPT_S)
    saved = teller.disk.saved(ends + KEPT_S)
    assert saved.items == ()
    assert saved.outbox == ()
    assert saved.counters != ()
    assert Disk().saved(EPOCH).windows == ()


@given(size=st.integers(115, 173), name=st.text("abcdefgh0123456789-", min_size=1, max_size=90))
def test_an_alert_is_as_long_as_the_scenario_says(size: int, name: str) -> None:
    saying = Saying(0.0, Traffic("alert", name, 0, 0.0, size))
    body = alert_body(saying, None, 7200.0)
    wanted = packet_bytes(body)
    # a note is sixty bytes at most, and one size in between has no encoding
    assert wanted == size or len(body.note) == 60 or 0 <= size - wanted <= 1
    assert wanted <= size


def test_the_size_of_a_packet_is_that_of_its_frame_with_the_carrier() -> None:
    scenario = small()
    member = engage(scenario, real=True).members[1]
    for saying in schedule(scenario):
        if saying.traffic.kind == "alert":
            body = alert_body(saying, None, scenario.duration_s)
            item = items.encode_item(
                body,
                item_id=items.ItemId(2, 0, 0, items.Stream.LOG),
                units=0,
                identity=member.identity,
                network_id=member.charter.network_id,
            )
            frame = seal_items(member.keys, KeyClass.EVERYONE, [item.raw])
            assert packet_bytes(body) == len(frame) + carrier_bytes(len(frame))


def test_the_stand_in_has_the_sizes_of_the_real_thing_and_refuses_what_was_changed() -> None:
    scenario = small()
    real, fake = engage(scenario, real=True).members[1], engage(scenario, real=False).members[1]
    content = bytes(range(80))
    frame = fake.keys.seal(KeyClass.EVERYONE, 0x11, content)
    assert len(frame) == len(real.keys.seal(KeyClass.EVERYONE, 0x11, content))
    assert len(fake.identity.sign(b"p", content)) == len(real.identity.sign(b"p", content))
    opened = fake.keys.open(frame)
    assert opened is not None
    assert opened[1] == content
    assert fake.keys.open(frame[:-1] + b"?") is None
    assert fake.keys.open(b"\x11" + bytes(60)) is None
    with pytest.raises(KeyError):
        fake.keys.seal(KeyClass.ORGANIZERS, 0x11, content)


def test_the_stand_in_refuses_a_changed_signature_and_leaves_no_trace() -> None:
    counts: Counter[str] = Counter()
    member = engage(small(), real=False).members[1]
    before = (identity.verify, items.decode_item)
    signature = member.identity.sign(b"p", b"said")
    with standing_in(counts):
        assert identity.verify(member.identity.key, b"p", b"said", signature)
        assert not identity.verify(member.identity.key, b"p", b"Said", signature)
        assert not identity.verify(bytes(32), b"p", b"said", signature)
    assert counts["verify"] == 3
    assert (identity.verify, items.decode_item) == before

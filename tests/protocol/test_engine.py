"""Engines that talk to each other in memory: what goes in, what comes out, in order."""

from __future__ import annotations

import pytest

from meshdefense_protocol.engine import Engine, Membership, SavedState
from meshdefense_protocol.errors import ForbiddenError, LocalError, Rejection, TooLongError
from meshdefense_protocol.events import CounterAdvanced, Event, ItemAccepted, OutboxChanged
from meshdefense_protocol.frames import check_frame
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import stand
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    KnownBody,
    Notice,
    Report,
    UnknownBody,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Reception
from support.network import NOW, Network, Store, drain

NETWORK = Network()
PLACE = GridPlace(1205, -345, 2)
FIRE = Report(PLACE, 7, 2)
QUIET = Notice("soup at seven")


def items_in(events: list[Event]) -> list[Item]:
    return [event.item for event in events if isinstance(event, ItemAccepted)]


# -- from mouth to ear ---------------------------------------------------------------------


def test_what_one_member_says_another_hears() -> None:
    pia, lea = NETWORK.engine("pia"), NETWORK.engine("lea")
    said = pia.submit(FIRE, NOW)
    events = drain(pia)
    assert [type(event) for event in events] == [CounterAdvanced, ItemAccepted, OutboxChanged]
    (frame,) = pia.frames_to_send(NOW)
    lea.receive(frame.payload, NOW + 2, Reception("radio", hops=1))
    (heard,) = drain(lea)
    assert isinstance(heard, ItemAccepted)
    assert heard.item == said
    assert not heard.own
    assert heard.reception == Reception("radio", hops=1)
    assert heard.expires_at == NOW + 180 * 60
    assert lea.frames_to_send(NOW + 2) == []  # the radios relay, not the members


def test_an_alert_is_confirmed_by_a_verifier_and_everybody_agrees() -> None:
    engines = {name: NETWORK.engine(name) for name in ("pia", "vic", "lea")}
    heard: dict[str, list[Item]] = {name: [] for name in engines}

    def tell(name: str, body: KnownBody) -> Item:
        item = engines[name].submit(body, NOW)
        heard[name] += items_in(drain(engines[name]))
        for frame in engines[name].frames_to_send(NOW):
            for other, engine in engines.items():
                if other != name:
                    engine.receive(frame.payload, NOW)
                    heard[other] += items_in(drain(engine))
        return item

    report = tell("pia", FIRE)
    tell("vic", Verdict(report.id, 1))
    tell("lea", Acknowledge((report.id,), 1))
    for items in heard.values():
        standing = stand(report.id, items, roster=NETWORK.roster, now=NOW, expires_at=NOW + 3600)
        assert standing.state == "verified"
    assert heard["pia"] == heard["vic"] == heard["lea"]


def test_the_own_frame_heard_from_a_relay_is_a_duplicate() -> None:
    pia = NETWORK.engine("pia")
    pia.submit(FIRE, NOW)
    (frame,) = pia.frames_to_send(NOW)
    drain(pia)
    pia.receive(frame.payload, NOW + 3)
    assert pia.next_event() is None
    assert pia.rejected == {Rejection.DUPLICATE: 1}


def test_every_frame_fits_what_the_radio_signs() -> None:
    base = NETWORK.engine("base")
    for body in (FIRE, QUIET, Notice("n" * 70), CheckIn(1), Beacon(PLACE)):
        base.submit(body, NOW)
    for frame in base.frames_to_send(NOW):
        assert not isinstance(check_frame(frame.payload), Rejection)
        assert len(frame.payload) <= 165


# -- what is refused at home ---------------------------------------------------------------


def test_who_may_not_say_it_is_told_who_may() -> None:
    with pytest.raises(ForbiddenError, match=r"patrol.*do not allow.*verifier"):
        NETWORK.engine("pia").submit(Verdict(ItemId(2, 0, 1), 1), NOW)
    with pytest.raises(ForbiddenError, match="recipient"):
        NETWORK.engine("rob").submit(FIRE, NOW)
    with pytest.raises(ForbiddenError, match="scope"):
        NETWORK.engine("lea").submit(Notice("x", scope=KeyClass.ORGANIZERS), NOW)
    with pytest.raises(LocalError, match="this version"):
        NETWORK.engine("pia").submit(UnknownBody(9, b"later"), NOW)


def test_who_is_not_in_the_roster_can_say_nothing() -> None:
    small = Network(3)
    stranger = Membership(
        small.charter, small.roster, NETWORK.identities["vic"], 4, NETWORK.keys("vic")
    )
    engine = Engine(stranger, SavedState(), NOW, entropy=lambda: 0.5)
    with pytest.raises(ForbiddenError, match="not in the roster"):
        engine.submit(FIRE, NOW)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (Report(PLACE, 1, note="n" * 60, lifetime_s=600, equipment=frozenset({1})), TooLongError),
        (Report(PLACE, 1, note="n" * 61), LocalError),
        (Report(GridPlace(1, 1, 1), 1), LocalError),
        (Report(GridPlace(1206, -345, 2), 1), LocalError),
        (Notice(""), LocalError),
    ],
    ids=["too long", "note too long", "too fine", "no centre of a cell", "no text"],
)
def test_what_cannot_be_said_uses_no_sequence_and_leaves_no_event(
    body: KnownBody, error: type[LocalError]
) -> None:
    pia = NETWORK.engine("pia")
    with pytest.raises(error):
        pia.submit(body, NOW)
    assert drain(pia) == []
    assert pia.submit(FIRE, NOW).id.sequence == 0


# -- sequences and restarts ----------------------------------------------------------------


def test_a_sequence_is_never_used_again_after_a_restart() -> None:
    store, used = Store(), []
    for life in range(4):
        pia = NETWORK.engine("pia", store.saved(), NOW + life)
        used += [pia.submit(body, NOW + life).id for body in (FIRE, Beacon(PLACE), QUIET)]
        store.take(pia)
    assert len(set(used)) == 12
    assert [i.sequence for i in used if i.stream is Stream.LOG] == list(range(8))
    assert [i.sequence for i in used if i.stream is Stream.POSITION] == list(range(4))


def test_after_the_last_sequence_the_incarnation_rises() -> None:
    pia, lea = NETWORK.engine("pia"), NETWORK.engine("lea")
    store = Store()
    pia.submit(FIRE, NOW)
    store.take(pia)
    counter = store.counters[Stream.LOG]
    store.counters[Stream.LOG] = type(counter)(Stream.LOG, 0, (1 << 18) - 1)
    pia = NETWORK.engine("pia", store.saved())
    ids = [pia.submit(QUIET, NOW).id for _ in range(3)]
    assert [(i.incarnation, i.sequence) for i in ids] == [(0, (1 << 18) - 1), (1, 0), (1, 1)]
    for frame in pia.frames_to_send(NOW):
        lea.receive(frame.payload, NOW)
    assert not lea.rejected


def test_a_frame_recorded_before_a_restart_is_not_accepted_after_it() -> None:
    store, frames = Store(), []
    lea = NETWORK.engine("lea")
    for body in (FIRE, QUIET, Beacon(PLACE), Beacon(PLACE, 2)):
        frame = NETWORK.frame([NETWORK.item("pia", body)])
        frames.append(frame)
        lea.receive(frame, NOW)
    store.take(lea)
    again = NETWORK.engine("lea", store.saved(), NOW + 60)
    for frame in frames:
        again.receive(frame, NOW + 60)
    assert again.next_event() is None
    assert again.rejected == {Rejection.DUPLICATE: 3, Rejection.REPLAYED: 1}


def test_an_equivocation_is_seen_across_a_restart() -> None:
    store = Store()
    lea = NETWORK.engine("lea")
    lea.receive(NETWORK.frame([NETWORK.item("pia", QUIET, sequence=900)]), NOW)
    store.take(lea)
    again = NETWORK.engine("lea", store.saved())
    again.receive(NETWORK.frame([NETWORK.item("pia", FIRE, sequence=900)]), NOW)
    assert again.rejected == {Rejection.EQUIVOCATION: 1}


def test_a_waiting_item_goes_out_after_a_restart_as_it_was_signed() -> None:
    store = Store()
    pia = NETWORK.engine("pia", ready=False)
    said = pia.submit(FIRE, NOW)
    assert store.send(pia, NOW) == []
    again = NETWORK.engine("pia", store.saved(), NOW + 60)
    (frame,) = store.send(again, NOW + 60)
    assert frame.payload == NETWORK.frame([said])
    assert store.outbox[said.id].attempts == 1


def test_what_was_under_way_at_a_crash_is_sent_again() -> None:
    store = Store()
    pia = NETWORK.engine("pia")
    said = pia.submit(FIRE, NOW)
    (frame,) = store.send(pia, NOW)
    again = NETWORK.engine("pia", store.saved(), NOW + 60)
    (second,) = store.send(again, NOW + 60)
    assert second.payload == frame.payload
    assert store.outbox[said.id].attempts == 2


def test_nothing_expired_is_sent_after_a_long_absence() -> None:
    store = Store()
    pia = NETWORK.engine("pia", ready=False)
    pia.submit(FIRE, NOW)
    store.take(pia)
    again = NETWORK.engine("pia", store.saved(), NOW + 86_400)
    assert store.send(again, NOW + 86_400) == []


# -- scopes and evidence -------------------------------------------------------------------


def test_a_scope_is_sealed_for_its_class_only() -> None:
    base = NETWORK.engine("base")
    base.submit(Report(PLACE, 3, 1, scope=KeyClass.DISPATCH), NOW)
    (frame,) = base.frames_to_send(NOW)
    lea, ada = NETWORK.engine("lea"), NETWORK.engine("ada")
    for engine in (lea, ada):
        engine.receive(frame.payload, NOW)
    assert lea.rejected == {Rejection.STRANGER: 1}
    assert len(items_in(drain(ada))) == 1


def test_one_piece_of_evidence_is_kept_once() -> None:
    lea: Engine = NETWORK.engine("lea")
    lea.receive(NETWORK.frame([NETWORK.item("pia", QUIET, sequence=900)]), NOW)
    drain(lea)
    second = NETWORK.frame([NETWORK.item("pia", FIRE, sequence=900)])
    lea.receive(second, NOW)
    lea.receive(second, NOW + 1)
    assert len(drain(lea)) == 1

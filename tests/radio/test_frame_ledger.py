from hypothesis import given
from hypothesis import strategies as st

from meshdefense.radio.base import FrameFate
from meshdefense.radio.ledger import FORGET_S, UNANSWERED_S, FrameLedger
from meshdefense.radio.stock import NO_KEY
from meshdefense_protocol.transport import Fate, OutgoingFrame

ID = 0xAB


def ledger_with(*, want_ack: bool = True, packet_id: int = ID, token: int = 1) -> FrameLedger:
    ledger = FrameLedger()
    ledger.add(packet_id, OutgoingFrame(token, b"x", want_ack=want_ack), now=0.0)
    return ledger


def fates(told: list[FrameFate]) -> list[Fate]:
    return [fate.fate for fate in told]


def test_accepted_when_the_queue_takes_it() -> None:
    ledger = ledger_with()
    assert fates(ledger.queue_status(ID, 0, 15, 16)) == [Fate.ACCEPTED]
    assert ledger.queue_status(ID, 0, 15, 16) == []


def test_refused_by_the_queue_in_words() -> None:
    ledger = ledger_with()
    (fate,) = ledger.queue_status(ID, 9, 16, 16)
    assert (fate.fate, fate.detail) == (Fate.REFUSED, "the legal duty cycle is used up")
    assert len(ledger) == 0


def test_an_unknown_result_is_still_a_refusal() -> None:
    (fate,) = ledger_with().queue_status(ID, 99, 16, 16)
    assert fate.fate is Fate.REFUSED
    assert "99" in fate.detail


def test_a_missing_key_is_known_by_the_queue_as_well_as_by_the_routing_answer() -> None:
    """The firmware says both, and either may come first."""
    (queue,) = ledger_with().queue_status(ID, 39, 16, 16)
    (routing,) = ledger_with().routing(ID, "PKI_SEND_FAIL_PUBLIC_KEY")
    assert (queue.fate, queue.detail) == (routing.fate, routing.detail) == (Fate.REFUSED, NO_KEY)


def test_implicit_acknowledgement_is_on_air_then_heard() -> None:
    ledger = ledger_with()
    ledger.queue_status(ID, 0, 15, 16)
    assert fates(ledger.routing(ID, "NONE")) == [Fate.ON_AIR, Fate.HEARD]
    assert ledger.routing(ID, "NONE") == []


def test_max_retransmit_is_unheard() -> None:
    assert fates(ledger_with().routing(ID, "MAX_RETRANSMIT")) == [Fate.ON_AIR, Fate.UNHEARD]


def test_other_routing_errors_are_refusals() -> None:
    assert fates(ledger_with().routing(ID, "NO_CHANNEL")) == [Fate.REFUSED]


def test_an_empty_queue_later_proves_that_it_was_sent() -> None:
    ledger = ledger_with(want_ack=False)
    assert fates(ledger.queue_status(ID, 0, 15, 16)) == [Fate.ACCEPTED]
    assert ledger.curious
    assert fates(ledger.queue_status(0, 0, 15, 16)) == []
    assert fates(ledger.queue_status(0, 0, 16, 16)) == [Fate.ON_AIR]
    assert len(ledger) == 0
    assert not ledger.curious


def test_the_answer_that_accepts_it_proves_nothing_more() -> None:
    assert fates(ledger_with(want_ack=False).queue_status(ID, 0, 16, 16)) == [Fate.ACCEPTED]


def test_an_empty_queue_before_acceptance_proves_nothing() -> None:
    assert ledger_with(want_ack=False).queue_status(0, 0, 16, 16) == []


def test_after_a_full_queue_emptiness_proves_nothing_since_it_may_have_been_thrown_out() -> None:
    ledger = ledger_with(want_ack=False)
    ledger.queue_status(ID, 0, 3, 16)
    ledger.queue_status(0, 0, 0, 16)
    assert ledger.queue_status(0, 0, 16, 16) == []


def test_an_acknowledged_frame_that_went_out_is_told_once() -> None:
    ledger = ledger_with()
    ledger.queue_status(ID, 0, 15, 16)
    assert fates(ledger.queue_status(0, 0, 16, 16)) == [Fate.ON_AIR]
    assert fates(ledger.queue_status(0, 0, 16, 16)) == []
    assert fates(ledger.routing(ID, "NONE")) == [Fate.HEARD]


def test_unanswered_frames_are_lost_after_a_while() -> None:
    ledger = ledger_with()
    assert ledger.expire(UNANSWERED_S) == []
    assert fates(ledger.expire(UNANSWERED_S + 1)) == [Fate.LOST]


def test_accepted_frames_are_forgotten_without_a_claim() -> None:
    ledger = ledger_with()
    ledger.queue_status(ID, 0, 15, 16)
    assert ledger.expire(FORGET_S) == []
    assert len(ledger) == 1
    assert ledger.expire(FORGET_S + 1) == []
    assert len(ledger) == 0


def test_no_room_when_the_places_told_are_taken_by_unanswered_frames() -> None:
    ledger = FrameLedger()
    assert ledger.has_room(0.0)
    ledger.queue_status(0, 0, 2, 16)
    for packet_id in (1, 2):
        assert ledger.has_room(0.0)
        ledger.add(packet_id, OutgoingFrame(packet_id, b""), 0.0)
    assert not ledger.has_room(0.1)
    assert ledger.has_room(60.0)
    ledger.queue_status(1, 0, 0, 16)
    assert not ledger.has_room(60.0)
    assert ledger.curious


def test_a_broken_link_loses_everything() -> None:
    ledger = ledger_with()
    (fate,) = ledger.lose_all("unplugged")
    assert (fate.token, fate.fate, fate.detail) == (1, Fate.LOST, "unplugged")
    assert len(ledger) == 0


ids = st.integers(1, 5)
steps = st.one_of(
    st.tuples(st.just("add"), ids, st.booleans()),
    st.tuples(st.just("queue"), st.integers(0, 5), st.sampled_from([0, 0, 9]), st.integers(0, 16)),
    st.tuples(st.just("routing"), ids, st.sampled_from(["NONE", "MAX_RETRANSMIT", "NO_CHANNEL"])),
    st.tuples(st.just("expire"), st.integers(0, 700)),
)
FINAL = {Fate.REFUSED, Fate.HEARD, Fate.UNHEARD, Fate.LOST}


@given(st.lists(steps, max_size=40))
def test_in_any_order_no_fate_is_told_twice_and_none_after_a_final_one(
    script: list[tuple[str, int, int, int]],
) -> None:
    ledger, now, next_token = FrameLedger(), 0.0, 0
    told: dict[int, list[Fate]] = {}
    for step in script:
        news: list[FrameFate] = []
        if step[0] == "add" and step[1] not in ledger:
            ledger.add(step[1], OutgoingFrame(next_token, b"", want_ack=bool(step[2])), now)
            told[next_token] = []
            next_token += 1
        elif step[0] == "queue":
            news = ledger.queue_status(step[1], step[2], step[3], 16)
        elif step[0] == "routing":
            news = ledger.routing(step[1], str(step[2]))
        elif step[0] == "expire":
            now += step[1]
            news = ledger.expire(now)
        for fate in news:
            told[fate.token].append(fate.fate)
    for fate in ledger.lose_all("end"):
        told[fate.token].append(fate.fate)
    for history in told.values():
        assert len(history) == len(set(history))
        assert not FINAL.intersection(history[:-1])
        if Fate.HEARD in history or Fate.UNHEARD in history:
            assert Fate.ON_AIR in history

import random

import pytest

from meshdefense.air.flooding import ATTEMPTS, GUIDE, Router, contention_window
from meshdefense.air.packets import BROADCAST, Packet, Priority, Role
from meshdefense.air.presets import PRESETS
from meshdefense.air.txqueue import Queued

SNR = 0.0


def router(role: Role = Role.CLIENT, hop_limit: int = 3) -> Router:
    return Router(1, role, hop_limit)


def packet(
    identifier: int = 7,
    *,
    origin: int = 9,
    to: int = BROADCAST,
    hop_limit: int = 3,
    hop_start: int = 3,
    want_ack: bool = False,
    priority: int = Priority.DEFAULT,
) -> Packet:
    return Packet(origin, identifier, b"x", to, hop_limit, hop_start, want_ack, priority)


def waiting(node: Router) -> list[tuple[int, int]]:
    """Identifier and hop limit of everything in the queue."""
    found = []
    while node.queue.front is not None:
        entry = node.queue.pop()
        found.append((entry.packet.identifier, entry.packet.hop_limit))
    return found


def test_new_broadcast_is_delivered_and_relayed_with_one_hop_less() -> None:
    node = router()
    assert node.hear(packet(), SNR).deliver
    front = node.queue.front
    assert front is not None
    assert (front.packet.hop_limit, front.packet.hop_start, front.packet.relay) == (2, 3, 1)


def test_packet_without_hops_left_is_delivered_but_not_relayed() -> None:
    node = router()
    assert node.hear(packet(hop_limit=0), SNR).deliver
    assert waiting(node) == []


def test_muted_client_relays_nothing() -> None:
    node = router(Role.CLIENT_MUTE)
    assert node.hear(packet(), SNR).deliver
    assert waiting(node) == []


def test_duplicate_cancels_the_waiting_relay_and_is_not_delivered_again() -> None:
    node = router()
    node.hear(packet(), SNR)
    again = node.hear(packet(hop_limit=2), SNR)
    assert not again.deliver
    assert waiting(node) == []


def test_router_relays_although_it_heard_a_duplicate() -> None:
    node = router(Role.ROUTER)
    node.hear(packet(), SNR)
    node.hear(packet(hop_limit=2), SNR)
    assert waiting(node) == [(7, 2)]


def test_late_router_moves_behind_everything_after_a_duplicate() -> None:
    node = router(Role.ROUTER_LATE)
    node.hear(packet(7), SNR)
    node.hear(packet(8), SNR)
    node.hear(packet(7, hop_limit=2), SNR)
    assert waiting(node) == [(8, 2), (7, 2)]


def test_copy_with_more_hops_left_replaces_the_waiting_one() -> None:
    node = router()
    node.hear(packet(hop_limit=1), SNR)
    node.hear(packet(hop_limit=2), SNR)
    assert waiting(node) == [(7, 1)]


def test_direct_repeat_of_the_origin_is_relayed_again() -> None:
    node = router()
    node.hear(packet(), SNR)
    assert waiting(node) == [(7, 2)]
    assert not node.hear(packet(), SNR).deliver
    assert waiting(node) == [(7, 2)]


def test_direct_repeat_is_not_queued_twice() -> None:
    node = router()
    node.hear(packet(), SNR)
    node.hear(packet(), SNR)
    assert waiting(node) == [(7, 2)]


def test_own_packet_heard_from_a_relay_is_an_implicit_acknowledgement_once() -> None:
    node = router()
    own = packet(origin=1, want_ack=True)
    assert node.originate(own, repeat_at=10.0)
    relayed = own.passed_on(2)
    assert node.hear(relayed, SNR).implicit_ack == own
    assert node.hear(relayed, SNR).implicit_ack is None
    assert node.pending == {}


def test_origin_makes_three_transmissions_then_gives_up() -> None:
    node = router()
    node.originate(packet(origin=1, want_ack=True), repeat_at=10.0)
    transmissions = 0
    while node.repeat(7, due=0.0) if transmissions else True:
        transmissions += len(waiting(node))
    assert transmissions == ATTEMPTS == 3
    assert node.pending == {}


def test_attempt_is_not_used_up_while_the_copy_still_waits() -> None:
    node = router()
    node.originate(packet(origin=1, want_ack=True), repeat_at=10.0)
    assert all(node.repeat(7, due=0.0) for _ in range(10))
    assert waiting(node) == [(7, 3)]


def test_destination_acknowledges_and_does_not_relay() -> None:
    node = router()
    assert node.hear(packet(to=1, want_ack=True), SNR).deliver
    front = node.queue.front
    assert front is not None
    assert (front.packet.answers, front.packet.to, front.packet.origin) == (7, 9, 1)
    assert len(node.queue) == 1


def test_destination_acknowledges_a_repeat_again_without_delivering_it() -> None:
    node = router()
    node.hear(packet(to=1, want_ack=True), SNR)
    waiting(node)
    assert not node.hear(packet(to=1, want_ack=True), SNR).deliver
    assert len(node.queue) == 1


def test_acknowledgement_ends_the_repeats() -> None:
    node = router()
    node.originate(packet(origin=1, to=9, want_ack=True), repeat_at=10.0)
    answer = Packet(9, 55, b"", to=1, answers=7)
    assert node.hear(answer, SNR).acknowledges
    assert node.pending == {}


def test_direct_message_for_somebody_else_is_relayed_but_not_delivered() -> None:
    node = router()
    assert not node.hear(packet(to=5), SNR).deliver
    assert waiting(node) == [(7, 2)]


@pytest.mark.parametrize(("used", "own_limit", "expected"), [(0, 3, 2), (2, 3, 3), (5, 3, 5)])
def test_hop_limit_of_an_answer_follows_the_way_the_packet_came(
    used: int, own_limit: int, expected: int
) -> None:
    node = router(hop_limit=own_limit)
    node.hear(packet(to=1, want_ack=True, hop_limit=7 - used, hop_start=7), SNR)
    assert waiting(node)[0][1] == expected


@pytest.mark.parametrize(("hop_limit", "hop_start"), [(3, 0), (7, 1), (1, 0)])
def test_hop_limit_of_an_answer_is_the_own_when_nobody_knows_the_way(
    hop_limit: int, hop_start: int
) -> None:
    node = router(hop_limit=5)
    node.hear(packet(to=1, want_ack=True, hop_limit=hop_limit, hop_start=hop_start), SNR)
    assert waiting(node)[0][1] == 5


class Reader:
    """A guard that takes every packet meant for the node for an answer to packet 7."""

    later = False

    def passes_on(self, packet: Packet, snr: float) -> Packet | None:
        return packet

    def acknowledges(self, packet: Packet) -> bool:
        return True

    def confirms_later(self, packet: Packet) -> bool:
        return self.later

    def settles(self, packet: Packet) -> int | None:
        return 7


def test_request_is_confirmed_by_who_answers_it_but_its_repeat_at_once() -> None:
    node = router()
    node.guard = reader = Reader()
    reader.later = True
    request = packet(8, to=1, want_ack=True)
    assert node.hear(request, SNR).deliver
    assert waiting(node) == []
    node.hear(request, SNR)  # who asks again has heard no answer
    assert len(waiting(node)) == 1


def test_error_about_an_own_packet_ends_its_repeats_and_is_delivered() -> None:
    node = router()
    node.guard = Reader()
    node.originate(packet(origin=1, to=9, want_ack=True), repeat_at=10.0)
    assert node.hear(packet(8, to=1), SNR).deliver
    assert node.pending == {}


def test_weakly_heard_packets_get_the_smallest_window() -> None:
    assert [contention_window(snr) for snr in (-30, -20, -5, 10, 30)] == [3, 3, 5, 8, 8]


def test_clients_always_wait_longer_than_routers() -> None:
    rng = random.Random(1)
    entry = Queued(packet(), SNR)
    client = min(router().backoff_slots(entry, 0.0, rng) for _ in range(500))
    relay = max(router(Role.ROUTER).backoff_slots(entry, 0.0, rng) for _ in range(500))
    assert client >= 16 > relay


def test_window_of_own_packets_grows_with_channel_utilisation() -> None:
    rng = random.Random(1)
    entry = Queued(packet(origin=1), None)
    longest = [
        max(router().backoff_slots(entry, busy, rng) for _ in range(2000)) for busy in (0.0, 100.0)
    ]
    assert longest == [7, 255]


def test_repeat_interval_of_a_hundred_bytes_on_long_fast() -> None:
    # 2 x 1.133 s on air, (8 + 16 + 32) slots of 28.1 ms, 4.5 s for processing.
    interval = router().repeat_interval_s(PRESETS["LONG_FAST"], 100, 0.0)
    assert interval == pytest.approx(2 * 1.133 + 56 * 0.02808 + 4.5, abs=0.01)


def test_oldest_seen_packet_is_forgotten_first() -> None:
    node = router(Role.CLIENT_MUTE)
    for identifier in range(501):
        node.hear(packet(identifier), SNR)
    assert not node.hear(packet(500), SNR).deliver
    assert not node.hear(packet(1), SNR).deliver
    assert node.hear(packet(0), SNR).deliver


def guide_router() -> Router:
    return Router(1, Role.CLIENT, 3, GUIDE)


def test_by_the_guide_a_repeat_joins_the_copy_that_still_waits() -> None:
    node = guide_router()
    node.originate(packet(origin=1, want_ack=True), repeat_at=10.0)
    assert [node.repeat(7, due=0.0) for _ in range(3)] == [True, True, False]
    assert waiting(node) == [(7, 3)] * ATTEMPTS


def test_by_the_guide_a_relay_heard_takes_every_waiting_copy_out() -> None:
    node = guide_router()
    own = packet(origin=1, want_ack=True)
    node.originate(own, repeat_at=10.0)
    node.repeat(7, due=0.0)
    node.hear(own.passed_on(2), SNR)
    assert waiting(node) == []


def test_by_the_guide_other_peoples_talk_postpones_no_repeat() -> None:
    for node, due in ((guide_router(), 10.0), (router(), 13.0)):
        node.originate(packet(origin=1, want_ack=True), repeat_at=10.0)
        node.postpone(3.0)
        assert node.pending[7].due == due


def test_by_the_guide_a_relay_of_an_alert_is_an_alert() -> None:
    for node, priority in ((guide_router(), Priority.ALERT), (router(), Priority.DEFAULT)):
        node.hear(packet(priority=Priority.ALERT), SNR)
        front = node.queue.front
        assert front is not None
        assert front.packet.priority == priority

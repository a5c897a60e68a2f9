from meshdefense.radio.base import LinkState, RadioHealth, RadioStatus
from meshdefense.radio.facts import HealthFact, NoticeFact, QueueFact, RoutingFact
from meshdefense.radio.translator import Translator
from meshdefense_protocol.transport import Fate, OutgoingFrame


def begun() -> Translator:
    translator = Translator()
    translator.begin(RadioHealth(node_number=1, nodes_heard=2))
    return translator


def test_only_a_change_of_health_is_told() -> None:
    translator = begun()
    (status,) = translator.translate(HealthFact({"battery": 80}), 2)
    assert status == RadioStatus(LinkState.READY, "", translator.health)
    assert translator.health == RadioHealth(node_number=1, battery=80, nodes_heard=2)
    assert translator.translate(HealthFact({"battery": 80}), 2) == []


def test_answers_to_single_frames_are_told_with_the_next_status() -> None:
    translator = begun()
    translator.ledger.add(7, OutgoingFrame(1, b""), 0.0)
    (fate,) = translator.translate(QueueFact(7, 0, 9, 16), 2)
    assert fate.fate is Fate.ACCEPTED  # type: ignore[union-attr]
    (status,) = translator.translate(QueueFact(0, 0, 9, 16), 2)
    assert isinstance(status, RadioStatus)
    assert status.health.queue_free == 9


def test_a_full_queue_is_told_at_once() -> None:
    translator = begun()
    (status,) = translator.translate(QueueFact(7, 0, 0, 16), 2)
    assert isinstance(status, RadioStatus)
    assert status.health.queue_free == 0


def test_an_acknowledgement_of_a_stranger_is_not_believed() -> None:
    translator = begun()
    translator.ledger.add(7, OutgoingFrame(1, b""), 0.0)
    assert translator.translate(RoutingFact(7, 2, "NONE"), 2) == []
    assert len(translator.translate(RoutingFact(7, 1, "NONE"), 2)) == 2


def test_a_notice_of_the_radio_is_passed_on_in_its_words() -> None:
    (status,) = begun().translate(NoticeFact("Low battery"), 2)
    assert isinstance(status, RadioStatus)
    assert status.detail == "the radio says: Low battery"

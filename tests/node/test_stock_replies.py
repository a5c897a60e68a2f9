"""Answers that the radio cannot give to their sender alone, and what the channel hears then."""

from __future__ import annotations

from typing import Any

import pytest

from meshdefense.node.stock_replies import Answer, Replies
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus
from meshdefense.radio.stock import NO_KEY, NO_RADIO
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_answers import own_words, stock_aloud_answer
from meshdefense_protocol.transport import Fate
from support.stock_town import ALERT, Town, play, text

SPEAKS = Policies(stock_hear=1, stock_reports=2)
SILENT = Policies(stock_reports=2)


async def keyless(town: Town, seconds: float = 60) -> None:
    """The radio refuses every direct text, since it has no key; what goes to all it takes."""
    done: set[int] = set()
    for _ in range(int(seconds)):
        for packet in town.sent:
            if packet.token not in done:
                done.add(packet.token)
                if packet.to is not None:
                    town.desk.fate(FrameFate(packet.token, Fate.REFUSED, NO_KEY))
                else:
                    town.desk.fate(FrameFate(packet.token, Fate.ON_AIR))
        await town.turns(1)


def answer_of(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = town.reports()[0]["answer"]
    return found


def test_a_direct_answer_without_a_key_is_refused_for_good_at_once() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS 5th/Main", 7))
        await town.turns(1)
        await keyless(town)
        assert len(town.sent) == 1
        assert (answer_of(town)["state"], answer_of(town)["reason"]) == ("refused", NO_KEY)

    play(claim, SPEAKS)


def test_a_refusal_for_want_of_a_key_holds_nobody_else_back() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("R fire 5th/Main", 7))
        await town.turns(1)
        town.desk.fate(FrameFate(town.sent[0].token, Fate.REFUSED, NO_KEY))
        town.put("alerts", **ALERT | {"severity": 1, "place": None})
        await town.turns(4)
        assert "MEDIUM ALERT" in town.texts()[0]

    play(claim, SPEAKS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("SOS 5th/Main", "SOS received by a machine; a person has not read it yet. Ref {ref}. / "
         "SOS recibido por una máquina; aún no lo lee una persona. Ref {ref}."),
        ("auxilio 5ta y Main", "SOS recibido por una máquina; aún no lo lee una persona. "
         "Ref {ref}."),
    ],
)  # fmt: skip
def test_an_sos_of_the_channel_is_answered_there_once_where_its_radio_has_no_key(
    words: str, said: str
) -> None:
    async def claim(town: Town) -> None:
        for _ in range(3):
            town.desk.hear(text(words, 7, direct=False))
            await keyless(town, 40)
        (row,) = town.reports()
        assert town.texts() == [said.format(ref=row["id"])]

    play(claim, SPEAKS)


def test_what_became_of_the_answer_on_the_channel_stands_at_the_report() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS 5th/Main", 7, direct=False))
        await keyless(town, 20)
        assert answer_of(town)["state"] == "on_air"
        assert answer_of(town)["text"] == town.texts()[0]

    play(claim, SPEAKS)


def test_a_report_is_not_answered_on_the_channel() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("R fire 5th/Main", 7, direct=False))
        await keyless(town)
        assert town.texts() == []

    play(claim, SPEAKS)


def test_nothing_is_answered_on_the_channel_where_the_policy_lets_nothing_out() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS 5th/Main", 7, direct=False))
        await keyless(town)
        assert town.texts() == []
        assert answer_of(town)["state"] == "refused"

    play(claim, SILENT)


def test_after_a_restart_an_sos_of_the_channel_is_answered_there_all_the_same() -> None:
    async def claim(town: Town) -> None:
        town.desk.link_is(RadioStatus(LinkState.SEARCHING))
        town.desk.hear(text("SOS 5th/Main", 7, direct=False))
        await town.turns(2)
        assert town.sent == []
        town.started()
        await town.turns(1)
        await keyless(town)
        assert len(town.texts()) == 1

    play(claim, SPEAKS)


@pytest.mark.parametrize("language", ["", "en", "es"])
def test_other_nodes_take_the_answer_on_the_channel_for_no_call_for_help(language: str) -> None:
    assert own_words(stock_aloud_answer("K7Q2", language))


def test_what_the_radio_did_not_take_for_another_reason_is_tried_three_times() -> None:
    answer, replies = Answer("SOS received", 7, 0.0, "K7Q2", grave=True, aloud="to all"), Replies()
    replies.add(answer)
    for fate, detail in ((Fate.REFUSED, "queue full"), (Fate.LOST, NO_RADIO), (Fate.REFUSED, "")):
        replies.gone(answer)
        answer.attempts += 1
        state = replies.state_after(answer, FrameFate(1, fate, detail), speaks=True)
    assert (state, answer.to, len(replies)) == ("refused", 7, 0)


def test_an_answer_on_the_channel_that_came_too_late_may_be_given_to_the_next_sos() -> None:
    replies = Replies()
    refused = FrameFate(1, Fate.REFUSED, NO_KEY)
    first = Answer("SOS received", 7, 0.0, "K7Q2", grave=True, aloud="to all")
    assert replies.state_after(first, refused, speaks=True) == "queued"
    assert replies.late(1000.0) is first
    second = Answer("SOS received", 7, 1000.0, "K7Q2", grave=True, aloud="to all")
    assert replies.state_after(second, refused, speaks=True) == "queued"
    third = Answer("SOS received", 7, 1000.0, "K7Q2", grave=True, aloud="to all")
    assert replies.state_after(third, refused, speaks=True) == "refused"

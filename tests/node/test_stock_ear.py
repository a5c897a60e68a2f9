"""What people with stock radios write: no call for help is lost, and no answer says too much."""

from __future__ import annotations

from typing import Any

import pytest

from meshdefense.node.asked import NotFoundError, UnavailableError
from meshdefense.node.stock_reports import SOS_MAX, SOS_OF_ONE
from meshdefense.radio.base import FrameFate
from meshdefense.radio.stock import StockPort
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_gate import REPEATS_HOURLY, SENDER_HOURLY
from meshdefense_protocol.transport import Fate
from meshdefense_tui.stock_queue import is_unread_call
from support.network import NOW
from support.stock_town import ALERT, Town, play, text

SENDER = 0xAB_4F2A
BUSY = Leave(False, NOW + 5, "the channel is busy (42 %)")
SAID = "HIGH ALERT, verified: checkpoint or roadblock (3). #CNK45N"
NOT_READ = "a person has not read it yet"


async def says(town: Town, *words: str, apart_s: float = 5.0, **changes: Any) -> None:
    """Somebody sends texts one after the other."""
    for one in words:
        town.desk.hear(text(one, **changes))
        await town.turns(apart_s)


# -- a call for help, and its place -------------------------------------------------------------


@pytest.mark.parametrize("apart_s", [12.0, 35.0])
@pytest.mark.parametrize("second", ["SOS 41.85,-87.65", "41.85,-87.65"])
def test_the_place_of_a_call_that_was_asked_for_is_taken_and_not_asked_for_again(
    second: str, apart_s: float
) -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", second, apart_s=apart_s)
        (row,) = town.reports()
        assert (row["place"]["lat"], row["place"]["lon"]) == (41.85, -87.65)
        assert (row["intent"], row["missing"], row["times"]) == ("sos", [], 2)
        first, other = town.texts(SENDER)
        assert "Say where" in first
        assert NOT_READ in other
        assert "Say where" not in other

    play(claim)


@pytest.mark.parametrize("second", ["R fire 5th/Main", "5th/Main", "R fire 41.85,-87.65"])
def test_the_place_of_a_report_that_was_asked_for_completes_it_at_once(second: str) -> None:
    async def claim(town: Town) -> None:
        await says(town, "R fire", second, apart_s=10)
        (row,) = town.reports()
        assert (row["kind"], row["missing"]) == (7, [])
        assert row["place"] is not None or row["place_words"] == "5th/Main"
        first, other = town.texts(SENDER)
        assert "Missing: where" in first
        assert other.startswith("Received by a machine: fire,")

    play(claim)


def test_what_was_seen_that_was_asked_for_completes_a_report_at_once() -> None:
    async def claim(town: Town) -> None:
        await says(town, "R 5th/Main", "R 2 vans", apart_s=10)
        (row,) = town.reports()
        assert (row["count"], row["place_words"], row["missing"]) == (2, "5th/Main", [])
        assert "at 5th/Main" in town.texts(SENDER)[1]

    play(claim)


def test_a_call_after_one_that_a_person_has_read_is_a_new_one_that_rings() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS 5th/Main")
        await town.desk.ear.read(town.reports()[0]["id"])
        await town.turns(5 * 3600, step=20)
        await says(town, "SOS Oak/Elm")
        first, other = town.reports()
        assert (first["place_words"], other["place_words"]) == ("5th/Main", "Oak/Elm")
        assert (is_unread_call(first), is_unread_call(other)) == (False, True)
        assert other["expires_at"] == pytest.approx(other["received_at"] + 12 * 3600)
        assert f"Ref {other['id']}" in town.texts(SENDER)[-1]

    play(claim)


def test_a_place_after_a_person_has_read_the_call_rings_as_well() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        await town.desk.ear.read(town.reports()[0]["id"])
        await says(town, "5th/Main")
        other = town.reports()[1]
        assert (other["intent"], other["place_words"]) == ("sos", "5th/Main")
        assert is_unread_call(other)

    play(claim)


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("in my car at 5th/Main", []),
        ("my car is parked 5th/Main", []),
        ("waiting at 5th/Main", []),
        ("behind the bus at 5th/Main", []),
        ("ok 5th/Main", []),
        ("no puedo salir, 5th/Main", []),
        ("fire 5th/Main", [7]),
        ("5th/Main im hurt", [13]),
        ("ICE in a van 5th/Main", [1]),
        ("3 vans 5th/Main", [1]),
        ("R fire 5th/Main", [7]),
        ("need water 5th/Main", [17]),
    ],
)
def test_any_place_of_a_sender_who_was_asked_where_goes_to_their_call(
    words: str, others: list[int]
) -> None:
    async def claim(town: Town) -> None:
        town.map_has(**{"puedo salir 5th/Main": (41.85, -87.65), "5th/Main": (41.85, -87.65)})
        await says(town, "SOS", words)
        call, *rest = town.reports()
        assert (call["intent"], call["missing"], call["ok_at"]) == ("sos", [], None)
        assert call["place"]["lat"] == 41.85
        assert is_unread_call(call)
        assert [row["kind"] for row in rest] == others
        assert all(row["place"] == call["place"] for row in rest)
        said = town.texts(SENDER)
        assert NOT_READ in said[1] or "aún no lo lee" in said[1]
        assert "Say where" not in said[1]
        assert len(said) == 2 + len(others)

    play(claim)


def test_a_car_is_in_spanish_no_report_of_its_own_either() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "estoy en el carro en 5ta y Main")
        (row,) = town.reports()
        assert (row["intent"], row["place_words"]) == ("sos", "5ta/Main")

    play(claim)


def test_a_place_completes_a_call_and_the_report_that_lacks_it_too() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "R fire", "5th/Main")
        assert [row["place_words"] for row in town.reports()] == ["5th/Main"] * 2

    play(claim)


def test_a_place_goes_to_the_call_on_the_channel_too_and_what_others_say_there_to_none() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "im so scared", "good morning", direct=False)
        await says(town, "5th and Main", sender=5, direct=False)
        assert [row["missing"] for row in town.reports()] == [["where"]]
        await says(town, "5th and Main", direct=False)
        (row,) = town.reports()
        assert (row["place_words"], row["missing"]) == ("5th/Main", [])
        await says(town, "see you at Oak/Elm", "fire Oak/Elm", direct=False)
        assert [row["place_words"] for row in town.reports()] == ["5th/Main"]
        assert len(town.texts(SENDER)) == 2

    play(claim, Policies(stock_hear=1, stock_reports=2))


@pytest.mark.parametrize("later", [700, 40])
def test_a_place_that_comes_late_or_after_a_place_belongs_to_no_call(later: int) -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS" if later > 600 else "SOS 5th/Main", apart_s=later)
        await says(town, "fire Oak/Elm")
        call, fire = town.reports()
        assert call["place_words"] == ("" if later > 600 else "5th/Main")
        assert (fire["intent"], fire["place_words"]) == ("report", "Oak/Elm")

    play(claim)


def test_who_takes_a_call_back_is_answered_that_it_stays_open_also_with_a_place() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "cancel SOS, im at 5th/Main")
        (row,) = town.reports()
        assert is_unread_call(row)
        assert "Your SOS stays open" in town.texts(SENDER)[-1]

    play(claim)


def test_on_a_full_disk_the_place_and_the_report_of_one_text_are_both_taken_afterwards() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        keep, left = town.keep_rows, [1]

        async def once(rows: Any) -> None:
            left[0] -= 1
            town.broken = left[0] < 0
            await keep(rows)

        town.keep_rows = once  # type: ignore[method-assign]  # the second write fails
        town.desk.hear(text("fire 5th/Main"))
        with pytest.raises(UnavailableError):
            await town.desk.turn()
        left[0] = 100
        await town.turns(5)
        assert [row["intent"] for row in town.reports()] == ["sos", "report"]
        assert [row["place_words"] for row in town.reports()] == ["5th/Main"] * 2
        assert [row["times"] for row in town.reports()] == [2, 1]

    play(claim)


def test_what_a_call_is_for_may_follow_and_belongs_to_its_place() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "SOS fire", "SOS 5th/Main")
        (row,) = town.reports()
        assert (row["kind"], row["severity"], row["place_words"]) == (7, 3, "5th/Main")
        assert "fire, at 5th/Main" in town.texts(SENDER)[-1]
        await says(town, "SOS shots Oak/Elm", "SOS 41.85,-87.65", "SOS 3rd/Main")
        assert [one["kind"] for one in town.reports()] == [7, 6, None]
        await says(town, "SOS shots 2nd/Main", "SOS 1st/Main")
        last = town.reports()[-1]
        assert (last["place_words"], last["kind"]) == ("1st/Main", None), "not of another place"

    play(claim)


@pytest.mark.parametrize(
    ("words", "kind"), [("SOS in my car at 5th/Main", None), ("SOS 3 vans 5th/Main", 1)]
)
def test_a_call_out_of_a_car_is_none_about_agents(words: str, kind: int | None) -> None:
    async def claim(town: Town) -> None:
        await says(town, words)
        (row,) = town.reports()
        assert (row["kind"], row["place_words"]) == (kind, "5th/Main")

    play(claim)


# -- many calls of one radio --------------------------------------------------------------------


@pytest.mark.parametrize("panic_s", [30.0, 3.0])
def test_after_a_panic_of_repeats_the_next_call_is_a_row_that_rings_and_is_answered(
    panic_s: float,
) -> None:
    async def claim(town: Town) -> None:
        await says(town, *["SOS"] * 24, apart_s=panic_s)
        (row,) = town.reports()
        await town.desk.ear.read(row["id"])
        await town.turns(1800, step=20)
        await says(town, "SOS 5th/Main they are inside")
        other = town.reports()[1]
        assert is_unread_call(other)
        assert other["place_words"] == "5th/Main"
        assert f"Ref {other['id']}" in town.texts(SENDER)[-1]

    play(claim)


def test_repeats_of_a_call_count_in_its_row_and_are_not_answered_for_ever() -> None:
    async def claim(town: Town) -> None:
        await says(town, *["SOS"] * 30, apart_s=40)
        (row,) = town.reports()
        assert (row["times"], row["last_at"]) == (30, NOW + 29 * 40)
        assert row["answer"]["state"] == "handed"
        assert len(town.texts(SENDER)) == REPEATS_HOURLY
        await says(town, "SOS 5th/Main")
        assert town.reports()[0]["place_words"] == "5th/Main"
        assert len(town.texts(SENDER)) == REPEATS_HOURLY + 1

    play(claim)


def test_a_flood_of_places_under_one_number_keeps_no_call_of_it_or_of_others_out() -> None:
    async def claim(town: Town) -> None:
        for number in range(300):
            await says(town, f"SOS {number}th/Main", apart_s=0.5)
        assert len(town.reports()) == SOS_OF_ONE
        assert len(town.texts(SENDER)) <= SENDER_HOURLY
        await says(town, "SOS Oak/Elm")
        assert town.reports()[-1]["place_words"] == "Oak/Elm"
        for row in town.reports():
            await town.desk.ear.read(row["id"])
        await says(town, "SOS")
        await says(town, "SOS", sender=5)
        assert sum(map(is_unread_call, town.reports())) == 2
        assert len(town.texts(5)) == 1

    play(claim)


def test_a_call_from_another_place_does_not_take_the_first_ones_away() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS 5th/Main", "SOS Oak/Elm", "SOS 41.85,-87.65", "SOS 3rd/Main")
        rows = town.reports()
        assert len(rows) == SOS_OF_ONE
        assert [row["place_words"] for row in rows] == ["5th/Main", "Oak/Elm", "3rd/Main"]
        assert rows[-1]["place"] is None, "not the one of another text"

    play(claim)


def test_a_call_that_goes_on_stays_on_the_list() -> None:
    async def claim(town: Town) -> None:
        for _ in range(7):
            await says(town, "SOS 5th/Main")
            await town.turns(3 * 3600, step=100)
        (row,) = town.reports()
        assert row["times"] == 7

    play(claim)


def test_the_hint_of_a_key_holds_only_where_all_texts_had_it() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", keyed=True)
        assert town.reports()[0]["keyed"]
        await says(town, "SOS 5th/Main", keyed=False)
        assert not town.reports()[0]["keyed"]

    play(claim)


def test_a_corner_of_the_map_repeated_is_one_report() -> None:
    async def claim(town: Town) -> None:
        town.map_has(**{"5th/Main": (41.85, -87.65)})
        await says(town, "R fire 5th/Main", "R fire 5th/Main", apart_s=40)
        (row,) = town.reports()
        assert (row["times"], row["place"]["precision_m"]) == (2, 50)

    play(claim)


def test_thirty_calls_that_nobody_has_read_are_the_limit_and_read_ones_do_not_count() -> None:
    async def claim(town: Town) -> None:
        for sender in range(SOS_MAX):
            town.desk.hear(text("SOS", sender))
        await town.turns()
        await says(town, "SOS", sender=900)
        assert len(town.reports()) == SOS_MAX
        assert town.status()["held_back"] == 1
        await town.desk.ear.read(town.reports()[0]["id"])
        await says(town, "SOS", sender=901)
        assert len(town.reports()) == SOS_MAX + 1

    play(claim)


def test_ok_after_a_call_that_was_read_does_not_say_that_nobody_has() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        await town.desk.ear.read(town.reports()[0]["id"])
        await says(town, "OK")
        assert town.reports()[0]["ok_at"] is not None
        assert "stays open" not in town.texts(SENDER)[-1]
        assert "sigue abierto" not in town.texts(SENDER)[-1]

    play(claim)


# -- what is no report --------------------------------------------------------------------------


def test_our_own_answers_sent_back_to_us_are_no_call_for_help() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS", "?", "R fire", apart_s=40)
        answers = town.texts(SENDER)
        assert len(answers) == 3
        town.put("alerts", **ALERT)
        await town.turns(10)
        before, said = town.reports(), len(town.sent)
        for number, words in enumerate([*answers, *town.texts()]):
            await says(town, words, sender=700 + number)
        assert town.reports() == before
        assert len(town.sent) == said

    play(claim)


def test_what_is_not_understood_is_answered_once_an_hour() -> None:
    async def claim(town: Town) -> None:
        for _ in range(10):
            await says(town, "hola", apart_s=60)
        assert len(town.texts(SENDER)) == 1
        await says(town, "hola", sender=5)
        assert len(town.texts(5)) == 1
        await town.turns(3600, step=20)
        await says(town, "hola")
        assert len(town.texts(SENDER)) == 2

    play(claim)


# -- a disk that takes nothing, a clock that is set, a restart ----------------------------------


def test_a_call_that_a_full_disk_did_not_take_is_taken_and_answered_afterwards() -> None:
    async def claim(town: Town) -> None:
        town.broken = True
        town.desk.hear(text("SOS 5th/Main"))
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await town.desk.turn()
        assert town.desk.ear.reports.rows == {}, "nothing is shown that is not on disk"
        town.broken, town.time = False, town.time + 20
        await town.turns(5)
        (row,) = town.reports()
        assert (row["times"], row["received_at"]) == (1, NOW)
        assert NOT_READ in town.texts(SENDER)[0]

    play(claim)


@pytest.mark.parametrize("direct", [False, True])
def test_on_a_full_disk_small_talk_and_reports_push_no_call_and_no_place_out(direct: bool) -> None:
    async def claim(town: Town) -> None:
        town.broken = True
        town.desk.hear(text("SOS", direct=direct))
        with pytest.raises(UnavailableError):
            await town.desk.turn()
        town.time += 60
        town.desk.hear(text("5th and Main", direct=direct))
        for number in range(70):
            town.desk.hear(text("good morning", 100 + number, direct=direct))
            town.desk.hear(text(f"R fire {number}th/Oak", 200 + number, direct=direct))
            town.desk.hear(text("see you at 5th/Main", 300 + number, direct=False))
        town.broken, town.time = False, town.time + 1800
        await town.turns(5)
        call = town.reports()[0]
        assert (call["intent"], call["place_words"], call["received_at"]) == (
            "sos",
            "5th/Main",
            NOW,
        )
        assert sum(row["intent"] == "report" for row in town.reports()) >= 60

    play(claim, Policies(stock_hear=1, stock_reports=2))


def test_what_is_never_taken_does_not_wait_for_the_disk() -> None:
    async def claim(town: Town) -> None:
        town.broken = True
        for _ in range(70):
            town.desk.hear(text("good morning", direct=False))
            town.desk.hear(text("R fire 5th/Main", direct=False))
        assert len(town.desk._texts) == 0
        assert town.status()["held_back"] == 0
        town.desk.hear(text(SAID, direct=False))
        assert len(town.desk._texts) == 1, "what another node said is heard"

    play(claim)


def test_a_text_that_was_to_complete_a_report_on_a_full_disk_is_not_lost() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        town.broken = True
        town.desk.hear(text("SOS 5th/Main"))
        with pytest.raises(UnavailableError):
            await town.desk.turn()
        assert town.desk.ear.waiting(town.reports()[0]["id"])["place_words"] == ""
        town.broken = False
        await town.turns(5)
        assert [(row["place_words"], row["times"]) for row in town.reports()] == [("5th/Main", 2)]

    play(claim)


def test_reading_on_a_full_disk_is_done_by_saying_it_again() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        (row,) = town.reports()
        town.broken = True
        with pytest.raises(UnavailableError):
            await town.desk.ear.read(row["id"])
        with pytest.raises(UnavailableError):
            await town.desk.ear.dismiss(row["id"], "pia")
        assert town.desk.ear.waiting(row["id"])["read_at"] is None
        town.broken = False
        await town.desk.ear.read(row["id"])
        await town.turns(5)
        assert town.reports()[0]["read_at"] is not None
        assert town.texts(SENDER)[-1].startswith("A person has read your SOS")
        await town.desk.ear.dismiss(row["id"], "pia")
        assert town.reports()[0]["state"] == "dismissed"
        with pytest.raises(NotFoundError):
            town.desk.ear.waiting(row["id"])

    play(claim)


def test_what_became_of_an_answer_is_written_once_the_disk_works_again() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        town.broken = True
        with pytest.raises(UnavailableError):
            await town.fates(Fate.HEARD)
        town.broken = False
        await town.turns()
        assert town.reports()[0]["answer"]["state"] == "heard"

    play(claim)


@pytest.mark.parametrize("by", [2 * 86_400.0, -2 * 86_400.0, 400 * 86_400.0])
def test_a_clock_that_is_set_buries_no_call_and_no_answer(by: float) -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        await says(town, "SOS")
        town.clock_set(by)
        town.leave = Leave(True, town.time)
        await town.turns(40)
        (row,) = town.reports()
        assert row["received_at"] == pytest.approx(NOW + by)
        assert row["expires_at"] == pytest.approx(NOW + by + 12 * 3600)
        assert NOT_READ in town.texts(SENDER)[0]
        await says(town, "SOS 5th/Main")
        assert len(town.reports()) == 1, "it is the same call"
        town.clock_set(by)
        await town.turns()
        await says(town, "SOS 5th/Main")
        assert town.status()["held_back"] == 1, "it came 5 s after the other, whatever the clock"
        await town.turns(13 * 3600, step=100)
        assert town.reports() == []

    play(claim)


@pytest.mark.parametrize("later", [-86_400.0, 3600.0], ids=["a slow clock", "a right one"])
def test_what_an_earlier_life_got_under_a_right_clock_keeps_its_time(later: float) -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        town.time += later
        town.started()
        await town.turns()
        town.clock_set(3600)
        await town.turns()
        assert town.reports()[0]["received_at"] == NOW

    play(claim)


def test_an_answer_that_waited_is_given_after_a_restart() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        await says(town, "SOS", apart_s=3)
        town.started()
        town.leave = Leave(True, NOW)
        await town.turns(20)
        assert NOT_READ in town.texts(SENDER)[0]
        assert town.reports()[0]["answer"]["state"] == "handed"

    play(claim)


def test_after_a_long_absence_the_row_says_that_its_answer_was_never_given() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        await says(town, "SOS", apart_s=3)
        town.time += 3600
        town.started()
        town.leave = Leave(True, NOW)
        await town.turns(20)
        answer = town.reports()[0]["answer"]
        assert (answer["state"], answer["reason"]) == ("dropped", "it was too late")
        assert town.sent == []

    play(claim)


def test_an_answer_that_was_at_the_radio_is_uncertain_after_a_restart_also_on_disk() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        town.started()
        await town.turns(20)
        assert town.reports()[0]["answer"]["state"] == "uncertain"
        assert len(town.sent) == 1

    play(claim)


# -- answers ------------------------------------------------------------------------------------


def test_what_became_of_an_earlier_answer_is_not_told_of_a_later_one() -> None:
    async def claim(town: Town) -> None:
        await says(town, "SOS")
        town.leave = BUSY
        await town.desk.ear.read(town.reports()[0]["id"])
        await town.fates(Fate.HEARD)
        answer = town.reports()[0]["answer"]
        assert answer["text"].startswith("A person has read")
        assert answer["state"] == "queued"

    play(claim)


def test_an_answer_that_the_radio_refused_is_tried_again_three_times_at_most() -> None:
    async def claim(town: Town) -> None:
        town.desk.hear(text("SOS"))
        for _ in range(6):
            await town.turns(20)
            if town.sent:
                town.desk.fate(FrameFate(town.sent[-1].token, Fate.REFUSED, "queue full"))
        await town.turns()
        assert town.ports() == [StockPort.TEXT] * 3
        assert town.reports()[0]["answer"]["state"] == "refused"

    play(claim)


def test_a_call_is_answered_before_sixteen_others_and_calls_in_their_order() -> None:
    async def claim(town: Town) -> None:
        town.leave = BUSY
        for sender in range(1000, 1020):
            town.desk.hear(text("?", sender))
        await town.turns()
        for sender in (1, 2, 3):
            town.desk.hear(text("SOS", sender))
        await town.turns()
        town.leave = Leave(True, NOW)
        await town.turns(30)
        assert [packet.to for packet in town.sent[:4]] == [1, 2, 3, 1000]

    play(claim)


def test_a_corner_that_may_be_names_is_a_place_only_where_the_map_has_it() -> None:
    async def claim(town: Town) -> None:
        town.map_has(**{"Cermak/Kedzie": (41.85, -87.65)})
        await says(town, "R detained Cermak/Kedzie", apart_s=40)
        await says(town, "R detained juan/maria", sender=901)
        found, unknown = town.reports()
        assert (found["place"]["precision_m"], found["missing"]) == (50, [])
        assert (unknown["place"], unknown["place_words"]) == (None, "")
        assert "Missing" not in town.texts(SENDER)[0]
        assert "juan" not in town.texts(901)[0]

    play(claim)


@pytest.mark.parametrize(
    "words",
    ["SOS estoy atrapado aqui #CNK45N", "SOS 5th/Main #204567", "AUXILIO #MAYDAY",
     "help us!! HIGH ALERT, verified: fire. #CNK45N"],
)  # fmt: skip
def test_a_call_that_answers_a_line_with_its_tag_is_heard(words: str) -> None:
    async def claim(town: Town) -> None:
        await says(town, words)
        assert [row["intent"] for row in town.reports()] == ["sos"]
        assert town.texts(SENDER)

    play(claim)

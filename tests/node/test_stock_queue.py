"""Lines for stock radios: what is told when, what is not told twice, and what is given up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshdefense.node.stock_news import Cell, Telling
from meshdefense.node.stock_queue import GIVE_UP_S, StockQueue
from meshdefense_protocol.stock_lines import Said, StockNews, stock_line, stock_tag

NOW = 1_760_000_000.0
NETWORK = bytes(16)
ABOUT = "2.0.5"


def telling(said: Said = Said.VERIFIED, **changes: Any) -> Telling:
    news = StockNews(said, stock_tag(NETWORK, ABOUT.encode(), said), 2, 2, "3", people=2)
    told = Telling(ABOUT, news, Cell(41.85, -87.65, 500), NOW + 7200)
    return replace(told, news=replace(news, **changes))


def tell(queue: StockQueue, said: Said = Said.VERIFIED, now: float = NOW, **changes: Any) -> Any:
    return queue.tell(
        telling(said, **changes), ("here", "aquí"), network_id=NETWORK, language=0, now=now,
        delay=0.0,
    )  # fmt: skip


def say(row: Any) -> None:
    """It went out, line and pin."""
    row["state"], row["told_at"] = "heard", NOW
    if row["pin"] is not None:
        row["pin"]["state"] = "heard"


def test_a_verified_alert_is_told_once_with_a_pin_that_ends_with_it() -> None:
    queue = StockQueue()
    assert queue.wants(ABOUT, telling())
    (row,) = tell(queue)
    assert (row["state"], row["port"]) == ("queued", "alert")
    assert row["pin"]["expires_at"] == NOW + 7200
    assert not queue.wants(ABOUT, telling())
    say(row)
    assert not queue.wants(ABOUT, telling())


def test_the_end_is_told_where_the_beginning_was_and_takes_the_pin_away() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    say(first)
    assert queue.wants(ABOUT, telling(Said.CLOSED))
    (last,) = tell(queue, Said.CLOSED)
    assert (last["port"], last["pin"]["expires_at"]) == ("text", 1)
    assert last["pin"]["id"] == first["pin"]["id"]


def test_what_was_over_before_it_was_said_is_not_said_at_all() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    changed = tell(queue, Said.CLOSED)
    assert changed == [first]
    assert (first["state"], first["pin"]["state"]) == ("cancelled", "cancelled")
    assert queue.next_line(NOW, lambda _: True) is None


def test_an_alert_that_was_never_told_has_no_end_to_tell() -> None:
    assert not StockQueue().wants(ABOUT, telling(Said.CLOSED))


def test_what_goes_back_and_forth_is_not_told_every_time() -> None:
    queue, told = StockQueue(), 0
    for _ in range(20):
        for said in (Said.VERIFIED, Said.DISPUTED):
            if queue.wants(ABOUT, telling(said)):
                for row in tell(queue, said):
                    say(row)
                    told += 1
    assert told == 6


def test_the_end_is_told_however_often_it_went_back_and_forth_before() -> None:
    orders = (
        [Said.VERIFIED, Said.DISPUTED] * 4,
        [Said.VERIFIED, Said.DISPUTED, Said.VERIFIED, Said.UNVERIFIED] * 2,
        [Said.VERIFIED, Said.UNVERIFIED, Said.DISPUTED] * 3,
    )
    for order in orders:
        for end in (Said.CLOSED, Said.RETRACTED, Said.UNVERIFIED):
            for steps in range(1, len(order)):
                queue, lines = StockQueue(), []
                for said in [*order[:steps], end]:
                    if queue.wants(ABOUT, telling(said)):
                        for row in tell(queue, said):
                            say(row)
                            lines.append(row["said"])
                assert len(lines) <= 7
                assert lines[-1] in ("closed", "retracted", "unverified"), (order[:steps], end)


def test_the_last_line_of_one_alert_is_none_that_a_doubt_could_not_follow() -> None:
    queue, told = StockQueue(), []
    for said in (Said.VERIFIED, Said.DISPUTED, Said.UNVERIFIED) * 2 + (Said.VERIFIED,) * 2:
        if queue.wants(ABOUT, telling(said)):
            for row in tell(queue, said):
                say(row)
                told.append(row["said"])
    assert (len(told), told[-1]) == (6, "unverified")
    queue = StockQueue()
    for said in (Said.VERIFIED, Said.UNVERIFIED, Said.VERIFIED, Said.DISPUTED, Said.UNVERIFIED):
        say(tell(queue, said)[0])
    assert not queue.wants(ABOUT, telling())


def test_what_the_radio_refused_for_good_may_begin_again_after_its_end_that_nobody_heard() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    first["state"], first["pin"]["state"] = "at_radio", "queued"
    _, end = tell(queue, Said.RETRACTED)
    first["state"] = "refused"
    assert queue.came_back(first) == [end]
    assert end["state"] == "cancelled"
    assert queue.wants(ABOUT, telling())


def test_a_pin_that_is_gone_already_is_not_taken_away_again() -> None:
    queue = StockQueue()
    for said, pin in ((Said.VERIFIED, NOW + 7200), (Said.UNVERIFIED, 1), (Said.CLOSED, None)):
        (row,) = tell(queue, said)
        assert (row["pin"] and row["pin"]["expires_at"]) == pin
        say(row)


def test_a_pin_is_taken_away_by_the_last_end_where_an_earlier_one_was_not_said() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    say(first)
    tell(queue, Said.UNVERIFIED)
    unsaid, last = tell(queue, Said.CLOSED)
    assert (unsaid["pin"]["state"], last["pin"]["expires_at"]) == ("cancelled", 1)


def test_a_pin_that_was_held_back_by_a_doubt_that_nobody_heard_goes_out_after_all() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    first["state"] = "on_air"
    tell(queue, Said.DISPUTED)
    assert first["pin"]["state"] == "cancelled"
    tell(queue)
    assert queue.next_pin() is first


def test_an_exercise_has_no_pin_and_does_not_ring() -> None:
    queue = StockQueue()
    (row,) = tell(queue, drill=True)
    assert (row["pin"], row["port"]) == (None, "text")


def test_a_restart_says_nothing_again_and_says_that_it_does_not_know() -> None:
    before, after = StockQueue(), StockQueue()
    (row,) = tell(before)
    row["state"] = "handed"
    after.load([dict(row)])
    (again,) = after.rows.values()
    assert again["state"] == "uncertain"
    assert not after.wants(ABOUT, telling())
    assert after.next_line(NOW, lambda _: True) is None


def test_a_line_that_still_waited_waits_after_a_restart() -> None:
    before, after = StockQueue(), StockQueue()
    (row,) = tell(before)
    after.load([dict(row)])
    assert after.next_line(NOW, lambda _: True) is not None


def test_what_could_not_be_said_in_time_is_given_up_with_the_reason() -> None:
    queue = StockQueue()
    (row,) = tell(queue)
    row["reason"] = "the channel is busy (42 %)"
    assert queue.drop_late(NOW + GIVE_UP_S - 1) == []
    assert queue.drop_late(NOW + GIVE_UP_S) == [row]
    assert (row["state"], row["reason"]) == ("dropped", "the channel is busy (42 %)")
    assert queue.drop_late(NOW + GIVE_UP_S) == []


def test_the_gravest_line_goes_first_and_a_busy_port_holds_back_only_its_own() -> None:
    queue = StockQueue()
    (mild,) = tell(queue, severity=1)
    grave = queue.tell(
        replace(telling(severity=3), about="2.0.6"), ("", ""), network_id=NETWORK, language=1,
        now=NOW, delay=0.0,
    )[0]  # fmt: skip
    assert queue.next_line(NOW, lambda _: True) is grave
    assert queue.next_line(NOW, lambda port: port.value == 1) is mild


def test_what_another_node_said_is_not_said_again() -> None:
    queue = StockQueue()
    (row,) = tell(queue)
    assert queue.hear(row["text"], NOW) == [row]
    assert (row["state"], row["pin"]["state"]) == ("elsewhere", "elsewhere")


def test_a_line_heard_before_the_alert_came_here_counts_as_well_for_a_while() -> None:
    line = stock_line(telling().news, ("en", "es"))
    queue = StockQueue()
    queue.hear(line, NOW)
    (row,) = tell(queue, now=NOW + 60)
    assert row["state"] == "elsewhere"
    late = StockQueue()
    late.hear(line, NOW)
    assert tell(late, now=NOW + 3600)[0]["state"] == "queued"


def test_a_tag_under_other_words_silences_nobody() -> None:
    queue = StockQueue()
    (row,) = tell(queue)
    assert queue.hear(f"all fine, go home #{row['tag']}", NOW) == []
    assert row["state"] == "queued"


def test_a_line_of_another_is_forgotten_once_something_else_is_told_or_heard_of_the_same() -> None:
    for other in (True, False):
        queue = StockQueue()
        (row,) = tell(queue)
        queue.hear(row["text"], NOW)
        assert row["state"] == "elsewhere"
        say(row)
        (doubt,) = tell(queue, Said.DISPUTED)
        if other:
            queue.hear(doubt["text"], NOW + 20)
        say(doubt)
        assert tell(queue, now=NOW + 60)[0]["state"] == "queued"


def test_a_line_heard_before_the_alert_came_here_does_not_count_after_its_contrary() -> None:
    line = stock_line(telling().news, ("en", "es"))
    queue = StockQueue()
    queue.hear(line, NOW)
    queue.hear(stock_line(telling(Said.DISPUTED).news, ("en", "es")), NOW + 20)
    assert tell(queue, now=NOW + 60)[0]["state"] == "queued"


def test_a_pin_that_waits_is_taken_back_as_well() -> None:
    queue = StockQueue()
    (row,) = tell(queue)
    row["state"] = "heard"
    assert queue.wants(ABOUT, None)
    assert queue.withdraw(ABOUT, "it is not verified any more") == [row]
    assert not queue.wants(ABOUT, None)


def test_ids_of_lines_are_never_used_again() -> None:
    queue = StockQueue()
    (first,) = tell(queue)
    say(first)
    (second,) = tell(queue, Said.DISPUTED, now=NOW + 60)
    say(second)
    queue.forget([first["id"]])
    (third,) = tell(queue, now=NOW + 120)
    assert third["id"] not in (first["id"], second["id"])


def test_a_pin_of_an_earlier_version_is_taken_as_not_yet_tried() -> None:
    before, after = StockQueue(), StockQueue()
    (row,) = tell(before)
    old = row | {"pin": {key: value for key, value in row["pin"].items() if key != "attempts"}}
    after.load([old])
    pin = after.rows[row["id"]]["pin"]
    assert pin is not None
    assert pin["attempts"] == 0


def test_rows_are_bounded_and_old_ones_go() -> None:
    queue = StockQueue()
    for number in range(600):
        queue.tell(
            replace(telling(), about=f"2.0.{number}"), ("", ""), network_id=NETWORK, language=1,
            now=NOW + number, delay=0.0,
        )  # fmt: skip
    gone = queue.old(NOW + 600)
    queue.forget(gone)
    assert (len(gone), len(queue.rows)) == (100, 500)
    queue.forget(queue.old(NOW + 2 * 86_400))
    assert not queue.rows

"""The messages mode: every key, what is unread, what is held, and what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meshdefense_tui.channels import EVERYONE, LONG
from meshdefense_tui.modes.messages import MessagesMode
from meshdefense_tui.screens.long_form import LongForm
from meshdefense_tui.screens.message_detail import MessageDetailScreen
from support.screen_rows import (
    NOW,
    busy_evening,
    held,
    long_message,
    member,
    message,
    radio,
    status,
)
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
NARROW, WIDE = (80, 24), (160, 45)
DENIED = {"code": "forbidden", "message": "this node was revoked"}


def evening() -> Tables:
    """Messages in most channels, both ways, two of them read."""
    readers = [{"member": 4, "name": "kit", "at": NOW - 5}]
    rows = busy_evening()
    rows["members"] = [
        member(1, "BASE-1", mine=True, roles=("organizer", "verifier")),
        member(2, "ana", roles=("verifier",)),
        member(3, "leo"),
        member(4, "kit", roles=("dispatch",)),
    ]
    rows["messages"] += [
        long_message(13, 11, id="1.0.41", mine=True, author=1, author_name="BASE-1",
                     sent_at=NOW - 900, delivery=held(2, all=[1, 6]), readers=readers),
        message(9, recipient=1, recipient_name="BASE-1", author=4, author_name="kit",
                text="Two more people at the gate please", sent_at=NOW - 60),
        message(10, drill=True, author_name="rio", text="This is only an exercise",
                sent_at=NOW - 2000),
        message(12, scope=3, text="Meet at nine", sent_at=NOW - 3000),
    ]  # fmt: skip
    return rows


def mode(desk: Desktop) -> MessagesMode:
    shown = desk.app.operations.mode
    assert isinstance(shown, MessagesMode)
    return shown


async def messages(desk: Desktop) -> MessagesMode:
    await desk.pilot.press("f6")
    await desk.until(lambda: desk.app.operations.mode.NAME == "messages")
    await desk.pilot.pause()
    return mode(desk)


async def ten_seconds(desk: Desktop) -> None:
    """Let what is held go, while the daemon goes on beating."""
    for _ in range(6):
        desk.time.advance(2)
        heard = desk.app.session.silent_for
        await desk.until(lambda: heard() < 1)  # noqa: B023
    mode(desk).entry.second()
    await desk.pilot.pause()


def on_messages(test: Any, **options: Any) -> None:
    on_desktop(test, **({"rows": evening()} | options))


CASES: dict[str, tuple[tuple[int, int], str, dict[str, Any]]] = {
    "messages_80x24": (NARROW, "", {}),
    "messages_80x24_es": (NARROW, "", {"language": "es"}),
    "messages_80x24_ascii": (NARROW, "", {"ascii_only": True}),
    "messages_160x45": (WIDE, "", {}),
    "messages_160x45_es": (WIDE, "", {"language": "es"}),
    "messages_typing_80x24": (NARROW, "w o n space m y", {}),
    "messages_held_80x24": (NARROW, "1 4", {}),
    "messages_held_80x24_es": (NARROW, "1", {"language": "es"}),
    "messages_person_60x20": ((60, 20), "h end up", {}),
    "messages_find_80x24": (NARROW, "slash p a r k", {}),
    "messages_long_80x24": (NARROW, "t T w o enter v a n s tab", {}),
    "messages_long_80x24_es": (NARROW, "t D o s", {"language": "es"}),
    "messages_detail_80x24": (NARROW, "j j enter", {}),
    "messages_detail_80x24_es": (NARROW, "j j enter", {"language": "es"}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_messages_look_as_they_were_approved(name: str) -> None:
    size, keys, options = CASES[name]

    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press(*keys.split())
        await desk.pilot.pause()
        await desk.pilot.pause()
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_messages(claim, size=size, **options)


def test_a_message_is_held_ten_seconds_and_then_asked_for_once() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("w", *"hi", "enter")
        await desk.shows("NOT SENT: goes in 10 s, u takes it back; locking or")
        assert not desk.daemon.calls
        assert shown.entry.text.value == ""
        await ten_seconds(desk)
        await desk.until(lambda: desk.daemon.calls == [("message", {"text": "hi", "scope": 0})])
        await desk.shows_no("NOT SENT")
        await ten_seconds(desk)
        assert len(desk.daemon.calls) == 1

    on_messages(claim)


def test_undo_puts_the_text_back_and_nothing_is_sent() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("w", *"hi", "enter", "u")
        await desk.shows("taken back, nothing was sent")
        assert shown.entry.text.value == "hi"
        await ten_seconds(desk)
        assert not desk.daemon.calls
        await desk.pilot.press("u")
        await desk.shows("nothing waits here")
        await desk.pilot.press("2", "u")
        assert shown.entry.text.value == "arrived hi"

    on_messages(claim)


def test_urgent_goes_at_once() -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press("w", *"go", "ctrl+t")
        await desk.shows("Enter SENDS at once")
        await desk.pilot.press("enter")
        wanted = ("message", {"text": "go", "scope": 0, "urgent": True})
        await desk.until(lambda: desk.daemon.calls == [wanted])

    on_messages(claim)


@pytest.mark.parametrize(
    ("language", "digit", "text"),
    [("en", "1", "on my way"), ("es", "9", "no"), ("es", "7", "repita, por favor")],
)
def test_a_digit_answers_in_the_language_of_the_screen(
    language: str, digit: str, text: str
) -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press(digit)
        await ten_seconds(desk)
        await desk.until(lambda: desk.daemon.calls == [("message", {"text": text, "scope": 0})])

    on_messages(claim, language=language)


def test_the_open_channel_is_whom_one_writes_to() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("h", "down", "enter", "1")
        assert shown.channel == "scope:1"
        shown.channels.stand_on("member:4")
        await desk.shows("TO kit")
        await desk.shows("the others can read it too")
        await desk.pilot.press("4")
        shown.channels.stand_on("drills")
        await desk.shows("an exercise, to everyone")
        await desk.pilot.press("8")
        await ten_seconds(desk)
        await desk.until(lambda: len(desk.daemon.calls) == 3)
        assert [params for _, params in desk.daemon.calls] == [
            {"text": "on my way", "scope": 1},
            {"text": "all quiet here", "recipient": 4},
            {"text": "wait", "scope": 0, "drill": True},
        ]

    on_messages(claim)


def test_to_long_reports_no_short_message_is_written() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        shown.channels.stand_on(LONG)
        await desk.pilot.pause()
        await desk.pilot.press("1")
        await desk.shows("t writes a long report")
        assert not shown.entry.held.rows
        await desk.pilot.press("w")
        await desk.until(lambda: isinstance(desk.app.screen, LongForm))

    on_messages(claim)


def test_unread_counts_fall_as_one_reads_and_the_line_stays_until_one_acts() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.shows("everyone     *2")
        await desk.pilot.press("down")
        await desk.shows("everyone     *1")
        await desk.shows("new above, until a, . or an answer")
        await desk.pilot.press("full_stop")
        await desk.shows_no("new above")
        assert EVERYONE not in shown.unread.counts(
            {EVERYONE: shown.rows.keys}, desk.app.model.notices, 1
        )
        desk.daemon.set("messages", message(77, text="News", sent_at=NOW))
        await desk.shows("1 new, press .")
        await desk.shows("new above")
        await desk.pilot.press("1")
        await desk.shows_no("new above")

    on_messages(claim)


def test_nobody_acknowledges_their_own_message_on_everybodys_air() -> None:
    own = message(5, id="1.0.5", author=1, author_name="BASE-1", mine=True)

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f6", "a")
        await desk.shows("your own message: others acknowledge it")
        assert desk.daemon.calls == []

    on_desktop(claim, rows=busy_evening() | {"messages": [own], "patrols": [], "alerts": []})


def test_a_acknowledges_the_message_under_the_cursor_and_says_so() -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press("down", "a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": "3.0.1"})])
        await desk.shows_no("new above")
        own = [{"member": 1, "name": "BASE-1", "at": NOW}]
        desk.daemon.set("messages", message(1, readers=own))
        await desk.shows("✓ read")

    on_messages(claim)


def test_enter_opens_the_whole_message_with_its_receipts() -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press("down", "down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, MessageDetailScreen))
        await desk.shows("read by bases: kit")
        await desk.shows("not read yet: ana, leo")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_messages(claim)


def test_finding_narrows_the_list_and_escape_shows_all() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        before = list(shown.rows.keys)
        await desk.pilot.press("slash", *"water")
        await desk.shows('with "water": 2 of 4')
        await desk.pilot.press("enter")
        assert shown.rows.has_focus
        await desk.pilot.press("slash", *" nowhere")
        await desk.shows("Nothing holds these words.")
        await desk.pilot.press("escape")
        assert shown.rows.keys == before
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_messages(claim)


def test_letters_are_text_while_one_writes_and_escape_keeps_the_draft() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("w", *"aruvxgq129", "escape")
        assert shown.entry.text.value == "aruvxgq129"
        assert shown.rows.has_focus
        await desk.pilot.press("f1", "f6")
        await desk.until(lambda: desk.app.operations.mode.NAME == "messages")
        assert shown.entry.text.value == "aruvxgq129"
        assert not desk.daemon.calls

    on_messages(claim)


def test_too_long_and_empty_texts_are_refused_and_kept() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("w", "enter")
        await desk.shows("nothing is written yet")
        shown.entry.text.value = "ñ" * 36
        await desk.shows("2 bytes too long")
        await desk.pilot.press("enter")
        assert shown.entry.text.value == "ñ" * 36
        assert not shown.entry.held.rows

    on_messages(claim)


def test_without_a_preset_the_airtime_is_not_invented() -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press("w", *"hi")
        await desk.shows("68 bytes left  97 B; airtime not known without a radio")

    on_messages(claim, rows=evening() | {"radio": [radio(state="none", preset=None)]})


def test_a_refusal_is_said_in_the_daemons_words_and_the_text_comes_back() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        desk.daemon.refusals["message"] = DENIED
        await desk.pilot.press("w", *"go", "ctrl+t", "enter")
        await desk.shows("message REFUSED: this node was revoked; u takes it back")
        await desk.pilot.press("u")
        assert shown.entry.text.value == "go"
        assert shown.entry.urgent

    on_messages(claim)


def test_a_daemon_that_dies_in_mid_order_loses_no_text() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        desk.daemon.mute = True
        await desk.pilot.press("w", *"go", "ctrl+t", "enter")
        await desk.shows("asking the daemon ...")
        await desk.pilot.press("u")
        assert shown.entry.text.value == ""  # it may be sent already
        await desk.daemon.stop()
        await desk.shows("message NOT CERTAIN")
        await desk.pilot.press("u")
        assert shown.entry.text.value == "go"

    on_messages(claim)


def test_a_lock_forgets_everything_and_the_unlock_says_what_was_lost() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("w", *"secret", "enter", "w", *"more", "ctrl+l")
        await desk.until(lambda: desk.app.model.locked)
        assert not shown.entry.held.rows
        assert shown.entry.text.value == ""
        assert not shown.rows.keys
        assert not shown.unread.seen
        desk.time.advance(30)
        shown.entry.second()
        await desk.pilot.press(*desk.daemon.passphrase.replace(" ", "~").split("~")[0], "space",
                               *"sesame", "enter")  # fmt: skip
        await desk.shows("1 not sent: the screen was locked before its time")
        assert all(method != "message" for method, _ in desk.daemon.calls)

    on_messages(claim)


def test_a_message_that_vanishes_under_the_cursor_leaves_it_on_a_neighbour() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        await desk.pilot.press("down")
        assert shown.rows.key == "3.0.1"
        desk.daemon.remove("messages", "3.0.1")
        await desk.until(lambda: "3.0.1" not in shown.rows.keys)
        assert shown.rows.key in shown.rows.keys
        shown.channels.stand_on("member:4")
        await desk.pilot.pause()
        desk.daemon.remove("messages", "3.0.9")
        desk.daemon.remove("messages", "1.0.40")
        desk.daemon.remove("members", "4")
        await desk.until(lambda: shown.channel != "member:4")
        assert shown.channels.key == shown.channel == shown.entry.channel

    on_messages(claim)


def test_a_long_report_selects_its_alert_for_the_other_keys() -> None:
    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        desk.app.desk.selected = None
        shown.rows.stand_on("3.0.11")
        await desk.until(lambda: desk.app.desk.selected in desk.app.model.alerts)

    rows = evening()
    rows["messages"].append(long_message(11, 7, about=rows["alerts"][0]["id"]))
    on_messages(claim, rows=rows)


def test_hostile_texts_do_no_harm() -> None:
    rows = evening()
    rows["messages"] = [
        message(1, text="\x1b[2J\u202eab\u202c [bold]x[/bold] " + "界" * 60, author_name="le\x07o"),
        message(2, scope=77, recipient=999, recipient_name=None, text="", author_name=""),
    ]

    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.shows("[bold]x[/bold]")
        assert not set("\x1b\u202e\u202c\x07") & set(desk.text())

    on_messages(claim, rows=rows)


def test_ten_thousand_messages_are_listed_and_walked() -> None:
    rows = evening()
    rows["messages"] = [message(n, sent_at=NOW - n) for n in range(10_000)]

    async def claim(desk: Desktop) -> None:
        shown = await messages(desk)
        assert len(shown.rows.keys) == 10_000
        await desk.pilot.press("end")
        assert shown.rows.key == "3.0.9999"
        await desk.shows("10000/10000")

    on_messages(claim, rows=rows)


@pytest.mark.parametrize("keys", ["", "w x", "1", "slash x", "t x"])
def test_no_size_breaks_the_screen(keys: str) -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.pilot.press(*keys.split())
        for size in ((1, 1), (20, 5), (250, 70), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        assert desk.app.is_running
        assert "BASE-1" in desk.text() or keys.startswith("t")

    on_messages(claim)


def test_a_network_of_one_has_its_channels() -> None:
    async def claim(desk: Desktop) -> None:
        await messages(desk)
        await desk.shows("No messages here. w writes one.")
        await desk.shows("organizers")

    on_messages(claim, rows={"status": [status()], "radio": [radio()], "members": []})

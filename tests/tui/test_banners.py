"""What the organizers decided about this node stands on every screen."""

from __future__ import annotations

from typing import Any

import pytest

from meshdefense_protocol.words import DECISION_REASONS
from support.screen_rows import NOW, alert, radio, sos, status
from support.screens import Desktop, Tables, on_desktop

WARNING = {
    "id": "3.32.4",
    "by": 3,
    "by_name": "leo",
    "reason": DECISION_REASONS.code("captured"),
    "at": NOW - 300,
}
BEHIND = [
    {"member": n, "name": f"m{n}", "epoch": 1, "heard_at": NOW - 60} for n in range(2, 7)
]  # fmt: skip
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "revoked": ({"revoked": True}, "YOU ARE REVOKED: what you say no longer counts"),
    "suspended": (
        {"suspended_until": NOW + 1800},
        "YOU ARE SUSPENDED until 11:36: what you say does not count",
    ),
    "warning": (
        {"warnings": [WARNING]},
        "NETWORK MAY BE COMPROMISED, says leo: radio or computer taken, 5 min ago",
    ),
    "left out": ({"left_out": True}, "THE NEW KEYS WERE MADE WITHOUT YOU: meet an organizer"),
    "old keys": ({"epoch": 1, "epoch_in_force": 2}, "YOUR KEYS ARE OLD"),
    "others": ({"epoch_behind": BEHIND}, "old keys: m2, m3, m4 and 2 more"),
}


def with_status(**changes: Any) -> Tables:
    return {"status": [status(**changes)], "radio": [radio()], "alerts": [alert(1)]}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("keys", ["", "r", "w h i", "enter", "v", "c", "question_mark", "i"])
def test_it_stands_on_every_screen_while_it_is_true(name: str, keys: str) -> None:
    fields, words = CASES[name]

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*keys.split())
        await desk.shows(words)
        desk.daemon.set("status", status())
        await desk.shows_no(words)

    on_desktop(claim, rows=with_status(**fields))


def test_a_suspension_that_is_over_is_not_shown() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("SUSPENDED")
        desk.time.advance(61)
        await desk.shows_no("SUSPENDED")

    on_desktop(claim, rows=with_status(suspended_until=NOW + 60))


def test_whoever_is_revoked_is_not_told_of_a_suspension_as_well() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("YOU ARE REVOKED")
        assert "SUSPENDED" not in desk.text()

    on_desktop(claim, rows=with_status(revoked=True, suspended_until=NOW + 60))


def test_a_form_keeps_its_last_line_under_every_banner_at_once() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "f")
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        await desk.pilot.press("ctrl+x")
        await desk.shows("PANIC 1 of 3")
        await desk.shows("SOS kit")
        text = desk.text()
        assert len(text.splitlines()) == 24
        for _, words in CASES.values():
            assert words in text or "SUSPENDED" in words or "OLD" in words
        assert "1-4 severity" in text
        assert "╰──" in text.splitlines()[-1]

    fields: dict[str, Any] = {"warnings": [WARNING], "revoked": True}
    on_desktop(claim, rows=with_status(left_out=True, epoch_behind=BEHIND, **fields))


def test_the_banners_speak_spanish() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("USTED FUE DADO DE BAJA")
        await desk.shows("dice leo: radio o computadora incautada")

    on_desktop(claim, rows=with_status(revoked=True, warnings=[WARNING]), language="es")


def test_the_banners_stand_there_again_after_a_lock() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("YOU ARE REVOKED")
        desk.daemon.lock()
        await desk.shows("LOCKED")
        await desk.shows_no("YOU ARE REVOKED")
        desk.daemon.unlock()
        await desk.shows("HIGH fire")
        await desk.pilot.pause(0.1)  # less than the second after which everything is drawn anew
        assert "YOU ARE REVOKED" in desk.text()

    on_desktop(claim, rows=with_status(revoked=True))

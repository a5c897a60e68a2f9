from __future__ import annotations

from typing import Any

import pytest

from meshdefense.streets.pack import Found
from meshdefense_tui.look import UNICODE
from meshdefense_tui.map.layers import Layer
from meshdefense_tui.modes.dashboard import DashboardMode
from meshdefense_tui.widgets.map_view import MapView
from support.screen_rows import NOW, alert, patrol, place, radio, status
from support.screens import Desktop, Tables, on_desktop
from support.small_town import TownSource

QUIET: Tables = {"status": [status()], "radio": [radio()]}
WIDE = (160, 45)
PIN = UNICODE.times


def map_of(desk: Desktop) -> MapView:
    return desk.app.dashboard.map


def on_map(claim: Any, rows: Tables | None = None, **options: Any) -> None:
    """With the focus on the map, in a town whose streets are known."""

    async def with_focus(desk: Desktop) -> None:
        desk.app.desk.streets = TownSource()
        await desk.pilot.press("m")
        await desk.pilot.pause()
        await claim(desk)

    on_desktop(with_focus, rows=QUIET | (rows or {}), **({"size": WIDE} | options))


async def press(desk: Desktop, *keys: str) -> None:
    await desk.pilot.press(*keys)
    await desk.pilot.pause()


def test_streets_names_scale_and_credit_are_in_view() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", *["plus"] * 4)
        text = desk.text()
        assert "Main Street" in text
        assert "├" in text
        assert "© OpenStreetMap contributors" in text
        assert "N↑" in text

    on_map(claim)


@pytest.mark.parametrize(
    ("keys", "columns", "rows"),
    [
        (("right",), 1, 0), (("l",), 1, 0), (("up",), 0, 1), (("k",), 0, 1),
        (("shift+left",), -4, 0), (("home",), -4, 0), (("pagedown",), 0, -4),
        (("left", "down"), -1, -1),
    ],
)  # fmt: skip
def test_arrows_move_by_an_eighth_and_with_shift_by_half(
    keys: tuple[str, ...], columns: int, rows: int
) -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o")
        before = map_of(desk).view
        assert before is not None
        await press(desk, *keys)
        after = map_of(desk).view
        assert after is not None
        width, height = map_of(desk).size.width, map_of(desk).size.height - 1
        assert after.east - before.east == pytest.approx(columns * width / 8 * before.scale)
        assert after.north - before.north == pytest.approx(rows * height / 4 * before.scale)

    on_map(claim)


def test_centre_goes_to_the_selected_alert_and_check_in_is_still_on_its_key() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", "C")
        view = map_of(desk).view
        assert view is not None
        assert [view.east, view.north] == pytest.approx([900, 900], abs=1)
        await press(desk, "c")
        assert type(desk.app.screen).__name__ == "CheckinScreen"

    on_map(claim, {"alerts": [alert(1)]})


def test_centre_says_why_it_cannot() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "C")
        await desk.shows("no place")

    on_map(claim, {"alerts": [alert(1, place=None)]})


def test_t_goes_through_the_alerts_in_view_by_distance_and_tells_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [
        alert(1, place=place(300, 0)),
        alert(2, place=place(-100, 0)),
        alert(3, place=place(0, 500)),
        alert(4, place=place(90_000, 0)),
    ]

    async def claim(desk: Desktop) -> None:
        map_view = map_of(desk)
        await press(desk, "o", *["plus"] * 12, *["minus"] * 4)
        desk.app.desk.selected = None
        for expected in ("2.0.2", "2.0.1", "2.0.3", "2.0.2"):
            map_view.action_target()
            assert desk.app.desk.selected == expected
            await desk.pilot.pause()
        assert told == ["2.0.2", "2.0.1", "2.0.3", "2.0.2"]

    told: list[str] = []

    def heard(mode: DashboardMode, event: MapView.Picked) -> None:
        told.append(event.key)

    monkeypatch.setattr(DashboardMode, "on_map_view_picked", heard, raising=False)
    on_map(claim, {"alerts": rows})


def test_t_goes_to_the_selected_alert_when_it_is_not_in_view() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", *["plus"] * 12, *["shift+right"] * 6, "t")
        view = map_of(desk).view
        assert view is not None
        assert view.east == pytest.approx(900, abs=1)

    on_map(claim, {"alerts": [alert(1)]})


def test_following_keeps_a_patrol_in_the_middle_until_the_map_is_moved() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", "W")
        map_view = map_of(desk)
        assert map_view.following == "3"
        assert "following leo" in desk.text()
        desk.daemon.set("patrols", patrol(3, "leo", place=place(400, 200), place_at=NOW))
        await desk.until(lambda: map_view._now_shown().east == pytest.approx(400, abs=1))
        await press(desk, "W")
        assert map_view.following == "4"
        await press(desk, "left")
        assert map_view.following is None
        assert "following" not in desk.text()

    rows = [patrol(3, "leo"), patrol(4, "mia", place=place(2000, 2000))]
    on_map(claim, {"patrols": rows})


def test_following_says_when_there_is_nobody() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "W")
        await desk.shows("No patrol with a position")

    on_map(claim, {"patrols": [patrol(3, "leo", place=None)]})


def test_a_pin_stands_at_the_crosshair_and_goes_with_the_second_press() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", "right", "p")
        pin, view = desk.app.desk.pin, map_of(desk).view
        assert pin is not None
        assert view is not None
        assert (pin.east, pin.north) == (view.east, view.north)
        assert f"{PIN}pin" in desk.text()
        await desk.shows("Only here, not sent")
        await press(desk, "p")
        assert desk.app.desk.pin is None
        assert f"{PIN}pin" not in desk.text()

    on_map(claim)


def test_a_layer_is_hidden_by_its_letter_and_the_map_changes_behind_the_window() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", *["plus"] * 4)
        assert "Main Street" in desk.text()
        await press(desk, "L")
        text = desk.text()
        assert "MAP LAYERS" in text
        assert "Small Town" in text
        assert "© OpenStreetMap contributors" in text
        await press(desk, "n", "escape")
        assert "Main Street" not in desk.text()
        assert Layer.NAMES not in map_of(desk).map_layers
        await press(desk, "L", "n", "escape")
        assert "Main Street" in desk.text()

    on_map(claim)


def test_the_layers_window_fits_80_columns_in_both_languages() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "L")
        text = desk.text()
        assert "CAPAS DEL MAPA" in text
        assert "por dónde pasaron" in text
        assert "© OpenStreetMap contributors" in text
        assert "Esc" in text

    on_map(claim, size=(80, 24), language="es")


class FoundTown(TownSource):
    def search(self, text: str, origin: Any, limit: int = 20) -> list[Found]:
        found = [
            Found("Mill Road / Main Street", "crossing", *_degrees(0, 0)),
            Found("Mirror Lake", "water", *_degrees(-500, -400)),
        ]
        return [one for one in found if text.casefold() in one.name.casefold()]


def _degrees(east: float, north: float) -> tuple[float, float]:
    row = place(east, north)
    return row["lat"], row["lon"]


def test_a_place_that_was_found_is_centred_and_pinned_by_its_name() -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.streets = FoundTown()
        await press(desk, "slash")
        await press(desk, *"mi")
        text = desk.text()
        assert "Mill Road / Main Street" in text
        assert "Mirror Lake" in text
        await press(desk, "down", "enter")
        view, pin = map_of(desk).view, desk.app.desk.pin
        assert view is not None
        assert [view.east, view.north] == pytest.approx([-500, -400], abs=1)
        assert view.scale <= 5
        assert pin is not None
        assert pin.label == "Mirror Lake"
        assert f"{PIN}Mirror Lake" in desk.text()

    on_map(claim)


def test_a_search_that_finds_nothing_says_so_and_enter_does_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.streets = FoundTown()
        await press(desk, "slash", *"qqq", "enter")
        assert "Nothing of that name" in desk.text()
        assert desk.app.desk.pin is None

    on_map(claim)


def test_without_a_pack_the_search_says_that_there_is_none() -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.desk.streets = None
        await press(desk, "slash")
        assert "no street map" in desk.text()
        await press(desk, "escape")
        assert "MAP" in desk.text()

    on_map(claim, size=(80, 24))


def test_a_lock_forgets_pin_trails_and_whom_the_map_followed() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o", "W", "p")
        assert desk.app.desk.pin is not None
        assert desk.app.desk.trails.of("3")
        desk.daemon.lock(unread=1)
        await desk.until(lambda: desk.app.model.locked_counts is not None)
        assert desk.app.desk.pin is None
        assert desk.app.desk.trails.of("3") == ()
        assert map_of(desk).following is None

    on_map(claim, {"patrols": [patrol(3, "leo")]})


def test_the_map_is_not_drawn_again_while_nothing_changed() -> None:
    async def claim(desk: Desktop) -> None:
        await press(desk, "o")
        before = map_of(desk).frames_drawn
        for _ in range(3):
            desk.app.operations.tick()
            await desk.pilot.pause()
        assert map_of(desk).frames_drawn == before

    on_map(claim, {"patrols": [patrol(3, "leo")], "alerts": [alert(1)]})


def test_a_patrol_that_moves_leaves_a_trail() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("patrols", patrol(3, "leo", place=place(300, 0, 20), place_at=NOW - 10))
        await desk.until(lambda: len(desk.app.desk.trails.of("3")) == 2)
        await press(desk, "o", "b", "b")
        assert ":" * 3 in desk.text()

    rows = [patrol(3, "leo", place=place(-300, 0, 20), place_at=NOW - 200)]
    on_map(claim, {"patrols": rows})


def test_old_places_say_their_age_unless_that_layer_is_off() -> None:
    async def claim(desk: Desktop) -> None:
        assert "leo 33 min" in desk.text()
        assert "F 50 min" in desk.text()
        await press(desk, "L", "d", "escape")
        assert "leo 33 min" not in desk.text()

    rows = {
        "patrols": [patrol(3, "leo", place_at=NOW - 2000)],
        "alerts": [alert(1, reported_at=NOW - 3000)],
    }
    on_map(claim, rows)

"""Colours: contrast, the night, and that no state is told by colour alone."""

from __future__ import annotations

import itertools
import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor

from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES, LADDER, SEVERITIES
from meshdefense_tui.clock import Clock
from meshdefense_tui.delivery_words import delivery_words
from meshdefense_tui.lines import plain
from meshdefense_tui.look import ASCII, Look
from meshdefense_tui.palette import TRUE_COLOURS, ColourDepth, Palette, Scheme
from meshdefense_tui.palette_map import MAP_LINES
from meshdefense_tui.phrases import LANGUAGES
from meshdefense_tui.settings import THEME_NAMES
from meshdefense_tui.themes import (
    NIGHT_RED,
    SCHEMES,
    RedOnly,
    next_theme,
    offered,
    palette_of,
    textual_themes,
)
from meshdefense_tui.views.alert_row import alert_lines
from meshdefense_tui.views.patrol_row import patrol_lines
from support.screen_rows import NOW, alert, patrol
from support.screens import Desktop, on_desktop

HEX = re.compile("#[0-9a-f]{6}")
LINES = {*MAP_LINES, "grid", "ring"}
EVERY = [(scheme, role) for scheme in SCHEMES.values() for role in scheme.roles]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("scheme", "role"), EVERY, ids=[f"{scheme.name}-{role}" for scheme, role in EVERY]
)
def test_every_role_can_be_read_on_its_ground(scheme: Scheme, role: str) -> None:
    ink, *own = [HEX.findall(part)[0] for part in scheme.roles[role].split(" on ")]
    if role in LINES:
        assert contrast(ink, scheme.ground) >= (1.2 if scheme is NIGHT_RED else 1.9)
        return
    least = 3.0 if scheme is NIGHT_RED else 4.5
    for ground in own or [scheme.ground, scheme.cursor_ground]:
        assert contrast(ink, ground) >= least
    assert contrast(scheme.stale, scheme.ground) >= least


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda scheme: scheme.name)
def test_every_role_can_be_read_under_the_cursor(scheme: Scheme) -> None:
    palette = Palette(ColourDepth.TRUE, scheme)
    for role in set(scheme.roles) - LINES:
        style = palette.style(role, cursor=True)
        assert style.color is not None
        assert style.bgcolor is not None
        least = 3.0 if scheme is NIGHT_RED else 4.5
        assert contrast(style.color.name, style.bgcolor.name) >= least, role


@pytest.mark.parametrize("depth", [ColourDepth.ANSI, ColourDepth.MONO])
def test_an_alarm_stands_out_of_the_row_under_the_cursor_without_colours(
    depth: ColourDepth,
) -> None:
    palette = Palette(depth)
    alarm, beside = (palette.style(role, cursor=True) for role in ("alarm", "plain"))
    assert bool(alarm.reverse) != bool(beside.reverse)


def test_every_scheme_has_every_role() -> None:
    assert all(set(scheme.roles) == set(TRUE_COLOURS) for scheme in SCHEMES.values())


def test_at_night_only_red_is_lit_and_never_brightly() -> None:
    scheme = NIGHT_RED
    colours = [found for words in scheme.roles.values() for found in HEX.findall(words)]
    colours += [scheme.ground, scheme.cursor_ground, scheme.ink, scheme.stale, scheme.frame]
    for colour in [*colours, scheme.accent]:
        assert colour.endswith("0000")
        assert luminance(colour) <= 0.35


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_whatever_is_drawn_at_night_comes_out_red(
    ink: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    style = Style(color=Color.from_rgb(*ink), bgcolor=Color.from_rgb(*ground), bold=True)
    (out,) = RedOnly().apply([Segment("x", style)], TextualColor(0, 0, 0))
    assert out.text == "x"
    assert out.style is not None
    assert out.style.bold
    for colour in (out.style.color, out.style.bgcolor):
        assert colour is not None
        assert colour.triplet is not None
        assert (colour.triplet.green, colour.triplet.blue) == (0, 0)


def test_the_key_goes_through_every_theme_and_back() -> None:
    seen = [THEME_NAMES[0]]
    for _ in THEME_NAMES:
        seen.append(next_theme(seen[-1], ColourDepth.TRUE))
    assert seen == [*THEME_NAMES, THEME_NAMES[0]]
    assert offered(ColourDepth.MONO) == ("mono",)
    assert next_theme("dark", ColourDepth.ANSI) == "ansi"
    assert {theme.name for theme in textual_themes()} == {f"meshdefense-{n}" for n in SCHEMES}


@pytest.mark.parametrize("depth", list(ColourDepth))
@pytest.mark.parametrize("name", [*THEME_NAMES, "no such"])
def test_a_theme_that_cannot_be_shown_is_the_terminals_default(
    name: str, depth: ColourDepth
) -> None:
    palette = palette_of(name, depth)
    order = [ColourDepth.TRUE, ColourDepth.ANSI, ColourDepth.MONO]
    assert order.index(palette.depth) >= order.index(depth)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_states_look_alike_in_grey_ascii(language: str) -> None:
    """Every severity x state of an alert x delivery, and every check-in state, late or not."""
    look = Look(language, ASCII, Clock(lambda: NOW))
    deliveries: list[dict[str, Any]] = [
        {"state": state, "attempts": 1}
        for state in ("queued", "at_radio", "on_air", "heard", "held", "unheard", "refused",
                      "expired", "cancelled", "local")
    ]  # fmt: skip
    seen: dict[str, str] = {}
    states = [word.key for word in LADDER]
    for severity, state, delivery in itertools.product(range(4), states, deliveries):
        row = alert(1, severity=severity, state=state, mine=True, delivery=delivery)
        lines = alert_lines(
            cast("AlertRow", row), look, origin=None, now=NOW, width=80, asking=False
        )
        text = "\n".join(map(plain, lines))
        assert text.isascii() or language == "es"
        words = delivery_words(cast("DeliveryWords", delivery), NOW, language)
        assert words in text
        name = f"{severity} {state} {delivery['state']}"
        assert seen.setdefault(text, name) == name
    patrols: dict[str, str] = {}
    for word, due in itertools.product(CHECKIN_STATES, (NOW + 500, NOW - 500, None)):
        row = patrol(3, state=word.code, due_at=due)
        lines = patrol_lines(cast("PatrolRow", row), look, origin=None, now=NOW, width=80)
        text = "\n".join(map(plain, lines))
        off = word.key == "off"  # nobody who is off shift is late
        name = f"{word.key} {'off' if off else due}"
        assert patrols.setdefault(text, name) == name
    assert len(seen) == 4 * len(states) * len(deliveries)
    assert len(list(SEVERITIES)) == 4


def lit(desk: Desktop) -> set[int]:
    """Values of green and blue in every cell of the screen, the map and its streets with it."""
    found: set[int] = set()
    for strip in desk.app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style or Style()
            for colour in (style.color, style.bgcolor):
                if colour is not None and not colour.is_default:
                    found |= set(colour.get_truecolor()[1:])
    return found


def test_a_theme_is_changed_at_once_on_the_running_screen() -> None:
    async def claim(desk: Desktop) -> None:
        for name in (*THEME_NAMES[1:], THEME_NAMES[0]):
            await desk.pilot.press("N")
            await desk.shows(f"theme {name}")
            assert desk.app.appearance.theme == name
            if name == "night-red":
                await desk.pilot.pause(0.2)
                assert lit(desk) <= {0}
                assert "no open alerts" not in desk.text()
            if name == "light":
                assert desk.app.operations.styles.background.hex.lower() == "#f6f8fa"
        assert "CRITICAL" in desk.text()
        assert len(lit(desk)) > 3

    on_desktop(claim, size=(160, 45))


def test_a_terminal_without_colours_has_one_theme_and_says_so() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("N")
        await desk.shows("this terminal shows one theme only")

    on_desktop(claim, depth=ColourDepth.MONO)

"""What a language needs that is longer than English: the screens keep what matters at 80x24."""

from __future__ import annotations

import asyncio
import re
import string
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.catalogue import Plural, keyed
from meshdefense_protocol.words import LADDER
from meshdefense_tui.look import UNICODE
from meshdefense_tui.phrases import PHRASES, phrase
from support.catalogue_files import gaps
from support.pseudo import LANGUAGE, LONGER, STRUCTURED, pseudo, pseudo_language
from support.screen_rows import held_evening, long_evening
from support.screens import desktop

SCREENS: dict[str, tuple[str, dict[str, Any]]] = {
    "dashboard": ("", {}),
    "held": ("", {"rows": held_evening()}),
    "long": ("", {"rows": long_evening()}),
    "map": ("m", {}),
    "report": ("r", {}),
    "report_review": ("r e 3 1 2 enter", {}),
    "verdict": ("v", {}),
    "detail": ("j enter", {}),
    "checkin": ("c", {}),
    "message": ("w h i", {}),
    "mesh": ("i", {}),
    "sos": ("ctrl+g", {}),
    "panic": ("ctrl+x", {}),
}
MAY_BE_CUT = {
    # wrapped onto a second line
    "checkin_hint", "choose_verdict", "hint_review", "mesh_held_back", "message_hint",
    # their key stays; the word behind it ends in an ellipsis
    "key_ack", "key_checkin", "key_modes", "key_report", "key_verdict", "key_write",
    # how often is said first, and how to stop it always
    "panic_count", "panic_drill_offer",
    # their sign and number stay
    "high_n", "medium_n",
    # the last facts of a row: they go first when it is narrow, also in English
    "ago", "and", "by", "channel_busy", "class_confirmed", "delivery_held_by", "delivery_queued",
    "delivery_retry", "delivery_unheard", "held_all", "held_all_one", "held_count", "last_frame",
    "last_state",
    "long_about", "long_parts", "missing_n", "no_n", "no_position", "nodes_n", "position_ago",
    "radio_queue",
    "seen_ago", "to_you", "wait_seconds", "yes_n",
    # below the fold of a screen that scrolls
    "detail_verdicts", "form_severity", "mesh_compared", "mesh_differs", "mesh_differs_short",
    "mesh_heard_n", "mesh_in_step", "mesh_in_step_short", "mesh_neighbours",
}  # fmt: skip
"""Phrases that lose letters or their place on some screen of 80x24 when they are 40 % longer."""


@given(
    st.text(st.sampled_from(string.ascii_letters + " {}"), max_size=60).filter(
        lambda text: "{" not in text and "}" not in text
    )
)
def test_pseudo_is_at_least_forty_percent_longer(text: str) -> None:
    longer = pseudo(text)
    assert len(longer) >= len(text) * (1 + LONGER) - 1 or not text.strip()
    assert gaps(longer) == gaps(text)


@pytest.mark.parametrize("key", sorted(set(PHRASES) - STRUCTURED))
def test_every_phrase_keeps_its_gaps_when_it_is_longer(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PHRASES[key]
    if isinstance(text, tuple) and not isinstance(text, Plural):
        pytest.skip("an (English, Spanish) pair that was not migrated yet")
    english = text.many if isinstance(text, Plural) else text
    with pseudo_language(monkeypatch):
        values: dict[str, object] = {name: f"<{name}>" for name in gaps(english)}
        if isinstance(text, Plural):
            values["count"] = 7
        said = phrase(key, LANGUAGE, **values)
    shown = [str(value) for value in values.values()]
    assert all(value in said for value in shown)
    assert said.strip().startswith("[")
    assert said.strip().endswith("]")
    assert keyed(key, text, "en", **values) != said


@dataclass(frozen=True)
class Seen:
    """A screen in English and in the longer language."""

    english: str
    longer: str
    cut: set[str]
    """Keys of phrases that are whole in English and not in the longer language."""


def seen(name: str, monkeypatch: pytest.MonkeyPatch) -> Seen:
    keys, options = SCREENS[name]

    async def text(language: str) -> str:
        async with desktop(size=(80, 24), language=language, **options) as desk:
            await desk.pilot.press(*keys.split())
            await desk.pilot.pause()
            return desk.text()

    with pseudo_language(monkeypatch) as said:
        english, longer = asyncio.run(text("en")), asyncio.run(text(LANGUAGE))
    cut = {
        key
        for key, text in said.said.items()
        if _shown(said.english[key], english) and not _shown(text, longer)
    }
    return Seen(english, longer, cut)


def _shown(text: str, screen: str) -> bool:
    """Whether a phrase stands whole on one row of the screen, whatever fills its gaps."""
    parts = [re.escape(part).replace(r"\ ", " +") for part in re.split(r"\{[^{}]*\}", text)]
    return re.search(r"[^\n]{1,30}?".join(parts), screen) is not None


def _numbers(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d+", text))


@pytest.mark.parametrize("name", SCREENS)
def test_a_longer_language_loses_no_key_no_count_and_no_state_at_80x24(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = seen(name, monkeypatch)
    now = f"now:\n{both.longer}"
    keys = [key for key in both.english.rsplit("\n", 1)[-1].split() if len(key) == 1]
    last = both.longer.rsplit("\n", 1)[-1].split()
    assert [key for key in keys if key not in last] == [], f"keys are lost; {now}"
    first, first_longer = both.english.split("\n")[0], both.longer.split("\n")[0]
    assert _numbers(first) <= _numbers(first_longer), f"counts are lost; {now}"
    states = [word.en for word in LADDER if f"{UNICODE.marks[word.key]} {word.en}" in both.english]
    # from its bracket on; its tail may be cut, its own letters not
    lost = [state for state in states if pseudo(state)[: len(state) + 1] not in both.longer]
    assert lost == [], f"states are lost; {now}"
    assert both.cut <= MAY_BE_CUT, f"also cut: {sorted(both.cut - MAY_BE_CUT)}; {now}"

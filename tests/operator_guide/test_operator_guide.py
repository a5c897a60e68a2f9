"""The operator's guide is followed key by key, and its pictures are what the screens show.

MESHDEFENSE_RENEW_PICTURES=1 writes the pictures anew; then look at each.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.guide_pictures import portable, text_of
from support.guide_player import Played, StepError, play
from support.guide_steps import read_guide

GUIDE = Path(__file__).parents[2] / "docs" / "operator-guide.md"
PICTURES = GUIDE.parent / "pictures" / "operator-guide"
STEPS = read_guide(GUIDE.read_text(encoding="utf-8"))
NAMES = [action.words[0] for step in STEPS for action in step.actions if action.what == "picture"]
LARGEST = 150_000
FIRST_START = """
## 1. First start

1. Start:

   ```sh
   meshdefense tui --data ~/first-start
   ```

   "FIRST RUN 1/5"
2. **Press** `1`. {}
"""


@contextlib.contextmanager
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A relative one: its name is on no screen longer on one machine than on another."""
    with contextlib.chdir(tmp_path_factory.mktemp("g")):
        folder = Path("night")
        folder.mkdir()
        yield folder


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, StepError | None]:
    with short_folder(tmp_path_factory) as folder:
        played, error = play(STEPS, folder)
    if os.environ.get("MESHDEFENSE_RENEW_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, svg in played.pictures.items():
            (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")
    return played, error


@pytest.mark.slow
def test_each_step_of_the_guide_is_as_it_says(night: tuple[Played, StepError | None]) -> None:
    played, error = night
    if error is not None:
        raise error
    assert played.done == [step.name for step in STEPS]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_picture_shows_what_the_screen_shows(
    night: tuple[Played, StepError | None], name: str
) -> None:
    played, _ = night
    assert name in played.pictures, "the guide could not be followed up to here"
    stored = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert text_of(stored) == text_of(played.pictures[name])


def test_a_word_that_is_not_on_the_screen_fails_with_the_name_of_the_step(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    wrong = read_guide(FIRST_START.format('"Which of these looks like a map of rivers?"'))
    with short_folder(tmp_path_factory) as folder:
        played, error = play(wrong, folder)
    assert played.done == ["1. First start, step 1"]
    assert "1. First start, step 2" in str(error)
    assert "'Which of these looks like a map of rivers?' is not on the screen" in str(error)
    assert "Which of these looks like a map of streets?" in str(error), "the screen is shown"


def test_a_word_that_should_be_gone_and_is_not_fails(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    wrong = read_guide(FIRST_START.format('**Gone** "FIRST RUN"'))
    with short_folder(tmp_path_factory) as folder:
        _, error = play(wrong, folder)
    assert "'FIRST RUN' is still on the screen" in str(error)


def test_a_changed_screen_is_another_picture_and_a_changed_colour_is_not() -> None:
    svg = (
        '<text class="t-r1" x="0" y="20" textLength="24" clip-path="url(#a)">two&#160;</text>'
        '<text class="t-r2" x="48.8" y="20">&lt;words&gt;</text><text class="t-r1" x="0" y="44">'
        "below</text>"
    )
    assert text_of(svg) == "two <words>\nbelow"
    assert text_of(svg) == text_of(svg.replace("t-r2", "t-r7"))
    assert text_of(svg) != text_of(svg.replace("two", "one"))


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_needs_nothing_from_elsewhere(name: str) -> None:
    stored = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert len(stored.encode()) < LARGEST
    assert stored == portable(stored)
    assert set(re.findall(r"url\((.)", stored)) <= {"#"}
    assert not re.search(r"(href|src)=|@font-face|@import|<script", stored)


def test_no_picture_is_left_over_and_none_is_taken_twice() -> None:
    assert {path.stem for path in PICTURES.glob("*.svg")} == set(NAMES)
    assert len(set(NAMES)) == len(NAMES) >= 10


def test_the_steps_of_each_chapter_count_up_and_promise_something() -> None:
    chapters: dict[str, list[int]] = {}
    for step in STEPS:
        chapters.setdefault(step.chapter, []).append(step.number)
    assert [int(name.split(".")[0]) for name in chapters] == list(range(1, len(chapters) + 1))
    for name, numbers in chapters.items():
        assert numbers == list(range(1, len(numbers) + 1)), name
        promised = [
            action.what for step in STEPS if step.chapter == name for action in step.actions
        ]
        assert {"seen", "gone"} & set(promised), f"{name} could not fail"

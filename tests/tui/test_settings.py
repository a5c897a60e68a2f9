"""screens.toml: what it may say, what is said of mistakes, and that nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_tui.phrases import LANGUAGES, phrase
from meshdefense_tui.settings import (
    DOTS,
    FILE_NAME,
    GLYPHS,
    KEY_NAMES,
    THEME_NAMES,
    Settings,
    SettingsFile,
    parsed,
)

WHOLE = """\
# for the night shift
language = "es"
theme = "night-red"
glyphs = "ascii"
dots = "blocks"
big = true
reduced_motion = true

[alarms]
bell = false
notifications = false
details = true
quiet_from = "22:00"
quiet_to = "06:30"

[keys]
report = "f10"
"""


def file_with(folder: Path, text: str) -> SettingsFile:
    (folder / FILE_NAME).write_text(text)
    file = SettingsFile(folder / FILE_NAME)
    file.read()
    return file


def test_everything_that_can_be_set_is_read() -> None:
    read, problems = parsed(WHOLE)
    assert problems == []
    assert read == Settings(
        "es", "night-red", "ascii", "blocks", True, True, False, False, True, "22:00", "06:30",
        {"report": "f10"},
    )  # fmt: skip
    assert read.translation() == {"f10": "r"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('theem = "dark"', 'no setting "theem"; the nearest is "theme"'),
        ("[alarms]\nbel = true", 'no setting "alarms.bel"; the nearest is "alarms.bell"'),
        ('[keys]\nreprt = "f10"', 'no setting "keys.reprt"; the nearest is "keys.report"'),
        ('theme = "drak"', 'theme cannot be "drak"; it may be dark light'),
        ("big = 1", 'big cannot be "1"; it may be true false'),
        ('[alarms]\nquiet_from = "25:00"', 'alarms.quiet_from cannot be "25:00"'),
        ("keys = 3", '"keys" has to be a table'),
        ('[keys]\nreport = "v"', 'keys.report cannot be "v": that key has a meaning'),
        ('[keys]\nreport = "ctrl+g"', 'keys.report cannot be "ctrl+g": that key has a meaning'),
        ("theme = ", "screens.toml is no TOML"),
        ('theme = "dark"\ntheme = "light"', "screens.toml is no TOML"),
        ("a" * 60 + " = 1", 'no setting "' + "a" * 24 + "..."),
    ],
)
def test_a_mistake_is_said_in_words(text: str, words: str) -> None:
    read, problems = parsed(text)
    assert words in phrase(problems[0].words, "en", **problems[0].values)
    assert all(phrase(one.words, "es", **one.values) for one in problems)
    assert read.theme in (None, "dark")


def test_what_is_good_counts_beside_a_mistake() -> None:
    read, problems = parsed('theme = "light"\nbigg = true\n[alarms]\nbell = false')
    assert (read.theme, read.bell, len(problems)) == ("light", False, 1)


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    parsed(text)


@settings(deadline=None)  # the first one imports tomlkit
@given(
    language=st.sampled_from([*LANGUAGES, None]),
    theme=st.sampled_from([*THEME_NAMES, None]),
    glyphs=st.sampled_from(GLYPHS),
    dots=st.sampled_from([*DOTS, None]),
    bell=st.booleans(),
    details=st.booleans(),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, **changes: object
) -> None:
    path = tmp_path_factory.mktemp("screens") / FILE_NAME
    file = SettingsFile(path)
    assert file.read() == Settings()
    assert file.missing
    assert file.change(**changes) is None
    again = SettingsFile(path)
    assert again.read() == file.settings
    assert again.problems == []
    assert not again.missing
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_change_keeps_the_remarks_and_everything_else(tmp_path: Path) -> None:
    file = file_with(tmp_path, WHOLE)
    assert file.change(theme="dark", quiet_from=None) is None
    text = (tmp_path / FILE_NAME).read_text()
    assert text == WHOLE.replace('"night-red"', '"dark"').replace('quiet_from = "22:00"\n', "")
    assert os.listdir(tmp_path) == [FILE_NAME]


def test_a_file_with_a_mistake_is_never_written_over(tmp_path: Path) -> None:
    text = 'theem = "dark"\n'
    file = file_with(tmp_path, text)
    problem = file.change(theme="light")
    assert problem is not None
    assert "NOT written down" in phrase(problem.words, "en", **problem.values)
    assert file.settings.theme == "light"
    assert (tmp_path / FILE_NAME).read_text() == text


def test_a_mistake_that_came_in_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = file_with(tmp_path, WHOLE)
    (tmp_path / FILE_NAME).write_text("theem = 3\n")
    assert file.change(theme="light") is not None
    assert (tmp_path / FILE_NAME).read_text() == "theem = 3\n"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"theme = 'dark'\x00"])
def test_bytes_that_are_no_text_stay_and_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    file = SettingsFile(tmp_path / FILE_NAME)
    assert file.read() == Settings()
    assert len(file.problems) == 1
    assert file.change(theme="light") is not None
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_folder_that_cannot_be_written_loses_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    file = SettingsFile(tmp_path / "file" / FILE_NAME)
    file.read()
    problem = file.change(theme="light")
    assert problem is not None
    assert problem.words in {"settings_not_saved", "settings_unreadable"}
    assert file.settings.theme == "light"


def test_the_first_choice_makes_the_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    folder = tmp_path / "network" / "node"
    assert SettingsFile(folder / FILE_NAME).read() == Settings()
    assert SettingsFile(folder / FILE_NAME).change(language="es") is None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert SettingsFile(folder / FILE_NAME).read().language == "es"


def test_a_folder_in_its_place_is_a_problem_in_words(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    file = SettingsFile(tmp_path / FILE_NAME)
    file.read()
    assert "directory" in file.problems[0].values["detail"]


@pytest.mark.parametrize(
    ("start", "end", "clock", "quiet"),
    [
        ("22:00", "06:00", "23:30", True), ("22:00", "06:00", "05:59", True),
        ("22:00", "06:00", "06:00", False), ("22:00", "06:00", "12:00", False),
        ("12:00", "14:00", "13:00", True), ("12:00", "14:00", "14:00", False),
        ("12:00", "12:00", "12:00", False), (None, "06:00", "05:00", False),
    ],
)  # fmt: skip
def test_quiet_hours_may_go_over_midnight(
    start: str | None, end: str | None, clock: str, quiet: bool
) -> None:
    assert Settings(quiet_from=start, quiet_to=end).quiet_at(clock) is quiet


def test_an_own_key_is_one_more_and_never_the_key_of_something_else() -> None:
    for name, key in KEY_NAMES.items():
        _, problems = parsed(f'[keys]\n{name} = "{key}"')
        assert len(problems) == 1

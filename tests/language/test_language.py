"""Which language: what is asked for, then the environment, then English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import language
from meshdefense.cli.main import _language_of


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("es", "es"), ("es_MX.UTF-8", "es"), ("es-419", "es"), ("ES", "es"), ("es@euro", "es"),
        ("en_GB", "en"), ("C", "en"), ("C.UTF-8", "en"), ("POSIX", "en"), ("de_DE", "en"),
        ("est", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_a_locale_names_a_language_or_it_is_english(name: str, code: str) -> None:
    assert language.known(name) == code


@given(st.text())
def test_no_name_of_a_locale_is_too_strange(name: str) -> None:
    assert language.known(name) in language.LANGUAGES


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es_MX.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "es_MX.UTF-8", "LC_MESSAGES": "en_US"}, "en"),
        ({"LC_ALL": "en_US.UTF-8", "MESHDEFENSE_LANGUAGE": "es"}, "es"),
        ({"LC_ALL": "", "LANG": "es"}, "es"),
    ],
)
def test_the_first_variable_that_is_set_decides(environment: dict[str, str], code: str) -> None:
    assert language.of_environment(environment) == code


def test_a_choice_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHDEFENSE_LANGUAGE", "en")
    with language.speaking("es"):
        assert language.current() == "es"
    assert language.current() == "en"


@pytest.mark.parametrize(
    ("given_words", "name", "left"),
    [
        (["--language", "es", "alerts"], "es", ["alerts"]),
        (["alerts", "--language=es", "--all"], "es", ["alerts", "--all"]),
        (["tui", "--language", "es"], "es", ["tui", "--language", "es"]),
        (["report", "--long", "x", "--language", "es"], None, None),
        (["--language", "en", "report", "--long", "x"], "en", ["report", "--long", "x"]),
        (["message", "--", "--language", "es"], None, None),
        (["alerts", "--language"], None, None),
        (["alerts"], None, None),
    ],
)
def test_the_option_may_stand_before_or_after_the_noun(
    given_words: list[str], name: str | None, left: list[str] | None
) -> None:
    words = list(given_words)
    assert _language_of(words) == name
    assert words == (given_words if left is None else left)

"""The command line in Spanish: the same facts as in English, no English word, the same JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from meshdefense import language
from meshdefense.cli.main import main
from meshdefense.cli.mesh import gap_words, waiting_words
from meshdefense.cli.output import alert_lines, message_lines, ordinal, patrol_line
from meshdefense.cli.progress_lines import progress_lines
from support.screen_rows import NOW, ORIGIN, busy_evening, held_evening

ENGLISH = re.compile(
    r"\b(ago|by|origin|place|due|overdue|check-in|verified|unconfirmed|high|critical|medium|"
    r"held|heard|queued|tried|nobody|missing|from|own|items?|next|read|to)\b",
    re.IGNORECASE,
)
TEXT = re.compile(r"(Water|Bridge|Call) .*")
"""What members wrote is theirs, in whatever language."""


def printed(rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What `alerts`, `patrols`, `message` and `mesh` print of these rows."""
    lines = []
    for row in rows["alerts"]:
        lines += [*alert_lines(row, ORIGIN, NOW), *progress_lines(row, NOW)]
    lines += [patrol_line(row, ORIGIN, NOW) for row in rows["patrols"]]
    for row in rows["messages"]:
        lines += message_lines(row, NOW)
    for mesh in rows.get("mesh", []):
        lines += [gap_words(mesh, every=True), waiting_words(mesh)]
    return lines


@pytest.mark.parametrize("rows", [busy_evening(), held_evening()], ids=["busy", "held"])
def test_every_line_says_the_same_numbers_and_no_english(
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    with language.speaking("en"):
        english = printed(rows)
    with language.speaking("es"):
        spanish = printed(rows)
    assert len(spanish) == len(english)
    for one, other in zip(english, spanish, strict=True):
        assert Counter(re.findall(r"\d+", one)) == Counter(re.findall(r"\d+", other))
        assert not ENGLISH.search(TEXT.sub("", other)), other


def test_places_in_a_row_are_counted_in_both_languages() -> None:
    with language.speaking("en"):
        assert [ordinal(n) for n in (1, 2, 3, 4, 11, 21, 112)] == [
            "1st", "2nd", "3rd", "4th", "11th", "21st", "112th",
        ]  # fmt: skip
    with language.speaking("es"):
        assert [ordinal(n) for n in (1, 2, 11)] == ["1.ª", "2.ª", "11.ª"]


def test_json_has_the_same_fields_in_every_language(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for name in language.LANGUAGES:
        with language.speaking(name):
            assert main(["promises", "--json"]) == 0
        found.append(set(json.loads(capsys.readouterr().out)))
    assert found[0] == found[1] == {"promised", "not_promised"}

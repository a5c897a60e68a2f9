"""A text keeps its line ends and loses what shows nothing."""

from __future__ import annotations

import pytest

from meshdefense_protocol.stock_report import Intent, parse_stock_report
from meshdefense_protocol.stock_tokens import plain_text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_the_end_of_a_line_is_kept_as_one(end: str) -> None:
    assert plain_text(f"No{end}SOS").split("\n")[0] == "No"


def test_other_control_characters_are_spaces_and_unseen_ones_go() -> None:
    assert plain_text("a\tb\x07c\u200dd") == "a b cd"


@pytest.mark.parametrize("text", ["No\nSOS", "no \U0001f198", "\U0001f198"])
def test_a_call_below_or_as_a_sign_beside_a_no_is_one(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS


def test_a_report_over_several_lines_is_one() -> None:
    said = parse_stock_report("R\n3 vans\n5th/\nMain")
    assert (said.intent, said.count, said.place) == (Intent.REPORT, 3, "5th/Main")

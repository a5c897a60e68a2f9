"""Lists of the command line: nothing is sent by the word `list`, columns and words hold."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.cli import message, status
from meshdefense.cli.mesh import _class_lines
from meshdefense.cli.output import fitted
from meshdefense_protocol.errors import Rejection
from support.screen_rows import mesh as mesh_of
from support.screen_rows import message as message_of


def asked_for(text: str | None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `meshdefense message TEXT` asks of the daemon."""
    calls: list[str] = []
    row = message_of(3, text="water at the north table")

    def answered(args: argparse.Namespace, method: str, **params: Any) -> tuple[int, Any]:
        calls.append(method)
        return 0, {"tables": {"messages": [row]}}

    def sent(args: argparse.Namespace, what: str, method: str, *more: Any, **params: Any) -> int:
        calls.append(method)
        return 0

    monkeypatch.setattr(message, "request", answered)
    monkeypatch.setattr(message, "sent_with_delivery", sent)
    args = argparse.Namespace(text=text, to=None, scope=None, urgent=False, drill=False, json=False)
    assert message.run(args) == 0
    return calls


@pytest.mark.parametrize("text", [None, "list", " list "])
def test_the_word_list_lists_and_sends_nothing(
    text: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked_for(text, monkeypatch) == ["changes"]
    assert "water at the north table" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["list of names", "listo", "LIST"])
def test_other_words_are_sent(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_for(text, monkeypatch) == ["message"]


@pytest.mark.parametrize("spoken", ["en", "es"])
def test_the_columns_of_the_airtime_stand_below_each_other(spoken: str) -> None:
    row: dict[str, Any] = mesh_of()
    for one in row["airtime"]:
        one["held_back"] = ""
    with language.speaking(spoken):
        lines = list(_class_lines(row))
    assert len({len(line) for line in lines}) == 1, lines
    assert len({line.index(" s") for line in lines[1:]}) == 1, lines


def test_every_reason_to_drop_a_frame_has_words_in_each_language() -> None:
    assert set(status._REJECTED) == {reason.value for reason in Rejection}
    with language.speaking("es"):
        said = {tr(words) for words in status._REJECTED.values()}
    assert not said & set(status._REJECTED.values())


@given(
    st.lists(st.text("abc def,(±", min_size=1, max_size=200), min_size=1, max_size=5),
    st.integers(40, 200),
)
def test_on_a_terminal_lines_are_broken_at_spaces_and_lose_no_word(
    lines: list[str], width: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        size = os.terminal_size((width, 24))
        patch.setattr(shutil, "get_terminal_size", lambda: size)
        shown = fitted(lines)
    assert shown.split() == "\n".join(lines).split()
    for line in shown.split("\n"):
        assert len(line) <= width or " " not in line.strip()


def test_in_a_pipe_each_fact_stays_on_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    long = "4.0.0 " + "word " * 60
    assert fitted([long, "          note"]) == f"{long}\n          note"

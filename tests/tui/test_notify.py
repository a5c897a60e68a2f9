"""What is said outside the screens, and to whom."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_tui.notify import Notifier, Osc, osc_of, sequence, title_sequence, wrapped

WORDS = "MeshDefense: critical alert"


@pytest.mark.parametrize(
    ("environment", "osc"),
    [
        ({"TERM": "xterm-kitty"}, Osc.KITTY),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, Osc.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Osc.NINE),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Osc.NINE),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Osc.NINE),
        ({"TERM": "foot"}, Osc.NOTIFY),
        ({"TERM": "rxvt-unicode-256color"}, Osc.NOTIFY),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, Osc.NOTIFY),
        ({"TERM": "xterm-256color"}, Osc.NINE),
        ({"TERM": "linux"}, Osc.NONE),
        ({"TERM": "dumb"}, Osc.NONE),
        ({"TERM": "screen", "STY": "1.pts"}, Osc.NONE),
        ({}, Osc.NONE),
    ],
)
def test_each_terminal_gets_what_it_understands(environment: dict[str, str], osc: Osc) -> None:
    assert osc_of(environment) is osc


@given(st.text(), st.sampled_from(list(Osc)))
def test_no_text_can_end_the_sequence_and_begin_another(text: str, osc: Osc) -> None:
    made = sequence(osc, text)
    body = made.removeprefix("\x1b]").removesuffix("\x07").removesuffix("\x1b\\")
    assert not {"\x1b", "\x07", "\x9c", "\n"} & set(body)
    assert (made == "") is (osc is Osc.NONE)
    assert "\x1b" not in title_sequence(text)[4:]


def test_tmux_hands_on_what_is_wrapped() -> None:
    assert wrapped("\x1b]9;x\x07") == "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\"
    assert wrapped("") == ""


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)


def said(environment: dict[str, str], details: str = "") -> list[str]:
    written: list[str] = []
    notifier = Notifier(written.append, environment)
    asyncio.run(notifier.notify(WORDS, details))
    return written


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize(("allowed", "passes"), [("on", True), ("all", True), ("off", False)])
def test_tmux_is_asked_whether_it_hands_on(tools: Path, allowed: str, passes: bool) -> None:
    tool(tools, "tmux", f"echo {allowed}")
    written = said({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"})
    assert written == ([wrapped(sequence(Osc.NINE, WORDS))] if passes else [])


def test_a_tmux_that_fails_hands_on_nothing(tools: Path) -> None:
    tool(tools, "tmux", "exit 1")
    assert said({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"}) == []


def test_in_a_desktop_session_the_desktop_is_told_and_the_terminal_is_not(tools: Path) -> None:
    heard = tools / "heard"
    tool(tools, "notify-send", f'printf "%s|" "$@" > {heard}')
    assert said({"TERM": "xterm-kitty", "DISPLAY": ":0"}) == []
    words = heard.read_text().split("|")
    assert words[-2] == WORDS
    assert "--urgency=critical" in words


def test_details_never_reach_the_list_of_processes(tools: Path) -> None:
    tool(tools, "notify-send", f"echo no > {tools / 'heard'}")
    written = said({"TERM": "foot", "WAYLAND_DISPLAY": "w"}, "SOS from kit; 1 km SE")
    assert written == ["\x1b]777;notify;MeshDefense;SOS from kit, 1 km SE\x07"]
    assert not (tools / "heard").exists()


@pytest.mark.parametrize("script", [None, "exit 3"])
def test_without_a_desktop_that_answers_the_terminal_is_told(
    tools: Path, script: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tools))
    if script is not None:
        tool(tools, "notify-send", script)
    environment = {"TERM": "xterm-256color", "DISPLAY": ":0"}
    assert said(environment) == [sequence(Osc.NINE, WORDS)]


def test_over_ssh_the_desktop_of_the_far_machine_is_left_alone(tools: Path) -> None:
    tool(tools, "notify-send", f"echo no > {tools / 'heard'}")
    environment = {"TERM": "xterm-kitty", "DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}
    assert said(environment) == [sequence(Osc.KITTY, WORDS)]
    assert not (tools / "heard").exists()


def test_the_title_is_saved_once_and_given_back() -> None:
    written: list[str] = []
    notifier = Notifier(written.append, {"TERM": "xterm"})
    assert notifier.ending == ""
    notifier.title(WORDS)
    notifier.title(WORDS)
    notifier.title("MeshDefense")
    assert written == ["\x1b[22;2t" + title_sequence(WORDS), title_sequence("MeshDefense")]
    assert notifier.ending == "\x1b[23;2t"


def test_the_linux_console_gets_no_title() -> None:
    written: list[str] = []
    Notifier(written.append, {"TERM": "linux"}).title(WORDS)
    assert written == []

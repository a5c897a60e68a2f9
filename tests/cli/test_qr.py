"""QR codes in the terminal: what is printed is the code, in the way that this terminal can."""

from __future__ import annotations

import io
import re
import subprocess
import sys

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.cli import qr
from meshdefense.cli.qr import QrError, print_qr, qr_lines

REQUEST = "MDREQ1:" + "0123456789ABCDEF" * 11
"""As long as the longest request's code, 183 characters."""
SGR = re.compile(r"\x1b\[([0-9;]*)m")
HALVES = {" ": (False, False), "▀": (True, False), "▄": (False, True), "█": (True, True)}


class Terminal(io.TextIOWrapper):
    """A stream that says that it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(self.raw_bytes, encoding=encoding, newline="\n")

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        self.flush()
        return self.raw_bytes.getvalue().decode(self.encoding)


class Pipe(Terminal):
    def isatty(self) -> bool:
        return False


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "70")


def matrix(text: str, error: str = "M", border: int = 4) -> list[list[bool]]:
    code = segno.make_qr(text, error=error, boost_error=False)
    return [[bool(m) for m in row] for row in code.matrix_iter(border=border)]


def seen(printed: str, *, ink: bool = True) -> list[list[bool]]:
    """The modules that a camera sees; without `ink` the colours of the ground are looked at."""
    rows: list[list[bool]] = []
    for line in printed.splitlines():
        if ink:
            halves = [HALVES[cell] for cell in SGR.sub("", line)]
            rows += [[upper for upper, _ in halves], [lower for _, lower in halves]]
        else:
            cells = re.findall(r"\x1b\[(4[07])m  ", line)
            rows.append([ground == "40" for ground in cells])
    return rows


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_half_blocks_are_the_modules_of_the_code(text: str) -> None:
    wanted = matrix(text)
    found = seen("\n".join(qr_lines(wanted, blocks=True, colours=True)))
    assert found[: len(wanted)] == wanted
    assert not any(module for row in found[len(wanted) :] for module in row)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_without_blocks_the_ground_of_two_spaces_is_a_module(text: str) -> None:
    wanted = matrix(text)
    lines = list(qr_lines(wanted, blocks=False, colours=True))
    assert seen("\n".join(lines), ink=False) == wanted
    assert all(SGR.sub("", line).strip() == "" for line in lines)


def test_a_terminal_gets_black_on_white_and_is_left_as_it_was(window: None) -> None:
    terminal = Terminal()
    print_qr(REQUEST, terminal)
    lines = terminal.text.splitlines()
    assert lines
    for line in lines:
        assert SGR.findall(line) == ["0;30;47", "0"]
        assert line.startswith("\x1b[0;30;47m")
        assert line.endswith("\x1b[0m")
    assert seen(terminal.text)[: len(matrix(REQUEST))] == matrix(REQUEST)


def test_the_quiet_zone_is_four_modules_wide(window: None) -> None:
    terminal = Terminal()
    print_qr(REQUEST, terminal)
    rows = seen(terminal.text)
    assert not any(any(row) for row in (*rows[:4], *rows[-4:]))
    assert not any(any(row[:4]) or any(row[-4:]) for row in rows)
    assert rows[4][4:11] == [True] * 7  # the finder pattern


def test_a_pipe_gets_ink_without_any_escape() -> None:
    pipe = Pipe()
    print_qr(REQUEST, pipe)
    assert "\x1b" not in pipe.text
    assert seen(pipe.text)[: len(matrix(REQUEST))] == matrix(REQUEST)


def test_a_pipe_without_blocks_gets_ascii() -> None:
    pipe = Pipe("ascii")
    print_qr(REQUEST, pipe)
    rows = [[line[at] == "#" for at in range(0, len(line), 2)] for line in pipe.text.splitlines()]
    assert rows == matrix(REQUEST)
    assert set(pipe.text) == {"#", " ", "\n"}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_blocks_gets_grounds(window: None, encoding: str) -> None:
    terminal = Terminal(encoding)
    print_qr(REQUEST, terminal)
    assert seen(terminal.text, ink=False) == matrix(REQUEST)


def test_a_terminal_of_the_dos_code_page_gets_blocks(window: None) -> None:
    terminal = Terminal("cp437")
    print_qr(REQUEST, terminal)
    assert seen(terminal.text)[: len(matrix(REQUEST))] == matrix(REQUEST)


def test_a_dumb_terminal_gets_no_escape(window: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    print_qr(REQUEST, terminal)
    assert "\x1b" not in terminal.text
    assert seen(terminal.text)[: len(matrix(REQUEST))] == matrix(REQUEST)


@pytest.mark.parametrize(
    ("lines", "error", "border"), [(30, "M", 4), (29, "L", 4), (26, "L", 4), (24, "L", 2)]
)
def test_a_lower_window_gets_a_smaller_code(
    window: None, monkeypatch: pytest.MonkeyPatch, lines: int, error: str, border: int
) -> None:
    monkeypatch.setenv("LINES", str(lines))
    terminal = Terminal()
    print_qr(REQUEST, terminal)
    wanted = matrix(REQUEST, error, border)
    assert seen(terminal.text)[: len(wanted)] == wanted
    assert len(terminal.text.splitlines()) < lines


@pytest.mark.parametrize(("columns", "lines"), [("44", "70"), ("120", "23"), ("1", "1")])
def test_a_window_that_is_too_small_is_refused_with_a_hint_and_nothing_is_printed(
    window: None, monkeypatch: pytest.MonkeyPatch, columns: str, lines: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", lines)
    terminal = Terminal()
    with pytest.raises(QrError, match=f"45 columns and 24 lines.*{columns} and {lines}") as caught:
        print_qr(REQUEST, terminal)
    assert "larger" in caught.value.hint
    assert terminal.text == ""


def test_eighty_columns_and_twenty_four_lines_show_the_longest_request(
    window: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    terminal = Terminal()
    print_qr(REQUEST, terminal)
    assert len(terminal.text.splitlines()) <= 23


@pytest.mark.parametrize("columns", ["", "0", "many", "٣", "-5"])
def test_odd_values_in_the_environment_are_passed_over(
    monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("LINES", columns)
    assert qr._window(Terminal()) == (80, 24)


@pytest.mark.parametrize("text", ["x" * 3000, "\ud800"])
def test_what_fits_no_code_is_refused(text: str) -> None:
    with pytest.raises(QrError, match="does not fit"):
        print_qr(text, Pipe())


def test_the_text_itself_is_never_printed(window: None) -> None:
    terminal = Terminal()
    print_qr("\x1b]52;c;AAAA\x07 evil", terminal)
    assert "evil" not in terminal.text
    assert "\x1b]" not in terminal.text


def test_importing_the_module_does_not_load_the_library() -> None:
    program = "import sys, meshdefense.cli.qr; sys.exit('segno' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

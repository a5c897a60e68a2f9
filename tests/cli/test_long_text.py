"""A long report on the command line: what is read, what is refused, how it is shown."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshdefense.cli import message
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.long_text import TextFileError, long_lines, read_text
from meshdefense.cli.main import main
from meshdefense.cli.output import message_lines
from support.commands import meshdefense
from support.daemons import BASE, Daemon, Members
from support.screen_rows import LONG_LINES, NOW, long_message

Said = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def daemon(enrolled: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """base's, without a radio."""
    with enrolled.copied(tmp_path_factory.mktemp("long")).daemon(BASE) as running:
        yield running


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n ", "is empty"),
        (b"x" * 1620, "too long by 120 bytes: it has 1620"),
        ("ñ".encode() * 751, "too long by 2 bytes: it has 1502"),
        (b"x" * 3_000_000, "too long by at least 1047076 bytes"),
        (b"caf\xe9 con leche", "is not UTF-8: its byte 4"),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "text"
    file.write_bytes(content)
    with pytest.raises(TextFileError, match=words):
        read_text(str(file))


def test_a_text_is_read_with_its_lines_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_bytes("\ufeffone\n\ntwo ñ\n".encode())
    assert read_text(str(file)) == "one\n\ntwo ñ"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], ExitCode.USAGE, "Give a kind, or --long FILE"),
        (["fire", "--long", "x"], ExitCode.USAGE, "kind does not go with --long"),
        (["--long", "x", "--note", "y"], ExitCode.USAGE, "--note does not go with --long"),
        (["fire", "--language", "es"], ExitCode.USAGE, "--language needs --long"),
        (["--long", "no such file"], ExitCode.NOT_FOUND, "there is no file no such file"),
        (["--long", "."], ExitCode.FAILED, "cannot be read"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused_before_anything_is_asked(
    tmp_path: Path, capsys: Said, words: list[str], code: ExitCode, said: str
) -> None:
    assert main(["report", *words, "--data", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


def test_a_long_report_from_stdin_is_stored_and_shown_with_its_alert(daemon: Daemon) -> None:
    alert = daemon.call("report", kind="fire")["id"]
    text = "first line\n\n" + "a very long line " * 80
    done = meshdefense(
        "report", "--long", "-", "--about", alert, "--scope", "field", "--language", "en",
        "--lifetime", 2.5, data=daemon.data, stdin=text,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert "bytes on the air in 11 frames); stored here only" in done.out
    (row,) = daemon.rows("messages").values()
    assert "\n".join(row["long"]["lines"]) == text.strip()
    assert (row["long"]["have"], row["long"]["of"], row["long"]["about"]) == (10, 10, alert)
    assert row["long"]["language"] == "en"
    assert row["expires_at"] - row["sent_at"] == pytest.approx(9000, abs=2)
    shown = meshdefense("alerts", alert, data=daemon.data).out
    assert f"long report from base about {alert}:" in shown
    assert "          first line\n" in shown
    listed = meshdefense("alerts", data=daemon.data).out
    assert f"long report from base about {alert}, {row['long']['size']} bytes" in listed
    assert "first line" not in listed
    done = meshdefense("report", "--long", "-", "--about", "9.0.9", data=daemon.data, stdin="x")
    assert (done.code, done.out) == (ExitCode.NOT_FOUND, "")


def test_hostile_text_and_names_reach_no_terminal() -> None:
    lines = ["\x1b[2Jred\x9b0m \u202eevil\u202c\u2066", "\x07\x00", "", "\r", "honest"]
    row = long_message(1, 11, author_name="le\x1bo\u202e")
    row["long"] |= {"lines": lines, "about": "1.0.0\x1b"}
    shown = message_lines(row, NOW)
    assert shown == [
        f"{'3.0.1':<9} 395 s ago".replace("395 s", "7 min") + " long report from leo about 1.0.0:",
        "          [2Jred0m evil",
        "",
        "          honest",
    ]
    assert not any(unicodedata.category(char) in {"Cc", "Cf"} for char in "".join(shown))


def test_a_long_report_says_how_far_it_came_and_then_its_text() -> None:
    assert long_lines(long_message(1, 7, author_name="birch")) == [
        "long report from birch, 7 of 11 parts"
    ]
    whole = long_lines(long_message(1, 11, author_name="birch"))
    assert whole[0] == "long report from birch:"
    assert [line.strip() for line in whole[1:]] == LONG_LINES
    assert long_lines(long_message(1, 11, author_name="birch"), whole=False) == [
        "long report from birch, 1480 bytes"
    ]


def test_messages_are_listed_as_json_with_their_long_reports(
    monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    rows: list[dict[str, Any]] = [long_message(2, 7, rev=2), {"id": "9", "rev": 1, "gone": True}]
    answer = (ExitCode.OK, {"tables": {"messages": rows}})
    monkeypatch.setattr(message, "request", lambda *_, **__: answer)
    parser = argparse.ArgumentParser()
    message.configure(parser)
    assert message.run(parser.parse_args(["--json"])) == ExitCode.OK
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["long"]["have"], found["long"]["of"], found["long"]["lines"]) == (7, 11, [])

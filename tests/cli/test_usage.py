"""Wrong words get the right ones back, and exit codes mean what docs say; without a daemon."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense import __version__
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import NOUNS, main
from support.commands import PATIENCE_S, command, environment, meshdefense

ASKING: dict[str, list[str]] = {
    "status": [],
    "report": ["fire"],
    "mesh": [],
    "alerts": [],
    "verify": ["2.0.1", "confirmed"],
    "retract": ["2.0.1"],
    "acknowledge": ["2.0.1"],
    "dispatch": ["2.0.1", "vic"],
    "broadcast": ["2.0.1"],
    "respond": ["2.0.1", "done"],
    "escalate": ["2.0.1"],
    "close": ["2.0.1"],
    "sos": ["--now"],
    "standdown": ["order"],
    "rollcall": ["start"],
    "checkin": [],
    "position": ["40.76", "-111.89"],
    "patrols": [],
    "message": ["hello"],
    "export": ["csv", "--yes"],
    "stock": ["list"],
    "lock": [],
    "unlock": [],
    "stop": [],
}
"""Nouns that talk to a daemon, with arguments that are right."""
WITHOUT_A_DAEMON = {
    "demo", "library", "lost", "map", "member", "network", "packet", "panic", "passphrase",
    "promises", "radio", "recovery", "rekey", "roster", "run", "sim", "tui",
}  # fmt: skip
"""Nouns that do their work on the data folder themselves where no daemon runs, or need neither."""
HEAVY = ("meshtastic", "sqlalchemy", "textual", "numpy", "nacl", "sqlcipher3")

Said = pytest.CaptureFixture[str]


def test_exit_codes_never_change_their_meaning() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0, "FAILED": 1, "USAGE": 2, "NO_DAEMON": 3, "REFUSED": 4, "NOT_FOUND": 5,
        "UNAVAILABLE": 6, "LOCKED": 7, "DAMAGED": 8, "INCOMPLETE": 9, "WAITING": 10,
        "INTERRUPTED": 130,
    }  # fmt: skip


def exit_code(*words: str) -> int:
    """Run the program here; argparse leaves by SystemExit."""
    try:
        return main(words)
    except SystemExit as ended:
        return int(ended.code or 0)


def test_every_noun_that_needs_a_daemon_is_tried_here() -> None:
    assert set(NOUNS) - ASKING.keys() == WITHOUT_A_DAEMON


@pytest.mark.parametrize("noun", [*ASKING, "alerts --follow", "message --json"])
def test_without_a_daemon_it_says_that_nothing_was_sent(
    noun: str, tmp_path: Path, capsys: Said
) -> None:
    words = noun.split()
    arguments = [] if "message --json" in noun else ASKING[words[0]]
    assert exit_code(*words, *arguments, "--data", str(tmp_path)) == ExitCode.NO_DAEMON
    said = capsys.readouterr()
    assert said.out == ""
    assert f"no daemon runs for {tmp_path}" in said.err
    assert "meshdefense run" in said.err
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("noun", [*ASKING, "alerts --follow"])
def test_a_data_folder_that_cannot_be_is_a_sentence(noun: str, capsys: Said) -> None:
    words = noun.split()
    code = exit_code(*words, *ASKING[words[0]], "--data", "~nobody-of-this-name/x")
    assert code == ExitCode.FAILED
    assert "is not a usable path" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "nearest"), [("stat", "status"), ("reprot", "report"), ("Alerts", "alerts")]
)
def test_an_unknown_noun_names_the_nearest(typed: str, nearest: str, capsys: Said) -> None:
    assert exit_code(typed) == ExitCode.USAGE
    assert f"there is no {typed!r}; the nearest is {nearest!r}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("report", "Give a kind, or --long FILE"),
        ("report fire --at 40", "expected 2 arguments"),
        ("report fire --at x y", "invalid float value"),
        ("report fire --sev high", "unrecognized arguments"),
        ("report fire --count many", "invalid int value"),
        ("verify 2.0.1", "arguments are required: result"),
        ("position 40", "arguments are required: LON"),
        ("run", "arguments are required: --radio"),
        ("run --radio foo", "is not a radio's address"),
        ("network", "arguments are required: verb"),
        ("network create --name N", "arguments are required"),
        ("network create --name N --handle h --origin 1 2 --unit 5", "invalid choice"),
        ("member", "arguments are required: verb"),
        ("member request --handle h", "--out FILE, --code or --qr"),
        ("member grant x", "arguments are required"),
        ("radio", "arguments are required: VERB"),
        ("radio virtual --nodes 0", "1 to 250"),
        ("radio virtual --preset FAST", "did you mean LONG_FAST?"),
        ("radio virtual --port 80", "1024 to 65535"),
        ("radio virtual --speed 0", "speed"),
        ("radio virtual --scenario /nowhere/at.all", "cannot read the scenario"),
        ("packet", "arguments are required: VERB"),
        ("tui", "need a terminal"),
        ("demo", "meshdefense demo --headless --seconds 60 --json"),
        ("demo --json", "belong to --headless"),
        ("demo --headless --seconds 5", "25 to 3600"),
        ("demo --headless --seconds nan", "25 to 3600"),
        ("demo --headless --preset LONG", "unknown modem preset 'LONG'"),
        ("status --josn", "unrecognized arguments"),
    ],
)
def test_wrong_usage_is_told_and_has_code_2(words: str, why: str, capsys: Said) -> None:
    assert exit_code(*words.split()) == ExitCode.USAGE
    said = capsys.readouterr()
    assert said.out == ""
    assert why in said.err


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_explains_itself(noun: str, capsys: Said) -> None:
    assert exit_code(noun, "--help") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: meshdefense {noun}")
    assert said.err == ""


def test_help_leads_to_the_table_of_radios(capsys: Said) -> None:
    assert exit_code("--help") == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("  radio ")]
    assert "prepare, prove and replace a network's radios" in line
    assert exit_code("radio", "--help") == 0
    assert "Prepare, prove and replace" in capsys.readouterr().out


def test_help_lists_every_noun_and_no_words_at_all_is_a_usage_error(capsys: Said) -> None:
    assert exit_code("--help") == 0
    text = capsys.readouterr().out
    assert all(f"  {noun} " in text for noun in NOUNS)
    assert exit_code() == ExitCode.USAGE
    assert capsys.readouterr().out == text


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["report", "--help"], ["status", "--data", "/nowhere"]]
)
def test_version_help_and_requests_import_nothing_heavy(words: list[str]) -> None:
    code = (
        "import json, sys\n"
        "from meshdefense.cli.main import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_the_version_is_the_packages() -> None:
    done = meshdefense("--version")
    assert (done.code, done.out, done.err) == (0, f"meshdefense {__version__}\n", "")


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["report", "--help"]])
def test_a_reader_that_left_is_no_error(words: list[str]) -> None:
    """As in `meshdefense --help | head -1`."""
    process = subprocess.Popen(
        command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED=""),
    )
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (0, b"")

"""A command loads what it needs: a person on a small machine waits for every import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.main import NOUNS

HEAVY = {
    "bleak", "cryptography", "google.protobuf", "meshtastic", "nacl", "numpy", "pubsub", "requests",
    "serial", "sqlalchemy", "sqlcipher3", "textual",
}  # fmt: skip
NEEDED = {
    "packet": {"cryptography", "nacl"},  # opens frames
}
"""What a noun may load before it runs; every other noun nothing of HEAVY."""

ASKING = {
    "status": [],
    "report": ["fire"],
    "alerts": [],
    "verify": ["1.0.0", "confirmed"],
    "retract": ["1.0.0"],
    "acknowledge": ["1.0.0"],
    "checkin": [],
    "position": ["40.76", "-111.89"],
    "patrols": [],
    "message": ["hello"],
    "lock": [],
    "unlock": [],
    "stop": [],
}
"""Nouns that only speak to the daemon, with the least that they take."""


def loaded(code: str, *arguments: object) -> tuple[set[str], object]:
    """What of HEAVY a fresh interpreter has loaded after `code`, and what `result` is then."""
    script = (
        "import contextlib, io, json, sys\n"
        "result = None\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        + "".join(f"    {line}\n" for line in code.splitlines())
        + "print(json.dumps([sorted(sys.modules), result]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    modules, result = json.loads(done.stdout)
    return HEAVY & set(modules), result


def test_the_detector_sees_a_heavy_module() -> None:
    assert loaded("import meshdefense.storage.repository")[0] >= {"sqlalchemy", "nacl"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["nothing-such"]])
def test_main_alone_loads_nothing_heavy(arguments: list[str]) -> None:
    code = "from meshdefense.cli.main import main\nresult = main(sys.argv[1:])"
    assert loaded(code, *arguments)[0] == set()


def test_main_alone_loads_no_noun() -> None:
    code = "import meshdefense.cli.main\nresult = [n for n in sys.modules if '.cli.' in n]"
    assert loaded(code)[1] == ["meshdefense.cli.exit_codes", "meshdefense.cli.main"]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_loads_only_what_it_needs_to_show_its_help(noun: str) -> None:
    code = (
        "import argparse, importlib\n"
        "module = importlib.import_module('meshdefense.cli.' + sys.argv[1])\n"
        "module.configure(argparse.ArgumentParser())"
    )
    assert loaded(code, noun)[0] == NEEDED.get(noun, set())


@pytest.mark.parametrize("noun", ASKING)
def test_a_noun_that_asks_the_daemon_loads_nothing_heavy_when_it_runs(
    noun: str, tmp_path: Path
) -> None:
    code = "from meshdefense.cli.main import main\nresult = main(sys.argv[1:])"
    heavy, result = loaded(code, noun, *ASKING[noun], "--data", tmp_path)
    assert heavy == set()
    assert result == ExitCode.NO_DAEMON


def test_the_screens_load_neither_store_nor_keys_nor_radio() -> None:
    heavy, _ = loaded("import meshdefense_tui.app")
    assert heavy == {"textual"}  # NumPy comes with the first map that is drawn
